/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_DSP_WATCH_H
#define QDA_RUN_DSP_WATCH_H

#include "driver/driver.h"

/*
 * The bookkeeping of a process that calls a DSP: which calls last, and what is mapped in the DSP's address space. It sits in front
 * of the driver's table, so that whatever goes through the driver is in it, and costs a call some ten nanoseconds: no
 * clock is read and nothing is said there. A thread looks every 100 ms and says what changed: also while all others wait in calls.
 *
 * One a process. The waiting of a listener thread (handles 3 and 7) is no call that lasts.
 */
struct qda_dsp_call {
    const char *name; /* "INVOKE", "SESSION_CREATE", "REMOTE_MAP", "REMOTE_MUNMAP" */
    uint32_t tid;
    uint32_t handle; /* all but INVOKE: 1, that of the kernel's own messages */
    uint32_t sc;
    uint64_t since_ns; /* when it was first seen to last; 0: it ended */
};
struct qda_dsp_range {
    char kind[16]; /* "buffer", "heap" */
    uint64_t address;
    uint64_t size;
    uint64_t ino; /* 0: not known */
    uint64_t since_ns;
};

/* Called from the watching thread and from qda_dsp_watch_tell, one at a time. */
struct qda_dsp_watcher {
    void *arg;
    void (*call)(void *arg, const struct qda_dsp_call *call);
    void (*mapped)(void *arg, const struct qda_dsp_range *range);
    void (*unmapped)(void *arg, uint64_t address);
    void (*tick)(void *arg); /* each 100 ms; may be NULL */
};

/* Begins to watch. The table does what `real` does and keeps book of it. NULL with *err = -errno. */
const struct qda_driver *qda_dsp_watch_start(struct qda_sys *sys, const struct qda_driver *real,
                                             const struct qda_dsp_watcher *watcher, int *err);
void qda_dsp_watch_stop(void);
/* Says now what changed. */
void qda_dsp_watch_tell(void);

/* What the driver's table does not show: a heap that grew, or the inode of what was mapped. */
void qda_dsp_watch_mapped(const char *kind, uint64_t address, uint64_t size, uint64_t ino);
void qda_dsp_watch_unmapped(uint64_t address);
/* The session went, and with it all that was mapped: nothing of it is said one by one. */
void qda_dsp_watch_forget(void);

#endif
