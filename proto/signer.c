/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/signer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "PRIVATE+KEY+"
#define LINE_BYTES (sizeof(PREFIX) + VKEY_TEXT_BYTES)
#define SEED_BYTES (1 + ED25519_SEED_BYTES)	/* the type before it */

void signer_done(struct signer *signer)
{
	ed25519_done(&signer->key);
	secret_wipe(signer, sizeof(*signer));
}

static void wipe_line(char (*line)[LINE_BYTES])
{
	secret_wipe(*line, sizeof(*line));
}

static void wipe_seed(uint8_t (*seed)[SEED_BYTES])
{
	secret_wipe(*seed, sizeof(*seed));
}

static int make_signer(const uint8_t seed[SEED_BYTES], const char *name,
		       struct signer *ret_signer)
{
	struct signer signer;
	int r = ed25519_init(&signer.key, seed + 1);

	if (r != 0)
		return r;
	if (!vkey_make(name, (enum note_key_type)seed[0], signer.key.public_key,
		       &signer.vkey)) {
		signer_done(&signer);
		return -EINVAL;
	}
	*ret_signer = signer;
	return 0;
}

static int write_all(int fd, const char *text, size_t n)
{
	while (n > 0) {
		ssize_t n_written = write(fd, text, n);

		if (n_written < 0 && errno == EINTR)
			continue;
		if (n_written < 0)
			return -errno;
		text += n_written;
		n -= (size_t)n_written;
	}
	return fsync(fd) == 0 ? 0 : -errno;
}

static int sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd, r = 0;

	if (slash == NULL)
		snprintf(folder, sizeof(folder), ".");
	else
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path + 1),
			 path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fsync(fd) != 0)
		r = -errno;
	close(fd);
	return r;
}

/* A file that is either there whole, or not there; never in place of another. */
static int put_file(const char *path, mode_t mode, const char *text)
{
	char temporary[PATH_MAX];
	int fd, r;

	if ((size_t)snprintf(temporary, sizeof(temporary), "%s.new", path) >=
	    sizeof(temporary))
		return -ENAMETOOLONG;
	if (unlink(temporary) != 0 && errno != ENOENT)
		return -errno;
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	/* Whatever the umask: a key is for its owner, its public half for all. */
	r = fchmod(fd, mode) == 0 ? write_all(fd, text, strlen(text)) : -errno;
	close(fd);
	if (r == 0 && link(temporary, path) != 0)
		r = -errno;
	unlink(temporary);
	return r == 0 ? sync_folder_of(path) : r;
}

static int put_public(const char *path, const struct vkey *vkey)
{
	char public_path[PATH_MAX], text[VKEY_TEXT_BYTES + 1];

	if ((size_t)snprintf(public_path, sizeof(public_path), "%s.pub", path) >=
	    sizeof(public_path))
		return -ENAMETOOLONG;
	vkey_print(vkey, text);
	strcat(text, "\n");
	/* The key was not there, so an older public half is of no key at all. */
	if (unlink(public_path) != 0 && errno != ENOENT)
		return -errno;
	return put_file(public_path, 0644, text);
}

int signer_create(const char *path, enum note_key_type type, const char *name,
		  struct signer *ret_signer)
{
	CLEANUP(wipe_line) char line[LINE_BYTES];
	CLEANUP(wipe_seed) uint8_t seed[SEED_BYTES] = { (uint8_t)type };
	char id[2 * NOTE_KEY_ID_BYTES + 1], base64[BASE64_CHARS(SEED_BYTES) + 1];
	CLEANUP(signer_done) struct signer signer = { 0 };
	int r;

	if (!note_name_is_ours(name))
		return -EINVAL;
	if (access(path, F_OK) == 0)
		return -EEXIST;
	random_bytes(seed + 1, ED25519_SEED_BYTES);
	r = make_signer(seed, name, &signer);
	if (r != 0)
		return r;
	hex_print(signer.vkey.id, NOTE_KEY_ID_BYTES, id);
	base64_print(seed, SEED_BYTES, base64);
	snprintf(line, sizeof(line), PREFIX "%s+%s+%s\n", name, id, base64);
	secret_wipe(base64, sizeof(base64));
	/* The public half first: who finds the key finds both. */
	r = put_public(path, &signer.vkey);
	if (r == 0)
		r = put_file(path, 0600, line);
	if (r != 0)
		return r;
	*ret_signer = signer;
	signer = (struct signer){ 0 };
	return 0;
}

/* The name that stands in a line; false when it is none of ours. */
static bool find_name(const char *line, size_t n, char to[NOTE_NAME_MAX_BYTES + 1])
{
	const char *end = n > strlen(PREFIX) ?
				  memchr(line + strlen(PREFIX), '+', n - strlen(PREFIX)) :
				  NULL;
	size_t n_name = end != NULL ? (size_t)(end - line) - strlen(PREFIX) : 0;

	if (n_name > NOTE_NAME_MAX_BYTES)
		return false;
	memcpy(to, line + strlen(PREFIX), n_name);
	to[n_name] = '\0';
	return strlen(to) == n_name && note_name_is_ours(to);
}

static int parse_line(const char *line, size_t n, enum note_key_type type,
		      const char *name, struct signer *ret_signer)
{
	CLEANUP(wipe_seed) uint8_t seed[SEED_BYTES];
	CLEANUP(signer_done) struct signer signer = { 0 };
	char expected[LINE_BYTES], id[2 * NOTE_KEY_ID_BYTES + 1];
	char found[NOTE_NAME_MAX_BYTES + 1];
	size_t n_prefix, n_seed;
	int r;

	if (name == NULL && !find_name(line, n, found))
		return SIGNER_E_FORMAT;
	name = name == NULL ? found : name;
	snprintf(expected, sizeof(expected), PREFIX "%s+", name);
	n_prefix = strlen(expected);
	if (n < n_prefix + sizeof(id) || line[n - 1] != '\n' ||
	    memcmp(line, expected, n_prefix) != 0 ||
	    line[n_prefix + 8] != '+' ||
	    !base64_parse(line + n_prefix + 9, n - n_prefix - 10, seed,
			  sizeof(seed), &n_seed) ||
	    n_seed != sizeof(seed) || seed[0] != type)
		return SIGNER_E_FORMAT;
	r = make_signer(seed, name, &signer);
	if (r != 0)
		return r;
	hex_print(signer.vkey.id, NOTE_KEY_ID_BYTES, id);
	if (memcmp(line + n_prefix, id, 8) != 0)
		return SIGNER_E_FORMAT;
	*ret_signer = signer;
	signer = (struct signer){ 0 };
	return 0;
}

static int read_key(int fd, enum note_key_type type, const char *name,
		    struct signer *ret_signer)
{
	CLEANUP(wipe_line) char line[LINE_BYTES];
	struct stat status;
	ssize_t n;

	if (fstat(fd, &status) != 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return SIGNER_E_FORMAT;
	if (status.st_uid != geteuid() ||
	    (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return SIGNER_E_OPEN_TO_OTHERS;
	do
		n = read(fd, line, sizeof(line));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return parse_line(line, (size_t)n, type, name, ret_signer);
}

int signer_load(const char *path, enum note_key_type type, const char *name,
		struct signer *ret_signer)
{
	int fd, r;

	if (name != NULL && !note_name_is_ours(name))
		return -EINVAL;
	/* O_NONBLOCK: a pipe in its place must not hold up the start. */
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? SIGNER_E_ABSENT :
		       errno == ELOOP ? SIGNER_E_FORMAT : -errno;
	r = read_key(fd, type, name, ret_signer);
	close(fd);
	return r;
}
