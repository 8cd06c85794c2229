/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_LANGUAGE_POLICY_H
#define PERMIT_LANGUAGE_POLICY_H

#include "policy/diagram/image.h"

/*
 * One thing that is wrong with a document, as a compiler would say it. The
 * strings live in the arena given to policy_load.
 */
struct diagnostic {
	bool in_vocabulary;	/* else in the policy */
	struct place place;
	const char *code;	/* stable name of the kind of mistake: "table-gap" */
	const char *message;	/* what is wrong */
	const char *expected;	/* what was expected; "" where that adds nothing */
	const char *remedy;	/* how to mend it */
};

#define DIAGNOSTICS_MAX 100	/* then reading stops with a last one that says so */

struct diagnostics {
	size_t n;
	struct diagnostic items[DIAGNOSTICS_MAX];
};

/*
 * Reads, checks and compiles a policy document against its vocabulary: the
 * whole path from text to an edition that can decide, the diagram included.
 *
 * Returns 0; POLICY_E_NOT_VALID, with at least one diagnostic; -ENOMEM when
 * the arena's cap is too low (POLICY_ARENA_BYTES is always enough). While it
 * runs it takes up to 128 MiB more for itself. One edition at a time a thread.
 */
#define POLICY_E_NOT_VALID 1
#define POLICY_ARENA_BYTES (256u * 1024 * 1024)

MUST_USE int policy_load(struct bytes vocabulary, struct bytes policy,
			 struct arena *arena, const struct edition **ret_edition,
			 struct diagnostics *ret_diagnostics);

/* A diagram that was kept from an earlier load of the same documents. */
struct stored_diagram {
	struct bytes image;	 /* borrowed for as long as the edition is used */
	enum image_fault fault;	 /* set: why it was of no use, or IMAGE_SOUND */
	struct diagram *diagram; /* set: the edition's, in these bytes; NULL: built anew */
};

/*
 * As policy_load, with a diagram that need not be built again: then gaps,
 * overlaps and dead rows are not looked for either, since an edition with any
 * never had a diagram to keep. One that is damaged or of another edition is
 * left, and built anew.
 */
MUST_USE int policy_load_stored(struct bytes vocabulary, struct bytes policy,
				struct stored_diagram *stored, struct arena *arena,
				const struct edition **ret_edition,
				struct diagnostics *ret_diagnostics);

/*
 * The canonical form of a document (a policy or a vocabulary; told by its
 * header): blocks in order, tables with one space around cells, lists and
 * intervals normalised, prose re-flowed to what it says. Two texts that differ
 * only in formatting have the same canonical form, and canonical text is its
 * own canonical form. In the arena. Returns as policy_load.
 */
MUST_USE int policy_print(struct bytes document, struct arena *arena,
			  struct bytes *ret_canonical,
			  struct diagnostics *ret_diagnostics);

/*
 * The bundle of an edition: the canonical vocabulary and the canonical policy
 * in one run of bytes. Its SHA-256 is the edition's identity, and it is all
 * that anybody needs to decide a case again.
 *
 *	"permitd bundle 1\n" <vocabulary's length> "\n" <vocabulary>
 *	<policy's length> "\n" <policy>
 *
 * Returns as policy_load.
 */
MUST_USE int policy_bundle(struct bytes vocabulary, struct bytes policy,
			   struct arena *arena, struct bytes *ret_bundle,
			   struct diagnostics *ret_diagnostics);

/* Splits a bundle into its two documents, borrowed from it. False if it is none. */
MUST_USE bool policy_unbundle(struct bytes bundle, struct bytes *ret_vocabulary,
			      struct bytes *ret_policy);

/*
 * Writes a diagnostic as a compiler does, with the line and the cell
 * underlined:
 *
 *	canada.md:14:23: error: ... [table-gap]
 *	   14 | | 1 | possibel | ...
 *	      |       ^^^^^^^^ expected one of: none, possible, confirmed
 *	      = write possible
 *
 * In the arena; NULL when it is full.
 */
const char *diagnostic_text(const struct diagnostic *diagnostic, const char *file_name,
			    struct bytes document, struct arena *arena);

#endif
