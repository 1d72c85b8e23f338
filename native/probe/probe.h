/* SPDX-License-Identifier: MIT */
#ifndef QDA_PROBE_H
#define QDA_PROBE_H

#include "sys/sys.h"

/*
 * Read-only facts of a board, one source a file. Everything is given through callbacks, so nothing here keeps a picture and
 * memory stays bounded whatever the size of the board's.
 *
 *   - Strings and arrays in a record live only during the callback; NULL where a comment allows it.
 *   - A reading that cannot be had is given all the same: absent, with a reason that names the file and the errno and, where
 *     there is one, the remedy. One failed source never ends a probe.
 *   - A callback returns 0 to go on. Anything else (the receiver is gone) ends the probe at once with that value.
 *   - A probe returns 0, or what the callback returned. It has no other failure.
 *   - Time-critical code is never interrupted by a probe: the agent calls them between steps of a run.
 */

/* ---- Single readings: environment and identity (qda_lab.proto: Reading) */
struct qda_reading {
    const char *key;    /* "cpu0.governor", "thermal0.temp", "kernel.cmdline", "mem.available", "load.1min" */
    const char *value;  /* NULL: absent, see reason */
    const char *unit;   /* "kHz", "m°C", "bytes", "" */
    const char *reason; /* why there is no value; "" with a value */
    const char *source; /* path that it was read from */
};
typedef int (*qda_reading_fn)(void *arg, const struct qda_reading *reading);

/*
 * What a run records before and after (CPU governor and frequency a cluster, thermal zones, free memory, load, kernel release
 * and command line, IOMMU mode, processes that hold an accel node, battery where there is one).
 */
int qda_probe_environment(struct qda_sys *sys, qda_reading_fn fn, void *arg);

/* ---- Identity of the board. A field that cannot be read is "" (page_size 0) and explained by a reading of the same name. */
#define QDA_MAX_HEAPS 16
struct qda_board {
    char serial[64];
    char model[128];
    char kernel[96];  /* uname -r */
    char machine[32]; /* uname -m */
    uint32_t page_size;
    size_t heap_count;
    char heaps[QDA_MAX_HEAPS][48]; /* names below /dev/dma_heap, sorted; more than fit are named in a reading */
};
/* `fn` gets what does not fit the struct: "serial" absent because ..., "model" absent because ..., "dsp.firmware" and the like. */
int qda_probe_identity(struct qda_sys *sys, struct qda_board *out, qda_reading_fn fn, void *arg);

/* ---- Preflight checks (qda_lab.proto: Check) */
enum qda_check_state { QDA_CHECK_OK = 0, QDA_CHECK_WARN, QDA_CHECK_FAIL, QDA_CHECK_UNKNOWN };
struct qda_check {
    const char *name; /* "node-access", "generation", "dma-heap", "udmabuf", "debugfs", "tracefs", "governor", "thermal", "other-users" */
    enum qda_check_state state;
    const char *read;   /* what was read, with its path */
    const char *why;    /* why it matters */
    const char *remedy; /* "" with QDA_CHECK_OK */
    bool fatal;         /* nothing can be measured while it fails; else it can be run anyway */
};
typedef int (*qda_check_fn)(void *arg, const struct qda_check *check);

/* An accel node as detection saw it (the agent copies it from driver/: a probe does not import that room). */
struct qda_probe_node {
    const char *path;       /* "/dev/accel/accel0" */
    const char *dsp;        /* "" where QUERY failed */
    const char *generation; /* "" where refused */
    const char *proof;      /* how proven, or why refused */
    int error;              /* 0 or -errno */
};
/* No node at all is a check too: state fail, with why /dev/accel is empty or unreadable and what to do. */
int qda_probe_checks(struct qda_sys *sys, const struct qda_probe_node *nodes, size_t count, qda_check_fn fn, void *arg);

/* ---- Memory picture (qda_lab.proto: MemoryRecord) */
enum qda_tier { QDA_TIER_NONE = 0, QDA_TIER_SELF, QDA_TIER_PROC, QDA_TIER_BUFINFO, QDA_TIER_DMA };

struct qda_tier_status {
    enum qda_tier tier;
    bool available;
    char reason[240];     /* why not: which file, which errno, what would help */
    char source[96];      /* path */
    uint64_t lost_events; /* dma: events that the kernel's ring buffer lost */
    uint64_t since_ns;    /* dma: the trace began (before it: unknown) */
};

enum qda_fact_kind { QDA_FACT_PROCESS = 1, QDA_FACT_NODE, QDA_FACT_BUFFER, QDA_FACT_HOLDER, QDA_FACT_MAP, QDA_FACT_ATTACHMENT };
struct qda_fact {
    enum qda_fact_kind kind;
    union {
        struct { /* proc */
            uint32_t pid;
            uint32_t uid;
            const char *comm;
            bool unreadable; /* its descriptors could not be read */
        } process;
        struct { /* proc: an open accel node */
            uint32_t pid;
            uint32_t fd;
            const char *path;
        } node;
        struct { /* proc (fdinfo) or bufinfo; once a buffer and tier */
            uint64_t ino;
            uint64_t size;
            const char *exporter;
            const char *name; /* "" : none set */
            uint64_t references; /* file references: `count` of fdinfo or bufinfo */
            bool has_references;
            enum qda_tier tier;
        } buffer;
        struct { /* proc: one descriptor */
            uint32_t pid;
            uint32_t fd;
            uint64_t ino;
        } holder;
        struct { /* proc: one mapping of a dma-buf */
            uint32_t pid;
            uint64_t ino;
            uint64_t start;
            uint64_t length; /* bytes */
        } map;
        struct { /* bufinfo: one attached device */
            uint64_t ino;
            const char *device; /* "qda-cb-cdsp-3" */
        } attachment;
    };
};
typedef int (*qda_fact_fn)(void *arg, const struct qda_fact *fact);

/* /proc/PID/{fd,fdinfo,maps,comm,status} of every process that can be read. Only processes that hold a dma-buf or an accel
 * node, or whose descriptors cannot be read, are given. *status is always filled. */
int qda_probe_proc(struct qda_sys *sys, qda_fact_fn fn, void *arg, struct qda_tier_status *status);
/* The same with options. NO_BUFFERS: no buffer facts; whoever has them from bufinfo saves the reading of one fdinfo a buffer,
 * which is the larger part of the cost. */
#define QDA_PROC_NO_BUFFERS 1u
int qda_probe_proc_with(struct qda_sys *sys, unsigned options, qda_fact_fn fn, void *arg, struct qda_tier_status *status);
/* debugfs dma_buf/bufinfo. */
int qda_probe_bufinfo(struct qda_sys *sys, qda_fact_fn fn, void *arg, struct qda_tier_status *status);
/* Can it be opened? Its text is made only when it is read, so this costs next to nothing. */
bool qda_probe_bufinfo_opens(struct qda_sys *sys);

/* ---- Trace events of the dma tier (qda_lab.proto: DmaEvent) */
enum qda_dma_kind { QDA_DMA_ALLOC = 0, QDA_DMA_FREE, QDA_DMA_MAP_SG, QDA_DMA_UNMAP_SG, QDA_DMA_FAULT, QDA_DMA_IOMMU_MAP, QDA_DMA_IOMMU_UNMAP };
#define QDA_MAX_SG 128 /* the kernel's own cap of an event's arrays */
struct qda_sg {
    uint64_t dma_addr; /* as the DMA layer gave it: IOVA */
    uint64_t length;   /* bytes */
    uint64_t phys;
    bool has_phys;
};
struct qda_dma_event {
    enum qda_dma_kind kind;
    uint64_t time_ns; /* trace clock; the reader asks for mono_raw */
    uint32_t pid;     /* common_pid: a thread id */
    uint32_t process; /* process of that thread as the kernel recorded it; 0: not known */
    const char *comm;
    const char *device; /* "" for iommu:map and unmap, which carry none */
    const struct qda_sg *entries;
    size_t entry_count;
    bool truncated;         /* more than QDA_MAX_SG */
    uint32_t total_entries; /* DMA segments in all */
};
typedef int (*qda_dma_event_fn)(void *arg, const struct qda_dma_event *event);

struct qda_trace;
/* Makes a tracefs instance of its own, enables the events and opens its pipe without blocking. NULL where it cannot be had;
 * *status is filled either way and nothing is left behind. Bounded memory: one line or page of the pipe at a time. */
struct qda_trace *qda_trace_open(struct qda_sys *sys, struct qda_tier_status *status);
/* The same with options. IOMMU_MAPS: iommu:map and unmap too. They carry no device, so those of every device of the board come
 * (on a phone thousands a second), and the kernel cannot filter them: dma events may then be lost. */
#define QDA_TRACE_IOMMU_MAPS 1u
struct qda_trace *qda_trace_open_with(struct qda_sys *sys, unsigned options, struct qda_tier_status *status);
/* For poll(2): readable when events wait. */
int qda_trace_fd(const struct qda_trace *trace);
/* Gives the events that wait now, at most some 4096 of them, never blocks. 0; what the callback returned; or -errno if the pipe
 * itself failed (-EPIPE: it was closed from the other side), after which only qda_trace_close makes sense. */
int qda_trace_read(struct qda_trace *trace, qda_dma_event_fn fn, void *arg);
/* As of now: events lost so far, and since when it runs. */
void qda_trace_status(const struct qda_trace *trace, struct qda_tier_status *status);
/* Disables the events, closes the pipe, removes the instance. NULL is fine. */
void qda_trace_close(struct qda_trace *trace);

#endif
