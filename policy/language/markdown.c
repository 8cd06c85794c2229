/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>
#include <threads.h>

#include <cmark-gfm-core-extensions.h>

#include "policy/language/markdown.h"

/* cmark's callbacks carry no context, so the parse in hand stands here. */
static _Thread_local struct {
	struct arena *memory;
	jmp_buf full;
} parse;

/* realloc must know what to copy: each piece is preceded by its length. */
union piece {
	size_t n_bytes;
	max_align_t align;
};

static void *piece_alloc(size_t n_bytes)
{
	union piece *piece = NULL;

	if (n_bytes <= SIZE_MAX - sizeof(*piece))
		piece = arena_alloc(parse.memory, sizeof(*piece) + n_bytes);
	if (piece == NULL)
		longjmp(parse.full, 1);
	piece->n_bytes = n_bytes;
	return piece + 1;
}

static void *piece_calloc(size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		longjmp(parse.full, 1);
	return piece_alloc(n * size);
}

static void *piece_realloc(void *old, size_t n_bytes)
{
	union piece *piece = old;
	void *new;

	if (old != NULL && piece[-1].n_bytes >= n_bytes)
		return old;
	new = piece_alloc(n_bytes);
	if (old != NULL)
		memcpy(new, old, piece[-1].n_bytes);
	return new;
}

static void piece_free(void *piece)
{
	(void)piece;
}

static cmark_mem pieces = { piece_calloc, piece_realloc, piece_free };

/*
 * cmark's register of extensions is made once and kept for ever, by cmark; while
 * it is being made a second thread would be told that there is no such extension.
 */
static once_flag registered = ONCE_FLAG_INIT;

cmark_node *markdown_parse(struct bytes source, struct arena *memory)
{
	cmark_parser *parser;

	call_once(&registered, cmark_gfm_core_extensions_ensure_registered);
	parse.memory = memory;
	if (setjmp(parse.full) != 0)
		return NULL;
	parser = cmark_parser_new_with_mem(CMARK_OPT_DEFAULT, &pieces);
	cmark_parser_attach_syntax_extension(parser,
					     cmark_find_syntax_extension("table"));
	cmark_parser_feed(parser, (const char *)source.data, source.n);
	return cmark_parser_finish(parser);
}
