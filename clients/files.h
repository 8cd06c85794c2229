/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_FILES_H
#define PERMIT_CLIENTS_FILES_H

#include "clients/output.h"
#include "policy/base/arena.h"

/*
 * Reads a whole file, or standard input for "-", into the arena. Says what is
 * wrong: EXIT_NOT_FOUND, EXIT_NOT_ALLOWED, EXIT_NOT_VALID when it is longer
 * than max_bytes or a folder, EXIT_FAILED.
 */
enum exit_code files_read(const struct output_stream *out, const char *path,
			 size_t max_bytes, struct arena *arena,
			 struct bytes *ret_bytes);

/*
 * Writes a new file whole and durably: beside it first, then renamed over it.
 * Says what is wrong; then whatever stood there is as it was.
 */
enum exit_code files_write(const struct output_stream *out, const char *path,
			  struct bytes content);

/* Makes a folder and those above it. Says what is wrong. */
enum exit_code folder_make(const struct output_stream *out, const char *path);

/* "folder/name" in the arena; NULL when that is full. */
const char *path_join(struct arena *arena, const char *folder, const char *name);

/*
 * Where the entry of a receipt is kept: "case.entry", beside "case.tlog-proof" or
 * "case". In the arena; NULL when that is full.
 */
const char *entry_path(struct arena *arena, const char *receipt);

#endif
