/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/diagram_record.h"
#include "daemon/store/edition_record.h"
#include "daemon/store/editions_state.h"
#include "proto/meaning.h"

#define INFOS_ARENA_BYTES (64u * 1024 * 1024)

/* ---- What is known ---- */

static int compare(const struct edition_info *a, const struct edition_info *b)
{
	int order = strcmp(a->policy_id, b->policy_id);

	if (order != 0)
		return order;
	if (a->in_force_from != b->in_force_from)
		return a->in_force_from < b->in_force_from ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int insert(struct editions *editions, struct edition_info *info)
{
	size_t at = editions->n_infos;

	if (editions->n_infos == editions->cap_infos) {
		size_t cap = editions->cap_infos == 0 ? 16
						      : 2 * editions->cap_infos;
		struct edition_info **infos = reallocarray(editions->infos, cap,
							   sizeof(*infos));

		if (infos == NULL)
			return -ENOMEM;
		editions->infos = infos;
		editions->cap_infos = cap;
	}
	while (at > 0 && compare(editions->infos[at - 1], info) > 0) {
		editions->infos[at] = editions->infos[at - 1];
		at--;
	}
	editions->infos[at] = info;
	editions->n_infos++;
	return 0;
}

static int read_one(struct editions *editions, struct bytes key, struct bytes value)
{
	struct edition_info *info = arena_alloc(&editions->arena, sizeof(*info));
	int r;

	if (info == NULL)
		return -ENOMEM;
	if (key.n != DIGEST_BYTES)
		return -EBADMSG;
	r = edition_record_decode(value, &editions->arena, info);
	if (r != 0)
		return r;
	memcpy(info->hash.bytes, key.data, DIGEST_BYTES);
	return insert(editions, info);
}

/* Steps to the key that follows. False after the last one there can be. */
static bool next_key(struct digest *key)
{
	for (size_t i = DIGEST_BYTES; i-- > 0;)
		if (++key->bytes[i] != 0)
			return true;
	return false;
}

static int read_all(struct editions *editions)
{
	CLEANUP(txn_abort) struct txn txn = txn_begin_read(editions->lmdb);
	struct digest from = { { 0 } };
	struct bytes key;
	struct bytes value;
	int r;

	do {
		r = txn_get_from(&txn, TABLE_EDITIONS, edition_key(&from), &key,
				 &value);
		if (r == 0)
			r = read_one(editions, key, value);
		if (r == 0)
			memcpy(from.bytes, key.data, DIGEST_BYTES);
	} while (r == 0 && next_key(&from));
	return r == LMDB_E_ABSENT ? 0 : r;
}

int editions_open(struct lmdb *lmdb, size_t max_loaded,
		  struct editions **ret_editions)
{
	struct editions *editions = calloc(1, sizeof(*editions));
	int r;

	if (editions == NULL)
		return -ENOMEM;
	editions->lmdb = lmdb;
	editions->max_loaded = max_loaded;
	arena_init(&editions->arena, INFOS_ARENA_BYTES);
	editions->loaded = calloc(max_loaded, sizeof(*editions->loaded));
	r = editions->loaded == NULL ? -ENOMEM : read_all(editions);
	lmdb_on_renewal(lmdb, editions_renewed, editions);
	if (r == 0)
		r = editions_know_meanings(editions);
	if (r != 0) {
		editions_close(&editions);
		return r;
	}
	*ret_editions = editions;
	return 0;
}

void editions_close(struct editions **editions)
{
	if (*editions == NULL)
		return;
	lmdb_on_renewal((*editions)->lmdb, NULL, NULL);
	if ((*editions)->loaded != NULL)
		for (size_t i = 0; i < (*editions)->max_loaded; i++)
			edition_unload(&(*editions)->loaded[i]);
	free((*editions)->loaded);
	free((*editions)->infos);
	arena_done(&(*editions)->arena);
	free(*editions);
	*editions = NULL;
}

size_t editions_count(const struct editions *editions)
{
	return editions->n_infos;
}

const struct edition_info *editions_at(const struct editions *editions, size_t i)
{
	return editions->infos[i];
}

const struct edition_info *editions_by_hash(const struct editions *editions,
					    const struct digest *hash)
{
	for (size_t i = 0; i < editions->n_infos; i++)
		if (digest_equal(&editions->infos[i]->hash, hash))
			return editions->infos[i];
	return NULL;
}

const struct edition_info *editions_by_name(const struct editions *editions,
					    const char *policy_id, const char *name)
{
	for (size_t i = 0; i < editions->n_infos; i++)
		if (strcmp(editions->infos[i]->policy_id, policy_id) == 0 &&
		    strcmp(editions->infos[i]->name, name) == 0)
			return editions->infos[i];
	return NULL;
}

const struct edition_info *editions_newest(const struct editions *editions)
{
	const struct edition_info *newest = NULL;

	for (size_t i = 0; i < editions->n_infos; i++)
		if (newest == NULL || editions->infos[i]->seq > newest->seq)
			newest = editions->infos[i];
	return newest;
}

const struct edition_info *editions_on(const struct editions *editions,
				       const char *policy_id, day_t day)
{
	const struct edition_info *found = NULL;

	for (size_t i = 0; i < editions->n_infos; i++)
		if (strcmp(editions->infos[i]->policy_id, policy_id) == 0 &&
		    editions->infos[i]->in_force_from <= day)
			found = editions->infos[i];
	return found;
}

bool editions_knows_policy(const struct editions *editions, const char *policy_id)
{
	return editions_on(editions, policy_id, DAY_MAX) != NULL;
}

/* ---- Enactment ---- */

int editions_may_enact(const struct editions *editions,
		       const struct edition *edition,
		       const struct edition_info **ret_other)
{
	for (size_t i = 0; i < editions->n_infos; i++) {
		const struct edition_info *info = editions->infos[i];

		if (strcmp(info->policy_id, edition->policy_id) != 0)
			continue;
		if (info->in_force_from == edition->in_force_from ||
		    strcmp(info->name, edition->name) == 0) {
			*ret_other = info;
			return EDITIONS_E_CONFLICT;
		}
	}
	return 0;
}

/* An info of its own in the editions' arena. NULL without memory. */
static struct edition_info *info_of(struct editions *editions,
				    const struct edition *edition,
				    const struct enactment *enactment)
{
	struct edition_info draft = {
		.hash = enactment->hash,
		.policy_id = edition->policy_id,
		.name = edition->name,
		.title = edition->title,
		.jurisdiction = edition->jurisdiction,
		.in_force_from = edition->in_force_from,
		.vocabulary = edition->vocabulary,
		.recorded_ms = enactment->recorded_ms,
		.seq = enactment->seq,
		.n_questions = (uint8_t)edition->n_questions,
	};
	struct edition_info *info = arena_alloc(&editions->arena, sizeof(*info));
	struct bytes record;

	for (size_t i = 0; i < draft.n_questions; i++)
		draft.questions[i] = edition->questions[i].name;
	/* There and back again: what a restart would read is what we go on with. */
	if (info == NULL ||
	    edition_record_encode(&draft, &editions->arena, &record) != 0 ||
	    edition_record_decode(record, &editions->arena, info) != 0)
		return NULL;
	info->hash = enactment->hash;
	return info;
}

struct addition {
	struct bytes hash;
	struct bytes bundle;
	struct bytes record;
	struct bytes diagram;
};

static void put_addition(struct txn *txn, void *context)
{
	const struct addition *addition = context;

	txn_put(txn, TABLE_BUNDLES, addition->hash, addition->bundle);
	txn_put(txn, TABLE_EDITIONS, addition->hash, addition->record);
	txn_put(txn, TABLE_DIAGRAMS, addition->hash, addition->diagram);
}

int editions_add(struct editions *editions, const struct edition *edition,
		 struct bytes bundle, const struct enactment *enactment,
		 const struct edition_info **ret_info)
{
	struct edition_info *info = info_of(editions, edition, enactment);
	struct addition addition = { .hash = edition_key(&enactment->hash),
				     .bundle = bundle };
	CLEANUP(arena_done) struct arena work;
	int r;

	arena_init(&work, DIAGRAM_RECORD_ARENA_BYTES);
	if (info == NULL)
		return -ENOMEM;
	r = edition_record_encode(info, &editions->arena, &addition.record);
	if (r == 0)
		r = edition_diagram_record(edition, info, &work, &addition.diagram);
	if (r == 0)
		r = lmdb_write(editions->lmdb, put_addition, &addition);
	if (r == 0)
		r = insert(editions, info);
	if (r == 0 && ret_info != NULL)
		*ret_info = info;
	return r == LMDB_E_NO_ROOM ? EDITIONS_E_NO_ROOM : r;
}

int editions_adopt(struct editions *editions, struct bytes bundle,
		   const struct enactment *enactment)
{
	CLEANUP(arena_done) struct arena arena;
	const struct edition *edition;
	struct digest found = digest_of(bundle);
	int r;

	arena_init(&arena, POLICY_ARENA_BYTES);
	if (editions_by_hash(editions, &enactment->hash) != NULL)
		return 0;
	if (!digest_equal(&found, &enactment->hash))
		return -EBADMSG;
	r = edition_compile(bundle, NULL, &arena, &edition);
	if (r != 0)
		return r;
	return editions_add(editions, edition, bundle, enactment, NULL);
}
