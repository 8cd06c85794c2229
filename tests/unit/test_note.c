/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proto/merkle.h"
#include "proto/note.h"
#include "proto/receipt.h"

#define DASH "\xe2\x80\x94 "

/* The public example of C2SP signed-note. */
static const char public_vkey[] = "example.com/foo+530d903a+"
	"AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
static const char public_note[] = "This is an example message.\n\n"
	DASH "example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlT"
	"gK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

/* Known answer of our own: log key seed 00..1f, witness 20..3f, eight leaves. */
static const char log_vkey[] = "example.org/permit/log1+1111dfce+"
	"AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
static const char witness_vkey[] = "auditor.example/w1+15cfbe2c+"
	"BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
#define CHECKPOINT \
	"example.org/permit/log1\n8\n" \
	"XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
#define LOG_LINE \
	DASH "example.org/permit/log1 ERHfzqblg68NrQDikhoS8hmfF6V1cHm4SBhvKQXb" \
	"mv80yvN/JIdCcS63sXXuWBO2CUPFst0LZN3ED17pQSGGDwwHUgM=\n"
#define WITNESS_LINE \
	DASH "auditor.example/w1 Fc++LAAAAABlU/EAj4pOEcD0bXDH2lT8zA9XMoFno+3f" \
	"WtpOkS9zwRA9vcv0ByHG3C1bH7h6qWkiG3YSL3ZnuGDKE6RCg+r3h7f6AQ==\n"
#define PATH_LINES \
	"vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n" \
	"yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n" \
	"037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=\n"

static const char known_note[] = CHECKPOINT "\n" LOG_LINE WITNESS_LINE;
static const char known_receipt[] = "c2sp.org/tlog-proof@v1\nindex 5\n"
	PATH_LINES "\n" CHECKPOINT "\n" LOG_LINE WITNESS_LINE;
static const uint8_t leaf_5[] = { 0x40, 0x41, 0x42, 0x43 };

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static struct vkey vkey_of(const char *text)
{
	struct vkey vkey;

	assert_true(vkey_parse(text, strlen(text), &vkey));
	return vkey;
}

static int open_with(const char *note, const char *vkey_text)
{
	struct vkey vkey = vkey_of(vkey_text);
	struct bytes text;

	return note_open(bytes_of(note), &vkey, 1, &text, NULL);
}

static void the_public_note_opens(void **state)
{
	struct vkey vkey = vkey_of(public_vkey);
	struct bytes text;
	bool by;

	(void)state;
	assert_int_equal(note_open(bytes_of(public_note), &vkey, 1, &text, &by),
			 0);
	assert_int_equal(text.n, 28);
	assert_memory_equal(text.data, "This is an example message.\n", 28);
	assert_true(by);
}

static void every_flipped_bit_of_a_note_is_refused(void **state)
{
	struct vkey vkey = vkey_of(public_vkey);
	char note[sizeof(public_note)];
	struct bytes text;

	(void)state;
	for (size_t bit = 0; bit < (sizeof(note) - 1) * 8; bit++) {
		memcpy(note, public_note, sizeof(note));
		note[bit / 8] = (char)(note[bit / 8] ^ (1 << bit % 8));
		assert_int_not_equal(note_open(
			(struct bytes){ (uint8_t *)note, sizeof(note) - 1 },
			&vkey, 1, &text, NULL), 0);
	}
}

static void a_vkey_prints_as_it_was_read(void **state)
{
	static const char *const all[] = { public_vkey, log_vkey, witness_vkey };
	char text[VKEY_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(all); i++) {
		struct vkey vkey = vkey_of(all[i]);

		vkey_print(&vkey, text);
		assert_string_equal(text, all[i]);
	}
}

static void every_changed_character_of_a_vkey_is_refused(void **state)
{
	char text[sizeof(log_vkey)];
	struct vkey vkey;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		memcpy(text, log_vkey, sizeof(text));
		text[i] = text[i] == 'x' ? 'y' : 'x';
		assert_false(vkey_parse(text, sizeof(text) - 1, &vkey));
		assert_false(vkey_parse(log_vkey, i, &vkey));
	}
	assert_false(vkey_parse("", 0, &vkey));
	assert_false(vkey_parse("+11111111+", 10, &vkey));
}

static void names_have_no_space_and_no_plus(void **state)
{
	static const uint8_t key[ED25519_PUBLIC_BYTES] = { 1 };
	char name[NOTE_NAME_MAX_BYTES + 2];
	struct vkey vkey;

	(void)state;
	assert_false(vkey_make("", NOTE_KEY_ED25519, key, &vkey));
	assert_false(vkey_make("a b", NOTE_KEY_ED25519, key, &vkey));
	assert_false(vkey_make("a+b", NOTE_KEY_ED25519, key, &vkey));
	assert_false(vkey_make("a\xe2\x80\x83z", NOTE_KEY_ED25519, key, &vkey));
	assert_false(vkey_make("a\xff", NOTE_KEY_ED25519, key, &vkey));
	assert_true(vkey_make("K\xc3\xb6ln", NOTE_KEY_ED25519, key, &vkey));
	assert_false(note_name_is_ours("K\xc3\xb6ln"));
	memset(name, 'a', sizeof(name));
	name[NOTE_NAME_MAX_BYTES + 1] = '\0';
	assert_false(vkey_make(name, NOTE_KEY_ED25519, key, &vkey));
	assert_false(note_name_is_ours(name));
	name[NOTE_NAME_MAX_BYTES] = '\0';
	assert_true(vkey_make(name, NOTE_KEY_ED25519, key, &vkey));
	assert_true(note_name_is_ours(name));
}

static void unknown_signatures_are_ignored_but_one_known_is_needed(void **state)
{
	(void)state;
	assert_int_equal(open_with(known_note, log_vkey), 0);
	assert_int_equal(open_with(known_note, witness_vkey), 0);
	assert_int_equal(open_with(known_note, public_vkey), NOTE_E_UNSIGNED);
	assert_int_equal(open_with(CHECKPOINT "\n" WITNESS_LINE, log_vkey),
			 NOTE_E_UNSIGNED);
	assert_int_equal(note_open(bytes_of(known_note), NULL, 0,
				   &(struct bytes){ 0 }, NULL), NOTE_E_UNSIGNED);
}

static void one_wrong_signature_of_a_known_key_rejects_the_note(void **state)
{
	struct vkey keys[2] = { vkey_of(log_vkey), vkey_of(witness_vkey) };
	char note[sizeof(known_note)];
	char *wrong;
	struct bytes text;
	bool by[2];

	(void)state;
	assert_int_equal(note_open(bytes_of(known_note), keys, 2, &text, by), 0);
	assert_true(by[0] && by[1]);
	memcpy(note, known_note, sizeof(note));
	wrong = strstr(note, "j4pOEcD0");
	assert_non_null(wrong);
	wrong[0] = 'k';
	assert_int_equal(note_open(bytes_of(note), keys, 2, &text, by),
			 NOTE_E_SIGNATURE);
	assert_int_equal(note_open(bytes_of(note), keys, 1, &text, by), 0);
}

/* A witness cannot be made to say that it saw the tree at another time. */
static void the_time_of_a_cosignature_is_signed(void **state)
{
	char note[sizeof(known_note)];
	char *time;

	(void)state;
	memcpy(note, known_note, sizeof(note));
	time = strstr(note, "AAAAABlU/EA");
	assert_non_null(time);
	memcpy(time, "AAAAABlU/EB", 11);
	assert_int_equal(open_with(note, witness_vkey), NOTE_E_SIGNATURE);
}

/* A note over this text under a key of our own, signed the plain way. */
static size_t sign_note(const char *text, enum note_key_type type,
			uint64_t time, struct vkey *ret_vkey, char *to)
{
	static const uint8_t seed[32] = { 9 };
	uint8_t blob[4 + 8 + 64];
	char message[512], base64[BASE64_CHARS(sizeof(blob)) + 1];
	size_t n_time = type == NOTE_KEY_COSIGNATURE ? 8 : 0;
	struct ed25519_key key;

	assert_int_equal(ed25519_init(&key, seed), 0);
	assert_true(vkey_make("our/key", type, key.public_key, ret_vkey));
	memcpy(blob, ret_vkey->id, 4);
	put_be64(blob + 4, time);
	if (n_time > 0)
		snprintf(message, sizeof(message), "cosignature/v1\ntime %llu\n%s",
			 (unsigned long long)time, text);
	else
		snprintf(message, sizeof(message), "%s", text);
	assert_int_equal(ed25519_sign(&key, bytes_of(message),
				      blob + 4 + n_time), 0);
	base64_print(blob, 4 + n_time + 64, base64);
	ed25519_done(&key);
	return (size_t)sprintf(to, "%s\n" DASH "our/key %s\n", text, base64);
}

static void a_cosignature_has_a_time_below_2_to_the_63(void **state)
{
	char note[1024];
	struct vkey vkey;
	struct bytes text;

	(void)state;
	sign_note(CHECKPOINT, NOTE_KEY_COSIGNATURE, INT64_MAX, &vkey, note);
	assert_int_equal(note_open(bytes_of(note), &vkey, 1, &text, NULL), 0);
	sign_note(CHECKPOINT, NOTE_KEY_COSIGNATURE, (uint64_t)INT64_MAX + 1,
		  &vkey, note);
	assert_int_equal(note_open(bytes_of(note), &vkey, 1, &text, NULL),
			 NOTE_E_SIGNATURE);
}

/* A key vouches for the log of its own name and for no other. */
static void a_checkpoint_of_another_origin_is_refused(void **state)
{
	struct checkpoint checkpoint;
	char note[1024];
	struct vkey vkey;

	(void)state;
	sign_note("our/key\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
		  NOTE_KEY_ED25519, 0, &vkey, note);
	assert_int_equal(checkpoint_open(bytes_of(note), &vkey, &checkpoint), 0);
	sign_note(CHECKPOINT, NOTE_KEY_ED25519, 0, &vkey, note);
	assert_int_equal(checkpoint_open(bytes_of(note), &vkey, &checkpoint),
			 NOTE_E_FORMAT);
	sign_note("no checkpoint\n", NOTE_KEY_ED25519, 0, &vkey, note);
	assert_int_equal(checkpoint_open(bytes_of(note), &vkey, &checkpoint),
			 NOTE_E_FORMAT);
}

static void what_is_no_note_is_refused(void **state)
{
	static const char *const wrong[] = {
		"", "\n", "\n\n", "text", "text\n", "text\n\n" "text",
		CHECKPOINT LOG_LINE,
		CHECKPOINT "\n" LOG_LINE "\n",
		CHECKPOINT "\n- example.org/permit/log1 ERHfzqblg68=\n",
		CHECKPOINT "\n" LOG_LINE "nonsense\n",
		CHECKPOINT "\n" LOG_LINE DASH "name \n",
		CHECKPOINT "\n" LOG_LINE DASH " AAAAAAA=\n",
		CHECKPOINT "\n" LOG_LINE DASH "na+me AAAAAAA=\n",
		CHECKPOINT "\n" LOG_LINE DASH "name AAAAAA==\n",
		CHECKPOINT "\n" LOG_LINE DASH "name AAAAAAA\n",
		"a\x01z\n\n" LOG_LINE,
		"a\xffz\n\n" LOG_LINE,
		"a\r\n\n" LOG_LINE,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
		assert_int_equal(open_with(wrong[i], log_vkey), NOTE_E_FORMAT);
	/* Five bytes, and so a key ID and something, are the least. */
	assert_int_equal(open_with(CHECKPOINT "\n" LOG_LINE DASH
				   "name AAAAAAA=\n", log_vkey), 0);
}

static void the_last_empty_line_is_the_border(void **state)
{
	struct bytes text;

	(void)state;
	assert_int_equal(note_text(bytes_of("one\n\ntwo\n\n" LOG_LINE), &text), 0);
	assert_int_equal(text.n, 9);
	assert_memory_equal(text.data, "one\n\ntwo\n", 9);
}

static void a_note_has_at_most_64_kib_and_any_number_of_lines(void **state)
{
	static char note[NOTE_MAX_BYTES + 2];
	size_t n = (size_t)sprintf(note, "%s\n%s", CHECKPOINT, LOG_LINE);
	struct vkey vkey = vkey_of(log_vkey);
	struct bytes text;

	(void)state;
	while (n + 80 < NOTE_MAX_BYTES)
		n += (size_t)sprintf(note + n, DASH "name AAAAAAA=\n");
	/* Exactly the limit: the name of the last line takes up the rest. */
	n += (size_t)sprintf(note + n, DASH);
	while (n + 10 < NOTE_MAX_BYTES)
		note[n++] = 'n';
	memcpy(note + n, " AAAAAAA=\n", 10);
	assert_int_equal(note_open((struct bytes){ (uint8_t *)note,
						   NOTE_MAX_BYTES },
				   &vkey, 1, &text, NULL), 0);
	memcpy(note + n, "n AAAAAAA=\n", 11);
	assert_int_equal(note_open((struct bytes){ (uint8_t *)note,
						   NOTE_MAX_BYTES + 1 },
				   &vkey, 1, &text, NULL), NOTE_E_FORMAT);
}

static void a_checkpoint_signs_to_the_known_note(void **state)
{
	struct vkey vkey = vkey_of(log_vkey);
	struct checkpoint checkpoint, again;
	char note[CHECKPOINT_NOTE_BYTES];
	struct ed25519_key key;
	uint8_t seed[32];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)i;
	assert_true(checkpoint_parse(bytes_of(CHECKPOINT), &checkpoint));
	assert_int_equal(ed25519_init(&key, seed), 0);
	assert_int_equal(checkpoint_sign(&checkpoint, &key, &vkey, note, &n), 0);
	assert_string_equal(note, CHECKPOINT "\n" LOG_LINE);
	assert_int_equal(n, strlen(note));
	assert_int_equal(checkpoint_open(bytes_of(note), &vkey, &again), 0);
	assert_int_equal(again.size, 8);
	assert_true(digest_equal(&again.root, &checkpoint.root));
	strcpy(checkpoint.origin, "example.org/permit/log2");
	assert_int_not_equal(checkpoint_sign(&checkpoint, &key, &vkey, note, &n),
			     0);
	ed25519_done(&key);
}

/* The longest name and the largest size must find room. */
static void the_largest_checkpoint_fits_its_buffers(void **state)
{
	static const uint8_t seed[32] = { 7 };
	char name[NOTE_NAME_MAX_BYTES + 1], note[CHECKPOINT_NOTE_BYTES];
	struct checkpoint checkpoint = { .size = UINT64_MAX }, again;
	struct ed25519_key key;
	struct vkey vkey;
	size_t n;

	(void)state;
	memset(name, 'a', sizeof(name));
	name[NOTE_NAME_MAX_BYTES] = '\0';
	strcpy(checkpoint.origin, name);
	assert_int_equal(ed25519_init(&key, seed), 0);
	assert_true(vkey_make(name, NOTE_KEY_ED25519, key.public_key, &vkey));
	assert_int_equal(checkpoint_sign(&checkpoint, &key, &vkey, note, &n), 0);
	assert_in_range(n, 1, CHECKPOINT_NOTE_BYTES - 1);
	assert_int_equal(checkpoint_open(bytes_of(note), &vkey, &again), 0);
	assert_true(again.size == UINT64_MAX);
	ed25519_done(&key);
}

static void a_checkpoint_has_exactly_three_lines(void **state)
{
#define ROOT "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg="
	static const char *const wrong[] = {
		"", "a\n", "a\n8\n", "a\n8\n" ROOT, "\n8\n" ROOT "\n",
		"a\n08\n" ROOT "\n", "a\n\n" ROOT "\n", "a\n8 \n" ROOT "\n",
		"a\n-8\n" ROOT "\n", "a\n18446744073709551616\n" ROOT "\n",
		"a\n8\n" ROOT "\nmore\n", "a\n8\n" ROOT "\n\n",
		"a\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQw==\n",
		"a b\n8\n" ROOT "\n",
	};
	struct checkpoint checkpoint;

	(void)state;
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
		assert_false(checkpoint_parse(bytes_of(wrong[i]), &checkpoint));
	assert_true(checkpoint_parse(bytes_of("a\n0\n" ROOT "\n"), &checkpoint));
	assert_true(checkpoint_parse(
		bytes_of("a\n18446744073709551615\n" ROOT "\n"), &checkpoint));
}

static int verify_receipt(const char *receipt)
{
	struct vkey vkey = vkey_of(log_vkey);
	struct checkpoint checkpoint;

	return receipt_verify(bytes_of(receipt),
			      (struct bytes){ leaf_5, sizeof(leaf_5) }, &vkey,
			      &checkpoint);
}

static void the_known_receipt_verifies_and_prints_again(void **state)
{
	char text[sizeof(known_receipt)] = { 0 };
	struct receipt receipt;

	(void)state;
	assert_int_equal(verify_receipt(known_receipt), 0);
	assert_int_equal(receipt_parse(bytes_of(known_receipt), &receipt), 0);
	assert_int_equal(receipt.index, 5);
	assert_int_equal(receipt.path.n, 3);
	assert_int_equal(receipt_bytes(&receipt), sizeof(known_receipt) - 1);
	receipt_print(&receipt, text);
	assert_string_equal(text, known_receipt);
}

static void every_flipped_bit_of_a_receipt_is_refused(void **state)
{
	struct vkey keys[1] = { vkey_of(log_vkey) };
	char text[sizeof(known_receipt)];
	/* The witness is not asked here, so its line may say what it likes. */
	size_t n = strlen(known_receipt) - strlen(WITNESS_LINE);
	struct checkpoint checkpoint;

	(void)state;
	for (size_t bit = 0; bit < n * 8; bit++) {
		memcpy(text, known_receipt, sizeof(text));
		text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
		assert_int_not_equal(receipt_verify(
			(struct bytes){ (uint8_t *)text, n },
			(struct bytes){ leaf_5, sizeof(leaf_5) }, keys,
			&checkpoint), 0);
	}
}

static void a_receipt_says_why_it_was_refused(void **state)
{
#define HEAD "c2sp.org/tlog-proof@v1\n"
#define TAIL "\n" CHECKPOINT "\n" LOG_LINE
	(void)state;
	assert_int_equal(verify_receipt(HEAD "index 5\n" PATH_LINES TAIL), 0);
	assert_int_equal(verify_receipt(HEAD "extra AAAA\nindex 5\n" PATH_LINES
					TAIL), 0);
	assert_int_equal(verify_receipt(HEAD "index 4\n" PATH_LINES TAIL),
			 RECEIPT_E_PROOF);
	assert_int_equal(verify_receipt(HEAD "index 5\n" PATH_LINES "\n"
					CHECKPOINT "\n" WITNESS_LINE),
			 RECEIPT_E_NOTE);
	assert_int_equal(verify_receipt(HEAD "index 05\n" PATH_LINES TAIL),
			 RECEIPT_E_FORMAT);
	assert_int_equal(verify_receipt(HEAD "index \n" PATH_LINES TAIL),
			 RECEIPT_E_FORMAT);
	assert_int_equal(verify_receipt(HEAD "index -5\n" PATH_LINES TAIL),
			 RECEIPT_E_FORMAT);
	assert_int_equal(verify_receipt(HEAD "index 18446744073709551616\n"
					PATH_LINES TAIL), RECEIPT_E_FORMAT);
	assert_int_equal(verify_receipt(HEAD "index 5\nAAAA\n" TAIL),
			 RECEIPT_E_FORMAT);
	assert_int_equal(verify_receipt(HEAD "index 5\n" PATH_LINES),
			 RECEIPT_E_FORMAT);
	assert_int_equal(verify_receipt("ind"), RECEIPT_E_FORMAT);
	assert_int_equal(verify_receipt(""), RECEIPT_E_FORMAT);
}

static void a_receipt_has_at_most_64_hashes(void **state)
{
	char text[8192];
	struct receipt receipt;

	(void)state;
	for (size_t n_hashes = 64; n_hashes <= 65; n_hashes++) {
		size_t n = (size_t)sprintf(text, HEAD "index 5\n");

		for (size_t i = 0; i < n_hashes; i++)
			n += (size_t)sprintf(text + n, "vBoGQ7EuTS18d5GPROD095qD"
						       "i2z57FtcKD4fTYhZnms=\n");
		sprintf(text + n, TAIL);
		assert_int_equal(receipt_parse(bytes_of(text), &receipt),
				 n_hashes == 64 ? 0 : RECEIPT_E_FORMAT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_public_note_opens),
		cmocka_unit_test(every_flipped_bit_of_a_note_is_refused),
		cmocka_unit_test(a_vkey_prints_as_it_was_read),
		cmocka_unit_test(every_changed_character_of_a_vkey_is_refused),
		cmocka_unit_test(names_have_no_space_and_no_plus),
		cmocka_unit_test(
			unknown_signatures_are_ignored_but_one_known_is_needed),
		cmocka_unit_test(
			one_wrong_signature_of_a_known_key_rejects_the_note),
		cmocka_unit_test(the_time_of_a_cosignature_is_signed),
		cmocka_unit_test(a_cosignature_has_a_time_below_2_to_the_63),
		cmocka_unit_test(a_checkpoint_of_another_origin_is_refused),
		cmocka_unit_test(what_is_no_note_is_refused),
		cmocka_unit_test(the_last_empty_line_is_the_border),
		cmocka_unit_test(a_note_has_at_most_64_kib_and_any_number_of_lines),
		cmocka_unit_test(a_checkpoint_signs_to_the_known_note),
		cmocka_unit_test(the_largest_checkpoint_fits_its_buffers),
		cmocka_unit_test(a_checkpoint_has_exactly_three_lines),
		cmocka_unit_test(the_known_receipt_verifies_and_prints_again),
		cmocka_unit_test(every_flipped_bit_of_a_receipt_is_refused),
		cmocka_unit_test(a_receipt_says_why_it_was_refused),
		cmocka_unit_test(a_receipt_has_at_most_64_hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
