/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_KEYS_H
#define PERMIT_AUDIT_KEYS_H

#include "clients/audit/folder.h"
#include "clients/audit/source.h"
#include "proto/sealed.h"

/*
 * The keys of a store, for whoever may read its cases: the folder keys/ with its
 * keyring, the root key that seals it, and the case keys of the last rotation.
 * Those made since come from the log itself, as its entries are read in order.
 */
struct audit_keys;

#define AUDIT_KEYS_WHY_BYTES 320
#define AUDIT_KEYS_E_REFUSED 3	/* ret_why says what is wrong and what to do */

/*
 * root_key is the file of the root key; NULL for root.key in the folder.
 * Returns 0, AUDIT_KEYS_E_REFUSED or -errno.
 */
MUST_USE int audit_keys_open(const char *folder, const char *root_key,
			     struct audit_keys **ret_keys,
			     char ret_why[AUDIT_KEYS_WHY_BYTES]);

/* Wipes them. Accepts NULL, and a pointer to NULL. */
void audit_keys_close(struct audit_keys **keys);

/*
 * Remembers the case key that the entry's blob carries, if it does. To be called
 * for each entry, in order, also for those whose content is of no interest.
 * Returns 0 or -ENOMEM.
 */
MUST_USE int audit_keys_note(struct audit_keys *keys,
			     const struct source_item *item);

/* Finds the key of an entry. False when there is none that opens it. */
MUST_USE bool audit_keys_find(const struct audit_keys *keys,
			      const struct source_item *item,
			      struct case_key *ret_key);

/* Where a blob is opened; wiped with the keys. */
struct buffer *audit_keys_space(struct audit_keys *keys);

#endif
