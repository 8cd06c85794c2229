/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_TESTS_CARD_TURNS_H
#define PERMIT_TESTS_CARD_TURNS_H

#include "policy/card.h"

struct change {
	const char *from;
	const char *to;
};

/* What the land of 01-yes.md answers when its text is changed so. */
static const struct turn {
	const char *name;
	enum card_line line;
	enum card_verdict verdict;
	struct change changes[3];
} turns[] = {
	{ "nothing changed", CARD_HEALTH, CARD_YES, { { "", "" } } },
	{ "one right is not care", CARD_HEALTH, CARD_NO,
	  { { "| yes | grant | full |", "| yes | grant | nothing |" } } },
	{ "care that is not declared", CARD_HEALTH, CARD_NO,
	  { { "care = full, some", "care = some" } } },
	{ "holding is not declared", CARD_HEALTH, CARD_NO,
	  { { "| holding | held = yes | ACT 5 |\n", "" } } },
	{ "nobody is granted a renewal", CARD_HEALTH, CARD_YES,
	  { { "| - | grant | P2Y | ACT 3", "| - | refer | P2Y | ACT 3" },
	    { "| grant, refer | P2Y |", "| refer | P2Y |" } } },
	{ "care for adults alone", CARD_HEALTH, CARD_NO,
	  { { "| U | `held` | outcome |", "| U | `age.group` | outcome |" },
	    { "| 1 | yes | grant | full |", "| 1 | adult | grant | full |" },
	    { "| 2 | no | no-route | - |", "| 2 | child | no-route | - |" } } },
	{ "care with the first permit alone", CARD_HEALTH, CARD_IN_PART,
	  { { "| U | `held` | outcome |", "| U | `here` | outcome |" } } },
	{ "care is not said", CARD_HEALTH, CARD_NOT_SAID,
	  { { "| health care | entitlements; care = full, some | ACT 5 |\n",
	      "" } } },
	{ "nothing changed", CARD_NON_PUNISHMENT, CARD_YES, { { "", "" } } },
	{ "the link changes nothing", CARD_NON_PUNISHMENT, CARD_NO,
	  { { "| theft | unrelated | grave |", "| theft | - | grave |" } } },
	{ "a linked record shortens", CARD_NON_PUNISHMENT, CARD_IN_PART,
	  { { "| theft | unrelated | grave |", "| papers | - | grave |" },
	    { "| grave | refer | - | - | ACT 2 | f-3 |",
	      "| grave | grant | P6M | at_least | ACT 2 | f-3 |" } } },
	{ "another record is not an offence", CARD_NON_PUNISHMENT, CARD_YES,
	  { { "| theft | unrelated | grave |", "| papers | - | grave |" },
	    { "record = theft, papers", "record = theft" } } },
	{ "offences are not said", CARD_NON_PUNISHMENT, CARD_NOT_SAID,
	  { { "| offences | record = theft, papers | ACT 1 |\n", "" } } },
	{ "the link is not said", CARD_NON_PUNISHMENT, CARD_NOT_SAID,
	  { { "| caused by trafficking | link = result | ACT 1 |\n", "" } } },
	{ "nothing changed", CARD_PERMANENCE, CARD_YES, { { "", "" } } },
	{ "a dead end", CARD_PERMANENCE, CARD_NO,
	  { { "| far | - | yes | grant | - |", "| far | - | yes | no-route | - |" },
	    { "| far | - | no | wait | `time.fifth` |",
	      "| far | - | no | no-route | - |" },
	    { "`time.third`, `time.fifth`", "`time.third`" } } },
	{ "an officer decides", CARD_PERMANENCE, CARD_IN_PART,
	  { { "| far | - | yes | grant | - |",
	      "| far | - | yes | refer | - |" } } },
	{ "an officer decides on everybody", CARD_PERMANENCE, CARD_IN_PART,
	  { { "| far | - | yes | grant | - |", "| far | - | yes | refer | - |" },
	    { "| near | yes | - | grant | - |",
	      "| near | yes | - | refer | - |" } } },
	{ "a renewal that ends", CARD_PERMANENCE, CARD_NO,
	  { { "| 2 | possible, confirmed | - | grant | P2Y | ACT 3 | r-2 |",
	      "| 2 | possible, confirmed | adult | grant | P2Y | ACT 3 | r-2 |\n"
	      "| 3 | possible, confirmed | child | no-route | - | ACT 3 | r-3 |" },
	    { "| grant, refer | P2Y |", "| grant, refer, no-route | P2Y |" },
	    { "| 1 | none | - | refer | - | ACT 3 | r-1 |",
	      "| 1 | none | - | no-route | - | ACT 3 | r-1 |" } } },
	{ "a renewal left to an officer", CARD_PERMANENCE, CARD_IN_PART,
	  { { "| 2 | possible, confirmed | - | grant | P2Y | ACT 3 | r-2 |",
	      "| 2 | possible, confirmed | adult | grant | P2Y | ACT 3 | r-2 |\n"
	      "| 3 | possible, confirmed | child | refer | - | ACT 3 | r-3 |" } } },
	{ "a first permit that only an officer gives", CARD_PERMANENCE, CARD_IN_PART,
	  { { "| light | grant | P12M | at_least |", "| light | refer | - | - |" } } },
	{ "a first permit that nobody gets", CARD_PERMANENCE, CARD_NO,
	  { { "| light | grant | P12M | at_least |", "| light | no-route | - | - |" },
	    { "| none | - | refer | - | - | ACT 2 |",
	      "| none | - | no-route | - | - | ACT 2 |" },
	    { "| grave | refer | - | - | ACT 2 |",
	      "| grave | no-route | - | - | ACT 2 |" } } },
	{ "no renewal is said", CARD_PERMANENCE, CARD_YES,
	  { { "| renewal | renewal; length | ACT 3 |\n", "" },
	    { "| 2 | possible, confirmed | - | grant | P2Y | ACT 3 | r-2 |",
	      "| 2 | possible, confirmed | - | refer | - | ACT 3 | r-2 |" } } },
	{ "permanence is not said", CARD_PERMANENCE, CARD_NOT_SAID,
	  { { "| permanence | permanence | ACT 4 |\n", "" } } },
	{ "nothing changed", CARD_CHILD, CARD_YES, { { "", "" } } },
	{ "a child is left to an officer", CARD_CHILD, CARD_NO,
	  { { "| 2 | possible, confirmed | - | grant | P2Y | ACT 3 | r-2 |",
	      "| 2 | possible, confirmed | adult | grant | P2Y | ACT 3 | r-2 |\n"
	      "| 3 | possible, confirmed | child | refer | - | ACT 3 | r-3 |" } } },
	{ "nothing changed", CARD_REFLECTION, CARD_YES, { { "", "" } } },
	{ "there is none", CARD_REFLECTION, CARD_NO,
	  { { "| reflection | f-4 |", "| reflection | none |" } } },
	{ "it is not said", CARD_REFLECTION, CARD_NOT_SAID,
	  { { "| reflection | f-4 | ACT 2 |\n", "" } } },
	{ "another row grants too", CARD_REFLECTION, CARD_IN_PART,
	  { { "| grave | refer | - | - | ACT 2 | f-3 |",
	      "| grave | grant | P6M | at_least | ACT 2 | f-3 |" } } },
	{ "the row grants nothing", CARD_REFLECTION, CARD_IN_PART,
	  { { "| reflection | f-4 |", "| reflection | f-4; f-3 |" } } },
	{ "nothing changed", CARD_MISSING, CARD_YES, { { "", "" } } },
	{ "no other route is named", CARD_MISSING, CARD_IN_PART,
	  { { "## Routes not evaluated\n\n| id | why | source |\n|---|---|---|\n"
	      "| r-other | another office decides | ACT 6 |\n\n",
	      "" },
	    { "| r-other | A reason. | Une raison. | Ein Grund. | Un motivo. |\n",
	      "" } } },
	{ "nothing changed", CARD_UNCONDITIONAL, CARD_YES, { { "", "" } } },
};

/* A row more needs its text. */
static const struct change text_of_r_3 = {
	"| p-1 | A reason. |",
	"| r-3 | A reason. | Une raison. | Ein Grund. | Un motivo. |\n"
	"| p-1 | A reason. |",
};

/* The first permit and the renewal, and how many of it make 36 and 60 months. */
static const struct counting {
	const char *first;
	const char *renewal;
	int n[2];
	bool at_most;
} countings[] = {
	{ "P12M", "P2Y", { 1, 2 }, false },
	{ "P12M", "P12M", { 2, 4 }, false },
	{ "P11M", "P12M", { 3, 5 }, false }, /* 25 and 49 months are left */
	{ "P13M", "P12M", { 2, 4 }, false },
	{ "P3Y", "P2Y", { 0, 1 }, false },
	{ "P5Y", "P2Y", { 0, 0 }, false },
	{ "P180D", "P2Y", { 2, 3 }, true },
	{ "P12M", "P180D", { -1, -1 }, false },
	{ "P180D", "P180D", { -1, -1 }, true },
};

#endif
