/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/backtest_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clients/files.h"

#define STATE_VERSION 1
#define STATE_MAX_BYTES (4u * 1024 * 1024)
#define N_COUNTERS 10

/* The counters by name, in the order of the file. */
static const struct {
	const char *name;
	size_t offset;
} counters[N_COUNTERS] = {
	{ "next", offsetof(struct backtest_report, next) },
	{ "other_policy", offsetof(struct backtest_report, n_other_policy) },
	{ "other_question", offsetof(struct backtest_report, n_other_question) },
	{ "sealed", offsetof(struct backtest_report, n_sealed) },
	{ "erased", offsetof(struct backtest_report, n_erased) },
	{ "unreadable", offsetof(struct backtest_report, n_unreadable) },
	{ "contradiction", offsetof(struct backtest_report, n_contradiction) },
	{ "lost", offsetof(struct backtest_report, n_lost) },
	{ "walked", offsetof(struct backtest_report, n_walked) },
	{ "decided", offsetof(struct backtest_report, n_decided) },
};

static uint64_t *counter(struct backtest_report *report, size_t i)
{
	return (uint64_t *)(void *)((char *)report + counters[i].offset);
}

/* ---- Writing ---- */

static json_t *cells_json(const struct backtest_report *report, uint16_t n_questions)
{
	json_t *cells = json_array();

	for (uint16_t q = 0; q < n_questions; q++)
		for (unsigned b = 0; b < N_OUTCOMES; b++)
			for (unsigned a = 0; a < N_OUTCOMES; a++)
				json_array_append_new(
					cells,
					json_integer((json_int_t)report->cells[q][b][a]));
	return cells;
}

static json_t *flips_json(const struct backtest_report *report)
{
	json_t *flips = json_array();

	for (size_t i = 0; i < report->n_flips; i++) {
		const struct backtest_flip *flip = &report->flips[i];

		json_array_append_new(
			flips, json_pack("[I, i, i, i, s, s]",
					 (json_int_t)flip->entry, (int)flip->question,
					 (int)flip->before, (int)flip->after,
					 flip->rows[0], flip->rows[1]));
	}
	return flips;
}

static json_t *state_json(const struct backtest_state *state,
			  struct backtest_report *report)
{
	char draft[2 * DIGEST_BYTES + 1] = "", read[2 * DIGEST_BYTES + 1] = "";
	json_t *json;

	hex_print(state->draft_hash.bytes, DIGEST_BYTES, draft);
	hex_print(report->read.bytes, DIGEST_BYTES, read);
	json = json_pack("{s:i, s:s, s:s, s:o, s:o}", "backtest", STATE_VERSION,
			 "draft", draft, "read", read, "cells",
			 cells_json(report, state->draft->n_questions), "flips",
			 flips_json(report));
	for (size_t i = 0; i < N_COUNTERS; i++)
		json_object_set_new(json, counters[i].name,
				    json_integer((json_int_t)*counter(report, i)));
	return json;
}

int backtest_state_write(const struct backtest_report *report, void *context)
{
	const struct backtest_state *state = context;
	struct backtest_report copy = *report;
	json_t *json = state_json(state, &copy);
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
	enum exit_code code = EXIT_FAILED;

	if (text != NULL)
		code = files_write(state->out, state->path,
				  (struct bytes){ (const uint8_t *)text,
						  strlen(text) });
	free(text);
	json_decref(json);
	return code == EXIT_DONE ? 0 : -EIO;
}

/* ---- Reading ---- */

static bool read_count(const json_t *json, json_int_t max, uint64_t *ret_count)
{
	json_int_t count = json_integer_value(json);

	if (!json_is_integer(json) || count < 0 || count > max)
		return false;
	*ret_count = (uint64_t)count;
	return true;
}

static bool read_cells(const struct backtest_state *state, const json_t *json,
		       struct backtest_report *report)
{
	size_t i = 0;

	if (json_array_size(json) !=
	    (size_t)state->draft->n_questions * N_OUTCOMES * N_OUTCOMES)
		return false;
	for (uint16_t q = 0; q < state->draft->n_questions; q++)
		for (unsigned b = 0; b < N_OUTCOMES; b++)
			for (unsigned a = 0; a < N_OUTCOMES; a++)
				if (!read_count(json_array_get(json, i++), INT64_MAX,
						&report->cells[q][b][a]))
					return false;
	return true;
}

static bool read_rows(const json_t *json, char to[BACKTEST_ROWS_BYTES])
{
	const char *text = json_string_value(json);

	if (text == NULL || strlen(text) >= BACKTEST_ROWS_BYTES)
		return false;
	strcpy(to, text);
	return true;
}

static bool read_flip(const struct backtest_state *state, const json_t *json,
		      struct backtest_flip *flip)
{
	uint64_t question, before, after;

	if (json_array_size(json) != 6 ||
	    !read_count(json_array_get(json, 0), INT64_MAX, &flip->entry) ||
	    !read_count(json_array_get(json, 1), state->draft->n_questions - 1,
			&question) ||
	    !read_count(json_array_get(json, 2), N_OUTCOMES - 1, &before) ||
	    !read_count(json_array_get(json, 3), N_OUTCOMES - 1, &after))
		return false;
	flip->question = (uint16_t)question;
	flip->before = (enum outcome)before;
	flip->after = (enum outcome)after;
	return read_rows(json_array_get(json, 4), flip->rows[0]) &&
	       read_rows(json_array_get(json, 5), flip->rows[1]);
}

static bool read_flips(const struct backtest_state *state, const json_t *json,
		       struct backtest_report *report)
{
	report->n_flips = json_array_size(json);
	if (!json_is_array(json) || report->n_flips > BACKTEST_FLIPS_MAX)
		return false;
	for (size_t i = 0; i < report->n_flips; i++)
		if (!read_flip(state, json_array_get(json, i), &report->flips[i]))
			return false;
	return true;
}

static bool read_digest(const json_t *json, struct digest *ret_digest)
{
	const char *text = json_string_value(json);

	return text != NULL && hex_parse(text, strlen(text), ret_digest->bytes,
					 DIGEST_BYTES);
}

static enum exit_code read_report(const struct backtest_state *state,
				  const json_t *json, struct backtest_report *report)
{
	struct digest draft;
	bool good = json_integer_value(json_object_get(json, "backtest")) ==
			    STATE_VERSION &&
		    read_digest(json_object_get(json, "draft"), &draft) &&
		    read_digest(json_object_get(json, "read"), &report->read);

	if (good && !digest_equal(&draft, &state->draft_hash))
		return output_error(state->out, EXIT_NOT_VALID,
				    "%s belongs to another draft; name another file, "
				    "or remove it",
				    state->path);
	for (size_t i = 0; i < N_COUNTERS && good; i++)
		good = read_count(json_object_get(json, counters[i].name), INT64_MAX,
				  counter(report, i));
	good = good && read_cells(state, json_object_get(json, "cells"), report) &&
	       read_flips(state, json_object_get(json, "flips"), report);
	if (good)
		return EXIT_DONE;
	return output_error(state->out, EXIT_NOT_VALID,
			    "%s is not the state of a backtest; name another file, or "
			    "remove it",
			    state->path);
}

enum exit_code backtest_state_read(const struct backtest_state *state,
				   struct backtest_report *ret_report)
{
	CLEANUP(arena_done) struct arena arena;
	enum exit_code code;
	struct bytes text;
	json_t *json;

	arena_init(&arena, 2 * STATE_MAX_BYTES);
	memset(ret_report, 0, sizeof(*ret_report));
	if (access(state->path, F_OK) != 0 && errno == ENOENT)
		return EXIT_DONE;
	code = files_read(state->out, state->path, STATE_MAX_BYTES, &arena, &text);
	if (code != EXIT_DONE)
		return code;
	json = json_loadb((const char *)text.data, text.n, JSON_REJECT_DUPLICATES,
			  NULL);
	code = read_report(state, json, ret_report);
	json_decref(json);
	return code;
}
