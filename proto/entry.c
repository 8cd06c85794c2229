/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/entry.h"

#include <string.h>

/*
 * The header. Integers are big-endian; the body follows it.
 *
 *	  0   4  magic "PDL1"
 *	  4   1  type
 *	  5   1  flags: bit 0, a blob is present; the others are zero
 *	  6   2  length of header and body
 *	  8   8  seq
 *	 16   8  time_ms
 *	 24  16  entry_id
 *	 40  32  policy_hash
 *	 72  32  engine_id
 *	104  32  fields_root
 *	136  32  result_commit
 *	168  32  kdf_salt
 *	200  32  key_check
 *	232   8  blob_bytes
 *	240  32  blob_hash
 *
 * Offsets of the digests are in the table below; they never overlap the rest.
 */
static const uint8_t magic[4] = { 'P', 'D', 'L', '1' };

#define FLAG_BLOB 1

enum need { NEVER, MAY, MUST };

/* The fields whose use depends on the type, in the order of the header. */
enum { POLICY, ENGINE, FIELDS, RESULT, N_PURPOSES };

struct rule {
	const char *name;	/* NULL: there is no such type */
	enum need digests[N_PURPOSES];
	enum need blob;
	enum need body;
};

/* What belongs to which type. What does not belong must be zero. */
static const struct rule rules[] = {
	/*                          policy  engine fields result   blob   body */
	[ENTRY_DECISION] =
	{ "decision",             { MUST,  MUST,  MUST,  MUST },  MUST,  NEVER },
	[ENTRY_POLICY_PUBLISH] =
	{ "policy-publish",       { MUST,  MAY,   NEVER, NEVER }, MUST,  MAY },
	[ENTRY_ENGINE_RELEASE] =
	{ "engine-release",       { NEVER, MUST,  NEVER, NEVER }, MAY,   MAY },
	[ENTRY_KEY_ROTATION] =
	{ "key-rotation",         { NEVER, NEVER, NEVER, NEVER }, NEVER, MUST },
	[ENTRY_ERASURE] =
	{ "erasure-tombstone",    { NEVER, NEVER, NEVER, NEVER }, NEVER, MUST },
	[ENTRY_REPLAY] =
	{ "replay-attestation",   { NEVER, MAY,   NEVER, NEVER }, NEVER, MUST },
	[ENTRY_CORRECTION] =
	{ "correction",           { MAY,   MAY,   MAY,   MAY },   MUST,  MAY },
	[ENTRY_BOOT] =
	{ "boot",                 { NEVER, MAY,   NEVER, NEVER }, NEVER, MAY },
	[ENTRY_CONFIG] =
	{ "config",               { NEVER, MAY,   NEVER, NEVER }, MAY,   MAY },
};

const char *entry_fault_text(enum entry_fault fault)
{
	switch (fault) {
	case ENTRY_SOUND:
		return "is sound";
	case ENTRY_FAULT_LENGTH:
		return "is not as long as it says";
	case ENTRY_FAULT_MAGIC:
		return "does not begin like an entry";
	case ENTRY_FAULT_TYPE:
		return "has an unknown type";
	case ENTRY_FAULT_FLAGS:
		return "has an unknown flag";
	case ENTRY_FAULT_MISSING:
		return "lacks a field that its type needs";
	case ENTRY_FAULT_FOREIGN:
		return "has a field that its type has no use for";
	case ENTRY_FAULT_BODY:
		return "has a body that its type does not allow, or lacks one";
	}
	return "is of unknown soundness";
}

static const struct rule *rule_of(unsigned type)
{
	if (type >= ARRAY_LENGTH(rules) || rules[type].name == NULL)
		return NULL;
	return &rules[type];
}

const char *entry_type_name(enum entry_type type)
{
	const struct rule *rule = rule_of(type);

	return rule != NULL ? rule->name : "unknown";
}

static enum entry_fault check_need(enum need need, bool present)
{
	if (need == MUST && !present)
		return ENTRY_FAULT_MISSING;
	if (need == NEVER && present)
		return ENTRY_FAULT_FOREIGN;
	return ENTRY_SOUND;
}

/* Without a blob there is nothing to seal, to measure or to hash. */
static enum entry_fault check_blob(const struct entry *entry, enum need need)
{
	bool described = entry->blob_bytes != 0 ||
			 !digest_is_zero(&entry->blob_hash);
	bool sealed = !digest_is_zero(&entry->kdf_salt) ||
		      !digest_is_zero(&entry->key_check);

	if (!entry->has_blob && (described || sealed))
		return ENTRY_FAULT_FOREIGN;
	if (entry->has_blob && entry->blob_bytes == 0)
		return ENTRY_FAULT_MISSING;
	return check_need(need, entry->has_blob);
}

enum entry_fault entry_check(const struct entry *entry)
{
	const struct rule *rule = rule_of(entry->type);
	const struct digest *digests[N_PURPOSES] = {
		[POLICY] = &entry->policy_hash,
		[ENGINE] = &entry->engine_id,
		[FIELDS] = &entry->fields_root,
		[RESULT] = &entry->result_commit,
	};
	enum entry_fault fault;

	if (rule == NULL)
		return ENTRY_FAULT_TYPE;
	if (entry->body.n > ENTRY_BODY_MAX_BYTES)
		return ENTRY_FAULT_LENGTH;
	for (size_t i = 0; i < N_PURPOSES; i++) {
		fault = check_need(rule->digests[i], !digest_is_zero(digests[i]));
		if (fault != ENTRY_SOUND)
			return fault;
	}
	if (check_need(rule->body, entry->body.n > 0) != ENTRY_SOUND)
		return ENTRY_FAULT_BODY;
	return check_blob(entry, rule->blob);
}

static void put_digest(uint8_t *to, const struct digest *digest)
{
	memcpy(to, digest->bytes, DIGEST_BYTES);
}

void entry_encode(const struct entry *entry, uint8_t *to)
{
	memcpy(to, magic, sizeof(magic));
	to[4] = (uint8_t)entry->type;
	to[5] = entry->has_blob ? FLAG_BLOB : 0;
	put_be16(to + 6, (uint16_t)entry_bytes(entry));
	put_be64(to + 8, entry->seq);
	put_be64(to + 16, entry->time_ms);
	memcpy(to + 24, entry->entry_id, ENTRY_ID_BYTES);
	put_digest(to + 40, &entry->policy_hash);
	put_digest(to + 72, &entry->engine_id);
	put_digest(to + 104, &entry->fields_root);
	put_digest(to + 136, &entry->result_commit);
	put_digest(to + 168, &entry->kdf_salt);
	put_digest(to + 200, &entry->key_check);
	put_be64(to + 232, entry->blob_bytes);
	put_digest(to + 240, &entry->blob_hash);
	if (entry->body.n > 0)
		memcpy(to + ENTRY_HEADER_BYTES, entry->body.data, entry->body.n);
}

static struct digest get_digest(const uint8_t *from)
{
	struct digest digest;

	memcpy(digest.bytes, from, DIGEST_BYTES);
	return digest;
}

static void read_header(struct bytes from, struct entry *entry)
{
	const uint8_t *at = from.data;

	entry->has_blob = (at[5] & FLAG_BLOB) != 0;
	entry->seq = get_be64(at + 8);
	entry->time_ms = get_be64(at + 16);
	memcpy(entry->entry_id, at + 24, ENTRY_ID_BYTES);
	entry->policy_hash = get_digest(at + 40);
	entry->engine_id = get_digest(at + 72);
	entry->fields_root = get_digest(at + 104);
	entry->result_commit = get_digest(at + 136);
	entry->kdf_salt = get_digest(at + 168);
	entry->key_check = get_digest(at + 200);
	entry->blob_bytes = get_be64(at + 232);
	entry->blob_hash = get_digest(at + 240);
	entry->body = (struct bytes){ at + ENTRY_HEADER_BYTES,
				      from.n - ENTRY_HEADER_BYTES };
}

enum entry_fault entry_decode(struct bytes from, struct entry *ret_entry)
{
	struct entry entry = { .seq = 0 };
	enum entry_fault fault;

	if (from.n < ENTRY_HEADER_BYTES)
		return ENTRY_FAULT_LENGTH;
	if (memcmp(from.data, magic, sizeof(magic)) != 0)
		return ENTRY_FAULT_MAGIC;
	if (rule_of(from.data[4]) == NULL)
		return ENTRY_FAULT_TYPE;
	if ((from.data[5] & ~FLAG_BLOB) != 0)
		return ENTRY_FAULT_FLAGS;
	if (get_be16(from.data + 6) != from.n)
		return ENTRY_FAULT_LENGTH;
	entry.type = (enum entry_type)from.data[4];
	read_header(from, &entry);
	fault = entry_check(&entry);
	if (fault == ENTRY_SOUND)
		*ret_entry = entry;
	return fault;
}

#define LEAF_HEAD_BYTES (3 + DIGEST_BYTES)
#define LEAF_SHORT_BYTES 128	/* nearly every answer: hashed in one piece */

static struct digest field_leaf(size_t i, const uint8_t *salt, struct bytes value)
{
	uint8_t leaf[LEAF_SHORT_BYTES];

	leaf[0] = 0;
	put_be16(leaf + 1, (uint16_t)i);
	memcpy(leaf + 3, salt, DIGEST_BYTES);
	if (value.n > LEAF_SHORT_BYTES - LEAF_HEAD_BYTES)
		return digest_of_parts(
			(const struct bytes[]){ { leaf, LEAF_HEAD_BYTES }, value },
			2);
	if (value.n > 0)
		memcpy(leaf + LEAF_HEAD_BYTES, value.data, value.n);
	return digest_of((struct bytes){ leaf, LEAF_HEAD_BYTES + value.n });
}

struct digest entry_fields_root(const uint8_t k_salt[32],
				const struct bytes *values, size_t n_slots)
{
	uint8_t salts[ENTRY_SLOTS_MAX * DIGEST_BYTES];
	uint8_t leaves[1 + ENTRY_SLOTS_MAX * DIGEST_BYTES];
	size_t n = n_slots <= ENTRY_SLOTS_MAX ? n_slots : ENTRY_SLOTS_MAX;
	struct digest root;

	keystream(k_salt, salts, n * DIGEST_BYTES);
	leaves[0] = 2;
	for (size_t i = 0; i < n; i++) {
		struct digest leaf = field_leaf(i, salts + i * DIGEST_BYTES,
						values[i]);

		put_digest(leaves + 1 + i * DIGEST_BYTES, &leaf);
	}
	root = digest_of((struct bytes){ leaves, 1 + n * DIGEST_BYTES });
	secret_wipe(salts, sizeof(salts));
	return root;
}

struct digest entry_result_commit(const uint8_t salt_r[32], struct bytes result)
{
	static const uint8_t purpose[] = "PDL1/result";	/* with its NUL */

	return digest_of_parts(
		(const struct bytes[]){
			{ purpose, sizeof(purpose) },
			{ salt_r, DIGEST_BYTES },
			result,
		}, 3);
}
