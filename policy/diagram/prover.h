/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_DIAGRAM_PROVER_H
#define PERMIT_DIAGRAM_PROVER_H

#include "policy/diagram/node.h"
#include "policy/diagram/prove.h"
#include "policy/evaluate.h"

/* What the parts of the prover share; prove.h is for everyone else. */

/* ---- Pairs of cases (prove_pair.c) ---- */

/* Which classes b may have where a has class i: bit j of to[i]. */
struct relation {
	uint32_t to[CLASSES_MAX];
};

/*
 * The pair of values, a's first, is what the theorem excludes. Equal values
 * never are.
 */
typedef bool (*bad_pair)(const void *context, node_ref a, node_ref b);

/*
 * A search for two cases that can occur, whose variables at stake are related
 * as said (NULL: alike) and whose others are alike, with a bad pair of values.
 */
struct pair_search {
	const struct edition *edition;
	node_ref root;
	const struct relation *relations[VARIABLES_MAX];
	bad_pair bad;
	const void *context;
	struct arena *scratch;
	uint64_t cost;
};

/* Any class with any other: the variable is free on both sides. */
extern const struct relation relation_free;

/* Returns 1 and the pair, 0 when there is none, or -ENOMEM. */
MUST_USE int pair_search(struct pair_search *search,
			 struct diagram_case ret_pair[2]);

/* ---- A set of keys (prove_pair.c) ---- */

struct key_set {
	struct arena *scratch;
	struct key_entry *entries;
	uint32_t n;
	uint32_t room; /* a power of two */
	bool failed;
};

struct key_entry {
	uint64_t key; /* never zero */
	uint32_t value;
};

/* The entry of a key, its `key` zero when it is new; NULL without memory. */
struct key_entry *key_set_find(struct key_set *set, uint64_t key);

/* Keeps an entry that key_set_find gave, with its value. */
void key_set_keep(struct key_set *set, struct key_entry *entry, uint64_t key,
		  uint32_t value);

/* ---- Quantified conditions (prove_quantify.c) ---- */

/* A pool that holds the edition's diagram, to build conditions on it. */
struct conditions {
	struct node_pool pool;
	node_ref *imported; /* of each node of the diagram; 0: not yet, else + 1 */
};

MUST_USE int conditions_init(struct conditions *conditions,
			     const struct edition *edition, struct arena *scratch);

/* A root of the diagram in the pool. */
node_ref conditions_import(struct conditions *conditions, node_ref root);

/* Boolean: some choice of the variables in the set makes the condition true. */
node_ref conditions_some(struct conditions *conditions, node_ref condition,
			 const bool variables[VARIABLES_MAX]);

/*
 * Completes a case, as far as the condition needs it, so that it is true.
 * False when no completion is.
 */
bool conditions_complete(struct conditions *conditions, node_ref condition,
			 struct diagram_case *io_case);

/* ---- Cases shown (prove_case.c) ---- */

/*
 * Makes a counterexample of one or two cases of a question's output: completes
 * them alike, decides each again, looks for facts. NULL without memory.
 */
struct counterexample *counterexample_of(const struct edition *edition,
					 uint16_t question, uint8_t output,
					 const struct diagram_case *cases,
					 uint8_t n, struct arena *arena,
					 struct arena *scratch);

/*
 * Gives each case answers that a person could give, where some are found that
 * decide() comes to the same with: to all cases or to none (prove_facts.c).
 */
void find_facts(const struct edition *edition, uint16_t question, uint8_t output,
		struct counterexample *example, struct arena *arena,
		struct arena *scratch);

/* The terminal that a diagram gives a complete case. */
node_ref terminal_of(const struct edition *edition, node_ref node,
		     const struct diagram_case *complete);

/*
 * Answers of a case that decide() comes to its value with; NULL when none are
 * found. `variables` are the edition's, or the same cut more finely, and the
 * case has their classes. Facts that `other` answers and that do not differ
 * are as they are there (NULL: none are).
 */
struct facts *facts_of_case(const struct edition *edition,
			    const struct variable *variables, uint16_t question,
			    uint8_t output, const struct theorem_case *shown,
			    const struct facts *other, uint64_t differ,
			    struct arena *arena, struct arena *scratch);

/*
 * Sets shown->rows to those that match in tables that such a row reads, from
 * the question's own table down. Tables come after those they read, so one pass
 * backwards does.
 */
void put_rows(const struct edition *edition, const struct question *question,
	      const struct table_result *results, struct theorem_case *shown);

/* Facts behind the variables in which two cases differ, as bits. */
uint64_t differing_facts(const struct edition *edition,
			 const struct diagram_case *a,
			 const struct diagram_case *b);

/* Facts behind a variable, as bits. */
uint64_t facts_behind(const struct edition *edition, uint16_t variable);

/* ---- Results (prove.c) ---- */

struct proof {
	const struct edition *edition;
	struct arena *arena;
	struct arena *scratch;
	struct theorem *results;
	size_t n;
	int r; /* sticky: -ENOMEM */
};

/* Adds a theorem and returns it; it holds when counterexample is NULL. */
struct theorem *proof_add(struct proof *proof, enum theorem_kind kind, int question,
			  int output, uint64_t cost,
			  const struct counterexample *counterexample);

/* Text for `what`, cut if too long; "", with the error noted, without memory. */
#define PROOF_TEXT_MAX_BYTES 512

PRINTF_LIKE(2, 3)
const char *proof_say(struct proof *proof, const char *format, ...);

/* A counterexample that is no case; NULL, with the error noted, without memory. */
const struct counterexample *proof_blame(struct proof *proof, const char *what,
					 int table, int row);

/* A counterexample of cases; NULL, with the error noted, without memory. */
const struct counterexample *proof_cases(struct proof *proof, uint16_t question,
					 uint8_t output,
					 const struct diagram_case *cases,
					 uint8_t n);

/* The rank of a terminal of a question's outcome. */
enum rank rank_of(const struct edition *edition, uint16_t question,
		  node_ref terminal);

enum rank {
	RANK_ADVERSE,
	RANK_NO_ROUTE,
	RANK_REFER,
	RANK_WAIT,
	RANK_GRANT,
	N_RANKS
};

/* Boolean: the result of a question has a rank among those in the mask. */
node_ref condition_rank(struct conditions *conditions, uint16_t question,
			unsigned ranks);
#define RANKS_FROM(rank) (~0u << (rank))
#define RANKS_ALL (~0u)

/*
 * The one fact that theorems know by name, because who is a child is not for a
 * policy to say: its value for an adult, and every other for a child.
 */
#define AGE_FACT "age.group"
#define AGE_ADULT "adult"

/* Begins conditions on an empty scratch; false with the error noted. */
bool proof_conditions(struct proof *proof, struct conditions *conditions);

/* Notes what went wrong in the pool; returns the cost. */
uint64_t proof_conditions_end(struct proof *proof,
			      const struct conditions *conditions);

/* ---- Independence (prove_stake.c, prove_row.c, prove_share.c) ---- */

/* Facts of testimony, as bits: by name or by class. */
uint64_t facts_testimony(const struct edition *edition);

/* The variables behind facts; false when there are none. */
bool stake_variables(const struct edition *edition, uint64_t facts,
		     bool at_stake[VARIABLES_MAX]);

/*
 * As depends_on: the whole set first, for that is the theorem; then each fact
 * alone, for a pair that differs in one fact says more.
 */
MUST_USE int stake_search(const struct edition *edition, node_ref root,
			  uint64_t facts, struct arena *scratch,
			  struct diagram_case pair[2], uint64_t *cost);

void prove_untied(struct proof *proof);
void prove_independence(struct proof *proof, uint16_t question);
void prove_row(struct proof *proof, enum theorem_kind kind, uint16_t question,
	       uint64_t facts);

/*
 * Counts for which share of the cases some split is fulfilled or not by what the
 * theorem is about, and by each of its facts; then, for rows, which are the
 * splits, by each row. Splits are boolean and false where a case is impossible.
 */
void count_shares(struct proof *proof, struct conditions *conditions,
		  const node_ref *splits, uint8_t n, struct theorem *theorem);
void count_row_shares(struct proof *proof, struct conditions *conditions,
		      const node_ref *rows, uint8_t n, struct theorem *theorem);

/* ---- The rest ---- */

void prove_unknown(struct proof *proof, uint16_t question); /* prove_person.c */
void prove_protection(struct proof *proof, uint16_t question);
void prove_child(struct proof *proof, uint16_t question);
void prove_complete(struct proof *proof); /* prove_tables.c */
void prove_adverse(struct proof *proof, uint16_t question);

#endif
