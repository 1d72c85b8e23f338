/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "run_dsp_rig.h"

#include "run/handoff.h"
#include "uapi/dma_buf.h"
#include "uapi/drm_core.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * mem.handoff through the DSP on a scripted driver: what it makes of failures of each call, of a helper that goes, and of words and
 * buffers that do not fit. The helper process is a thread that runs the real qda_run_helper; its file of the node is one of its
 * own, with the one handle IMPORT.
 */
#define HELPER_PID 4711
#define IMPORT 900u
#define OFFSET_STEP (UINT64_C(1) << 32) /* the fake's mmap offset of handle n: n steps */

enum call { NONE, CREATE, EXPORT, OFFSET, MMAP, SYNC, MAP, UNMAP, CLOSE_HANDLE, SPAWN, HELPER_IMPORT, HELPER_DETACH, CALLS };

static struct script {
    struct dsp_rig *rig;
    struct qda_sys_ops ops, real;
    int (*create)(struct qda_sys *sys, int fd, uint64_t size, uint32_t *handle);
    int (*map)(struct qda_sys *sys, int fd, struct qda_map_args *args);
    int (*unmap)(struct qda_sys *sys, int fd, const struct qda_unmap_args *args);
    int (*method)(struct fake_dsp *dsp, uint32_t handle, uint32_t sc, const struct qda_rpc_arg *args);
    /* What fails: the at-th call of this kind (from 1). */
    enum call fails;
    unsigned at, made[CALLS];
    unsigned dies_at;     /* the helper ends instead of its at-th answer (from 1); 0: never */
    bool other_import;    /* what the helper imports is another buffer */
    bool other_words;     /* the DSP reads others, from its second call on */
    unsigned touches;
    /* The helper. */
    pthread_t thread;
    int sock, imported;   /* its end; dup of what it imported; -1: none */
    unsigned answers;
    bool lives;
} script;
static _Thread_local bool is_helper;

static bool failing(enum call call)
{
    script.made[call]++;
    return script.fails == call && script.made[call] == script.at;
}

/* ---- the driver */
static int on_create(struct qda_sys *sys, int fd, uint64_t size, uint32_t *handle)
{
    return failing(CREATE) ? -ENOMEM : script.create(sys, fd, size, handle);
}

static int on_offset(struct qda_sys *sys, int fd, uint32_t handle, uint64_t *offset)
{
    (void)sys, (void)fd;
    *offset = handle * OFFSET_STEP;
    return failing(OFFSET) ? -EINVAL : 0;
}

static int on_map(struct qda_sys *sys, int fd, struct qda_map_args *args)
{
    return failing(MAP) ? (int)(QDA_AEE_REMOTE + QDA_AEE_ENOMEMORY) : script.map(sys, fd, args);
}

static int on_unmap(struct qda_sys *sys, int fd, const struct qda_unmap_args *args)
{
    return failing(UNMAP) ? -EINVAL : script.unmap(sys, fd, args);
}

static int on_dmabuf_alloc(struct qda_sys *sys, int fd, uint64_t size, int *dmabuf)
{
    (void)sys, (void)fd;
    if (failing(CREATE))
        return -ENOMEM;
    *dmabuf = memfd_create("way", MFD_CLOEXEC);
    return *dmabuf < 0 || ftruncate(*dmabuf, (off_t)size) < 0 ? -errno : 0;
}

static int on_method(struct fake_dsp *dsp, uint32_t handle, uint32_t sc, const struct qda_rpc_arg *args)
{
    int result = script.method(dsp, handle, sc, args);
    if (QDA_SCALARS_METHOD(sc) == QBENCH_TOUCH_IN && script.touches++ > 0 && script.other_words)
        ((struct qbench_result *)args[1].ptr)->value ^= 1;
    return result;
}

/* ---- the seam */
static void *on_mmap(struct qda_sys *sys, size_t len, int prot, int flags, int fd, uint64_t offset, int *err)
{
    *err = -ENOMEM;
    if (failing(MMAP))
        return NULL;
    if (offset >= OFFSET_STEP)
        fd = script.rig->fake->handles[offset / OFFSET_STEP] - 1;
    return script.real.mmap(sys, len, prot, flags, fd, offset % OFFSET_STEP, err);
}

static int close_import(void)
{
    if (failing(HELPER_DETACH))
        return -EINVAL;
    close(script.imported);
    script.imported = -1;
    return 0;
}

static int import(struct qda_drm_prime_handle *prime)
{
    if (failing(HELPER_IMPORT))
        return -ENODEV;
    if (script.imported < 0) /* a buffer that it has is known */
        script.imported = script.other_import ? memfd_create("other", MFD_CLOEXEC) : fcntl(prime->fd, F_DUPFD_CLOEXEC, 3);
    prime->handle = IMPORT;
    return 0;
}

static int helper_ioctl(unsigned long request, void *arg)
{
    struct qda_drm_prime_handle *prime = arg;
    if (request == QDA_DRM_IOCTL_PRIME_FD_TO_HANDLE)
        return import(prime);
    if (request == QDA_DRM_IOCTL_GEM_CLOSE)
        return close_import();
    if (request == QDA_DRM_IOCTL_PRIME_HANDLE_TO_FD)
        return prime->fd = fcntl(script.imported, F_DUPFD_CLOEXEC, 3), 0;
    return -ENOTTY;
}

static int on_ioctl(struct qda_sys *sys, int fd, unsigned long request, void *arg)
{
    if (is_helper)
        return helper_ioctl(request, arg);
    if ((request == QDA_DRM_IOCTL_PRIME_HANDLE_TO_FD && failing(EXPORT)) || (request == QDA_DMA_BUF_IOCTL_SYNC && failing(SYNC)) ||
        (request == QDA_DRM_IOCTL_GEM_CLOSE && failing(CLOSE_HANDLE)))
        return -EINVAL;
    return script.real.ioctl(sys, fd, request, arg);
}

static int on_open(struct qda_sys *sys, const char *path, int flags)
{
    return is_helper ? open("/dev/null", O_RDWR | O_CLOEXEC) : script.real.open(sys, path, flags);
}

/* ---- the helper */
static int on_send_fd(struct qda_sys *sys, int sock, const void *buf, size_t len, int fd)
{
    if (is_helper && ++script.answers == script.dies_at)
        return -EPIPE;
    return script.real.send_fd(sys, is_helper ? script.sock : sock, buf, len, fd);
}

static ssize_t on_recv_fd(struct qda_sys *sys, int sock, void *buf, size_t len, int *fd)
{
    return script.real.recv_fd(sys, is_helper ? script.sock : sock, buf, len, fd);
}

/* As when a process ends: what it holds goes. */
static void *helper_main(void *arg)
{
    is_helper = true;
    qda_run_helper(arg, NULL);
    if (script.imported >= 0)
        close(script.imported);
    script.imported = -1;
    close(script.sock);
    return NULL;
}

static int on_spawn(struct qda_sys *sys, const struct qda_spawn *what)
{
    if (failing(SPAWN))
        return -EAGAIN;
    script.sock = fcntl(what->fds[0], F_DUPFD_CLOEXEC, 3);
    script.imported = -1;
    script.answers = 0;
    script.lives = pthread_create(&script.thread, NULL, helper_main, sys) == 0;
    return script.lives ? HELPER_PID : -EAGAIN;
}

/* Its socket is closed by now, or it was asked to end. */
static int on_wait(struct qda_sys *sys, int pid, int *status, bool block)
{
    (void)sys, (void)block;
    pthread_join(script.thread, NULL);
    script.lives = false;
    *status = 0;
    return pid;
}

/* ---- the rig */
static struct dsp_rig *rig_of(uint32_t variant)
{
    struct dsp_rig *rig = dsp_rig_new("mem.handoff");
    struct fake_dsp *fake = rig->fake;
    memset(&script, 0, sizeof script);
    script.rig = rig;
    script.imported = -1;
    script.real = script.ops = *fake->base.ops;
    script.ops.mmap = on_mmap;
    script.ops.ioctl = on_ioctl;
    script.ops.open = on_open;
    script.ops.send_fd = on_send_fd;
    script.ops.recv_fd = on_recv_fd;
    script.ops.spawn = on_spawn;
    script.ops.wait = on_wait;
    fake->base.ops = &script.ops;
    script.create = fake->driver.gem_create;
    script.map = fake->driver.map;
    script.unmap = fake->driver.unmap;
    script.method = fake->method;
    fake->driver.gem_create = on_create;
    fake->driver.gem_mmap_offset = on_offset;
    fake->driver.dmabuf_alloc = on_dmabuf_alloc;
    fake->driver.map = on_map;
    fake->driver.unmap = on_unmap;
    fake->method = on_method;
    rig->ctx.self_exe = "/proc/self/exe";
    rig->point.variant = variant;
    return rig;
}

/* Only the helper's end shows whether it ends: nothing of it may be left. */
static void rig_end(struct dsp_rig *rig)
{
    CHECK(!script.lives);
    CHECK_INT(script.imported, -1);
    qda_dsp_end(rig->ctx.dsp); /* of a session that a failure ended the maps go with it */
    dsp_rig_free(rig);
}

static void expect_pass(uint32_t variant, bool gem, unsigned series)
{
    struct dsp_rig *rig = rig_of(variant);
    rig->fake->driver.gem = gem;
    dsp_rig_run(rig);
    if (!CHECK_INT(rig->result.status, QDA_ST_PASS))
        printf("# %s: %s\n", rig->result.call, rig->result.reason);
    CHECK_INT(rig->declared, series);
    uint64_t sum = 0;
    for (unsigned i = 0; i + 1 < series; i++) {
        CHECK_INT(rig->taken[i], 20);
        sum += rig->sum[i];
    }
    CHECK_STR(rig->names[series - 1], "path");
    CHECK_INT(rig->sum[series - 1], sum);
    CHECK_INT(rig->result.mismatches, 0);
    CHECK_INT(rig->result.left_behind, 0);
    CHECK_INT(rig->fake->maps_now, 0);
    rig_end(rig);
}

static void test_pass(void)
{
    expect_pass(QDA_HANDOFF_COLD, true, 16);
    expect_pass(QDA_HANDOFF_WARM, true, 7);
    expect_pass(QDA_HANDOFF_COLD, false, 12);
}

/* A call that fails: of the proof's buffer (1), of the first go or a later one. */
static const struct {
    enum call fails;
    unsigned at;
    uint32_t variant;
    const char *call;
} failures[] = {
    {CREATE, 2, QDA_HANDOFF_COLD, "GEM_CREATE"},
    {CREATE, 5, QDA_HANDOFF_COLD, "GEM_CREATE"},
    {EXPORT, 3, QDA_HANDOFF_COLD, "PRIME_HANDLE_TO_FD"},
    {EXPORT, 4, QDA_HANDOFF_WARM, "PRIME_HANDLE_TO_FD"},
    {OFFSET, 1, QDA_HANDOFF_COLD, "GEM_MMAP_OFFSET"},
    {OFFSET, 3, QDA_HANDOFF_COLD, "GEM_MMAP_OFFSET"},
    {MMAP, 4, QDA_HANDOFF_COLD, "mmap"},
    {SYNC, 7, QDA_HANDOFF_COLD, "DMA_BUF_IOCTL_SYNC"},
    {SYNC, 8, QDA_HANDOFF_COLD, "DMA_BUF_IOCTL_SYNC"},
    {SYNC, 9, QDA_HANDOFF_WARM, "DMA_BUF_IOCTL_SYNC"},
    {MAP, 1, QDA_HANDOFF_WARM, "REMOTE_MAP"},
    {MAP, 3, QDA_HANDOFF_COLD, "REMOTE_MAP"},
    {UNMAP, 3, QDA_HANDOFF_COLD, "REMOTE_MUNMAP"},
    {SPAWN, 1, QDA_HANDOFF_COLD, "spawn"},
    {HELPER_IMPORT, 1, QDA_HANDOFF_WARM, "PRIME_FD_TO_HANDLE"},
    {HELPER_IMPORT, 2, QDA_HANDOFF_COLD, "PRIME_FD_TO_HANDLE"},
    {HELPER_DETACH, 2, QDA_HANDOFF_COLD, "GEM_CLOSE"},
};

static void test_failures(void)
{
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        struct dsp_rig *rig = rig_of(failures[i].variant);
        script.fails = failures[i].fails;
        script.at = failures[i].at;
        dsp_rig_run(rig);
        bool held = CHECK_INT(rig->result.status, QDA_ST_ERROR) & CHECK_STR(rig->result.call, failures[i].call) &
                    CHECK(rig->result.error != 0) & CHECK(script.made[failures[i].fails] >= failures[i].at);
        if (!held)
            printf("# %s, the call %u of variant %u: %s\n", failures[i].call, failures[i].at, failures[i].variant,
                   rig->result.reason);
        rig_end(rig);
    }
}

/* The call itself; what the DSP owns is the session's to end. */
static void test_failing_call(void)
{
    struct dsp_rig *rig = rig_of(QDA_HANDOFF_COLD);
    fake_qbench.spoil = (struct fake_qbench_spoil){.fails_at = 6, .failure = (int)(QDA_AEE_REMOTE + QDA_AEE_ENOMEMORY)};
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_STR(rig->result.call, "INVOKE");
    CHECK_CONTAINS(rig->result.reason, "AEE_ENOMEMORY");
    rig_end(rig);
}

/* A handle that the driver does not give up is an error; nothing but that handle is left. */
static void test_failing_free(void)
{
    struct dsp_rig *rig = rig_of(QDA_HANDOFF_COLD);
    script.fails = CLOSE_HANDLE;
    script.at = 3; /* the shell's buffer, the proof's, the first go's */
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_STR(rig->result.call, "GEM_CLOSE");
    CHECK(script.made[CLOSE_HANDLE] >= 4); /* and tried again at the end */
    rig_end(rig);
}

static void expect_fail(uint32_t variant, const char *words)
{
    dsp_rig_run(script.rig);
    CHECK_INT(script.rig->result.status, QDA_ST_FAIL);
    CHECK_CONTAINS(script.rig->result.reason, words);
    CHECK_INT(script.rig->result.mismatches, 23); /* each sample and warm-up */
    CHECK_INT(script.rig->taken[0], 20);
    CHECK_INT(script.rig->point.variant, variant);
    rig_end(script.rig);
}

static void test_mismatches(void)
{
    for (uint32_t variant = QDA_HANDOFF_COLD; variant <= QDA_HANDOFF_WARM; variant++) {
        rig_of(variant);
        script.other_import = true;
        expect_fail(variant, "another dma-buf than was made");
        rig_of(variant);
        script.other_words = true;
        expect_fail(variant, "and the CPU wrote");
    }
}

/* It answers the greeting, takes buffers, and goes. */
static void test_helper_gone(void)
{
    for (unsigned at = 1; at <= 4; at++) {
        struct dsp_rig *rig = rig_of(QDA_HANDOFF_COLD);
        script.dies_at = at;
        dsp_rig_run(rig);
        CHECK_INT(rig->result.status, QDA_ST_ERROR);
        CHECK_CONTAINS(rig->result.reason, "helper process");
        rig_end(rig);
    }
}

static void test_unchecked(void)
{
    struct dsp_rig *rig = rig_of(QDA_HANDOFF_WARM);
    rig->point.verify = false;
    script.other_import = true;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_PASS);
    CHECK_INT(rig->taken[0], 20);
    rig_end(rig);
}

static void test_keeping_driver(void)
{
    struct dsp_rig *rig = rig_of(QDA_HANDOFF_COLD);
    rig->fake->driver.leaks_mappings = true;
    rig->point.size = 1u << 20;
    rig->point.min_samples = 30;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_PASS);
    CHECK_INT(rig->taken[0], 8); /* 8 MiB */
    CHECK_INT(rig->result.left_behind, (8 + 1 + 1) * rig->point.size);
    rig->point.variant = QDA_HANDOFF_WARM;
    dsp_rig_run(rig);
    CHECK_INT(rig->taken[0], 20);
    CHECK_INT(rig->result.left_behind, rig->point.size);
    rig_end(rig);
}

int main(void)
{
    check_run("cold, warm and without GEM: all series, which add up to the path", test_pass);
    check_run("a failing call makes the point an error that names it, and nothing stays", test_failures);
    check_run("so does a call that the DSP refuses", test_failing_call);
    check_run("and a buffer that is not given up", test_failing_free);
    check_run("other words or another buffer make it a fail, with all its samples", test_mismatches);
    check_run("a helper that goes is an error", test_helper_gone);
    check_run("without checks nothing is looked at", test_unchecked);
    check_run("of a driver that keeps mapped buffers few are made", test_keeping_driver);
    return check_done();
}
