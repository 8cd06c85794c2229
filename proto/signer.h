/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_SIGNER_H
#define PERMIT_PROTO_SIGNER_H

#include "proto/note.h"

/*
 * A key that signs: of the log its checkpoints, of a witness the checkpoints it
 * has seen. It is kept in one file that only its owner can read, as one line of text that other note tools read too:
 * PRIVATE+KEY+<name>+<id>+<base64(type || seed)>.
 */
struct signer {
	struct ed25519_key key;
	struct vkey vkey;
};

#define SIGNER_E_ABSENT 1	/* there is no such file */
#define SIGNER_E_OPEN_TO_OTHERS 2 /* group or others may read or write it */
#define SIGNER_E_FORMAT 3	/* no such key, or of another type or name */

/*
 * Makes a new key and its file, mode 0600, durably. The public half goes beside
 * it as <path>.pub, a vkey line that anyone may read. Fails with -EEXIST rather
 * than replace a key. Returns 0, -EINVAL for a name that is not ours (see
 * note_name_is_ours), or another -errno.
 */
MUST_USE int signer_create(const char *path, enum note_key_type type,
			   const char *name, struct signer *ret_signer);

/*
 * Loads the key, which must be of this type and, unless it is NULL, name. The file must be a regular file,
 * belong to the user of this process, and be closed to everyone else.
 * Returns 0, SIGNER_E_ABSENT, SIGNER_E_OPEN_TO_OTHERS, SIGNER_E_FORMAT or
 * -errno.
 */
MUST_USE int signer_load(const char *path, enum note_key_type type,
			 const char *name, struct signer *ret_signer);

/* Wipes the key. Accepts a signer that is all zero or was ended before. */
void signer_done(struct signer *signer);

#endif
