/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_WIRE_H
#define PERMIT_PROTO_WIRE_H

#include "policy/decide.h"
#include "policy/language/policy.h"
#include "proto/refusal.h"

/*
 * Between messages and what the policy knows. What is put into messages lives
 * in the arena or is borrowed from edition and decision: keep both until the
 * message is packed.
 */

#define WIRE_REFUSED 1

/* The fact that may select the edition. */
#define WIRE_APPLICATION_RECEIVED "application.received"

/* A day, or the days of a month: first..last. has is false when nobody said. */
struct wire_span {
	bool has;
	day_t first;
	day_t last;
};

/*
 * Finds when the application was received among named facts, before an edition
 * is chosen. Returns 0, or WIRE_REFUSED when it is there and not a date.
 */
MUST_USE int wire_named_received(const Permit__V1__EvaluateRequest *request,
				 struct wire_span *ret_received,
				 struct refusal *ret_refusal);

/* The same among facts that were read. */
struct wire_span wire_received(const struct edition *edition,
			       const struct facts *facts);

/*
 * Reads the facts of a checked request, in either form. Facts that the edition
 * never reads are checked and then left out, so that they are neither
 * evaluated nor recorded: ret_unused has their bits. Those of class evidence,
 * and when the application was received, stay.
 *
 * The caller has compared PackedFacts.edition_hash. Returns 0; WIRE_REFUSED
 * with the refusal set; -ENOMEM.
 */
MUST_USE int wire_read_facts(const Permit__V1__EvaluateRequest *request,
			     const struct edition *edition, day_t as_of,
			     struct arena *arena, struct facts *ret_facts,
			     uint64_t *ret_unused, struct refusal *ret_refusal);

/* A refusal for DECIDE_E_CONTRADICTION and the row that decide() gave. */
void wire_contradiction(const struct edition *edition, int row,
			struct refusal *ret_refusal);

/* Languages of a request, as bits 1 << enum language. None asked for: 0. */
unsigned wire_languages(const Permit__V1__Language *languages, size_t n);
#define WIRE_ALL_LANGUAGES ((1u << N_LANGUAGES) - 1)

/* What the store and the log know of a decision. */
struct wire_record {
	const uint8_t *edition_hash;	/* 32 bytes */
	uint64_t edition_recorded_ms;
	struct wire_span received;
	uint64_t unused;	/* of wire_read_facts */

	/* the rest is only read when recorded */
	bool recorded;
	const uint8_t *entry_id;	/* 16 bytes */
	uint64_t decision_recorded_ms;
	uint64_t log_index;
	uint64_t tree_size;
	const char *checkpoint;
	const char *receipt;
	struct bytes entry;	/* its bytes in the log */
};

/* Returns 0 or -ENOMEM. */
MUST_USE int wire_put_decision(const struct decision *decision,
			       const struct wire_record *record, unsigned languages,
			       struct arena *arena, Permit__V1__Decision *ret_message);

/* The answers of a case by name, with their sources. Returns 0 or -ENOMEM. */
MUST_USE int wire_put_facts(const struct edition *edition, const struct facts *facts,
			    struct arena *arena, Permit__V1__NamedFacts *ret_message);

/* What the store knows of an edition. */
struct wire_edition {
	const uint8_t *hash;	/* 32 bytes */
	uint64_t recorded_ms;
	uint64_t log_index;
};

/* Returns 0 or -ENOMEM. */
MUST_USE int wire_put_edition(const struct edition *edition,
			      const struct wire_edition *known, struct arena *arena,
			      Permit__V1__EditionInfo *ret_message);

/*
 * Describes an edition, or one question of it (NULL: all). Returns 0 or
 * -ENOMEM.
 */
MUST_USE int wire_put_description(const struct edition *edition,
				  const struct question *question,
				  const uint8_t *hash, unsigned languages,
				  struct arena *arena,
				  Permit__V1__DescribeResponse *ret_message);

/* A document as it was sent, with the name that its diagnostics get. */
struct wire_document {
	struct bytes text;
	const char *name;
};

/*
 * Adds the diagnostics of policy_load to an Error with
 * CODE_POLICY_NOT_VALID. Returns 0 or -ENOMEM.
 */
MUST_USE int wire_put_diagnostics(const struct diagnostics *diagnostics,
				  struct wire_document policy,
				  struct wire_document vocabulary,
				  struct arena *arena, Permit__V1__Error *ret_message);

#endif
