/* SPDX-License-Identifier: MIT */
#ifndef QDA_PROBE_TRACE_INSTANCE_H
#define QDA_PROBE_TRACE_INSTANCE_H

#include "probe/probe.h"
#include "probe/text.h"

#define PROBE_TRACEFS "/sys/kernel/tracing"
#define PROBE_TRACEFS_OLD "/sys/kernel/debug/tracing"

/* A tracefs instance of this process: "<tracefs>/instances/qda-lab-<pid>". */
struct probe_instance {
    char dir[96];
    char pipe[112];
    char gaps[200]; /* what of it could not be had; "" if all could */
};

/*
 * Makes the instance, sets its clock to the board's (mono_raw), enables the events. Instances of agents that are gone are
 * removed first. 0 or -errno with status->reason filled; nothing is left behind then.
 */
int probe_instance_open(struct probe_instance *instance, struct qda_sys *sys, unsigned options,
                        struct qda_tier_status *status);
/* Removes it, events and all. Its pipe must be closed before. */
void probe_instance_close(struct probe_instance *instance, struct qda_sys *sys);

#endif
