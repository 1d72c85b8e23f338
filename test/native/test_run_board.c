/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "live_board.h"

#include "driver/driver.h"
#include "run/run.h"
#include "vqda/client/client.h"
#include "wire/gen/qda_lab.pb.h"

#include <errno.h>
#include <stdlib.h>

/*
 * The benchmarks on a live virtual board, with real processes and real descriptors: all pass, nothing stays open, and the
 * board keeps what they said they leave behind. Prints each point's p50: told apart by eye, never tested.
 */
#define MAX_SAMPLES 2048u
#define MAX_STEPS 100000u

struct bench {
    struct live_board board;
    struct qda_node nodes[4];
    struct qda_run_ctx ctx;
    struct qda_point_result result;
    const char *helper_args[4];
    uint64_t left_behind; /* over all points */
    char names[QDA_MAX_SERIES][16];
    uint32_t taken[QDA_MAX_SERIES];
    uint64_t ns[QDA_MAX_SERIES][MAX_SAMPLES];
};

static void declare(void *arg, unsigned series, const char *name)
{
    struct bench *bench = arg;
    snprintf(bench->names[series], sizeof bench->names[series], "%s", name);
}

static void append(void *arg, unsigned series, uint64_t ns)
{
    struct bench *bench = arg;
    if (bench->taken[series] < MAX_SAMPLES)
        bench->ns[series][bench->taken[series]++] = ns;
}

static bool room(void *arg, size_t samples)
{
    (void)arg;
    (void)samples;
    return true;
}

/* A board with its node, ready for points; NULL after a failed check. */
static struct bench *bench_new(const char *const *args)
{
    struct bench *bench = calloc(1, sizeof *bench);
    bool up = CHECK(live_board_start(&bench->board, args)) &&
              CHECK_INT(qda_find_nodes(bench->board.sys, QDA_GEN_NONE, bench->nodes, 4), 2) &&
              CHECK(bench->nodes[0].driver != NULL);
    if (!up) {
        printf("# %s\n", bench->nodes[0].proof);
        live_board_stop(&bench->board);
        free(bench);
        return NULL;
    }
    bench->helper_args[0] = "--helper";
    bench->helper_args[1] = bench->board.vqda;
    bench->ctx = (struct qda_run_ctx){.sys = bench->board.sys,
                                      .node = &bench->nodes[0],
                                      .self_exe = "/proc/self/exe",
                                      .helper_args = bench->helper_args,
                                      .sink = {bench, declare, append, room},
                                      .slice_ns = 10000000};
    return bench;
}

static void bench_free(struct bench *bench)
{
    live_board_stop(&bench->board);
    free(bench);
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void print_p50(struct bench *bench, const struct qda_point *point)
{
    printf("# %s size %llu source %d variant %u:", point->benchmark, (unsigned long long)point->size, (int)point->source,
           point->variant);
    for (unsigned s = 0; s < QDA_MAX_SERIES && bench->taken[s]; s++) {
        qsort(bench->ns[s], bench->taken[s], sizeof *bench->ns[s], by_value);
        printf(" %s %llu ns", bench->names[s], (unsigned long long)bench->ns[s][(bench->taken[s] - 1) / 2]);
    }
    printf(" (n %u)\n", bench->taken[0]);
}

/* Runs at most `steps` steps of a point and stops it. */
static void run_steps(struct bench *bench, const struct qda_point *point, unsigned steps)
{
    const struct qda_run_ops *ops = qda_run_find(point->benchmark);
    void *state = NULL;
    memset(bench->taken, 0, sizeof bench->taken);
    int more = ops->start(&bench->ctx, point, &bench->result, &state) == 0;
    while (more == 1 && steps-- > 0)
        more = ops->step(&bench->ctx, state, &bench->result);
    ops->stop(&bench->ctx, state);
    bench->left_behind += bench->result.left_behind;
}

static const struct qda_point points[] = {
    {.benchmark = "base.ioctl", .samples = 1000},
    {.benchmark = "base.ioctl", .samples = 1000, .variant = 1},
    {.benchmark = "mem.alloc", .size = 4096, .samples = 100},
    {.benchmark = "mem.alloc", .size = 1048576, .samples = 100},
    {.benchmark = "mem.cpumap", .size = 4096, .samples = 50},
    {.benchmark = "mem.cpumap", .size = 1048576, .samples = 50},
    {.benchmark = "mem.export", .size = 65536, .samples = 100},
    {.benchmark = "mem.import", .size = 65536, .samples = 50},
    {.benchmark = "mem.import", .size = 65536, .samples = 50, .source = QDA_SRC_HEAP_SYSTEM},
    {.benchmark = "mem.import", .size = 1048576, .samples = 50, .source = QDA_SRC_HEAP_CMA},
    {.benchmark = "mem.import", .size = 1048576, .samples = 50, .source = QDA_SRC_UDMABUF},
    {.benchmark = "mem.import_scale", .count = 1024, .source = QDA_SRC_HEAP_SYSTEM},
    {.benchmark = "mem.import_scale", .count = 256},
    {.benchmark = "mem.handoff", .size = 65536, .samples = 50},
    {.benchmark = "mem.handoff", .size = 65536, .samples = 50, .source = QDA_SRC_HEAP_SYSTEM},
    {.benchmark = "cpu.bw", .size = 1048576, .samples = 20},
    {.benchmark = "cpu.bw", .size = 1048576, .samples = 20, .source = QDA_SRC_DMABUF},
    {.benchmark = "cpu.bw", .size = 1048576, .samples = 20, .source = QDA_SRC_MALLOC},
    {.benchmark = "cpu.sync", .size = 65536, .samples = 50, .source = QDA_SRC_HEAP_SYSTEM, .variant = 3},
    {.benchmark = "cpu.sync", .size = 65536, .samples = 50, .source = QDA_SRC_HEAP_SYSTEM, .variant = 15},
};

static struct qda_point checked(struct qda_point point)
{
    point.warmups = 3;
    point.seed = 42;
    point.verify = true;
    return point;
}

static void run_all(struct bench *bench)
{
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        struct qda_point point = checked(points[i]);
        run_steps(bench, &point, MAX_STEPS);
        bool held = CHECK_INT(bench->result.status, QDA_ST_PASS) & CHECK_INT(bench->result.mismatches, 0) &
                    CHECK(bench->result.verified > 0) & CHECK_INT(bench->taken[0], point.samples + point.count);
        if (!held)
            printf("# %s, source %d: %s\n", point.benchmark, (int)point.source, bench->result.reason);
        print_p50(bench, &point);
    }
}

static void check_pass(const char *const *args, bool kept)
{
    struct live_status status;
    struct bench *bench = bench_new(args);
    if (!bench)
        return;
    run_all(bench);
    CHECK(bench->left_behind > 0);
    if (CHECK(live_board_settles(&bench->board, &status)))
        CHECK_INT(status.kept_bytes, kept ? bench->left_behind : 0);
    bench_free(bench);
}

static void test_v1(void)
{
    check_pass((const char *const[]){"--generation", "v1", NULL}, true);
}

static void test_rfc(void)
{
    check_pass((const char *const[]){"--generation", "rfc", NULL}, true);
}

static void test_without_leak(void)
{
    check_pass((const char *const[]){"--quirk", "mmap-pins-object=off", "--iommu", "bypass", NULL}, false);
}

static void test_cancel(void)
{
    struct live_status status;
    struct bench *bench = bench_new((const char *const[]){"--quirk", "mmap-pins-object=off", NULL});
    if (!bench)
        return;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        for (unsigned steps = 0; steps < 3; steps++) {
            struct qda_point point = checked(points[i]);
            bench->ctx.slice_ns = 1;
            run_steps(bench, &point, steps);
        }
    }
    if (CHECK(live_board_settles(&bench->board, &status)))
        CHECK_INT(status.iova_used, 0);
    bench_free(bench);
}

static void expect_error(struct bench *bench, struct qda_point point, int error, const char *call)
{
    point = checked(point);
    run_steps(bench, &point, MAX_STEPS);
    CHECK_INT(bench->result.status, QDA_ST_ERROR);
    CHECK_INT(bench->result.error, error);
    if (!CHECK_STR(bench->result.call, call))
        printf("# %s: %s\n", point.benchmark, bench->result.reason);
}

static void test_faults(void)
{
    static const struct qda_point alloc = {.benchmark = "mem.alloc", .size = 4096, .samples = 5};
    static const struct qda_point import = {
        .benchmark = "mem.import", .size = 4096, .samples = 5, .source = QDA_SRC_HEAP_SYSTEM};
    struct live_status status;
    struct bench *bench = bench_new((const char *const[]){NULL});
    if (!bench)
        return;
    CHECK(live_board_fault(&bench->board, qdalab_FaultKind_FAULT_BANKS_EXHAUSTED));
    expect_error(bench, alloc, -ENOMEM, "GEM_CREATE");
    expect_error(bench, import, -ENODEV, "PRIME_FD_TO_HANDLE");
    CHECK(!bench->result.node_gone);
    CHECK_CONTAINS(bench->result.reason, "no context bank is free");
    CHECK(live_board_clear_faults(&bench->board));
    CHECK(live_board_fault(&bench->board, qdalab_FaultKind_FAULT_ALLOC));
    expect_error(bench, alloc, -ENOMEM, "GEM_CREATE");
    CHECK(live_board_clear_faults(&bench->board));
    CHECK(live_board_settles(&bench->board, &status));
    bench_free(bench);
}

/* More than the board has memory for: the sweep ends, says where, and gives all of it back. */
static void test_limit(void)
{
    struct qda_point point = checked((struct qda_point){
        .benchmark = "mem.import_scale", .size = 16u << 20, .count = 2000, .source = QDA_SRC_HEAP_SYSTEM});
    struct live_status status;
    struct bench *bench = bench_new((const char *const[]){NULL});
    if (!bench)
        return;
    run_steps(bench, &point, MAX_STEPS);
    CHECK_INT(bench->result.status, QDA_ST_PASS);
    CHECK(bench->result.has_limit);
    CHECK(bench->result.limit > 1 && bench->result.limit < 2000);
    CHECK_INT(bench->result.limit, bench->taken[0]);
    CHECK_INT(bench->result.error, -ENOMEM);
    CHECK_CONTAINS(bench->result.reason, "limit reached at k=");
    CHECK(live_board_settles(&bench->board, &status));
    bench_free(bench);
}

/* The node goes between two steps of a running point. */
static void test_unplug(void)
{
    struct qda_point point = checked((struct qda_point){.benchmark = "mem.alloc", .size = 4096, .samples = 100000});
    const struct qda_run_ops *ops = qda_run_find(point.benchmark);
    void *state = NULL;
    struct bench *bench = bench_new((const char *const[]){NULL});
    if (!bench)
        return;
    CHECK_INT(ops->start(&bench->ctx, &point, &bench->result, &state), 0);
    CHECK_INT(ops->step(&bench->ctx, state, &bench->result), 1);
    CHECK(live_board_unplug(&bench->board, "cdsp"));
    CHECK_INT(ops->step(&bench->ctx, state, &bench->result), 0);
    ops->stop(&bench->ctx, state);
    CHECK_INT(bench->result.status, QDA_ST_ERROR);
    CHECK_INT(bench->result.error, -ENODEV);
    CHECK_STR(bench->result.call, "GEM_CREATE");
    CHECK(bench->result.node_gone);
    bench_free(bench);
}

static int helper_main(const char *vqda)
{
    int err = 0;
    struct qda_sys *sys = vq_client_open(vqda, &err);
    if (!sys)
        return 2;
    int code = qda_run_helper(sys, NULL);
    vq_client_close(sys);
    return code;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--helper") == 0)
        return helper_main(argv[2]);
    check_run("all pass on v1, which keeps what they said", test_v1);
    check_run("all pass on the RFC, which keeps what they said", test_rfc);
    check_run("nothing stays where the leak is off", test_without_leak);
    check_run("nothing stays of cancelled points", test_cancel);
    check_run("faults of the board are errors that name the call", test_faults);
    check_run("import_scale meets the board's limit", test_limit);
    check_run("a node that goes is an error that says so", test_unplug);
    return check_done();
}
