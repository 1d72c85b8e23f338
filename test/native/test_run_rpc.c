/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "run_dsp_rig.h"

#include "rpcmsg/aee.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

/* Sessions, null calls, maps and calls of our module, on a scripted driver: what they say when all is well, and when it is not. */

#define AEE(code) ((int)(QDA_AEE_REMOTE + (code)))
#define COPY(out) (QDA_PASS_COPY << 1 | (out))
#define SHARED(pass, out) ((pass) << 1 | (out))

static const struct point {
    const char *id;
    uint32_t variant, count, size;
    unsigned series;
    const char *names[3];
    bool shares;
} points[] = {
    {"session.create", 0, 0, 0, 3, {"open", "create", "close"}, false},
    {"rpc.null", 0, 0, 0, 1, {"call"}, false},
    {"rpc.null", 0, 100, 0, 1, {"call"}, false},
    {"rpc.null_mt", 0, 1, 0, 1, {"call"}, false},
    {"rpc.null_mt", 0, 4, 0, 1, {"call"}, false},
    {"rpc.null_mt", 1, 4, 0, 1, {"call"}, false},
    {"dsp.map", 0, 0, 65536, 2, {"map", "unmap"}, false},
    {"dsp.map", 1, 0, 4096, 2, {"map", "unmap"}, false},
    {"skel.load", 0, 0, 0, 2, {"open", "close"}, false},
    {"rpc.ping", 0, 0, 0, 3, {"call", "dsp", "rest"}, false},
    {"rpc.argc", COPY(0), 0, 4096, 1, {"call"}, false},
    {"rpc.argc", COPY(1), 0, 4096, 1, {"call"}, false},
    {"rpc.argc", COPY(0), 255, 64, 1, {"call"}, false},
    {"rpc.argc", COPY(1), 3, 64, 1, {"call"}, false},
    {"rpc.argc", SHARED(QDA_PASS_BUFFER, 0), 64, 4096, 1, {"call"}, true},
    {"rpc.argc", SHARED(QDA_PASS_BUFFER, 1), 8, 65536, 1, {"call"}, true},
    {"rpc.argsize", COPY(0), 0, 0, 3, {"call", "dsp", "overhead"}, false},
    {"rpc.argsize", COPY(1), 0, 0, 3, {"call", "dsp", "overhead"}, false},
    {"rpc.argsize", COPY(0), 0, 65536, 3, {"call", "dsp", "overhead"}, false},
    {"rpc.argsize", COPY(1), 0, 65536, 3, {"call", "dsp", "overhead"}, false},
    {"rpc.argsize", SHARED(QDA_PASS_BUFFER, 0), 0, 65536, 3, {"call", "dsp", "overhead"}, true},
    {"rpc.argsize", SHARED(QDA_PASS_BUFFER, 1), 0, 65536, 3, {"call", "dsp", "overhead"}, true},
    {"rpc.argsize", SHARED(QDA_PASS_MAPPED, 0), 0, 1 << 20, 3, {"call", "dsp", "overhead"}, true},
    {"rpc.argsize", SHARED(QDA_PASS_MAPPED, 1), 0, 4096, 3, {"call", "dsp", "overhead"}, true},
    {"rpc.argsize", SHARED(QDA_PASS_DMA, 0), 0, 65536, 3, {"call", "dsp", "overhead"}, true},
};
#define POINTS (sizeof points / sizeof *points)

/* Methods that the played module does not have: a dma handle, and arguments of no bytes. */
static int (*played)(struct fake_dsp *dsp, uint32_t handle, uint32_t sc, const struct qda_rpc_arg *args);
static bool blind; /* the DSP sees other words than were written */

static int touch_dma(struct fake_dsp *dsp, const struct qda_rpc_arg *args)
{
    struct qbench_work work;
    memcpy(&work, args[0].ptr, sizeof work);
    int fd = dsp->driver.handles_are_refs ? dsp->handles[args[2].ref] - 1 : args[2].ref;
    uint32_t *words = mmap(NULL, work.length, PROT_READ, MAP_SHARED, fd, args[2].offset);
    if (words == MAP_FAILED)
        return AEE(QDA_AEE_ENOMEMORY);
    struct qbench_result result = {.bytes = work.length};
    result.value = (uint64_t)words[0] << 32 | words[work.length / 4 - 1];
    result.times.end_ticks = 12;
    memcpy(args[1].ptr, &result, sizeof result);
    munmap(words, work.length);
    return 0;
}

static int method(struct fake_dsp *dsp, uint32_t handle, uint32_t sc, const struct qda_rpc_arg *args)
{
    static const struct qbench_result nothing;
    uint32_t number = QDA_SCALARS_METHOD(sc);
    if (number == QBENCH_TOUCH_DMA)
        return touch_dma(dsp, args);
    if (number == QBENCH_TOUCH_OUT && args[2].len == 0) {
        memcpy(args[1].ptr, &nothing, sizeof nothing);
        return 0;
    }
    int result = played(dsp, handle, sc, args);
    bool touches = number == QBENCH_TOUCH_IN || number == QBENCH_ARGS_IN;
    if (blind && result == 0 && touches)
        ((struct qbench_result *)args[QDA_SCALARS_IN(sc)].ptr)->value ^= 1;
    return result;
}

static struct dsp_rig *rig_of(const struct point *point)
{
    struct dsp_rig *rig = dsp_rig_new(point->id);
    rig->point.variant = point->variant;
    rig->point.count = point->count;
    rig->point.size = point->size;
    played = rig->fake->method;
    rig->fake->method = method;
    blind = false;
    return rig;
}

static struct dsp_rig *rig_for(const char *id, uint32_t variant)
{
    size_t i = 0;
    while (i < POINTS && (strcmp(points[i].id, id) != 0 || points[i].variant != variant))
        i++;
    return rig_of(&points[i < POINTS ? i : 0]);
}

static void check_pass(const struct dsp_rig *rig, const struct point *point)
{
    bool held = CHECK_INT(rig->result.status, QDA_ST_PASS) && CHECK_INT(rig->declared, point->series) &&
                CHECK(rig->result.verified > 0) && CHECK_INT(rig->result.mismatches, 0);
    for (unsigned i = 0; i < point->series; i++) {
        held &= CHECK_STR(rig->names[i], point->names[i]);
        held &= CHECK(rig->taken[i] >= 20);
    }
    held &= CHECK_INT(rig->result.zero_copy.claimed, point->shares);
    if (point->shares)
        held &= CHECK(rig->result.zero_copy.nonce_to_dsp && rig->result.zero_copy.nonce_from_dsp);
    if (!held)
        printf("# that was %s, variant %u, count %u: %s\n", point->id, point->variant, point->count, rig->result.reason);
}

static void test_pass(void)
{
    for (size_t i = 0; i < POINTS; i++) {
        struct dsp_rig *rig = rig_of(&points[i]);
        dsp_rig_run(rig);
        check_pass(rig, &points[i]);
        dsp_rig_free(rig);
    }
}

/* GEM handles as references, and no GEM at all. */
static int own_memory(struct qda_sys *sys, int fd, uint64_t size, int *dmabuf)
{
    (void)fd;
    *dmabuf = sys->ops->memfd(sys, "own", size);
    return *dmabuf < 0 ? *dmabuf : 0;
}

static void test_generations(void)
{
    for (size_t i = 0; i < POINTS; i++) {
        struct dsp_rig *rig = rig_of(&points[i]);
        rig->fake->driver.handles_are_refs = true;
        dsp_rig_run(rig);
        check_pass(rig, &points[i]);
        dsp_rig_free(rig);
        rig = rig_of(&points[i]);
        rig->fake->driver.gem = false;
        rig->fake->driver.dmabuf_alloc = own_memory;
        dsp_rig_run(rig);
        if (strcmp(points[i].id, "dsp.map") == 0 && points[i].variant == 0) {
            CHECK_INT(rig->result.status, QDA_ST_SKIP);
            CHECK_CONTAINS(rig->result.reason, "no legacy request");
        } else {
            check_pass(rig, &points[i]);
        }
        dsp_rig_free(rig);
    }
}

/* A cancel after a step: nothing stays. dsp_rig_free looks. */
static void test_cancel(void)
{
    for (size_t i = 0; i < POINTS; i++) {
        struct dsp_rig *rig = rig_of(&points[i]);
        rig->ctx.slice_ns = 1;
        dsp_rig_run_steps(rig, 1);
        dsp_rig_free(rig);
    }
}

static uint64_t counter(const struct dsp_rig *rig, const char *name)
{
    for (unsigned i = 0; i < rig->result.counter_count; i++) {
        if (strcmp(rig->result.counters[i].name, name) == 0)
            return rig->result.counters[i].value;
    }
    return UINT64_MAX;
}

static int (*invoke)(struct qda_sys *sys, int fd, uint32_t handle, uint32_t scalars, const void *args);

/* Calls that last far longer than a thread takes to begin. */
static int slow_invoke(struct qda_sys *sys, int fd, uint32_t handle, uint32_t scalars, const void *args)
{
    if (handle == QDA_HANDLE_PROCESS)
        nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    return invoke(sys, fd, handle, scalars, args);
}

/* No thread makes more than one call at a time: four in the mean time of a call are the most. */
static void test_calls_a_second(void)
{
    struct dsp_rig *rig = rig_for("rpc.null_mt", 1);
    invoke = rig->fake->driver.invoke;
    rig->fake->driver.invoke = slow_invoke;
    rig->point.samples = 400;
    dsp_rig_run(rig);
    double most = 4.0 * 400 * 1e9 / (double)rig->sum[0];
    CHECK_INT(rig->taken[0], 400);
    CHECK(counter(rig, "calls-per-second") > 0 && (double)counter(rig, "calls-per-second") <= most);
    dsp_rig_free(rig);
}

static void test_counters(void)
{
    struct dsp_rig *rig = rig_for("rpc.ping", 0);
    dsp_rig_run(rig);
    CHECK_INT(rig->result.counter_count, 0); /* hardware is not asked */
    CHECK_INT(rig->last[1], 625);
    CHECK_INT(rig->last[2], rig->last[0] > 625 ? rig->last[0] - 625 : 0);
    dsp_rig_free(rig);
    rig = rig_for("rpc.ping", 0);
    rig->fake->base.simulated = true;
    dsp_rig_run(rig);
    CHECK_INT(counter(rig, "instructions"), 1000);
    dsp_rig_free(rig);
    rig = rig_for("rpc.null_mt", 1);
    rig->point.samples = 1000;
    dsp_rig_run(rig);
    CHECK_INT(rig->taken[0], 1000);
    CHECK(counter(rig, "calls-per-second") > 0 && counter(rig, "calls-per-second") != UINT64_MAX);
    CHECK_INT(rig->fake->creates, 4);
    dsp_rig_free(rig);
    rig = rig_for("skel.load", 0);
    dsp_rig_run(rig);
    CHECK_INT(counter(rig, "reverse-calls"), 0);
    dsp_rig_free(rig);
}

static void test_null_fallback(void)
{
    struct dsp_rig *rig = rig_for("rpc.null", 0);
    rig->fake->null_results[0] = rig->fake->null_results[1] = rig->fake->null_results[2] = AEE(QDA_AEE_EUNSUPPORTED);
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_PASS);
    CHECK_CONTAINS(rig->result.reason, "handle 4, method 30");
    dsp_rig_free(rig);
    rig = rig_for("rpc.null", 0);
    rig->fake->null_results[0] = -ENODEV;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_INT(rig->result.error, -ENODEV);
    dsp_rig_free(rig);
}

/* A call that fails in the middle: an error with the DSP's words, and nothing stays. */
static void test_calls_fail(void)
{
    static const struct {
        const char *id;
        uint32_t variant;
    } rows[] = {{"rpc.ping", 0}, {"rpc.argc", COPY(0)}, {"rpc.argc", SHARED(QDA_PASS_BUFFER, 0)},
                {"rpc.argsize", SHARED(QDA_PASS_MAPPED, 0)}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct dsp_rig *rig = rig_for(rows[i].id, rows[i].variant);
        fake_qbench.spoil.fails_at = 5;
        fake_qbench.spoil.failure = AEE(0x30);
        dsp_rig_run(rig);
        CHECK_INT(rig->result.status, QDA_ST_ERROR);
        CHECK_CONTAINS(rig->result.reason, "AEE_ECPUEXCEPTION");
        qda_dsp_end(rig->ctx.dsp); /* a session with a failed call ends, and its mappings with it */
        dsp_rig_free(rig);
    }
}

static void test_wrong_words(void)
{
    static const uint32_t argsize[] = {COPY(0), SHARED(QDA_PASS_BUFFER, 0)};
    for (size_t i = 0; i < 2; i++) {
        struct dsp_rig *rig = rig_for("rpc.argsize", argsize[i]);
        rig->point.size = 65536;
        blind = true;
        dsp_rig_run(rig);
        CHECK_INT(rig->result.status, QDA_ST_FAIL);
        CHECK(rig->result.mismatches > 0);
        dsp_rig_free(rig);
    }
    struct dsp_rig *rig = rig_for("rpc.argc", COPY(0));
    rig->point.count = 5;
    blind = true;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_FAIL);
    CHECK_CONTAINS(rig->result.reason, "for 5 buffers");
    dsp_rig_free(rig);
}

/* What the DSP's clock says is taken off the call; a clock that goes back is a fail. */
static void test_clocks(void)
{
    struct dsp_rig *rig = rig_for("rpc.argsize", COPY(0));
    rig->point.size = 65536;
    dsp_rig_run(rig);
    CHECK_INT(rig->last[1], 625);
    CHECK_INT(rig->last[2], rig->last[0] > 625 ? rig->last[0] - 625 : 0);
    dsp_rig_free(rig);
    rig = rig_for("rpc.ping", 0);
    fake_qbench.ticks = 1000;
    fake_qbench.spoil.clock_back = true;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_FAIL);
    CHECK_CONTAINS(rig->result.reason, "clock went back");
    dsp_rig_free(rig);
}

static void test_maps_fail(void)
{
    struct dsp_rig *rig = rig_for("dsp.map", 1);
    rig->fake->same_address = true; /* the neighbour's */
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_FAIL);
    CHECK_CONTAINS(rig->result.reason, "overlaps");
    dsp_rig_free(rig);
    rig = rig_for("dsp.map", 0);
    rig->fake->half_apart = true;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_FAIL);
    CHECK_CONTAINS(rig->result.reason, "overlaps");
    dsp_rig_free(rig);
    rig = rig_for("dsp.map", 1);
    rig->fake->map_limit = 1;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_STR(rig->result.call, "REMOTE_MAP");
    CHECK_CONTAINS(rig->result.reason, "AEE_ENOMEMORY");
    qda_dsp_end(rig->ctx.dsp);
    dsp_rig_free(rig);
}

static struct dsp_rig *limit_rig(void)
{
    static const struct point point = {.id = "dsp.map_limit"};
    struct dsp_rig *rig = rig_of(&point);
    rig->point.samples = 3;
    rig->fake->map_limit = 30;
    return rig;
}

static void test_limit(void)
{
    struct dsp_rig *rig = limit_rig();
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_PASS);
    CHECK(rig->result.has_limit);
    CHECK_INT(rig->result.limit, 30 * 64);
    CHECK_STR(rig->result.reason, "limit reached at 1920 MiB: REMOTE_MAP answered AEE_ENOMEMORY");
    CHECK_INT(rig->taken[0], 90);
    CHECK_INT(rig->result.left_behind, 0); /* nothing was mapped for the CPU */
    dsp_rig_free(rig);
    rig = limit_rig();
    rig->fake->map_limit = 0;
    rig->point.size = 4096;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_PASS);
    CHECK(!rig->result.has_limit);
    CHECK_CONTAINS(rig->result.reason, "no limit met");
    dsp_rig_free(rig);
}

/* Rounds after the first come to less: the fake takes a place away each time the limit is met. */
static int (*real_map)(struct qda_sys *sys, int fd, struct qda_map_args *args);
static int shrinking_map(struct qda_sys *sys, int fd, struct qda_map_args *args)
{
    struct fake_dsp *dsp = (struct fake_dsp *)sys;
    int result = real_map(sys, fd, args);
    if (result != 0)
        dsp->map_limit -= 2;
    return result;
}

static void test_limit_fails(void)
{
    struct dsp_rig *rig = limit_rig();
    real_map = rig->fake->driver.map;
    rig->fake->driver.map = shrinking_map;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_FAIL);
    CHECK_CONTAINS(rig->result.reason, "does not get its address space back");
    dsp_rig_free(rig);
    rig = limit_rig();
    rig->fake->map_result = -EIO;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_INT(rig->result.error, -EIO);
    dsp_rig_free(rig);
    rig = limit_rig();
    rig->fake->map_result = AEE(QDA_AEE_ENOMEMORY);
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_FAIL);
    CHECK_CONTAINS(rig->result.reason, "not one buffer of 64 MiB");
    dsp_rig_free(rig);
}

static void test_sessions_fail(void)
{
    struct dsp_rig *rig = rig_for("session.create", 0);
    rig->fake->create_result = -EBUSY;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_INT(rig->result.error, -EBUSY);
    CHECK_CONTAINS(rig->result.reason, "all sessions of this DSP are taken");
    dsp_rig_free(rig);
    rig = rig_for("session.create", 0);
    rig->fake->null_results[0] = rig->fake->null_results[1] = rig->fake->null_results[2] = AEE(QDA_AEE_EBADPARM);
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_FAIL);
    CHECK_CONTAINS(rig->result.reason, "answers no null call");
    dsp_rig_free(rig);
    rig = rig_for("session.create", 0);
    rig->fake->driver.leaks_process = true;
    rig->fake->driver.process_memory = 4 << 20;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.left_behind, 23u * (4 << 20)); /* warm-ups too */
    dsp_rig_free(rig);
}

static void test_modules_fail(void)
{
    struct dsp_rig *rig = rig_for("skel.load", 0);
    rig->fake->dl_error = AEE(0x42);
    rig->fake->dl_text = "undefined symbol HAP_x";
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_STR(rig->result.call, "remotectl open");
    CHECK_CONTAINS(rig->result.reason, "undefined symbol HAP_x");
    rig->fake->dl_error = 0; /* the session is another one then */
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_PASS);
    CHECK_INT(rig->fake->creates, 2);
    fake_qbench.build_id[0] = '\0';
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_FAIL);
    CHECK_CONTAINS(rig->result.reason, "the module is of build");
    dsp_rig_free(rig);
}

/* A DSP that gives no more processes: how many there are is said. */
static int few_sessions(struct qda_sys *sys, int fd, const struct qda_session_args *args)
{
    (void)fd, (void)args;
    return ++((struct fake_dsp *)sys)->creates > 2 ? -EBUSY : 0;
}

static void test_skips(void)
{
    struct dsp_rig *rig = rig_for("rpc.null_mt", 1);
    rig->fake->driver.session_create = few_sessions;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_SKIP);
    CHECK_CONTAINS(rig->result.reason, "2 of the 4 processes");
    dsp_rig_free(rig);
    rig = rig_for("rpc.null_mt", 0);
    rig->point.count = 33;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_SKIP);
    dsp_rig_free(rig);
    rig = rig_for("rpc.argsize", SHARED(QDA_PASS_DMA, 0));
    rig->point.variant = SHARED(QDA_PASS_DMA, 1);
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_SKIP);
    rig->point.variant = SHARED(QDA_PASS_BUFFER, 0);
    rig->point.size = 0;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_SKIP);
    CHECK_CONTAINS(rig->result.reason, "can only be copied");
    dsp_rig_free(rig);
    rig = rig_for("rpc.argc", COPY(0));
    rig->point.variant = SHARED(QDA_PASS_MAPPED, 0);
    rig->point.count = 2;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_SKIP);
    rig->point.variant = COPY(0);
    rig->point.count = 256;
    dsp_rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_SKIP);
    dsp_rig_free(rig);
}

int main(void)
{
    check_run("all is well: series, samples, checks, proof", test_pass);
    check_run("GEM handles as references; a driver without GEM", test_generations);
    check_run("a cancel leaves nothing", test_cancel);
    check_run("counters", test_counters);
    check_run("calls of threads in a second", test_calls_a_second);
    check_run("null calls of other firmware, and none", test_null_fallback);
    check_run("a call that fails", test_calls_fail);
    check_run("words that are not those", test_wrong_words);
    check_run("what the DSP's clock is for", test_clocks);
    check_run("maps that overlap or fail", test_maps_fail);
    check_run("the limit of the DSP's address space", test_limit);
    check_run("a limit that shrinks, is none, or an error", test_limit_fails);
    check_run("sessions that fail", test_sessions_fail);
    check_run("a module that does not load", test_modules_fail);
    check_run("what cannot be had is skipped with the reason", test_skips);
    return check_done();
}
