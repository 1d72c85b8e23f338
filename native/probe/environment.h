/* SPDX-License-Identifier: MIT */
#ifndef QDA_PROBE_ENVIRONMENT_H
#define QDA_PROBE_ENVIRONMENT_H

#include "probe/text.h"

/* Sources of readings, one a file; each returns 0 or what the callback returned. */
int probe_cpufreq(const struct probe_sink *sink);  /* cpuN.governor, .freq, .freq_min, .freq_max */
int probe_thermal(const struct probe_sink *sink);  /* thermalN.type, .temp */
int probe_power(const struct probe_sink *sink);    /* power.NAME.status, .online, .capacity */
int probe_iommu(const struct probe_sink *sink);    /* iommu.units, iommu.groups, iommu.DEVICE of context banks */
int probe_holders(const struct probe_sink *sink);  /* accel.holders: other processes that hold an accel node */

#define PROBE_CPUFREQ "/sys/devices/system/cpu/cpufreq"
#define PROBE_THERMAL "/sys/class/thermal"
#define PROBE_HEAPS "/dev/dma_heap"

/* Other processes with an open accel node, as text: "pid 412 camera (accel0)", several joined by ", ". */
struct probe_holder_list {
    char text[512];
    uint32_t count;      /* processes */
    uint32_t unreadable; /* processes that could not be looked at */
};
void probe_other_holders(struct qda_sys *sys, struct probe_holder_list *out);

#endif
