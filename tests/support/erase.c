/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/erase.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static void must(bool done)
{
	if (!done)
		abort();
}

void erase_roles_init(struct erase_roles *roles, const char *folder)
{
	static const char *const names[2] = { "test/eraser", "test/protection" };
	struct vkey *vkeys[2] = { &roles->vkeys.eraser, &roles->vkeys.protection };
	char text[VKEY_TEXT_BYTES];
	FILE *file;

	snprintf(roles->file, sizeof(roles->file), "%s/roles", folder);
	file = fopen(roles->file, "w");
	must(file != NULL);
	for (size_t i = 0; i < 2; i++) {
		uint8_t seed[ED25519_SEED_BYTES] = { (uint8_t)(i + 1) };

		must(ed25519_init(&roles->keys[i], seed) == 0);
		must(vkey_make(names[i], NOTE_KEY_ED25519,
			       roles->keys[i].public_key, vkeys[i]));
		vkey_print(vkeys[i], text);
		fprintf(file, "%s %s\n", i == 0 ? "eraser" : "protection", text);
	}
	must(fclose(file) == 0);
}

void erase_roles_done(struct erase_roles *roles)
{
	ed25519_done(&roles->keys[0]);
	ed25519_done(&roles->keys[1]);
}

static json_t *sign(const struct erase_roles *roles, const char *statement,
		    const char *origin, const int signers[2])
{
	const struct vkey *vkeys[2] = { &roles->vkeys.eraser,
					&roles->vkeys.protection };
	uint8_t body[ENTRY_BODY_MAX_BYTES];
	char text[BASE64_CHARS(ENTRY_BODY_MAX_BYTES) + 1];
	size_t n, n_signed;

	must(base64_parse(statement, strlen(statement), body, sizeof(body), &n));
	n_signed = n;
	for (size_t i = 0; i < 2; i++) {
		must(tombstone_sign((struct bytes){ body, n }, origin,
				    i == 0 ? ROLE_ERASER : ROLE_PROTECTION,
				    &roles->keys[signers[i]], vkeys[signers[i]],
				    body + n_signed) == 0);
		n_signed += TOMBSTONE_SIGNED_BYTES;
	}
	base64_print(body, n_signed, text);
	return json_string(text);
}

/* The second request, with the statements of the first's answer signed. */
static char *signed_request(const struct erase_roles *roles, const char *answer,
			    const char *case_refs, const int signers[2])
{
	json_t *json = json_loads(answer, 0, NULL);
	json_t *erase = json_object_get(json, "eraseCases");
	json_t *statements = json_object_get(erase, "statements");
	const char *origin = json_string_value(json_object_get(erase, "logOrigin"));
	json_t *all = json_array(), *one;
	json_t *request;
	char *text;
	size_t i;

	must(origin != NULL && json_array_size(statements) > 0);
	json_array_foreach(statements, i, one)
		must(json_array_append_new(all, sign(roles, json_string_value(one),
						     origin, signers)) == 0);
	request = json_pack("{s:{s:o,s:s,s:o}}", "eraseCases", "caseRefs",
			    json_loads(case_refs, 0, NULL), "reason",
			    "ERASURE_REASON_REQUEST", "statements", all);
	text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	json_decref(json);
	return text;
}

const char *erase_cases(struct permitd *d, const struct erase_roles *roles,
			const char *case_refs, const int signers[2])
{
	char first[8192];
	const char *answer;
	char *second;

	snprintf(first, sizeof(first),
		 "{\"eraseCases\":{\"caseRefs\":%s,\"reason\":"
		 "\"ERASURE_REASON_REQUEST\"}}", case_refs);
	answer = permitd_ask(d, first, NULL);
	if (strstr(answer, "\"statements\"") == NULL)
		return answer;
	second = signed_request(roles, answer, case_refs, signers);
	answer = permitd_ask(d, second, NULL);
	free(second);
	return answer;
}
