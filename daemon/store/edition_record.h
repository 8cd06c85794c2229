/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_STORE_EDITION_RECORD_H
#define PERMIT_STORE_EDITION_RECORD_H

#include "daemon/store/editions.h"

/*
 * The bytes of TABLE_EDITIONS. Integers are big-endian, a text is u16 length
 * and bytes.
 *
 *	u8 version, u32 vocabulary, u32 in force from (days, two's complement),
 *	u64 recorded ms, u64 seq, texts: policy id, name, title, jurisdiction;
 *	u8 n, n texts: questions
 */

/* The record in the arena. Returns 0 or -ENOMEM. */
MUST_USE int edition_record_encode(const struct edition_info *info,
				   struct arena *arena, struct bytes *ret_record);

/*
 * All but the hash. Texts are copied into the arena. Returns 0, -EBADMSG or
 * -ENOMEM.
 */
MUST_USE int edition_record_decode(struct bytes record, struct arena *arena,
				   struct edition_info *ret_info);

#endif
