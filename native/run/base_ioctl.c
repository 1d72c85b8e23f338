/* SPDX-License-Identifier: MIT */
#include "run/buf.h"
#include "run/families.h"

#include <stdlib.h>
#include <string.h>

/* base.ioctl: the floor under everything else. Timed: one call of the driver table, DRM VERSION or QDA QUERY. */
struct state {
    struct qda_run run;
    int fd;
};

enum { VARIANT_VERSION = 0, VARIANT_QUERY = 1 };

static int sample_version(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    struct qda_sys *sys = st->run.sys;
    struct qda_drm_version version; /* on the stack: the virtual board's client takes heap memory the longer way */
    uint64_t begin = qda_now(sys);
    int err = qda_drm_version(sys, st->fd, &version);
    ns[0] = qda_now(sys) - begin;
    if (err < 0)
        return qda_run_error(&st->run, "DRM_IOCTL_VERSION", err);
    if (st->run.point.verify)
        qda_run_check(&st->run, strcmp(version.name, "qda") == 0, "VERSION names the driver '%s' in place of 'qda'",
                      version.name);
    return 0;
}

static int sample_query(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    struct qda_sys *sys = st->run.sys;
    const struct qda_node *node = st->run.ctx->node;
    char dsp[16];
    uint64_t begin = qda_now(sys);
    int err = node->driver->query(sys, st->fd, dsp);
    ns[0] = qda_now(sys) - begin;
    if (err < 0)
        return qda_run_error(&st->run, "QUERY", err);
    if (st->run.point.verify)
        qda_run_check(&st->run, strncmp(dsp, node->dsp, sizeof dsp) == 0,
                      "QUERY names the DSP '%.15s' in place of '%s'", dsp, node->dsp);
    return 0;
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[] = {"ioctl"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    st->fd = -1;
    if (point->variant > VARIANT_QUERY)
        return qda_run_skip(&st->run, "base.ioctl has the variants 0 (VERSION) and 1 (QUERY), not %u", point->variant);
    if (!qda_run_needs_gem(&st->run, "DRM's VERSION and QDA's QUERY"))
        return -1;
    qda_run_series(&st->run, 1, names);
    return qda_node_open(&st->run, &st->fd);
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    struct state *st = state;
    return qda_run_loop(&st->run, ctx, result, st->run.point.variant == VARIANT_QUERY ? sample_query : sample_version);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    struct state *st = state;
    (void)ctx;
    if (st)
        qda_fd_close(&st->run, &st->fd);
    free(st);
}

const struct qda_run_ops qda_base_ioctl = {.id = "base.ioctl", .start = start, .step = step, .stop = stop};
