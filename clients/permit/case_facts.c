/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clients/files.h"
#include "clients/permit/case_facts.h"
#include "policy/testimony.h"

#define CASE_ARENA_BYTES (4u * 1024 * 1024)

void case_facts_init(struct case_facts *ret_facts)
{
	*ret_facts = (struct case_facts){ .path = "" };
	arena_init(&ret_facts->arena, CASE_ARENA_BYTES);
	permit__v1__named_facts__init(&ret_facts->message);
}

void case_facts_done(struct case_facts *facts)
{
	arena_done(&facts->arena);
}

/*
 * The structures of protobuf-c want texts that can be changed. Nobody does;
 * a copy keeps that promise without casting it away.
 */
static int set_text(struct arena *arena, const char *text, char **ret_text)
{
	*ret_text = arena_text(arena, text, strlen(text));
	return *ret_text != NULL ? 0 : -ENOMEM;
}

static int fill(struct arena *arena, const struct facts_item *item,
		Permit__V1__NamedFact *fact)
{
	char dated[DATE_TEXT_BYTES];
	int r;

	permit__v1__named_fact__init(fact);
	fact->source = (Permit__V1__Source)item->source;
	fact->basis = (Permit__V1__Basis)item->basis;
	r = set_text(arena, item->key, &fact->key);
	if (r == 0 && item->has_dated) {
		date_print(item->dated, dated);
		r = set_text(arena, dated, &fact->dated);
	}
	if (item->state == ANSWER_NOT_KNOWN) {
		fact->answer_case = PERMIT__V1__NAMED_FACT__ANSWER_NOT_KNOWN;
		fact->not_known = true;
	} else if (item->state == ANSWER_DECLINED) {
		fact->answer_case = PERMIT__V1__NAMED_FACT__ANSWER_DECLINED;
		fact->declined = true;
	} else {
		fact->answer_case = PERMIT__V1__NAMED_FACT__ANSWER_VALUE;
		if (r == 0)
			r = set_text(arena, item->value, &fact->value);
	}
	return r;
}

int case_facts_message(struct case_facts *facts)
{
	size_t n = facts->file.n;
	Permit__V1__NamedFact *items;
	size_t i;

	permit__v1__named_facts__init(&facts->message);
	items = arena_array(&facts->arena, n, sizeof(*items));
	facts->message.facts = arena_array(&facts->arena, n,
					   sizeof(*facts->message.facts));
	if (items == NULL || facts->message.facts == NULL)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (fill(&facts->arena, &facts->file.items[i], &items[i]) != 0)
			return -ENOMEM;
		facts->message.facts[i] = &items[i];
	}
	facts->message.n_facts = n;
	return 0;
}

static const char *shown_path(const struct case_facts *facts)
{
	return strcmp(facts->path, "-") == 0 ? "standard input" : facts->path;
}

static enum exit_code say_fault(const struct output_stream *out,
				const struct case_facts *facts,
				const struct facts_fault *fault)
{
	if (fault->place.line == 0)
		return output_error(out, EXIT_NOT_VALID, "%s: %s",
				    shown_path(facts), fault->message);
	return output_error(out, EXIT_NOT_VALID, "%s:%u:%u: %s", shown_path(facts),
			    fault->place.line, fault->place.column, fault->message);
}

enum exit_code case_facts_read(const struct output_stream *out, const char *path,
			       struct case_facts *ret_facts)
{
	struct facts_fault fault;
	struct bytes text;
	enum exit_code code;
	int r;

	case_facts_init(ret_facts);
	ret_facts->path = path;
	code = files_read(out, path, FACTS_FILE_MAX_BYTES, &ret_facts->arena, &text);
	if (code != EXIT_DONE)
		return code;
	r = facts_file_read(text, &ret_facts->arena, &ret_facts->file, &fault);
	if (r > 0) {
		code = say_fault(out, ret_facts, &fault);
		if (fault.testimony)
			output_hint(out, "%s", testimony_sentence(LANGUAGE_EN));
		return code;
	}
	if (r == 0)
		r = case_facts_message(ret_facts);
	return r == 0 ? EXIT_DONE : output_error(out, EXIT_FAILED, "out of memory");
}

/* The answer that "evaluate.named.facts[3].value" or a fact's key is about. */
static const struct facts_item *find_item(const struct case_facts *facts,
					  const char *field)
{
	const char *index = strstr(field, "facts[");
	size_t i = index != NULL ? strtoul(index + strlen("facts["), NULL, 10) : 0;

	if (index != NULL)
		return i < facts->file.n ? &facts->file.items[i] : NULL;
	for (i = 0; i < facts->file.n; i++)
		if (strcmp(facts->file.items[i].key, field) == 0)
			return &facts->file.items[i];
	return NULL;
}

enum exit_code case_facts_say_refusal(const struct output_stream *out,
				      const struct case_facts *facts,
				      const Permit__V1__Error *error)
{
	const struct facts_item *item = find_item(facts, error->field);
	struct place place;
	char where[1024] = "";

	if (item != NULL && item->key_place.line > 0) {
		place = error->code == PERMIT__V1__CODE__CODE_UNKNOWN_FACT
				? item->key_place
				: item->value_place;
		snprintf(where, sizeof(where), "%s:%u:%u: ", shown_path(facts),
			 place.line, place.column);
	}
	return daemon_say_refusal(out, error, where);
}
