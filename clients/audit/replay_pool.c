/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/audit/replay_pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "proto/seal.h"

/* Cases taken at once: enough that the lock is seldom held. */
#define CASES_AT_ONCE 8

struct replay_thread {
	struct replay_pool *pool;
	struct replay_worker worker;
	pthread_t id;
};

struct replay_pool {
	pthread_mutex_t lock;	/* of the four below */
	pthread_cond_t work;
	pthread_cond_t done;
	struct replay_batch *batch;	/* NULL: idle */
	size_t n_taken;
	size_t n_decided;
	bool ending;
	unsigned n_threads;
	struct replay_thread threads[];
};

/* Waits for cases, and takes some. False when there will be no more. */
static bool take(struct replay_pool *pool, struct replay_batch **ret_batch,
		 size_t *ret_first, size_t *ret_end)
{
	bool some;

	pthread_mutex_lock(&pool->lock);
	while (!pool->ending &&
	       (pool->batch == NULL || pool->n_taken == pool->batch->n))
		pthread_cond_wait(&pool->work, &pool->lock);
	some = pool->batch != NULL && pool->n_taken < pool->batch->n;
	if (some) {
		*ret_batch = pool->batch;
		*ret_first = pool->n_taken;
		pool->n_taken += CASES_AT_ONCE;
		if (pool->n_taken > pool->batch->n)
			pool->n_taken = pool->batch->n;
		*ret_end = pool->n_taken;
	}
	pthread_mutex_unlock(&pool->lock);
	return some;
}

static void give_back(struct replay_pool *pool, size_t n_decided)
{
	pthread_mutex_lock(&pool->lock);
	pool->n_decided += n_decided;
	if (pool->n_decided == pool->batch->n)
		pthread_cond_signal(&pool->done);
	pthread_mutex_unlock(&pool->lock);
}

static void *work(void *context)
{
	struct replay_thread *thread = context;
	struct replay_batch *batch;
	size_t first, end;

	while (take(thread->pool, &batch, &first, &end)) {
		for (size_t i = first; i < end; i++)
			replay_worker_decide(&thread->worker, &batch->cases[i]);
		give_back(thread->pool, end - first);
	}
	seal_stop();
	digest_stop();
	return NULL;
}

int replay_pool_open(unsigned n_jobs, struct replay_pool **ret_pool)
{
	CLEANUP(replay_pool_close) struct replay_pool *pool =
		calloc(1, sizeof(*pool) + n_jobs * sizeof(pool->threads[0]));
	int r;

	if (pool == NULL)
		return -ENOMEM;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->work, NULL);
	pthread_cond_init(&pool->done, NULL);
	for (unsigned i = 0; i < n_jobs; i++) {
		struct replay_thread *thread = &pool->threads[i];

		thread->pool = pool;
		replay_worker_init(&thread->worker);
		r = pthread_create(&thread->id, NULL, work, thread);
		if (r != 0) {
			replay_worker_done(&thread->worker);
			return -r;
		}
		pool->n_threads++;
	}
	*ret_pool = pool;
	pool = NULL;
	return 0;
}

void replay_pool_close(struct replay_pool **pool)
{
	struct replay_pool *p = pool == NULL ? NULL : *pool;

	if (p == NULL)
		return;
	replay_pool_wait(p);
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->n_threads; i++) {
		pthread_join(p->threads[i].id, NULL);
		replay_worker_done(&p->threads[i].worker);
	}
	pthread_cond_destroy(&p->done);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p);
	*pool = NULL;
}

void replay_pool_start(struct replay_pool *pool, struct replay_batch *batch)
{
	pthread_mutex_lock(&pool->lock);
	pool->batch = batch;
	pool->n_taken = 0;
	pool->n_decided = 0;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
}

struct replay_batch *replay_pool_wait(struct replay_pool *pool)
{
	struct replay_batch *batch;

	pthread_mutex_lock(&pool->lock);
	while (pool->batch != NULL && pool->n_decided < pool->batch->n)
		pthread_cond_wait(&pool->done, &pool->lock);
	batch = pool->batch;
	pool->batch = NULL;
	pthread_mutex_unlock(&pool->lock);
	return batch;
}

int replay_pool_enact(struct replay_pool *pool, const struct digest *hash,
		      uint64_t seq, uint64_t recorded_ms, struct bytes bundle)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < pool->n_threads; i++)
		r = enacted_add(&pool->threads[i].worker.enacted, hash, seq,
				recorded_ms, bundle);
	return r;
}
