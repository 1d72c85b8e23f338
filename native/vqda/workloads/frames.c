/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "vqda/workloads/workload.h"

/* Each page begins with the frame's sequence number, so that a reader can tell a torn frame. */
#define PAGE 4096u

static int make_heap(struct workload *w, uint64_t size, int *dmabuf)
{
    int heap = w->sys->ops->open(w->sys, "/dev/dma_heap/system", O_RDWR);
    if (heap < 0)
        return workload_failed("/dev/dma_heap/system", heap);
    int err = qda_heap_alloc(w->sys, heap, size, dmabuf);
    w->sys->ops->close(w->sys, heap);
    return err < 0 ? workload_failed("DMA_HEAP_IOCTL_ALLOC", err) : 0;
}

int frame_map(struct workload *w, struct frame *frame)
{
    int err = 0;
    frame->map = w->sys->ops->mmap(w->sys, frame->size, PROT_READ | PROT_WRITE, MAP_SHARED, frame->dmabuf, 0, &err);
    return frame->map == NULL ? workload_failed("mmap of a frame", err) : 0;
}

int frame_make(struct workload *w, uint32_t number, struct frame *out)
{
    char name[32];
    *out = (struct frame){ .dmabuf = -1, .size = (w->size + PAGE - 1) / PAGE * PAGE };
    int err = number % 2 == 0 ? workload_own(w, out->size, &out->dmabuf) : make_heap(w, out->size, &out->dmabuf);
    if (err < 0)
        return err;
    snprintf(name, sizeof(name), "frame-%u", number);
    err = qda_dmabuf_set_name(w->sys, out->dmabuf, name);
    if (err < 0)
        workload_failed("DMA_BUF_SET_NAME", err);
    else
        err = frame_map(w, out);
    if (err < 0)
        frame_free(w, out);
    return err;
}

int frame_write(struct workload *w, const struct frame *frame, uint64_t sequence)
{
    int err = qda_dmabuf_sync(w->sys, frame->dmabuf, QDA_SYNC_START | QDA_SYNC_WRITE);
    if (err < 0)
        return err;
    for (uint64_t at = 0; at < frame->size; at += PAGE)
        memcpy((char *)frame->map + at, &sequence, sizeof(sequence));
    return qda_dmabuf_sync(w->sys, frame->dmabuf, QDA_SYNC_END | QDA_SYNC_WRITE);
}

int frame_read(struct workload *w, const struct frame *frame, uint64_t *sequence)
{
    int err = qda_dmabuf_sync(w->sys, frame->dmabuf, QDA_SYNC_START | QDA_SYNC_READ);
    if (err < 0)
        return err;
    *sequence = 0;
    for (uint64_t at = 0; at < frame->size; at += PAGE) {
        uint64_t seen;
        memcpy(&seen, (const char *)frame->map + at, sizeof(seen));
        *sequence = seen > *sequence ? seen : *sequence;
    }
    return qda_dmabuf_sync(w->sys, frame->dmabuf, QDA_SYNC_END | QDA_SYNC_READ);
}

void frame_free(struct workload *w, struct frame *frame)
{
    if (frame->map != NULL)
        w->sys->ops->munmap(w->sys, frame->map, frame->size);
    if (frame->dmabuf >= 0)
        w->sys->ops->close(w->sys, frame->dmabuf);
    *frame = (struct frame){ .dmabuf = -1 };
}
