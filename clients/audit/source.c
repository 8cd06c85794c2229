/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/audit/folder.h"
#include "clients/audit/source_kinds.h"

struct source {
	enum source_kind kind;
	struct source_key key;
	struct store_reader *store;
	struct export_reader *export;
};

static bool is_there(int folder_fd, const char *name)
{
	return faccessat(folder_fd, name, F_OK, 0) == 0;
}

static int tell_kind(int folder_fd, enum source_kind *ret_kind)
{
	if (is_there(folder_fd, FOLDER_CHECKPOINT) || is_there(folder_fd, "tile"))
		*ret_kind = SOURCE_EXPORT;
	else if (is_there(folder_fd, STORE_LOG_FOLDER))
		*ret_kind = SOURCE_STORE;
	else
		return -EINVAL;
	return 0;
}

/* One key on one line: what is signed by others is not of this log. */
static int read_key_file(int folder_fd, const char *path, struct vkey *ret_vkey,
			 struct finding *finding)
{
	struct buffer text = { NULL, 0, 0 };
	bool good = false;
	int r = folder_read(folder_fd, path, NOTE_MAX_BYTES, &text);

	if (r == 0)
		good = text.n > 1 && text.data[text.n - 1] == '\n' &&
		       vkey_parse((const char *)text.data, text.n - 1, ret_vkey);
	buffer_done(&text);
	if (r != 0 && r != -EFBIG && r != -EINVAL)
		return r;
	return good ? 0 : finding_say(finding, path, finding_ask_key,
				      "it does not hold one key on one line");
}

/*
 * The key that was given must be the one beside the log too, where that can be
 * read: a reader of the folder would believe it.
 */
static int find_key(int folder_fd, const char *file, const char *text,
		    struct source_key *ret_key, struct finding *finding)
{
	struct vkey beside;
	int r;

	ret_key->from_outside = text != NULL;
	if (text == NULL)
		return read_key_file(folder_fd, file, &ret_key->vkey, finding);
	if (!vkey_parse(text, strlen(text), &ret_key->vkey))
		return -EDOM;
	r = read_key_file(folder_fd, file, &beside, finding);
	if (r == -ENOENT || r == -EACCES)
		return 0;
	if (r == 0 && (strcmp(beside.name, ret_key->vkey.name) != 0 ||
		       memcmp(beside.public_key, ret_key->vkey.public_key,
			      ED25519_PUBLIC_BYTES) != 0))
		return finding_say(finding, file, finding_do_not_trust,
				   "it names another key than the one that was "
				   "given");
	return r;
}

static int open_kind(struct source *source, const char *path, int *folder_fd,
		     const char *vkey, struct finding *finding)
{
	int fd = *folder_fd;
	int r = tell_kind(fd, &source->kind);

	if (r == 0)
		r = find_key(fd, source->kind == SOURCE_STORE ? STORE_VKEY_FILE :
								FOLDER_VKEYS,
			     vkey, &source->key, finding);
	if (r == -ENOENT && source->kind == SOURCE_EXPORT)
		return finding_say(finding, FOLDER_VKEYS, finding_ask_key,
				   "the file is missing, so nothing here can be "
				   "verified without a key");
	if (r != 0)
		return r;
	if (source->kind == SOURCE_STORE)
		return store_reader_open(path, &source->key.vkey, &source->store);
	*folder_fd = -1;	/* the reader's now */
	return export_reader_open(fd, &source->key.vkey, &source->export, finding);
}

int source_open(const char *path, const char *vkey, struct source **ret_source,
		struct finding *ret_finding)
{
	CLEANUP(close_folder) int fd =
		open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct source *source;
	int r;

	if (fd < 0)
		return errno == ENOTDIR ? -EINVAL : -errno;
	source = calloc(1, sizeof(*source));
	if (source == NULL)
		return -ENOMEM;
	r = open_kind(source, path, &fd, vkey, ret_finding);
	if (r != 0)
		source_close(&source);
	else
		*ret_source = source;
	return r;
}

void source_close(struct source **source)
{
	if (*source == NULL)
		return;
	store_reader_close(&(*source)->store);
	export_reader_close(&(*source)->export);
	free(*source);
	*source = NULL;
}

const struct source_key *source_key(const struct source *source)
{
	return &source->key;
}

uint64_t source_expected(const struct source *source)
{
	return source->kind == SOURCE_EXPORT ? export_reader_size(source->export) :
					       0;
}

int source_next(struct source *source, struct source_item *ret_item,
		struct finding *ret_finding)
{
	return source->kind == SOURCE_EXPORT ?
		       export_reader_next(source->export, ret_item, ret_finding) :
		       store_reader_next(source->store, ret_item, ret_finding);
}

int source_check_policy(struct source *source, const struct source_item *item,
			struct bytes bundle, struct finding *ret_finding)
{
	if (source->kind == SOURCE_STORE)
		return 0;
	return export_reader_policy(source->export, item, bundle, ret_finding);
}

int source_check_rest(struct source *source, struct finding *ret_finding)
{
	if (source->kind == SOURCE_STORE)
		return 0;
	return export_reader_rest(source->export, ret_finding);
}

void source_head(const struct source *source, struct source_head *ret_head)
{
	if (source->kind == SOURCE_EXPORT)
		export_reader_head(source->export, ret_head);
	else
		store_reader_head(source->store, ret_head);
}
