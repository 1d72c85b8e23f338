/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "run_rig.h"

#include <errno.h>

/* The benchmarks on a board that obeys: what they take, how long, in which slices, and that a cancel leaves nothing. */

static const struct {
    const char *id;
    unsigned series;
    const char *first;
} families[] = {
    {"base.ioctl", 1, "ioctl"}, {"mem.alloc", 2, "alloc"},         {"mem.cpumap", 3, "mmap"},
    {"mem.export", 3, "first"}, {"mem.import", 3, "cold"},         {"mem.import_scale", 1, "import"},
    {"mem.handoff", 5, "handoff"}, {"cpu.bw", 3, "read"},          {"cpu.sync", 2, "start"},
};
#define FAMILIES (sizeof families / sizeof *families)

static struct rig *new_rig(size_t i)
{
    struct rig *rig = rig_new(families[i].id);
    rig->point.variant = i == FAMILIES - 1 ? 7 : 0;
    return rig;
}

static void test_table(void)
{
    size_t count = 0;
    for (size_t i = 0; qda_runs[i]; i++)
        count += !qda_runs[i]->needs_dsp;
    CHECK_INT(count, FAMILIES);
    for (size_t i = 0; i < FAMILIES; i++) {
        const struct qda_run_ops *ops = qda_run_find(families[i].id);
        if (CHECK(ops != NULL))
            CHECK_INT(ops->exhaustive, strcmp(ops->id, "mem.import_scale") == 0);
    }
    CHECK(qda_run_find("mem.nothing") == NULL);
}

static void check_pass(struct rig *rig, size_t i)
{
    CHECK_INT(rig->result.status, QDA_ST_PASS);
    CHECK_STR(rig->result.reason, "");
    CHECK_INT(rig->declared, families[i].series);
    CHECK_STR(rig->names[0], families[i].first);
    for (unsigned s = 0; s < families[i].series; s++) {
        CHECK_INT(rig->taken[s], 20);
        CHECK(rig->last[s] > 0);
    }
    CHECK(rig->result.verified > 0);
    CHECK_INT(rig->result.mismatches, 0);
    CHECK_INT(rig->result.left_behind, 0);
}

static void test_all_pass(void)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        struct rig *rig = new_rig(i);
        rig_run(rig);
        if (!CHECK_INT(rig->started, 0))
            printf("# in %s: %s\n", families[i].id, rig->result.reason);
        check_pass(rig, i);
        rig_free(rig);
    }
}

static void test_without_checks(void)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        struct rig *rig = new_rig(i);
        rig->point.verify = false;
        rig_run(rig);
        CHECK_INT(rig->result.status, QDA_ST_PASS);
        CHECK_INT(rig->result.verified, 0);
        CHECK_INT(rig->taken[0], 20);
        rig_free(rig);
    }
}

/* A sink with room for one iteration ends each step; cancelled after any number of steps, nothing is left. */
static void test_cancel(void)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        for (unsigned steps = 0; steps < 12; steps++) {
            struct rig *rig = new_rig(i);
            rig_start(rig);
            CHECK_INT(rig->started, 0);
            for (unsigned s = 0; s < steps; s++) {
                rig->sink_room = families[i].series;
                rig_step(rig);
            }
            rig_stop(rig);
            rig_free(rig);
        }
    }
}

static void test_back_pressure(void)
{
    struct rig *rig = rig_new("mem.alloc");
    rig->sink_room = 0;
    rig->point.warmups = 0;
    rig_start(rig);
    CHECK_INT(rig_step(rig), 1);
    CHECK_INT(rig->taken[0], 0);
    CHECK_INT(rig->board->calls[FAKE_CREATE], 0);
    rig->sink_room = 10;
    CHECK_INT(rig_step(rig), 1);
    CHECK_INT(rig->taken[0], 5);
    CHECK_INT(rig->taken[1], 5);
    rig->sink_room = UINT64_MAX;
    CHECK_INT(rig_step(rig), 0);
    CHECK_INT(rig->taken[0], 20);
    rig_stop(rig);
    rig_free(rig);
}

/* The clock moves 1 ms a reading: two a call and one an iteration, so a slice of 10 ms is over after 4 iterations. */
static void test_slices(void)
{
    struct rig *rig = rig_new("base.ioctl");
    rig->board->tick_ns = 1000000;
    rig->point.warmups = 0;
    rig_start(rig);
    CHECK_INT(rig_step(rig), 1);
    CHECK_INT(rig->taken[0], 4);
    CHECK_INT(rig->last[0], 1000000);
    rig_stop(rig);
    rig_free(rig);
}

static void test_warmups(void)
{
    struct rig *rig = rig_new("base.ioctl");
    rig->point.warmups = 7;
    rig_run(rig);
    CHECK_INT(rig->board->calls[FAKE_VERSION], 27);
    CHECK_INT(rig->taken[0], 20);
    rig_free(rig);
}

/* 3 ms an iteration; a budget of 60 ms is over after 20, the warm-ups after a quarter of it. */
static void test_budget(void)
{
    struct rig *rig = rig_new("base.ioctl");
    rig->board->tick_ns = 1000000;
    rig->point.samples = 20000;
    rig->point.warmups = 2000;
    rig->point.min_samples = 5;
    rig->point.budget_ns = 60000000;
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_PASS);
    CHECK(rig->taken[0] >= 12 && rig->taken[0] <= 16);
    CHECK(rig->board->now < 80000000);
    rig_free(rig);
}

static void test_min_samples_over_budget(void)
{
    struct rig *rig = rig_new("base.ioctl");
    rig->board->tick_ns = 1000000;
    rig->point.samples = 20000;
    rig->point.warmups = 2000;
    rig->point.min_samples = 30;
    rig->point.budget_ns = 1;
    rig_run(rig);
    CHECK_INT(rig->taken[0], 30);
    CHECK_INT(rig->board->calls[FAKE_VERSION], 31);
    rig_free(rig);
}

static void test_min_samples_over_samples(void)
{
    struct rig *rig = rig_new("base.ioctl");
    rig->point.samples = 4;
    rig->point.min_samples = 30;
    rig->point.budget_ns = 1;
    rig_run(rig);
    CHECK_INT(rig->taken[0], 4);
    rig_free(rig);
}

static void test_neither_samples_nor_budget(void)
{
    struct rig *rig = rig_new("base.ioctl");
    rig->point.samples = 0;
    rig_run(rig);
    CHECK_INT(rig->taken[0], 1);
    rig_free(rig);
}

static void test_variants(void)
{
    struct rig *rig = rig_new("base.ioctl");
    rig->point.variant = 1;
    rig_run(rig);
    CHECK_INT(rig->board->calls[FAKE_QUERY], 23);
    CHECK_INT(rig->board->calls[FAKE_VERSION], 0);
    rig_free(rig);
    for (uint32_t variant = 1; variant < 16; variant++) {
        rig = rig_new("cpu.sync");
        rig->point.source = QDA_SRC_HEAP_SYSTEM;
        rig->point.variant = variant;
        rig_run(rig);
        CHECK_INT(rig->result.status, variant & 3 ? QDA_ST_PASS : QDA_ST_SKIP);
        CHECK_INT(rig->board->calls[FAKE_IMPORT], (variant & 3) && (variant & 8) ? 1 : 0);
        rig_free(rig);
    }
}

static void test_bytes_a_sample(void)
{
    static const uint64_t sizes[] = {1, 4096, 65536, 262144, 1048576};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct rig *rig = rig_new("cpu.bw");
        rig->point.size = sizes[i];
        rig_run(rig);
        CHECK_INT(rig->result.bytes_per_sample, sizes[i] > 262144 ? sizes[i] : 262144);
        CHECK_INT(rig->result.status, QDA_ST_PASS);
        rig_free(rig);
    }
}

static void test_clock_cost(void)
{
    struct rig *rig = rig_new("base.ioctl");
    CHECK_INT(qda_clock_cost(&rig->board->base, 101), 100);
    CHECK_INT(qda_clock_cost(&rig->board->base, 100000), 100);
    CHECK_INT(qda_clock_cost(&rig->board->base, 0), 0);
    rig_free(rig);
}

/* Readings of the clock within the path: two here, three from the send to the import, two there, two here. Nothing else counts. */
static void test_path_is_timed(void)
{
    for (int verify = 0; verify < 2; verify++) {
        struct rig *rig = rig_new("mem.handoff");
        rig->point.verify = verify;
        rig->ctx.slice_ns = 10000000000u; /* the wait for the helper reads the clock only when it is over */
        rig_run(rig);
        CHECK_INT(rig->result.status, QDA_ST_PASS);
        CHECK_STR(rig->names[4], "path");
        CHECK_INT(rig->taken[4], 20);
        CHECK_INT(rig->last[4], 5 * rig->board->tick_ns);
        CHECK_INT(rig->last[1], rig->board->tick_ns);
        rig_free(rig);
    }
}

/* Each iteration makes one buffer, shares and closes it; only the buffer of the hand-over is ever mapped. */
static void test_path_calls(void)
{
    struct rig *rig = rig_new("mem.handoff");
    rig->board->driver.leaks_mappings = true;
    rig_run(rig);
    CHECK_INT(rig->board->calls[FAKE_CREATE], 1 + 23);
    CHECK_INT(rig->board->calls[FAKE_EXPORT], 1 + 2 * 23);
    CHECK_INT(rig->board->calls[FAKE_IMPORT], 2 * 23);
    CHECK_INT(rig->board->calls[FAKE_MMAP], 1 + 23);
    CHECK_INT(rig->board->calls[FAKE_OFFSET], 0);
    CHECK_INT(rig->result.left_behind, 65536);
    rig_free(rig);
}

/* A dma-buf of another exporter has neither GEM_CREATE nor PRIME_HANDLE_TO_FD: it is handed over, and that is all. */
static void test_path_of_qda_only(void)
{
    struct rig *rig = rig_new("mem.handoff");
    rig->point.source = QDA_SRC_HEAP_SYSTEM;
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_PASS);
    CHECK_INT(rig->declared, 4);
    CHECK_INT(rig->taken[3], 20);
    CHECK_INT(rig->taken[4], 0);
    CHECK_INT(rig->board->calls[FAKE_CREATE], 0);
    rig_free(rig);
}

static void see_buffer(void *arg, const struct qda_self_buffer *buffer)
{
    *(struct qda_self_buffer *)arg = *buffer;
}

static void test_ledger(void)
{
    struct rig *rig = rig_new("mem.handoff");
    struct qda_self_buffer seen = {0};
    rig_start(rig);
    CHECK_INT(rig_ledger(), 1);
    qda_self_each(see_buffer, &seen);
    CHECK_STR(seen.node, "/dev/accel/accel0");
    CHECK_INT(seen.handle, 1);
    CHECK_INT(seen.size, 65536);
    CHECK(seen.ino != 0);
    CHECK(seen.since_ns != 0);
    CHECK(seen.mapped);
    CHECK(!seen.imported);
    rig_stop(rig);
    rig_free(rig);
}

int main(void)
{
    check_run("the table has all nine", test_table);
    check_run("all pass on a board that obeys, and leave nothing", test_all_pass);
    check_run("checks can be left out", test_without_checks);
    check_run("a cancel after any step leaves nothing", test_cancel);
    check_run("a full sink stops a step before its next iteration", test_back_pressure);
    check_run("a step returns after its slice", test_slices);
    check_run("warm-ups are made and thrown away", test_warmups);
    check_run("a budget ends warm-ups and samples", test_budget);
    check_run("min_samples are taken whatever the budget", test_min_samples_over_budget);
    check_run("min_samples never are more than the samples", test_min_samples_over_samples);
    check_run("a plan without samples and budget takes one", test_neither_samples_nor_budget);
    check_run("variants choose the call and the bracket", test_variants);
    check_run("a bandwidth sample of a small buffer is several passes", test_bytes_a_sample);
    check_run("the clock's cost is the median of pairs", test_clock_cost);
    check_run("the path holds its stages and nothing else", test_path_is_timed);
    check_run("the path makes a buffer each time and maps none", test_path_calls);
    check_run("the path is of the accel node's own buffers only", test_path_of_qda_only);
    check_run("the ledger knows an open buffer", test_ledger);
    return check_done();
}
