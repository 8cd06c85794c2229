/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "daemon/service_state.h"

static int print(const struct receipt *receipt, struct arena *arena,
		 const char **ret_text)
{
	size_t n = receipt_bytes(receipt);
	char *text = arena_alloc(arena, n + 1);

	if (text == NULL)
		return -ENOMEM;
	receipt_print(receipt, text);
	text[n] = '\0';
	*ret_text = text;
	return 0;
}

int receipt_now(const struct service *service, const struct entry *entry,
		struct arena *arena, struct wire_record *record)
{
	uint8_t *bytes = arena_alloc(arena, entry_bytes(entry));
	struct receipt receipt;
	int r = log_receipt(service->store->log, entry->seq, &receipt);

	if (bytes == NULL)
		return -ENOMEM;
	if (r == 0)
		r = print(&receipt, arena, &record->receipt);
	if (r != 0)
		return r;
	entry_encode(entry, bytes);
	record->entry = (struct bytes){ bytes, entry_bytes(entry) };
	return 0;
}

int receipt_then(const struct segment_record *from, uint64_t seq,
		 struct arena *arena, const char **ret_text)
{
	CLEANUP(merkle_tree_done) struct merkle_tree tree;
	struct receipt receipt;
	int r;

	merkle_tree_init(&tree);
	r = receipt_from_record(from, (uint32_t)(seq - from->first_seq), &tree,
				&receipt);
	return r != 0 ? r : print(&receipt, arena, ret_text);
}
