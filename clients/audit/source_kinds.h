/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_SOURCE_KINDS_H
#define PERMIT_AUDIT_SOURCE_KINDS_H

#include "clients/audit/source.h"

/*
 * The two ways in which a source reads. Each function does for its kind what
 * the one of source.h does; the folder is given to the reader, which closes it.
 */
struct store_reader;
struct export_reader;

#define STORE_LOG_FOLDER "log"
#define STORE_VKEY_FILE "keys/log.key.pub"

MUST_USE int store_reader_open(const char *path, const struct vkey *vkey,
			       struct store_reader **ret_reader);
void store_reader_close(struct store_reader **reader);
MUST_USE int store_reader_next(struct store_reader *reader,
			       struct source_item *ret_item,
			       struct finding *ret_finding);
void store_reader_head(const struct store_reader *reader,
		       struct source_head *ret_head);

MUST_USE int export_reader_open(int folder_fd, const struct vkey *vkey,
				struct export_reader **ret_reader,
				struct finding *ret_finding);
void export_reader_close(struct export_reader **reader);
uint64_t export_reader_size(const struct export_reader *reader);
MUST_USE int export_reader_next(struct export_reader *reader,
				struct source_item *ret_item,
				struct finding *ret_finding);
MUST_USE int export_reader_policy(struct export_reader *reader,
				  const struct source_item *item,
				  struct bytes bundle,
				  struct finding *ret_finding);
MUST_USE int export_reader_rest(struct export_reader *reader,
				struct finding *ret_finding);
void export_reader_head(const struct export_reader *reader,
			struct source_head *ret_head);

#endif
