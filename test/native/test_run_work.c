/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "run_dsp_rig.h"
#include "run/dsp_work.h"

#include "rpcmsg/aee.h"

#include <errno.h>
#include <stdlib.h>

/* The families that let our skel work on buffers, on a scripted driver: what they say when all is well, and when it is not. */

static const struct point {
    const char *id;
    uint32_t variant, count, size;
    unsigned series;
    const char *first;
    unsigned bytes; /* per sample */
} points[] = {
    {"dsp.read", QBENCH_SCALAR, 0, 65536, 2, "call", 65536},
    {"dsp.read", QBENCH_HVX_L2, 4, 4096, 2, "call", 4096},
    {"dsp.write", QBENCH_HVX, 2, 65536, 2, "call", 65536},
    {"dsp.copy", QBENCH_SCALAR, 1, 65536, 2, "call", 131072},
    {"dsp.cache", QBENCH_CLEAN, 0, 65536, 2, "call", 0},
    {"dsp.cache", QBENCH_CLEAN | 4, 0, 65536, 2, "call", 0},
    {"dsp.cache", QBENCH_INVALIDATE, 0, 65536, 2, "call", 0},
    {"dsp.cache", QBENCH_INVALIDATE | 4, 0, 65536, 2, "call", 0},
    {"dsp.cache", QBENCH_CLEAN_INVALIDATE | 4, 0, 65536, 2, "call", 0},
    {"e2e.frame", QDA_PASS_COPY << 1, 0, 3110400, 4, "write", 0},
    {"e2e.frame", QDA_PASS_BUFFER << 1, 0, 3110400, 6, "write", 0},
    {"e2e.frame", QDA_PASS_MAPPED << 1, 0, 65536, 6, "write", 0},
    {"shm.doorbell", 0, 0, 0, 1, "bounce", 0},
    {"coh.stress", 0, 0, 0, 1, "turn", 0},
};
#define POINTS (sizeof points / sizeof *points)

static struct dsp_rig *rig_of(const struct point *point)
{
    struct dsp_rig *rig = dsp_rig_new(point->id);
    rig->point.variant = point->variant;
    rig->point.count = point->count;
    rig->point.size = point->size;
    return rig;
}

static struct dsp_rig *rig_for(const char *id)
{
    size_t i = 0;
    while (strcmp(points[i].id, id) != 0)
        i++;
    return rig_of(&points[i]);
}

static bool shares(const struct point *point)
{
    return strcmp(point->id, "e2e.frame") != 0 || point->variant != QDA_PASS_COPY << 1;
}

static void check_pass(const struct dsp_rig *rig, const struct point *point)
{
    const struct qda_zero_copy *proof = &rig->result.zero_copy;
    bool held = CHECK_INT(rig->result.status, QDA_ST_PASS) & CHECK_STR(rig->result.reason, "") &
                CHECK_INT(rig->declared, point->series) & CHECK_STR(rig->names[0], point->first) &
                CHECK_INT(rig->result.bytes_per_sample, point->bytes) & CHECK(rig->result.verified >= 20) &
                CHECK_INT(rig->result.mismatches, 0) & CHECK(rig->ops->needs_dsp);
    for (unsigned s = 0; s < point->series; s++)
        held &= CHECK_INT(rig->taken[s], 20);
    held &= CHECK_INT(proof->claimed, shares(point));
    bool mapped = strncmp(point->id, "dsp.", 4) == 0 && strcmp(point->id, "dsp.cache") != 0;
    if (mapped)
        held &= CHECK(proof->dsp_address != 0);
    if (shares(point))
        held &= CHECK(proof->nonce_to_dsp && proof->nonce_from_dsp && proof->ino != 0 && proof->ino == proof->import_ino);
    if (!held)
        printf("# %s variant %u\n", point->id, point->variant);
}

static void test_all_pass(void)
{
    for (size_t i = 0; i < POINTS; i++) {
        struct dsp_rig *rig = rig_of(&points[i]);
        dsp_rig_run(rig);
        check_pass(rig, &points[i]);
        dsp_rig_free(rig);
    }
}

static void test_unverified(void)
{
    for (size_t i = 0; i < POINTS; i++) {
        struct dsp_rig *rig = rig_of(&points[i]);
        rig->point.verify = false;
        dsp_rig_run(rig);
        CHECK_INT(rig->result.status, QDA_ST_PASS);
        CHECK_INT(rig->taken[0], 20);
        dsp_rig_free(rig);
    }
}

/* Stopped at any time, nothing stays; the session goes on. */
static void test_cancel(void)
{
    for (size_t i = 0; i < POINTS; i++) {
        struct dsp_rig *rig = rig_of(&points[i]);
        rig->ctx.slice_ns = 1;
        for (unsigned steps = 0; steps < 3; steps++)
            dsp_rig_run_steps(rig, steps);
        CHECK_INT(rig->fake->creates, 1);
        dsp_rig_free(rig);
    }
}

static void test_dsp_time(void)
{
    struct dsp_rig *rig = rig_for("dsp.read");
    dsp_rig_run(rig);
    CHECK_STR(rig->names[1], "dsp");
    CHECK_INT(rig->last[1], 625); /* 12 ticks of 19.2 MHz */
    dsp_rig_free(rig);
    struct qbench_times times = {.begin_ticks = 5, .end_ticks = 5 + UINT64_C(19200007)};
    CHECK_INT(qda_dsp_ns(&times), 1000000364);
}

/* A stage begins where the one before ends: together they are the frame. */
static void test_frame_stages(void)
{
    static const uint32_t passes[] = {QDA_PASS_BUFFER, QDA_PASS_MAPPED};
    for (size_t i = 0; i < 2; i++) {
        struct dsp_rig *rig = rig_for("e2e.frame");
        rig->point.variant = passes[i] << 1;
        dsp_rig_run(rig);
        uint64_t stages = 0;
        for (unsigned s = 0; s < 5; s++)
            stages += rig->sum[s];
        CHECK_STR(rig->names[5], "frame");
        CHECK_INT(rig->sum[5], stages);
        dsp_rig_free(rig);
    }
}

static void test_counts(void)
{
    static const char *const ids[] = {"dsp.read", "dsp.write", "dsp.copy", "dsp.cache", "e2e.frame"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct dsp_rig *rig = rig_for(ids[i]);
        dsp_rig_run(rig);
        CHECK_INT(rig->result.counter_count, 0);
        CHECK_INT(fake_qbench.flags & QBENCH_COUNT, 0); /* hardware must not be asked */
        rig->fake->base.simulated = true;
        dsp_rig_run(rig);
        if (CHECK_INT(rig->result.counter_count, 1)) {
            CHECK_STR(rig->result.counters[0].name, "instructions");
            CHECK_INT(rig->result.counters[0].value, 1000);
        }
        dsp_rig_free(rig);
    }
}

static void expect_fail(const char *id, uint32_t variant, struct fake_qbench_spoil spoil, const char *words)
{
    struct dsp_rig *rig = rig_for(id);
    rig->point.variant = variant;
    rig->result.reason[0] = '\0';
    fake_qbench.spoil = spoil;
    dsp_rig_run(rig);
    bool held = CHECK_INT(rig->result.status, QDA_ST_FAIL) & CHECK(rig->result.mismatches > 0) &
                CHECK_CONTAINS(rig->result.reason, words);
    if (!held)
        printf("# %s variant %u: %s\n", id, variant, rig->result.reason);
    dsp_rig_free(rig);
}

static void test_wrong_data(void)
{
    static const struct fake_qbench_spoil sum = {.wrong_sum = true}, words = {.loses_words = true}, less = {.not_all = true},
                                          spills = {.spills = true};
    expect_fail("dsp.read", 0, sum, "sum is not that of what the CPU wrote");
    expect_fail("dsp.read", 0, less, "worked on");
    expect_fail("dsp.write", 0, words, "1 words are not what the DSP should have written");
    expect_fail("dsp.copy", 0, words, "1 words are not what the DSP should have written");
    expect_fail("dsp.cache", QBENCH_CLEAN | 4, words, "1 words are not what was written");
    expect_fail("dsp.cache", QBENCH_INVALIDATE, sum, "does not see what the CPU wrote");
    expect_fail("e2e.frame", 2, sum, "sum of frame 0");
    expect_fail("e2e.frame", 0, words, "CPU's sum of frame 0");
    expect_fail("coh.stress", 0, sum, "the DSP sees 1 wrong words");
    expect_fail("coh.stress", 0, words, "the CPU sees 1 wrong words");
    expect_fail("coh.stress", 0, spills, "the CPU sees 1 wrong words");
    expect_fail("shm.doorbell", 0, sum, "the DSP counted");
}

static void test_mute_doorbell(void)
{
    expect_fail("shm.doorbell", 0, (struct fake_qbench_spoil){.mute = true}, "was not answered within 1 s");
}

/* The DSP dies in the middle: the point is an error, and the next one gets a session of its own. */
static void test_call_fails(void)
{
    for (size_t i = 0; i < POINTS; i++) {
        struct dsp_rig *rig = rig_of(&points[i]);
        fake_qbench.spoil = (struct fake_qbench_spoil){.fails_at = 6, .failure = -ENODEV};
        if (strcmp(points[i].id, "shm.doorbell") == 0)
            fake_qbench.spoil.fails_at = 4; /* open, two of the proof, the one long call */
        dsp_rig_run(rig);
        bool held = CHECK_INT(rig->result.status, QDA_ST_ERROR) & CHECK_STR(rig->result.call, "INVOKE") &
                    CHECK_INT(rig->result.error, -ENODEV);
        fake_qbench.spoil = (struct fake_qbench_spoil){.fails_at = 0};
        dsp_rig_run(rig);
        held &= CHECK_INT(rig->result.status, QDA_ST_PASS) & CHECK_INT(rig->fake->creates, 2);
        if (!held)
            printf("# %s variant %u: %s\n", points[i].id, points[i].variant, rig->result.reason);
        dsp_rig_free(rig);
    }
}

static void test_no_shell(void)
{
    for (size_t i = 0; i < POINTS; i++) {
        struct dsp_rig *rig = rig_of(&points[i]);
        struct qda_dsp_setup setup = *qda_dsp_setup_of(rig->ctx.dsp);
        qda_dsp_free(rig->ctx.dsp);
        setup.shell_path = NULL;
        rig->ctx.dsp = qda_dsp_new(&setup);
        dsp_rig_run(rig);
        CHECK_INT(rig->result.status, QDA_ST_SKIP);
        CHECK(rig->result.reason[0] != '\0');
        dsp_rig_free(rig);
    }
}

/* Where there are no GEM handles, buffers of a heap go into the calls as they are. */
static void test_without_gem(void)
{
    for (size_t i = 0; i < POINTS; i++) {
        struct dsp_rig *rig = rig_of(&points[i]);
        rig->fake->driver.gem = false;
        fake_dsp_put(rig->fake, "/dev/dma_heap/system", "", 0);
        rig->point.source = QDA_SRC_HEAP_SYSTEM;
        dsp_rig_run(rig);
        bool held = CHECK_INT(rig->result.status, QDA_ST_PASS) & CHECK_INT(rig->taken[0], 20) &
                    CHECK_INT(rig->result.zero_copy.nonce_to_dsp, shares(&points[i])) &
                    CHECK_INT(rig->result.zero_copy.import_ino, 0);
        if (!held)
            printf("# %s variant %u: %s\n", points[i].id, points[i].variant, rig->result.reason);
        dsp_rig_free(rig);
    }
}

static void expect_refused(const char *id, uint64_t size, uint32_t variant, uint32_t count, enum qda_status status)
{
    struct dsp_rig *rig = rig_for(id);
    rig->point.size = size;
    rig->point.variant = variant;
    rig->point.count = count;
    dsp_rig_run(rig);
    if (!CHECK_INT(rig->result.status, status) | !CHECK(rig->result.reason[0] != '\0'))
        printf("# %s size %llu variant %u count %u\n", id, (unsigned long long)size, variant, count);
    CHECK_INT(rig->fake->creates, 0);
    dsp_rig_free(rig);
}

static void test_bad_points(void)
{
    expect_refused("dsp.read", 0, 0, 0, QDA_ST_ERROR);
    expect_refused("dsp.read", 4096, 3, 0, QDA_ST_SKIP);
    expect_refused("dsp.write", 4096, 0, 3, QDA_ST_SKIP);
    expect_refused("dsp.copy", 4096, 0, 8, QDA_ST_SKIP);
    expect_refused("dsp.cache", 0, 0, 0, QDA_ST_ERROR);
    expect_refused("dsp.cache", 4096, 3, 0, QDA_ST_SKIP);
    expect_refused("dsp.cache", 4096, 8, 0, QDA_ST_SKIP);
    expect_refused("e2e.frame", 0, 0, 0, QDA_ST_ERROR);
    expect_refused("e2e.frame", 1000, 0, 0, QDA_ST_ERROR);
    expect_refused("e2e.frame", 4096, QDA_PASS_DMA << 1, 0, QDA_ST_SKIP);
    expect_refused("e2e.frame", 4096, 1, 0, QDA_ST_SKIP);
}

int main(void)
{
    check_run("every point passes, with its series, its checks and its proof", test_all_pass);
    check_run("without checks every point passes too", test_unverified);
    check_run("a cancel leaves nothing, and the session goes on", test_cancel);
    check_run("DSP time is ticks of 19.2 MHz in ns", test_dsp_time);
    check_run("the stages of a frame are the frame", test_frame_stages);
    check_run("instructions are counted where there is an emulator, and only there", test_counts);
    check_run("wrong sums and lost words are fails that say so", test_wrong_data);
    check_run("a DSP that answers no doorbell is a fail after 1 s", test_mute_doorbell);
    check_run("a call that fails is an error, and the next point begins anew", test_call_fails);
    check_run("without a shell every point is skipped with the reason", test_no_shell);
    check_run("without GEM every point passes on a heap's buffers", test_without_gem);
    check_run("points that mean nothing are refused before a session is made", test_bad_points);
    return check_done();
}
