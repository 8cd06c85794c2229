/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/note.h"
#include "proto/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char log_key[] = "example.org/permit/log1+1111dfce+"
	"AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
static const char witness_key[] = "auditor.example/w1+15cfbe2c+"
	"BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

static void try_note(struct bytes from)
{
	struct vkey keys[2];
	struct bytes text, same;
	struct checkpoint checkpoint;
	bool by[2];

	if (!vkey_parse(log_key, strlen(log_key), &keys[0]) ||
	    !vkey_parse(witness_key, strlen(witness_key), &keys[1]))
		abort();
	if (note_open(from, keys, 2, &text, by) == 0 &&
	    (!(by[0] || by[1]) || note_text(from, &same) != 0 ||
	     same.n != text.n))
		abort();
	if (checkpoint_open(from, keys, &checkpoint) == 0 &&
	    strcmp(checkpoint.origin, keys[0].name) != 0)
		abort();
}

/* What has one value has one text. */
static void try_checkpoint(struct bytes from)
{
	struct checkpoint checkpoint;
	char text[CHECKPOINT_TEXT_BYTES];

	if (!checkpoint_parse(from, &checkpoint))
		return;
	if (checkpoint_print(&checkpoint, text) != from.n ||
	    memcmp(text, from.data, from.n) != 0)
		abort();
}

static void try_vkey(struct bytes from)
{
	struct vkey vkey;
	char text[VKEY_TEXT_BYTES];

	if (!vkey_parse((const char *)from.data, from.n, &vkey))
		return;
	vkey_print(&vkey, text);
	if (strlen(text) != from.n || memcmp(text, from.data, from.n) != 0)
		abort();
}

static void try_receipt(struct bytes from)
{
	struct receipt receipt, again;
	struct bytes text;
	char *printed;

	if (receipt_parse(from, &receipt) != 0)
		return;
	text.n = receipt_bytes(&receipt);
	printed = malloc(text.n);
	receipt_print(&receipt, printed);
	text.data = (const uint8_t *)printed;
	/* A line "extra" is read over, and so not printed again. */
	if (text.n > from.n || receipt_parse(text, &again) != 0 ||
	    again.index != receipt.index || again.path.n != receipt.path.n ||
	    again.note.n != receipt.note.n)
		abort();
	free(printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes from = { data, size };

	if (size == 0)
		return 0;
	try_note(from);
	try_checkpoint(from);
	try_vkey(from);
	try_receipt(from);
	return 0;
}
