/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_FILES_H
#define PERMIT_TESTS_FILES_H

#include "policy/base/bytes.h"

/*
 * Reads a file of the source tree; the test program ends when it cannot. The
 * bytes are followed by a NUL and given back with file_done.
 */
struct bytes file_read(const char *path);
void file_done(struct bytes *file);

/* The names in a folder of the source tree that end so, sorted. */
#define FILE_NAMES_MAX 512

struct file_names {
	size_t n;
	char *at[FILE_NAMES_MAX];
};

void file_names_read(struct file_names *names, const char *folder, const char *end);
void file_names_done(struct file_names *names);

/*
 * The folders of policy/tables that hold policies, sorted: all but that of the
 * laws as they are written. Then, as paths, the editions in one of them, and in
 * all; a file is an edition when its name ends in a date or a date's suffix.
 */
void law_folders_read(struct file_names *names);
void law_editions_read(struct file_names *names, const char *folder);
void law_read(struct file_names *names);

#endif
