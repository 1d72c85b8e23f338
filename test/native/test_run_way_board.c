/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "live_board.h"

#include "dsp/skel_bytes.h"
#include "run/dsp.h"
#include "vqda/client/client.h"
#include "wire/build_id.h"

#include <stdlib.h>

/*
 * mem.handoff through the DSP on a live virtual board of each generation: the DSP reads what the CPU wrote, the series of each
 * sample add up to its path, and nothing stays but what the driver is known to keep. Prints each point's p50, never tested.
 */
#define MAX_SAMPLES 64u
#define MAX_STEPS 100000u
#define SIZE 65536u

struct bench {
    struct live_board board;
    struct qda_node nodes[4];
    const struct qda_node *node; /* the compute DSP's */
    struct qda_rpc_file file;
    const char *helper_args[3];
    struct qda_run_ctx ctx;
    struct qda_point_result result;
    uint64_t left_behind; /* over all points */
    unsigned declared;
    char names[QDA_MAX_SERIES][16];
    uint32_t taken[QDA_MAX_SERIES];
    uint64_t ns[QDA_MAX_SERIES][MAX_SAMPLES];
};

static void declare(void *arg, unsigned series, const char *name)
{
    struct bench *bench = arg;
    snprintf(bench->names[series], sizeof bench->names[series], "%s", name);
    bench->declared = series + 1;
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

/* NULL: skipped or failed, and said. */
static struct bench *bench_new(const char *const *args)
{
    if (no_dsp()) {
        check_skip(no_dsp());
        return NULL;
    }
    struct bench *bench = calloc(1, sizeof *bench);
    if (!CHECK(live_board_start(&bench->board, args)) || !CHECK(find_cdsp(bench))) {
        live_board_stop(&bench->board);
        free(bench);
        return NULL;
    }
    bench->file = (struct qda_rpc_file){QBENCH_FILE, qda_qbench_skel, qda_qbench_skel_len};
    bench->helper_args[0] = "--helper";
    bench->helper_args[1] = bench->board.vqda;
    struct qda_dsp_setup setup = {
        .sys = bench->board.sys, .node = bench->node, .files = &bench->file, .file_count = 1, .build_id = QDA_BUILD_ID};
    bench->ctx = (struct qda_run_ctx){.sys = bench->board.sys,
                                      .dsp = qda_dsp_new(&setup),
                                      .node = bench->node,
                                      .self_exe = "/proc/self/exe",
                                      .helper_args = bench->helper_args,
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

static const struct qda_point way = {.benchmark = "mem.handoff", .size = SIZE, .samples = 20, .warmups = 2, .seed = 42, .verify = true};

static void run_steps(struct bench *bench, const struct qda_point *point, unsigned steps)
{
    const struct qda_run_ops *ops = qda_run_find(point->benchmark);
    void *state = NULL;
    bench->declared = 0;
    memset(bench->taken, 0, sizeof bench->taken);
    int more = ops->start(&bench->ctx, point, &bench->result, &state) == 0;
    while (more == 1 && steps-- > 0)
        more = ops->step(&bench->ctx, state, &bench->result);
    ops->stop(&bench->ctx, state);
    bench->left_behind += bench->result.left_behind;
}

static void run(struct bench *bench, uint32_t variant)
{
    struct qda_point point = way;
    point.variant = variant;
    point.index = variant;
    run_steps(bench, &point, MAX_STEPS);
    if (!CHECK_INT(bench->result.status, QDA_ST_PASS))
        printf("# %s: %s\n", bench->result.call, bench->result.reason);
}

static int series(const struct bench *bench, const char *name)
{
    for (unsigned i = 0; i < bench->declared; i++)
        if (strcmp(bench->names[i], name) == 0)
            return (int)i;
    return -1;
}

/* The last series is the path: all others of the same sample add up to it, and each stage took some time. */
static void check_sums(struct bench *bench)
{
    unsigned path = bench->declared - 1;
    CHECK_STR(bench->names[path], "path");
    CHECK_STR(bench->names[path - 1], "between");
    for (unsigned k = 0; k < bench->taken[path]; k++) {
        uint64_t sum = 0;
        for (unsigned i = 0; i < path; i++)
            sum += bench->ns[i][k];
        CHECK_INT(sum, bench->ns[path][k]);
    }
    for (unsigned i = 0; i < bench->declared; i++) {
        CHECK_INT(bench->taken[i], bench->taken[path]);
        CHECK(bench->ns[i][0] > 0);
    }
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void print_p50(struct bench *bench, const char *title)
{
    printf("# %s:", title);
    for (unsigned i = 0; i < bench->declared; i++) {
        qsort(bench->ns[i], bench->taken[i], sizeof *bench->ns[i], by_value);
        printf(" %s %llu", bench->names[i], (unsigned long long)bench->ns[i][bench->taken[i] / 2]);
    }
    printf(" ns (n %u)\n", bench->taken[0]);
}

struct expected {
    unsigned cold, warm; /* series */
    bool gem;
};

static void check_point(struct bench *bench, unsigned declared, bool gem)
{
    const struct qda_zero_copy *proof = &bench->result.zero_copy;
    CHECK_INT(bench->declared, declared);
    CHECK_INT(bench->taken[0], 20);
    CHECK_INT(bench->result.mismatches, 0);
    CHECK(bench->result.verified >= 2 * 20); /* the words and the inode of each */
    CHECK(proof->claimed && proof->nonce_to_dsp && proof->nonce_from_dsp && proof->ino != 0 && proof->dsp_address != 0);
    CHECK_INT(proof->import_ino, gem ? proof->ino : 0);
    CHECK_INT(series(bench, "import") >= 0, gem);
    CHECK_INT(series(bench, "export") >= 0, gem);
}

static void check_generation(const char *const *args, struct expected expected, bool keeps)
{
    struct live_status status;
    struct bench *bench = bench_new(args);
    if (!bench)
        return;
    bool leaks = bench->node->driver->leaks_mappings;
    run(bench, QDA_HANDOFF_WARM); /* opens the session */
    check_point(bench, expected.warm, expected.gem);
    CHECK(series(bench, "invoke") >= 0 && series(bench, "dsp-map") < 0 && series(bench, "touch") < 0);
    check_sums(bench);
    print_p50(bench, "warm");
    run(bench, QDA_HANDOFF_COLD);
    check_point(bench, expected.cold, expected.gem);
    CHECK(series(bench, "dsp-map") >= 0 && series(bench, "touch") >= 0 && series(bench, "dsp-unmap") >= 0);
    check_sums(bench);
    print_p50(bench, "cold");
    /* The buffer of the proof, one warm-up and each sample's. */
    CHECK_INT(bench->result.left_behind, leaks ? (20 + 2) * SIZE : 0);
    qda_dsp_end(bench->ctx.dsp);
    if (CHECK(live_board_settles(&bench->board, &status)))
        CHECK_INT(status.kept_bytes, keeps ? bench->left_behind : 0);
    bench_free(bench);
}

static void test_v1(void)
{
    check_generation((const char *const[]){"--generation", "v1", NULL}, (struct expected){16, 7, true}, true);
}

static void test_rfc(void)
{
    check_generation((const char *const[]){"--generation", "rfc", NULL}, (struct expected){16, 7, true}, true);
}

static void test_fastrpc(void)
{
    check_generation((const char *const[]){"--generation", "fastrpc", NULL}, (struct expected){12, 4, false}, true);
}

#define NO_LEAKS                                                                                                      \
    "--quirk", "mmap-pins-object=off", "--quirk", "release-leaks-init-memory=off", "--quirk", "hidden-import-handles=off",   \
        "--quirk", "interrupted-call-leaks=off"

static void test_without_leaks(void)
{
    check_generation((const char *const[]){NO_LEAKS, NULL}, (struct expected){16, 7, true}, false);
}

/* Stopped after a step of one sample, and before the first. */
static void test_cancel(void)
{
    struct live_status status;
    struct bench *bench = bench_new((const char *const[]){NO_LEAKS, NULL});
    if (!bench)
        return;
    bench->ctx.slice_ns = 1;
    for (unsigned i = 0; i < 6; i++) {
        struct qda_point point = way;
        point.index = i;
        point.variant = i % 2 ? QDA_HANDOFF_WARM : QDA_HANDOFF_COLD;
        run_steps(bench, &point, i / 2);
        CHECK_INT(bench->result.status, QDA_ST_PASS);
    }
    qda_dsp_end(bench->ctx.dsp);
    if (CHECK(live_board_settles(&bench->board, &status)))
        CHECK_INT(status.iova_used, 0);
    bench_free(bench);
}

/* A large buffer on a driver that keeps it: few are made, and the point still has its figures. */
static void test_bound(void)
{
    struct bench *bench = bench_new((const char *const[]){"--generation", "v1", NULL});
    if (!bench)
        return;
    struct qda_point point = way;
    run(bench, QDA_HANDOFF_WARM); /* opens the session */
    point.variant = QDA_HANDOFF_COLD;
    point.size = 4u << 20;
    run_steps(bench, &point, MAX_STEPS);
    CHECK_INT(bench->result.status, QDA_ST_PASS);
    CHECK_INT(bench->taken[0], 5);
    CHECK_INT(bench->result.left_behind, (5 + 2) * point.size);
    bench_free(bench);
}

static void test_refusals(void)
{
    struct bench *bench = bench_new((const char *const[]){"--generation", "v1", NULL});
    if (!bench)
        return;
    struct qda_point point = way;
    point.variant = QDA_HANDOFF_COLD;
    point.source = QDA_SRC_HEAP_SYSTEM;
    run_steps(bench, &point, MAX_STEPS);
    CHECK_INT(bench->result.status, QDA_ST_SKIP);
    CHECK_CONTAINS(bench->result.reason, "source qda");
    point.source = QDA_SRC_QDA;
    point.variant = 3;
    run_steps(bench, &point, MAX_STEPS);
    CHECK_INT(bench->result.status, QDA_ST_SKIP);
    CHECK_CONTAINS(bench->result.reason, "has no variant 3");
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
    check_run("a buffer's way in one go on v1: its stages add up, and what stays was said", test_v1);
    check_run("the same on the RFC", test_rfc);
    check_run("the same on FastRPC, whose buffers are dma-bufs from the start", test_fastrpc);
    check_run("where the driver keeps nothing, nothing stays", test_without_leaks);
    check_run("a cancel leaves nothing", test_cancel);
    check_run("few large buffers where the driver keeps them", test_bound);
    check_run("other sources and variants are skipped, with the reason", test_refusals);
    return check_done();
}
