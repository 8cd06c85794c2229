/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_LANGUAGE_FEEL_H
#define PERMIT_LANGUAGE_FEEL_H

#include "policy/language/document.h"

/*
 * The part of FEEL that cells and derived facts are written in (sections 3 and
 * 4 of policy/tables/README.md): how it is spelled. What the words mean is
 * decided by compile.h, which knows the facts.
 */

/* ---- Tokens ---- */

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,	/* a name, a value, a number, a date, a duration */
	TOKEN_QUOTED,	/* "in_progress"; text without the quotes */
	TOKEN_NAME,	/* `permit.valid_until`; text without the backticks */
	TOKEN_SYMBOL,	/* < <= > >= = != ( ) [ ] , .. + - */
	TOKEN_BAD,
};

struct token {
	enum token_kind kind;
	struct text text;
	struct text source;	/* with quotes or backticks */
};

/* In expressions a hyphen is minus, and a dot belongs to a name. */
enum token_style { TOKENS_OF_CELL, TOKENS_OF_EXPRESSION };

struct token token_next(struct text *rest, enum token_style style);

bool token_is(const struct token *token, const char *symbol);

/* ---- Tests of cells ---- */

enum item_kind {
	ITEM_VALUE,		/* low */
	ITEM_LESS,		/* < low */
	ITEM_LESS_EQUAL,
	ITEM_GREATER,
	ITEM_GREATER_EQUAL,
	ITEM_INTERVAL,		/* low..high */
	ITEM_UNKNOWN,
};

struct item {
	enum item_kind kind;
	struct text low;
	struct text high;
	bool low_open;		/* the interval leaves its end out */
	bool high_open;
	bool name;		/* the value stood in backticks */
	struct text source;
};

enum clause_kind { CLAUSE_ANY, CLAUSE_SOME, CLAUSE_NOT, CLAUSE_ALL, CLAUSE_ONLY };

#define ITEMS_MAX 64

/* One cell: `kind` of the items; `unknown` beside not(...) is an item too. */
struct clause {
	enum clause_kind kind;
	size_t n_items;
	struct item *items;
	const struct cell *cell;
};

/* Reads the cell of an input. False with a mistake noted when it is none. */
bool clause_read(struct loader *loader, const struct cell *cell,
		 struct clause *ret_clause);

/* Its canonical form. */
const char *clause_print(struct loader *loader, const struct clause *clause);

/* ---- Expressions ---- */

/* An expression as it is spelled, before names are looked up. */
enum node_kind {
	NODE_WORD,		/* a name or a literal */
	NODE_KINDS,		/* permit.history[trp, other]: word, then NODE_WORDs */
	NODE_CALL,		/* text is the function's name */
	NODE_OPERATOR,		/* text is the operator; one or two arguments */
	NODE_IF,
};

struct node {
	enum node_kind kind;
	struct text text;	/* for NODE_CALL with single spaces */
	struct text source;	/* where it stands in the cell */
	size_t n_args;
	struct node *args[EXPRESSION_ARGS_MAX];
	size_t depth;
};

/* Reads an expression; NULL with a mistake noted when it is none. */
struct node *expression_read(struct loader *loader, const struct cell *cell);

const char *expression_print(struct loader *loader, const struct cell *cell);

#endif
