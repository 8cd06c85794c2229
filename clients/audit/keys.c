/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/audit/folder.h"
#include "proto/keyring.h"

#define SNAPSHOT_FILE_MAX_BYTES (4096ull * 1024 * 1024)
#define ROWS_FIRST 1024u

/* Case id and record of each case, and where an id is: row + 1, or 0. */
struct audit_keys {
	struct keyring ring;
	uint8_t *rows;		/* SNAPSHOT_ROW_BYTES each */
	uint32_t *places;	/* 2 * cap of them */
	size_t n;
	size_t cap;
	struct buffer space;
};

PRINTF_LIKE(2, 3)
static int refuse(char why[AUDIT_KEYS_WHY_BYTES], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, AUDIT_KEYS_WHY_BYTES, format, arguments);
	va_end(arguments);
	return AUDIT_KEYS_E_REFUSED;
}

void audit_keys_close(struct audit_keys **keys)
{
	struct audit_keys *k = keys == NULL ? NULL : *keys;

	if (k == NULL)
		return;
	keyring_done(&k->ring);
	if (k->space.data != NULL)
		secret_wipe(k->space.data, k->space.room);
	buffer_done(&k->space);
	free(k->rows);
	free(k->places);
	free(k);
	*keys = NULL;
}

/* ---- Rows by case id ---- */

static uint32_t *place_of(const struct audit_keys *keys, const uint8_t *id)
{
	size_t mask = 2 * keys->cap - 1;
	size_t i = (size_t)get_be64(id) & mask;

	while (keys->places[i] != 0 &&
	       memcmp(keys->rows + (keys->places[i] - 1) * SNAPSHOT_ROW_BYTES, id,
		      SEAL_CASE_ID_BYTES) != 0)
		i = (i + 1) & mask;
	return &keys->places[i];
}

static int grow(struct audit_keys *keys)
{
	size_t cap = keys->cap == 0 ? ROWS_FIRST : 2 * keys->cap;
	uint32_t *places = calloc(2 * cap, sizeof(*places));
	uint8_t *rows = realloc(keys->rows, cap * SNAPSHOT_ROW_BYTES);

	if (rows != NULL)
		keys->rows = rows;
	if (rows == NULL || places == NULL) {
		free(places);
		return -ENOMEM;
	}
	free(keys->places);
	keys->places = places;
	keys->cap = cap;
	for (size_t i = 0; i < keys->n; i++)
		*place_of(keys, rows + i * SNAPSHOT_ROW_BYTES) = (uint32_t)i + 1;
	return 0;
}

/* A later record of a case takes the place of an earlier one. */
static int put(struct audit_keys *keys, const uint8_t *id, const uint8_t *record)
{
	uint32_t *place;
	uint8_t *row;

	if (keys->n == keys->cap && grow(keys) != 0)
		return -ENOMEM;
	place = place_of(keys, id);
	if (*place == 0)
		*place = (uint32_t)++keys->n;
	row = keys->rows + (*place - 1) * SNAPSHOT_ROW_BYTES;
	memcpy(row, id, SEAL_CASE_ID_BYTES);
	memcpy(row + SEAL_CASE_ID_BYTES, record, CASE_RECORD_BYTES);
	return 0;
}

/* ---- Opening ---- */

static void wipe_buffer(struct buffer *buffer)
{
	if (buffer->data != NULL)
		secret_wipe(buffer->data, buffer->room);
	buffer_done(buffer);
}

static int read_root(int folder_fd, const char *root_key,
		     uint8_t root[SEAL_KEY_BYTES], char *why)
{
	CLEANUP(wipe_buffer) struct buffer file = { 0 };
	int fd = root_key == NULL ? folder_fd : AT_FDCWD;
	const char *name = root_key == NULL ? "root.key" : root_key;
	int r = folder_read(fd, name, ROOT_KEY_TEXT_BYTES, &file);

	if (r == -ENOENT)
		return refuse(why, "there is no root key %s; name the file that the "
			      "daemon is given as --root-key", name);
	if (r == -EFBIG || r == -EINVAL ||
	    (r == 0 && !root_key_parse(buffer_bytes(&file), root)))
		return refuse(why, "%s is no root key: it must hold 64 hexadecimal "
			      "digits and a line's end", name);
	return r;
}

static int read_ring(int folder_fd, const uint8_t root[SEAL_KEY_BYTES],
		     struct keyring *ring, char *why)
{
	CLEANUP(wipe_buffer) struct buffer file = { 0 };
	int r = folder_read(folder_fd, "keyring", KEYRING_MAX_BYTES, &file);
	enum keyring_fault fault = KEYRING_FAULT_FORM;

	if (r == -ENOENT)
		return refuse(why, "there is no keyring in it; name the folder keys "
			      "of the store");
	if (r == 0)
		fault = keyring_decode(buffer_bytes(&file), root, ring);
	else if (r != -EFBIG && r != -EINVAL)
		return r;
	if (fault == KEYRING_SOUND)
		return 0;
	return refuse(why, "the keyring %s; name its root key with --root-key",
		      keyring_fault_text(fault));
}

static int read_cases(int folder_fd, struct audit_keys *keys, char *why)
{
	CLEANUP(buffer_done) struct buffer file = { 0 };
	int r = folder_read(folder_fd, "cases", SNAPSHOT_FILE_MAX_BYTES, &file);
	struct bytes rows;
	uint32_t epoch;

	if (r == -ENOENT)
		return 0;
	if (r != 0)
		return r;
	if (!snapshot_read(buffer_bytes(&file), &epoch, &rows))
		return refuse(why, "the file cases was changed since it was written");
	for (size_t at = 0; r == 0 && at < rows.n; at += SNAPSHOT_ROW_BYTES)
		r = put(keys, rows.data + at, rows.data + at + SEAL_CASE_ID_BYTES);
	return r;
}

int audit_keys_open(const char *folder, const char *root_key,
		    struct audit_keys **ret_keys, char ret_why[AUDIT_KEYS_WHY_BYTES])
{
	CLEANUP(audit_keys_close) struct audit_keys *keys =
		calloc(1, sizeof(*keys));
	CLEANUP(close_folder) int fd =
		open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint8_t root[SEAL_KEY_BYTES];
	int r;

	if (keys == NULL)
		return -ENOMEM;
	if (fd < 0)
		return -errno;
	r = read_root(fd, root_key, root, ret_why);
	if (r == 0)
		r = read_ring(fd, root, &keys->ring, ret_why);
	secret_wipe(root, sizeof(root));
	if (r == 0)
		r = read_cases(fd, keys, ret_why);
	if (r != 0)
		return r;
	*ret_keys = keys;
	keys = NULL;
	return 0;
}

/* ---- Use ---- */

int audit_keys_note(struct audit_keys *keys, const struct source_item *item)
{
	struct case_key key = { .epoch = 0 };
	uint8_t id[SEAL_CASE_ID_BYTES];
	struct sealed sealed;

	if (!blob_is_sealed(item->blob) || !sealed_split(item->blob, &sealed) ||
	    sealed.record == NULL)
		return 0;
	keyring_mask(&keys->ring, item->entry.entry_id, sealed.link, id);
	/* One of an epoch that is gone must not hide the one wrapped again. */
	if (!keyring_open_case(&keys->ring, sealed.record, id, &key))
		return 0;
	case_key_done(&key);
	return put(keys, id, sealed.record);
}

bool audit_keys_find(const struct audit_keys *keys, const struct source_item *item,
		     struct case_key *ret_key)
{
	uint8_t id[SEAL_CASE_ID_BYTES];
	struct sealed sealed;
	uint32_t place;

	if (keys->n == 0 || !sealed_split(item->blob, &sealed))
		return false;
	keyring_mask(&keys->ring, item->entry.entry_id, sealed.link, id);
	place = *place_of(keys, id);
	if (place == 0)
		return false;
	return keyring_open_case(&keys->ring,
				 keys->rows + (place - 1) * SNAPSHOT_ROW_BYTES +
					 SEAL_CASE_ID_BYTES, id, ret_key);
}

struct buffer *audit_keys_space(struct audit_keys *keys)
{
	return &keys->space;
}
