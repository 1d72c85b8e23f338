/* SPDX-License-Identifier: MIT */
#include <fcntl.h>

#include "vqda/workloads/workload.h"

#define CHURN_SIZE (64u << 10)
#define CHURN_MS 50
#define CHURN_HELD 4

/* A buffer of the node that goes at once, and a heap buffer that is imported and stays for a few turns. */
static int turn_own(struct workload *w)
{
    uint32_t handle;
    int dmabuf = -1;
    if (!w->driver->gem) {
        int made = workload_own(w, w->size, &dmabuf);
        return made < 0 ? made : w->sys->ops->close(w->sys, dmabuf);
    }
    int err = w->driver->gem_create(w->sys, w->node, w->size, &handle);
    if (err < 0)
        return workload_failed("GEM_CREATE", err);
    err = qda_prime_export(w->sys, w->node, handle, O_CLOEXEC | O_RDWR, &dmabuf);
    if (err < 0)
        return workload_failed("PRIME_HANDLE_TO_FD", err);
    w->sys->ops->close(w->sys, dmabuf);
    return qda_gem_close(w->sys, w->node, handle);
}

static int turn_heap(struct workload *w, int heap, uint32_t *held)
{
    int dmabuf;
    workload_release(w, *held);
    *held = 0;
    int err = qda_heap_alloc(w->sys, heap, w->size, &dmabuf);
    if (err < 0)
        return workload_failed("DMA_HEAP_IOCTL_ALLOC", err);
    if (w->driver->gem) /* what FastRPC attaches stays */
        err = workload_import(w, dmabuf, w->size, held);
    w->sys->ops->close(w->sys, dmabuf);
    return err;
}

int workload_churn(struct workload *w)
{
    uint32_t held[CHURN_HELD] = { 0 };
    w->size = w->size > 0 ? w->size : CHURN_SIZE;
    int heap = w->sys->ops->open(w->sys, "/dev/dma_heap/system", O_RDWR);
    if (heap < 0)
        return workload_failed("/dev/dma_heap/system", heap);
    int err = 0;
    for (uint32_t turn = 0; err == 0 && !workload_stopped(); turn++) {
        err = turn_own(w);
        if (err == 0)
            err = turn_heap(w, heap, &held[turn % CHURN_HELD]);
        if (err == 0 && turn == 0)
            w->ready();
        workload_pause(CHURN_MS);
    }
    w->sys->ops->close(w->sys, heap);
    return err;
}
