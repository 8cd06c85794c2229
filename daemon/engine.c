/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "daemon/engine.h"
#include "proto/result.h"

#define TEXT(number) #number
#define NUMBER(number) TEXT(number)

static const char manifest[] =
	"permitd engine\n"
	"version " ENGINE_VERSION "\n"
	"language 1\n"
	"arithmetic integers and civil days 1\n"
	"facts " NUMBER(RESULT_FACTS_VERSION) "\n"
					      "result " NUMBER(RESULT_VERSION) "\n";

const char *engine_manifest(void)
{
	return manifest;
}

struct digest engine_id(void)
{
	return digest_of(
		(struct bytes){ (const uint8_t *)manifest, strlen(manifest) });
}
