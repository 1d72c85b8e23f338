/* SPDX-License-Identifier: MIT */
#include "vqda/procfs/trace_line.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "vqda/core/board.h"

#define TRACED_MAX 128 /* DMA_TRACE_MAX_ENTRIES of include/trace/events/dma.h */

static const char *const event_names[VQ_EVENT_COUNT] = {
    "dma_alloc", "dma_free", "dma_map_sg", "dma_map_sg_err", "dma_unmap_sg", "io_page_fault", "map", "unmap",
};

struct line {
    char *out;
    size_t len;
    bool full; /* like a trace_seq: what does not fit is not printed, and nothing after it */
};

__attribute__((format(printf, 2, 3))) static void say(struct line *l, const char *format, ...)
{
    va_list args;
    if (l->full)
        return;
    size_t room = VQ_TRACE_LINE_MAX - l->len;
    va_start(args, format);
    int n = vsnprintf(l->out + l->len, room, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= room)
        l->full = true;
    else
        l->len += (size_t)n;
}

static size_t at_most(size_t n, size_t max)
{
    return n < max ? n : max;
}

/* Entries with a DMA segment; the first without one ends them. */
static size_t segments(const struct vq_trace_event *e)
{
    size_t n = 0;
    while (n < e->nents && e->sg[n].dma_len != 0)
        n++;
    return n;
}

enum column { COLUMN_DMA, COLUMN_LENGTH, COLUMN_PHYS };

/* __print_array: {0x...,0x...} */
static void say_array(struct line *l, const struct vq_sg *sg, size_t n, enum column column)
{
    say(l, "{");
    for (size_t i = 0; i < n; i++) {
        uint64_t value = column == COLUMN_DMA ? sg[i].dma : column == COLUMN_LENGTH ? sg[i].dma_len : sg[i].phys;
        say(l, "%s0x%" PRIx64, i > 0 ? "," : "", column == COLUMN_LENGTH ? (uint32_t)value : value);
    }
    say(l, "}");
}

static void say_map_sg(struct line *l, const struct vq_trace_event *e)
{
    size_t ents = segments(e);
    size_t traced_nents = at_most(e->nents, TRACED_MAX);
    size_t traced_ents = at_most(ents, TRACED_MAX);
    bool truncated = e->nents > TRACED_MAX || ents > TRACED_MAX;
    say(l, "%s dir=BIDIRECTIONAL nents=%zu/%zu ents=%zu/%zu%s dma_addrs=", e->device, traced_nents, e->nents, traced_ents,
        ents, truncated ? " [TRUNCATED]" : "");
    say_array(l, e->sg, traced_ents, COLUMN_DMA);
    say(l, " sizes=");
    say_array(l, e->sg, traced_ents, COLUMN_LENGTH);
    say(l, " phys_addrs=");
    say_array(l, e->sg, traced_nents, COLUMN_PHYS);
    say(l, " attrs=");
}

static void say_event(struct line *l, const struct vq_trace_event *e)
{
    switch (e->kind) {
    case VQ_EVENT_DMA_ALLOC:
        say(l, "%s dir=BIDIRECTIONAL dma_addr=%" PRIx64 " size=%" PRIu64 " virt_addr=%016" PRIx64 " flags=GFP_KERNEL attrs=",
            e->device, e->iova, e->size, e->virt);
        break;
    case VQ_EVENT_DMA_FREE:
        say(l, "%s dir=BIDIRECTIONAL dma_addr=%" PRIx64 " size=%" PRIu64 " virt_addr=%016" PRIx64 " attrs=", e->device,
            e->iova, e->size, e->virt);
        break;
    case VQ_EVENT_DMA_MAP_SG:
        say_map_sg(l, e);
        break;
    case VQ_EVENT_DMA_UNMAP_SG:
        say(l, "%s dir=BIDIRECTIONAL phys_addrs=", e->device);
        say_array(l, e->sg, e->nents, COLUMN_PHYS);
        say(l, " attrs=");
        break;
    case VQ_EVENT_IOMMU_MAP:
        say(l, "IOMMU: iova=0x%016" PRIx64 " - 0x%016" PRIx64 " paddr=0x%016" PRIx64 " size=%" PRIu64, e->iova,
            e->iova + e->size, e->paddr, e->size);
        break;
    case VQ_EVENT_IOMMU_UNMAP:
        say(l, "IOMMU: iova=0x%016" PRIx64 " - 0x%016" PRIx64 " size=%" PRIu64 " unmapped_size=%" PRIu64, e->iova,
            e->iova + e->size, e->size, e->size);
        break;
    case VQ_EVENT_IOMMU_FAULT:
        say(l, "IOMMU:%s %s iova=0x%016" PRIx64 " flags=0x%04x", e->driver, e->device, e->iova, (unsigned)e->flags);
        break;
    default: /* nothing here makes the other: no mapping fails after it began */
        break;
    }
}

bool vq_trace_event_fits(const struct vq_trace_event *e)
{
    if (e->kind != VQ_EVENT_DMA_UNMAP_SG) /* the others are bounded */
        return true;
    /* fixed fields (format file), the device's name, one u64 an entry */
    return 32 + strlen(e->device) + 1 + 8 * e->nents <= VQ_TRACE_EVENT_MAX;
}

size_t vq_trace_line(char *out, const struct vq_trace_event *e, uint64_t time, bool in_ns)
{
    struct line l = { .out = out };
    uint64_t us = (time + 500) / 1000;
    say(&l, "%16s-%-7d ", e->comm, e->tid);
    if (e->tgid > 0)
        say(&l, "(%7d) ", e->tgid);
    else if (e->tgid < 0)
        say(&l, "(-------) ");
    say(&l, "[000] ..... ");
    if (in_ns)
        say(&l, "%5" PRIu64 ".%06" PRIu64 ": ", us / 1000000, us % 1000000);
    else
        say(&l, "%12" PRIu64 ": ", time);
    say(&l, "%s: ", event_names[e->kind]);
    say_event(&l, e);
    say(&l, "\n");
    if (l.full)
        l.len += (size_t)sprintf(out + l.len, "[LINE TOO BIG]\n");
    return l.len;
}
