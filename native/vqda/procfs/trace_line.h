/* SPDX-License-Identifier: MIT */
#ifndef VQ_TRACE_LINE_H
#define VQ_TRACE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Lines of trace_pipe, as the kernel prints them. The part before the event's text: trace_print_context in
 * kernel/trace/trace_output.c; the text itself: `print fmt` of each event's format file (test/fixtures/tracefs). Pure.
 */

enum vq_event {
    VQ_EVENT_DMA_ALLOC = 0,
    VQ_EVENT_DMA_FREE,
    VQ_EVENT_DMA_MAP_SG,
    VQ_EVENT_DMA_MAP_SG_ERR,
    VQ_EVENT_DMA_UNMAP_SG,
    VQ_EVENT_IOMMU_FAULT,
    VQ_EVENT_IOMMU_MAP,
    VQ_EVENT_IOMMU_UNMAP,
    VQ_EVENT_COUNT
};

/* One event. Arrays belong to the caller. */
struct vq_trace_event {
    enum vq_event kind;
    int tid;
    int tgid;           /* printed (option record-tgid) unless 0; -1: not known */
    const char *comm;   /* "<...>" where nobody knows */
    const char *device; /* dma:*, io_page_fault */
    const char *driver; /* io_page_fault: the device's */
    int flags;          /* io_page_fault: 0 read, 1 write */
    uint64_t iova;      /* dma_alloc, dma_free: dma_addr; iommu:* */
    uint64_t size;      /* bytes; iommu:* too */
    uint64_t virt;      /* what %p of the kernel address is printed as */
    uint64_t paddr;     /* iommu:map */
    const struct vq_sg *sg; /* dma_map_sg, dma_unmap_sg */
    size_t nents;
};

/* Lines longer than this end in "[LINE TOO BIG]": the kernel's trace_seq is two pages less its head. */
#define VQ_TRACE_LINE_MAX 8152
/* Payload of a ring buffer entry; the kernel drops a larger event without counting it. */
#define VQ_TRACE_EVENT_MAX 4072

/* Would the kernel's ring buffer take the event? */
bool vq_trace_event_fits(const struct vq_trace_event *event);

/*
 * The whole line with its newline into out[VQ_TRACE_LINE_MAX + 32]; bytes without the NUL. `time` is in ns, and printed as
 * such (no point) if !in_ns, as the kernel does for counters.
 */
size_t vq_trace_line(char *out, const struct vq_trace_event *event, uint64_t time, bool in_ns);

#endif
