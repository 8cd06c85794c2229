/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "daemon/logging.h"
#include "daemon/service_state.h"
#include "proto/wire_proof.h"

/* The proof of one edition, and the words of a refusal. */
struct proving {
	struct arena found;   /* counterexamples, and the messages that show them */
	struct arena scratch; /* PROVE_SCRATCH_BYTES, for the search alone */
	struct theorem *theorems;
	size_t n;
	size_t n_failed;
};

#define FOUND_BYTES (64u * 1024 * 1024)

static void proving_done(struct proving *proving)
{
	arena_done(&proving->found);
	arena_done(&proving->scratch);
}

static int prove_all(struct proving *proving, const struct edition *edition)
{
	int r;

	arena_init(&proving->found, FOUND_BYTES);
	arena_init(&proving->scratch, PROVE_SCRATCH_BYTES);
	proving->theorems = arena_array(&proving->found, THEOREMS_MAX,
					sizeof(*proving->theorems));
	if (proving->theorems == NULL)
		return -ENOMEM;
	r = prove(edition, &proving->found, &proving->scratch, proving->theorems,
		  &proving->n);
	for (size_t i = 0; r == 0 && i < proving->n; i++)
		proving->n_failed += !proving->theorems[i].holds;
	return r;
}

/*
 * What cannot be proven within the memory for a proof is not proven: the
 * edition is refused, and the daemon goes on.
 */
static int answer_too_large(struct service *service, struct call *call)
{
	return answer_no(service, call, NOT_PROVEN, "enact_policy.document",
			 "The proof needs more than %u MiB; nothing was changed. "
			 "Split the tables that read many facts.",
			 PROVE_SCRATCH_BYTES / (1024 * 1024));
}

static int answer_not_proven(struct service *service, struct call *call,
			     struct proving *proving, const struct edition *edition)
{
	Permit__V1__Response response;
	Permit__V1__Error error;
	int r;

	refusal_set(&call->refusal, PERMIT__V1__CODE__CODE_NOT_PROVEN,
		    "enact_policy.document",
		    "%zu of %zu theorems do%s not hold; nothing was changed.",
		    proving->n_failed, proving->n,
		    proving->n_failed == 1 ? "es" : "");
	permit__v1__response__init(&response);
	refusal_error(&call->refusal, &error);
	r = wire_put_not_proven(edition, proving->theorems, proving->n,
				&proving->found, &error);
	if (r != 0)
		return answer_too_large(service, call);
	logging(LOGGING_NOTICE,
		"not enacted: %s, edition %s fails %zu of %zu theorems",
		edition->policy_id, edition->name, proving->n_failed, proving->n);
	service->n_refused++;
	response.body_case = PERMIT__V1__RESPONSE__BODY_ERROR;
	response.error = &error;
	return answer(service, call, &response);
}

int require_proof(struct service *service, struct call *call,
		  const struct edition *edition, uint32_t *ret_n)
{
	CLEANUP(proving_done) struct proving proving = { 0 };
	int r = prove_all(&proving, edition);

	if (r == -ENOMEM)
		r = answer_too_large(service, call);
	else if (r == 0 && proving.n_failed > 0)
		r = answer_not_proven(service, call, &proving, edition);
	else if (r == 0) {
		*ret_n = (uint32_t)proving.n;
		return 0;
	}
	return r != 0 ? r : PROOF_ANSWERED;
}
