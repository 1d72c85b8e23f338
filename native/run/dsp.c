/* SPDX-License-Identifier: MIT */
#include "run/dsp.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/dsp_impl.h"

/*
 * Of the 32-bit space of a DSP process about 2 GiB can be mapped: qualcomm/fastrpc issue 137 (a cDSP: mapping fails near 2 GiB,
 * also with unmapping in between).
 */
#define ADDRESS_SPACE (UINT64_C(2) << 30)

struct qda_dsp *qda_dsp_new(const struct qda_dsp_setup *setup)
{
    struct qda_dsp *dsp = calloc(1, sizeof *dsp);
    if (dsp)
        dsp->setup = *setup;
    return dsp;
}

void qda_dsp_free(struct qda_dsp *dsp)
{
    if (!dsp)
        return;
    qda_dsp_end(dsp);
    if (dsp->has_shell)
        qda_shell_free(&dsp->shell);
    free(dsp);
}

const struct qda_dsp_setup *qda_dsp_setup_of(const struct qda_dsp *dsp)
{
    return &dsp->setup;
}

static void tell_session(struct qda_dsp *dsp)
{
    const struct qda_dsp_tell *tell = &dsp->setup.tell;
    if (tell->session)
        tell->session(tell->arg, &dsp->fact);
}

void qda_dsp_tell_changes(struct qda_dsp *dsp)
{
    if (!dsp->rpc || dsp->fact.reverse_calls == qda_rpc_reverse_calls(dsp->rpc))
        return;
    dsp->fact.reverse_calls = qda_rpc_reverse_calls(dsp->rpc);
    tell_session(dsp);
}

void qda_dsp_end(struct qda_dsp *dsp)
{
    if (!dsp->rpc)
        return;
    qda_rpc_close(dsp->rpc, NULL);
    dsp->rpc = NULL;
    dsp->skel = 0;
    dsp->dead = false;
    dsp->fact.alive = false;
    tell_session(dsp);
}

/* ---- beginning */
int qda_dsp_prepare(struct qda_run *run, bool unsigned_pd, struct qda_shell *out)
{
    char why[400];
    const struct qda_dsp_setup *setup = &run->ctx->dsp->setup;
    int err = qda_rpc_folder_check(setup->sys, setup->folder, why);
    if (err == 0)
        err = qda_shell_load(setup->sys, setup->node->dsp, unsigned_pd, setup->shell_path, out, why);
    return err < 0 ? qda_run_skip(run, "%s", why) : 0;
}

static bool prepare(struct qda_run *run, struct qda_dsp *dsp)
{
    dsp->has_shell = dsp->has_shell || qda_dsp_prepare(run, !dsp->setup.signed_pd, &dsp->shell) == 0;
    return dsp->has_shell;
}

static void take_facts(struct qda_dsp *dsp)
{
    const struct qda_driver *driver = dsp->setup.node->driver;
    dsp->fact = (struct qda_dsp_fact){
        .alive = true,
        .unsigned_pd = !dsp->setup.signed_pd,
        .shell = dsp->shell.path,
        .shell_bytes = dsp->shell.len,
        .process_memory = driver->process_memory,
        .address_space = ADDRESS_SPACE,
        .reverse_calls = qda_rpc_reverse_calls(dsp->rpc),
        .since_ns = qda_now(dsp->setup.sys),
    };
    memcpy(dsp->fact.shell_sha256, dsp->shell.sha256, sizeof dsp->fact.shell_sha256);
}

/* ENOTCONN: the node is there, but no DSP answers behind it. */
static void could_not_open(struct qda_run *run, int result, const char *why)
{
    if (result == -ENOTCONN)
        qda_run_skip(run, "%s", why);
    else
        qda_run_error_because(run, "SESSION_CREATE", result, "%s", why);
}

static bool open_session(struct qda_run *run, struct qda_dsp *dsp)
{
    char why[400];
    struct qda_rpc_options options = {
        .node = dsp->setup.node,
        .shell = &dsp->shell,
        .unsigned_pd = !dsp->setup.signed_pd,
        .files = dsp->setup.files,
        .file_count = dsp->setup.file_count,
        .folder = dsp->setup.folder,
        .hooks = dsp->setup.hooks,
    };
    int result = qda_rpc_open(dsp->setup.sys, &options, &dsp->rpc, why);
    if (result != 0) {
        dsp->rpc = NULL;
        could_not_open(run, result, why);
        return false;
    }
    run->result->left_behind += qda_rpc_leaves(dsp->setup.node->driver);
    dsp->repeat = run->point.repeat;
    dsp->skel = 0;
    dsp->dead = false;
    take_facts(dsp);
    tell_session(dsp);
    return true;
}

/* Is the session another one's: of another repeat, or broken by a point before? Within a point it is never taken away. */
static bool is_stale(const struct qda_dsp *dsp, const struct qda_run *run)
{
    return dsp->point != run->point.index + UINT64_C(1) && (dsp->dead || dsp->repeat != run->point.repeat);
}

struct qda_rpc *qda_dsp_session(struct qda_run *run)
{
    struct qda_dsp *dsp = run->ctx->dsp;
    assert(dsp); /* a family that asks says needs_dsp */
    if (dsp->rpc && is_stale(dsp, run))
        qda_dsp_end(dsp);
    dsp->point = run->point.index + UINT64_C(1);
    if (!dsp->rpc && (!prepare(run, dsp) || !open_session(run, dsp)))
        return NULL;
    return dsp->rpc;
}

/* ---- our skel in it */
static bool is_ours(struct qda_run *run, struct qda_dsp *dsp)
{
    struct qbench_info info = {0};
    struct qda_rpc_arg out = {.ptr = &info, .len = sizeof info};
    const char *ours = dsp->setup.build_id;
    if (!qda_dsp_ok(run, "qbench info", qda_rpc_invoke(dsp->rpc, dsp->skel, QDA_SCALARS_BUILD(0, QBENCH_INFO, 0, 1, 0, 0), &out)))
        return false;
    info.build_id[sizeof info.build_id - 1] = '\0';
    if (info.version == QBENCH_VERSION && (!ours || strcmp(info.build_id, ours) == 0))
        return true;
    qda_run_error_because(run, "qbench info", -ESTALE,
                          "the DSP runs another build of " QBENCH_FILE " (version %u, build %.16s) than the agent's %.16s: is there a "
                          "file of that name in the DSP's own folders? Remove it",
                          info.version, info.build_id, ours ? ours : "");
    dsp->dead = true;
    return false;
}

struct qda_rpc *qda_dsp_skel(struct qda_run *run, uint32_t *handle)
{
    char uri[160], why[400];
    struct qda_dsp *dsp = run->ctx->dsp;
    struct qda_rpc *rpc = qda_dsp_session(run);
    if (!rpc)
        return NULL;
    if (dsp->skel == 0) {
        snprintf(uri, sizeof uri, QBENCH_URI "%s", dsp->setup.node->dsp);
        int result = qda_rpc_load(rpc, uri, &dsp->skel, why);
        if (result != 0) {
            dsp->skel = 0;
            dsp->dead = true;
            qda_run_error_because(run, "remotectl open", result, "%s", why);
            return NULL;
        }
        if (!is_ours(run, dsp)) {
            dsp->skel = 0;
            return NULL;
        }
    }
    *handle = dsp->skel;
    return rpc;
}

bool qda_dsp_ok(struct qda_run *run, const char *call, int result)
{
    char words[200];
    if (result == 0)
        return true;
    qda_rpc_words(result, words, sizeof words);
    qda_run_error_because(run, call, result, "%s failed with %s", call, words);
    run->ctx->dsp->dead = true; /* whatever it was, the next point begins with a session of its own */
    return false;
}

/* ---- figures that are no times */
void qda_run_counter(struct qda_run *run, const char *name, const char *unit, uint64_t value)
{
    struct qda_point_result *result = run->result;
    unsigned at = 0;
    while (at < result->counter_count && strcmp(result->counters[at].name, name) != 0)
        at++;
    assert(at < QDA_MAX_COUNTERS);
    result->counters[at] = (struct qda_counter){.name = name, .unit = unit, .value = value};
    if (at == result->counter_count)
        result->counter_count++;
}

bool qda_dsp_counts(const struct qda_run *run)
{
    return run->sys->simulated;
}
