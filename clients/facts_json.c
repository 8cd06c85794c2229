/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "clients/facts_json.h"

/*
 * jansson says where a document is broken, but not where a member of a sound
 * one stands: that is looked up in the text, by the key in its quotes.
 */
static struct place place_of_key(struct text text, const char *key)
{
	struct place place = { 1, 1, (uint32_t)strlen(key) };
	size_t n = strlen(key);
	size_t i;

	for (i = 0; i + n + 2 <= text.n; i++) {
		if (text.at[i] == '"' && memcmp(text.at + i + 1, key, n) == 0 &&
		    text.at[i + 1 + n] == '"') {
			place.column++;
			return place;
		}
		place.column = text.at[i] == '\n' ? 1 : place.column + 1;
		place.line += text.at[i] == '\n';
	}
	return (struct place){ 0 };
}

static const char *integer_text(struct arena *arena, json_int_t number)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%" PRId64, (int64_t)number);

	return arena_text(arena, text, (size_t)n);
}

/* The elements of a set, "a, b", or "none". NULL: not texts, or no room. */
static const char *list_text(struct arena *arena, const json_t *list)
{
	struct builder builder;
	const json_t *element;
	size_t i;

	if (json_array_size(list) == 0)
		return "none";
	builder_init(&builder, arena);
	json_array_foreach(list, i, element)
	{
		if (!json_is_string(element))
			return NULL;
		builder_string(&builder, i > 0 ? ", " : "");
		builder_string(&builder, json_string_value(element));
	}
	return builder_text(&builder);
}

static const char *value_text(struct arena *arena, const json_t *value)
{
	if (json_is_string(value))
		return arena_text(arena, json_string_value(value),
				  json_string_length(value));
	if (json_is_boolean(value))
		return json_is_true(value) ? "yes" : "no";
	if (json_is_integer(value))
		return integer_text(arena, json_integer_value(value));
	if (json_is_array(value))
		return list_text(arena, value);
	return NULL;
}

static int read_value(struct arena *arena, const json_t *value,
		      struct facts_item *item, struct facts_fault *ret_fault)
{
	const char *text = value_text(arena, value);

	if (text == NULL || text[0] == '\0')
		return facts_fault_set(
			ret_fault, item->key_place,
			"%s needs a text, a boolean, an integer or a list "
			"of texts",
			item->key);
	facts_item_set(item, text);
	return 0;
}

/* {"value": ..., "source": ..., "basis": ..., "date": ...} */
static int read_object(struct arena *arena, json_t *object, struct facts_item *item,
		       struct facts_fault *ret_fault)
{
	const char *member;
	json_t *value;
	int r = 0;

	json_object_foreach(object, member, value)
	{
		if (strcmp(member, "value") == 0)
			r = read_value(arena, value, item, ret_fault);
		else if (json_is_string(value) && (strcmp(member, "source") == 0 ||
						   strcmp(member, "basis") == 0 ||
						   strcmp(member, "date") == 0))
			r = facts_item_source(item,
					      text_of(json_string_value(value)),
					      item->key_place, ret_fault);
		else
			r = facts_fault_set(
				ret_fault, item->key_place,
				"%s has \"%.40s\": it may have value, and "
				"the texts source, basis and date",
				item->key, member);
		if (r != 0)
			return r;
	}
	if (item->state == ANSWER_ABSENT)
		return facts_fault_set(ret_fault, item->key_place,
				       "%s has no value", item->key);
	return 0;
}

static int read_members(struct text text, json_t *root, struct arena *arena,
			struct facts_file *ret_file, struct facts_fault *ret_fault)
{
	struct facts_item *item;
	const char *key;
	const char *copy;
	json_t *value;
	int r;

	json_object_foreach(root, key, value)
	{
		copy = arena_text(arena, key, strlen(key));
		if (copy == NULL)
			return -ENOMEM;
		r = facts_file_add(ret_file, copy, place_of_key(text, key), &item,
				   ret_fault);
		if (r != 0)
			return r;
		item->value_place = item->key_place;
		if (json_is_object(value))
			r = read_object(arena, value, item, ret_fault);
		else
			r = read_value(arena, value, item, ret_fault);
		if (r != 0)
			return r;
	}
	return 0;
}

static int refuse_json(json_error_t *error, struct facts_fault *ret_fault)
{
	struct place place = { (uint32_t)error->line, (uint32_t)error->column, 1 };
	char *near = strstr(error->text, " near ");

	/* What it is near to may be a value, which no message repeats. */
	if (near != NULL)
		*near = '\0';
	return facts_fault_set(ret_fault, place, "this is no JSON: %s",
			       error->text);
}

int facts_json_read(struct text text, struct arena *arena,
		    struct facts_file *ret_file, struct facts_fault *ret_fault)
{
	json_error_t error;
	json_t *root = json_loadb(text.at, text.n, JSON_REJECT_DUPLICATES, &error);
	int r;

	if (root == NULL)
		return refuse_json(&error, ret_fault);
	r = read_members(text, root, arena, ret_file, ret_fault);
	json_decref(root);
	return r;
}
