/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/coverage.h"

#include <errno.h>

#include "policy/diagram/cover.h"
#include "policy/diagram/prove.h"
#include "policy/language/policy.h"

struct covering {
	const struct output_stream *out;
	const char *path;
	struct arena arena;
	struct arena scratch;
	struct cover *cover;
	bool *was_missing; /* before cases were looked for */
	struct coverage coverage;
};

static void covering_done(struct covering *covering)
{
	arena_done(&covering->arena);
	arena_done(&covering->scratch);
}

unsigned percent_of(unsigned n, unsigned all)
{
	return all == 0 ? 100 : n * 100 / all;
}

static int say_side(struct covering *covering, const struct cover_side *side)
{
	const struct edition *edition = covering->cover->edition;
	struct cover_row at = cover_place(covering->cover, side);
	const struct table *table = &edition->tables[at.table];
	const struct row *row = &table->rows[at.row];
	const char *text = cover_text(covering->cover, side, &covering->arena);
	const char *question = edition->questions[side->question].name;
	bool reached = side->state != COVER_UNREACHED;

	if (text == NULL)
		return -ENOMEM;
	output_line(covering->out, "%s:%u: %s of %s with %s (row %s of %s)",
		    covering->path, row->place.line,
		    reached ? "no example" : "no case was found", question, text,
		    row->id, table->name);
	return json_array_append_new(
		covering->coverage.missed,
		json_pack("{s:s, s:s, s:s, s:s, s:i, s:b}", "question", question,
			  "side", text, "table", table->name, "row", row->id, "line",
			  (int)row->place.line, "case_found", reached));
}

/* Whether a side can be reached at all is known when a case was found. */
static int cover_all(struct covering *covering, const struct edition *edition)
{
	struct cover *cover;
	int r;

	arena_init(&covering->arena, POLICY_ARENA_BYTES);
	arena_init(&covering->scratch, PROVE_SCRATCH_BYTES);
	r = cover_examples(edition, &covering->arena, &covering->scratch,
			   &covering->cover);
	if (r != 0)
		return r;
	cover = covering->cover;
	covering->was_missing = arena_array(&covering->arena, cover->n_sides,
					    sizeof(*covering->was_missing));
	if (covering->was_missing == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < cover->n_sides; i++)
		covering->was_missing[i] = cover->sides[i].state == COVER_MISSING;
	return cover_fill(cover, -1);
}

int coverage_say(const struct output_stream *out, const char *path,
		 const struct edition *edition, struct coverage *ret_coverage)
{
	CLEANUP(covering_done) struct covering covering = { .out = out,
							    .path = path };
	int r = cover_all(&covering, edition);

	if (r != 0)
		return r;
	covering.coverage.missed = json_array();
	for (size_t i = 0; i < covering.cover->n_sides && r == 0; i++) {
		const struct cover_side *side = &covering.cover->sides[i];

		covering.coverage.n_covered += !covering.was_missing[i];
		covering.coverage.n_reachable += side->state != COVER_UNREACHED;
		covering.coverage.n_unreached += side->state == COVER_UNREACHED;
		if (covering.was_missing[i])
			r = say_side(&covering, side);
	}
	if (r != 0) {
		json_decref(covering.coverage.missed);
		return -ENOMEM;
	}
	*ret_coverage = covering.coverage;
	return 0;
}
