/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/shares.h"

bool shares_counted(const struct theorem *theorem)
{
	return theorem->n_by_fact > 0;
}

static const char *fact_key(const struct edition *edition,
			    const struct theorem *theorem, uint8_t index)
{
	(void)theorem;
	return edition->facts[index].key;
}

static const char *row_id(const struct edition *edition,
			  const struct theorem *theorem, uint8_t index)
{
	return edition->tables[edition->questions[theorem->question].table]
		.rows[index]
		.id;
}

/* ---- Text ---- */

static void say_share(const struct output_stream *out, const char *what,
		      const char *name, struct share share)
{
	char text[SHARE_TEXT_BYTES];

	share_print(share, text);
	output_line(out, "    %s `%s` in %s of the distinguishable cases", what,
		    name, text);
}

void shares_say(const struct output_stream *out, const struct edition *edition,
		const struct theorem *theorem)
{
	char all[SHARE_TEXT_BYTES];
	unsigned n = 0;

	for (uint8_t i = 0; i < theorem->n_by_fact; i++) {
		const struct theorem_share *by = &theorem->by_fact[i];

		if (by->share.parts == 0)
			continue;
		say_share(out, "depends on", fact_key(edition, theorem, by->index),
			  by->share);
		n++;
	}
	share_print(theorem->share, all);
	if (n != 1)
		output_line(out, "    depends on them together in %s", all);
	for (uint8_t i = 0; i < theorem->n_by_row; i++) {
		const struct theorem_share *by = &theorem->by_row[i];

		if (by->share.parts != 0)
			say_share(out, "whether it is row",
				  row_id(edition, theorem, by->index), by->share);
	}
}

/* ---- JSON ---- */

static json_t *named_shares(const struct edition *edition,
			    const struct theorem *theorem,
			    const struct theorem_share *shares, uint8_t n,
			    const char *(*name)(const struct edition *edition,
						const struct theorem *theorem,
						uint8_t index))
{
	json_t *to = json_object();

	for (uint8_t i = 0; i < n; i++) {
		json_int_t parts = (json_int_t)shares[i].share.parts;

		if (parts == 0)
			continue;
		if (json_object_set_new(to, name(edition, theorem, shares[i].index),
					json_integer(parts)) != 0) {
			json_decref(to);
			return NULL;
		}
	}
	return to;
}

json_t *shares_json(const struct edition *edition, const struct theorem *theorem)
{
	return json_pack("{s:I, s:I, s:o, s:o}", "of", (json_int_t)SHARE_ALL, "all",
			 (json_int_t)theorem->share.parts, "facts",
			 named_shares(edition, theorem, theorem->by_fact,
				      theorem->n_by_fact, fact_key),
			 "rows",
			 named_shares(edition, theorem, theorem->by_row,
				      theorem->n_by_row, row_id));
}
