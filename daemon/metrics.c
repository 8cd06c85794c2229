/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "daemon/engine.h"
#include "daemon/metrics.h"
#include "proto/permit/v1/permit.pb-c.h"
#include "proto/refusal.h"

#define US_A_SECOND 1000000u

/* Bounds, ascending, 0 after the last. */
static const uint64_t time_us[METRICS_BUCKETS_MAX + 1] = {
	50,    100,   250,    500,    1000,   2500,    5000,
	10000, 25000, 100000, 250000, 500000, 1000000, 5000000,
};
static const uint64_t entries[METRICS_BUCKETS_MAX + 1] = {
	1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096,
};

static size_t n_bounds(const uint64_t *scale)
{
	size_t n = 0;

	while (scale[n] != 0)
		n++;
	return n;
}

static void observe(struct histogram *histogram, const uint64_t *scale,
		    uint64_t value)
{
	size_t i = 0;

	while (scale[i] != 0 && value > scale[i])
		i++;
	histogram->counts[i]++;
	histogram->sum += value;
}

void metrics_answered(struct metrics *metrics, unsigned kind, uint64_t us)
{
	observe(&metrics->answer_us[kind], time_us, us);
}

void metrics_committed(struct metrics *metrics, size_t n_entries, uint64_t us)
{
	observe(&metrics->commit_us, time_us, us);
	observe(&metrics->commit_entries, entries, n_entries);
}

/* ---- Text ---- */

/* A number of units, a million of which are one: "0.00025". */
static void put_scaled(FILE *to, uint64_t value, uint64_t units)
{
	if (units == 1)
		fprintf(to, "%llu", (unsigned long long)value);
	else
		fprintf(to, "%llu.%06llu", (unsigned long long)(value / units),
			(unsigned long long)(value % units));
}

static void put_head(FILE *to, const char *name, const char *type, const char *help)
{
	fprintf(to, "# HELP permitd_%s %s\n# TYPE permitd_%s %s\n", name, help,
		name, type);
}

static void put_one(FILE *to, const char *name, const char *type, const char *help,
		    uint64_t value)
{
	put_head(to, name, type, help);
	fprintf(to, "permitd_%s %llu\n", name, (unsigned long long)value);
}

/* `label` is "" or "kind=\"evaluate\",". */
static void put_histogram(FILE *to, const char *name, const char *label,
			  const struct histogram *histogram, const uint64_t *scale,
			  uint64_t units)
{
	uint64_t n = 0;
	int n_label = (int)(label[0] == '\0' ? 0 : strlen(label) - 1);

	for (size_t i = 0; i <= n_bounds(scale); i++) {
		n += histogram->counts[i];
		fprintf(to, "permitd_%s_bucket{%sle=\"", name, label);
		if (scale[i] == 0)
			fputs("+Inf", to);
		else
			put_scaled(to, scale[i], units);
		fprintf(to, "\"} %llu\n", (unsigned long long)n);
	}
	fprintf(to, n_label == 0 ? "permitd_%s_sum%.*s " : "permitd_%s_sum{%.*s} ",
		name, n_label, label);
	put_scaled(to, histogram->sum, units);
	fprintf(to,
		n_label == 0 ? "\npermitd_%s_count%.*s %llu\n"
			     : "\npermitd_%s_count{%.*s} %llu\n",
		name, n_label, label, (unsigned long long)n);
}

/* "evaluate"; NULL where no request has that number. */
static const char *kind_name(unsigned kind)
{
	const ProtobufCFieldDescriptor *field =
		protobuf_c_message_descriptor_get_field(
			&permit__v1__request__descriptor, kind);

	return kind < 2 || field == NULL ? NULL : field->name;
}

static void put_requests(FILE *to, const struct metrics *metrics)
{
	char label[64];

	put_head(to, "requests_total", "counter",
		 "Requests that were read, by kind.");
	for (unsigned kind = 0; kind < METRICS_KINDS; kind++)
		if (kind_name(kind) != NULL)
			fprintf(to, "permitd_requests_total{kind=\"%s\"} %llu\n",
				kind_name(kind),
				(unsigned long long)metrics->requests[kind]);
	put_head(to, "requests_refused_total", "counter",
		 "Requests that were refused, by code.");
	for (unsigned code = 1; code < METRICS_CODES; code++)
		if (protobuf_c_enum_descriptor_get_value(
			    &permit__v1__code__descriptor, (int)code) != NULL)
			fprintf(to,
				"permitd_requests_refused_total{code=\"%s\"} %llu\n",
				refusal_code_name((Permit__V1__Code)code),
				(unsigned long long)metrics->refused[code]);
	put_head(to, "answer_seconds", "histogram",
		 "From reading a request to its answer, the commit included.");
	for (unsigned kind = 0; kind < METRICS_KINDS; kind++) {
		if (kind_name(kind) == NULL)
			continue;
		snprintf(label, sizeof(label), "kind=\"%s\",", kind_name(kind));
		put_histogram(to, "answer_seconds", label,
			      &metrics->answer_us[kind], time_us, US_A_SECOND);
	}
}

static void put_commits(FILE *to, const struct metrics *metrics)
{
	put_head(to, "commit_seconds", "histogram",
		 "Making a group of decisions durable.");
	put_histogram(to, "commit_seconds", "", &metrics->commit_us, time_us,
		      US_A_SECOND);
	put_head(to, "commit_entries", "histogram", "Decisions in such a group.");
	put_histogram(to, "commit_entries", "", &metrics->commit_entries, entries,
		      1);
}

static void put_gauges(FILE *to, const struct metrics_gauges *gauges)
{
	put_one(to, "decisions_recorded_total", "counter",
		"Decisions that were made durable.", gauges->n_recorded);
	put_one(to, "evaluator_disagreements_total", "counter",
		"Cases that the two evaluators decided differently: anything but 0 is "
		"a fault.",
		gauges->n_disagreements);
	put_one(to, "connections", "gauge", "Clients that are connected.",
		gauges->n_connections);
	put_one(to, "requests_under_way", "gauge",
		"Requests without their answer yet.", gauges->n_under_way);
	put_one(to, "buffered_bytes", "gauge", "In the buffers of all connections.",
		gauges->buffered_bytes);
	put_one(to, "log_streams", "gauge", "Readings of the log under way.",
		gauges->n_streams);
	put_one(to, "log_entries", "gauge", "Entries of the log.",
		gauges->n_log_entries);
	put_one(to, "editions", "gauge", "Editions that were enacted.",
		gauges->n_editions);
	put_one(to, "store_free_bytes", "gauge",
		"In the file system of the store, for this daemon.",
		gauges->free_bytes);
	put_one(to, "disk_full", "gauge",
		"1: nothing is decided until there is room.", gauges->disk_full);
	put_one(to, "key_epoch", "gauge",
		"Of the key that wraps new case keys; it rises with each rotation.",
		gauges->key_epoch);
	put_head(to, "start_time_seconds", "gauge",
		 "When it started, since 1970, UTC.");
	fprintf(to, "permitd_start_time_seconds %llu.%03llu\n",
		(unsigned long long)(gauges->started_ms / 1000),
		(unsigned long long)(gauges->started_ms % 1000));
	put_head(to, "build_info", "gauge", "Which version this is.");
	fprintf(to, "permitd_build_info{version=\"%s\"} 1\n", ENGINE_VERSION);
}

void metrics_print(FILE *to, const struct metrics *metrics,
		   const struct metrics_gauges *gauges)
{
	put_gauges(to, gauges);
	put_commits(to, metrics);
	put_requests(to, metrics);
}
