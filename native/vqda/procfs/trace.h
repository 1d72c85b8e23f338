/* SPDX-License-Identifier: MIT */
#ifndef VQ_TRACE_H
#define VQ_TRACE_H

#include "vqda/core/board.h"
#include "vqda/procfs/trace_line.h"
#include "vqda/procfs/trace_ring.h"

/*
 * tracefs: instances with their switches, bounded buffers and pipes.
 *
 * Known differences from the kernel's: one CPU (0) for all events; the buffer is bounded by the bytes of the lines, not of
 * binary entries, so it holds fewer; a pipe takes up to 64 KiB out of it, which are lost if its reader goes away;
 * iommu:map and iommu:unmap are told for imported tables, not for the driver's own allocations.
 */

enum vq_clock {
    VQ_CLOCK_LOCAL = 0,
    VQ_CLOCK_GLOBAL,
    VQ_CLOCK_COUNTER,
    VQ_CLOCK_UPTIME,
    VQ_CLOCK_PERF,
    VQ_CLOCK_MONO,
    VQ_CLOCK_MONO_RAW,
    VQ_CLOCK_BOOT,
    VQ_CLOCK_TAI,
    VQ_CLOCK_COUNT
};
extern const char *const vq_clock_names[VQ_CLOCK_COUNT];

#define VQ_INSTANCE_NAME 64
#define VQ_INSTANCES_MAX 32
#define VQ_BUFFER_KB 1410 /* a fresh instance's, as in Linux 6.18 */
#define VQ_BUFFER_KB_MAX 65536
#define VQ_FILTER_LEN 96

struct vq_instance {
    struct vq_list link;
    char name[VQ_INSTANCE_NAME]; /* "": the top level */
    bool on;
    bool enabled[VQ_EVENT_COUNT];
    enum vq_clock clock;
    uint64_t counter; /* of VQ_CLOCK_COUNTER */
    bool record_tgid; /* lines name the process beside the thread */
    unsigned buffer_kb;
    unsigned buffer_percent; /* kept; a reader is woken by the first line whatever it says */
    char filters[VQ_EVENT_COUNT][VQ_FILTER_LEN]; /* as written, "": none */
    struct vq_ring ring;
    struct vq_list pipes;
    struct vq_board *board;
};

struct vq_comms;
struct vq_trace {
    struct vq_list instances; /* the top level first */
    unsigned count;
    struct vq_comms *comms;
};

int vq_trace_init(struct vq_board *board, struct vq_trace *trace); /* 0 or -ENOMEM */
void vq_trace_free(struct vq_trace *trace);

struct vq_instance *vq_instance_find(const struct vq_trace *trace, const char *name);
/* mkdir: 0, -EEXIST, -ENAMETOOLONG, -ENOMEM. */
int vq_instance_make(struct vq_board *board, struct vq_trace *trace, const char *name);
/* rmdir: 0, -ENOENT, -EBUSY while a pipe is open. */
int vq_instance_remove(struct vq_trace *trace, const char *name);
/* The read end of a new pipe of the instance, close-on-exec and non-blocking, or -errno. */
int vq_instance_open_pipe(struct vq_instance *instance);
void vq_instance_set_clock(struct vq_instance *instance, enum vq_clock clock); /* empties the buffer */
int vq_instance_set_buffer(struct vq_instance *instance, unsigned kb);         /* 0 or -ENOMEM */

/*
 * Sets an event's filter. Known: `device ~ "GLOB"`, and "0" for none; 0, or -EINVAL for anything else.
 */
int vq_instance_set_filter(struct vq_instance *instance, enum vq_event event, const char *text);

/* Hooks of the core (struct vq_hooks). */
void vq_trace_dma_alloc(struct vq_board *board, const struct vq_caller *who, const struct vq_bank *bank, uint64_t iova,
                        uint64_t size);
void vq_trace_dma_free(struct vq_board *board, const struct vq_caller *who, const struct vq_bank *bank, uint64_t iova,
                       uint64_t size);
void vq_trace_map_sg(struct vq_board *board, const struct vq_caller *who, const struct vq_bank *bank,
                     const struct vq_sg *segs, size_t n);
void vq_trace_unmap_sg(struct vq_board *board, const struct vq_caller *who, const struct vq_bank *bank,
                       const struct vq_sg *segs, size_t n);

/* The IOMMU reports that the DSP touched an address that the bank does not translate. */
void vq_trace_page_fault(struct vq_board *board, const struct vq_bank *bank, uint64_t iova, bool write);

/* The trace of a board, once vq_files_init was called (files.c). */
struct vq_trace *vq_trace_of(const struct vq_board *board);

/* comm.c: names of threads, the last known ones kept for those that are gone. */
struct vq_comms *vq_comms_new(void);
void vq_comms_free(struct vq_comms *comms);
/* Valid until the next call; "<...>" if nobody knows. */
const char *vq_comm_of(struct vq_comms *comms, int tid);

#endif
