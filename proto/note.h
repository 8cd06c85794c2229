/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_PROTO_NOTE_H
#define PERMIT_PROTO_NOTE_H

#include "proto/digest.h"

/*
 * Signed notes, their verifier keys, and the checkpoint, which is the note
 * whose text is a tree head (C2SP signed-note, tlog-checkpoint and
 * tlog-cosignature).
 *
 *	permitd.local/log			origin = key name
 *	8					tree size
 *	XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=	root
 *						an empty line
 *	\u2014 permitd.local/log ERHfzq...	one or more signatures
 */
#define NOTE_MAX_BYTES 65536
#define NOTE_NAME_MAX_BYTES 128
#define NOTE_KEY_ID_BYTES 4

/* name + 8 digits + base64 of type and key, two '+', a NUL */
#define VKEY_TEXT_BYTES (NOTE_NAME_MAX_BYTES + 1 + 8 + 1 + 44 + 1)

/* three lines and a NUL */
#define CHECKPOINT_TEXT_BYTES (NOTE_NAME_MAX_BYTES + 1 + 20 + 1 + 44 + 1 + 1)

/* dash, name, base64 of 4 + 64 bytes, two spaces, a line feed, a NUL */
#define NOTE_LINE_BYTES (3 + 1 + NOTE_NAME_MAX_BYTES + 1 + 92 + 1 + 1)

/* A checkpoint with one signature, and a NUL. */
#define CHECKPOINT_NOTE_BYTES (CHECKPOINT_TEXT_BYTES + NOTE_LINE_BYTES)

enum note_key_type {
	NOTE_KEY_ED25519 = 0x01,	/* signs the text */
	NOTE_KEY_COSIGNATURE = 0x04,	/* signs a time and the text */
};

/* Who may sign, under which name. */
struct vkey {
	char name[NOTE_NAME_MAX_BYTES + 1];
	enum note_key_type type;
	uint8_t id[NOTE_KEY_ID_BYTES];
	uint8_t public_key[ED25519_PUBLIC_BYTES];
};

/* A tree head. The origin is the name of the log's key. */
struct checkpoint {
	char origin[NOTE_NAME_MAX_BYTES + 1];
	uint64_t size;
	struct digest root;
};

/* Why a note was not accepted. */
#define NOTE_E_FORMAT 1	/* not a note at all */
#define NOTE_E_SIGNATURE 2	/* a known key's signature is wrong */
#define NOTE_E_UNSIGNED 3	/* no known key has signed */

/* Ours are non-empty and of a-z, 0-9, '.', '/', '-' only. */
bool note_name_is_ours(const char *name);

/*
 * Builds the key and its ID. False when the name is empty, longer than
 * NOTE_NAME_MAX_BYTES, not UTF-8, or holds a space or a '+'.
 */
MUST_USE bool vkey_make(const char *name, enum note_key_type type,
			const uint8_t public_key[ED25519_PUBLIC_BYTES],
			struct vkey *ret_vkey);

/* Reads "name+ID+key" and compares the ID. False for anything else. */
MUST_USE bool vkey_parse(const char *text, size_t n, struct vkey *ret_vkey);

void vkey_print(const struct vkey *vkey, char to[VKEY_TEXT_BYTES]);

/* Writes the three lines and a NUL; returns their length without it. */
size_t checkpoint_print(const struct checkpoint *checkpoint,
			char to[CHECKPOINT_TEXT_BYTES]);

/*
 * Reads exactly three lines: extension lines, leading zeros and a root that is
 * not 32 bytes are refused.
 */
MUST_USE bool checkpoint_parse(struct bytes text, struct checkpoint *ret);

/*
 * Signs a checkpoint with the log's key, as a whole note and a NUL.
 * The origin must be the name in vkey. Returns 0, or -EIO when OpenSSL could
 * not sign.
 */
MUST_USE int checkpoint_sign(const struct checkpoint *checkpoint,
			     const struct ed25519_key *key,
			     const struct vkey *vkey,
			     char to[CHECKPOINT_NOTE_BYTES], size_t *ret_n);

/*
 * Accepts a note that at least one of the keys has signed and none of them
 * wrongly; lines of other keys are ignored. ret_text is a view of the signed
 * text inside the note. ret_signed, unless NULL, has n_keys places and says who
 * signed. Returns 0, NOTE_E_FORMAT, NOTE_E_SIGNATURE or NOTE_E_UNSIGNED.
 */
MUST_USE int note_open(struct bytes note, const struct vkey *keys, size_t n_keys,
		       struct bytes *ret_text, bool *ret_signed);

/*
 * Whether a witness has signed the note, and when, in seconds since 1970; its key
 * must be of NOTE_KEY_COSIGNATURE. Of several signatures the latest counts.
 * Returns 0, NOTE_E_FORMAT, NOTE_E_SIGNATURE or NOTE_E_UNSIGNED.
 */
MUST_USE int note_cosigned(struct bytes note, const struct vkey *witness,
			   uint64_t *ret_time_s);

/* dash, name, base64 of 4 + 8 + 64 bytes, two spaces, a line feed, a NUL */
#define COSIGNATURE_LINE_BYTES (3 + 1 + NOTE_NAME_MAX_BYTES + 1 + 104 + 1 + 1)

/*
 * The line that a witness adds to a checkpoint it has seen at that time (C2SP
 * tlog-cosignature): the largest tree of this log that it knows, and that tree
 * continues all that it knew before. The caller has made sure of that, durably.
 * `text` is the signed text of the checkpoint. Returns 0, or -EIO when OpenSSL
 * could not sign, the time is beyond 2^63 - 1, or the text too long.
 */
MUST_USE int cosignature_sign(struct bytes text, const struct ed25519_key *key,
			      const struct vkey *witness, uint64_t time_s,
			      char to[COSIGNATURE_LINE_BYTES], size_t *ret_n);

/*
 * The signed text of a note whose signatures do not matter here, because the
 * caller verifies them elsewhere. Returns 0 or NOTE_E_FORMAT.
 */
MUST_USE int note_text(struct bytes note, struct bytes *ret_text);

/*
 * Opens a note with the log's key and reads its checkpoint, whose origin must
 * be the key's name. Returns 0, NOTE_E_FORMAT, NOTE_E_SIGNATURE or
 * NOTE_E_UNSIGNED.
 */
MUST_USE int checkpoint_open(struct bytes note, const struct vkey *log_key,
			     struct checkpoint *ret);

#endif
