/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_RECORDED_H
#define PERMIT_CLIENTS_RECORDED_H

#include "clients/permit/daemon.h"

/*
 * The recorded decision that the command's first operand names, by its 32
 * digits or its number in the log, with texts in that language. Says what is
 * wrong. The answer lives until the client's next call.
 */
enum exit_code recorded_decision(const struct invocation *in,
				 struct permit_client *client, enum language language,
				 const Permit__V1__GetDecisionResponse **ret_answer);

#endif
