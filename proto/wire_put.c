/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/wire_put.h"

void *put_array(struct put *put, size_t n, size_t size)
{
	void *array;

	if (put->failed || n == 0)
		return NULL;
	array = arena_array(put->arena, n, size);
	put->failed = array == NULL;
	return array;
}

char *put_text(struct put *put, const char *text)
{
	if (text == NULL)
		put->failed = true;
	return borrow_text(text == NULL ? "" : text);
}

char *put_day(struct put *put, day_t day)
{
	char text[DATE_TEXT_BYTES];

	date_print(day, text);
	return put_text(put, arena_text(put->arena, text, DATE_TEXT_BYTES - 1));
}

char *put_span(struct put *put, struct wire_span span)
{
	char text[DATE_TEXT_BYTES];

	if (!span.has)
		return borrow_text("");
	if (span.first == span.last)
		return put_day(put, span.first);
	date_print(span.first, text);
	return put_text(put, arena_text(put->arena, text, 7));
}

static bool has_text(const struct put *put, const struct texts *texts,
		     unsigned language)
{
	return (put->languages >> language & 1) != 0 &&
	       texts->in[language] != NULL && texts->in[language][0] != '\0';
}

/* A list on its own, for PUT_MESSAGES. */
struct text_list {
	size_t n_texts;
	Permit__V1__Text **texts;
};

Permit__V1__Text **put_texts(struct put *put, const struct texts *texts,
			     size_t *ret_n)
{
	struct text_list list;
	size_t n = 0;

	for (unsigned i = 0; i < N_LANGUAGES; i++)
		n += has_text(put, texts, i);
	PUT_MESSAGES(put, &list, texts, n, permit__v1__text__init);
	*ret_n = list.n_texts;
	n = 0;
	for (unsigned i = 0; i < N_LANGUAGES && n < list.n_texts; i++) {
		if (!has_text(put, texts, i))
			continue;
		list.texts[n]->language = (Permit__V1__Language)(i + 1);
		list.texts[n++]->text = borrow_text(texts->in[i]);
	}
	return list.texts;
}

char **put_keys(struct put *put, const struct edition *edition, uint64_t facts,
		size_t *ret_n)
{
	size_t n = (size_t)__builtin_popcountll(facts);
	char **keys = put_array(put, n, sizeof(*keys));

	*ret_n = keys == NULL ? 0 : n;
	n = 0;
	for (uint16_t i = 0; i < edition->n_facts && n < *ret_n; i++)
		if ((facts >> i & 1) != 0)
			keys[n++] = borrow_text(edition->facts[i].key);
	return keys;
}

char **put_citations(struct put *put, const struct citation *citations, uint8_t n,
		     size_t *ret_n)
{
	char **texts = put_array(put, n, sizeof(*texts));

	*ret_n = texts == NULL ? 0 : n;
	for (size_t i = 0; i < *ret_n; i++)
		texts[i] = borrow_text(citations[i].text);
	return texts;
}

Permit__V1__Edition *put_edition_name(struct put *put, const struct edition *edition,
				      const uint8_t *hash)
{
	Permit__V1__Edition *name = put_array(put, 1, sizeof(*name));

	if (name == NULL)
		return NULL;
	permit__v1__edition__init(name);
	name->policy = borrow_text(edition->policy_id);
	name->name = borrow_text(edition->name);
	name->hash = borrow_bytes((struct bytes){ hash, 32 });
	return name;
}
