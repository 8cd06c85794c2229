/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/replay_compare.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Text that is cut off where the room ends. */
struct parts {
	char *to;
	size_t n;
};

PRINTF_LIKE(2, 3)
static void add(struct parts *parts, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(parts->to + parts->n, REPLAY_PARTS_BYTES - parts->n, format,
		      args);
	va_end(args);
	parts->n += n > 0 ? (size_t)n : 0;
	if (parts->n >= REPLAY_PARTS_BYTES)
		parts->n = REPLAY_PARTS_BYTES - 1;
}

static void part(struct parts *parts, const char *name)
{
	add(parts, "%s%s", parts->n > 0 ? "; " : "", name);
}

static void add_rows(struct parts *parts, const struct decision *decision)
{
	for (unsigned i = 0; i < decision->n_rows; i++) {
		const struct decided_row *row = &decision->rows[i];

		add(parts, "%s%s%s", i > 0 ? ", " : "",
		    decision->edition->tables[row->table].rows[row->row].id,
		    row->certain ? "" : " (perhaps)");
	}
	if (decision->n_rows == 0)
		add(parts, "none");
}

static bool same_rows(const struct decision *a, const struct decision *b)
{
	if (a->n_rows != b->n_rows)
		return false;
	for (unsigned i = 0; i < a->n_rows; i++)
		if (a->rows[i].table != b->rows[i].table ||
		    a->rows[i].row != b->rows[i].row ||
		    a->rows[i].certain != b->rows[i].certain)
			return false;
	return true;
}

static bool same_output(const struct decided_output *a,
			const struct decided_output *b)
{
	if (a->settled != b->settled)
		return false;
	if (!a->settled)
		return a->possible == b->possible;
	return a->value == b->value && a->has_day == b->has_day &&
	       (!a->has_day || a->day == b->day);
}

static void compare_outputs(struct parts *parts, const struct decision *recorded,
			    const struct decision *now)
{
	unsigned n = recorded->n_outputs < now->n_outputs ? recorded->n_outputs :
							    now->n_outputs;

	if (recorded->n_outputs != now->n_outputs)
		part(parts, "number of outputs");
	for (unsigned i = 0; i < n; i++)
		if (!same_output(&recorded->outputs[i], &now->outputs[i])) {
			part(parts, "output ");
			add(parts, "%s", now->outputs[i].output->name);
		}
}

static bool same_open(const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b)
{
	return n_a == n_b && (n_a == 0 || memcmp(a, b, n_a) == 0);
}

void replay_compare(const struct decision *recorded, const struct decision *now,
		    char to[REPLAY_PARTS_BYTES])
{
	struct parts parts = { to, 0 };

	to[0] = '\0';
	if (recorded->outcome != now->outcome)
		add(&parts, "outcome: recorded %s, now %s",
		    outcome_names[recorded->outcome], outcome_names[now->outcome]);
	if (!same_rows(recorded, now)) {
		part(&parts, "rows: recorded ");
		add_rows(&parts, recorded);
		add(&parts, ", now ");
		add_rows(&parts, now);
	}
	compare_outputs(&parts, recorded, now);
	if (recorded->agreed != now->agreed)
		part(&parts, now->agreed ? "the two evaluators disagreed when it was "
					   "recorded, and agree now"
					 : "the two evaluators agreed when it was "
					   "recorded, and disagree now");
	if (recorded->question != now->question || recorded->as_of != now->as_of)
		part(&parts, "the question or the date of decision");
	if (recorded->facts_used != now->facts_used)
		part(&parts, "which facts were used");
	if (!same_open(recorded->open, recorded->n_open, now->open, now->n_open) ||
	    !same_open(recorded->open_outputs, recorded->n_open_outputs,
		       now->open_outputs, now->n_open_outputs))
		part(&parts, "which facts are still open");
	if (recorded->questions_left != now->questions_left ||
	    recorded->not_asked != now->not_asked)
		part(&parts, "how many questions are left, or were not needed");
	if (parts.n == 0)
		part(&parts, "only in how it is written");
}
