/* SPDX-License-Identifier: MIT */
#include "dsp/skel.h"

/*
 * Work shared out to threads, in whole lines. They start together: each says that it stands and waits for a word, at most WAIT_TICKS
 * (a DSP whose hardware threads are taken could let one spin for ever while another never starts). Each stamps its own share; the
 * work lasts from the first stamp to the last one.
 */
#define THREADS_MAX 4u
#define WAIT_TICKS (QBENCH_TICKS_PER_SECOND / 500) /* 2 ms */

struct share {
    const struct qb_job *job;
    uint32_t *standing, *go;
    uint32_t at, bytes;
    uint32_t sum;
    struct qbench_times times;
    qb_thread thread;
};

static void do_share(struct share *share)
{
    const struct qb_job *job = share->job;
    const uint32_t at = share->at;

    qb_begin(&share->times, job->flags);
    if (job->to == NULL)
        share->sum = job->kernel->sum(job->from + at, share->bytes);
    else if (job->from == NULL)
        job->kernel->fill(job->to + at, share->bytes, job->first + at / 4 * QBENCH_STEP);
    else
        job->kernel->copy(job->to + at, job->from + at, share->bytes);
    qb_end(&share->times, job->flags);
}

static void wait_for(const uint32_t *word, uint32_t value)
{
    const uint64_t until = HAP_perf_get_qtimer_count() + WAIT_TICKS;
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value && HAP_perf_get_qtimer_count() < until)
        ;
}

static void *run_thread(void *arg)
{
    struct share *share = arg;
    (void)__atomic_add_fetch(share->standing, 1, __ATOMIC_ACQ_REL);
    wait_for(share->go, 1);
    do_share(share);
    return NULL;
}

static void add_times(struct qbench_times *all, const struct qbench_times *one)
{
    if (one->begin_ticks < all->begin_ticks)
        all->begin_ticks = one->begin_ticks;
    if (one->end_ticks > all->end_ticks)
        all->end_ticks = one->end_ticks;
    if (one->pcycles > all->pcycles)
        all->pcycles = one->pcycles;
    all->instructions += one->instructions;
}

/* Shares of whole lines, as even as they go; threads without a line of their own do nothing. */
static void cut(const struct qb_job *job, struct share *shares, uint32_t *standing, uint32_t *go)
{
    const uint32_t lines = job->bytes / QB_LINE;
    const uint32_t shift = job->threads >> 1; /* 1, 2 or 4: a shift, as there is no division */
    const uint32_t over = lines & (job->threads - 1);
    uint32_t at = 0;
    for (uint32_t i = 0; i < job->threads; i++) {
        const uint32_t mine = (lines >> shift) + (i < over ? 1 : 0);
        shares[i] = (struct share){ .job = job, .standing = standing, .go = go, .at = at, .bytes = mine * QB_LINE };
        at += mine * QB_LINE;
    }
}

int qb_run(const struct qb_job *job, struct qbench_result *result)
{
    struct share shares[THREADS_MAX];
    uint32_t standing = 0, go = 0, started = 1;

    cut(job, shares, &standing, &go);
    while (started < job->threads &&
           pthread_create(&shares[started].thread, NULL, run_thread, &shares[started]) == 0)
        started++;
    const bool all = started == job->threads;
    if (all)
        wait_for(&standing, job->threads - 1);
    __atomic_store_n(&go, 1, __ATOMIC_RELEASE);
    if (all)
        do_share(&shares[0]);
    for (uint32_t i = 1; i < started; i++)
        (void)pthread_join(shares[i].thread, NULL);
    if (!all)
        return QB_ENOMEMORY;

    result->bytes = job->bytes;
    result->work = shares[0].times;
    result->value = shares[0].sum;
    for (uint32_t i = 1; i < job->threads; i++) {
        add_times(&result->work, &shares[i].times);
        result->value = (uint32_t)(result->value + shares[i].sum);
    }
    return 0;
}
