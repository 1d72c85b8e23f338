/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_WORKER_SAY_H
#define QDA_AGENT_WORKER_SAY_H

#include "agent/worker.h"
#include "run/dsp_watch.h"

/*
 * What the worker says to the agent. Sending blocks while the agent does not read: that is its back-pressure. Where the agent is
 * gone, the process ends.
 */
void worker_say(enum worker_kind kind, const void *body, size_t len);
void worker_say_done(const struct qda_point_result *result);
/* Waits for the answer to WORKER_TRACE or WORKER_TRACED. A cancel that comes first is remembered: worker_was_cancelled(). */
bool worker_await_go(void);
/* Was the point that runs cancelled? Looks at what the agent said, never waits. */
bool worker_is_cancelled(void);
void worker_forget_cancel(void);
/* The next packet that is not an answer, waiting for it: its kind, and the body in *out; 0: the agent wants the worker to end. */
uint32_t worker_listen(void *out, size_t cap);

/* The sink of the point: batches of WORKER_MAX_SAMPLES. */
struct qda_sink worker_sink(void);
/* Sends what is gathered; `now_and_then`: only if the last time is a while ago. */
void worker_sink_flush(struct qda_sys *sys, bool now_and_then);

/* What the watching thread and the session tell (run/dsp_watch.h, run/dsp.h). */
struct qda_dsp_watcher worker_watcher(void);
struct qda_dsp_setup;
void worker_tell_into(struct qda_dsp_setup *setup);

#endif
