/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_FACT_H
#define PERMIT_FACT_H

#include "policy/base/arena.h"
#include "policy/base/bytes.h"
#include "policy/base/date.h"

/* Limits of policy/tables/README.md, section 8. */
#define FACTS_MAX 64
#define VALUES_MAX 32
#define PERIODS_MAX 64
#define NAME_MAX_BYTES 48

enum language { LANGUAGE_EN, LANGUAGE_FR, LANGUAGE_DE, LANGUAGE_IT, N_LANGUAGES };

/* One text in every language; each is UTF-8 and never NULL once loaded. */
struct texts {
	const char *in[N_LANGUAGES];
};

enum fact_type {
	FACT_BOOLEAN,
	FACT_ENUMERATION,
	FACT_SET,
	FACT_INTEGER,
	FACT_DATE,
	FACT_DURATION,
	FACT_PERIODS,
};

/*
 * Only an ordinary fact may be read by a table. Testimony exists in analysis
 * documents alone, whose tables read it to show what a law depends on.
 */
enum fact_class { FACT_ORDINARY, FACT_EVIDENCE, FACT_HIDDEN, FACT_TESTIMONY };

enum fact_direction { DIRECTION_FAVOURABLE, DIRECTION_NEUTRAL, DIRECTION_ADVERSE };

/* Whom to ask first, least burden first. */
enum fact_ask {
	ASK_REGISTER,
	ASK_FILE,
	ASK_SUPPORTER,
	ASK_PROFESSIONAL,
	ASK_ADVISER,
	ASK_PERSON,
};

/* Through whom or what an answer may become another one. Never decides anything. */
enum fact_changes {
	CHANGES_NEVER,		/* age, the past: nobody is told to be someone else */
	CHANGES_TIME,		/* comes with time */
	CHANGES_OTHERS,		/* a finding or an assessment that others can make */
	CHANGES_PERSON,		/* the person can do something */
};

#define STAGE_FIRST 1u
#define STAGE_RENEWAL 2u
#define STAGE_PERMANENT 4u

/* The place of something in a document, for messages. Lines and columns from 1. */
struct place {
	uint32_t line;
	uint32_t column;	/* in bytes */
	uint32_t n_bytes;
};

/*
 * One question that may be asked, as the vocabulary or a policy declares it.
 * Everything it points to lives in the edition's arena.
 */
struct fact {
	const char *key;
	enum fact_type type;
	enum fact_class class;
	enum fact_direction direction;
	uint64_t adverse_values;	/* of an enumeration, set or boolean: bit i = value i */
	uint8_t sensitivity;		/* 0..3 */
	enum fact_ask ask;
	enum fact_changes changes;
	uint8_t stages;			/* STAGE_ bits */
	bool core;
	bool own;			/* declared by the policy, not the vocabulary */
	bool used;			/* some table or derived fact reads it */
	uint8_t slot;			/* number among the used facts, else 255 */

	/* enumerations, sets, and the kinds of periods; booleans have no, yes */
	uint8_t n_values;
	const char *values[VALUES_MAX];
	struct texts value_labels[VALUES_MAX];
	uint64_t neutral_kinds;		/* periods: kinds that never break residence */

	/* integers, durations */
	int64_t minimum;
	int64_t maximum;
	enum duration_unit duration_unit;
	const char *unit;		/* "children"; NULL without one */

	struct texts label;
	struct texts question;
	struct texts why;
	struct texts do_not;		/* "" where nothing is to be avoided */
	struct place place;
};

enum answer_state {
	ANSWER_ABSENT,		/* not asked yet: any completion is possible */
	ANSWER_VALUE,
	ANSWER_NOT_KNOWN,
	ANSWER_DECLINED,	/* prefers not to say */
};

/* Where an answer comes from, and how well it is shown. Never decides anything. */
enum answer_source {
	SOURCE_UNSTATED,
	SOURCE_REGISTER,
	SOURCE_AUTHORITY,
	SOURCE_SUPPORT_WORKER,
	SOURCE_PROFESSIONAL,
	SOURCE_ADVISER,
	SOURCE_PERSON,
	SOURCE_OFFICER,
};

enum answer_basis { BASIS_UNSTATED, BASIS_STATED, BASIS_DOCUMENTED, BASIS_ASSESSED };

/* Both days belong to the period. */
struct period {
	day_t from;
	day_t to;
	uint8_t kind;	/* index of the fact's values */
};

/*
 * One answer about a case. number holds a boolean (0, 1), an enumeration's
 * value, an integer, or a duration's count in the fact's own unit; a set is
 * its elements as bits; a date is a span, both ends equal when the day is known.
 */
struct answer {
	enum answer_state state;
	enum answer_source source;
	enum answer_basis basis;
	bool has_dated;
	day_t dated;		/* when the answer was given or attested */
	union {
		int64_t number;
		uint64_t set;
		struct {
			day_t first;
			day_t last;
		} date;
		struct {
			const struct period *items;	/* sorted by from */
			size_t n;
		} periods;
	};
};

enum fact_error {
	FACT_OK,
	FACT_E_NOT_A_VALUE = 1,	/* not one of the values, or not of the type's form */
	FACT_E_OUT_OF_RANGE,	/* a number, date or duration outside its range */
	FACT_E_UNIT,		/* a duration in another unit than the fact's */
	FACT_E_PERIODS,		/* a period ends before it begins, or two overlap */
	FACT_E_TOO_MANY,	/* more than PERIODS_MAX periods */
	FACT_E_NO_ROOM,		/* the arena's cap */
};

/*
 * Reads a value in the one textual form of policy/tables/README.md section 6
 * ("yes", "possible", "a, b", "none", "3", "2025-02", "P6M", "trp 2024-01-01..
 * 2024-12-31", "not known", "declined"). Sets only state and the value of
 * ret_answer, leaving source, basis and date alone. Periods are sorted and
 * live in the arena.
 */
MUST_USE enum fact_error fact_parse(const struct fact *fact, struct bytes text,
				    struct arena *arena, struct answer *ret_answer);

/*
 * Writes an answer in that form, canonically, so that fact_parse gives it
 * back. Returns the text in the arena, or NULL when the arena is full.
 */
const char *fact_print(const struct fact *fact, const struct answer *answer,
		       struct arena *arena);

/*
 * Says whether an answer that did not come through fact_parse (a packed one)
 * is one that fact_parse could have given.
 */
MUST_USE enum fact_error fact_check(const struct fact *fact,
				    const struct answer *answer);

#endif
