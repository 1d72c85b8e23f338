/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "run/run.h"

/*
 * The agent as it is, with one benchmark that costs nothing: `tool.flood` gives samples as fast as the agent takes them.
 * With it `npm run bench:tool` measures the way of a sample from the agent's sink to the host's store, and the agent's memory
 * while it streams. What `native/run/runs.c` defines stands here instead.
 */
struct flood {
    uint64_t left;  /* samples */
    uint64_t state; /* of the numbers, which are as wide as real times are */
};

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    (void)result;
    struct flood *flood = calloc(1, sizeof(*flood));
    if (flood == NULL)
        return -ENOMEM;
    *flood = (struct flood){ .left = point->samples, .state = point->seed | 1 };
    ctx->sink.declare(ctx->sink.arg, 0, "flood");
    *state = flood;
    return 0;
}

#define AT_ONCE 4096u

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    struct flood *flood = state;
    uint64_t until = ctx->sys->ops->now_ns(ctx->sys) + ctx->slice_ns;
    do {
        if (!ctx->sink.room(ctx->sink.arg, AT_ONCE))
            return 1;
        for (unsigned i = 0; i < AT_ONCE && flood->left > 0; i++, flood->left--) {
            flood->state = flood->state * 6364136223846793005u + 1442695040888963407u;
            ctx->sink.append(ctx->sink.arg, 0, 10000 + (flood->state >> 50));
        }
    } while (flood->left > 0 && ctx->sys->ops->now_ns(ctx->sys) < until);
    result->verified = 0;
    return flood->left > 0;
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    (void)ctx;
    free(state);
}

static const struct qda_run_ops flood = { .id = "tool.flood", .start = start, .step = step, .stop = stop };
const struct qda_run_ops *const qda_runs[] = { &flood, NULL };

const struct qda_run_ops *qda_run_find(const char *id)
{
    return strcmp(id, flood.id) == 0 ? &flood : NULL;
}

uint64_t qda_clock_cost(struct qda_sys *sys, unsigned n)
{
    uint64_t begin = sys->ops->now_ns(sys);
    for (unsigned i = 0; i < n; i++)
        (void)sys->ops->now_ns(sys);
    return n > 0 ? (sys->ops->now_ns(sys) - begin) / n : 0;
}

int main(int argc, char **argv)
{
    return qda_agent_main(argc, argv);
}
