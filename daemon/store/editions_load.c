/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "daemon/logging.h"
#include "daemon/store/diagram_record.h"
#include "daemon/store/editions_state.h"
#include "proto/meaning.h"

/*
 * Compiled editions. Their diagrams are walked where they lie in the database's
 * map, without a copy. That is safe as long as the bytes stay: a record is
 * never written again while its edition is in use, and after each write of the
 * database, which may have moved its map, the diagrams are looked up again
 * (lmdb.h). What a disk does to bytes that were checked when they were read is
 * seen by the table walk, unless it leads out of the image.
 */

/* ---- Compiling ---- */

int edition_compile(struct bytes bundle, struct stored_diagram *stored,
		    struct arena *arena, const struct edition **ret_edition)
{
	struct diagnostics *diagnostics = arena_alloc(arena, sizeof(*diagnostics));
	struct bytes vocabulary;
	struct bytes policy;
	int r;

	if (diagnostics == NULL)
		return -ENOMEM;
	if (!policy_unbundle(bundle, &vocabulary, &policy))
		return -EBADMSG;
	if (stored == NULL)
		r = policy_load(vocabulary, policy, arena, ret_edition, diagnostics);
	else
		r = policy_load_stored(vocabulary, policy, stored, arena,
				       ret_edition, diagnostics);
	return r == POLICY_E_NOT_VALID ? -EBADMSG : r;
}

static int get_bundle(struct editions *editions, const struct digest *hash,
		      struct bytes *ret_bundle)
{
	struct digest found;
	int r = lmdb_standing(editions->lmdb, TABLE_BUNDLES, edition_key(hash),
			      ret_bundle);

	if (r == LMDB_E_ABSENT)
		return -EBADMSG;
	if (r != 0)
		return r;
	found = digest_of(*ret_bundle);
	return digest_equal(&found, hash) ? 0 : -EBADMSG;
}

void edition_unload(struct loaded *loaded)
{
	arena_done(&loaded->arena);
	*loaded = (struct loaded){ 0 };
}

/* ---- Stored diagrams ---- */

static int get_record(struct editions *editions, const struct digest *hash,
		      struct diagram_record *ret_record, const char **ret_why)
{
	enum diagram_record_fault fault;
	struct bytes bytes;
	int r = lmdb_standing(editions->lmdb, TABLE_DIAGRAMS, edition_key(hash),
			      &bytes);

	*ret_why = r == LMDB_E_ABSENT ? "there is none" : NULL;
	if (r != 0)
		return r == LMDB_E_ABSENT ? 0 : r;
	fault = diagram_record_decode(bytes, hash, ret_record);
	if (fault != DIAGRAM_RECORD_SOUND)
		*ret_why = diagram_record_fault_text(fault);
	return 0;
}

int edition_diagram_record(const struct edition *edition, struct edition_info *info,
			   struct arena *arena, struct bytes *ret_record)
{
	struct diagram_record record = { .image = edition->diagram->image };
	int r = meaning_digest(edition, &record.meaning);

	if (r == 0)
		r = diagram_record_encode(&record, &info->hash, arena, ret_record);
	if (r == 0)
		info->meaning = record.meaning;
	return r;
}

struct replacement {
	struct bytes hash;
	struct bytes record;
};

static void put_replacement(struct txn *txn, void *context)
{
	const struct replacement *replacement = context;

	txn_put(txn, TABLE_DIAGRAMS, replacement->hash, replacement->record);
}

/* What cannot be kept is built again at the next load, which costs only time. */
static int replace_record(struct editions *editions, const struct edition *edition,
			  struct edition_info *info, const char *why)
{
	struct replacement replacement = { .hash = edition_key(&info->hash) };
	CLEANUP(arena_done) struct arena work;
	int r;

	logging(LOGGING_WARNING,
		"the stored diagram of %s, edition %s, is of no use (%s) and was built "
		"anew",
		info->policy_id, info->name, why);
	arena_init(&work, DIAGRAM_RECORD_ARENA_BYTES);
	r = edition_diagram_record(edition, info, &work, &replacement.record);
	if (r == 0)
		r = lmdb_write(editions->lmdb, put_replacement, &replacement);
	if (r != LMDB_E_NO_ROOM)
		return r;
	logging(LOGGING_WARNING, "no room to store the diagram of %s, edition %s",
		info->policy_id, info->name);
	return 0;
}

static bool is_aligned(struct bytes image)
{
	return (uintptr_t)image.data % IMAGE_ALIGNMENT == 0;
}

static int copy_image(struct arena *arena, struct bytes *io_image)
{
	uint8_t *copy = arena_alloc(arena, io_image->n);

	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, io_image->data, io_image->n);
	io_image->data = copy;
	return 0;
}

/* The record was checked when the edition was loaded, and has not changed since. */
static int move_diagram(struct editions *editions, struct loaded *loaded)
{
	struct bytes image;
	int r = lmdb_standing(editions->lmdb, TABLE_DIAGRAMS,
			      edition_key(&loaded->info->hash), &image);

	if (r != 0)
		return r == LMDB_E_ABSENT ? -EIO : r;
	image.data += DIAGRAM_RECORD_BYTES;
	image.n -= DIAGRAM_RECORD_BYTES;
	if (!is_aligned(image)) {
		r = copy_image(&loaded->arena, &image);
		if (r != 0)
			return r;
	}
	image_move(loaded->in_place, image);
	return 0;
}

int editions_renewed(void *context)
{
	struct editions *editions = context;
	int r = 0;

	for (size_t i = 0; i < editions->max_loaded && r == 0; i++)
		if (editions->loaded[i].in_place != NULL)
			r = move_diagram(editions, &editions->loaded[i]);
	return r;
}

/* ---- Loading ---- */

/* With *ret_why set when the diagram had to be built. */
static int compile_stored(struct editions *editions, const struct digest *hash,
			  struct loaded *loaded, const char **ret_why)
{
	struct stored_diagram stored = { .fault = IMAGE_SOUND };
	struct diagram_record record;
	struct bytes bundle;
	bool copied = false;
	int r = get_bundle(editions, hash, &bundle);

	if (r == 0)
		r = get_record(editions, hash, &record, ret_why);
	if (r == 0 && *ret_why == NULL) {
		stored.image = record.image;
		copied = !is_aligned(record.image);
	}
	if (r == 0 && copied)
		r = copy_image(&loaded->arena, &stored.image);
	if (r == 0)
		r = edition_compile(bundle, *ret_why == NULL ? &stored : NULL,
				    &loaded->arena, &loaded->edition);
	if (r != 0)
		return r;
	if (stored.fault != IMAGE_SOUND)
		*ret_why = image_fault_text(stored.fault);
	if (!copied)
		loaded->in_place = stored.diagram;
	return 0;
}

static int load_into(struct editions *editions, struct edition_info *info,
		     struct loaded *loaded)
{
	const char *why = NULL;
	int r;

	arena_init(&loaded->arena, POLICY_ARENA_BYTES);
	r = compile_stored(editions, &info->hash, loaded, &why);
	if (r == 0 && why != NULL)
		r = replace_record(editions, loaded->edition, info, why);
	if (r != 0) {
		edition_unload(loaded);
		return r;
	}
	loaded->info = info;
	return 0;
}

/* The place of the edition, or the free one, or the one longest unused. */
static struct loaded *place_for(struct editions *editions,
				const struct edition_info *info)
{
	struct loaded *oldest = &editions->loaded[0];

	for (size_t i = 0; i < editions->max_loaded; i++) {
		struct loaded *at = &editions->loaded[i];

		if (at->info == info)
			return at;
		if (at->used_at < oldest->used_at)
			oldest = at;
	}
	return oldest;
}

/* The same info, which is the editions' own. */
static struct edition_info *own_info(const struct editions *editions,
				     const struct edition_info *info)
{
	size_t i = 0;

	while (editions->infos[i] != info)
		i++;
	return editions->infos[i];
}

int editions_load(struct editions *editions, const struct edition_info *info,
		  const struct edition **ret_edition)
{
	struct loaded *loaded = place_for(editions, info);
	int r;

	if (loaded->info != info) {
		edition_unload(loaded);
		r = load_into(editions, own_info(editions, info), loaded);
		if (r != 0)
			return r;
	}
	loaded->used_at = ++editions->tick;
	*ret_edition = loaded->edition;
	return 0;
}

bool editions_is_loaded(const struct editions *editions,
			const struct edition_info *info)
{
	for (size_t i = 0; i < editions->max_loaded; i++)
		if (editions->loaded[i].info == info)
			return true;
	return false;
}

int editions_bundle(struct editions *editions, const struct edition_info *info,
		    struct arena *arena, struct bytes *ret_bundle)
{
	struct bytes bundle;
	const char *copy;
	int r = get_bundle(editions, &info->hash, &bundle);

	if (r != 0)
		return r;
	copy = arena_text(arena, (const char *)bundle.data, bundle.n);
	if (copy == NULL)
		return -ENOMEM;
	*ret_bundle = (struct bytes){ (const uint8_t *)copy, bundle.n };
	return 0;
}

/* ---- Meanings ---- */

int editions_know_meanings(struct editions *editions)
{
	for (size_t i = 0; i < editions->n_infos; i++) {
		struct edition_info *info = editions->infos[i];
		const struct edition *edition;
		struct diagram_record record;
		const char *why;
		int r = get_record(editions, &info->hash, &record, &why);

		if (r == 0 && why == NULL)
			info->meaning = record.meaning;
		else if (r == 0)
			r = editions_load(editions, info, &edition);
		if (r == -EBADMSG)
			logging(LOGGING_ERROR,
				"the documents of %s, edition %s, are damaged",
				info->policy_id, info->name);
		else if (r != 0)
			return r;
	}
	return 0;
}
