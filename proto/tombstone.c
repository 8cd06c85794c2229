/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/tombstone.h"

#include <string.h>

static const char purpose[] = "PDL1/erase";	/* with its NUL */

_Static_assert(TOMBSTONE_BYTES(TOMBSTONE_INDEXES_MAX) <= ENTRY_BODY_MAX_BYTES,
	       "a tombstone must fit an entry");

const char *erasure_reason_name(unsigned reason)
{
	static const char *const names[] = {
		[ERASURE_RETENTION] = "retention",
		[ERASURE_REQUEST] = "request",
		[ERASURE_ORDER] = "order",
		[ERASURE_UNLAWFUL] = "unlawful",
	};

	return reason < ARRAY_LENGTH(names) ? names[reason] : NULL;
}

size_t tombstone_encode(const struct tombstone *tombstone, uint8_t *to)
{
	memcpy(to, tombstone->id, TOMBSTONE_ID_BYTES);
	put_be16(to + 16, tombstone->part);
	put_be16(to + 18, tombstone->parts);
	put_be16(to + 20, tombstone->reason);
	put_be32(to + 22, tombstone->old_epoch);
	put_be32(to + 26, tombstone->new_epoch);
	put_be64(to + 30, tombstone->backup_horizon_ms);
	put_be16(to + 38, (uint16_t)tombstone->n_indexes);
	for (size_t i = 0; i < tombstone->n_indexes; i++)
		put_be64(to + TOMBSTONE_HEADER_BYTES + 8 * i,
			 tombstone->indexes[i]);
	return TOMBSTONE_HEADER_BYTES + 8 * tombstone->n_indexes;
}

static bool read_indexes(const uint8_t *from, uint64_t seq,
			 struct tombstone *tombstone)
{
	for (size_t i = 0; i < tombstone->n_indexes; i++) {
		uint64_t index = get_be64(from + 8 * i);

		if (index >= seq || (i > 0 && index <= tombstone->indexes[i - 1]))
			return false;
		tombstone->indexes[i] = index;
	}
	return true;
}

bool tombstone_decode(struct bytes body, bool is_signed, uint64_t seq,
		      struct tombstone *ret)
{
	const uint8_t *at = body.data;
	size_t n_behind = is_signed ? (size_t)2 * TOMBSTONE_SIGNED_BYTES : 0;
	struct tombstone read;

	if (body.n < TOMBSTONE_HEADER_BYTES + n_behind)
		return false;
	memcpy(read.id, at, TOMBSTONE_ID_BYTES);
	read.part = get_be16(at + 16);
	read.parts = get_be16(at + 18);
	read.reason = get_be16(at + 20);
	read.old_epoch = get_be32(at + 22);
	read.new_epoch = get_be32(at + 26);
	read.backup_horizon_ms = get_be64(at + 30);
	read.n_indexes = get_be16(at + 38);
	if (read.part >= read.parts || erasure_reason_name(read.reason) == NULL ||
	    read.old_epoch == 0 || read.old_epoch == UINT32_MAX ||
	    read.new_epoch != read.old_epoch + 1 || read.n_indexes == 0 ||
	    read.n_indexes > TOMBSTONE_INDEXES_MAX ||
	    body.n != TOMBSTONE_HEADER_BYTES + 8 * read.n_indexes + n_behind ||
	    !read_indexes(at + TOMBSTONE_HEADER_BYTES, seq, &read))
		return false;
	*ret = read;
	return true;
}

/* ---- Signatures ---- */

#define MESSAGE_MAX_BYTES \
	(sizeof(purpose) + NOTE_NAME_MAX_BYTES + 1 + ENTRY_BODY_MAX_BYTES)

static struct bytes message_of(struct bytes unsigned_body, const char *origin,
			       uint8_t to[MESSAGE_MAX_BYTES])
{
	size_t n_origin = strlen(origin);
	uint8_t *at = to + sizeof(purpose);

	memcpy(to, purpose, sizeof(purpose));
	memcpy(at, origin, n_origin);
	at += n_origin;
	*at++ = '\n';
	memcpy(at, unsigned_body.data, unsigned_body.n);
	return (struct bytes){ to, (size_t)(at - to) + unsigned_body.n };
}

int tombstone_sign(struct bytes unsigned_body, const char *origin,
		   enum erasure_role role, const struct ed25519_key *key,
		   const struct vkey *vkey,
		   uint8_t ret_signed[TOMBSTONE_SIGNED_BYTES])
{
	uint8_t message[MESSAGE_MAX_BYTES];

	ret_signed[0] = (uint8_t)role;
	memcpy(ret_signed + 1, vkey->id, NOTE_KEY_ID_BYTES);
	return ed25519_sign(key, message_of(unsigned_body, origin, message),
			    ret_signed + 1 + NOTE_KEY_ID_BYTES);
}

static bool has_signed(const uint8_t *signed_by, enum erasure_role role,
		       const struct vkey *vkey, struct bytes message)
{
	return signed_by[0] == role &&
	       memcmp(signed_by + 1, vkey->id, NOTE_KEY_ID_BYTES) == 0 &&
	       ed25519_verify(vkey->public_key, message,
			      signed_by + 1 + NOTE_KEY_ID_BYTES);
}

bool tombstone_verify(struct bytes body, const char *origin,
		      const struct erasure_keys *keys)
{
	uint8_t message_bytes[MESSAGE_MAX_BYTES];
	struct bytes unsigned_body, message;
	const uint8_t *at;

	if (body.n < (size_t)2 * TOMBSTONE_SIGNED_BYTES ||
	    body.n > ENTRY_BODY_MAX_BYTES || strlen(origin) > NOTE_NAME_MAX_BYTES)
		return false;
	unsigned_body.data = body.data;
	unsigned_body.n = body.n - (size_t)2 * TOMBSTONE_SIGNED_BYTES;
	message = message_of(unsigned_body, origin, message_bytes);
	at = body.data + unsigned_body.n;
	return has_signed(at, ROLE_ERASER, &keys->eraser, message) &&
	       has_signed(at + TOMBSTONE_SIGNED_BYTES, ROLE_PROTECTION,
			  &keys->protection, message);
}

/* ---- Who may sign ---- */

/* Takes one line "WORD VKEY" off the front. */
static bool take_line(struct bytes *rest, const char *word, struct vkey *ret_vkey)
{
	size_t n_word = strlen(word);
	const uint8_t *end = rest->n == 0 ? NULL : memchr(rest->data, '\n', rest->n);
	size_t n = end == NULL ? 0 : (size_t)(end - rest->data);

	if (n <= n_word + 1 || memcmp(rest->data, word, n_word) != 0 ||
	    rest->data[n_word] != ' ' ||
	    !vkey_parse((const char *)rest->data + n_word + 1, n - n_word - 1,
			ret_vkey) ||
	    ret_vkey->type != NOTE_KEY_ED25519)
		return false;
	rest->data += n + 1;
	rest->n -= n + 1;
	return true;
}

bool erasure_keys_parse(struct bytes text, struct erasure_keys *ret)
{
	struct erasure_keys keys;

	if (!take_line(&text, "eraser", &keys.eraser) ||
	    !take_line(&text, "protection", &keys.protection) || text.n != 0 ||
	    memcmp(keys.eraser.public_key, keys.protection.public_key,
		   ED25519_PUBLIC_BYTES) == 0)
		return false;
	*ret = keys;
	return true;
}
