/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/note.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "policy/base/text.h"

#define DASH "\xe2\x80\x94 "	/* U+2014 and a space begin a signature */
#define DASH_BYTES 4
#define TYPED_KEY_BYTES (1 + ED25519_PUBLIC_BYTES)
#define TIME_BYTES 8
#define SIGNATURE_BLOB_MAX_BYTES (NOTE_MAX_BYTES / 4 * 3)

/* The characters that end a word, in any script. */
static bool is_space(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 ||
	       c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
	       c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool name_is_legal(const char *name, size_t n)
{
	uint32_t c;
	size_t step;

	for (size_t at = 0; at < n; at += step) {
		step = utf8_read(name + at, n - at, &c);
		if (step == 0 || c < 0x20 || c == '+' || is_space(c))
			return false;
	}
	return n > 0;
}

bool note_name_is_ours(const char *name)
{
	static const char ours[] = "abcdefghijklmnopqrstuvwxyz0123456789./-";
	size_t n = strlen(name);

	return n > 0 && n <= NOTE_NAME_MAX_BYTES && strspn(name, ours) == n;
}

bool vkey_make(const char *name, enum note_key_type type,
	       const uint8_t public_key[ED25519_PUBLIC_BYTES],
	       struct vkey *ret_vkey)
{
	const uint8_t mark[2] = { '\n', (uint8_t)type };
	size_t n = strlen(name);
	const struct bytes parts[] = {
		{ (const uint8_t *)name, n },
		{ mark, sizeof(mark) },
		{ public_key, ED25519_PUBLIC_BYTES },
	};
	struct digest digest;

	if (n > NOTE_NAME_MAX_BYTES || !name_is_legal(name, n))
		return false;
	digest = digest_of_parts(parts, ARRAY_LENGTH(parts));
	*ret_vkey = (struct vkey){ .type = type };
	memcpy(ret_vkey->name, name, n);
	memcpy(ret_vkey->id, digest.bytes, NOTE_KEY_ID_BYTES);
	memcpy(ret_vkey->public_key, public_key, ED25519_PUBLIC_BYTES);
	return true;
}

bool vkey_parse(const char *text, size_t n, struct vkey *ret_vkey)
{
	const char *id = memchr(text, '+', n);
	size_t n_name = id != NULL ? (size_t)(id - text) : 0;
	char name[NOTE_NAME_MAX_BYTES + 1] = { 0 };
	uint8_t id_bytes[NOTE_KEY_ID_BYTES], key[TYPED_KEY_BYTES];
	struct vkey vkey;
	size_t n_key;

	if (n_name == 0 || n_name > NOTE_NAME_MAX_BYTES ||
	    n - n_name < 10 || id[9] != '+' ||
	    memchr(text, '\0', n_name) != NULL)
		return false;
	memcpy(name, text, n_name);
	if (!hex_parse(id + 1, 8, id_bytes, sizeof(id_bytes)) ||
	    !base64_parse(id + 10, n - n_name - 10, key, sizeof(key), &n_key) ||
	    n_key != sizeof(key) ||
	    (key[0] != NOTE_KEY_ED25519 && key[0] != NOTE_KEY_COSIGNATURE))
		return false;
	if (!vkey_make(name, (enum note_key_type)key[0], key + 1, &vkey) ||
	    memcmp(vkey.id, id_bytes, sizeof(id_bytes)) != 0)
		return false;
	*ret_vkey = vkey;
	return true;
}

void vkey_print(const struct vkey *vkey, char to[VKEY_TEXT_BYTES])
{
	uint8_t key[TYPED_KEY_BYTES];
	char id[2 * NOTE_KEY_ID_BYTES + 1], base64[BASE64_CHARS(sizeof(key)) + 1];

	key[0] = (uint8_t)vkey->type;
	memcpy(key + 1, vkey->public_key, ED25519_PUBLIC_BYTES);
	hex_print(vkey->id, NOTE_KEY_ID_BYTES, id);
	base64_print(key, sizeof(key), base64);
	snprintf(to, VKEY_TEXT_BYTES, "%s+%s+%s", vkey->name, id, base64);
}

size_t checkpoint_print(const struct checkpoint *checkpoint,
			char to[CHECKPOINT_TEXT_BYTES])
{
	char root[BASE64_CHARS(DIGEST_BYTES) + 1];

	base64_print(checkpoint->root.bytes, DIGEST_BYTES, root);
	return (size_t)snprintf(to, CHECKPOINT_TEXT_BYTES, "%s\n%" PRIu64 "\n%s\n",
				checkpoint->origin, checkpoint->size, root);
}

/* Cuts the line, without its line feed, off the front. */
static bool cut_line(struct bytes *rest, struct bytes *ret_line)
{
	const uint8_t *end = rest->n > 0 ? memchr(rest->data, '\n', rest->n) : NULL;
	size_t n;

	if (end == NULL)
		return false;
	n = (size_t)(end - rest->data);
	*ret_line = (struct bytes){ rest->data, n };
	*rest = (struct bytes){ end + 1, rest->n - n - 1 };
	return true;
}

/* A decimal number without leading zeros. */
static bool parse_size(struct bytes line, uint64_t *ret_size)
{
	uint64_t size = 0;

	if (line.n == 0 || (line.n > 1 && line.data[0] == '0'))
		return false;
	for (size_t i = 0; i < line.n; i++) {
		unsigned digit = (unsigned)line.data[i] - '0';

		if (digit > 9 || size > (UINT64_MAX - digit) / 10)
			return false;
		size = size * 10 + digit;
	}
	*ret_size = size;
	return true;
}

bool checkpoint_parse(struct bytes text, struct checkpoint *ret)
{
	struct checkpoint checkpoint = { .size = 0 };
	struct bytes origin, size, root;
	size_t n_root;

	if (!cut_line(&text, &origin) || !cut_line(&text, &size) ||
	    !cut_line(&text, &root) || text.n != 0)
		return false;
	if (origin.n > NOTE_NAME_MAX_BYTES ||
	    !name_is_legal((const char *)origin.data, origin.n) ||
	    !parse_size(size, &checkpoint.size) ||
	    !base64_parse((const char *)root.data, root.n,
			  checkpoint.root.bytes, DIGEST_BYTES, &n_root) ||
	    n_root != DIGEST_BYTES)
		return false;
	memcpy(checkpoint.origin, origin.data, origin.n);
	*ret = checkpoint;
	return true;
}

int checkpoint_sign(const struct checkpoint *checkpoint,
		    const struct ed25519_key *key, const struct vkey *vkey,
		    char to[CHECKPOINT_NOTE_BYTES], size_t *ret_n)
{
	uint8_t blob[NOTE_KEY_ID_BYTES + ED25519_SIGNATURE_BYTES];
	char base64[BASE64_CHARS(sizeof(blob)) + 1];
	size_t n = checkpoint_print(checkpoint, to);
	int r;

	if (strcmp(checkpoint->origin, vkey->name) != 0)
		return -EIO;
	r = ed25519_sign(key, (struct bytes){ (const uint8_t *)to, n },
			 blob + NOTE_KEY_ID_BYTES);
	if (r != 0)
		return r;
	memcpy(blob, vkey->id, NOTE_KEY_ID_BYTES);
	base64_print(blob, sizeof(blob), base64);
	n += (size_t)snprintf(to + n, CHECKPOINT_NOTE_BYTES - n,
			      "\n" DASH "%s %s\n", vkey->name, base64);
	*ret_n = n;
	return 0;
}

static bool characters_are_legal(struct bytes note)
{
	uint32_t c;
	size_t step;

	for (size_t at = 0; at < note.n; at += step) {
		step = utf8_read((const char *)note.data + at, note.n - at, &c);
		if (step == 0 || (c < 0x20 && c != '\n'))
			return false;
	}
	return true;
}

/* Text may hold empty lines itself, so the last one is the border. */
static bool split_note(struct bytes note, struct bytes *ret_text,
		       struct bytes *ret_lines)
{
	if (note.n < 3 || note.n > NOTE_MAX_BYTES ||
	    note.data[note.n - 1] != '\n' || !characters_are_legal(note))
		return false;
	for (size_t at = note.n - 2; at > 0; at--) {
		if (note.data[at] != '\n' || note.data[at - 1] != '\n')
			continue;
		*ret_text = (struct bytes){ note.data, at };
		*ret_lines = (struct bytes){ note.data + at + 1, note.n - at - 1 };
		return true;
	}
	return false;
}

/* One signature line, taken apart. */
struct signature {
	struct bytes name;
	uint8_t blob[SIGNATURE_BLOB_MAX_BYTES];	/* key ID, then the signature */
	size_t n_blob;
};

static bool parse_line(struct bytes line, struct signature *ret)
{
	const uint8_t *space;

	if (line.n <= DASH_BYTES || memcmp(line.data, DASH, DASH_BYTES) != 0)
		return false;
	ret->name.data = line.data + DASH_BYTES;
	space = memchr(ret->name.data, ' ', line.n - DASH_BYTES);
	if (space == NULL)
		return false;
	ret->name.n = (size_t)(space - ret->name.data);
	return name_is_legal((const char *)ret->name.data, ret->name.n) &&
	       base64_parse((const char *)space + 1,
			    line.n - DASH_BYTES - ret->name.n - 1, ret->blob,
			    sizeof(ret->blob), &ret->n_blob) &&
	       ret->n_blob > NOTE_KEY_ID_BYTES;
}

static bool signature_is_of(const struct signature *signature,
			    const struct vkey *key)
{
	return strlen(key->name) == signature->name.n &&
	       memcmp(key->name, signature->name.data, signature->name.n) == 0 &&
	       memcmp(key->id, signature->blob, NOTE_KEY_ID_BYTES) == 0;
}

/* A witness signs when it had seen the text, then the text. */
static bool cosigned_message(uint64_t time_s, struct bytes text,
			     char to[NOTE_MAX_BYTES + 64], struct bytes *ret_message)
{
	size_t n;

	if (time_s > INT64_MAX || text.n > NOTE_MAX_BYTES)
		return false;
	n = (size_t)snprintf(to, 64, "cosignature/v1\ntime %" PRIu64 "\n", time_s);
	memcpy(to + n, text.data, text.n);
	*ret_message = (struct bytes){ (const uint8_t *)to, n + text.n };
	return true;
}

static bool verify_cosignature(const struct vkey *key, struct bytes text,
			       const uint8_t *timed_signature)
{
	char space[NOTE_MAX_BYTES + 64];
	struct bytes message;

	return cosigned_message(get_be64(timed_signature), text, space, &message) &&
	       ed25519_verify(key->public_key, message,
			      timed_signature + TIME_BYTES);
}

int cosignature_sign(struct bytes text, const struct ed25519_key *key,
		     const struct vkey *witness, uint64_t time_s,
		     char to[COSIGNATURE_LINE_BYTES], size_t *ret_n)
{
	uint8_t blob[NOTE_KEY_ID_BYTES + TIME_BYTES + ED25519_SIGNATURE_BYTES];
	char base64[BASE64_CHARS(sizeof(blob)) + 1];
	char space[NOTE_MAX_BYTES + 64];
	struct bytes message;

	if (!cosigned_message(time_s, text, space, &message) ||
	    ed25519_sign(key, message, blob + NOTE_KEY_ID_BYTES + TIME_BYTES) != 0)
		return -EIO;
	memcpy(blob, witness->id, NOTE_KEY_ID_BYTES);
	put_be64(blob + NOTE_KEY_ID_BYTES, time_s);
	base64_print(blob, sizeof(blob), base64);
	*ret_n = (size_t)snprintf(to, COSIGNATURE_LINE_BYTES, DASH "%s %s\n",
				  witness->name, base64);
	return 0;
}

static bool verify_signature(const struct vkey *key, struct bytes text,
			     const struct signature *signature)
{
	const uint8_t *at = signature->blob + NOTE_KEY_ID_BYTES;
	size_t n = signature->n_blob - NOTE_KEY_ID_BYTES;

	switch (key->type) {
	case NOTE_KEY_ED25519:
		return n == ED25519_SIGNATURE_BYTES &&
		       ed25519_verify(key->public_key, text, at);
	case NOTE_KEY_COSIGNATURE:
		return n == TIME_BYTES + ED25519_SIGNATURE_BYTES &&
		       verify_cosignature(key, text, at);
	}
	return false;
}

int note_text(struct bytes note, struct bytes *ret_text)
{
	struct bytes lines;

	return split_note(note, ret_text, &lines) ? 0 : NOTE_E_FORMAT;
}

int note_open(struct bytes note, const struct vkey *keys, size_t n_keys,
	      struct bytes *ret_text, bool *ret_signed)
{
	struct signature signature;
	struct bytes text, lines, line;
	size_t n_good = 0;
	bool wrong = false;

	if (!split_note(note, &text, &lines))
		return NOTE_E_FORMAT;
	for (size_t i = 0; ret_signed != NULL && i < n_keys; i++)
		ret_signed[i] = false;
	while (cut_line(&lines, &line)) {
		if (!parse_line(line, &signature))
			return NOTE_E_FORMAT;
		for (size_t i = 0; i < n_keys; i++) {
			if (!signature_is_of(&signature, &keys[i]))
				continue;
			if (!verify_signature(&keys[i], text, &signature)) {
				wrong = true;
				continue;
			}
			n_good++;
			if (ret_signed != NULL)
				ret_signed[i] = true;
		}
	}
	if (wrong)
		return NOTE_E_SIGNATURE;
	if (n_good == 0)
		return NOTE_E_UNSIGNED;
	*ret_text = text;
	return 0;
}

int checkpoint_open(struct bytes note, const struct vkey *log_key,
		    struct checkpoint *ret)
{
	struct checkpoint checkpoint;
	struct bytes text;
	int r = note_open(note, log_key, 1, &text, NULL);

	if (r != 0)
		return r;
	if (!checkpoint_parse(text, &checkpoint) ||
	    strcmp(checkpoint.origin, log_key->name) != 0)
		return NOTE_E_FORMAT;
	*ret = checkpoint;
	return 0;
}

int note_cosigned(struct bytes note, const struct vkey *witness,
		  uint64_t *ret_time_s)
{
	struct signature signature;
	struct bytes text, lines, line;
	uint64_t latest = 0, time_s;
	bool found = false;
	int r = note_open(note, witness, 1, &text, NULL);

	if (r != 0)
		return r;
	if (!split_note(note, &text, &lines))
		return NOTE_E_FORMAT;
	while (cut_line(&lines, &line)) {
		if (!parse_line(line, &signature) ||
		    !signature_is_of(&signature, witness) ||
		    signature.n_blob < NOTE_KEY_ID_BYTES + TIME_BYTES)
			continue;
		time_s = get_be64(signature.blob + NOTE_KEY_ID_BYTES);
		latest = !found || time_s > latest ? time_s : latest;
		found = true;
	}
	*ret_time_s = latest;
	return found ? 0 : NOTE_E_UNSIGNED;
}
