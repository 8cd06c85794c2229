/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_POLICY_FILE_H
#define PERMIT_CLIENTS_POLICY_FILE_H

#include "clients/output.h"
#include "policy/language/policy.h"
#include "proto/digest.h"

/* A policy document read, checked and compiled here, without a daemon. */
struct policy_file {
	struct arena arena; /* owns the rest */
	const char *path;
	const char *vocabulary_path;
	struct bytes document;
	struct bytes vocabulary;
	const struct edition *edition; /* NULL: see diagnostics */
	struct digest hash;	       /* the edition's identity */
	struct diagnostics diagnostics;
};

/* Accepts an object that is all zero. */
void policy_file_done(struct policy_file *file);

/*
 * Reads a policy and its vocabulary: vocabulary_path, or if that is NULL the
 * first that there is of vocabulary.md in the policy's folder, in the one above
 * it, and the installed one. Says what is wrong, unless it is in the documents.
 */
enum exit_code policy_file_read(const struct output_stream *out, const char *path,
				const char *vocabulary_path,
				struct policy_file *ret_file);

/*
 * As policy_file_read, then compiles. EXIT_NOT_VALID without a message when
 * there are diagnostics: policy_file_complain prints them.
 */
enum exit_code policy_file_load(const struct output_stream *out, const char *path,
				const char *vocabulary_path,
				struct policy_file *ret_file);

/* The diagnostics as a compiler prints them, to `to`, each behind the other. */
void policy_file_complain(const struct output_stream *out, struct policy_file *file,
			  FILE *to);

/* The diagnostics for programs; NULL when memory ran out. */
json_t *policy_file_diagnostics_json(const struct policy_file *file);

#endif
