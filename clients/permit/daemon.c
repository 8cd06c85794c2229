/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clients/permit/daemon.h"
#include "clients/permit/failure.h"

#define SOCKET_DEFAULT "/run/permitd/permitd.sock"
#define TIMEOUT_MS 60000

static const char *socket_path(const struct invocation *in)
{
	const char *path = in->values[OPTION_SOCKET];

	if (path == NULL)
		path = getenv("PERMITD_SOCKET");
	return path != NULL && path[0] != '\0' ? path : SOCKET_DEFAULT;
}

enum exit_code daemon_connect(const struct invocation *in,
			      struct permit_client **ret_client)
{
	const char *path = socket_path(in);
	int r = permit_connect(path, TIMEOUT_MS, ret_client);
	enum exit_code code;

	if (r == 0)
		return EXIT_DONE;
	if (r == -ENOMEM)
		return output_error(&in->out, EXIT_FAILED, "out of memory");
	if (r == -EACCES)
		return output_error(&in->out, EXIT_NOT_ALLOWED,
				    "the socket %s is not for you: %s", path,
				    strerror(-r));
	code = output_error(&in->out, EXIT_NOT_REACHABLE,
			    "no daemon answers at %s: %s", path, strerror(-r));
	output_hint(&in->out,
		    "Is permitd running? --socket PATH names another place; "
		    "so does PERMITD_SOCKET.");
	return code;
}

enum exit_code refusal_exit_code(Permit__V1__Code code)
{
	switch ((int)code) {
	case PERMIT__V1__CODE__CODE_NOT_ALLOWED:
	case PERMIT__V1__CODE__CODE_HELD:
		return EXIT_NOT_ALLOWED;
	case PERMIT__V1__CODE__CODE_UNKNOWN_POLICY:
	case PERMIT__V1__CODE__CODE_UNKNOWN_QUESTION:
	case PERMIT__V1__CODE__CODE_UNKNOWN_EDITION:
	case PERMIT__V1__CODE__CODE_NO_EDITION_IN_FORCE:
	case PERMIT__V1__CODE__CODE_NOT_FOUND:
	case PERMIT__V1__CODE__CODE_ERASED:
		return EXIT_NOT_FOUND;
	case PERMIT__V1__CODE__CODE_DISK_FULL:
	case PERMIT__V1__CODE__CODE_OVERLOADED:
	case PERMIT__V1__CODE__CODE_STOPPING:
		return EXIT_NOT_REACHABLE;
	case PERMIT__V1__CODE__CODE_INTERNAL:
		return EXIT_FAILED;
	default:
		return EXIT_NOT_VALID;
	}
}

static void say_diagnostic(const Permit__V1__Diagnostic *diagnostic)
{
	uint32_t i;

	fprintf(stderr, "%s:%u:%u: %s [%s]\n", diagnostic->file, diagnostic->line,
		diagnostic->column, diagnostic->message, diagnostic->kind);
	if (diagnostic->excerpt[0] != '\0' && diagnostic->column > 0) {
		fprintf(stderr, "    %s\n    ", diagnostic->excerpt);
		for (i = 1; i < diagnostic->column; i++)
			fputc(' ', stderr);
		for (i = 0; i < diagnostic->n_bytes || i == 0; i++)
			fputc('^', stderr);
		fputc('\n', stderr);
	}
	if (diagnostic->expected[0] != '\0')
		fprintf(stderr, "    expected %s\n", diagnostic->expected);
	fprintf(stderr, "    = %s\n", diagnostic->remedy);
}

static json_t *diagnostics_json(const Permit__V1__Error *error)
{
	json_t *diagnostics = json_array();

	for (size_t i = 0; i < error->n_diagnostics; i++) {
		const Permit__V1__Diagnostic *one = error->diagnostics[i];

		json_array_append_new(
			diagnostics,
			json_pack("{s:s, s:i, s:i, s:i, s:s, s:s, s:s}", "file",
				  one->file, "line", (int)one->line, "column",
				  (int)one->column, "bytes", (int)one->n_bytes,
				  "code", one->kind, "message", one->message,
				  "remedy", one->remedy));
	}
	return diagnostics;
}

/* NULL, which the document then lacks, when all hold. */
static json_t *failed_json(const Permit__V1__Error *error)
{
	json_t *failed = error->n_failed_theorems > 0 ? json_array() : NULL;

	for (size_t i = 0; i < error->n_failed_theorems; i++) {
		const Permit__V1__FailedTheorem *one = error->failed_theorems[i];

		json_array_append_new(
			failed,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:o}",
				  "obligation", one->obligation, "theorem",
				  one->name, "statement", one->statement,
				  "question", one->question, "output", one->output,
				  "nodes", (json_int_t)one->cost, "counterexample",
				  failure_json(one)));
	}
	return failed;
}

static json_t *refusal_json(const Permit__V1__Error *error, enum exit_code code)
{
	json_t *nearest = json_array();
	const ProtobufCEnumValue *name;
	size_t i;

	for (i = 0; i < error->n_nearest; i++)
		json_array_append_new(nearest, json_string(error->nearest[i]));
	name = protobuf_c_enum_descriptor_get_value(&permit__v1__code__descriptor,
						    (int)error->code);
	return json_pack("{s:{s:s, s:i, s:s, s:s, s:o, s:o, s:o*}}", "error",
			 "kind", name != NULL ? name->name : "CODE_UNSPECIFIED",
			 "exit", (int)code, "message", error->message, "field",
			 error->field, "nearest", nearest, "diagnostics",
			 diagnostics_json(error), "failed_theorems",
			 failed_json(error));
}

static void say_failed(struct output_stream messages, const Permit__V1__Error *error)
{
	messages.to = stderr;
	messages.colour = false;
	for (size_t i = 0; i < error->n_failed_theorems; i++)
		failure_say(&messages, error->failed_theorems[i]);
	if (error->n_more_failed > 0)
		output_line(&messages, "and %u more: permit policy prove shows all",
			    error->n_more_failed);
}

enum exit_code daemon_say_refusal(const struct output_stream *out,
				  const Permit__V1__Error *error, const char *where)
{
	enum exit_code code = refusal_exit_code(error->code);
	struct output_stream messages = *out;
	size_t i;

	if (out->form == OUTPUT_JSON)
		messages.form = OUTPUT_PLAIN;
	output_error(&messages, code, "%s%s", where, error->message);
	for (i = 0; i < error->n_nearest; i++)
		output_hint(&messages, "%s %s", i == 0 ? "Did you mean" : "or",
			    error->nearest[i]);
	for (i = 0; i < error->n_diagnostics; i++)
		say_diagnostic(error->diagnostics[i]);
	say_failed(messages, error);
	if (out->form == OUTPUT_JSON)
		code = output_json(out, refusal_json(error, code), code);
	return code;
}

enum exit_code daemon_lost(const struct output_stream *out,
			   const struct permit_client *client, int r)
{
	enum exit_code code = EXIT_NOT_REACHABLE;

	if (r == 0 || r == PERMIT_E_REFUSED)
		return EXIT_DONE;
	if (r == PERMIT_E_NOT_VALID)
		code = EXIT_NOT_VALID;
	else if (r == -ENOMEM)
		code = EXIT_FAILED;
	return output_error(out, code, "%s", permit_problem(client));
}

enum exit_code daemon_call(const struct invocation *in,
			   struct permit_client *client,
			   Permit__V1__Request *request,
			   const Permit__V1__Response **ret_response)
{
	int r = permit_call(client, request, ret_response);

	if (r == PERMIT_E_REFUSED)
		return daemon_say_refusal(&in->out, (*ret_response)->error, "");
	return daemon_lost(&in->out, client, r);
}

static const char *const language_names[N_LANGUAGES] = {
	[LANGUAGE_EN] = "en",
	[LANGUAGE_FR] = "fr",
	[LANGUAGE_DE] = "de",
	[LANGUAGE_IT] = "it",
};

static int find_language(const char *name, size_t n)
{
	int i;

	for (i = 0; i < N_LANGUAGES; i++)
		if (n == 2 && strncmp(name, language_names[i], 2) == 0)
			return i;
	return -1;
}

/* "fr_CA.UTF-8" is French; "C" and anything unknown is English. */
static enum language language_of_environment(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value;
	size_t i;
	int found;

	for (i = 0; i < ARRAY_LENGTH(names); i++) {
		value = getenv(names[i]);
		if (value == NULL || value[0] == '\0')
			continue;
		found = find_language(value, strcspn(value, "_.@"));
		return found >= 0 ? (enum language)found : LANGUAGE_EN;
	}
	return LANGUAGE_EN;
}

enum exit_code chosen_language(const struct invocation *in,
			       enum language *ret_language)
{
	const char *name = in->values[OPTION_LANG];
	int found;

	if (name == NULL) {
		*ret_language = language_of_environment();
		return EXIT_DONE;
	}
	found = find_language(name, strlen(name));
	if (found < 0)
		return output_error(&in->out, EXIT_USAGE,
				    "--lang is en, fr, de or it, not \"%s\"", name);
	*ret_language = (enum language)found;
	return EXIT_DONE;
}

Permit__V1__Language wire_language(enum language language)
{
	return (Permit__V1__Language)(language + 1);
}

const char *text_in(Permit__V1__Text *const *texts, size_t n,
		    enum language language)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (texts[i]->language == wire_language(language))
			return texts[i]->text;
	return n > 0 ? texts[0]->text : "";
}

enum exit_code chosen_day(const struct invocation *in, const char **ret_day)
{
	const char *text = in->values[OPTION_AS_OF];
	day_t day;

	if (text != NULL && !date_parse(text, strlen(text), &day))
		return output_error(&in->out, EXIT_USAGE,
				    "--as-of is a date like 2025-02-04, not \"%s\"",
				    text);
	*ret_day = text != NULL ? text : "";
	return EXIT_DONE;
}
