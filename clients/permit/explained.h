/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_EXPLAINED_H
#define PERMIT_CLIENTS_EXPLAINED_H

#include "clients/permit/known_case.h"
#include "clients/permit/words.h"

/* What is said about a decision that was made here, from a known case. */

/* The word for an outcome. */
enum word explained_outcome(enum outcome outcome);

/*
 * An answer in words, with the labels of the policy: "possible", "housing,
 * health". In the arena; "" when it is full.
 */
const char *explained_answer(const struct known_case *known, uint8_t fact,
			     const struct answer *answer, struct arena *arena);

/*
 * "Grant, because of these answers alone: Identification: possible; Presence:
 * yes. Nothing else mattered." In the arena; NULL when it is full. `reason` is
 * from explain_reason.
 */
const char *explained_because(const struct known_case *known, enum outcome outcome,
			      uint64_t reason, struct arena *arena);

/* The rows of the question's own table that match, with reason and sources. */
void explained_rows(const struct known_case *known, const struct decision *decision);

/* Outcome, settled outputs and rows, under a title. */
void explained_decision(const struct known_case *known, const char *title,
			const struct decision *decision);

/* The same for programs; NULL when memory ran out. */
json_t *explained_json(const struct decision *decision, struct arena *arena);

#endif
