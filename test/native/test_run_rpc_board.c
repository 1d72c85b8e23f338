/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "live_board.h"

#include "dsp/skel_bytes.h"
#include "fastrpc/fastrpc.h"
#include "run/dsp.h"
#include "vqda/client/client.h"
#include "wire/build_id.h"

#include <errno.h>
#include <stdlib.h>

/*
 * Sessions, null calls, maps and calls of our module on a live virtual board: its DSP runs the very module under an emulator. All
 * pass, and when the session ended the board holds no more than what they said they leave behind. Prints each point's p50 and
 * counters: told apart by eye, never tested.
 */
#define MAX_SAMPLES 8192u
#define MAX_STEPS 1000000u

struct bench {
    struct live_board board;
    struct qda_node nodes[4];
    struct qda_rpc_file file;
    struct qda_run_ctx ctx;
    struct qda_point_result result;
    uint64_t left_behind;
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

static void on_log(void *arg, int level, const char *text)
{
    (void)arg;
    printf("# DSP log %d: %s\n", level, text);
}

static struct bench *bench_new(const char *const *args, enum qda_generation generation)
{
    struct bench *bench = calloc(1, sizeof *bench);
    bool up = CHECK(live_board_start(&bench->board, args)) &&
              CHECK(qda_find_nodes(bench->board.sys, generation, bench->nodes, 4) > 0) &&
              CHECK(bench->nodes[0].driver != NULL);
    if (!up) {
        printf("# %s\n", bench->nodes[0].proof);
        live_board_stop(&bench->board);
        free(bench);
        return NULL;
    }
    bench->file = (struct qda_rpc_file){QBENCH_FILE, qda_qbench_skel, qda_qbench_skel_len};
    struct qda_dsp_setup setup = {
        .sys = bench->board.sys,
        .node = &bench->nodes[0],
        .files = &bench->file,
        .file_count = 1,
        .hooks = {.log = on_log},
        .build_id = qda_build_id,
    };
    for (struct qda_node *node = bench->nodes; node < bench->nodes + 4; node++) {
        if (strcmp(node->dsp, "cdsp") == 0)
            setup.node = node;
    }
    bench->ctx = (struct qda_run_ctx){
        .sys = bench->board.sys,
        .dsp = qda_dsp_new(&setup),
        .node = setup.node,
        .self_exe = "/proc/self/exe",
        .sink = {bench, declare, append, room},
        .slice_ns = 10000000,
    };
    return bench;
}

static void bench_free(struct bench *bench)
{
    struct live_status status;
    qda_dsp_free(bench->ctx.dsp);
    if (CHECK(live_board_settles(&bench->board, &status))) {
        printf("# kept by the board: %llu bytes; said: %llu\n", (unsigned long long)status.kept_bytes,
               (unsigned long long)bench->left_behind);
        /* A session may end with its listener not yet in the wait: then nothing of the wait is kept. */
        CHECK(status.kept_bytes <= bench->left_behind && status.kept_bytes + 20 * 69632 >= bench->left_behind);
    }
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
    printf("# %s size %llu count %u variant %u:", point->benchmark, (unsigned long long)point->size, point->count,
           point->variant);
    for (unsigned s = 0; s < QDA_MAX_SERIES && bench->taken[s]; s++) {
        qsort(bench->ns[s], bench->taken[s], sizeof *bench->ns[s], by_value);
        printf(" %s %llu ns", bench->names[s], (unsigned long long)bench->ns[s][(bench->taken[s] - 1) / 2]);
    }
    for (unsigned i = 0; i < bench->result.counter_count; i++)
        printf(" %s %llu", bench->result.counters[i].name, (unsigned long long)bench->result.counters[i].value);
    printf(" (n %u) %s\n", bench->taken[0], bench->result.reason);
}

static void run_point(struct bench *bench, struct qda_point point)
{
    const struct qda_run_ops *ops = qda_run_find(point.benchmark);
    unsigned steps = MAX_STEPS;
    void *state = NULL;
    memset(bench->taken, 0, sizeof bench->taken);
    int more = ops->start(&bench->ctx, &point, &bench->result, &state) == 0;
    while (more == 1 && steps-- > 0)
        more = ops->step(&bench->ctx, state, &bench->result);
    ops->stop(&bench->ctx, state);
    bench->left_behind += bench->result.left_behind;
}

#define COPY(out) (QDA_PASS_COPY << 1 | (out))
#define SHARED(pass, out) ((pass) << 1 | (out))

static const struct qda_point points[] = {
    {.benchmark = "session.create", .samples = 3},
    {.benchmark = "rpc.null", .samples = 300},
    {.benchmark = "rpc.null", .samples = 20, .count = 1000},
    {.benchmark = "rpc.null_mt", .samples = 300, .count = 1},
    {.benchmark = "rpc.null_mt", .samples = 400, .count = 4},
    {.benchmark = "rpc.null_mt", .samples = 200, .count = 2, .variant = 1},
    {.benchmark = "dsp.map", .samples = 30, .size = 4096},
    {.benchmark = "dsp.map", .samples = 30, .size = 1048576, .variant = 1},
    {.benchmark = "dsp.map", .samples = 30, .size = 1048576, .variant = 1, .source = QDA_SRC_HEAP_SYSTEM},
    {.benchmark = "skel.load", .samples = 5},
    {.benchmark = "rpc.ping", .samples = 1000},
    {.benchmark = "rpc.argc", .samples = 50, .size = 4096, .variant = COPY(0)},
    {.benchmark = "rpc.argc", .samples = 50, .size = 4096, .count = 8, .variant = COPY(0)},
    {.benchmark = "rpc.argc", .samples = 20, .size = 4096, .count = 255, .variant = COPY(0)},
    {.benchmark = "rpc.argc", .samples = 50, .size = 4096, .count = 8, .variant = COPY(1)},
    {.benchmark = "rpc.argc", .samples = 50, .size = 4096, .count = 8, .variant = SHARED(QDA_PASS_BUFFER, 0)},
    {.benchmark = "rpc.argc", .samples = 20, .size = 4096, .count = 255, .variant = SHARED(QDA_PASS_BUFFER, 0)},
    {.benchmark = "rpc.argc", .samples = 50, .size = 4096, .count = 8, .variant = SHARED(QDA_PASS_BUFFER, 1)},
    {.benchmark = "rpc.argsize", .samples = 50, .variant = COPY(0)},
    {.benchmark = "rpc.argsize", .samples = 50, .size = 65536, .variant = COPY(0)},
    {.benchmark = "rpc.argsize", .samples = 20, .size = 1048576, .variant = COPY(1)},
    {.benchmark = "rpc.argsize", .samples = 50, .size = 65536, .variant = SHARED(QDA_PASS_BUFFER, 0)},
    {.benchmark = "rpc.argsize", .samples = 50, .size = 1048576, .variant = SHARED(QDA_PASS_BUFFER, 1)},
    {.benchmark = "rpc.argsize", .samples = 50, .size = 1048576, .variant = SHARED(QDA_PASS_MAPPED, 0)},
    {.benchmark = "rpc.argsize", .samples = 50, .size = 1048576, .variant = SHARED(QDA_PASS_MAPPED, 1)},
    {.benchmark = "rpc.argsize", .samples = 50, .size = 1048576, .variant = SHARED(QDA_PASS_DMA, 0)},
    {.benchmark = "rpc.argsize", .samples = 50, .size = 65536, .variant = SHARED(QDA_PASS_BUFFER, 0), .source = QDA_SRC_HEAP_SYSTEM},
    {.benchmark = "dsp.map_limit", .samples = 2},
};

static void run_all(struct bench *bench)
{
    const char *only = getenv("QDA_ONLY");
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        struct qda_point point = points[i];
        if (only && !strstr(point.benchmark, only))
            continue;
        point.index = (uint32_t)i;
        point.warmups = 3;
        point.seed = 42;
        point.verify = true;
        run_point(bench, point);
        bool legacy_map = strcmp(point.benchmark, "dsp.map") == 0 && point.variant == 0 && !bench->ctx.node->driver->gem;
        bool held = CHECK_INT(bench->result.status, legacy_map ? QDA_ST_SKIP : QDA_ST_PASS) & CHECK_INT(bench->result.mismatches, 0);
        if (!legacy_map)
            held = held & CHECK(bench->result.verified > 0) & CHECK(bench->taken[0] >= point.samples);
        if (!held)
            printf("# that was point %zu\n", i);
        print_p50(bench, &point);
    }
}

static void check_pass(const char *const *args, enum qda_generation generation)
{
    if (system("command -v qemu-hexagon > /dev/null") != 0) {
        check_skip("no qemu-hexagon here (apt-get install qemu-user): the virtual DSP does not run");
        return;
    }
    struct bench *bench = bench_new(args, generation);
    if (!bench)
        return;
    run_all(bench);
    bench_free(bench);
}

static void test_v1(void)
{
    check_pass((const char *const[]){"--generation", "v1", NULL}, QDA_GEN_NONE);
}

static void test_rfc(void)
{
    check_pass((const char *const[]){"--generation", "rfc", NULL}, QDA_GEN_NONE);
}

static void test_fastrpc(void)
{
    check_pass((const char *const[]){"--generation", "fastrpc", NULL}, QDA_GEN_NONE);
}

int main(void)
{
    check_run("on a board with QDA v1", test_v1);
    check_run("on a board with the RFC", test_rfc);
    check_run("on a board with FastRPC", test_fastrpc);
    return check_done();
}
