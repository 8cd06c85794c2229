/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/keystore.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/durable.h"

#define CASES_FILE_MAX_BYTES (4096ull * 1024 * 1024)

PRINTF_LIKE(2, 3)
static int refuse(char text[KEYSTORE_TEXT_BYTES], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, KEYSTORE_TEXT_BYTES, format, arguments);
	va_end(arguments);
	return KEYSTORE_E_REFUSED;
}

static int path_of(const char *folder, const char *name, char to[PATH_MAX])
{
	int n = snprintf(to, PATH_MAX, "%s/%s", folder, name);

	return n > 0 && n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* ---- The root key ---- */

static int make_root(const char *path, uint8_t root[SEAL_KEY_BYTES])
{
	char line[ROOT_KEY_TEXT_BYTES + 1];
	int r;

	random_bytes(root, SEAL_KEY_BYTES);
	root_key_print(root, line);
	r = durable_create(path, (struct bytes){ (const uint8_t *)line,
						 ROOT_KEY_TEXT_BYTES });
	secret_wipe(line, sizeof(line));
	return r;
}

static int read_root(const char *path, uint8_t root[SEAL_KEY_BYTES],
		     char text[KEYSTORE_TEXT_BYTES])
{
	CLEANUP(durable_free) struct bytes file = { NULL, 0 };
	int r = durable_read(path, ROOT_KEY_TEXT_BYTES, &file);

	if (r == DURABLE_E_OPEN_TO_OTHERS)
		return refuse(text, "the root key %s must belong to this user and "
			      "be closed to others (mode 0600)", path);
	if (r == -EFBIG || r == -EINVAL ||
	    (r == 0 && !root_key_parse(file, root)))
		return refuse(text, "%s is no root key: it must hold 64 hexadecimal "
			      "digits and a line's end", path);
	return r;
}

static int load_root(struct keystore *keystore, const char *given, bool may_create,
		     char text[KEYSTORE_TEXT_BYTES])
{
	char path[PATH_MAX];
	int r;

	if (given[0] != '\0') {
		r = read_root(given, keystore->root, text);
		return r != DURABLE_E_ABSENT && r >= 0 ? r :
		       refuse(text, "the root key %s cannot be read: %s", given,
			      r < 0 ? strerror(-r) : "it is not there");
	}
	keystore->root_beside = true;
	r = path_of(keystore->folder, "root.key", path);
	if (r == 0)
		r = read_root(path, keystore->root, text);
	if (r == DURABLE_E_ABSENT && may_create)
		return make_root(path, keystore->root);
	if (r == DURABLE_E_ABSENT)
		return refuse(text, "the root key %s is missing; give the one that "
			      "seals the keyring with --root-key", path);
	return r;
}

/* ---- The ring ---- */

static int write_ring(const struct keystore *keystore, const struct keyring *ring)
{
	uint8_t file[KEYRING_MAX_BYTES];
	char path[PATH_MAX];
	int r = path_of(keystore->folder, "keyring", path);

	if (r != 0)
		return r;
	keyring_encode(ring, keystore->root, file);
	return durable_replace(path, (struct bytes){ file,
						     KEYRING_BYTES(ring->n_keks) });
}

/* ret_absent: there is no such file. Else as keystore_open. */
static int read_ring(struct keystore *keystore, const char *path, bool *ret_absent,
		     char text[KEYSTORE_TEXT_BYTES])
{
	CLEANUP(durable_free) struct bytes file = { NULL, 0 };
	enum keyring_fault fault;
	int r = durable_read(path, KEYRING_MAX_BYTES, &file);

	if (r == DURABLE_E_OPEN_TO_OTHERS)
		return refuse(text, "the keyring %s must belong to this user and be "
			      "closed to others (mode 0600)", path);
	*ret_absent = r == DURABLE_E_ABSENT;
	if (*ret_absent)
		return 0;
	if (r == -EFBIG || r == -EINVAL)
		fault = KEYRING_FAULT_FORM;
	else if (r != 0)
		return r;
	else
		fault = keyring_decode(file, keystore->root, &keystore->ring);
	if (fault == KEYRING_SOUND)
		return 0;
	return refuse(text, "the keyring %s %s; give its root key with --root-key, "
		      "or restore the keyring", path, keyring_fault_text(fault));
}

static int load_ring(struct keystore *keystore, const char *root_key_file,
		     bool may_create, char text[KEYSTORE_TEXT_BYTES])
{
	char path[PATH_MAX];
	bool absent = false;
	int r = path_of(keystore->folder, "keyring", path);

	if (r == 0)
		r = load_root(keystore, root_key_file, may_create, text);
	if (r != 0)
		return r;
	r = read_ring(keystore, path, &absent, text);
	if (r != 0 || !absent)
		return r;
	if (!may_create)
		return refuse(text, "entries are sealed, but the keyring %s is "
			      "missing; restore it", path);
	keyring_make(&keystore->ring);
	keystore->created = true;
	return write_ring(keystore, &keystore->ring);
}

int keystore_open(const char *folder, const char *root_key_file, bool may_create,
		  struct keystore **ret_keystore, char ret_text[KEYSTORE_TEXT_BYTES])
{
	CLEANUP(keystore_close) struct keystore *keystore = NULL;
	int r = seal_start();

	if (r != 0)
		return r;
	keystore = calloc(1, sizeof(*keystore));
	if (keystore == NULL)
		return -ENOMEM;
	keystore->folder = strdup(folder);
	if (keystore->folder == NULL)
		return -ENOMEM;
	r = load_ring(keystore, root_key_file, may_create, ret_text);
	if (r != 0)
		return r;
	*ret_keystore = keystore;
	keystore = NULL;
	return 0;
}

void keystore_close(struct keystore **keystore)
{
	if (*keystore == NULL)
		return;
	free((*keystore)->folder);
	secret_wipe(*keystore, sizeof(**keystore));
	free(*keystore);
	*keystore = NULL;
}

int keystore_replace(struct keystore *keystore, const struct keyring *ring)
{
	int r = write_ring(keystore, ring);

	if (r == 0)
		keystore->ring = *ring;
	return r;
}

/* ---- The snapshot of case keys ---- */

int keystore_put_cases(const struct keystore *keystore, struct bytes snapshot)
{
	char path[PATH_MAX];
	int r = path_of(keystore->folder, "cases", path);

	return r == 0 ? durable_replace(path, snapshot) : r;
}

int keystore_get_cases(const struct keystore *keystore, struct bytes *ret_file,
		       struct bytes *ret_rows)
{
	char path[PATH_MAX];
	uint32_t epoch;
	int r = path_of(keystore->folder, "cases", path);

	*ret_file = *ret_rows = (struct bytes){ NULL, 0 };
	if (r == 0)
		r = durable_read(path, CASES_FILE_MAX_BYTES, ret_file);
	if (r == DURABLE_E_ABSENT)
		return 0;
	if (r == 0 && !snapshot_read(*ret_file, &epoch, ret_rows)) {
		durable_free(ret_file);
		return -EBADMSG;
	}
	return r > 0 ? -EACCES : r;
}
