/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/keyring.h"

#include <string.h>

/*
 * The ring, integers big-endian:
 *
 *	0   4  magic "PDK1"
 *	4   2  number of KEKs, 1..8
 *	6   2  zero
 *	8  52  link key: u32 0, then as below
 *	   52  each KEK, epochs ascending: u32 epoch,
 *	       RFC 3394 wrap, under the root key, of key || u64 epoch
 *
 * The snapshot of case keys:
 *
 *	0   4  magic "PDC1"
 *	4   4  epoch of the KEK that wraps them all
 *	8   8  number of rows
 *	   86  each row, ids ascending: case id, case key record (seal.h)
 *	   32  SHA-256 of all the above
 */
static const uint8_t ring_magic[4] = { 'P', 'D', 'K', '1' };
static const uint8_t snapshot_magic[4] = { 'P', 'D', 'C', '1' };

#define RING_HEADER_BYTES 8
#define RING_ROW_BYTES 52
#define SLOT_BYTES (SEAL_KEY_BYTES + 8)	/* key and epoch, wrapped together */

void keyring_make(struct keyring *ret_ring)
{
	*ret_ring = (struct keyring){ .n_keks = 0 };
	random_bytes(ret_ring->link_key, SEAL_KEY_BYTES);
	keyring_add(ret_ring);
}

void keyring_done(struct keyring *ring)
{
	secret_wipe(ring, sizeof(*ring));
}

void keyring_add(struct keyring *ring)
{
	uint32_t last = ring->n_keks > 0 ? keyring_newest(ring)->epoch : 0;
	struct kek *kek = &ring->keks[ring->n_keks++];

	kek->epoch = last + 1;
	random_bytes(kek->key, SEAL_KEY_BYTES);
}

const struct kek *keyring_newest(const struct keyring *ring)
{
	return &ring->keks[ring->n_keks - 1];
}

const struct kek *keyring_find(const struct keyring *ring, uint32_t epoch)
{
	for (size_t i = 0; i < ring->n_keks; i++)
		if (ring->keks[i].epoch == epoch)
			return &ring->keks[i];
	return NULL;
}

#define PURPOSE_BYTES 10	/* "PDL1/case" or "PDL1/link", with its NUL */
#define SUBJECT_MAX_BYTES 64

static struct digest keyed(const struct keyring *ring, const char *purpose,
			   struct bytes subject)
{
	uint8_t data[PURPOSE_BYTES + SUBJECT_MAX_BYTES];
	size_t n = subject.n < SUBJECT_MAX_BYTES ? subject.n : SUBJECT_MAX_BYTES;
	struct hmac_key key;
	struct digest digest;

	memcpy(data, purpose, PURPOSE_BYTES);
	if (n > 0)
		memcpy(data + PURPOSE_BYTES, subject.data, n);
	hmac_key_init(&key, ring->link_key);
	digest = hmac_of(&key, (struct bytes){ data, PURPOSE_BYTES + n });
	secret_wipe(&key, sizeof(key));
	return digest;
}

void keyring_case_id(const struct keyring *ring, struct bytes case_ref,
		     uint8_t ret_id[SEAL_CASE_ID_BYTES])
{
	struct digest digest = keyed(ring, "PDL1/case", case_ref);

	memcpy(ret_id, digest.bytes, SEAL_CASE_ID_BYTES);
}

void keyring_mask(const struct keyring *ring,
		  const uint8_t entry_id[SEAL_ENTRY_ID_BYTES],
		  const uint8_t from[SEAL_CASE_ID_BYTES],
		  uint8_t ret_to[SEAL_CASE_ID_BYTES])
{
	struct digest mask = keyed(ring, "PDL1/link",
				   (struct bytes){ entry_id, SEAL_ENTRY_ID_BYTES });

	for (size_t i = 0; i < SEAL_CASE_ID_BYTES; i++)
		ret_to[i] = from[i] ^ mask.bytes[i];
}

bool keyring_open_case(const struct keyring *ring,
		       const uint8_t record[CASE_RECORD_BYTES],
		       const uint8_t id[SEAL_CASE_ID_BYTES],
		       struct case_key *ret_key)
{
	const struct kek *kek = keyring_find(ring, case_record_epoch(record));
	struct case_key key;

	if (kek == NULL || !case_key_unwrap(record, kek->key, &key))
		return false;
	if (memcmp(key.id, id, SEAL_CASE_ID_BYTES) != 0) {
		case_key_done(&key);
		return false;
	}
	*ret_key = key;
	case_key_done(&key);
	return true;
}

/* ---- The ring's file ---- */

static void put_slot(uint32_t epoch, const uint8_t key[SEAL_KEY_BYTES],
		     const uint8_t root[SEAL_KEY_BYTES], uint8_t *to)
{
	uint8_t slot[SLOT_BYTES];

	memcpy(slot, key, SEAL_KEY_BYTES);
	put_be64(slot + SEAL_KEY_BYTES, epoch);
	put_be32(to, epoch);
	seal_wrap(root, slot, sizeof(slot), to + 4);
	secret_wipe(slot, sizeof(slot));
}

void keyring_encode(const struct keyring *ring, const uint8_t root[SEAL_KEY_BYTES],
		    uint8_t *to)
{
	memcpy(to, ring_magic, sizeof(ring_magic));
	put_be16(to + 4, (uint16_t)ring->n_keks);
	put_be16(to + 6, 0);
	put_slot(0, ring->link_key, root, to + RING_HEADER_BYTES);
	for (size_t i = 0; i < ring->n_keks; i++)
		put_slot(ring->keks[i].epoch, ring->keks[i].key, root,
			 to + RING_HEADER_BYTES + (i + 1) * RING_ROW_BYTES);
}

const char *keyring_fault_text(enum keyring_fault fault)
{
	switch (fault) {
	case KEYRING_SOUND:
		return "is sound";
	case KEYRING_FAULT_FORM:
		return "is not in the form of a keyring";
	case KEYRING_FAULT_ROOT:
		return "is sealed by another root key, or was changed";
	}
	return "is of unknown soundness";
}

static bool get_slot(const uint8_t *from, const uint8_t root[SEAL_KEY_BYTES],
		     uint32_t *ret_epoch, uint8_t ret_key[SEAL_KEY_BYTES])
{
	uint8_t slot[SLOT_BYTES];
	bool sound = seal_unwrap(root, from + 4, sizeof(slot), slot) &&
		     get_be64(slot + SEAL_KEY_BYTES) == get_be32(from);

	if (sound) {
		*ret_epoch = get_be32(from);
		memcpy(ret_key, slot, SEAL_KEY_BYTES);
	}
	secret_wipe(slot, sizeof(slot));
	return sound;
}

static enum keyring_fault read_slots(struct bytes from,
				     const uint8_t root[SEAL_KEY_BYTES],
				     struct keyring *ring)
{
	const uint8_t *at = from.data + RING_HEADER_BYTES;
	uint32_t epoch, before = 0;

	if (!get_slot(at, root, &epoch, ring->link_key))
		return KEYRING_FAULT_ROOT;
	if (epoch != 0)
		return KEYRING_FAULT_FORM;
	for (size_t i = 0; i < ring->n_keks; i++) {
		struct kek *kek = &ring->keks[i];

		at += RING_ROW_BYTES;
		if (!get_slot(at, root, &kek->epoch, kek->key))
			return KEYRING_FAULT_ROOT;
		if (kek->epoch <= before)
			return KEYRING_FAULT_FORM;
		before = kek->epoch;
	}
	return KEYRING_SOUND;
}

enum keyring_fault keyring_decode(struct bytes from,
				  const uint8_t root[SEAL_KEY_BYTES],
				  struct keyring *ret_ring)
{
	CLEANUP(keyring_done) struct keyring ring = { .n_keks = 0 };
	enum keyring_fault fault;

	if (from.n < RING_HEADER_BYTES ||
	    memcmp(from.data, ring_magic, sizeof(ring_magic)) != 0 ||
	    get_be16(from.data + 6) != 0)
		return KEYRING_FAULT_FORM;
	ring.n_keks = get_be16(from.data + 4);
	if (ring.n_keks == 0 || ring.n_keks > KEYRING_KEYS_MAX ||
	    from.n != KEYRING_BYTES(ring.n_keks))
		return KEYRING_FAULT_FORM;
	fault = read_slots(from, root, &ring);
	if (fault == KEYRING_SOUND)
		*ret_ring = ring;
	return fault;
}

/* ---- The root key's file ---- */

void root_key_print(const uint8_t root[SEAL_KEY_BYTES],
		    char to[ROOT_KEY_TEXT_BYTES + 1])
{
	hex_print(root, SEAL_KEY_BYTES, to);
	strcpy(to + ROOT_KEY_TEXT_BYTES - 1, "\n");
}

bool root_key_parse(struct bytes text, uint8_t ret_root[SEAL_KEY_BYTES])
{
	return text.n == ROOT_KEY_TEXT_BYTES && text.data[text.n - 1] == '\n' &&
	       hex_parse((const char *)text.data, text.n - 1, ret_root,
			 SEAL_KEY_BYTES);
}

/* ---- The snapshot ---- */

void snapshot_begin(uint32_t epoch, uint64_t n_rows, uint8_t *to)
{
	memcpy(to, snapshot_magic, sizeof(snapshot_magic));
	put_be32(to + 4, epoch);
	put_be64(to + 8, n_rows);
}

void snapshot_end(uint8_t *snapshot, uint64_t n_rows)
{
	size_t n = SNAPSHOT_BYTES(n_rows) - DIGEST_BYTES;
	struct digest digest = digest_of((struct bytes){ snapshot, n });

	memcpy(snapshot + n, digest.bytes, DIGEST_BYTES);
}

static bool rows_ascend(struct bytes rows)
{
	for (size_t at = SNAPSHOT_ROW_BYTES; at < rows.n; at += SNAPSHOT_ROW_BYTES)
		if (memcmp(rows.data + at - SNAPSHOT_ROW_BYTES, rows.data + at,
			   SEAL_CASE_ID_BYTES) >= 0)
			return false;
	return true;
}

bool snapshot_read(struct bytes from, uint32_t *ret_epoch, struct bytes *ret_rows)
{
	struct digest digest;
	struct bytes rows;
	uint64_t n;

	if (from.n < SNAPSHOT_BYTES(0) ||
	    memcmp(from.data, snapshot_magic, sizeof(snapshot_magic)) != 0)
		return false;
	n = get_be64(from.data + 8);
	if (n > from.n / SNAPSHOT_ROW_BYTES || from.n != SNAPSHOT_BYTES(n))
		return false;
	digest = digest_of((struct bytes){ from.data, from.n - DIGEST_BYTES });
	if (memcmp(digest.bytes, from.data + from.n - DIGEST_BYTES,
		   DIGEST_BYTES) != 0)
		return false;
	rows = (struct bytes){ from.data + SNAPSHOT_HEADER_BYTES,
			       n * SNAPSHOT_ROW_BYTES };
	if (!rows_ascend(rows))
		return false;
	*ret_epoch = get_be32(from.data + 4);
	*ret_rows = rows;
	return true;
}
