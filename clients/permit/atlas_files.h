/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_ATLAS_FILES_H
#define PERMIT_CLIENTS_ATLAS_FILES_H

#include "clients/output.h"

/* Paths of policies; each is allocated. */
struct atlas_files {
	char **paths;
	size_t n;
};

#define ATLAS_FILES_MAX 4096
#define ATLAS_FOLDERS_DEPTH_MAX 8

void atlas_files_done(struct atlas_files *files);

/*
 * Adds a file, or what of a folder and of those in it is a policy by its name, in
 * order of their names. Says what is wrong: EXIT_NOT_FOUND, EXIT_NOT_ALLOWED,
 * EXIT_NOT_VALID beyond a limit, EXIT_FAILED.
 */
enum exit_code atlas_files_add(const struct output_stream *out, const char *path,
			       struct atlas_files *files);

#endif
