/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_METRICS_H
#define PERMIT_METRICS_H

#include <stdio.h>

#include "policy/base/bytes.h"

/*
 * What the daemon counts of itself, since it started, for Prometheus (text format
 * 0.0.4). Numbers and names of its own alone: no case, no policy, no answer.
 */
#define METRICS_KINDS 16 /* of requests, by Request.body_case; 0: not read */
#define METRICS_CODES 40 /* by Code */
#define METRICS_BUCKETS_MAX 16

/* Observations at most each bound of its scale, apart; the last is beyond all. */
struct histogram {
	uint64_t counts[METRICS_BUCKETS_MAX + 1];
	uint64_t sum;
};

struct metrics {
	uint64_t requests[METRICS_KINDS];
	uint64_t refused[METRICS_CODES];
	struct histogram answer_us[METRICS_KINDS];
	struct histogram commit_us;
	struct histogram commit_entries;
};

/* A request was answered, or refused, so long after it was read. */
void metrics_answered(struct metrics *metrics, unsigned kind, uint64_t us);

void metrics_committed(struct metrics *metrics, size_t n_entries, uint64_t us);

/* What is measured when it is asked for. */
struct metrics_gauges {
	uint64_t started_ms;
	uint64_t n_recorded;
	uint64_t n_disagreements;
	uint64_t n_connections;
	uint64_t n_under_way;
	uint64_t buffered_bytes;
	uint64_t n_streams;
	uint64_t n_log_entries;
	uint64_t n_editions;
	uint64_t free_bytes;
	uint64_t key_epoch;
	bool disk_full;
};

void metrics_print(FILE *to, const struct metrics *metrics,
		   const struct metrics_gauges *gauges);

#endif
