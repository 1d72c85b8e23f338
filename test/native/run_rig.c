/* SPDX-License-Identifier: MIT */
#include "run_rig.h"

#include "check.h"

#include <stdlib.h>

#define MAX_STEPS 100000u

static void declare(void *arg, unsigned series, const char *name)
{
    struct rig *rig = arg;
    snprintf(rig->names[series], sizeof rig->names[series], "%s", name);
    rig->declared++;
}

static void append(void *arg, unsigned series, uint64_t ns)
{
    struct rig *rig = arg;
    rig->taken[series]++;
    rig->last[series] = ns;
    if (rig->sink_room != UINT64_MAX)
        rig->sink_room--;
}

static bool room(void *arg, size_t samples)
{
    const struct rig *rig = arg;
    return rig->sink_room >= samples;
}

struct rig *rig_new(const char *benchmark)
{
    static const char *const helper_args[] = {"--helper", NULL};
    struct rig *rig = calloc(1, sizeof *rig);
    rig->board = fake_board_new();
    rig->ops = qda_run_find(benchmark);
    rig->sink_room = UINT64_MAX;
    rig->ctx = (struct qda_run_ctx){.sys = &rig->board->base,
                                    .node = &rig->board->node,
                                    .self_exe = "/proc/self/exe",
                                    .helper_args = helper_args,
                                    .sink = {rig, declare, append, room},
                                    .slice_ns = 10000000};
    rig->point = (struct qda_point){.size = 65536, .samples = 20, .warmups = 3, .seed = 42, .verify = true};
    snprintf(rig->point.benchmark, sizeof rig->point.benchmark, "%s", benchmark);
    return rig;
}

void rig_start(struct rig *rig)
{
    rig->started = rig->ops->start(&rig->ctx, &rig->point, &rig->result, &rig->state);
}

int rig_step(struct rig *rig)
{
    if (!CHECK(++rig->steps < MAX_STEPS))
        return 0;
    return rig->ops->step(&rig->ctx, rig->state, &rig->result);
}

void rig_stop(struct rig *rig)
{
    rig->ops->stop(&rig->ctx, rig->state);
    rig->state = NULL;
}

void rig_run(struct rig *rig)
{
    rig_start(rig);
    while (rig->started == 0 && rig_step(rig) == 1)
        continue;
    rig_stop(rig);
}

static void count_one(void *arg, const struct qda_self_buffer *buffer)
{
    unsigned *count = arg;
    (void)buffer;
    ++*count;
}

unsigned rig_ledger(void)
{
    unsigned count = 0;
    qda_self_each(count_one, &count);
    return count;
}

void rig_free(struct rig *rig)
{
    CHECK_INT(rig->board->fds_open, 0);
    CHECK_INT(rig->board->objects, 0);
    CHECK_INT(rig->board->maps_open, 0);
    CHECK_INT(rig->board->children, 0);
    CHECK_INT(rig_ledger(), 0);
    fake_board_free(rig->board);
    free(rig);
}
