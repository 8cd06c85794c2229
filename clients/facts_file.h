/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_FACTS_FILE_H
#define PERMIT_CLIENTS_FACTS_FILE_H

#include "policy/fact.h"

/*
 * The facts of a case in a file, for people and for programs.
 *
 *	# one answer a line; a fact that is not here was not asked
 *	ident.status = possible @ authority documented 2025-01-20
 *	recovery.areas = housing, legal_advice
 *	permit.valid_until = not known
 *
 * Values are written as policy/tables/README.md section 6 says. Behind " @ "
 * stand, as far as known and in any order: the source (register, authority,
 * support_worker, professional, adviser, person, officer), the basis (stated,
 * documented, assessed), the date of the answer.
 *
 * A file whose first sign is "{" is JSON: an object with a member a fact. Its
 * value is a text as above, a boolean, an integer, a list of texts for a set,
 * or an object {"value": ..., "source": ..., "basis": ..., "date": ...}.
 */
#define FACTS_FILE_MAX_BYTES (256u * 1024)

/* One answer. The texts live in the arena and are not yet held against a policy. */
struct facts_item {
	const char *key;
	const char *value; /* NULL unless state is ANSWER_VALUE */
	enum answer_state state;
	enum answer_source source;
	enum answer_basis basis;
	bool has_dated;
	day_t dated;
	struct place key_place;
	struct place value_place;
};

struct facts_file {
	size_t n;
	struct facts_item items[FACTS_MAX];
};

/* What is wrong with a file, or with a value in it, and where. */
struct facts_fault {
	struct place place; /* line 0: nowhere in particular */
	char message[320];  /* never repeats a value */
	bool testimony;	    /* it names what is never taken in */
};

#define FACTS_FILE_E_NOT_VALID 1

/*
 * Reads the file's text. Returns 0; FACTS_FILE_E_NOT_VALID with ret_fault set:
 * a line that is no answer, a key that stands twice or is no name, an unknown
 * word behind @, more than FACTS_MAX answers, a key that names testimony;
 * -ENOMEM.
 */
MUST_USE int facts_file_read(struct bytes text, struct arena *arena,
			     struct facts_file *ret_file,
			     struct facts_fault *ret_fault);

/* The names that the file format has for sources and bases; "" for unstated. */
extern const char *const facts_source_names[SOURCE_OFFICER + 1];
extern const char *const facts_basis_names[BASIS_ASSESSED + 1];

#endif
