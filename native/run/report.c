/* SPDX-License-Identifier: MIT */
#include "run/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAME(e) {e, #e}
static const struct {
    int err;
    const char *name;
} errno_names[] = {
    NAME(EPERM),  NAME(ENOENT), NAME(EINTR),    NAME(EIO),     NAME(EBADF),  NAME(EAGAIN),    NAME(ENOMEM),
    NAME(EACCES), NAME(EFAULT), NAME(EBUSY),    NAME(EEXIST),  NAME(ENODEV), NAME(EINVAL),    NAME(ENFILE),
    NAME(EMFILE), NAME(ENOTTY), NAME(ENOSPC),   NAME(EPIPE),   NAME(ENOSYS), NAME(EOVERFLOW), NAME(EPROTO),
    NAME(EDQUOT), NAME(ECONNRESET), NAME(ENOTCONN), NAME(ETIMEDOUT), NAME(EOPNOTSUPP), NAME(ECHILD), NAME(ENXIO),
};

const char *qda_errno_name(int err)
{
    static char other[24];
    for (size_t i = 0; i < sizeof errno_names / sizeof *errno_names; i++) {
        if (errno_names[i].err == -err)
            return errno_names[i].name;
    }
    snprintf(other, sizeof other, "errno %d", -err);
    return other;
}

/* What an errno means where the driver gave it, and what to do. `call` NULL: from any call; the first fit counts. */
static const struct {
    const char *call;
    int err;
    const char *what;
} meanings[] = {
    {"GEM_CREATE", ENOMEM, "no context bank is free or no memory can be had; close other users of the DSP or take a smaller size"},
    {"PRIME_FD_TO_HANDLE", ENODEV, "no context bank is free (the node itself answers); close other users of the DSP, then run again"},
    {"PRIME_FD_TO_HANDLE", ENOSYS, "the exporter lets no other device attach; take another source"},
    {"DMA_HEAP_IOCTL_ALLOC", ENOMEM, "the heap is too small or too fragmented for this size; take a smaller size or reboot"},
    {"UDMABUF_CREATE", EINVAL, "the size is over the limit of the udmabuf module; raise its size_limit_mb or take a smaller size"},
    {NULL, ENODEV, "the node was gone for a moment, most likely a DSP restart; run again"},
    {NULL, ENOMEM, "memory is short; take a smaller size or free some"},
    {NULL, EMFILE, "this process is out of descriptors; raise its limit (ulimit -n)"},
    {NULL, ENFILE, "the board is out of descriptors; close other programs"},
    {NULL, EACCES, "this user may not; run the agent as root or give it access to the node"},
    {NULL, EPERM, "this user may not; run the agent as root or give it access to the node"},
};

static const char *meaning(const struct qda_run *run, const char *call, int err)
{
    if (run->result->node_gone)
        return "the node is gone, most likely a DSP restart; run again when it is back";
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        bool fits = !meanings[i].call || strcmp(meanings[i].call, call) == 0;
        if (fits && meanings[i].err == -err)
            return meanings[i].what;
    }
    return "the driver refuses what it should accept; keep the kernel log with this run";
}

/* Opening and QUERY need neither memory nor a context bank: they fail only where there is no node. */
static bool node_answers(const struct qda_run *run)
{
    const struct qda_node *node = run->ctx->node;
    char dsp[16];
    int fd = run->sys->ops->open(run->sys, node->path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return fd != -ENODEV && fd != -ENOENT && fd != -ENXIO;
    int err = node->driver->query(run->sys, fd, dsp);
    run->sys->ops->close(run->sys, fd);
    return err != -ENODEV;
}

static void set_error(struct qda_run *run, const char *call, int err)
{
    run->result->status = QDA_ST_ERROR;
    run->result->error = err;
    run->result->node_gone = err == -ENODEV && !node_answers(run);
    snprintf(run->result->call, sizeof run->result->call, "%s", call);
}

int qda_run_error(struct qda_run *run, const char *call, int err)
{
    set_error(run, call, err);
    snprintf(run->result->reason, sizeof run->result->reason, "%s failed with %s: %s", call, qda_errno_name(err),
             meaning(run, call, err));
    return err;
}

static void say(struct qda_run *run, const char *format, va_list args)
{
    vsnprintf(run->result->reason, sizeof run->result->reason, format, args);
}

int qda_run_error_because(struct qda_run *run, const char *call, int err, const char *why, ...)
{
    va_list args;
    set_error(run, call, err);
    va_start(args, why);
    say(run, why, args);
    va_end(args);
    return err;
}

int qda_run_skip(struct qda_run *run, const char *why, ...)
{
    va_list args;
    run->result->status = QDA_ST_SKIP;
    va_start(args, why);
    say(run, why, args);
    va_end(args);
    return -ENOTSUP;
}

void qda_run_note(struct qda_run *run, const char *what, ...)
{
    va_list args;
    if (run->result->reason[0])
        return;
    va_start(args, what);
    say(run, what, args);
    va_end(args);
}

bool qda_run_check(struct qda_run *run, bool held, const char *what, ...)
{
    va_list args;
    run->result->verified++;
    if (held)
        return true;
    if (run->result->mismatches++ == 0) {
        run->result->status = QDA_ST_FAIL;
        va_start(args, what);
        say(run, what, args);
        va_end(args);
    }
    return false;
}
