/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_CONTENT_H
#define PERMIT_AUDIT_CONTENT_H

#include "clients/audit/enacted.h"
#include "clients/audit/keys.h"
#include "clients/audit/source.h"
#include "proto/blob.h"

#define CONTENT_E_SEALED 3	/* sealed, and there is no key that opens it */
#define CONTENT_E_ERASED 5	/* it is not here any more */
#define CONTENT_E_BAD 4		/* ret_why continues "its blob ..." */

/*
 * What was recorded of a decision, opened if it is sealed; the one way to it.
 * keys is NULL when there are none, else every entry before must have been noted
 * (audit_keys_note). Views last until the next call.
 *
 * Returns 0, a code above or -ENOMEM. fields_root is not checked here.
 */
MUST_USE int content_read(struct audit_keys *keys, const struct source_item *item,
			  struct content_decision *ret_content,
			  const char **ret_why);

/*
 * The same for one whose key was looked up before, so that threads can open
 * contents beside each other; key is NULL when there is none. Views point into
 * space, which may be NULL without a key, or into the item's blob.
 */
MUST_USE int content_open(const struct source_item *item, const struct case_key *key,
			  struct buffer *space, struct content_decision *ret_content,
			  const char **ret_why);

/*
 * What the contents of entries must say, beyond being the bytes that were
 * recorded: an enactment's bundle is the edition it names; a decision's facts
 * and result are those it commits to, and read as such with an edition that
 * was enacted before it.
 */
struct content_checker {
	struct enacted enacted;
	struct audit_keys *keys;	/* borrowed; NULL: none */
	struct arena arena;	/* for one entry at a time */
	uint64_t n_sealed;	/* decisions that could not be opened */
};

void content_checker_init(struct content_checker *checker,
			  struct audit_keys *keys);
void content_checker_done(struct content_checker *checker);

/*
 * Checks the next entry and, if it enacts an edition, remembers that one.
 * Returns 0, AUDIT_FINDING, or -errno.
 */
MUST_USE int content_check(struct content_checker *checker, struct source *source,
			   const struct source_item *item,
			   struct finding *ret_finding);

#endif
