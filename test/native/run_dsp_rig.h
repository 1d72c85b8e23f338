/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_RUN_DSP_RIG_H
#define QDA_TEST_RUN_DSP_RIG_H

#include "fake_qbench.h"
#include "run/dsp.h"

/* One point of a DSP family on a scripted driver and a played skel, with a sink that counts. */
struct dsp_rig {
    struct fake_dsp *fake;
    struct qda_rpc_file file;
    struct qda_run_ctx ctx;
    struct qda_point point;
    struct qda_point_result result;
    const struct qda_run_ops *ops;
    void *state;
    unsigned steps, declared, descriptors;
    char names[QDA_MAX_SERIES][16];
    uint64_t taken[QDA_MAX_SERIES], last[QDA_MAX_SERIES], sum[QDA_MAX_SERIES];
};

/* A point of `benchmark`: 64 KiB, 20 samples, 3 warm-ups, checks on. */
struct dsp_rig *dsp_rig_new(const char *benchmark);
/* start, all steps, stop; may be called again. */
void dsp_rig_run(struct dsp_rig *rig);
/* The same, stopped after `steps` steps. */
void dsp_rig_run_steps(struct dsp_rig *rig, unsigned steps);
/* Ends the session, checks that nothing stayed: handles, maps, descriptors. */
void dsp_rig_free(struct dsp_rig *rig);

#endif
