/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "daemon/clock.h"
#include "daemon/service_info.h"
#include "daemon/service_state.h"
#include "policy/language/policy.h"

/* ---- What is known of an edition, as a message ---- */

/* Messages are never written to; their fields are not const, that is all. */
static char *borrow(const char *text)
{
	return (char *)(uintptr_t)text;
}

static Permit__V1__Edition *put_name(const struct edition_info *info,
				     struct arena *arena)
{
	Permit__V1__Edition *edition = arena_alloc(arena, sizeof(*edition));

	if (edition == NULL)
		return NULL;
	permit__v1__edition__init(edition);
	edition->policy = borrow(info->policy_id);
	edition->name = borrow(info->name);
	edition->hash.data = (uint8_t *)(uintptr_t)info->hash.bytes;
	edition->hash.len = DIGEST_BYTES;
	return edition;
}

Permit__V1__EditionInfo *answer_info(const struct edition_info *info,
				     struct arena *arena)
{
	Permit__V1__EditionInfo *message = arena_alloc(arena, sizeof(*message));
	char *day = arena_alloc(arena, DATE_TEXT_BYTES);

	if (message == NULL || day == NULL)
		return NULL;
	permit__v1__edition_info__init(message);
	date_print(info->in_force_from, day);
	message->edition = put_name(info, arena);
	message->title = borrow(info->title);
	message->jurisdiction = borrow(info->jurisdiction);
	message->in_force_from = day;
	message->recorded_ms = info->recorded_ms;
	message->log_index = info->seq;
	message->questions = arena_array(arena, info->n_questions, sizeof(char *));
	if (message->edition == NULL || message->questions == NULL)
		return NULL;
	if (!digest_is_zero(&info->meaning)) {
		message->meaning.data = (uint8_t *)(uintptr_t)info->meaning.bytes;
		message->meaning.len = DIGEST_BYTES;
	}
	message->n_questions = info->n_questions;
	for (size_t i = 0; i < info->n_questions; i++)
		message->questions[i] = borrow(info->questions[i]);
	return message;
}

/* ---- Describe ---- */

int serve_describe(struct service *service, struct call *call)
{
	const Permit__V1__DescribeRequest *request = call->request->describe;
	unsigned languages = wire_languages(request->languages,
					    request->n_languages);
	Permit__V1__Response response;
	Permit__V1__DescribeResponse description;
	struct governing governing;
	day_t day = request_day(request->as_of, clock_day(call->now_ms));
	int r = edition_in_force(service, call, request->policy, day,
				 "describe.policy", &governing);

	if (r == 0 && request->question[0] != '\0')
		r = governing_question(call, request->question, "describe.question",
				       &governing);
	if (r == GOVERNING_REFUSED)
		return answer_refused(service, call);
	if (r != 0)
		return r;
	permit__v1__response__init(&response);
	permit__v1__describe_response__init(&description);
	r = wire_put_description(governing.edition, governing.question,
				 governing.info->hash.bytes,
				 languages == 0 ? WIRE_ALL_LANGUAGES : languages,
				 &call->workspace->arena, &description);
	if (r != 0)
		return r;
	response.body_case = PERMIT__V1__RESPONSE__BODY_DESCRIBE;
	response.describe = &description;
	return answer(service, call, &response);
}

/* ---- ListEditions ---- */

int serve_list_editions(struct service *service, struct call *call)
{
	const Permit__V1__ListEditionsRequest *request =
		call->request->list_editions;
	const struct editions *editions = service->store->editions;
	struct arena *arena = &call->workspace->arena;
	size_t n = editions_count(editions);
	Permit__V1__Response response;
	Permit__V1__ListEditionsResponse list;

	permit__v1__response__init(&response);
	permit__v1__list_editions_response__init(&list);
	list.editions = arena_array(arena, n, sizeof(*list.editions));
	if (list.editions == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct edition_info *info = editions_at(editions, i);

		if (request->policy[0] != '\0' &&
		    strcmp(request->policy, info->policy_id) != 0)
			continue;
		list.editions[list.n_editions] = answer_info(info, arena);
		if (list.editions[list.n_editions++] == NULL)
			return -ENOMEM;
	}
	response.body_case = PERMIT__V1__RESPONSE__BODY_LIST_EDITIONS;
	response.list_editions = &list;
	return answer(service, call, &response);
}

/* ---- GetEdition ---- */

static const struct edition_info *find_edition(struct service *service,
					       const struct call *call)
{
	const Permit__V1__GetEditionRequest *request = call->request->get_edition;
	const struct editions *editions = service->store->editions;
	struct digest hash;

	switch (request->which_case) {
	case PERMIT__V1__GET_EDITION_REQUEST__WHICH_HASH:
		memcpy(hash.bytes, request->hash.data, DIGEST_BYTES);
		return editions_by_hash(editions, &hash);
	case PERMIT__V1__GET_EDITION_REQUEST__WHICH_NAME:
		return editions_by_name(editions, request->name->policy,
					request->name->name);
	case PERMIT__V1__GET_EDITION_REQUEST__WHICH_GOVERNING:
		return editions_on(editions, request->governing->policy,
				   request_day(request->governing->date,
					       clock_day(call->now_ms)));
	case PERMIT__V1__GET_EDITION_REQUEST__WHICH__NOT_SET:
	case _PERMIT__V1__GET_EDITION_REQUEST__WHICH__CASE_IS_INT_SIZE:
		break;
	}
	return NULL;
}

static int answer_edition(struct service *service, struct call *call,
			  const struct edition_info *info, struct bytes vocabulary,
			  struct bytes policy)
{
	struct arena *arena = &call->workspace->arena;
	Permit__V1__Response response;
	Permit__V1__GetEditionResponse body;

	permit__v1__response__init(&response);
	permit__v1__get_edition_response__init(&body);
	body.edition = answer_info(info, arena);
	body.document = arena_text(arena, (const char *)policy.data, policy.n);
	body.vocabulary = arena_text(arena, (const char *)vocabulary.data,
				     vocabulary.n);
	if (body.edition == NULL || body.document == NULL ||
	    body.vocabulary == NULL)
		return -ENOMEM;
	response.body_case = PERMIT__V1__RESPONSE__BODY_GET_EDITION;
	response.get_edition = &body;
	return answer(service, call, &response);
}

int serve_get_edition(struct service *service, struct call *call)
{
	const struct edition_info *info = find_edition(service, call);
	struct bytes bundle;
	struct bytes vocabulary;
	struct bytes policy;
	int r;

	if (info == NULL)
		return answer_no(
			service, call, UNKNOWN_EDITION, "get_edition",
			"There is no such edition here; ListEditions has them.");
	r = editions_bundle(service->store->editions, info, &call->workspace->arena,
			    &bundle);
	if (r == 0 && !policy_unbundle(bundle, &vocabulary, &policy))
		r = -EBADMSG;
	if (r == -EBADMSG)
		return answer_internal(service, call,
				       "an edition in the database is "
				       "damaged");
	return r != 0 ? r : answer_edition(service, call, info, vocabulary, policy);
}
