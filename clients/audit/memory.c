/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/audit/folder.h"

#define NAME_DIGITS 16

static const char forget[] =
	"If you trust what you see now more than what was seen then, move the file "
	"away and verify again; keep it, for it is signed.";

static void name_of(const struct vkey *log, char to[MEMORY_NAME_BYTES])
{
	struct digest digest = digest_of((struct bytes){ (const uint8_t *)log->name,
							 strlen(log->name) });
	char name[NAME_DIGITS + 1], id[2 * NOTE_KEY_ID_BYTES + 1];

	hex_print(digest.bytes, NAME_DIGITS / 2, name);
	hex_print(log->id, NOTE_KEY_ID_BYTES, id);
	snprintf(to, MEMORY_NAME_BYTES, "%s-%s.checkpoint", name, id);
}

/* Makes the folder and those above it, for its owner only. */
static int make_folders(const char *path)
{
	char part[PATH_MAX];

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return -ENAMETOOLONG;
	for (char *slash = strchr(part + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash != NULL)
			*slash = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return -errno;
		if (slash == NULL)
			return 0;
		*slash = '/';
	}
}

static int look_for_other_key(struct memory *memory)
{
	int fd = openat(memory->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *file;

	if (folder == NULL) {
		int r = -errno;

		if (fd >= 0)
			close(fd);
		return r;
	}
	while ((file = readdir(folder)) != NULL)
		if (strncmp(file->d_name, memory->name, NAME_DIGITS + 1) == 0 &&
		    strcmp(file->d_name, memory->name) != 0)
			memory->other_key = true;
	closedir(folder);
	return 0;
}

/* Returns 0 (also when there is nothing), NOTE_E_ codes or -errno. */
static int read_last(const struct memory *memory, const struct vkey *log,
		     bool *ret_known, struct checkpoint *ret_last)
{
	CLEANUP(buffer_done) struct buffer note = { 0 };
	int r = folder_read(memory->folder_fd, memory->name, NOTE_MAX_BYTES, &note);

	*ret_known = r == 0;
	if (r == -ENOENT)
		return 0;
	if (r != 0)
		return r == -EFBIG || r == -EINVAL ? NOTE_E_FORMAT : r;
	return checkpoint_open(buffer_bytes(&note), log, ret_last);
}

int memory_open(const char *folder, const struct vkey *log,
		struct memory *ret_memory, struct finding *ret_finding)
{
	struct memory memory = MEMORY_NONE;
	int r = 0;

	*ret_memory = memory;
	if (folder == NULL)
		return 0;
	r = make_folders(folder);
	if (r != 0)
		return r;
	memory.folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (memory.folder_fd < 0)
		return -errno;
	name_of(log, memory.name);
	r = look_for_other_key(&memory);
	if (r == 0)
		r = read_last(&memory, log, &memory.known, &memory.last);
	if (r > 0)
		r = finding_say(ret_finding, memory.name, forget,
				"what was remembered of this log is no checkpoint "
				"that its key has signed");
	if (r != 0)
		memory_close(&memory);
	else
		*ret_memory = memory;
	return r;
}

void memory_close(struct memory *memory)
{
	if (memory->folder_fd >= 0)
		close(memory->folder_fd);
	memory->folder_fd = -1;
}

int memory_check(const struct memory *memory,
		 const struct merkle_frontier *frontier, struct finding *ret_finding)
{
	struct digest root;

	if (!memory->known || frontier->size != memory->last.size)
		return 0;
	root = merkle_frontier_root(frontier);
	if (digest_equal(&root, &memory->last.root))
		return 0;
	return finding_say(ret_finding, memory->name, finding_do_not_trust,
			   "split view: the first %llu entries are not those of the "
			   "checkpoint that was signed before and is remembered here",
			   (unsigned long long)frontier->size);
}

int memory_check_size(const struct memory *memory, uint64_t size,
		      struct finding *ret_finding)
{
	if (!memory->known || size >= memory->last.size)
		return 0;
	return finding_say(ret_finding, memory->name, finding_do_not_trust,
			   "rolled back: the log has %llu entries, and had %llu when "
			   "it was last verified here", (unsigned long long)size,
			   (unsigned long long)memory->last.size);
}

int memory_keep(const struct memory *memory, const struct vkey *log,
		struct bytes note)
{
	struct checkpoint now, last;
	bool known;
	int r;

	if (memory->folder_fd < 0 || note.n == 0)
		return 0;
	if (checkpoint_open(note, log, &now) != 0)
		return -EIO;
	while (flock(memory->folder_fd, LOCK_EX) != 0)
		if (errno != EINTR)
			return -errno;
	r = read_last(memory, log, &known, &last);
	if (r == 0 && (!known || last.size < now.size))
		r = folder_write(memory->folder_fd, memory->name, note);
	if (r == 0)
		r = folder_sync(memory->folder_fd);
	flock(memory->folder_fd, LOCK_UN);
	return r > 0 ? -EBADMSG : r;
}
