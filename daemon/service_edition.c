/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "daemon/logging.h"
#include "daemon/service_state.h"

int load_edition(struct service *service, const struct edition_info *info,
		 const struct edition **ret_edition)
{
	int r;

	/*
	 * What is queued borrows from compiled editions, and loading may end
	 * one.
	 */
	if (service->n_queued != 0 &&
	    !editions_is_loaded(service->store->editions, info)) {
		r = service_commit(service);
		if (r != 0)
			return r;
	}
	r = editions_load(service->store->editions, info, ret_edition);
	if (r != 0)
		logging(LOGGING_ERROR, "the edition %s of %s cannot be loaded: %s",
			info->name, info->policy_id, strerror(-r));
	return r;
}

static void offer_policies(const struct editions *editions, const char *wanted,
			   struct refusal *refusal)
{
	const char *last = "";

	for (size_t i = 0; i < editions_count(editions); i++) {
		const char *policy = editions_at(editions, i)->policy_id;

		if (strcmp(policy, last) != 0)
			refusal_offer(refusal, wanted, policy);
		last = policy;
	}
}

static int refuse_policy(struct service *service, struct call *call,
			 const char *policy, const char *field)
{
	const struct editions *editions = service->store->editions;

	if (editions_knows_policy(editions, policy)) {
		refusal_set(&call->refusal,
			    PERMIT__V1__CODE__CODE_NO_EDITION_IN_FORCE, field,
			    "No edition of this policy was in force on that day.");
		return GOVERNING_REFUSED;
	}
	refusal_set(&call->refusal, PERMIT__V1__CODE__CODE_UNKNOWN_POLICY, field,
		    "There is no such policy here.");
	offer_policies(editions, policy, &call->refusal);
	return GOVERNING_REFUSED;
}

int edition_in_force(struct service *service, struct call *call, const char *policy,
		     day_t day, const char *field, struct governing *ret_governing)
{
	struct governing governing = { 0 };
	int r;

	governing.info = editions_on(service->store->editions, policy, day);
	if (governing.info == NULL)
		return refuse_policy(service, call, policy, field);
	r = load_edition(service, governing.info, &governing.edition);
	if (r == 0)
		*ret_governing = governing;
	return r;
}

int governing_question(struct call *call, const char *name, const char *field,
		       struct governing *governing)
{
	const struct edition *edition = governing->edition;
	int at = edition_find_question(edition, name);

	if (at >= 0) {
		governing->question = &edition->questions[at];
		return 0;
	}
	refusal_set(&call->refusal, PERMIT__V1__CODE__CODE_UNKNOWN_QUESTION, field,
		    "The edition %s has no such question.", edition->name);
	for (size_t i = 0; i < edition->n_questions; i++)
		refusal_offer(&call->refusal, name, edition->questions[i].name);
	return GOVERNING_REFUSED;
}

static day_t earlier(day_t a, day_t b)
{
	return a < b ? a : b;
}

/*
 * The application's date selects. Without it the application is taken to be made
 * on the decision date; after that date it cannot have been made.
 */
static int govern_by_application(struct service *service, struct call *call,
				 const Permit__V1__EvaluateRequest *request,
				 day_t as_of, struct wire_span received,
				 struct governing *governing)
{
	const struct editions *editions = service->store->editions;
	day_t first = earlier(received.first, as_of);
	int r;

	if (editions_on(editions, request->policy, first) !=
	    editions_on(editions, request->policy, earlier(received.last, as_of))) {
		refusal_set(&call->refusal, PERMIT__V1__CODE__CODE_VALUE_NOT_VALID,
			    WIRE_APPLICATION_RECEIVED,
			    "The law changed within that month; give the day.");
		return GOVERNING_REFUSED;
	}
	r = edition_in_force(service, call, request->policy, first,
			     WIRE_APPLICATION_RECEIVED, governing);
	return r != 0 ? r
		      : governing_question(call, request->question,
					   "evaluate.question", governing);
}

int govern(struct service *service, struct call *call,
	   const Permit__V1__EvaluateRequest *request, day_t as_of,
	   struct wire_span received, struct governing *ret_governing)
{
	struct governing governing;
	int r = edition_in_force(service, call, request->policy, as_of,
				 "evaluate.policy", &governing);

	if (r == 0)
		r = governing_question(call, request->question, "evaluate.question",
				       &governing);
	if (r == 0 && governing.question->selected_by == SELECTED_BY_APPLICATION &&
	    received.has)
		r = govern_by_application(service, call, request, as_of, received,
					  &governing);
	if (r == 0)
		*ret_governing = governing;
	return r;
}
