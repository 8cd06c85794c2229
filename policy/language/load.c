/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/diagram/diagram.h"
#include "policy/language/draft.h"

struct load {
	struct bytes vocabulary;
	struct bytes policy;
	struct stored_diagram *stored;	/* NULL without one */
	const struct edition *edition;
};

static struct draft *new_draft(struct loader *loader)
{
	struct draft *draft = loader_alloc(loader, 1, sizeof(*draft));

	draft->loader = loader;
	draft->facts = loader_alloc(loader, FACTS_MAX, sizeof(*draft->facts));
	draft->derived = loader_alloc(loader, DERIVED_MAX, sizeof(*draft->derived));
	draft->tables = loader_alloc(loader, TABLES_MAX, sizeof(*draft->tables));
	draft->questions = loader_alloc(loader, QUESTIONS_MAX,
					sizeof(*draft->questions));
	draft->sources = loader_alloc(loader, DRAFT_SOURCES_MAX,
				      sizeof(*draft->sources));
	draft->examples = loader_alloc(loader, EXAMPLES_MAX,
				       sizeof(*draft->examples));
	draft->routes = loader_alloc(loader, DRAFT_ROUTES_MAX, sizeof(*draft->routes));
	return draft;
}

static void open_document(struct draft *draft, struct bytes source, bool vocabulary)
{
	const struct document *document;
	size_t n_mistakes = mistakes(draft->loader);

	draft->loader->in_vocabulary = vocabulary;
	document = document_read(draft->loader, source);
	if (mistakes(draft->loader) > n_mistakes)
		loader_skipped(draft->loader);
	draft->n_sections = document_sections(draft->loader, document,
					      &draft->sections);
}

static bool tables_are_sound(const struct draft *draft)
{
	for (uint16_t i = 0; i < draft->edition.n_tables; i++)
		if (draft->tables[i].unsound)
			return false;
	return true;
}

/*
 * Reads as much as can be read without guessing: a mistake in one place should
 * not bring others about elsewhere. Texts and examples name rows, so they wait
 * until all rows could be read.
 */
static void read_policy(struct draft *draft)
{
	read_policy_header(draft);
	read_facts(draft, true);
	read_sources(draft);
	read_derived(draft);
	read_tables(draft);
	read_routes(draft);
	if (!tables_are_sound(draft))
		loader_skipped(draft->loader);
	read_transition(draft);
	read_texts(draft);
	if (draft->unsound_facts == 0)
		read_examples(draft);
	if (draft->unsound_facts == 0 && draft->unsound_derived == 0 &&
	    tables_are_sound(draft))
		read_report(draft);
}

static struct edition *make_edition(struct draft *draft)
{
	struct edition *edition = loader_alloc(draft->loader, 1, sizeof(*edition));
	struct table *tables = loader_alloc(draft->loader, draft->edition.n_tables,
					    sizeof(*tables));

	for (uint16_t i = 0; i < draft->edition.n_tables; i++)
		tables[i] = draft->tables[i].table;
	*edition = draft->edition;
	edition->facts = draft->facts;
	edition->derived = draft->derived;
	edition->tables = tables;
	edition->questions = draft->questions;
	edition->sources = draft->sources;
	edition->routes = draft->routes;
	edition->examples = draft->examples;
	edition->report = draft->report;
	if (draft->constraints.grid != NULL)
		edition->constraints = &draft->constraints.table;
	return edition;
}

/* ---- What the diagram finds ---- */

static const char *case_text(struct loader *loader, const struct edition *edition,
			     const struct table_finding *finding)
{
	const char *text = diagram_case_text(edition, &finding->example, loader->arena);

	if (text == NULL)
		loader_no_room(loader);
	return text;
}

static void note_overlap(struct loader *loader, const struct edition *edition,
			 const struct table_finding *finding)
{
	const struct table *table = &edition->tables[finding->table];

	mistake(loader, M_TABLE_OVERLAP, table->rows[finding->row].place,
		loader_format(loader, "both match when %s",
			      case_text(loader, edition, finding)),
		table->hit == HIT_ANY ?
			"rows `%s` and `%s` match one case and disagree" :
			"rows `%s` and `%s` match one case",
		table->rows[finding->row].id, table->rows[finding->other].id);
}

static void note_finding(struct loader *loader, const struct edition *edition,
			 const struct table_finding *finding)
{
	const struct table *table = finding->table == FINDING_CONSTRAINTS ?
					    edition->constraints :
					    &edition->tables[finding->table];

	switch (finding->kind) {
	case FINDING_GAP:
		mistake(loader, M_TABLE_GAP, table->place,
			loader_format(loader, "none matches when %s",
				      case_text(loader, edition, finding)),
			"the table `%s` has no row for some case", table->name);
		break;
	case FINDING_OVERLAP:
		note_overlap(loader, edition, finding);
		break;
	case FINDING_DEAD_ROW:
		mistake(loader, M_ROW_DEAD, table->rows[finding->row].place, NULL,
			"no case ever reaches row `%s`", table->rows[finding->row].id);
		break;
	case FINDING_TOO_LARGE:
		mistake(loader, M_TABLE_TOO_LARGE, table->place, NULL,
			"the table `%s` tells more cases apart than can be checked",
			table->name);
		break;
	case FINDING_NO_CASE:
		mistake(loader, M_NO_CASE, edition->constraints->place, NULL,
			"the constraints exclude every case");
		break;
	}
}

static void build_diagram(struct loader *loader, struct edition *edition)
{
	struct table_finding *findings = loader_alloc(loader, FINDINGS_MAX, sizeof(*findings));
	size_t n = 0;

	arena_reset(&loader->scratch);
	if (diagram_build(edition, loader->arena, &loader->scratch, findings, &n,
			  &edition->diagram) != 0)
		loader_no_room(loader);
	/* without any case every row is dead, which says nothing more */
	for (size_t i = 0; i < n; i++) {
		if (findings[i].kind != FINDING_NO_CASE)
			continue;
		note_finding(loader, edition, &findings[i]);
		return;
	}
	for (size_t i = 0; i < n; i++)
		note_finding(loader, edition, &findings[i]);
}

/* Takes the stored diagram, if there is one that fits. */
static bool take_diagram(struct loader *loader, struct edition *edition,
			 struct stored_diagram *stored)
{
	if (stored == NULL)
		return false;
	arena_reset(&loader->scratch);
	stored->fault = image_open(stored->image, edition, &loader->scratch,
				   loader->arena, &stored->diagram);
	if (stored->fault == IMAGE_NO_ROOM)
		loader_no_room(loader);
	if (stored->fault != IMAGE_SOUND)
		return false;
	edition->diagram = stored->diagram;
	return true;
}

static void load(struct loader *loader, void *argument)
{
	struct draft *draft = new_draft(loader);
	struct load *load = argument;
	struct edition *edition;

	open_document(draft, load->vocabulary, true);
	if (mistakes(loader) > 0)
		return;
	read_vocabulary_header(draft);
	read_facts(draft, false);
	if (mistakes(loader) > 0)
		return;
	open_document(draft, load->policy, false);
	read_policy(draft);
	if (mistakes(loader) > 0)
		return;
	compile_draft(draft);
	if (mistakes(loader) > 0)
		return;
	check_draft(draft);
	edition = make_edition(draft);
	if (mistakes(loader) == 0 && !take_diagram(loader, edition, load->stored))
		build_diagram(loader, edition);
	load->edition = edition;
}

static int run(struct load *argument, struct arena *arena,
	       const struct edition **ret_edition, struct diagnostics *ret_diagnostics)
{
	int r = loader_run(arena, ret_diagnostics, load, argument);

	if (r == 0)
		*ret_edition = argument->edition;
	return r;
}

int policy_load(struct bytes vocabulary, struct bytes policy, struct arena *arena,
		const struct edition **ret_edition,
		struct diagnostics *ret_diagnostics)
{
	struct load argument = { .vocabulary = vocabulary, .policy = policy };

	return run(&argument, arena, ret_edition, ret_diagnostics);
}

int policy_load_stored(struct bytes vocabulary, struct bytes policy,
		       struct stored_diagram *stored, struct arena *arena,
		       const struct edition **ret_edition,
		       struct diagnostics *ret_diagnostics)
{
	struct load argument = { .vocabulary = vocabulary, .policy = policy,
				 .stored = stored };

	stored->diagram = NULL;
	return run(&argument, arena, ret_edition, ret_diagnostics);
}
