/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/sealed.h"

#include <string.h>

#define AAD_BYTES 240	/* of the entry: all before blob_hash */
#define FLAGS_AT 5
#define LINK_AT 6
#define FLAG_RECORD 1

static const uint8_t head[FLAGS_AT] = { 'P', 'D', 'B', '1', BLOB_SEALED };

/* The fields of the entry that follow from key and content. */
static void commit(const struct sealing *sealing, const struct seal_keys *keys,
		   struct entry *entry)
{
	struct content_decision *content = sealing->content;

	memcpy(content->k_salt, keys->k_salt, sizeof(content->k_salt));
	memcpy(content->salt_r, keys->salt_r, sizeof(content->salt_r));
	memcpy(entry->key_check.bytes, keys->check, DIGEST_BYTES);
	entry->fields_root = entry_fields_root(keys->k_salt, sealing->slots,
					       sealing->n_slots);
	entry->result_commit = entry_result_commit(keys->salt_r, content->result);
}

static void put_around(const struct sealing *sealing, size_t n_text, uint8_t *to)
{
	memcpy(to, head, sizeof(head));
	to[FLAGS_AT] = sealing->record != NULL ? FLAG_RECORD : 0;
	memcpy(to + LINK_AT, sealing->link, SEAL_CASE_ID_BYTES);
	if (sealing->record != NULL)
		memcpy(to + SEALED_HEADER_BYTES + n_text + SEAL_TAG_BYTES,
		       sealing->record, CASE_RECORD_BYTES);
}

enum blob_fault sealed_write(const struct sealing *sealing, struct entry *entry,
			     uint8_t *to)
{
	CLEANUP(seal_keys_done) struct seal_keys keys;
	size_t n = blob_sealed_bytes(sealing->content);
	uint8_t *text = to + SEALED_HEADER_BYTES;
	uint8_t leaf[ENTRY_HEADER_BYTES];
	enum blob_fault fault;

	seal_schedule(sealing->key->key, &entry->kdf_salt, entry->seq,
		      entry->entry_id, &keys);
	fault = blob_sealed_encode(sealing->content, text);
	if (fault != BLOB_SOUND)
		return fault;
	commit(sealing, &keys, entry);
	entry->has_blob = true;
	entry->blob_bytes = SEALED_BYTES(n, sealing->record != NULL);
	entry_encode(entry, leaf);
	seal_text(&keys, (struct bytes){ leaf, AAD_BYTES }, text, n, text + n);
	put_around(sealing, n, to);
	return BLOB_SOUND;
}

bool sealed_split(struct bytes blob, struct sealed *ret_sealed)
{
	struct sealed sealed = { .record = NULL };
	size_t n_behind = SEAL_TAG_BYTES;

	if (blob.n < SEALED_BYTES(0, false) ||
	    memcmp(blob.data, head, sizeof(head)) != 0 ||
	    (blob.data[FLAGS_AT] & ~FLAG_RECORD) != 0)
		return false;
	if (blob.data[FLAGS_AT] == FLAG_RECORD) {
		if (blob.n < SEALED_BYTES(0, true))
			return false;
		n_behind += CASE_RECORD_BYTES;
		sealed.record = blob.data + blob.n - CASE_RECORD_BYTES;
	}
	sealed.link = blob.data + LINK_AT;
	sealed.text.data = blob.data + SEALED_HEADER_BYTES;
	sealed.text.n = blob.n - SEALED_HEADER_BYTES - n_behind;
	sealed.tag = sealed.text.data + sealed.text.n;
	*ret_sealed = sealed;
	return true;
}

const char *sealed_fault_text(enum sealed_fault fault)
{
	switch (fault) {
	case SEALED_SOUND:
		return "is sound";
	case SEALED_FAULT_FORM:
		return "is not in the form of a sealed blob";
	case SEALED_FAULT_KEY:
		return "was sealed with another key";
	case SEALED_FAULT_TEXT:
		return "was changed after it was sealed, or its entry was";
	case SEALED_FAULT_CONTENT:
		return "holds no content of a decision";
	case SEALED_FAULT_CASE:
		return "holds a decision of another case";
	case SEALED_FAULT_RESULT:
		return "holds another result than its entry commits to";
	}
	return "is of unknown soundness";
}

static enum sealed_fault read_content(const struct seal_keys *keys,
				      struct bytes plain, const struct entry *entry,
				      const struct case_key *key,
				      struct content_decision *ret)
{
	struct content_decision content;
	struct digest commitment;

	if (blob_sealed_decode(plain, &content) != BLOB_SOUND)
		return SEALED_FAULT_CONTENT;
	if (memcmp(content.case_id, key->id, SEAL_CASE_ID_BYTES) != 0)
		return SEALED_FAULT_CASE;
	memcpy(content.k_salt, keys->k_salt, sizeof(content.k_salt));
	memcpy(content.salt_r, keys->salt_r, sizeof(content.salt_r));
	commitment = entry_result_commit(keys->salt_r, content.result);
	if (!digest_equal(&commitment, &entry->result_commit))
		return SEALED_FAULT_RESULT;
	*ret = content;
	return SEALED_SOUND;
}

enum sealed_fault sealed_read(struct bytes leaf, const struct entry *entry,
			      struct bytes blob, const struct case_key *key,
			      uint8_t *to, struct content_decision *ret)
{
	CLEANUP(seal_keys_done) struct seal_keys keys = { .nonce = { 0 } };
	struct bytes aad = { leaf.data, AAD_BYTES };
	struct sealed sealed;

	if (leaf.n < AAD_BYTES || !sealed_split(blob, &sealed))
		return SEALED_FAULT_FORM;
	seal_schedule(key->key, &entry->kdf_salt, entry->seq, entry->entry_id,
		      &keys);
	if (memcmp(keys.check, entry->key_check.bytes, DIGEST_BYTES) != 0)
		return SEALED_FAULT_KEY;
	if (!seal_open_text(&keys, aad, sealed.text.data, sealed.text.n, sealed.tag,
			    to))
		return SEALED_FAULT_TEXT;
	return read_content(&keys, (struct bytes){ to, sealed.text.n }, entry, key,
			    ret);
}
