/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_LANGUAGE_DRAFT_H
#define PERMIT_LANGUAGE_DRAFT_H

#include "policy/language/columns.h"
#include "policy/language/feel.h"
#include "policy/report.h"

/*
 * An edition while it is read. The readers fill it section by section; then
 * compile turns what the cells say into masks, and check looks at the whole.
 */

/* What an input column reads, before facts are cut into variables. */
enum subject_kind { SUBJECT_FACT, SUBJECT_DERIVED, SUBJECT_OUTPUT };

struct subject {
	enum subject_kind kind;
	uint16_t index;		/* of facts, derived or tables */
	uint8_t output;
	bool unsound;		/* its declaration is wrong: cells are not looked at */
	const char *name;	/* as written */
	struct place place;
	size_t column;		/* of the grid */
};

/* What a cell of an input says, until all cells are known and cuts are made. */
struct range {
	int64_t low;	/* included */
	int64_t high;	/* left out */
};

struct condition {
	enum clause_kind kind;
	bool unknown;		/* matches not knowing, too */
	size_t n_ranges;	/* of what becomes one variable */
	struct range *ranges;
	uint64_t mask;		/* of a set or an output */
	struct place place;
};

struct draft_row {
	struct condition conditions[INPUTS_MAX];
};

enum annotation { ANNOTATION_SOURCE, ANNOTATION_ID, ANNOTATION_NOTE, N_ANNOTATIONS };

/* One decision table beside what will become struct table. */
struct draft_table {
	const struct section *section;
	const struct grid *grid;
	struct table table;
	struct row *rows;
	struct draft_row *conditions;
	struct subject subjects[INPUTS_MAX];
	size_t output_columns[OUTPUTS_MAX];
	const struct cell *annotations[N_ANNOTATIONS];	/* headers, or NULL */
	size_t annotation_columns[N_ANNOTATIONS];
	size_t first_row;	/* line of the grid */
	bool constraints;
	bool unsound;		/* its columns could not be read */
	unsigned unsound_outputs;	/* declared with a mistake: bits */
};

#define DRAFT_SOURCES_MAX 256
#define DRAFT_ROUTES_MAX 64

struct draft {
	struct loader *loader;
	const struct section *sections;
	size_t n_sections;
	struct edition edition;
	struct fact *facts;
	struct derived *derived;
	struct draft_table *tables;	/* edition.n_tables of them */
	struct draft_table constraints;	/* grid is NULL without any */
	struct question *questions;
	struct source *sources;
	struct route *routes;
	struct example *examples;
	struct report *report;		/* NULL without the section */
	uint32_t vocabulary_version;
	uint64_t unsound_facts;		/* declared with a mistake: bits */
	uint64_t unsound_derived;
};

/* The section of a title; NULL without one. */
const struct section *draft_section(const struct draft *draft, const char *title);

/* The next table of a section after `block` (NULL: the first); NULL at the end. */
const struct block *section_grid(const struct section *section,
				 const struct block *block);

/* Index of what has that name; -1 without one. */
int find_fact(const struct draft *draft, struct text key);
int find_derived(const struct draft *draft, struct text name);
int find_table(const struct draft *draft, struct text name);
int find_output(const struct table *table, struct text name);
int find_value(const struct fact *fact, struct text value);
int find_language(struct text name);

/* The question that a cell names; NULL with a mistake noted without one. */
struct question *find_question(struct draft *draft, const struct cell *cell);

extern const char *const language_codes[N_LANGUAGES];	/* "en" ... */

/* ---- Readers, one for each kind of section ---- */

/* The policy's or the vocabulary's own header. */
void read_policy_header(struct draft *draft);
void read_vocabulary_header(struct draft *draft);

/* Facts, Questions and Values: of the vocabulary, or the policy's own. */
void read_facts(struct draft *draft, bool own);

/* Questions and Values of the facts from n_before on; all must be there. */
void read_fact_texts(struct draft *draft, uint16_t n_before);

/* "0..20 children": a range with a unit, or without one (""). */
bool read_range(struct loader *loader, const struct cell *cell, int64_t *ret_minimum,
		int64_t *ret_maximum, struct text *ret_unit);

void read_sources(struct draft *draft);
void read_citations(struct draft *draft, const struct cell *cell,
		    struct citation citations[CITATIONS_MAX], uint8_t *ret_n);

void read_derived(struct draft *draft);

/*
 * All decision tables and the constraints: first the outputs of all tables,
 * because inputs may name them, then columns and rows.
 */
void read_tables(struct draft *draft);
void read_outputs(struct draft *draft, struct draft_table *table);
void read_inputs(struct draft *draft, struct draft_table *table);
void read_rows(struct draft *draft, struct draft_table *table);

/* "application received" or "decision". */
bool read_selected_by(struct loader *loader, const struct cell *cell,
		      enum selected_by *ret_selected_by);

void read_routes(struct draft *draft);
void read_transition(struct draft *draft);
void read_texts(struct draft *draft);
void read_examples(struct draft *draft);
void read_report(struct draft *draft);

/* ---- What needs the whole ---- */

/*
 * Types an expression, which may read the derived facts that stand above it.
 * NULL with a mistake noted when it is not sound or not of the type wanted.
 */
const struct expression *compile_expression(struct draft *draft, const struct cell *cell,
					    enum fact_type wanted);

/* Reads a cell of an input; false with a mistake noted. */
bool compile_condition(struct draft *draft, const struct subject *subject,
		       const struct cell *cell, struct condition *ret_condition);

/* Variables, masks, the order of tables, and what each question needs. */
void compile_draft(struct draft *draft);

/* Checks that take the whole edition: adverse rows, unused tables. */
void check_draft(struct draft *draft);

/*
 * Refuse what names testimony or a stand-in for it: the name of a fact; any
 * other name or value; a text that a person reads. An analysis document may
 * say all of that, save in its id, which is what a request would name.
 */
void check_policy_id(struct draft *draft, struct text id, struct place place);
void check_name(struct draft *draft, struct text name, struct place place);
void check_word(struct draft *draft, struct text word, struct place place);
void check_text(struct draft *draft, const struct cell *cell);

/* Whether the cell holds an id that no row, route or example has yet. */
bool check_id(struct draft *draft, const struct cell *cell);

#endif
