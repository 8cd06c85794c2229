/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_AUDIT_SOURCE_H
#define PERMIT_AUDIT_SOURCE_H

#include "clients/audit/finding.h"
#include "proto/entry.h"
#include "proto/note.h"

/*
 * A log to be read, entry after entry: the segment files of a store, or an
 * export. Whatever is handed out was checked against a signed checkpoint:
 *
 *	key -> checkpoint -> tree -> entry -> blob
 *
 * so that all that is left to the caller is what the contents say.
 */
enum source_kind { SOURCE_STORE, SOURCE_EXPORT };

struct source;

/* The log's key, and who vouches for it. */
struct source_key {
	struct vkey vkey;
	bool from_outside;	/* given by the caller, not found beside the log */
};

/* One entry. Views last until the next call. */
struct source_item {
	struct entry entry;
	struct bytes leaf;	/* the entry's own bytes */
	struct bytes blob;	/* empty: none */
	bool erased;	/* the entry has a content, and it is not here */
	char file[FINDING_FILE_BYTES];	/* where the entry stands */
	char blob_file[FINDING_FILE_BYTES];
};

/* The signed tree that the entries handed out so far belong to. */
struct source_head {
	enum source_kind kind;
	uint64_t size;
	struct digest root;
	struct bytes note;	/* the checkpoint; empty before the first entry */
	/* the store's files end in a group that is not complete */
	bool unfinished;
	uint64_t n_other;	/* files of an export that nothing vouches for */
	char other[FINDING_FILE_BYTES];	/* the first of them */
};

/*
 * Opens a store or an export; which, is told by what is in the folder. vkey is
 * the text of the log's key, or NULL to take the one beside the log.
 *
 * Returns 0; AUDIT_FINDING, when the key or the checkpoint is not sound;
 * -ENOENT without such a folder or a key in it, -EINVAL when it is neither,
 * -EDOM when vkey is no key, or another -errno.
 */
MUST_USE int source_open(const char *path, const char *vkey,
			 struct source **ret_source, struct finding *ret_finding);

/* Accepts NULL, and a pointer to NULL. */
void source_close(struct source **source);

const struct source_key *source_key(const struct source *source);

/* Entries there are, as far as that is known yet; 0 for a store. */
uint64_t source_expected(const struct source *source);

/* The next entry. Returns 0, AUDIT_END, AUDIT_FINDING or -errno. */
MUST_USE int source_next(struct source *source, struct source_item *ret_item,
			 struct finding *ret_finding);

/*
 * Whether the edition that this entry enacts is also kept as a file, where
 * the source keeps such files. Returns 0, AUDIT_FINDING or -errno.
 */
MUST_USE int source_check_policy(struct source *source,
				 const struct source_item *item,
				 struct bytes bundle, struct finding *ret_finding);

/*
 * After the last entry: holds every other file of an export against what was
 * read, so that no byte of it is left unchecked. Returns 0, AUDIT_FINDING or
 * -errno.
 */
MUST_USE int source_check_rest(struct source *source, struct finding *ret_finding);

/* Valid until the next call for this source. */
void source_head(const struct source *source, struct source_head *ret_head);

#endif
