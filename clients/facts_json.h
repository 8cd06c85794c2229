/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_FACTS_JSON_H
#define PERMIT_CLIENTS_FACTS_JSON_H

#include "clients/facts_file.h"
#include "policy/base/text.h"

/* The JSON form of a facts file, and what it shares with the other one. */

/* As facts_file_read, of text that is UTF-8. */
MUST_USE int facts_json_read(struct text text, struct arena *arena,
			     struct facts_file *ret_file,
			     struct facts_fault *ret_fault);

/* Sets the fault; returns FACTS_FILE_E_NOT_VALID. */
int facts_fault_set(struct facts_fault *fault, struct place place,
		    const char *format, ...) PRINTF_LIKE(3, 4);

/*
 * Adds an answer for a key that may stand in a facts file and does not yet.
 * Returns 0 or FACTS_FILE_E_NOT_VALID. The key is borrowed.
 */
MUST_USE int facts_file_add(struct facts_file *file, const char *key,
			    struct place place, struct facts_item **ret_item,
			    struct facts_fault *ret_fault);

/* Sets value and state; the text is borrowed. */
void facts_item_set(struct facts_item *item, const char *value);

/* Reads one word behind @. Returns 0 or FACTS_FILE_E_NOT_VALID. */
MUST_USE int facts_item_source(struct facts_item *item, struct text word,
			       struct place place, struct facts_fault *ret_fault);

#endif
