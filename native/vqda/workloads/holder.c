/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "vqda/workloads/workload.h"

#define HELD 50
#define HELD_SIZE 4096u

/* For large pictures: dma-bufs of the system heap, held by descriptors alone. */
int workload_holder(struct workload *w)
{
    uint32_t count = w->count > 0 ? w->count : HELD, made = 0;
    uint64_t size = w->size > 0 ? w->size : HELD_SIZE;
    int *fds = calloc(count, sizeof(*fds));
    if (fds == NULL)
        return -ENOMEM;
    int heap = w->sys->ops->open(w->sys, "/dev/dma_heap/system", O_RDWR);
    int err = heap < 0 ? workload_failed("/dev/dma_heap/system", heap) : 0;
    while (err == 0 && made < count && !workload_stopped()) {
        err = qda_heap_alloc(w->sys, heap, size, &fds[made]);
        if (err < 0)
            workload_failed("DMA_HEAP_IOCTL_ALLOC", err);
        made += err == 0;
    }
    if (heap >= 0)
        w->sys->ops->close(w->sys, heap);
    if (err == 0) {
        w->ready();
        while (workload_pause(60000))
            ;
    }
    while (made > 0)
        w->sys->ops->close(w->sys, fds[--made]);
    free(fds);
    return err;
}
