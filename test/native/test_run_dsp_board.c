/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "live_board.h"

#include "dsp/skel_bytes.h"
#include "run/dsp.h"
#include "wire/build_id.h"

#include <stdlib.h>

/*
 * Our skel's work on a live virtual board: its DSP runs the very file, in an emulator, on the same memory. All pass, with their
 * checks and proofs, and nothing stays. Prints each point's p50: told apart by eye, never tested.
 */
#define MAX_SAMPLES 2048u
#define MAX_STEPS 100000u

struct bench {
    struct live_board board;
    struct qda_node nodes[4];
    const struct qda_node *node; /* the compute DSP's */
    struct qda_rpc_file file;
    struct qda_run_ctx ctx;
    struct qda_point_result result;
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
    (void)arg, (void)samples;
    return true;
}

static void on_log(void *arg, int level, const char *text)
{
    (void)arg;
    printf("# dsp log %d: %s\n", level, text);
}

/* Why there is no DSP to run on: the tests are skipped with this. */
static const char *no_dsp(void)
{
    return system("command -v qemu-hexagon >/dev/null") == 0 ? NULL : "qemu-hexagon is not installed: build/setup";
}

static bool find_cdsp(struct bench *bench)
{
    int count = qda_find_nodes(bench->board.sys, QDA_GEN_NONE, bench->nodes, 4);
    for (int i = 0; i < count && !bench->node; i++) {
        if (strcmp(bench->nodes[i].dsp, "cdsp") == 0 && bench->nodes[i].driver)
            bench->node = &bench->nodes[i];
    }
    return bench->node != NULL;
}

static struct bench *bench_new(const char *const *args)
{
    struct bench *bench = calloc(1, sizeof *bench);
    if (!CHECK(live_board_start(&bench->board, args)) || !CHECK(find_cdsp(bench))) {
        live_board_stop(&bench->board);
        free(bench);
        return NULL;
    }
    bench->file = (struct qda_rpc_file){QBENCH_FILE, qda_qbench_skel, qda_qbench_skel_len};
    struct qda_dsp_setup setup = {.sys = bench->board.sys,
                                  .node = bench->node,
                                  .files = &bench->file,
                                  .file_count = 1,
                                  .hooks = {.log = on_log},
                                  .build_id = QDA_BUILD_ID};
    bench->ctx = (struct qda_run_ctx){.sys = bench->board.sys,
                                      .dsp = qda_dsp_new(&setup),
                                      .node = bench->node,
                                      .sink = {bench, declare, append, room},
                                      .slice_ns = 10000000};
    return bench;
}

static void bench_free(struct bench *bench)
{
    qda_dsp_free(bench->ctx.dsp);
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
    printf("# %s size %llu source %d count %u variant %u:", point->benchmark, (unsigned long long)point->size, (int)point->source,
           point->count, point->variant);
    for (unsigned s = 0; s < QDA_MAX_SERIES && bench->taken[s]; s++) {
        qsort(bench->ns[s], bench->taken[s], sizeof *bench->ns[s], by_value);
        printf(" %s %llu ns", bench->names[s], (unsigned long long)bench->ns[s][(bench->taken[s] - 1) / 2]);
    }
    for (unsigned i = 0; i < bench->result.counter_count; i++)
        printf(" %s %llu", bench->result.counters[i].name, (unsigned long long)bench->result.counters[i].value);
    printf(" (n %u)\n", bench->taken[0]);
}

static void run_steps(struct bench *bench, struct qda_point point, uint32_t index, unsigned steps)
{
    const struct qda_run_ops *ops = qda_run_find(point.benchmark);
    void *state = NULL;
    point.index = index;
    point.warmups = 2;
    point.seed = 42;
    point.verify = true;
    memset(bench->taken, 0, sizeof bench->taken);
    int more = ops->start(&bench->ctx, &point, &bench->result, &state) == 0;
    while (more == 1 && steps-- > 0)
        more = ops->step(&bench->ctx, state, &bench->result);
    ops->stop(&bench->ctx, state);
    bench->left_behind += bench->result.left_behind;
}

static const struct qda_point points[] = {
    {.benchmark = "dsp.read", .size = 4096, .samples = 20},
    {.benchmark = "dsp.read", .size = 1048576, .samples = 20, .variant = QBENCH_HVX},
    {.benchmark = "dsp.read", .size = 1048576, .samples = 20, .count = 2, .variant = QBENCH_HVX},
    {.benchmark = "dsp.read", .size = 1048576, .samples = 20, .count = 4, .variant = QBENCH_HVX_L2},
    {.benchmark = "dsp.read", .size = 1048576, .samples = 20, .source = QDA_SRC_HEAP_SYSTEM},
    {.benchmark = "dsp.write", .size = 1048576, .samples = 10, .count = 2},
    {.benchmark = "dsp.write", .size = 65536, .samples = 10, .variant = QBENCH_HVX},
    {.benchmark = "dsp.copy", .size = 1048576, .samples = 10},
    {.benchmark = "dsp.copy", .size = 65536, .samples = 10, .count = 4, .variant = QBENCH_HVX_L2},
    {.benchmark = "dsp.cache", .size = 65536, .samples = 10, .variant = QBENCH_CLEAN | 4},
    {.benchmark = "dsp.cache", .size = 65536, .samples = 10, .variant = QBENCH_INVALIDATE},
    {.benchmark = "dsp.cache", .size = 65536, .samples = 10, .variant = QBENCH_CLEAN_INVALIDATE | 4},
    {.benchmark = "e2e.frame", .size = 3110400, .samples = 3, .variant = QDA_PASS_COPY << 1},
    {.benchmark = "e2e.frame", .size = 3110400, .samples = 3, .variant = QDA_PASS_BUFFER << 1},
    {.benchmark = "e2e.frame", .size = 3110400, .samples = 3, .variant = QDA_PASS_MAPPED << 1},
    {.benchmark = "shm.doorbell", .samples = 300},
    {.benchmark = "coh.stress", .samples = 300},
};

static bool check_proof(const struct qda_zero_copy *proof, bool heap)
{
    return CHECK(!proof->claimed || (proof->nonce_to_dsp && proof->nonce_from_dsp && proof->ino != 0)) &&
           CHECK(!proof->claimed || heap || proof->ino == proof->import_ino);
}

/* heap: every buffer of the system heap, where the driver makes none. */
static void run_all(struct bench *bench, bool heap)
{
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        const struct qda_zero_copy *proof = &bench->result.zero_copy;
        struct qda_point point = points[i];
        point.source = heap ? QDA_SRC_HEAP_SYSTEM : point.source;
        run_steps(bench, point, (uint32_t)i, MAX_STEPS);
        bool held = CHECK_INT(bench->result.status, QDA_ST_PASS) & CHECK_INT(bench->result.mismatches, 0) &
                    CHECK(bench->result.verified > 0) & CHECK(bench->taken[0] >= points[i].samples) &
                    check_proof(proof, heap);
        if (!held)
            printf("# %s, variant %u: %s: %s\n", points[i].benchmark, points[i].variant, bench->result.call, bench->result.reason);
        print_p50(bench, &point);
    }
}

static void check_pass(const char *const *args, bool kept, bool heap)
{
    struct live_status status;
    if (no_dsp()) {
        check_skip(no_dsp());
        return;
    }
    struct bench *bench = bench_new(args);
    if (!bench)
        return;
    run_all(bench, heap);
    qda_dsp_end(bench->ctx.dsp);
    if (CHECK(live_board_settles(&bench->board, &status)))
        CHECK_INT(status.kept_bytes, kept ? bench->left_behind : 0);
    bench_free(bench);
}

#define NO_LEAKS                                                                                                      \
    "--quirk", "mmap-pins-object=off", "--quirk", "release-leaks-init-memory=off", "--quirk", "hidden-import-handles=off",   \
        "--quirk", "interrupted-call-leaks=off"

static void test_v1(void)
{
    check_pass((const char *const[]){"--generation", "v1", NULL}, true, false);
}

static void test_rfc(void)
{
    check_pass((const char *const[]){"--generation", "rfc", NULL}, true, false);
}

static void test_fastrpc(void)
{
    check_pass((const char *const[]){"--generation", "fastrpc", NULL}, true, true);
}

static void test_without_leaks(void)
{
    check_pass((const char *const[]){NO_LEAKS, NULL}, false, false);
}

static void test_cancel(void)
{
    struct live_status status;
    if (no_dsp()) {
        check_skip(no_dsp());
        return;
    }
    struct bench *bench = bench_new((const char *const[]){NO_LEAKS, NULL});
    if (!bench)
        return;
    bench->ctx.slice_ns = 1;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++)
        for (unsigned steps = 0; steps < 2; steps++) {
            run_steps(bench, points[i], (uint32_t)(2 * i + steps), steps);
            if (!CHECK(bench->result.status == QDA_ST_PASS))
                printf("# %s: %s\n", points[i].benchmark, bench->result.reason);
        }
    qda_dsp_end(bench->ctx.dsp);
    if (CHECK(live_board_settles(&bench->board, &status)))
        CHECK_INT(status.iova_used, 0);
    bench_free(bench);
}

int main(void)
{
    check_run("our skel's benchmarks pass on v1, and leave behind what they say", test_v1);
    check_run("the same on the RFC", test_rfc);
    check_run("the same on FastRPC, on a heap's buffers", test_fastrpc);
    check_run("where the driver keeps nothing, nothing stays", test_without_leaks);
    check_run("a cancel leaves nothing", test_cancel);
    return check_done();
}
