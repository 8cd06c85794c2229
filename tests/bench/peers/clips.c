/* SPDX-License-Identifier: Apache-2.0 */
#include <clips/clips.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/peers/clips.h"

static void *clips;

void clips_open(const char *path)
{
	clips = CreateEnvironment();
	if (clips != NULL && EnvLoad(clips, path) == 1)
		return;
	fprintf(stderr, "time: CLIPS does not take %s\n", path);
	exit(1);
}

void clips_close(void)
{
	DestroyEnvironment(clips);
}

void clips_reset(void)
{
	EnvReset(clips);
}

void clips_assert(const char *name, const char *value)
{
	void *template = EnvFindDeftemplate(clips, name);
	void *content;
	struct fact *fact;
	DATA_OBJECT slot;

	if (template == NULL) /* no rule asks for it */
		return;
	fact = EnvCreateFact(clips, template);
	content = EnvCreateMultifield(clips, 1);
	SetMFType(content, 1, SYMBOL);
	SetMFValue(content, 1, EnvAddSymbol(clips, value));
	SetType(slot, MULTIFIELD);
	SetValue(slot, content);
	SetDOBegin(slot, 1);
	SetDOEnd(slot, 1);
	EnvPutFactSlot(clips, fact, NULL, &slot);
	EnvAssert(clips, fact);
}

unsigned clips_outcome(void)
{
	DATA_OBJECT outcome;

	EnvRun(clips, -1);
	EnvGetDefglobalValue(clips, "outcome", &outcome);
	return (unsigned)strtoul(DOToString(outcome) + 1, NULL, 10);
}
