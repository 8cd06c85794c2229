/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_ERASURE_H
#define PERMIT_STORE_ERASURE_H

#include "daemon/store/store.h"
#include "proto/tombstone.h"

/*
 * Makes the contents of cases unreadable for ever, in every copy there is, and
 * leaves a proof that this was authorised. What dies is the KEK: all other case
 * keys are wrapped again under a new one first.
 *
 *	E1  everything is in the database
 *	E2  keyring {KEK_e, KEK_e+1}
 *	E3  the tombstones are in the log: from here there is only forward
 *	    database: keys wrapped again, rows of what is erased gone; keys/cases
 *	    database once more, so that no torn page can undo the first commit
 *	    blobs in the log's files set to zero
 *	E4  keyring {KEK_e+1}
 *
 * Ended before E3, nothing has happened, and the next start drops KEK_e+1, under
 * which nothing was wrapped. Ended after it, the next start does the rest again,
 * which changes nothing where it was done.
 */

#define ERASURE_E_NO_ROOM 1	/* nothing was changed */
#define ERASURE_E_NONE 2	/* these cases have no entry */
#define ERASURE_E_HELD 3	/* one must be kept: by hold, or until a date */
#define ERASURE_E_CLEAR 4	/* one has entries from before contents were sealed */

/*
 * The entries of cases, given by their ids, ascending: what a tombstone lists.
 * ret_seqs is from malloc. Returns 0, a code above or -errno.
 */
MUST_USE int erasure_list(struct store *store, const uint8_t *ids, size_t n_ids,
			  uint64_t **ret_seqs, size_t *ret_n);

/*
 * Erases what the tombstones list, which must be those of one erasure,
 * complete and in order, verified, and up to date. The bodies are borrowed.
 * Returns 0, with the number of the first tombstone; ERASURE_E_NO_ROOM; or
 * -errno: then the process must end, and the next start goes on.
 */
MUST_USE int erasure_run(struct store *store, const struct bytes *bodies,
			 size_t n_bodies, uint64_t time_ms, uint64_t *ret_seq);

/*
 * At the start, before anything is recorded: goes on with an erasure that was
 * interrupted. ret_done says that there was one. Returns 0 or -errno.
 */
MUST_USE int erasure_resume(struct store *store, bool *ret_done);

#endif
