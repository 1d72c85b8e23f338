/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "agent/clock.h"
#include "agent/plan.h"
#include "rpcmsg/scalars.h"
#include "wire/text.h"

/* Why a point came to nothing whose worker is gone. */

/* sigabbrev_np() is not in every libc. */
static const struct {
    int number;
    const char *name;
} signals[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},   {SIGILL, "SIGILL"},   {SIGFPE, "SIGFPE"},   {SIGABRT, "SIGABRT"},
               {SIGKILL, "SIGKILL"}, {SIGTRAP, "SIGTRAP"}, {SIGSYS, "SIGSYS"},   {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"},
               {SIGTERM, "SIGTERM"}, {SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"}, {SIGHUP, "SIGHUP"},   {SIGQUIT, "SIGQUIT"}};

static void name_signal(int number, char *out, size_t cap)
{
    snprintf(out, cap, "signal %d", number);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        if (signals[i].number == number)
            snprintf(out, cap, "%s", signals[i].name);
    }
}

/* "INVOKE (handle 21, method 2)"; where no call is known, its listener is what waits. */
static void name_call(const struct worker_call *call, char *out, size_t cap)
{
    if (!call)
        snprintf(out, cap, "the start of the DSP session");
    else if (strcmp(call->name, "INVOKE") == 0)
        snprintf(out, cap, "INVOKE (handle 0x%" PRIx32 ", method %u)", call->handle, QDA_SCALARS_METHOD(call->sc));
    else
        snprintf(out, cap, "%s", call->name);
}

/* " The DSP may still own ..." */
static void name_held(const struct dsp_facts *facts, uint32_t pid, char *out, size_t cap)
{
    uint64_t bytes;
    size_t count = dsp_facts_held(facts, pid, &bytes);
    if (count > 0)
        snprintf(out, cap, " The DSP may still own %zu mapped buffers (%" PRIu64 " KiB) and what it was given.", count, bytes / 1024);
    else
        snprintf(out, cap, " The DSP may still own what the call was given; nothing was mapped.");
}

struct words {
    const struct worker_call *call;
    char name[40];
    char held[112];
};

static void say_hung(struct plan *plan, const struct words *words)
{
    struct qda_point_result *result = &plan->result;
    uint64_t waited = (clock_now_ns() - plan->dsp.heard_ns) / SECOND_NS;
    result->error = -ETIMEDOUT;
    snprintf(result->reason, sizeof(result->reason), "%s hung: nothing came for %" PRIu64 " s, so its process was ended.%s", words->name,
             waited, words->held);
}

static void say_node_gone(struct plan *plan, const struct words *words)
{
    struct qda_point_result *result = &plan->result;
    result->error = -ENODEV;
    result->node_gone = true;
    snprintf(result->reason, sizeof(result->reason),
             "The node went while %s waited for the DSP: most likely a DSP restart. Its process was ended; run again when it is back.",
             words->name);
}

static void say_cancelled(struct plan *plan, const struct words *words)
{
    struct qda_point_result *result = &plan->result;
    result->status = QDA_ST_CANCELLED;
    snprintf(result->reason, sizeof(result->reason), "Cancelled while %s waited for the DSP; its process was ended.%s", words->name,
             words->held);
}

static void say_died(struct plan *plan, int status)
{
    struct qda_point_result *result = &plan->result;
    char how[64] = "for a reason that could not be had";
    result->error = -EPIPE;
    if (status >= 0 && WIFSIGNALED(status)) {
        char name[16];
        name_signal(WTERMSIG(status), name, sizeof(name));
        snprintf(how, sizeof(how), "with %s%s", name, WTERMSIG(status) == SIGKILL ? " (out of memory?)" : "");
    } else if (status >= 0) {
        snprintf(how, sizeof(how), "with exit code %d", WEXITSTATUS(status));
    }
    snprintf(result->reason, sizeof(result->reason),
             "The process that calls the DSP died %s. The next point that needs the DSP gets a new one; the agent's own output may say more.",
             how);
}

void plan_dsp_obituary(struct plan *plan, uint32_t pid, int status)
{
    struct qda_point_result *result = &plan->result;
    struct words words = {.call = dsp_facts_longest(&plan->dsp.facts, pid)};
    name_call(words.call, words.name, sizeof(words.name));
    name_held(&plan->dsp.facts, pid, words.held, sizeof(words.held));
    result->status = QDA_ST_ERROR;
    qda_text_copy(result->call, sizeof(result->call), words.call ? words.call->name : "");
    switch (plan->dsp.worker.killed ? plan->dsp.death : DSP_DIED) {
    case DSP_HUNG: say_hung(plan, &words); break;
    case DSP_NODE_GONE: say_node_gone(plan, &words); break;
    case DSP_CANCELLED: say_cancelled(plan, &words); break;
    case DSP_DIED: say_died(plan, status); break;
    }
}
