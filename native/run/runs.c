/* SPDX-License-Identifier: MIT */
#include "run/families.h"

#include <stdlib.h>
#include <string.h>

const struct qda_run_ops *const qda_runs[] = {
    &qda_base_ioctl,       &qda_mem_alloc,   &qda_mem_cpumap, &qda_mem_export, &qda_mem_import,
    &qda_mem_import_scale, &qda_mem_handoff, &qda_cpu_bw,     &qda_cpu_sync,
    &qda_session_create,   &qda_rpc_null,    &qda_rpc_null_mt, &qda_dsp_map,   &qda_dsp_map_limit,
    &qda_skel_load,        &qda_rpc_ping,    &qda_rpc_argc,   &qda_rpc_argsize,
    &qda_dsp_read,         &qda_dsp_write,   &qda_dsp_copy,   &qda_dsp_cache,  &qda_e2e_frame,
    &qda_shm_doorbell,     &qda_coh_stress,  NULL,
};

const struct qda_run_ops *qda_run_find(const char *id)
{
    for (size_t i = 0; qda_runs[i]; i++) {
        if (strcmp(qda_runs[i]->id, id) == 0)
            return qda_runs[i];
    }
    return NULL;
}

#define MAX_PAIRS 1024u

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

uint64_t qda_clock_cost(struct qda_sys *sys, unsigned n)
{
    uint64_t pair[MAX_PAIRS];
    if (n == 0)
        return 0;
    n = n < MAX_PAIRS ? n : MAX_PAIRS;
    for (unsigned i = 0; i < n; i++) {
        uint64_t begin = sys->ops->now_ns(sys);
        pair[i] = sys->ops->now_ns(sys) - begin;
    }
    qsort(pair, n, sizeof *pair, by_value);
    return n % 2 ? pair[n / 2] : (pair[n / 2 - 1] + pair[n / 2]) / 2;
}
