/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_SERVICE_STATE_H
#define PERMIT_SERVICE_STATE_H

#include "daemon/metrics.h"
#include "daemon/service.h"
#include "policy/decide.h"
#include "proto/request.h"
#include "proto/wire.h"

/* The inside of the service, shared by service.c and its service_*.c files only. */

/* The memory of one request, from a pool. */
struct workspace {
	struct arena arena;
	struct workspace *next; /* in the pool */
};

/* A request that is being answered. Lives in its workspace. */
struct call {
	struct client *client; /* NULL: gone */
	struct workspace *workspace;
	const Permit__V1__Request *request;
	uint64_t now_ms; /* the one clock of this request */
	uint64_t begun_us; /* for the time that it took alone */
	bool kept;	 /* queued: it ends after the commit */
	struct refusal refusal;
};

/* A decision that waits for the commit, with what its answer is made of. */
struct queued {
	struct call *call;
	struct decision decision;
	struct wire_record record;
	struct digest edition_hash;
	uint8_t entry_id[ENTRY_ID_BYTES];
};

/* One reading of the log: what is left of [at, end). */
struct stream {
	struct stream *next;
	uint64_t request_id;
	uint64_t at;
	uint64_t end;
	bool with_blobs;
	struct log_reader *reader;
	bool has_record;
	struct segment_record record; /* views last until the reader goes on */
	size_t at_in_record;	      /* of segment_next_item */
	uint64_t record_seq;	      /* of the item there */
};

struct service {
	struct store *store;
	const struct limits *limits;
	const struct erasure_keys *erasure_keys;
	struct digest engine;
	uint64_t started_ms;
	bool stopping;
	bool disk_full;
	uint64_t n_recorded;
	uint64_t n_refused;
	uint64_t n_disagreements; /* of the two evaluators */
	size_t n_under_way;
	size_t n_connections;
	uint64_t buffered_bytes;
	size_t n_streams;
	struct metrics metrics;

	struct workspace *pool;
	size_t n_pool;

	/* the queue: items[i], rows[i] and contents[i] belong to queued[i] */
	size_t n_queued;
	size_t n_queued_bytes; /* of entries and blobs */
	struct log_item *items;
	struct index_row *rows;
	struct store_content **contents;
	struct queued **queued;
};

/* ---- service_answer.c ---- */

/*
 * Each of these ends the call's request: what goes out is put into the client's
 * output, and no other answer may follow. They return 0 or -errno.
 */
MUST_USE int answer(struct service *service, struct call *call,
		    Permit__V1__Response *response);

/* The call's refusal, which the caller has set. */
MUST_USE int answer_refused(struct service *service, struct call *call);

/* Sets the refusal and sends it. */
#define answer_no(service, call, code, field, ...)                           \
	(refusal_set(&(call)->refusal, PERMIT__V1__CODE__CODE_##code, field, \
		     __VA_ARGS__),                                           \
	 answer_refused(service, call))

/* A fault of ours: the journal gets the reason, the client a sentence. */
MUST_USE int answer_internal(struct service *service, struct call *call,
			     const char *reason);

/* A frame that goes out, last or not, to a client that may be gone. */
void send_frame(struct service *service, struct client *client, struct bytes frame);

/* One request less is owed an answer. */
void call_is_answered(struct service *service, struct client *client);

/* ---- service_queue.c ---- */

/*
 * Queues a decision with its entry, and its content, which is sealed at the
 * commit; commits first when the group would not fit. The call is kept until it is answered. Returns 0 or -errno.
 */
MUST_USE int queue_decision(struct service *service, struct queued *queued,
			    const struct log_item *item, const struct index_row *row,
			    struct store_content *content);

/* Whether a decision that waits has this request id. */
bool queue_has_request(const struct service *service, struct bytes request_id);

/*
 * Answers an Evaluate with what is known of the decision by now. Returns 0 or
 * -errno.
 */
MUST_USE int answer_decision(struct service *service, struct queued *queued);

/*
 * Counts a decision about which the two evaluators disagree, and tells the
 * journal where it is recorded; never a fact. Once a decision.
 */
void note_disagreement(struct service *service, const struct queued *queued);

/* Gives the memory back. Accepts a kept call only when it was answered. */
void call_end(struct service *service, struct call *call);

/* ---- service_receipt.c ---- */

/*
 * Puts the receipt and the bytes of an entry of the last group into its record.
 * Returns 0, -ENOMEM, or -ERANGE for an entry of another group.
 */
MUST_USE int receipt_now(const struct service *service, const struct entry *entry,
			 struct arena *arena, struct wire_record *record);

/*
 * The receipt of an entry as it was when its group was recorded. Returns 0,
 * -ERANGE when the group does not hold it, or -ENOMEM.
 */
MUST_USE int receipt_then(const struct segment_record *from, uint64_t seq,
			  struct arena *arena, const char **ret_text);

/* ---- service_edition.c ---- */

/*
 * The compiled edition. Answers the queue first when that could end an edition
 * which a queued decision borrows from. Returns 0, -EBADMSG or another -errno.
 */
MUST_USE int load_edition(struct service *service, const struct edition_info *info,
			  const struct edition **ret_edition);

/* What governs a request. */
struct governing {
	const struct edition_info *info;
	const struct edition *edition;
	const struct question *question;
};

#define GOVERNING_REFUSED 1 /* the call's refusal says why */

/*
 * The edition of a policy that is in force on a day. Returns 0, GOVERNING_REFUSED
 * or -errno.
 */
MUST_USE int edition_in_force(struct service *service, struct call *call,
			      const char *policy, day_t day, const char *field,
			      struct governing *ret_governing);

/* The question of that name in ret_governing's edition. Likewise. */
MUST_USE int governing_question(struct call *call, const char *name,
				const char *field, struct governing *governing);

/*
 * The edition that governs a question: the one in force on the decision date says
 * whether that date or the one of the application selects. Likewise.
 */
MUST_USE int govern(struct service *service, struct call *call,
		    const Permit__V1__EvaluateRequest *request, day_t as_of,
		    struct wire_span received, struct governing *ret_governing);

/* ---- service_proof.c ---- */

#define PROOF_ANSWERED 1 /* with what does not hold; the request is at its end */

/*
 * Proves every theorem of an edition that is to be enacted. There is no way
 * around it: who asks does not matter, nor where. Returns 0 with their number,
 * PROOF_ANSWERED or -errno.
 */
MUST_USE int require_proof(struct service *service, struct call *call,
			   const struct edition *edition, uint32_t *ret_n);

/* ---- service_recorded.c ---- */

#define RECORDED_DAMAGED 1     /* the journal has the reason */
#define RECORDED_NO_DECISION 2 /* the entry is of another kind */
#define RECORDED_ERASED 3      /* its content is gone */

/* A decision read back from the log. Everything is in the arena. */
struct recorded {
	const struct edition *edition;
	struct decision decision;
	struct facts facts;
	struct wire_record record;
	struct digest edition_hash;
	uint8_t entry_id[ENTRY_ID_BYTES];
	struct bytes entry;
	struct bytes blob;
	struct bytes facts_bytes; /* as recorded */
	const char *policy_id;
	const char *case_ref;
};

/* Returns 0, a code above or -errno. */
MUST_USE int recorded_read(struct service *service, uint64_t seq,
			   struct arena *arena, struct recorded *ret_recorded);

/*
 * Answers an Evaluate whose request id was recorded before: with the decision
 * of then, or with CODE_CONFLICT when it asks for something else.
 */
MUST_USE int answer_again(struct service *service, struct call *call, uint64_t seq);

/* ---- one for each request ---- */

/*
 * They answer or queue the call. Return 0, -ENOMEM when it needs too much, or
 * -errno.
 */
MUST_USE int serve_evaluate(struct service *service, struct call *call);
MUST_USE int serve_describe(struct service *service, struct call *call);
MUST_USE int serve_enact_policy(struct service *service, struct call *call);
MUST_USE int serve_list_editions(struct service *service, struct call *call);
MUST_USE int serve_get_edition(struct service *service, struct call *call);
MUST_USE int serve_get_decision(struct service *service, struct call *call);
MUST_USE int serve_get_case(struct service *service, struct call *call);
MUST_USE int serve_read_log(struct service *service, struct call *call);
MUST_USE int serve_erase_cases(struct service *service, struct call *call);
MUST_USE int serve_status(struct service *service, struct call *call);

/* Ends a reading of the log, answered or not. */
void stream_free(struct service *service, struct client *client,
		 struct stream *stream);

/* A text of the note in the arena, ended by a NUL; NULL when it is full. */
char *note_copy(struct bytes note, struct arena *arena);

#endif
