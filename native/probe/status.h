/* SPDX-License-Identifier: MIT */
#ifndef QDA_PROBE_STATUS_H
#define QDA_PROBE_STATUS_H

#include "probe/text.h"

/* A tier that is not available yet, with its source. */
static inline void probe_status_begin(struct qda_tier_status *status, enum qda_tier tier, const char *source)
{
    *status = (struct qda_tier_status){ .tier = tier };
    probe_copy(status->source, sizeof(status->source), source);
}

/* What would make a file below debugfs readable that gave `err`. */
const char *probe_debugfs_advice(struct qda_sys *sys, int err);
/* The same of tracefs. */
const char *probe_tracefs_advice(struct qda_sys *sys, int err);

#endif
