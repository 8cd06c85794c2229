/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/feel.h"

/*
 *	choice     := "if" choice "then" choice "else" choice | either
 *	either     := both { "or" both }
 *	both       := comparison { "and" comparison }
 *	comparison := sum [ ("=" | "!=" | "<" | "<=" | ">" | ">=") sum ]
 *	sum        := operand { ("+" | "-") operand }
 *	operand    := "-" number | word | word "[" word { "," word } "]"
 *	            | words "(" choice { "," choice } ")" | "(" choice ")"
 */
struct parser {
	struct loader *loader;
	const struct cell *cell;
	struct text rest;
	struct token token;
	size_t depth;
};

static struct node *read_choice(struct parser *parser);

static void advance(struct parser *parser)
{
	parser->token = token_next(&parser->rest, TOKENS_OF_EXPRESSION);
}

static struct node *wrong(struct parser *parser, const char *expected)
{
	const struct token *token = &parser->token;

	if (token->kind == TOKEN_END)
		mistake(parser->loader, M_EXPRESSION_SYNTAX,
			piece_place(parser->cell, token->source), expected,
			"the expression ends too early");
	else
		mistake(parser->loader, M_EXPRESSION_SYNTAX,
			piece_place(parser->cell, token->source), expected,
			"`%.*s` cannot stand here", (int)token->source.n,
			token->source.at);
	return NULL;
}

static bool is_word(const struct token *token, const char *word)
{
	return token->kind == TOKEN_WORD && text_equal(token->text, word);
}

static bool is_keyword(const struct token *token)
{
	static const char *const keywords[] = { "if", "then", "else", "and", "or" };

	for (size_t i = 0; i < ARRAY_LENGTH(keywords); i++)
		if (is_word(token, keywords[i]))
			return true;
	return false;
}

static struct node *new_node(struct parser *parser, enum node_kind kind,
			     struct text text)
{
	struct node *node = loader_alloc(parser->loader, 1, sizeof(*node));

	node->kind = kind;
	node->text = node->source = text;
	node->depth = 1;
	return node;
}

/* Adds an argument; NULL stays NULL, so that callers need not look. */
static struct node *with(struct parser *parser, struct node *node, struct node *arg)
{
	const char *end;

	if (node == NULL || arg == NULL)
		return NULL;
	if (node->n_args == EXPRESSION_ARGS_MAX)
		return wrong(parser, "expected at most 8 arguments");
	node->args[node->n_args++] = arg;
	if (arg->depth >= node->depth)
		node->depth = arg->depth + 1;
	end = arg->source.at + arg->source.n;
	if (arg->source.at < node->source.at) {
		node->source.n += (size_t)(node->source.at - arg->source.at);
		node->source.at = arg->source.at;
	}
	if (end > node->source.at + node->source.n)
		node->source.n = (size_t)(end - node->source.at);
	return node;
}

/* The bracket that closes a node belongs to its source. */
static struct node *closed(struct parser *parser, struct node *node, const char *symbol)
{
	if (node == NULL)
		return NULL;
	if (!token_is(&parser->token, symbol))
		return wrong(parser, symbol[0] == ')' ? "expected `,` or `)`" :
						       "expected `,` or `]`");
	node->source.n = (size_t)(parser->token.source.at + 1 - node->source.at);
	advance(parser);
	return node;
}

static struct node *read_arguments(struct parser *parser, struct node *call)
{
	do {
		advance(parser);
		call = with(parser, call, read_choice(parser));
	} while (call != NULL && token_is(&parser->token, ","));
	return closed(parser, call, ")");
}

static struct node *read_kinds(struct parser *parser, struct node *word)
{
	word->kind = NODE_KINDS;
	do {
		advance(parser);
		if (parser->token.kind != TOKEN_WORD)
			return wrong(parser, "expected a kind of period");
		word = with(parser, word, new_node(parser, NODE_WORD,
						   parser->token.text));
		advance(parser);
	} while (word != NULL && token_is(&parser->token, ","));
	return closed(parser, word, "]");
}

/* "days between(": function names are several words. */
static struct node *read_words(struct parser *parser)
{
	struct node *node = new_node(parser, NODE_WORD, parser->token.text);
	struct builder name;
	size_t n_words = 0;

	loader_builder(parser->loader, &name);
	for (; parser->token.kind == TOKEN_WORD && !is_keyword(&parser->token); n_words++) {
		builder_format(&name, "%s%.*s", n_words == 0 ? "" : " ",
			       (int)parser->token.text.n, parser->token.text.at);
		node->source.n = (size_t)(parser->token.text.at + parser->token.text.n -
					  node->source.at);
		advance(parser);
	}
	if (token_is(&parser->token, "(")) {
		node->kind = NODE_CALL;
		node->text = text_of(loader_built(parser->loader, &name));
		return read_arguments(parser, node);
	}
	if (n_words != 1)
		return wrong(parser, "expected an operator, or `(` after a function");
	if (token_is(&parser->token, "["))
		return read_kinds(parser, node);
	return node;
}

static struct node *read_operand(struct parser *parser)
{
	struct node *node;

	if (token_is(&parser->token, "-")) {
		node = new_node(parser, NODE_OPERATOR, parser->token.text);
		advance(parser);
		return with(parser, node, read_operand(parser));
	}
	if (token_is(&parser->token, "(")) {
		advance(parser);
		node = read_choice(parser);
		if (node != NULL && !token_is(&parser->token, ")"))
			return wrong(parser, "expected `)`");
		advance(parser);
		return node;
	}
	if (parser->token.kind != TOKEN_WORD || is_keyword(&parser->token))
		return wrong(parser, "expected a name, a value or a function");
	return read_words(parser);
}

static bool is_one_of(const struct token *token, const char *const *words)
{
	for (; *words != NULL; words++)
		if (text_equal(token->text, *words))
			return token->kind == TOKEN_SYMBOL || token->kind == TOKEN_WORD;
	return false;
}

/* From the weakest binding to the strongest. */
static const char *const levels[][7] = {
	{ "or" }, { "and" }, { "=", "!=", "<", "<=", ">", ">=" }, { "+", "-" },
};

#define LEVEL_COMPARISON 2

static struct node *read_level(struct parser *parser, size_t level)
{
	struct node *left;
	struct node *node;

	if (level == ARRAY_LENGTH(levels))
		return read_operand(parser);
	left = read_level(parser, level + 1);
	while (left != NULL && is_one_of(&parser->token, levels[level])) {
		node = new_node(parser, NODE_OPERATOR, parser->token.text);
		advance(parser);
		node = with(parser, node, left);
		left = with(parser, node, read_level(parser, level + 1));
		if (level == LEVEL_COMPARISON)
			break;
	}
	return left;
}

static struct node *read_branch(struct parser *parser, struct node *node,
				const char *keyword)
{
	if (node == NULL)
		return NULL;
	if (!is_word(&parser->token, keyword))
		return wrong(parser, keyword[0] == 't' ? "expected `then`" :
							 "expected `else`");
	advance(parser);
	return with(parser, node, read_choice(parser));
}

#define NESTING_MAX 64

static struct node *read_choice(struct parser *parser)
{
	struct node *node;

	if (++parser->depth > NESTING_MAX)
		return wrong(parser, "expected less nesting");
	if (!is_word(&parser->token, "if")) {
		node = read_level(parser, 0);
	} else {
		node = new_node(parser, NODE_IF, parser->token.text);
		advance(parser);
		node = with(parser, node, read_choice(parser));
		node = read_branch(parser, node, "then");
		node = read_branch(parser, node, "else");
	}
	parser->depth--;
	return node;
}

struct node *expression_read(struct loader *loader, const struct cell *cell)
{
	struct parser parser = { .loader = loader, .cell = cell, .rest = cell->text };
	struct node *node;

	advance(&parser);
	node = read_choice(&parser);
	if (node == NULL)
		return NULL;
	if (parser.token.kind != TOKEN_END)
		return wrong(&parser, "expected an operator or the end");
	if (node->depth > EXPRESSION_DEPTH_MAX) {
		mistake(loader, M_EXPRESSION_DEPTH, cell->place, NULL,
			"an expression nested %zu deep; the limit is %d", node->depth,
			EXPRESSION_DEPTH_MAX);
		return NULL;
	}
	return node;
}

/* ---- The canonical form ---- */

static bool opens(const struct token *token)
{
	return token_is(token, "(") || token_is(token, "[");
}

static bool is_minus_sign(const struct token *before)
{
	if (before->kind == TOKEN_END || is_keyword(before))
		return true;
	return before->kind == TOKEN_SYMBOL && !token_is(before, ")") &&
	       !token_is(before, "]");
}

/* Whether a space stands between two tokens; `sign`: the first is a minus sign. */
static bool spaced(const struct token *before, const struct token *token, bool sign)
{
	if (before->kind == TOKEN_END || opens(before) || sign)
		return false;
	if (token_is(token, ")") || token_is(token, "]") || token_is(token, ","))
		return false;
	if (opens(token))
		return before->kind != TOKEN_WORD || is_keyword(before);
	return true;
}

const char *expression_print(struct loader *loader, const struct cell *cell)
{
	struct token before = { .kind = TOKEN_END };
	struct text rest = cell->text;
	bool sign = false;
	struct builder b;

	loader_builder(loader, &b);
	for (;;) {
		struct token token = token_next(&rest, TOKENS_OF_EXPRESSION);

		if (token.kind == TOKEN_END)
			break;
		builder_format(&b, "%s%.*s", spaced(&before, &token, sign) ? " " : "",
			       (int)token.source.n, token.source.at);
		sign = token_is(&token, "-") && is_minus_sign(&before);
		before = token;
	}
	return loader_built(loader, &b);
}
