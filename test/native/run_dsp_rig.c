/* SPDX-License-Identifier: MIT */
#include "run_dsp_rig.h"

#include "check.h"

#include <stdlib.h>

#define MAX_STEPS 100000u
#define SHELL "/shell.elf"

static void declare(void *arg, unsigned series, const char *name)
{
    struct dsp_rig *rig = arg;
    snprintf(rig->names[series], sizeof rig->names[series], "%s", name);
    rig->declared++;
}

static void append(void *arg, unsigned series, uint64_t ns)
{
    struct dsp_rig *rig = arg;
    rig->taken[series]++;
    rig->last[series] = ns;
    rig->sum[series] += ns;
}

static bool room(void *arg, size_t samples)
{
    (void)arg, (void)samples;
    return true;
}

struct dsp_rig *dsp_rig_new(const char *benchmark)
{
    static uint8_t shell[6000];
    struct dsp_rig *rig = calloc(1, sizeof *rig);
    rig->descriptors = fake_dsp_descriptors();
    rig->fake = fake_dsp_new();
    fake_qbench_on(rig->fake);
    fake_dsp_elf(shell, sizeof shell);
    fake_dsp_put(rig->fake, SHELL, shell, sizeof shell);
    rig->file = (struct qda_rpc_file){QBENCH_FILE, "skel", 4};
    struct qda_dsp_setup setup = {
        .sys = &rig->fake->base, .node = &rig->fake->node, .shell_path = SHELL, .files = &rig->file, .file_count = 1};
    rig->ctx = (struct qda_run_ctx){.sys = &rig->fake->base,
                                    .dsp = qda_dsp_new(&setup),
                                    .node = &rig->fake->node,
                                    .sink = {rig, declare, append, room},
                                    .slice_ns = 10000000};
    rig->ops = qda_run_find(benchmark);
    rig->point = (struct qda_point){.size = 65536, .samples = 20, .warmups = 3, .seed = 42, .verify = true};
    snprintf(rig->point.benchmark, sizeof rig->point.benchmark, "%s", benchmark);
    return rig;
}

void dsp_rig_run_steps(struct dsp_rig *rig, unsigned steps)
{
    rig->declared = 0;
    memset(rig->taken, 0, sizeof rig->taken);
    memset(rig->sum, 0, sizeof rig->sum);
    int more = rig->ops->start(&rig->ctx, &rig->point, &rig->result, &rig->state) == 0;
    while (more == 1 && steps-- > 0)
        more = rig->ops->step(&rig->ctx, rig->state, &rig->result);
    rig->ops->stop(&rig->ctx, rig->state);
    rig->state = NULL;
    rig->point.index++;
}

void dsp_rig_run(struct dsp_rig *rig)
{
    dsp_rig_run_steps(rig, MAX_STEPS);
}

void dsp_rig_free(struct dsp_rig *rig)
{
    CHECK_INT(rig->fake->maps_now, 0);
    for (unsigned i = 0; i < FAKE_DSP_HANDLES; i++)
        CHECK_INT(rig->fake->handles[i], 0);
    qda_dsp_free(rig->ctx.dsp);
    CHECK_INT(rig->fake->closes, rig->fake->opens);
    fake_dsp_free(rig->fake);
    CHECK_INT(fake_dsp_descriptors(), rig->descriptors);
    free(rig);
}
