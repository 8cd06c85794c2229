/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "clients/audit/commands.h"
#include "clients/audit/folder.h"

enum exit_code read_index(const struct invocation *in, enum audit_option option,
			  uint64_t otherwise, uint64_t *ret_index)
{
	const char *text = in->values[option];
	uint64_t index = 0;
	size_t n;

	*ret_index = otherwise;
	if (text == NULL)
		return EXIT_DONE;
	n = strlen(text);
	if (n == 0 || n > 18 || strspn(text, "0123456789") != n)
		return output_error(&in->out, EXIT_USAGE,
				    "--%s needs a whole number of at most 18 digits, "
				    "not \"%s\"",
				    in->program->options[option].name, text);
	for (; *text != '\0'; text++)
		index = index * 10 + (uint64_t)(*text - '0');
	*ret_index = index;
	return EXIT_DONE;
}

enum exit_code read_keys(const struct invocation *in, struct audit_keys **ret_keys)
{
	return open_keys(in, in->values[OPTION_KEYS], in->values[OPTION_ROOT_KEY],
			 ret_keys);
}

enum exit_code open_keys(const struct invocation *in, const char *folder,
			 const char *root_key, struct audit_keys **ret_keys)
{
	char why[AUDIT_KEYS_WHY_BYTES];
	int r;

	*ret_keys = NULL;
	if (folder == NULL && root_key != NULL)
		return output_error(&in->out, EXIT_USAGE,
				    "--root-key opens the keyring of --keys, which "
				    "is missing");
	if (folder == NULL)
		return EXIT_DONE;
	r = audit_keys_open(folder, root_key, ret_keys, why);
	if (r == AUDIT_KEYS_E_REFUSED)
		return output_error(&in->out, EXIT_NOT_VALID, "--keys %s: %s",
				    folder, why);
	if (r == -ENOENT)
		return output_error(&in->out, EXIT_NOT_FOUND,
				    "--keys %s: there is no such folder", folder);
	return r == 0 ? EXIT_DONE : say_failure(in, folder, r);
}

const char *state_folder(const struct invocation *in, char to[PATH_MAX])
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	int n;

	if (in->values[OPTION_STATE] != NULL)
		return in->values[OPTION_STATE];
	if (state != NULL && state[0] == '/')
		n = snprintf(to, PATH_MAX, "%s/permit-audit", state);
	else if (home != NULL && home[0] == '/')
		n = snprintf(to, PATH_MAX, "%s/.local/state/permit-audit", home);
	else
		return NULL;
	return n < PATH_MAX ? to : NULL;
}

enum exit_code say_no_memory(const struct invocation *in, const char *folder)
{
	enum exit_code code =
		output_error(&in->out, EXIT_FAILED,
			     "nothing can be remembered in the folder %s", folder);

	output_hint(&in->out, "Name another with --state.");
	return code;
}

enum exit_code read_roles(const struct invocation *in,
			  struct erasure_keys *ret_keys, bool *ret_given)
{
	const char *path = in->values[OPTION_ROLES];
	CLEANUP(buffer_done) struct buffer file = { 0 };
	int r;

	*ret_given = path != NULL;
	if (path == NULL)
		return EXIT_DONE;
	r = folder_read(AT_FDCWD, path, 4096, &file);
	if (r == -ENOENT)
		return output_error(&in->out, EXIT_NOT_FOUND,
				    "--roles %s: there is no such file", path);
	if (r == 0 && erasure_keys_parse(buffer_bytes(&file), ret_keys))
		return EXIT_DONE;
	return output_error(&in->out, EXIT_NOT_VALID,
			    "--roles %s: it must hold two lines, \"eraser VKEY\" and "
			    "\"protection VKEY\", of two different keys", path);
}

enum exit_code say_failure(const struct invocation *in, const char *path, int r)
{
	switch (-r) {
	case ENOENT:
		return output_error(&in->out, EXIT_NOT_FOUND,
				    "%s: there is no such folder, or no key or log "
				    "in it", path);
	case EACCES:
	case EPERM:
		return output_error(&in->out, EXIT_NOT_ALLOWED, "%s: %s", path,
				    strerror(-r));
	case EINVAL:
		return output_error(&in->out, EXIT_NOT_VALID,
				    "%s is neither the folder of a store nor an "
				    "export of a log", path);
	case EDOM:
		return output_error(&in->out, EXIT_USAGE,
				    "--vkey is no key of a log: it must be as the "
				    "file vkeys holds it, name+ID+key");
	case ENOMEM:
	case ENOSPC:
	case EDQUOT:
	case EMFILE:
	case ENFILE:
		return output_error(&in->out, EXIT_FAILED, "%s: %s", path,
				    strerror(-r));
	default:
		return output_error(&in->out, EXIT_NOT_VALID, "cannot read %s: %s",
				    path, strerror(-r));
	}
}

void say_finding(const struct output_stream *out, const struct finding *finding)
{
	if (finding->has_entry)
		output_styled(out, STYLE_CARE, "Entry %llu is not as it should be.",
			      (unsigned long long)finding->entry);
	else
		output_styled(out, STYLE_CARE, "The log is not as it should be.");
	if (finding->file[0] != '\0')
		output_field(out, LABEL_COLUMNS, "file", finding->file);
	output_field(out, LABEL_COLUMNS, "what is wrong", finding->what);
	output_field(out, LABEL_COLUMNS, "what to do", finding->advice);
}

json_t *finding_json(const struct finding *finding)
{
	json_t *object;

	if (finding == NULL)
		return json_null();
	object = json_pack("{s:s,s:s,s:s}", "file", finding->file, "what",
			   finding->what, "do", finding->advice);
	if (object != NULL &&
	    json_object_set_new(object, "entry",
				finding->has_entry ?
					json_integer((json_int_t)finding->entry) :
					json_null()) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

json_t *log_json(const char *path, const struct source_key *key,
		 const struct source_head *head)
{
	char vkey[VKEY_TEXT_BYTES];
	char root[ROOT_TEXT_BYTES];

	vkey_print(&key->vkey, vkey);
	return json_pack("{s:s,s:s,s:s,s:I,s:s,s:s,s:b}", "path", path, "kind",
			 head->kind == SOURCE_STORE ? "store" : "export", "origin",
			 key->vkey.name, "size", (json_int_t)head->size, "root",
			 root_text(&head->root, root), "key", vkey, "key_given",
			 key->from_outside);
}

void say_key_note(const struct output_stream *out, const struct source_key *key)
{
	if (key->from_outside)
		return;
	output_line(out, "%s", "");
	output_paragraph(out, 0, "",
			 "The key was found beside the log and was not checked "
			 "against one from outside: whoever can replace the whole "
			 "folder can replace the key with it. Ask the authority for "
			 "its key by another way and give it with --vkey.");
}

const char *root_text(const struct digest *root, char to[ROOT_TEXT_BYTES])
{
	base64_print(root->bytes, DIGEST_BYTES, to);
	return to;
}
