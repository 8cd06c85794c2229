/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_EDITION_H
#define PERMIT_EDITION_H

#include "policy/fact.h"

/* Limits of policy/tables/README.md, section 8. */
#define DERIVED_MAX 64
#define TABLES_MAX 48
#define INPUTS_MAX 8
#define OUTPUTS_MAX 8
#define ROWS_MAX 64
#define QUESTIONS_MAX 16
#define CONSTRAINTS_MAX 64
#define EXAMPLES_MAX 400
#define CLASSES_MAX 32
#define CELL_MAX_BYTES 1000
#define DOCUMENT_MAX_BYTES (1024 * 1024)

/*
 * An edition, compiled. policy_load builds it, nothing changes it afterwards,
 * and everything it points to lives in one arena. Whatever could make a
 * decision fail was refused before this existed:
 *
 *	answers -> derived facts -> variables (classes) -> tables -> outcome
 *
 * Names index arrays of the edition: a `fact` is an index of facts, and so on.
 */

/* ---- Derived facts ---- */

enum expression_op {
	/* leaves */
	EXPR_CONSTANT,		/* number: an integer, a day, a boolean */
	EXPR_FACT,		/* index: date, integer, duration or boolean fact */
	EXPR_PERIODS,		/* index: periods fact, only as an argument; number: the
				   kinds that count as bits, 0 for all */
	EXPR_DERIVED,		/* index: an earlier derived fact */
	EXPR_DECISION_DATE,
	EXPR_DURATION,		/* duration: only as an argument or added to a date */

	/* two or more arguments */
	EXPR_ADD_DURATION,	/* date, duration */
	EXPR_SUBTRACT_DURATION,
	EXPR_ADD,
	EXPR_SUBTRACT,
	EXPR_EQUAL,
	EXPR_NOT_EQUAL,
	EXPR_LESS,
	EXPR_LESS_EQUAL,
	EXPR_GREATER,
	EXPR_GREATER_EQUAL,
	EXPR_AND,
	EXPR_OR,
	EXPR_NOT,
	EXPR_IF,		/* condition, then, else */
	EXPR_MIN,		/* min(), earliest() */
	EXPR_MAX,		/* max(), latest() */
	EXPR_DAYS_BETWEEN,
	EXPR_MONTHS_BETWEEN,
	EXPR_YEARS_BETWEEN,	/* age in years() too */
	EXPR_DATE,		/* year, month, day; a day that does not exist is the last of the month */
	EXPR_YEAR_OF,
	EXPR_MONTH_OF,
	EXPR_DAY_OF,
	EXPR_DAY_OF_YEAR,
	EXPR_DAY_OF_WEEK,
	EXPR_CONTINUOUS_SINCE,	/* periods, absences, gap, absence, on */
	EXPR_CONTINUOUS_MONTHS,
	N_EXPRESSION_OPS,
};

#define EXPRESSION_ARGS_MAX 8
#define EXPRESSION_DEPTH_MAX 24	/* nesting; the loader refuses more */

/* days until(d) is EXPR_DAYS_BETWEEN(decision.date, d), and so on: see feel.h. */
struct expression {
	enum expression_op op;
	enum fact_type type;	/* boolean, integer, date, duration or periods */
	uint8_t n_args;
	const struct expression *args[EXPRESSION_ARGS_MAX];
	int64_t number;
	uint16_t index;
	struct duration duration;
};

struct citation {
	uint16_t source;	/* index of sources */
	const char *text;	/* "IRPR 65(b)(i)" */
	bool unverified;
};

#define CITATIONS_MAX 8

struct derived {
	const char *name;
	enum fact_type type;	/* boolean, integer or date */
	int64_t minimum;	/* integers; days for dates */
	int64_t maximum;
	const char *unit;	/* of integers; NULL without one */
	const struct expression *expression;
	uint64_t facts;		/* bit i: reads fact i, directly or not */
	uint8_t n_citations;
	struct citation citations[CITATIONS_MAX];
	struct place place;
};

/* ---- Variables ---- */

enum variable_kind {
	VARIABLE_FACT,		/* boolean, enumeration, integer, date, duration */
	VARIABLE_ELEMENT,	/* "the set holds this element": class 0 no, 1 yes */
	VARIABLE_DERIVED,
};

/*
 * What tables really test: a fact cut into classes that no cell can tell
 * apart. Class i holds the numbers n with cuts[i - 1] <= n < cuts[i];
 * enumerations and booleans are cut at every value, so class i is value i.
 * A fact that some cell tests for `unknown` has that as its last class.
 */
struct variable {
	enum variable_kind kind;
	uint16_t index;		/* of facts or derived */
	uint8_t element;
	uint8_t n_classes;	/* 1..CLASSES_MAX, the unknown class included */
	bool has_unknown;
	const int64_t *cuts;	/* n_classes - 1 - has_unknown of them, ascending */
};

/* ---- Tables ---- */

enum input_kind {
	INPUT_VARIABLE,		/* index of variables */
	INPUT_SET,		/* index of the set's first element variable; n_elements follow */
	INPUT_OUTPUT,		/* output `output` of table `index` */
};

struct input {
	enum input_kind kind;
	uint16_t index;
	uint8_t output;
	uint8_t n_elements;
	const char *name;	/* as written */
	struct place place;
};

/*
 * A compiled cell. mask has a bit per class of a variable, per element of a
 * set, or per value of an output.
 */
enum test_op {
	TEST_ANY,		/* - */
	TEST_CLASSES,		/* the class, or the output's value, is in mask */
	TEST_SET_ANY,		/* sets and collected outputs: holds one of mask */
	TEST_SET_ALL,		/* holds all of mask */
	TEST_SET_NONE,		/* holds none of mask */
	TEST_SET_ONLY,		/* holds nothing outside mask; `none` is ONLY of 0 */
};

struct test {
	enum test_op op;
	uint64_t mask;
};

/* Values of a collected output: a terminal of the diagram holds them as bits. */
#define COLLECTED_VALUES_MAX 30

/* The output cell "-": no value. */
#define VALUE_NONE 63

struct output {
	const char *name;
	bool collected;		/* of a C table: the value is a set, a mask of values */
	uint8_t n_values;
	const char *values[VALUES_MAX];		/* as written: "P12M", "grant" */
	/* a derived date whose day is the value, or -1 */
	int16_t derived[VALUES_MAX];
	struct place place;
};

struct row {
	const char *id;
	struct test tests[INPUTS_MAX];
	uint8_t values[OUTPUTS_MAX];	/* index of the output's values, or VALUE_NONE */
	struct place places[INPUTS_MAX];	/* of the tests */
	uint8_t n_citations;
	struct citation citations[CITATIONS_MAX];
	bool unverified;		/* some citation is */
	const char *note;		/* "" without one */
	struct texts reason;
	struct place place;
};

enum hit_policy { HIT_UNIQUE, HIT_ANY, HIT_PRIORITY, HIT_COLLECT, HIT_FIRST };

struct table {
	const char *name;
	enum hit_policy hit;
	uint8_t n_inputs;
	uint8_t n_outputs;
	uint8_t n_rows;
	struct input inputs[INPUTS_MAX];
	struct output outputs[OUTPUTS_MAX];
	const struct row *rows;
	struct place place;
};

/* ---- The edition ---- */

enum outcome {
	OUTCOME_GRANT,
	OUTCOME_WAIT,
	OUTCOME_REFER,
	OUTCOME_NO_ROUTE,
	OUTCOME_ADVERSE,
	OUTCOME_ASK,		/* from the engine alone, never in a table */
	N_OUTCOMES,
};

extern const char *const outcome_names[N_OUTCOMES];	/* "grant" ... "ask" */

enum selected_by { SELECTED_BY_APPLICATION, SELECTED_BY_DECISION };

/*
 * What a document is for. An analysis shows a law as it is written, testimony
 * included; it is checked, tested and proven like a policy and never enacted.
 */
enum edition_kind { EDITION_POLICY, EDITION_ANALYSIS };

struct question {
	const char *name;
	uint16_t table;
	uint8_t outcome;	/* index of the table's outputs */
	int8_t until;		/* likewise, or -1 */
	enum selected_by selected_by;
	uint8_t n_needed;	/* tables on the way, in order of evaluation, its own last */
	uint8_t needed[TABLES_MAX];
	uint64_t facts;		/* bit i: fact i can be read on the way */
	uint64_t derived;
};

enum source_mark { MARK_VERIFIED, MARK_PART, MARK_UNVERIFIED };

struct source {
	const char *key;
	const char *title;
	const char *address;
	enum source_mark mark;
	struct place place;
};

/* A ground that exists and is not decided here, so that silence costs nobody a right. */
struct route {
	const char *id;
	const char *why;
	uint8_t n_citations;
	struct citation citations[CITATIONS_MAX];
	struct texts name;
	struct place place;
};

/* Answers about one case; answers[i] belongs to fact i of the edition. */
struct facts {
	struct answer answers[FACTS_MAX];
	day_t as_of;		/* the date of decision */
};

struct expectation {
	const char *name;	/* an output, or "row" */
	const char *value;
};

#define EXPECTATIONS_MAX 16

struct example {
	const char *id;
	uint8_t question;
	struct facts facts;
	enum outcome outcome;
	uint8_t n_expected;
	struct expectation expected[EXPECTATIONS_MAX];
	struct place place;
};

struct edition {
	enum edition_kind kind;
	const char *title;
	const char *policy_id;
	const char *name;		/* "2025-02-04" */
	const char *jurisdiction;
	day_t in_force_from;
	enum selected_by selected_by;
	uint32_t vocabulary;		/* its version */

	uint16_t n_facts;		/* the vocabulary's first, then its own */
	uint16_t n_used;		/* facts with a slot */
	uint16_t n_derived;
	uint16_t n_variables;
	uint16_t n_tables;
	uint16_t n_questions;
	uint16_t n_sources;
	uint16_t n_routes;
	uint16_t n_examples;
	const struct fact *facts;
	const struct derived *derived;
	const struct variable *variables;
	const struct table *tables;
	const struct question *questions;
	const struct table *constraints;	/* no outputs: each row cannot occur; NULL without */
	const struct source *sources;
	const struct route *routes;
	const struct example *examples;
	const struct report *report;	/* see policy/report.h; NULL without */

	const struct diagram *diagram;		/* see policy/diagram/diagram.h */
};

/*
 * Variables, at most: every element of every set is one.
 */
#define VARIABLES_MAX 256

/* Index of the fact, question, table or variable of that name; -1 without one. */
int edition_find_fact(const struct edition *edition, const char *key);
int edition_find_question(const struct edition *edition, const char *name);
int edition_find_table(const struct edition *edition, const char *name);

/* Every fact of the edition, as bits. */
static inline uint64_t edition_all_facts(const struct edition *edition)
{
	return edition->n_facts == FACTS_MAX ? UINT64_MAX : (1ull << edition->n_facts) - 1;
}

/* Class of a number in a variable's partition. Never the unknown class. */
uint8_t variable_class(const struct variable *variable, int64_t number);

#endif
