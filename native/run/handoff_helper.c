/* SPDX-License-Identifier: MIT */
#include "run/handoff.h"
#include "run/pattern.h"
#include "run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/*
 * The other process of mem.handoff: imports each buffer that comes, reads it through the exporter's mapping, answers. A
 * buffer of the whole path is a new one each time and is never mapped: a driver that keeps what was once mapped would
 * keep every one of them. What goes through the DSP is never mapped here either: its maker does that.
 */
struct helper {
    struct qda_sys *sys;
    int accel;       /* -1: none is open */
    uint32_t handle; /* of what was taken; 0: nothing, or no handles here */
    int taken;       /* its descriptor; -1: none */
    struct qda_handoff_ask ask;
    struct qda_handoff_answer answer;
};

static int failed(struct helper *helper, const char *call, int err)
{
    helper->answer.error = err;
    snprintf(helper->answer.call, sizeof helper->answer.call, "%s", call);
    return err;
}

static int on_hello(struct helper *helper)
{
    helper->ask.node[sizeof helper->ask.node - 1] = '\0';
    if (helper->ask.node[0] == '\0')
        return 0;
    int fd = helper->sys->ops->open(helper->sys, helper->ask.node, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return failed(helper, "open", fd);
    helper->accel = fd;
    return 0;
}

/* Reads the nonce, stamps, and then looks at the rest if it is asked to. */
static int read_mapping(struct helper *helper, int dmabuf, const void *map)
{
    struct qda_handoff_answer *answer = &helper->answer;
    int err = qda_dmabuf_sync(helper->sys, dmabuf, QDA_SYNC_START | QDA_SYNC_READ);
    if (err < 0)
        return failed(helper, "DMA_BUF_IOCTL_SYNC", err);
    answer->nonce = *(const volatile uint64_t *)map;
    answer->read_ns = helper->sys->ops->now_ns(helper->sys);
    if (helper->ask.whole)
        answer->wrong =
            qda_pattern_compare(map, helper->ask.size, (struct qda_pattern){helper->ask.seed, helper->ask.k});
    err = qda_dmabuf_sync(helper->sys, dmabuf, QDA_SYNC_END | QDA_SYNC_READ);
    return err < 0 ? failed(helper, "DMA_BUF_IOCTL_SYNC", err) : 0;
}

static int read_buffer(struct helper *helper, int dmabuf)
{
    struct qda_sys *sys = helper->sys;
    int err = 0;
    void *map = sys->ops->mmap(sys, helper->ask.size, PROT_READ, MAP_SHARED, dmabuf, 0, &err);
    if (!map)
        return failed(helper, "mmap", err);
    err = read_mapping(helper, dmabuf, map);
    sys->ops->munmap(sys, map, helper->ask.size);
    return err;
}

static int on_buffer(struct helper *helper, int dmabuf)
{
    struct qda_sys *sys = helper->sys;
    struct qda_stat st = {0};
    uint32_t handle = 0;
    int err = qda_prime_import(sys, helper->accel, dmabuf, &handle);
    if (err < 0)
        return failed(helper, "PRIME_FD_TO_HANDLE", err);
    helper->answer.imported_ns = sys->ops->now_ns(sys);
    err = read_buffer(helper, dmabuf);
    int closed = qda_gem_close(sys, helper->accel, handle);
    if (err < 0)
        return err;
    if (closed < 0)
        return failed(helper, "GEM_CLOSE", closed);
    if ((err = sys->ops->fstat(sys, dmabuf, &st)) < 0)
        return failed(helper, "fstat", err);
    helper->answer.ino = st.ino;
    return 0;
}

static int check_import(struct helper *helper, uint32_t handle)
{
    struct qda_sys *sys = helper->sys;
    struct qda_stat st = {0};
    int again = -1;
    int err = qda_prime_export(sys, helper->accel, handle, O_CLOEXEC | O_RDWR, &again);
    if (err < 0)
        return failed(helper, "PRIME_HANDLE_TO_FD", err);
    err = sys->ops->fstat(sys, again, &st);
    sys->ops->close(sys, again);
    helper->answer.ino = st.ino;
    return err < 0 ? failed(helper, "fstat", err) : 0;
}

/* Between imported_ns and release_ns nothing counts; with released_ns this process holds nothing of the buffer. */
static int on_path(struct helper *helper, int *dmabuf)
{
    struct qda_sys *sys = helper->sys;
    struct qda_handoff_answer *answer = &helper->answer;
    uint32_t handle = 0;
    int err = qda_prime_import(sys, helper->accel, *dmabuf, &handle);
    answer->imported_ns = sys->ops->now_ns(sys);
    if (err < 0)
        return failed(helper, "PRIME_FD_TO_HANDLE", err);
    err = helper->ask.check ? check_import(helper, handle) : 0;
    answer->release_ns = sys->ops->now_ns(sys);
    int closed = qda_gem_close(sys, helper->accel, handle);
    sys->ops->close(sys, *dmabuf);
    answer->released_ns = sys->ops->now_ns(sys);
    *dmabuf = -1;
    if (err < 0)
        return err;
    return closed < 0 ? failed(helper, "GEM_CLOSE", closed) : 0;
}

static int look_at_taken(struct helper *helper, int dmabuf)
{
    struct qda_stat st = {0};
    if (helper->handle)
        return check_import(helper, helper->handle);
    int err = helper->sys->ops->fstat(helper->sys, dmabuf, &st);
    helper->answer.ino = st.ino;
    return err < 0 ? failed(helper, "fstat", err) : 0;
}

/* The descriptor of a buffer that is kept is not: it comes again. */
static int on_take(struct helper *helper, int *dmabuf)
{
    struct qda_sys *sys = helper->sys;
    int err = 0;
    if (helper->accel >= 0)
        err = qda_prime_import(sys, helper->accel, *dmabuf, &helper->handle);
    helper->answer.imported_ns = sys->ops->now_ns(sys);
    if (err < 0)
        return failed(helper, "PRIME_FD_TO_HANDLE", err);
    if (helper->ask.check)
        err = look_at_taken(helper, *dmabuf);
    helper->answer.checked_ns = sys->ops->now_ns(sys);
    if (helper->ask.what == QDA_HANDOFF_TAKE) {
        helper->taken = *dmabuf;
        *dmabuf = -1;
    }
    return err;
}

static int on_let_go(struct helper *helper)
{
    struct qda_sys *sys = helper->sys;
    struct qda_handoff_answer *answer = &helper->answer;
    int err = 0;
    answer->release_ns = sys->ops->now_ns(sys);
    if (helper->handle)
        err = qda_gem_close(sys, helper->accel, helper->handle);
    answer->detached_ns = sys->ops->now_ns(sys);
    if (helper->taken >= 0)
        sys->ops->close(sys, helper->taken);
    helper->handle = 0;
    helper->taken = -1;
    return err < 0 ? failed(helper, "GEM_CLOSE", err) : 0;
}

static void serve(struct helper *helper, int *dmabuf)
{
    enum qda_handoff_what what = helper->ask.what;
    if (what == QDA_HANDOFF_HELLO && helper->accel < 0)
        on_hello(helper);
    else if (what == QDA_HANDOFF_BUFFER && helper->accel >= 0 && *dmabuf >= 0)
        on_buffer(helper, *dmabuf);
    else if (what == QDA_HANDOFF_PATH && helper->accel >= 0 && *dmabuf >= 0)
        on_path(helper, dmabuf);
    else if ((what == QDA_HANDOFF_TAKE || what == QDA_HANDOFF_KEEP) && helper->taken < 0 && *dmabuf >= 0)
        on_take(helper, dmabuf);
    else if (what == QDA_HANDOFF_LET_GO)
        on_let_go(helper);
    else
        failed(helper, "ask", -EPROTO);
}

static ssize_t receive(struct helper *helper, int *dmabuf)
{
    ssize_t got;
    *dmabuf = -1;
    do
        got = helper->sys->ops->recv_fd(helper->sys, QDA_HANDOFF_SOCK, &helper->ask, sizeof helper->ask, dmabuf);
    while (got == -EINTR);
    helper->answer = (struct qda_handoff_answer){.received_ns = helper->sys->ops->now_ns(helper->sys)};
    return got;
}

int qda_run_helper(struct qda_sys *sys, const struct qda_node *node)
{
    struct helper helper = {.sys = sys, .accel = -1, .taken = -1};
    int dmabuf = -1;
    (void)node; /* the first packet names it */
    while (receive(&helper, &dmabuf) == (ssize_t)sizeof helper.ask) {
        helper.answer.seq = helper.ask.seq;
        serve(&helper, &dmabuf);
        if (dmabuf >= 0)
            sys->ops->close(sys, dmabuf);
        if (sys->ops->send_fd(sys, QDA_HANDOFF_SOCK, &helper.answer, sizeof helper.answer, -1) < 0)
            break;
    }
    if (helper.taken >= 0)
        sys->ops->close(sys, helper.taken);
    if (helper.accel >= 0)
        sys->ops->close(sys, helper.accel);
    return 0;
}
