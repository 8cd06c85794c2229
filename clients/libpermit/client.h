/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENT_H
#define PERMIT_CLIENT_H

#include <stdint.h>

/*
 * Asks a permitd, one request at a time, and waits for the answer.
 *
 *	#include <permit/client.h>
 *
 *	struct permit_client *client;
 *	char *answer;
 *
 *	if (permit_connect("/run/permitd/permitd.sock", 10000, &client) != 0)
 *		return 1;
 *	if (permit_call_json(client, "{\"status\": {}}", &answer) == 0)
 *		puts(answer);
 *	free(answer);
 *	permit_close(&client);
 *
 * Compile with `pkg-config --cflags --libs libpermit`. A client belongs to one
 * thread at a time. The messages are those of permit.proto, as JSON (the
 * mapping that proto3 defines) or as protobuf-c structures, whose header is
 * <permit/permit.pb-c.h>.
 */
struct permit_client;
struct Permit__V1__Request;
struct Permit__V1__Response;

/* Answers that are no -errno. permit_problem says more. */
#define PERMIT_E_REFUSED 1   /* the daemon says why it did not do it */
#define PERMIT_E_NOT_VALID 2 /* the request is none; nothing was sent */
#define PERMIT_E_LOST \
	3 /* the daemon went away, or does not speak this protocol   \
			 */

/*
 * Connects to the daemon's Unix socket. Sending and receiving wait for at most
 * timeout_ms each time; 0 is for ever.
 *
 * Returns 0, and then ret_client must go to permit_close; or -errno: -ENOENT
 * and -ECONNREFUSED when no daemon is there, -EACCES when it is not for this
 * user, -ENAMETOOLONG, -ENOMEM, and what socket(2) and connect(2) may give.
 */
int permit_connect(const char *socket_path, unsigned timeout_ms,
		   struct permit_client **ret_client);

/* Accepts a pointer to NULL, and sets it to NULL. */
void permit_close(struct permit_client **client);

/*
 * Sends a request and waits for the (first) answer. The request's id is set
 * here. The answer lives until the next call with this client.
 *
 * Returns 0; PERMIT_E_REFUSED, and then ret_response is the Error;
 * PERMIT_E_NOT_VALID for a request that is too large; PERMIT_E_LOST; -ETIMEDOUT;
 * -ENOMEM; -EIO. After any other than 0, PERMIT_E_REFUSED and PERMIT_E_NOT_VALID
 * close the client: whether a request was carried out is then not known, so send
 * an Evaluate again with the same request_id.
 */
int permit_call(struct permit_client *client, struct Permit__V1__Request *request,
		const struct Permit__V1__Response **ret_response);

/*
 * The next answer to the last request, when the one before had `last` unset:
 * ReadLog answers with many. Returns as permit_call; -ENODATA when there is no
 * further one.
 */
int permit_next(struct permit_client *client,
		const struct Permit__V1__Response **ret_response);

/*
 * Sends the body of a Request as JSON ("{\"status\": {}}") and gives the
 * Response as JSON, from malloc; of a stream only the first. Returns as
 * permit_call; on PERMIT_E_REFUSED ret_answer is set too, else it is NULL.
 */
int permit_call_json(struct permit_client *client, const char *request,
		     char **ret_answer);

/* What went wrong last, in English, without a full stop. Until the next call. */
const char *permit_problem(const struct permit_client *client);

#endif
