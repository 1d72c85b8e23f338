/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "live_board.h"

#include "driver/driver.h"
#include "dsp/qbench.h"
#include "dsp/skel_bytes.h"
#include "fastrpc/fastrpc.h"
#include "uapi/fastrpc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * A DSP session over FastRPC, from end to end on a virtual board: the shell, our skel, calls with inline data, with buffers and
 * with handles, maps of both kinds, capabilities. The same client speaks to QDA in other tests.
 */
#define NODE "/dev/fastrpc-cdsp"
#define SIZE 65536u
#define HUNG_MS 20000

static struct live_board board;
static struct qda_node node;
static struct qda_rpc *rpc;
static uint32_t skel;

static bool find_node(void)
{
    struct qda_node nodes[8];
    int count = qda_find_nodes(board.sys, QDA_GEN_NONE, nodes, 8);
    for (int i = 0; i < count; i++) {
        if (strcmp(nodes[i].path, NODE) != 0)
            continue;
        node = nodes[i];
        return CHECK(node.driver != NULL);
    }
    return CHECK(!"the board has the node");
}

/* The listener's thread says what ended it. */
static atomic_bool said_epipe;

static void on_log(void *arg, int level, const char *text)
{
    (void)arg, (void)level;
    if (strstr(text, "EPIPE"))
        atomic_store(&said_epipe, true);
}

static bool open_session(bool unsigned_pd, char why[400])
{
    static struct qda_rpc_file served = { .name = QBENCH_FILE, .bytes = qda_qbench_skel }; /* lives as long as sessions */
    struct qda_shell shell;
    served.len = qda_qbench_skel_len;
    if (!CHECK_INT(qda_shell_load(board.sys, "cdsp", true, NULL, &shell, why), 0))
        return false;
    struct qda_rpc_options options = {
        .node = &node, .shell = &shell, .unsigned_pd = unsigned_pd, .files = &served, .file_count = 1,
        .hooks = { .log = on_log },
    };
    int result = qda_rpc_open(board.sys, &options, &rpc, why);
    qda_shell_free(&shell);
    return result == 0;
}

static void test_session(void)
{
    char why[400] = "";
    if (!find_node())
        return;
    struct qda_node open_only = node;
    if (!open_session(false, why) && strstr(why, "ENOTCONN")) {
        check_skip("no qemu-hexagon here (apt-get install qemu-user): the virtual DSP does not run");
        return;
    }
    if (CHECK(rpc != NULL)) { /* a signed process: on the secure node */
        CHECK_STR(qda_rpc_node(rpc)->path, NODE "-secure");
        qda_rpc_close(rpc, NULL);
        rpc = NULL;
    }
    node.signed_path[0] = '\0';
    CHECK(!open_session(false, why)); /* it has no business on the open one */
    CHECK_CONTAINS(why, "ECONNREFUSED");
    node = open_only;
    if (!CHECK(open_session(true, why))) {
        printf("# %s\n", why);
        return;
    }
    if (!CHECK_INT(qda_rpc_load(rpc, QBENCH_URI "cdsp", &skel, why), 0))
        printf("# %s\n", why);
}

static void test_ping(void)
{
    struct qbench_ping in = { .seq = 77 };
    struct qbench_ping_out out = { 0 };
    const struct qda_rpc_arg args[] = { { .ptr = &in, .len = sizeof(in) }, { .ptr = &out, .len = sizeof(out) } };
    for (int i = 0; i < 20; i++) {
        in.seq++;
        CHECK_INT(qda_rpc_invoke(rpc, skel, QDA_SCALARS_BUILD(0, QBENCH_PING, 1, 1, 0, 0), args), 0);
        CHECK_INT(out.seq, in.seq);
    }
}

static void test_capabilities(void)
{
    uint32_t arch = 0;
    CHECK_INT(node.driver->capability(board.sys, qda_rpc_fd(rpc), 6, &arch), 0);
    CHECK_HEX(arch, 0x66);
    CHECK_INT(node.driver->capability(board.sys, qda_rpc_fd(rpc), 256, &arch), -EOVERFLOW);
}

/* A dma-buf of 64 KiB, of the heap or of the driver, mapped; word i is i. */
static uint32_t *make_buffer(bool own, int *dmabuf)
{
    int err = -1;
    int heap = own ? -1 : board.sys->ops->open(board.sys, "/dev/dma_heap/system", O_RDWR | O_CLOEXEC);
    CHECK_INT(own ? node.driver->dmabuf_alloc(board.sys, qda_rpc_fd(rpc), SIZE, dmabuf)
                  : qda_heap_alloc(board.sys, heap, SIZE, dmabuf), 0);
    if (heap >= 0)
        board.sys->ops->close(board.sys, heap);
    uint32_t *words = board.sys->ops->mmap(board.sys, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, *dmabuf, 0, &err);
    for (uint32_t i = 0; CHECK(words != NULL) && i < SIZE / 4; i++)
        words[i] = i;
    return words;
}

static void free_buffer(uint32_t *words, int dmabuf)
{
    board.sys->ops->munmap(board.sys, words, SIZE);
    board.sys->ops->close(board.sys, dmabuf);
}

static uint32_t sum_of(const uint32_t *words, size_t count)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += words[i];
    return sum;
}

/* From the middle of the buffer on: the address in the page entry is that of the caller's pointer. */
static void check_sum(uint32_t *words, int dmabuf)
{
    const uint32_t half = SIZE / 2;
    struct qbench_work work = { .threads = 1, .length = half };
    struct qbench_result result = { 0 };
    const struct qda_rpc_arg args[] = {
        { .ptr = &work, .len = sizeof(work) },
        { .ptr = words + half / 4, .len = half, .ref = dmabuf },
        { .ptr = &result, .len = sizeof(result) },
    };
    CHECK_INT(qda_rpc_invoke(rpc, skel, QDA_SCALARS_BUILD(0, QBENCH_SUM, 2, 1, 0, 0), args), 0);
    CHECK_HEX(result.value, sum_of(words + half / 4, half / 4));
}

static void check_fill(uint32_t *words, int dmabuf)
{
    struct qbench_work work = { .threads = 1, .length = SIZE, .value = 5 };
    struct qbench_result result = { 0 };
    const struct qda_rpc_arg args[] = {
        { .ptr = &work, .len = sizeof(work) },
        { .ptr = &result, .len = sizeof(result) },
        { .ptr = words, .len = SIZE, .ref = dmabuf },
    };
    CHECK_INT(qda_rpc_invoke(rpc, skel, QDA_SCALARS_BUILD(0, QBENCH_FILL, 1, 2, 0, 0), args), 0);
    CHECK_HEX(words[0], 5);
    CHECK_HEX(words[SIZE / 4 - 1], 5u + (SIZE / 4 - 1) * QBENCH_STEP);
}

static void check_sum_dma(const uint32_t *words, int dmabuf)
{
    struct qbench_work work = { .threads = 1, .length = SIZE };
    struct qbench_result result = { 0 };
    const struct qda_rpc_arg args[] = {
        { .ptr = &work, .len = sizeof(work) },
        { .ptr = &result, .len = sizeof(result) },
        { .len = SIZE, .ref = dmabuf },
    };
    CHECK_INT(qda_rpc_invoke(rpc, skel, QDA_SCALARS_BUILD(0, QBENCH_SUM_DMA, 1, 1, 1, 0), args), 0);
    CHECK_HEX(result.value, sum_of(words, SIZE / 4));
}

static void test_buffers(void)
{
    for (int own = 0; own < 2; own++) {
        int dmabuf = -1;
        uint32_t *words = make_buffer(own, &dmabuf);
        if (!words)
            return;
        struct qda_rpc_arg beyond[] = { { .ptr = words, .len = SIZE + 1, .ref = dmabuf } };
        CHECK_INT(qda_rpc_invoke(rpc, skel, QDA_SCALARS_BUILD(0, QBENCH_ARGS_IN, 1, 0, 0, 0), beyond), -EINVAL);
        check_sum(words, dmabuf);
        check_fill(words, dmabuf);
        check_sum_dma(words, dmabuf);
        free_buffer(words, dmabuf);
    }
}

static void test_mem_map(void)
{
    int dmabuf = -1;
    uint32_t *words = make_buffer(false, &dmabuf);
    uint64_t address = 0, again = 0;
    if (!words)
        return;
    CHECK_INT(qda_rpc_map(rpc, 2, dmabuf, SIZE, &address), 0);
    CHECK(address != 0);
    check_sum(words, dmabuf); /* the standing map serves the call */
    CHECK_INT(qda_rpc_unmap(rpc, 2, dmabuf, address + 4096, SIZE), -EINVAL);
    CHECK_INT(qda_rpc_unmap(rpc, 2, dmabuf, address, SIZE), 0);
    CHECK_INT(qda_rpc_unmap(rpc, 2, dmabuf, address, SIZE), -EINVAL);
    CHECK_INT(qda_rpc_map(rpc, 2, dmabuf, SIZE + 4096, &again), -EINVAL);
    CHECK_INT(qda_rpc_map(rpc, 1, dmabuf, SIZE, &again), -EOPNOTSUPP); /* the other request takes no buffer */
    free_buffer(words, dmabuf);
}

static void test_mmap(void)
{
    struct qda_map_args grow = { .request = 1, .flags = QDA_FASTRPC_MMAP_ADD_PAGES, .size = SIZE };
    struct live_status before, status;
    CHECK(live_board_status(&board, &before));
    CHECK_INT(node.driver->map(board.sys, qda_rpc_fd(rpc), &grow), 0);
    CHECK(grow.vaddr_out != 0);
    CHECK(live_board_status(&board, &status));
    CHECK_INT(status.objects, before.objects + 1);
    struct qda_unmap_args gone = { .request = 1, .vaddr_out = grow.vaddr_out, .size = SIZE - 4096 };
    CHECK_INT(node.driver->unmap(board.sys, qda_rpc_fd(rpc), &gone), -EINVAL); /* both have to fit */
    gone.size = SIZE;
    CHECK_INT(node.driver->unmap(board.sys, qda_rpc_fd(rpc), &gone), 0);
    CHECK_INT(node.driver->unmap(board.sys, qda_rpc_fd(rpc), &gone), -EINVAL);
    CHECK(live_board_status(&board, &status));
    CHECK_INT(status.objects, before.objects);
}

/* Everything goes with the file; the next session runs. */
static void test_close(void)
{
    struct live_status status;
    char why[400] = "";
    for (int i = 0; i < 2; i++) {
        qda_rpc_close(rpc, NULL);
        rpc = NULL;
        CHECK(live_board_settles(&board, &status));
        CHECK_INT(status.objects, 0);
        CHECK_INT(status.bank_references, 0);
        CHECK_INT(status.iova_used, 0);
        if (i == 0 && !CHECK(open_session(true, why) && qda_rpc_load(rpc, QBENCH_URI "cdsp", &skel, why) == 0))
            return;
        if (i == 0)
            test_ping();
    }
}

/* Who waits when the DSP goes is told so. */
static void test_dsp_goes(void)
{
    char why[400] = "";
    struct qbench_ping in = { .seq = 1 };
    struct qbench_ping_out out;
    const struct qda_rpc_arg args[] = { { .ptr = &in, .len = sizeof(in) }, { .ptr = &out, .len = sizeof(out) } };
    if (!CHECK(open_session(true, why)) || !CHECK_INT(qda_rpc_load(rpc, QBENCH_URI "cdsp", &skel, why), 0))
        return;
    CHECK(live_board_unplug(&board, "cdsp"));
    CHECK_INT(qda_rpc_invoke(rpc, skel, QDA_SCALARS_BUILD(0, QBENCH_PING, 1, 1, 0, 0), args), -EPIPE);
    for (int ms = 0; ms < HUNG_MS && !atomic_load(&said_epipe); ms += 10)
        usleep(10000);
    CHECK(atomic_load(&said_epipe)); /* the listener waited in the driver */
    qda_rpc_close(rpc, NULL);
    struct live_status status;
    CHECK(live_board_settles(&board, &status));
    CHECK_INT(status.objects, 0);
}

int main(void)
{
    static const char *const arguments[] = { "--generation", "fastrpc", NULL };
    if (!live_board_start(&board, arguments))
        return 1;
    check_run("a session, signed and unsigned: the shell, our skel", test_session);
    if (rpc && skel) {
        check_run("calls with inline data", test_ping);
        check_run("GET_DSP_INFO", test_capabilities);
        check_run("calls with buffers and handles", test_buffers);
        check_run("MEM_MAP and MEM_UNMAP", test_mem_map);
        check_run("MMAP and MUNMAP", test_mmap);
        check_run("a close lets go of everything", test_close);
        check_run("the DSP goes: EPIPE", test_dsp_goes);
    }
    live_board_stop(&board);
    return check_done();
}
