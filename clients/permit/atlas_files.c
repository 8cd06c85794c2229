/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clients/permit/atlas_files.h"

void atlas_files_done(struct atlas_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->paths[i]);
	free(files->paths);
	*files = (struct atlas_files){ .paths = NULL };
}

static enum exit_code cannot_read(const struct output_stream *out, const char *path)
{
	enum exit_code code = errno == ENOENT || errno == ENOTDIR ? EXIT_NOT_FOUND
			      : errno == EACCES			  ? EXIT_NOT_ALLOWED
								  : EXIT_FAILED;

	return output_error(out, code, "cannot read %s: %s", path, strerror(errno));
}

static enum exit_code add_file(const struct output_stream *out, const char *path,
			       struct atlas_files *files)
{
	char **paths;

	if (files->n == ATLAS_FILES_MAX)
		return output_error(out, EXIT_NOT_VALID,
				    "more than %d policies: give fewer folders",
				    ATLAS_FILES_MAX);
	paths = realloc(files->paths, (files->n + 1) * sizeof(*paths));
	if (paths == NULL)
		return output_error(out, EXIT_FAILED, "out of memory");
	files->paths = paths;
	files->paths[files->n] = strdup(path);
	if (files->paths[files->n] == NULL)
		return output_error(out, EXIT_FAILED, "out of memory");
	files->n++;
	return EXIT_DONE;
}

static bool is_policy_name(const char *name)
{
	size_t n = strlen(name);

	return n > 3 && strcmp(name + n - 3, ".md") == 0 &&
	       strcmp(name, "README.md") != 0 && strcmp(name, "vocabulary.md") != 0;
}

/* By bytes, so that the order is the same in each locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static enum exit_code add_path(const struct output_stream *out, const char *path,
			       bool named, unsigned depth,
			       struct atlas_files *files);

static enum exit_code add_entry(const struct output_stream *out, const char *folder,
				const char *name, unsigned depth,
				struct atlas_files *files)
{
	enum exit_code code = EXIT_DONE;
	char *path;

	if (asprintf(&path, "%s%s%s", folder,
		     folder[strlen(folder) - 1] == '/' ? "" : "/", name) < 0)
		return output_error(out, EXIT_FAILED, "out of memory");
	code = add_path(out, path, false, depth, files);
	free(path);
	return code;
}

static enum exit_code add_folder(const struct output_stream *out, const char *path,
				 unsigned depth, struct atlas_files *files)
{
	struct dirent **entries = NULL;
	int n = scandir(path, &entries, is_visible, by_name);
	enum exit_code code = EXIT_DONE;

	if (n < 0)
		return cannot_read(out, path);
	if (depth == ATLAS_FOLDERS_DEPTH_MAX)
		code = output_error(out, EXIT_NOT_VALID,
				    "%s is more than %d folders deep", path,
				    ATLAS_FOLDERS_DEPTH_MAX);
	for (int i = 0; i < n; i++) {
		if (code == EXIT_DONE)
			code = add_entry(out, path, entries[i]->d_name, depth + 1,
					 files);
		free(entries[i]);
	}
	free(entries);
	return code;
}

/* What was named is read whatever its name; what a folder holds, by its name. */
static enum exit_code add_path(const struct output_stream *out, const char *path,
			       bool named, unsigned depth,
			       struct atlas_files *files)
{
	const char *slash = strrchr(path, '/');
	struct stat stat_of;

	if (stat(path, &stat_of) != 0)
		return cannot_read(out, path);
	if (S_ISDIR(stat_of.st_mode))
		return add_folder(out, path, depth, files);
	if (!named && !is_policy_name(slash == NULL ? path : slash + 1))
		return EXIT_DONE;
	return add_file(out, path, files);
}

enum exit_code atlas_files_add(const struct output_stream *out, const char *path,
			       struct atlas_files *files)
{
	if (path[0] == '\0')
		return output_error(out, EXIT_NOT_FOUND,
				    "the name of a folder is empty");
	return add_path(out, path, true, 0, files);
}
