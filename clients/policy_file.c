/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "clients/files.h"
#include "clients/policy_file.h"

#define VOCABULARY_NAME "vocabulary.md"
#define VOCABULARY_INSTALLED PERMIT_DATA_DIR "/policy/tables/" VOCABULARY_NAME

void policy_file_done(struct policy_file *file)
{
	arena_done(&file->arena);
}

static const char *folder_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ".";
	return arena_text(arena, path, slash == path ? 1 : (size_t)(slash - path));
}

static enum exit_code find_vocabulary(const struct output_stream *out,
				      struct policy_file *file)
{
	const char *folder = folder_of(&file->arena, file->path);
	const char *candidates[3] = { NULL, NULL, VOCABULARY_INSTALLED };
	enum exit_code code;
	size_t i;

	if (folder != NULL) {
		candidates[0] = path_join(&file->arena, folder, VOCABULARY_NAME);
		candidates[1] = path_join(&file->arena, folder,
					  "../" VOCABULARY_NAME);
	}
	for (i = 0; i < ARRAY_LENGTH(candidates); i++) {
		if (candidates[i] == NULL)
			return output_error(out, EXIT_FAILED, "out of memory");
		if (access(candidates[i], F_OK) == 0) {
			file->vocabulary_path = candidates[i];
			return EXIT_DONE;
		}
	}
	code = output_error(out, EXIT_NOT_FOUND, "no vocabulary found for %s",
			    file->path);
	for (i = 0; i < ARRAY_LENGTH(candidates); i++)
		output_hint(out, "there is no %s", candidates[i]);
	output_hint(out, "--vocabulary FILE names one");
	return code;
}

enum exit_code policy_file_read(const struct output_stream *out, const char *path,
				const char *vocabulary_path,
				struct policy_file *ret_file)
{
	enum exit_code code;

	*ret_file = (struct policy_file){ .path = path,
					  .vocabulary_path = vocabulary_path };
	arena_init(&ret_file->arena, POLICY_ARENA_BYTES + 4 * DOCUMENT_MAX_BYTES);
	code = files_read(out, path, DOCUMENT_MAX_BYTES, &ret_file->arena,
			 &ret_file->document);
	if (code == EXIT_DONE && vocabulary_path == NULL)
		code = find_vocabulary(out, ret_file);
	if (code == EXIT_DONE)
		code = files_read(out, ret_file->vocabulary_path, DOCUMENT_MAX_BYTES,
				 &ret_file->arena, &ret_file->vocabulary);
	return code;
}

static int load(struct policy_file *file)
{
	struct bytes bundle;
	int r;

	r = policy_load(file->vocabulary, file->document, &file->arena,
			&file->edition, &file->diagnostics);
	if (r != 0)
		return r;
	r = policy_bundle(file->vocabulary, file->document, &file->arena, &bundle,
			  &file->diagnostics);
	if (r == 0)
		file->hash = digest_of(bundle);
	return r;
}

enum exit_code policy_file_load(const struct output_stream *out, const char *path,
				const char *vocabulary_path,
				struct policy_file *ret_file)
{
	enum exit_code code = policy_file_read(out, path, vocabulary_path,
					       ret_file);
	int r;

	if (code != EXIT_DONE)
		return code;
	r = load(ret_file);
	if (r == 0)
		return EXIT_DONE;
	ret_file->edition = NULL;
	if (r == POLICY_E_NOT_VALID)
		return EXIT_NOT_VALID;
	return output_error(out, EXIT_FAILED, "%s: %s", path, strerror(-r));
}

void policy_file_complain(const struct output_stream *out, struct policy_file *file,
			  FILE *to)
{
	struct output_stream messages = *out;
	const struct diagnostic *diagnostic;
	const char *text;
	size_t i;

	messages.to = to;
	for (i = 0; i < file->diagnostics.n; i++) {
		diagnostic = &file->diagnostics.items[i];
		text = diagnostic_text(diagnostic,
				       diagnostic->in_vocabulary
					       ? file->vocabulary_path
					       : file->path,
				       diagnostic->in_vocabulary ? file->vocabulary
								 : file->document,
				       &file->arena);
		output_line(&messages, "%s",
			    text != NULL ? text : diagnostic->message);
	}
}

json_t *policy_file_diagnostics_json(const struct policy_file *file)
{
	json_t *all = json_array();
	const struct diagnostic *diagnostic;
	size_t i;

	for (i = 0; all != NULL && i < file->diagnostics.n; i++) {
		diagnostic = &file->diagnostics.items[i];
		if (json_array_append_new(
			    all,
			    json_pack("{s:s, s:i, s:i, s:i, s:s, s:s, s:s, s:s}",
				      "file",
				      diagnostic->in_vocabulary
					      ? file->vocabulary_path
					      : file->path,
				      "line", (int)diagnostic->place.line, "column",
				      (int)diagnostic->place.column, "bytes",
				      (int)diagnostic->place.n_bytes, "code",
				      diagnostic->code, "message",
				      diagnostic->message, "expected",
				      diagnostic->expected, "remedy",
				      diagnostic->remedy)) != 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}
