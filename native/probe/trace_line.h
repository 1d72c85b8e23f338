/* SPDX-License-Identifier: MIT */
#ifndef QDA_PROBE_TRACE_LINE_H
#define QDA_PROBE_TRACE_LINE_H

#include "probe/probe.h"

/*
 * One line of trace_pipe, as the kernel prints it (kernel/trace, checked on 6.18):
 *
 *     %16s-%-7d (tgid) [cpu] flags secs.usecs: event: text
 *
 * The name has at most 15 bytes, may hold blanks and dashes, and fills 16 columns: so the dash of the pid always stands in
 * column 17, whatever the name is. "(tgid)" is there with the option record-tgid, flags (4 or 5 signs) with irq-info.
 * Between the events stands "CPU:n [LOST m EVENTS]", or "CPU:n [LOST EVENTS]" where the kernel does not know how many.
 *
 * Texts of the events (their `format` files are fixtures of the tests):
 *     dma_alloc, dma_free  DEVICE dir=D dma_addr=HEX size=N virt_addr=HEX ...
 *     dma_map_sg           DEVICE dir=D nents=SHOWN/ALL ents=SHOWN/ALL[ [TRUNCATED]] dma_addrs={0x..,..} sizes={..} phys_addrs={..} ...
 *     dma_unmap_sg         DEVICE dir=D phys_addrs={..} ...
 *     io_page_fault        IOMMU:DRIVER DEVICE iova=0x.. flags=0x..
 *     map, unmap           IOMMU: iova=0x.. - 0x.. [paddr=0x..] size=N ...
 * The first kernels with dma events have no nents and ents.
 */
enum probe_line_kind {
    PROBE_LINE_EVENT = 1, /* of a context bank's device, or without any device */
    PROBE_LINE_FOREIGN,   /* an event of another device, an allocation that failed, or an event not asked for */
    PROBE_LINE_LOST,      /* the kernel's ring buffer lost events */
    PROBE_LINE_BAD,       /* no such line, or cut short */
};

struct probe_trace_line {
    struct qda_dma_event event; /* strings point into the line, entries to the array below */
    uint64_t lost;              /* PROBE_LINE_LOST: how many; at least 1 */
    struct qda_sg entries[QDA_MAX_SG];
};

/*
 * Writes into the line. Of a dma_map_sg: segment i is given a physical address where there are as many segments as pieces
 * (else they do not pair, and only the first begins where the first piece does). `truncated` says that there are more
 * segments than entries. A dma_unmap_sg names physical addresses only: dma_addr and length of its entries are 0.
 * A fault's one entry has its IOVA and no length.
 */
enum probe_line_kind probe_trace_parse(char *line, struct probe_trace_line *out);

/* A device that is a context bank: "qda-cb-<dsp>-<sid>" of QDA, "...:compute-cb@<n>" of FastRPC. */
bool probe_is_bank(const char *device);
/* The same said to the kernel: text for an event's `filter` file. */
#define PROBE_BANK_FILTER "device ~ \"qda-cb-*\" || device ~ \"*compute-cb@*\""

#endif
