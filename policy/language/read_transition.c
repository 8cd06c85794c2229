/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/language/draft.h"

struct transition_row {
	struct draft *draft;
	struct question *question;	/* NULL when the name is no question's */
};

static void read_question(struct loader *loader, const struct cell *cell, void *row)
{
	struct transition_row *reading = row;

	(void)loader;
	reading->question = find_question(reading->draft, cell);
}

static void read_selection(struct loader *loader, const struct cell *cell, void *row)
{
	struct transition_row *reading = row;
	enum selected_by selected_by;

	if (read_selected_by(loader, cell, &selected_by) && reading->question != NULL)
		reading->question->selected_by = selected_by;
}

static void read_source(struct loader *loader, const struct cell *cell, void *row)
{
	struct transition_row *reading = row;
	struct citation citations[CITATIONS_MAX];
	uint8_t n = 0;

	(void)loader;
	read_citations(reading->draft, cell, citations, &n);
}

static const struct column transition_columns[] = {
	{ "question", true, read_question },
	{ "selected by", true, read_selection },
	{ "source", true, read_source },
};

void read_transition(struct draft *draft)
{
	const struct section *section = draft_section(draft, "Transition");
	const struct block *block = NULL;
	struct columns columns;

	while (section != NULL && (block = section_grid(section, block)) != NULL) {
		if (!columns_find(draft->loader, block->grid, transition_columns,
				  ARRAY_LENGTH(transition_columns), &columns))
			continue;
		for (size_t i = 0; i < block->grid->n_lines; i++) {
			struct transition_row reading = { .draft = draft };

			(void)columns_read(draft->loader, &columns,
					   &block->grid->lines[i], &reading);
		}
	}
}
