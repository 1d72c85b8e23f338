/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_DSP_WINDOW_H
#define QDA_AGENT_DSP_WINDOW_H

#include "agent/worker.h"
#include "probe/probe.h"

/*
 * The short trace around the setting up of a shared buffer, from which the DMA address in its zero-copy proof comes. It is open
 * between WORKER_TRACE and WORKER_TRACED only, so never during a timed call.
 */
#define DSP_WINDOW_BUFFERS 8u
#define DSP_WINDOW_REASON 120u

struct dsp_window {
    struct qda_sys *sys;
    struct qda_trace *trace; /* NULL: none runs */
    char reason[DSP_WINDOW_REASON]; /* why none could be had at the last try; "": it could */
    struct dsp_traced {
        uint64_t ino;
        uint64_t address; /* (SID << 32) + IOVA; 0: not seen, because ... */
        char reason[DSP_WINDOW_REASON];
    } seen[DSP_WINDOW_BUFFERS];
    size_t count;
};

void dsp_window_init(struct dsp_window *window, struct qda_sys *sys);
/* A new point: nothing was seen yet. */
void dsp_window_reset(struct dsp_window *window);
/* False: no trace could be had. */
bool dsp_window_open(struct dsp_window *window);
/* Looks for the DMA address of the buffer in what was traced, and ends the trace. Waits at most 100 ms for it. */
void dsp_window_close(struct dsp_window *window, const struct worker_traced *made);
/* The address of the buffer with that inode; 0: *reason says why there is none. */
uint64_t dsp_window_find(const struct dsp_window *window, uint64_t ino, const char **reason);

#endif
