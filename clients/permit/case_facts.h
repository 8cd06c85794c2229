/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_CASE_FACTS_H
#define PERMIT_CLIENTS_CASE_FACTS_H

#include "clients/facts_file.h"
#include "clients/permit/daemon.h"

/* A facts file on its way to the daemon, and an answer about it on its way back. */
struct case_facts {
	struct arena arena; /* owns the rest */
	const char *path;
	struct facts_file file;
	Permit__V1__NamedFacts message;
};

/* No facts yet. */
void case_facts_init(struct case_facts *ret_facts);

/* Accepts an object that is all zero. */
void case_facts_done(struct case_facts *facts);

/*
 * Reads the file, or standard input for "-", and makes the message. Says what
 * is wrong with it, with line and column.
 */
enum exit_code case_facts_read(const struct output_stream *out, const char *path,
			       struct case_facts *ret_facts);

/*
 * Makes the message from answers that did not come from a file. Everything in
 * facts->file is borrowed. Returns 0 or -ENOMEM.
 */
MUST_USE int case_facts_message(struct case_facts *facts);

/* Says a refusal with the place in the file where it is about one of the facts. */
enum exit_code case_facts_say_refusal(const struct output_stream *out,
				      const struct case_facts *facts,
				      const Permit__V1__Error *error);

#endif
