/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/language/feel.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool has_prefix(struct text text, const char *prefix)
{
	size_t n = strlen(prefix);

	return text.n >= n && memcmp(text.at, prefix, n) == 0;
}

static bool is_date(struct text text)
{
	static const char form[] = "dddd-dd-dd";

	if (text.n < sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == 'd' ? !is_digit(text.at[i]) : text.at[i] != '-')
			return false;
	return text.n == sizeof(form) - 1 || !is_digit(text.at[sizeof(form) - 1]);
}

/* `.` joins letters of a name; `..` never does. */
static bool in_word(struct text text, size_t i, enum token_style style)
{
	char c = text.at[i];

	if (is_digit(c) || is_letter(c))
		return true;
	if (style == TOKENS_OF_CELL)
		return c == '-';
	return c == '.' && i + 1 < text.n && is_letter(text.at[i + 1]);
}

static size_t word_length(struct text text, enum token_style style)
{
	size_t n = 0;

	if (is_date(text))
		return strlen("2025-02-04");
	if (style == TOKENS_OF_CELL && text.at[0] == '-' &&
	    (text.n < 2 || !is_digit(text.at[1])))
		return 0;
	while (n < text.n && in_word(text, n, style))
		n++;
	return n;
}

static size_t symbol_length(struct text text)
{
	static const char *const symbols[] = {
		"<=", ">=", "!=", "..", "<", ">", "=", "(", ")", "[", "]", ",", "+", "-",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(symbols); i++)
		if (has_prefix(text, symbols[i]))
			return strlen(symbols[i]);
	return 0;
}

static struct token delimited(struct text text, enum token_kind kind)
{
	const char *end = memchr(text.at + 1, text.at[0], text.n - 1);
	struct token token = { .kind = kind, .source = text };

	if (end == NULL) {
		token.kind = TOKEN_BAD;
		return token;
	}
	token.text = (struct text){ text.at + 1, (size_t)(end - text.at) - 1 };
	token.source.n = token.text.n + 2;
	return token;
}

static struct token token_at(struct text text, enum token_style style)
{
	struct token token = { .kind = TOKEN_END, .source = { text.at, 0 } };
	size_t n;

	if (text.n == 0)
		return token;
	if (text.at[0] == '"')
		return delimited(text, TOKEN_QUOTED);
	if (text.at[0] == '`')
		return delimited(text, TOKEN_NAME);
	token.kind = TOKEN_WORD;
	n = word_length(text, style);
	if (n == 0) {
		token.kind = TOKEN_SYMBOL;
		n = symbol_length(text);
	}
	if (n == 0) {
		token.kind = TOKEN_BAD;
		for (n = 1; n < text.n && ((uint8_t)text.at[n] & 0xc0) == 0x80; n++)
			;
	}
	token.text = token.source = (struct text){ text.at, n };
	return token;
}

struct token token_next(struct text *rest, enum token_style style)
{
	struct token token;

	while (rest->n > 0 && rest->at[0] == ' ') {
		rest->at++;
		rest->n--;
	}
	token = token_at(*rest, style);
	rest->at += token.source.n;
	rest->n -= token.source.n;
	return token;
}

bool token_is(const struct token *token, const char *symbol)
{
	return token->kind == TOKEN_SYMBOL && text_equal(token->text, symbol);
}
