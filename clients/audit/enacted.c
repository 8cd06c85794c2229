/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/enacted.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/language/policy.h"

void enacted_init(struct enacted *enacted)
{
	*enacted = (struct enacted){ .items = NULL };
}

static void unload(struct enacted *enacted, struct enacted_edition *item)
{
	arena_done(&item->arena);
	if (item->edition != NULL)
		enacted->n_loaded--;
	item->edition = NULL;
}

static void free_item(struct enacted_edition *item)
{
	if (item == NULL)
		return;
	free((void *)(uintptr_t)item->bundle.data);
	free(item);
}

void enacted_done(struct enacted *enacted)
{
	for (size_t i = 0; i < enacted->n; i++) {
		unload(enacted, enacted->items[i]);
		free_item(enacted->items[i]);
	}
	free(enacted->items);
	enacted_init(enacted);
}

static struct enacted_edition *new_item(struct bytes bundle)
{
	struct enacted_edition *item = calloc(1, sizeof(*item));
	uint8_t *copy = malloc(bundle.n + 1);

	if (item == NULL || copy == NULL) {
		free(item);
		free(copy);
		return NULL;
	}
	if (bundle.n > 0)
		memcpy(copy, bundle.data, bundle.n);
	item->bundle = (struct bytes){ copy, bundle.n };
	arena_init(&item->arena, POLICY_ARENA_BYTES);
	return item;
}

int enacted_add(struct enacted *enacted, const struct digest *hash, uint64_t seq,
		uint64_t recorded_ms, struct bytes bundle)
{
	struct enacted_edition *item;
	struct enacted_edition **items;

	if (enacted_find(enacted, hash) != NULL)
		return 0;
	item = new_item(bundle);
	items = realloc(enacted->items, (enacted->n + 1) * sizeof(*items));
	if (items != NULL)
		enacted->items = items;
	if (item == NULL || items == NULL) {
		free_item(item);
		return -ENOMEM;
	}
	item->hash = *hash;
	item->seq = seq;
	item->recorded_ms = recorded_ms;
	enacted->items[enacted->n++] = item;
	return 0;
}

struct enacted_edition *enacted_find(const struct enacted *enacted,
				     const struct digest *hash)
{
	for (size_t i = 0; i < enacted->n; i++)
		if (digest_equal(&enacted->items[i]->hash, hash))
			return enacted->items[i];
	return NULL;
}

/* Makes room for one more by giving up the one not used for longest. */
static void make_room(struct enacted *enacted)
{
	struct enacted_edition *oldest = NULL;

	if (enacted->n_loaded < ENACTED_LOADED_MAX)
		return;
	for (size_t i = 0; i < enacted->n; i++) {
		struct enacted_edition *item = enacted->items[i];

		if (item->edition != NULL &&
		    (oldest == NULL || item->used < oldest->used))
			oldest = item;
	}
	if (oldest != NULL)
		unload(enacted, oldest);
}

static int load(struct enacted_edition *item, char why[ENACTED_WHY_BYTES])
{
	struct diagnostics diagnostics = { 0 };
	struct bytes vocabulary, policy;
	int r;

	if (!policy_unbundle(item->bundle, &vocabulary, &policy)) {
		snprintf(why, ENACTED_WHY_BYTES, "it is no bundle of two documents");
		return ENACTED_E_NOT_VALID;
	}
	r = policy_load(vocabulary, policy, &item->arena, &item->edition,
			&diagnostics);
	if (r == POLICY_E_NOT_VALID) {
		snprintf(why, ENACTED_WHY_BYTES, "%s, line %u: %s",
			 diagnostics.items[0].in_vocabulary ? "its vocabulary" :
							      "its policy",
			 diagnostics.items[0].place.line,
			 diagnostics.items[0].message);
		r = ENACTED_E_NOT_VALID;
	}
	if (r != 0)
		arena_done(&item->arena);
	return r;
}

int enacted_load(struct enacted *enacted, struct enacted_edition *item,
		 const struct edition **ret_edition, char ret_why[ENACTED_WHY_BYTES])
{
	if (item->edition == NULL) {
		int r;

		make_room(enacted);
		r = load(item, ret_why);
		if (r != 0)
			return r;
		enacted->n_loaded++;
	}
	item->used = ++enacted->n_uses;
	*ret_edition = item->edition;
	return 0;
}
