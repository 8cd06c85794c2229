/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_KEYSTORE_H
#define PERMIT_STORE_KEYSTORE_H

#include "proto/keyring.h"

/*
 * Where the keyring lives: one small file outside the database, sealed by a
 * root key that comes from elsewhere.
 *
 *	keys/keyring	link key and KEKs, sealed by the root key
 *	keys/cases	all case keys as the last rotation left them
 *	keys/root.key	the root key, only where no other was given
 *
 * keys/ must never be in one backup with the log: who holds both can open what
 * was erased since.
 */
struct keystore {
	struct keyring ring;
	uint8_t root[SEAL_KEY_BYTES];
	char *folder;
	bool created;		/* the ring was made just now */
	bool root_beside;	/* the root key lies beside the ring */
};

#define KEYSTORE_TEXT_BYTES 512
/* ret_text says why, and what to do. Apart from the codes of durable.h. */
#define KEYSTORE_E_REFUSED 3

/*
 * Loads the ring, or makes one when there is none and may_create says that
 * nothing is sealed yet. root_key_file is "" for the key beside the ring, which
 * is then made, too. Returns 0, KEYSTORE_E_REFUSED or -errno.
 */
MUST_USE int keystore_open(const char *folder, const char *root_key_file,
			   bool may_create, struct keystore **ret_keystore,
			   char ret_text[KEYSTORE_TEXT_BYTES]);

/* Wipes the keys. Accepts a pointer to NULL. */
void keystore_close(struct keystore **keystore);

/*
 * Makes another ring durable in the place of this one, and then goes by it.
 * Returns 0 or -errno; then it is not known which of the two a restart finds.
 */
MUST_USE int keystore_replace(struct keystore *keystore,
			      const struct keyring *ring);

/* The snapshot of case keys; see proto/keyring.h. Returns 0 or -errno. */
MUST_USE int keystore_put_cases(const struct keystore *keystore,
				struct bytes snapshot);

/*
 * Reads the snapshot; the bytes are to be ended by durable_free. Empty when no
 * rotation has left one. Returns 0 or -errno; -EBADMSG when it was changed.
 */
MUST_USE int keystore_get_cases(const struct keystore *keystore,
				struct bytes *ret_file, struct bytes *ret_rows);

#endif
