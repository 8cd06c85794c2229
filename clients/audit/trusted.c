/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/trusted.h"

#include <errno.h>
#include <string.h>

#include "clients/files.h"

enum exit_code read_trust(const struct invocation *in, struct trust *ret_trust)
{
	CLEANUP(arena_done) struct arena arena;
	const char *path = in->values[OPTION_TRUST];
	const char *vkey = in->values[OPTION_VKEY];
	char why[TRUST_WHY_BYTES];
	struct bytes text;
	enum exit_code code;
	struct vkey key;

	arena_init(&arena, 4u * TRUST_MAX_BYTES);
	if ((path == NULL) == (vkey == NULL))
		return output_error(&in->out, EXIT_USAGE,
				    "give either --vkey, the log's key, or --trust, a "
				    "file of logs and witnesses: nothing here says by "
				    "itself whom to believe");
	if (vkey != NULL && vkey_parse(vkey, strlen(vkey), &key) &&
	    key.type == NOTE_KEY_ED25519) {
		trust_log_only(&key, ret_trust);
		return EXIT_DONE;
	}
	if (vkey != NULL)
		return say_failure(in, "", -EDOM);
	code = files_read(&in->out, path, TRUST_MAX_BYTES, &arena, &text);
	if (code == EXIT_DONE && trust_parse(text, ret_trust, why) != 0)
		code = output_error(&in->out, EXIT_NOT_VALID, "%s, %s", path, why);
	return code;
}

int find_untrusted(struct finding *finding, const char *file, int r,
		   const struct trust *trust)
{
	static const char too_few[] =
		"Ask for a checkpoint that they have signed. If they refuse to sign, "
		"ask them what they saw.";

	if (r == TRUST_E_QUORUM)
		return finding_say(finding, file, too_few,
				   "too few witnesses have signed the checkpoint for "
				   "the quorum %s", trust->nodes[trust->quorum].name);
	if (r == NOTE_E_UNSIGNED)
		return finding_say(finding, file, finding_ask_key,
				   "the checkpoint is not signed by the log that is "
				   "trusted here");
	if (r == NOTE_E_SIGNATURE)
		return finding_say(finding, file, finding_do_not_trust,
				   "a signature of its checkpoint is wrong");
	return finding_say(finding, file, finding_get_again,
			   "its checkpoint is none of the log whose key was given");
}

void say_witnesses(const struct output_stream *out, const struct trust *trust,
		   const struct trust_seen *seen)
{
	char time[TIME_TEXT_BYTES], text[TRUST_NAME_BYTES + TIME_TEXT_BYTES + 8];

	for (size_t i = 0; i < trust->n_nodes; i++) {
		if (trust->nodes[i].is_group)
			continue;
		snprintf(text, sizeof(text), "%s, %s", trust->nodes[i].name,
			 trust_has(seen, i) ? time_text(seen->time_s[i] * 1000, time) :
					      "not signed");
		output_field(out, LABEL_COLUMNS, "witness", text);
	}
	if (trust->quorum != TRUST_NO_QUORUM)
		output_field(out, LABEL_COLUMNS, "quorum",
			     trust->nodes[trust->quorum].name);
}

json_t *witnesses_json(const struct trust *trust, const struct trust_seen *seen)
{
	json_t *all = json_array();
	char key[VKEY_TEXT_BYTES];
	json_t *time;

	for (size_t i = 0; i < trust->n_nodes; i++) {
		if (trust->nodes[i].is_group)
			continue;
		vkey_print(&trust->nodes[i].key, key);
		time = trust_has(seen, i) ?
			       json_integer((json_int_t)seen->time_s[i]) : json_null();
		if (json_array_append_new(all, json_pack("{s:s,s:s,s:o}", "name",
							 trust->nodes[i].name, "key",
							 key, "time_s", time)) != 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}
