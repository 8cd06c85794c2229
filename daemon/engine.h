/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_ENGINE_H
#define PERMIT_ENGINE_H

#include "proto/digest.h"

/*
 * What decides: the release, and the versions of everything that a result
 * depends on besides facts, edition and dates. Its hash stands in every entry, so
 * that a replay knows whether it is the same engine.
 */
#define ENGINE_VERSION "0.1.0"

/* SHA-256 of the manifest's text. */
struct digest engine_id(void);

/* The manifest, lines of "name value". */
const char *engine_manifest(void);

#endif
