/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "run_rig.h"

#include <errno.h>
#include <stdlib.h>

/* The benchmarks on a board that fails, lies or lacks something: the status, the call and a sentence; nothing left. */

/* Every call of every benchmark fails once: the point is an error that names the call. */
static const struct {
    const char *id;
    enum fake_op op;
    unsigned at;
    const char *call;
    enum qda_source source;
} failing[] = {
    {"base.ioctl", FAKE_OPEN, 1, "open", QDA_SRC_QDA},
    {"base.ioctl", FAKE_VERSION, 5, "DRM_IOCTL_VERSION", QDA_SRC_QDA},
    {"mem.alloc", FAKE_CREATE, 1, "GEM_CREATE", QDA_SRC_QDA},
    {"mem.alloc", FAKE_CREATE, 9, "GEM_CREATE", QDA_SRC_QDA},
    {"mem.alloc", FAKE_OFFSET, 1, "GEM_MMAP_OFFSET", QDA_SRC_QDA},
    {"mem.cpumap", FAKE_CREATE, 1, "GEM_CREATE", QDA_SRC_QDA},
    {"mem.cpumap", FAKE_OFFSET, 4, "GEM_MMAP_OFFSET", QDA_SRC_QDA},
    {"mem.cpumap", FAKE_MMAP, 4, "mmap", QDA_SRC_QDA},
    {"mem.export", FAKE_CREATE, 3, "GEM_CREATE", QDA_SRC_QDA},
    {"mem.export", FAKE_EXPORT, 1, "PRIME_HANDLE_TO_FD", QDA_SRC_QDA},
    {"mem.export", FAKE_EXPORT, 2, "PRIME_HANDLE_TO_FD", QDA_SRC_QDA},
    {"mem.export", FAKE_FSTAT, 2, "fstat", QDA_SRC_QDA},
    {"mem.export", FAKE_SEEK, 2, "lseek", QDA_SRC_QDA},
    {"mem.import", FAKE_OPEN, 3, "open", QDA_SRC_QDA},
    {"mem.import", FAKE_EXPORT, 1, "PRIME_HANDLE_TO_FD", QDA_SRC_QDA},
    {"mem.import", FAKE_IMPORT, 1, "PRIME_FD_TO_HANDLE", QDA_SRC_HEAP_SYSTEM},
    {"mem.import", FAKE_IMPORT, 2, "PRIME_FD_TO_HANDLE", QDA_SRC_HEAP_SYSTEM},
    {"mem.import", FAKE_HEAP, 1, "DMA_HEAP_IOCTL_ALLOC", QDA_SRC_HEAP_CMA},
    {"mem.import", FAKE_UDMABUF, 1, "UDMABUF_CREATE", QDA_SRC_UDMABUF},
    {"mem.import", FAKE_SYNC, 6, "DMA_BUF_IOCTL_SYNC", QDA_SRC_HEAP_SYSTEM},
    {"mem.import_scale", FAKE_IMPORT, 1, "PRIME_FD_TO_HANDLE", QDA_SRC_HEAP_SYSTEM},
    {"mem.import_scale", FAKE_IMPORT, 5, "PRIME_FD_TO_HANDLE", QDA_SRC_HEAP_SYSTEM},
    {"mem.handoff", FAKE_SPAWN, 1, "spawn", QDA_SRC_QDA},
    {"mem.handoff", FAKE_IMPORT, 3, "PRIME_FD_TO_HANDLE", QDA_SRC_QDA},
    {"mem.handoff", FAKE_OPEN, 2, "open", QDA_SRC_QDA},
    {"mem.handoff", FAKE_CREATE, 2, "GEM_CREATE", QDA_SRC_QDA},
    {"mem.handoff", FAKE_EXPORT, 2, "PRIME_HANDLE_TO_FD", QDA_SRC_QDA},
    {"mem.handoff", FAKE_EXPORT, 3, "PRIME_HANDLE_TO_FD", QDA_SRC_QDA},
    {"mem.handoff", FAKE_IMPORT, 2, "PRIME_FD_TO_HANDLE", QDA_SRC_QDA},
    {"mem.handoff", FAKE_MMAP, 2, "mmap", QDA_SRC_QDA},
    {"cpu.bw", FAKE_CREATE, 1, "GEM_CREATE", QDA_SRC_QDA},
    {"cpu.bw", FAKE_MMAP, 1, "mmap", QDA_SRC_DMABUF},
    {"cpu.bw", FAKE_SYNC, 5, "DMA_BUF_IOCTL_SYNC", QDA_SRC_DMABUF},
    {"cpu.sync", FAKE_SYNC, 7, "DMA_BUF_IOCTL_SYNC", QDA_SRC_HEAP_SYSTEM},
    {"cpu.sync", FAKE_MMAP, 2, "mmap", QDA_SRC_HEAP_SYSTEM},
    {"cpu.sync", FAKE_IMPORT, 1, "PRIME_FD_TO_HANDLE", QDA_SRC_HEAP_SYSTEM},
};

static void test_errors(void)
{
    for (size_t i = 0; i < sizeof failing / sizeof *failing; i++) {
        struct rig *rig = rig_new(failing[i].id);
        rig->point.source = failing[i].source;
        rig->point.variant = strcmp(failing[i].id, "cpu.sync") == 0 ? 15 : 0;
        rig->board->faults[failing[i].op] = (struct fake_fault){failing[i].at, -ENODEV};
        rig_run(rig);
        bool held = CHECK_INT(rig->result.status, QDA_ST_ERROR) & CHECK_INT(rig->result.error, -ENODEV) &
                    CHECK_STR(rig->result.call, failing[i].call) & CHECK_CONTAINS(rig->result.reason, "ENODEV");
        if (!held)
            printf("# row %zu: %s: %s\n", i, failing[i].id, rig->result.reason);
        rig_free(rig);
    }
}

static void expect_gone(enum fake_op also, bool gone, const char *words)
{
    struct rig *rig = rig_new("mem.import");
    rig->point.source = QDA_SRC_HEAP_SYSTEM;
    rig->board->faults[FAKE_IMPORT] = (struct fake_fault){9, -ENODEV};
    rig->board->faults[also] = (struct fake_fault){also == FAKE_OPEN ? 7 : 1, -ENODEV};
    rig_run(rig);
    CHECK_INT(rig->result.error, -ENODEV);
    CHECK_INT(rig->result.node_gone, gone);
    CHECK_CONTAINS(rig->result.reason, words);
    rig_free(rig);
}

/* v1 answers ENODEV to an import without a free context bank, and to every call on a node that is gone. */
static void test_node_gone(void)
{
    expect_gone(FAKE_QUERY, true, "the node is gone");
    expect_gone(FAKE_OPEN, true, "the node is gone");
    expect_gone(FAKE_SPAWN, false, "no context bank is free");
}

/* GEM_CLOSE and munmap fail for good: the fake keeps what was not closed until the file goes. */
static void test_failing_close(void)
{
    struct rig *rig = rig_new("mem.alloc");
    rig->board->faults[FAKE_GEM_CLOSE] = (struct fake_fault){2, -ENODEV};
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_STR(rig->result.call, "GEM_CLOSE");
    rig_free(rig);
    rig = rig_new("mem.export");
    rig->board->faults[FAKE_CLOSE] = (struct fake_fault){2, -EIO};
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_STR(rig->result.call, "close");
    rig_free(rig);
    for (unsigned at = 2; at <= 3; at++) { /* of the path: the helper's, and the one here */
        rig = rig_new("mem.handoff");
        rig->board->faults[FAKE_GEM_CLOSE] = (struct fake_fault){at, -ENODEV};
        rig_run(rig);
        CHECK_INT(rig->result.status, QDA_ST_ERROR);
        CHECK_STR(rig->result.call, "GEM_CLOSE");
        rig_free(rig);
    }
}

static void expect_fail(const char *id, struct fake_spoil spoil, const char *words)
{
    struct rig *rig = rig_new(id);
    rig->board->spoil = spoil;
    rig->point.variant = strcmp(id, "base.ioctl") == 0 ? 1 : strcmp(id, "mem.handoff") == 0 ? 0 : 7;
    if (strcmp(id, "mem.import") == 0)
        rig->point.source = QDA_SRC_HEAP_SYSTEM;
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_FAIL);
    CHECK(rig->result.mismatches > 0);
    CHECK(rig->result.verified >= rig->result.mismatches);
    CHECK_CONTAINS(rig->result.reason, words);
    CHECK_INT(rig->taken[0], 20);
    rig_free(rig);
}

static void test_mismatches(void)
{
    expect_fail("base.ioctl", (struct fake_spoil){.other_dsp = true}, "'adsp' in place of 'cdsp'");
    expect_fail("mem.alloc", (struct fake_spoil){.fresh_not_zero = true}, "not zero");
    expect_fail("mem.cpumap", (struct fake_spoil){.forgets = true}, "a new mapping");
    expect_fail("mem.cpumap", (struct fake_spoil){.touch_lost = true}, "pages do not hold");
    expect_fail("mem.export", (struct fake_spoil){.export_twice = true}, "another dma-buf");
    expect_fail("mem.export", (struct fake_spoil){.short_dmabuf = true}, "61440 bytes");
    expect_fail("mem.import", (struct fake_spoil){.import_changes = true}, "changed its data");
    expect_fail("mem.import", (struct fake_spoil){.export_twice = true}, "another dma-buf");
    expect_fail("mem.handoff", (struct fake_spoil){.import_changes = true}, "another nonce");
    expect_fail("mem.handoff", (struct fake_spoil){.stale_view = true}, "another nonce");
    expect_fail("mem.handoff", (struct fake_spoil){.export_twice = true}, "in place of");
    expect_fail("cpu.bw", (struct fake_spoil){.touch_lost = true}, "in iteration 0");
    expect_fail("cpu.sync", (struct fake_spoil){.stale_view = true}, "do not show what was stored");
}

/* A handle too many stays until the file is closed, which the point does itself. */
static void test_warm_handle(void)
{
    expect_fail("mem.import", (struct fake_spoil){.warm_handle = true}, "the second import gave handle");
}

static void test_scale_checks(void)
{
    struct rig *rig = rig_new("mem.import_scale");
    rig->board->spoil.same_handle = true;
    rig->point.source = QDA_SRC_HEAP_SYSTEM;
    rig_start(rig);
    while (rig_step(rig) == 1 && rig->result.status == QDA_ST_PASS)
        continue;
    CHECK_INT(rig->result.status, QDA_ST_FAIL);
    CHECK_CONTAINS(rig->result.reason, "19 of 20 imports got the handle of another one");
    rig_stop(rig);
    rig_free(rig);

    rig = rig_new("mem.import_scale");
    rig->board->spoil.close_keeps = true;
    rig->board->tick_ns = 1000000;
    rig->point.source = QDA_SRC_HEAP_SYSTEM;
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_FAIL);
    CHECK_CONTAINS(rig->result.reason, "after its import was closed");
    rig_free(rig);
}

/* The kernel lets go of files a little later: a count that is too high at first is no failure. */
static void test_scale_late(void)
{
    struct rig *rig = rig_new("mem.import_scale");
    rig->board->spoil.late_counts = 5;
    rig->point.source = QDA_SRC_HEAP_SYSTEM;
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_PASS);
    CHECK_INT(rig->board->spoil.late_counts, 0);
    rig_free(rig);
}

static void test_scale_limit(void)
{
    static const int limits[] = {-ENOMEM, -ENOSPC, -EMFILE};
    for (size_t i = 0; i < 3; i++) {
        struct rig *rig = rig_new("mem.import_scale");
        rig->board->faults[FAKE_IMPORT] = (struct fake_fault){8, limits[i]};
        rig->point.source = QDA_SRC_HEAP_SYSTEM;
        rig_run(rig);
        CHECK_INT(rig->result.status, QDA_ST_PASS);
        CHECK(rig->result.has_limit);
        CHECK_INT(rig->result.limit, 7);
        CHECK_INT(rig->result.error, limits[i]);
        CHECK_STR(rig->result.call, "PRIME_FD_TO_HANDLE");
        CHECK_CONTAINS(rig->result.reason, "limit reached at k=8");
        CHECK_INT(rig->taken[0], 7);
        rig_free(rig);
    }
    struct rig *rig = rig_new("mem.import_scale");
    rig->board->faults[FAKE_CREATE] = (struct fake_fault){3, -ENOMEM};
    rig_run(rig);
    CHECK_INT(rig->result.limit, 2);
    CHECK_STR(rig->result.call, "GEM_CREATE");
    rig_free(rig);
}

static void test_scale_counts(void)
{
    struct rig *rig = rig_new("mem.import_scale");
    rig->point = (struct qda_point){.count = 300, .samples = 5, .verify = true, .source = QDA_SRC_HEAP_SYSTEM};
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_PASS);
    CHECK_INT(rig->taken[0], 300);
    CHECK(!rig->result.has_limit);
    rig_free(rig);

    rig = rig_new("mem.import_scale");
    rig->point.count = 1u << 20;
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_CONTAINS(rig->result.reason, "more than the agent holds at once");
    rig_free(rig);

    rig = rig_new("mem.import_scale");
    rig->board->tick_ns = 1000000;
    rig->point.count = 300;
    rig->point.min_samples = 10;
    rig->point.budget_ns = 1;
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_PASS);
    CHECK_INT(rig->taken[0], 10);
    CHECK_CONTAINS(rig->result.reason, "time budget ended the sweep at k=10 of 300");
    rig_free(rig);
}

static void expect_skip(struct rig *rig, const char *words)
{
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_SKIP);
    CHECK(rig->started < 0);
    CHECK_CONTAINS(rig->result.reason, words);
    rig_free(rig);
}

static struct rig *rig_with(const char *id, enum qda_source source)
{
    struct rig *rig = rig_new(id);
    rig->point.source = source;
    return rig;
}

static void test_skips(void)
{
    static const char *const secure[] = {"qcom,secure", NULL};
    struct rig *rig = rig_with("mem.import", QDA_SRC_HEAP_SYSTEM);
    rig->board->heaps = NULL;
    expect_skip(rig, "/dev/dma_heap cannot be listed (ENOENT)");
    rig = rig_with("mem.import", QDA_SRC_HEAP_SYSTEM);
    rig->board->heaps = secure;
    expect_skip(rig, "looked in /dev/dma_heap for system and found qcom,secure");
    rig = rig_with("mem.import", QDA_SRC_HEAP_CMA);
    rig->board->heaps = secure;
    expect_skip(rig, "for default_cma_region, reserved, linux,cma");
    rig = rig_with("mem.import", QDA_SRC_UDMABUF);
    rig->board->no_udmabuf = true;
    expect_skip(rig, "no udmabuf here: /dev/udmabuf is not there");
    expect_skip(rig_with("mem.import", QDA_SRC_RENDER), "looked in /dev/dri for renderD*");
    expect_skip(rig_with("mem.import", QDA_SRC_MALLOC), "makes no dma-buf");
    expect_skip(rig_with("mem.import", (enum qda_source)99), "no source number 99");
    expect_skip(rig_with("mem.alloc", QDA_SRC_HEAP_SYSTEM), "own buffers only");
    rig = rig_with("cpu.sync", QDA_SRC_QDA);
    rig->point.variant = 11;
    expect_skip(rig, "never attached");
    rig = rig_with("base.ioctl", QDA_SRC_QDA);
    rig->point.variant = 2;
    expect_skip(rig, "variants 0 (VERSION) and 1 (QUERY)");
}

static void test_cma_choice(void)
{
    static const char *const heaps[] = {"system", "linux,cma", "reserved", NULL};
    struct rig *rig = rig_with("mem.import_scale", QDA_SRC_HEAP_CMA);
    rig->board->heaps = heaps;
    rig_start(rig);
    CHECK_INT(rig->started, 0);
    rig_stop(rig);
    CHECK_INT(rig->board->calls[FAKE_OPEN], 2);
    rig_free(rig);
    rig = rig_with("cpu.sync", QDA_SRC_HEAP_CMA);
    rig->board->heaps = heaps;
    rig->point.variant = 1;
    rig_start(rig);
    CHECK_STR(rig->board->opened, "/dev/dma_heap/reserved");
    rig_stop(rig);
    rig_free(rig);
}

static void test_not_allowed(void)
{
    struct rig *rig = rig_with("mem.import", QDA_SRC_HEAP_SYSTEM);
    rig->board->faults[FAKE_OPEN] = (struct fake_fault){1, -EACCES};
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_CONTAINS(rig->result.reason, "/dev/dma_heap/system cannot be opened (EACCES): run the agent as root");
    rig_free(rig);
}

static void test_no_size(void)
{
    struct rig *rig = rig_new("mem.alloc");
    rig->point.size = 0;
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_STR(rig->result.call, "plan");
    rig_free(rig);
}

/* What a point leaves in a driver that keeps mapped buffers: one buffer, or none. */
static const struct {
    const char *id;
    enum qda_source source;
    uint32_t repeat;
    uint64_t left;
} leaving[] = {
    {"base.ioctl", QDA_SRC_QDA, 0, 0},      {"mem.alloc", QDA_SRC_QDA, 0, 65536},  {"mem.alloc", QDA_SRC_QDA, 1, 0},
    {"mem.cpumap", QDA_SRC_QDA, 0, 65536},  {"mem.export", QDA_SRC_QDA, 0, 0},     {"mem.import", QDA_SRC_QDA, 0, 0},
    {"mem.import", QDA_SRC_UDMABUF, 0, 0},  {"mem.import_scale", QDA_SRC_QDA, 0, 0}, {"cpu.bw", QDA_SRC_QDA, 0, 65536},
    {"cpu.bw", QDA_SRC_DMABUF, 0, 65536},   {"cpu.bw", QDA_SRC_MALLOC, 0, 0},      {"cpu.bw", QDA_SRC_UDMABUF, 0, 0},
    {"mem.handoff", QDA_SRC_QDA, 0, 65536}, {"mem.handoff", QDA_SRC_HEAP_SYSTEM, 0, 0},
    {"cpu.sync", QDA_SRC_HEAP_SYSTEM, 0, 0}, {"cpu.sync", QDA_SRC_QDA, 0, 65536},
};

static void test_left_behind(void)
{
    for (size_t i = 0; i < sizeof leaving / sizeof *leaving; i++) {
        struct rig *rig = rig_with(leaving[i].id, leaving[i].source);
        rig->board->driver.leaks_mappings = true;
        rig->point.repeat = leaving[i].repeat;
        rig->point.variant = strcmp(leaving[i].id, "cpu.sync") == 0 ? 7 : 0; /* not attached */
        rig_run(rig);
        CHECK_INT(rig->result.status, QDA_ST_PASS);
        if (!CHECK_INT(rig->result.left_behind, leaving[i].left))
            printf("# in %s, source %d\n", leaving[i].id, leaving[i].source);
        rig_free(rig);
    }
}

static void test_helper_gone(void)
{
    struct rig *rig = rig_new("mem.handoff");
    rig->board->helper = FAKE_HELPER_DIES;
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_CONTAINS(rig->result.reason, "helper process");
    rig_free(rig);
}

static void test_helper_hangs(void)
{
    struct rig *rig = rig_new("mem.handoff");
    rig->board->helper = FAKE_HELPER_HANGS;
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_INT(rig->result.error, -ETIMEDOUT);
    CHECK_CONTAINS(rig->result.reason, "did not answer for 10 s");
    rig_free(rig);
}

int main(void)
{
    check_run("a failing call makes the point an error that names it", test_errors);
    check_run("ENODEV of an import says whether the node is gone", test_node_gone);
    check_run("a failing close does too", test_failing_close);
    check_run("what does not fit makes the point a fail, with all its samples", test_mismatches);
    check_run("a second handle for one buffer is noticed", test_warm_handle);
    check_run("import_scale notices equal handles and kept references", test_scale_checks);
    check_run("import_scale waits for references that go late", test_scale_late);
    check_run("import_scale passes with the limit that it met", test_scale_limit);
    check_run("import_scale takes count, samples or its budget", test_scale_counts);
    check_run("what is not here is skipped with what was looked for", test_skips);
    check_run("the likeliest CMA heap is taken", test_cma_choice);
    check_run("what may not be opened is an error", test_not_allowed);
    check_run("a plan without a size is an error", test_no_size);
    check_run("what stays in a leaking driver is counted", test_left_behind);
    check_run("a dead helper is an error", test_helper_gone);
    check_run("a hanging helper is given up and killed", test_helper_hangs);
    return check_done();
}
