/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/service_state.h"

int service_print_metrics(struct service *service, FILE *to)
{
	struct log_head head;
	struct metrics_gauges gauges = {
		.started_ms = service->started_ms,
		.n_recorded = service->n_recorded,
		.n_disagreements = service->n_disagreements,
		.n_connections = service->n_connections,
		.n_under_way = service->n_under_way,
		.buffered_bytes = service->buffered_bytes,
		.n_streams = service->n_streams,
		.n_editions = editions_count(service->store->editions),
		.key_epoch = keyring_newest(&service->store->keystore->ring)->epoch,
		.disk_full = service->disk_full,
	};
	int r = store_free_bytes(service->store, &gauges.free_bytes);

	if (r != 0)
		return r;
	log_head(service->store->log, &head);
	gauges.n_log_entries = head.size;
	metrics_print(to, &service->metrics, &gauges);
	return 0;
}
