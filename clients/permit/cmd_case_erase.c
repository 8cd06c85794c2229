/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/permit/show.h"
#include "proto/caseref.h"
#include "proto/request.h"
#include "proto/signer.h"
#include "proto/tombstone.h"

#define LABEL_COLUMNS 20u
#define ERASE_ARENA_BYTES (1024u * 1024)

/* What is erased, and who says so. */
struct erasing {
	struct arena arena;
	char *refs[REQUEST_ERASE_CASES_MAX];
	size_t n_refs;
	Permit__V1__ErasureReason reason;
	struct signer signers[2];	/* eraser, protection */
};

static void erasing_done(struct erasing *erasing)
{
	signer_done(&erasing->signers[0]);
	signer_done(&erasing->signers[1]);
	arena_done(&erasing->arena);
}

/* ---- What was typed ---- */

static enum exit_code read_refs(const struct invocation *in, struct erasing *erasing)
{
	for (size_t i = 0; i < in->n_operands; i++) {
		char *ref = arena_alloc(&erasing->arena, CASEREF_TEXT_BYTES);

		if (ref == NULL)
			return output_error(&in->out, EXIT_FAILED, "out of memory");
		if (!caseref_read(in->operands[i], ref))
			return output_error(&in->out, EXIT_NOT_VALID,
					    "\"%s\" is no case reference",
					    in->operands[i]);
		erasing->refs[erasing->n_refs++] = ref;
	}
	return EXIT_DONE;
}

static enum exit_code read_reason(const struct invocation *in,
				  struct erasing *erasing)
{
	const char *given = in->values[OPTION_REASON];
	const char *name;

	for (unsigned reason = 1;
	     given != NULL && (name = erasure_reason_name(reason)) != NULL; reason++)
		if (strcmp(given, name) == 0) {
			erasing->reason = (Permit__V1__ErasureReason)reason;
			return EXIT_DONE;
		}
	return output_error(&in->out, EXIT_USAGE,
			    "--reason must be retention, request, order or unlawful");
}

static enum exit_code read_signer(const struct invocation *in, enum permit_option option,
				  struct signer *ret_signer)
{
	const char *name = in->program->options[option].name;
	const char *path = in->values[option];
	int r;

	if (path == NULL)
		return output_error(&in->out, EXIT_USAGE,
				    "--%s is missing: an erasure needs the keys of "
				    "two roles", name);
	r = signer_load(path, NOTE_KEY_ED25519, NULL, ret_signer);
	if (r == 0)
		return EXIT_DONE;
	if (r == SIGNER_E_ABSENT)
		return output_error(&in->out, EXIT_NOT_FOUND,
				    "--%s %s: there is no such file", name, path);
	if (r == SIGNER_E_OPEN_TO_OTHERS)
		return output_error(&in->out, EXIT_NOT_ALLOWED,
				    "--%s %s: the key must belong to you and be "
				    "closed to others (mode 0600)", name, path);
	return output_error(&in->out, EXIT_NOT_VALID,
			    "--%s %s: it holds no key; permit case key makes one",
			    name, path);
}

static enum exit_code read_all(const struct invocation *in, struct erasing *erasing)
{
	enum exit_code code = read_refs(in, erasing);

	if (code == EXIT_DONE)
		code = read_reason(in, erasing);
	if (code == EXIT_DONE)
		code = read_signer(in, OPTION_FIRST_ROLE, &erasing->signers[0]);
	if (code == EXIT_DONE)
		code = read_signer(in, OPTION_SECOND_ROLE, &erasing->signers[1]);
	return code;
}

/* ---- Two requests ---- */

static enum exit_code ask(const struct invocation *in, struct permit_client *client,
			  struct erasing *erasing, ProtobufCBinaryData *statements,
			  size_t n, const Permit__V1__EraseCasesResponse **ret)
{
	Permit__V1__EraseCasesRequest erase;
	const Permit__V1__Response *response;
	Permit__V1__Request request;
	enum exit_code code;

	permit__v1__erase_cases_request__init(&erase);
	permit__v1__request__init(&request);
	erase.case_refs = erasing->refs;
	erase.n_case_refs = erasing->n_refs;
	erase.reason = erasing->reason;
	erase.statements = statements;
	erase.n_statements = n;
	request.body_case = PERMIT__V1__REQUEST__BODY_ERASE_CASES;
	request.erase_cases = &erase;
	code = daemon_call(in, client, &request, &response);
	if (code == EXIT_DONE)
		*ret = response->erase_cases;
	return code;
}

/* One statement with both signatures behind it, in the arena. */
static int sign(struct erasing *erasing, const ProtobufCBinaryData *from,
		const char *origin, ProtobufCBinaryData *ret)
{
	static const enum erasure_role roles[2] = { ROLE_ERASER, ROLE_PROTECTION };
	size_t n = from->len;
	uint8_t *to = arena_alloc(&erasing->arena,
				  n + (size_t)2 * TOMBSTONE_SIGNED_BYTES);
	int r = to == NULL ? -1 : 0;

	if (r == 0)
		memcpy(to, from->data, n);
	for (size_t i = 0; i < 2 && r == 0; i++)
		r = tombstone_sign((struct bytes){ to, n }, origin, roles[i],
				   &erasing->signers[i].key,
				   &erasing->signers[i].vkey,
				   to + n + i * TOMBSTONE_SIGNED_BYTES);
	if (r == 0)
		*ret = (ProtobufCBinaryData){
			n + (size_t)2 * TOMBSTONE_SIGNED_BYTES, to
		};
	return r;
}

/* The daemon says what; the list is checked to be one before it is signed. */
static enum exit_code sign_all(const struct invocation *in, struct erasing *erasing,
			       const Permit__V1__EraseCasesResponse *wanted,
			       ProtobufCBinaryData *ret)
{
	static struct tombstone tombstone;

	for (size_t i = 0; i < wanted->n_statements; i++) {
		const ProtobufCBinaryData *statement = &wanted->statements[i];

		if (i >= REQUEST_STATEMENTS_MAX ||
		    statement->len > ENTRY_BODY_MAX_BYTES ||
		    strlen(wanted->log_origin) > NOTE_NAME_MAX_BYTES ||
		    !tombstone_decode((struct bytes){ statement->data,
						      statement->len },
				      false, UINT64_MAX, &tombstone) ||
		    tombstone.reason != (unsigned)erasing->reason)
			return output_error(&in->out, EXIT_FAILED,
					    "the daemon asks to sign something else "
					    "than this erasure");
		if (sign(erasing, statement, wanted->log_origin, &ret[i]) != 0)
			return output_error(&in->out, EXIT_FAILED,
					    "it could not be signed");
	}
	return EXIT_DONE;
}

static enum exit_code say(const struct invocation *in,
			  const Permit__V1__EraseCasesResponse *done)
{
	char number[NUMBER_BYTES];

	if (in->out.form == OUTPUT_JSON)
		return output_json(&in->out,
				   json_pack("{s:b,s:I,s:I,s:I,s:s}", "erased",
					     done->erased, "n_entries",
					     (json_int_t)done->n_entries, "log_index",
					     (json_int_t)done->log_index, "tree_size",
					     (json_int_t)done->tree_size, "checkpoint",
					     done->checkpoint),
				   EXIT_DONE);
	output_styled(&in->out, STYLE_GOOD, "Erased.");
	output_field(&in->out, LABEL_COLUMNS, "contents",
		     number_text(done->n_entries, number));
	output_field(&in->out, LABEL_COLUMNS, "tombstone, entry",
		     number_text(done->log_index, number));
	output_paragraph(&in->out, 0, "Next",
			 "back up the keys again and destroy the older copies: they "
			 "open what was erased if they meet an older copy of the log.");
	return EXIT_DONE;
}

static enum exit_code erase(const struct invocation *in, struct erasing *erasing)
{
	CLIENT_ENDS struct permit_client *client = NULL;
	ProtobufCBinaryData statements[REQUEST_STATEMENTS_MAX];
	const Permit__V1__EraseCasesResponse *answer;
	enum exit_code code = daemon_connect(in, &client);
	size_t n;

	if (code == EXIT_DONE)
		code = ask(in, client, erasing, NULL, 0, &answer);
	if (code == EXIT_DONE)
		code = sign_all(in, erasing, answer, statements);
	if (code != EXIT_DONE)
		return code;
	n = answer->n_statements;
	code = ask(in, client, erasing, statements, n, &answer);
	return code == EXIT_DONE ? say(in, answer) : code;
}

static enum exit_code run(const struct invocation *in)
{
	CLEANUP(erasing_done) struct erasing erasing = { .n_refs = 0 };
	enum exit_code code;

	arena_init(&erasing.arena, ERASE_ARENA_BYTES);
	code = read_all(in, &erasing);
	return code == EXIT_DONE ? erase(in, &erasing) : code;
}

const struct command command_case_erase = {
	.name = "case erase",
	.operands = "REF...",
	.summary = "makes the contents of cases unreadable for ever",
	.text = "The keys of the cases are destroyed, in every copy of the store. That "
		"each decision was made, when and under which edition stays in the log, "
		"with a tombstone that both roles have signed. Cases that are erased "
		"together cannot be told apart afterwards.",
	.examples = {
		{ "case erase 2VPBFJNMQCVZ --reason retention --first-role eraser.key "
		  "--second-role protection.key",
		  "The time for which it had to be kept is over:" },
	},
	.takes = TAKES_DAEMON | OPTION(OPTION_REASON) | OPTION(OPTION_FIRST_ROLE) |
		 OPTION(OPTION_SECOND_ROLE),
	.min_operands = 1,
	.max_operands = REQUEST_ERASE_CASES_MAX,
	.run = run,
};
