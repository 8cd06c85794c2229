/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_SHOW_H
#define PERMIT_CLIENTS_SHOW_H

#include "clients/permit/daemon.h"
#include "clients/permit/words.h"
#include "clients/time_text.h"

/* What is shown of a decision. Everything is borrowed. */
struct shown {
	const Permit__V1__Decision *decision;
	const char *case_ref; /* "" when there is none */
	/* the questions of open facts; NULL shows their keys alone */
	const Permit__V1__DescribeResponse *described;
	enum language language;
};

/*
 * A decision for people: outcome in words, outputs, the rows with their reasons
 * and sources, what is still needed, routes not evaluated, the dates, where it
 * is recorded, and the fixed sentence about testimony. An adverse outcome is
 * worded as the recommendation that it is.
 */
void show_decision(const struct output_stream *out, const struct shown *shown);

/* The same for programs, as the members of one document; NULL without memory. */
json_t *show_decision_json(const struct shown *shown);

/* The description of a fact; NULL when it is not among them. */
const Permit__V1__FactDescription *described_fact(
	const Permit__V1__DescribeResponse *described, const char *key);

#endif
