/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/receipt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char first_line[] = "c2sp.org/tlog-proof@v1\n";

#define HASH_LINE_CHARS (BASE64_CHARS(DIGEST_BYTES) + 1)
#define NUMBER_BYTES 21		/* a u64 in decimal and a NUL */

size_t receipt_bytes(const struct receipt *receipt)
{
	char number[NUMBER_BYTES];
	int n_number = snprintf(number, sizeof(number), "%" PRIu64,
				receipt->index);

	return strlen(first_line) + strlen("index \n") + (size_t)n_number +
	       receipt->path.n * HASH_LINE_CHARS + 1 + receipt->note.n;
}

void receipt_print(const struct receipt *receipt, char *to)
{
	char number[NUMBER_BYTES];
	char line[HASH_LINE_CHARS + 1];

	snprintf(number, sizeof(number), "%" PRIu64, receipt->index);
	to = mempcpy(to, first_line, strlen(first_line));
	to = mempcpy(to, "index ", 6);
	to = mempcpy(to, number, strlen(number));
	*to++ = '\n';
	for (size_t i = 0; i < receipt->path.n; i++) {
		base64_print(receipt->path.hashes[i].bytes, DIGEST_BYTES, line);
		line[HASH_LINE_CHARS - 1] = '\n';
		to = mempcpy(to, line, HASH_LINE_CHARS);
	}
	*to++ = '\n';
	memcpy(to, receipt->note.data, receipt->note.n);
}

/* Cuts the line, without its line feed, off the front. */
static bool cut_line(struct bytes *rest, struct bytes *ret_line)
{
	const uint8_t *end = rest->n > 0 ? memchr(rest->data, '\n', rest->n) : NULL;
	size_t n;

	if (end == NULL)
		return false;
	n = (size_t)(end - rest->data);
	*ret_line = (struct bytes){ rest->data, n };
	*rest = (struct bytes){ end + 1, rest->n - n - 1 };
	return true;
}

static bool line_begins(struct bytes line, const char *word)
{
	size_t n = strlen(word);

	return line.n >= n && memcmp(line.data, word, n) == 0;
}

/* "index 17": one way to write each number. */
static bool parse_index(struct bytes line, uint64_t *ret_index)
{
	char number[NUMBER_BYTES], again[NUMBER_BYTES];
	size_t n = line.n - 6;

	if (!line_begins(line, "index ") || n == 0 || n >= sizeof(number))
		return false;
	memcpy(number, line.data + 6, n);
	number[n] = '\0';
	errno = 0;
	*ret_index = strtoull(number, NULL, 10);
	snprintf(again, sizeof(again), "%" PRIu64, *ret_index);
	return errno == 0 && strcmp(number, again) == 0;
}

static bool parse_path(struct bytes *rest, struct merkle_path *path)
{
	struct bytes line;
	size_t n;

	for (;;) {
		if (!cut_line(rest, &line))
			return false;
		if (line.n == 0)
			return true;
		if (path->n == MERKLE_INCLUSION_MAX ||
		    !base64_parse((const char *)line.data, line.n,
				  path->hashes[path->n].bytes, DIGEST_BYTES,
				  &n) || n != DIGEST_BYTES)
			return false;
		path->n++;
	}
}

int receipt_parse(struct bytes from, struct receipt *ret_receipt)
{
	struct receipt receipt = { .index = 0 };
	struct bytes line;

	if (from.n > RECEIPT_MAX_BYTES || !line_begins(from, first_line))
		return RECEIPT_E_FORMAT;
	from.data += strlen(first_line);
	from.n -= strlen(first_line);
	if (!cut_line(&from, &line))
		return RECEIPT_E_FORMAT;
	/* "extra" is signed by nobody, so it is read over, never looked at. */
	if (line_begins(line, "extra ") && !cut_line(&from, &line))
		return RECEIPT_E_FORMAT;
	if (!parse_index(line, &receipt.index) ||
	    !parse_path(&from, &receipt.path) || from.n == 0)
		return RECEIPT_E_FORMAT;
	receipt.note = from;
	*ret_receipt = receipt;
	return 0;
}

int receipt_verify(struct bytes from, struct bytes entry,
		   const struct vkey *log_key, struct checkpoint *ret_checkpoint)
{
	struct receipt receipt;
	struct checkpoint checkpoint;
	struct digest leaf = merkle_leaf(entry);

	if (receipt_parse(from, &receipt) != 0)
		return RECEIPT_E_FORMAT;
	if (checkpoint_open(receipt.note, log_key, &checkpoint) != 0)
		return RECEIPT_E_NOTE;
	if (!merkle_verify_inclusion(receipt.index, checkpoint.size, &leaf,
				     &receipt.path, &checkpoint.root))
		return RECEIPT_E_PROOF;
	*ret_checkpoint = checkpoint;
	return 0;
}

int receipt_from_record(const struct segment_record *record,
			uint32_t index_in_batch, struct merkle_tree *tree,
			struct receipt *ret_receipt)
{
	uint64_t seq = record->first_seq + index_in_batch;
	struct receipt receipt = { .index = seq, .note = record->note };
	struct digest *leaves;
	struct segment_item item;
	size_t at = 0, n = 0;
	int r;

	if (index_in_batch >= record->n_items)
		return -ERANGE;
	leaves = calloc(record->n_items, sizeof(*leaves));
	if (leaves == NULL)
		return -ENOMEM;
	while (segment_next_item(record, &at, &item))
		leaves[n++] = merkle_leaf(item.entry);
	r = merkle_tree_build(tree, &record->before, leaves, n);
	free(leaves);
	if (r != 0)
		return r;
	if (!merkle_tree_inclusion(tree, seq, tree->end, &receipt.path))
		return -ERANGE;
	*ret_receipt = receipt;
	return 0;
}
