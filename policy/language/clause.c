/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/feel.h"

/*
 *	cell  := "-" | word "(" items ")" [ "," "unknown" ] | items
 *	items := item { "," item }
 *	item  := value | ("<" | "<=" | ">" | ">=") value | interval | "unknown"
 */
struct parser {
	struct loader *loader;
	const struct cell *cell;
	struct text rest;
	struct token token;
	struct clause *clause;
	bool wrapped;		/* between the parentheses of not( and the like */
	struct item items[ITEMS_MAX];
};

static void advance(struct parser *parser)
{
	parser->token = token_next(&parser->rest, TOKENS_OF_CELL);
}

static bool wrong(struct parser *parser, const char *expected)
{
	const struct token *token = &parser->token;

	if (token->kind == TOKEN_END)
		mistake(parser->loader, M_CELL_SYNTAX,
			piece_place(parser->cell, token->source), expected,
			"the cell ends too early");
	else
		mistake(parser->loader, M_CELL_SYNTAX,
			piece_place(parser->cell, token->source), expected,
			"`%.*s` cannot stand here", (int)token->source.n,
			token->source.at);
	return false;
}

static bool is_value(const struct token *token)
{
	return token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED ||
	       token->kind == TOKEN_NAME;
}

static bool read_value(struct parser *parser, struct text *ret_value)
{
	if (!is_value(&parser->token))
		return wrong(parser, "expected a value");
	*ret_value = parser->token.text;
	advance(parser);
	return true;
}

/* `[14..18)`: the bracket was seen. */
static bool read_interval(struct parser *parser, struct item *item)
{
	item->kind = ITEM_INTERVAL;
	item->low_open = token_is(&parser->token, "(");
	advance(parser);
	if (!read_value(parser, &item->low))
		return false;
	if (!token_is(&parser->token, ".."))
		return wrong(parser, "expected `..` between the ends");
	advance(parser);
	if (!read_value(parser, &item->high))
		return false;
	item->high_open = token_is(&parser->token, ")");
	if (!item->high_open && !token_is(&parser->token, "]"))
		return wrong(parser, "expected `]` or `)`");
	advance(parser);
	return true;
}

static bool read_comparison(struct parser *parser, struct item *item)
{
	static const struct {
		const char *symbol;
		enum item_kind kind;
	} comparisons[] = {
		{ "<", ITEM_LESS }, { "<=", ITEM_LESS_EQUAL },
		{ ">", ITEM_GREATER }, { ">=", ITEM_GREATER_EQUAL },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(comparisons); i++) {
		if (!token_is(&parser->token, comparisons[i].symbol))
			continue;
		item->kind = comparisons[i].kind;
		advance(parser);
		return read_value(parser, &item->low);
	}
	return wrong(parser, "expected a value, a comparison or an interval");
}

static bool read_item(struct parser *parser)
{
	struct clause *clause = parser->clause;
	struct item *item = &parser->items[clause->n_items];
	const char *start = parser->token.source.at;
	const char *end;
	bool good;

	if (clause->n_items == ITEMS_MAX)
		return wrong(parser, "expected at most 64 alternatives");
	*item = (struct item){ .kind = ITEM_VALUE };
	if (token_is(&parser->token, "[") || token_is(&parser->token, "(")) {
		good = read_interval(parser, item);
	} else if (is_value(&parser->token)) {
		if (parser->token.kind == TOKEN_WORD &&
		    text_equal(parser->token.text, "unknown"))
			item->kind = ITEM_UNKNOWN;
		if (item->kind == ITEM_UNKNOWN && parser->wrapped)
			return wrong(parser, "`unknown` stands outside: not(a), unknown");
		item->name = parser->token.kind == TOKEN_NAME;
		good = read_value(parser, &item->low);
	} else {
		good = read_comparison(parser, item);
	}
	if (!good)
		return false;
	for (end = parser->token.source.at; end > start && end[-1] == ' '; end--)
		;
	item->source = (struct text){ start, (size_t)(end - start) };
	clause->n_items++;
	return true;
}

static bool read_items(struct parser *parser)
{
	while (read_item(parser)) {
		if (!token_is(&parser->token, ","))
			return true;
		advance(parser);
	}
	return false;
}

static const struct {
	const char *word;
	enum clause_kind kind;
} wrappers[] = {
	{ "not", CLAUSE_NOT }, { "all", CLAUSE_ALL }, { "only", CLAUSE_ONLY },
};

/* Says whether the cell begins with `not(`, `all(` or `only(`, and enters it. */
static bool enter_wrapper(struct parser *parser)
{
	struct text rest = parser->rest;
	struct token next = token_next(&rest, TOKENS_OF_CELL);

	if (parser->token.kind != TOKEN_WORD || !token_is(&next, "("))
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(wrappers); i++) {
		if (!text_equal(parser->token.text, wrappers[i].word))
			continue;
		parser->clause->kind = wrappers[i].kind;
		advance(parser);
		advance(parser);
		return true;
	}
	return false;
}

static bool read_clause(struct parser *parser)
{
	if (!enter_wrapper(parser))
		return read_items(parser);
	parser->wrapped = true;
	if (!read_items(parser))
		return false;
	parser->wrapped = false;
	if (!token_is(&parser->token, ")"))
		return wrong(parser, "expected `,` or `)`");
	advance(parser);
	if (!token_is(&parser->token, ","))
		return true;
	advance(parser);
	if (parser->token.kind != TOKEN_WORD ||
	    !text_equal(parser->token.text, "unknown"))
		return wrong(parser, "expected `unknown`, or nothing more");
	return read_item(parser);
}

bool clause_read(struct loader *loader, const struct cell *cell,
		 struct clause *ret_clause)
{
	struct clause clause = { .kind = CLAUSE_SOME, .cell = cell };
	struct parser parser = { .loader = loader, .cell = cell, .rest = cell->text,
				 .clause = &clause };

	if (cell->text.n == 0) {
		mistake(loader, M_CELL_EMPTY, cell->place, "`-` matches anything",
			"an empty cell in a condition");
		return false;
	}
	advance(&parser);
	if (token_is(&parser.token, "-")) {
		clause.kind = CLAUSE_ANY;
		advance(&parser);
	} else if (!read_clause(&parser)) {
		return false;
	}
	if (parser.token.kind != TOKEN_END)
		return wrong(&parser, "expected `,` or the end of the cell");
	clause.items = loader_alloc(loader, clause.n_items, sizeof(*clause.items));
	memcpy(clause.items, parser.items, clause.n_items * sizeof(*clause.items));
	*ret_clause = clause;
	return true;
}

/* ---- The canonical form ---- */

static bool is_plain(struct text value)
{
	struct text rest = value;
	struct token token = token_next(&rest, TOKENS_OF_CELL);

	return token.kind == TOKEN_WORD && token.text.n == value.n &&
	       !text_equal(value, "unknown");
}

static void print_value(struct builder *b, struct text value, bool name)
{
	const char *mark = name ? "`" : is_plain(value) ? "" : "\"";

	builder_format(b, "%s%.*s%s", mark, (int)value.n, value.at, mark);
}

static void print_item(struct builder *b, const struct item *item)
{
	static const char *const before[] = {
		[ITEM_VALUE] = "", [ITEM_LESS] = "< ", [ITEM_LESS_EQUAL] = "<= ",
		[ITEM_GREATER] = "> ", [ITEM_GREATER_EQUAL] = ">= ",
		[ITEM_INTERVAL] = "", [ITEM_UNKNOWN] = "unknown",
	};

	builder_string(b, before[item->kind]);
	if (item->kind == ITEM_UNKNOWN)
		return;
	if (item->kind == ITEM_INTERVAL)
		builder_string(b, item->low_open ? "(" : "[");
	print_value(b, item->low, item->name);
	if (item->kind != ITEM_INTERVAL)
		return;
	builder_string(b, "..");
	print_value(b, item->high, false);
	builder_string(b, item->high_open ? ")" : "]");
}

const char *clause_print(struct loader *loader, const struct clause *clause)
{
	static const char *const before[] = {
		[CLAUSE_ANY] = "-", [CLAUSE_SOME] = "", [CLAUSE_NOT] = "not(",
		[CLAUSE_ALL] = "all(", [CLAUSE_ONLY] = "only(",
	};
	bool wrapped = clause->kind != CLAUSE_ANY && clause->kind != CLAUSE_SOME;
	struct builder b;

	loader_builder(loader, &b);
	builder_string(&b, before[clause->kind]);
	for (size_t i = 0; i < clause->n_items; i++) {
		bool closes = wrapped && clause->items[i].kind == ITEM_UNKNOWN;

		if (closes)
			builder_string(&b, ")");
		builder_string(&b, i == 0 ? "" : ", ");
		print_item(&b, &clause->items[i]);
		wrapped = wrapped && !closes;
	}
	builder_string(&b, wrapped ? ")" : "");
	return loader_built(loader, &b);
}
