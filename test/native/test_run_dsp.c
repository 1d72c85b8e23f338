/* SPDX-License-Identifier: MIT */
/* What DSP families stand on (run/dsp.h): sessions, our skel, shared buffers, the proof; on a scripted DSP. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fake_dsp.h"
#include "run/dsp.h"

#define SHELL "/usr/lib/dsp/fastrpc_shell_unsigned_3"
#define OURS "0123456789abcdef"

static struct fake_dsp *board;
static struct qda_dsp *dsp;
static struct qda_dsp_setup setup;
static struct qda_run_ctx ctx;
static struct qda_point_result result;
static struct qda_run run;
static unsigned descriptors;

/* What was told. */
static struct {
    unsigned sessions, traces, traced, mapped, unmapped;
    struct qda_dsp_fact fact;
    uint64_t size, ino, address;
    bool refuse; /* no trace can be had */
} told;

/* What the DSP does wrong. */
static struct {
    bool other_build, blind, mute;
} lies;

static void on_session(void *arg, const struct qda_dsp_fact *fact)
{
    (void)arg;
    told.sessions++;
    told.fact = *fact;
}

static bool on_trace(void *arg)
{
    (void)arg;
    told.traces++;
    return !told.refuse;
}

static void on_traced(void *arg, uint64_t size, uint64_t ino)
{
    (void)arg;
    told.traced++;
    told.size = size;
    told.ino = ino;
}

static void on_mapped(void *arg, const char *kind, uint64_t address, uint64_t size, uint64_t ino)
{
    (void)arg;
    CHECK_STR(kind, "buffer");
    CHECK(size > 0 && ino != 0);
    told.mapped++;
    told.address = address;
}

static void on_unmapped(void *arg, uint64_t address)
{
    (void)arg;
    CHECK_INT(address, told.address);
    told.unmapped++;
}

static uint32_t word(const struct qda_rpc_arg *arg, bool last)
{
    uint32_t value;
    memcpy(&value, (const uint8_t *)arg->ptr + (last ? arg->len - 4 : 0), 4);
    return value;
}

/* The skel, as far as it is asked here. */
static int on_method(struct fake_dsp *from, uint32_t handle, uint32_t sc, const struct qda_rpc_arg *args)
{
    (void)from;
    if (handle != 100)
        return (int)(QDA_AEE_REMOTE + QDA_AEE_ENOSUCH);
    if (QDA_SCALARS_METHOD(sc) == QBENCH_INFO) {
        struct qbench_info info = {.version = QBENCH_VERSION, .arch = 66, .build_id = OURS};
        info.build_id[0] = lies.other_build ? 'f' : info.build_id[0];
        memcpy(args[0].ptr, &info, sizeof info);
    } else if (QDA_SCALARS_METHOD(sc) == QBENCH_TOUCH_IN) {
        struct qbench_result *out = args[1].ptr;
        out->value = lies.blind ? 0 : (uint64_t)word(&args[0], false) << 32 | word(&args[0], true);
    } else if (QDA_SCALARS_METHOD(sc) == QBENCH_TOUCH_OUT && !lies.mute) {
        const struct qbench_work *work = args[0].ptr;
        memcpy(args[2].ptr, &work->value, 4);
        memcpy((uint8_t *)args[2].ptr + args[2].len - 4, &work->value, 4);
    }
    return 0;
}

static void begin(void)
{
    uint8_t shell[3000];
    descriptors = fake_dsp_descriptors();
    board = fake_dsp_new();
    board->method = on_method;
    fake_dsp_elf(shell, sizeof shell);
    fake_dsp_put(board, SHELL, shell, sizeof shell);
    fake_dsp_put(board, "/dev/dma_heap/system", "", 0);
    memset(&told, 0, sizeof told);
    memset(&lies, 0, sizeof lies);
    setup = (struct qda_dsp_setup){
        .sys = &board->base, .node = &board->node, .build_id = OURS,
        .hooks = {.mapped = on_mapped, .unmapped = on_unmapped},
        .tell = {.session = on_session, .trace = on_trace, .traced = on_traced},
    };
    dsp = qda_dsp_new(&setup);
    ctx = (struct qda_run_ctx){.sys = &board->base, .node = &board->node, .dsp = dsp};
}

/* Nothing is left of it. */
static void end(void)
{
    qda_dsp_free(dsp);
    CHECK_INT(board->closes, board->opens);
    fake_dsp_free(board);
    CHECK_INT(fake_dsp_descriptors(), descriptors);
}

static struct qda_run *point(uint32_t index, uint32_t repeat, bool verify)
{
    result = (struct qda_point_result){.status = QDA_ST_PASS};
    run = (struct qda_run){.ctx = &ctx, .sys = &board->base, .result = &result, .size = 4096,
                           .point = {.index = index, .repeat = repeat, .verify = verify, .seed = 5}};
    return &run;
}

static void test_a_session_a_repeat(void)
{
    begin();
    struct qda_rpc *first = qda_dsp_session(point(0, 0, false));
    CHECK(first != NULL);
    CHECK_INT(told.sessions, 1);
    CHECK(told.fact.alive && told.fact.unsigned_pd);
    CHECK_STR(told.fact.shell, SHELL);
    CHECK_INT(told.fact.shell_bytes, 3000);
    CHECK_INT(told.fact.address_space, 2ll << 30);
    CHECK(qda_dsp_session(point(1, 0, false)) == first);
    CHECK_INT(board->creates, 1);
    CHECK(qda_dsp_session(point(2, 1, false)) != NULL);
    CHECK_INT(board->creates, 2);
    CHECK_INT(told.sessions, 3); /* one went, one came */
    qda_dsp_tell_changes(dsp);
    CHECK_INT(told.sessions, 3); /* nothing changed */
    qda_dsp_end(dsp);
    CHECK(!told.fact.alive);
    end();
}

/* Whatever failed: the next point has a session of its own; within the point the old one stays, buffers may be in it. */
static void test_a_session_that_failed(void)
{
    begin();
    struct qda_rpc *rpc = qda_dsp_session(point(0, 0, false));
    CHECK(qda_dsp_ok(&run, "thing", 0));
    CHECK(!qda_dsp_ok(&run, "thing", (int)(QDA_AEE_REMOTE + QDA_AEE_ENOMEMORY)));
    CHECK_INT(result.status, QDA_ST_ERROR);
    CHECK_STR(result.call, "thing");
    CHECK_CONTAINS(result.reason, "thing failed with AEE_ENOMEMORY");
    CHECK(qda_dsp_session(&run) == rpc);
    CHECK_INT(board->creates, 1);
    CHECK(qda_dsp_session(point(1, 0, false)) != NULL);
    CHECK_INT(board->creates, 2);
    end();
}

static void test_no_session(void)
{
    begin();
    setup.shell_path = "/nowhere/shell";
    qda_dsp_free(dsp);
    ctx.dsp = dsp = qda_dsp_new(&setup);
    CHECK(qda_dsp_session(point(0, 0, false)) == NULL);
    CHECK_INT(result.status, QDA_ST_SKIP);
    CHECK_CONTAINS(result.reason, "/nowhere/shell");
    setup.shell_path = NULL;
    qda_dsp_free(dsp);
    ctx.dsp = dsp = qda_dsp_new(&setup);
    board->create_result = -ENOTCONN;
    CHECK(qda_dsp_session(point(1, 0, false)) == NULL);
    CHECK_INT(result.status, QDA_ST_SKIP);
    CHECK_CONTAINS(result.reason, "no DSP answers");
    board->create_result = -ENOMEM;
    CHECK(qda_dsp_session(point(2, 0, false)) == NULL);
    CHECK_INT(result.status, QDA_ST_ERROR);
    CHECK_INT(result.error, -ENOMEM);
    CHECK_STR(result.call, "SESSION_CREATE");
    board->create_result = 0;
    CHECK(qda_dsp_session(point(3, 0, false)) != NULL);
    CHECK_INT(told.sessions, 1);
    end();
}

/* The folder that the user named reaches the session, and without one nothing is served. */
static void check_file(const char *folder, int want)
{
    static const char variable[] = "ADSP_LIBRARY_PATH", delimiter[] = ";", name[] = "extra.so", mode[] = "r";
    uint32_t lengths[] = {sizeof variable, sizeof delimiter, sizeof name, sizeof mode};
    const struct fake_step step = {
        .handle = 1, .sc = QDA_SCALARS_BUILD(0, QDA_APPS_STD_FOPEN_WITH_ENV, 5, 1, 0, 0), .outs = {4},
        .ins = {{lengths, sizeof lengths}, {(void *)(uintptr_t)variable, sizeof variable},
                {(void *)(uintptr_t)delimiter, sizeof delimiter}, {(void *)(uintptr_t)name, sizeof name},
                {(void *)(uintptr_t)mode, sizeof mode}},
    };
    begin();
    fake_dsp_put(board, "/libs/extra.so", "extra", 5);
    board->steps = &step;
    board->step_count = 1;
    setup.folder = folder;
    qda_dsp_free(dsp);
    ctx.dsp = dsp = qda_dsp_new(&setup);
    if (CHECK(qda_dsp_session(point(0, 0, false)) != NULL) && CHECK(fake_dsp_played(board)))
        CHECK_INT(board->answers[0].result, want);
    end();
}

static void test_files(void)
{
    check_file(NULL, 0x45); /* no such file */
    check_file("/libs", 0);
    begin();
    setup.folder = "/libs";
    qda_dsp_free(dsp);
    ctx.dsp = dsp = qda_dsp_new(&setup);
    CHECK(qda_dsp_session(point(0, 0, false)) == NULL);
    CHECK_INT(result.status, QDA_ST_SKIP);
    CHECK_CONTAINS(result.reason, "(--dsp-files /libs): there is no such folder on the board");
    CHECK_INT(board->opens, 0);
    end();
}

static void test_what_a_session_leaves(void)
{
    begin();
    board->driver.process_memory = 4u << 20;
    board->driver.leaks_process = true;
    qda_dsp_session(point(0, 0, false));
    CHECK_INT(result.left_behind, 4 << 20);
    CHECK_INT(told.fact.process_memory, 4 << 20);
    qda_dsp_session(point(1, 0, false));
    CHECK_INT(result.left_behind, 0);
    end();
}

static void test_the_skel(void)
{
    uint32_t handle = 0;
    begin();
    CHECK(qda_dsp_skel(point(0, 0, false), &handle) != NULL);
    CHECK_INT(handle, 100);
    CHECK_STR(board->uri, "file:///libqbench_skel.so?qbench_skel_handle_invoke&_modver=1.0&_idlver=1.0.0&_dom=cdsp");
    lies.other_build = true; /* is asked once a session only */
    CHECK(qda_dsp_skel(point(1, 0, false), &handle) != NULL);
    CHECK(qda_dsp_skel(point(2, 1, false), &handle) == NULL);
    CHECK_INT(result.status, QDA_ST_ERROR);
    CHECK_CONTAINS(result.reason, "another build");
    lies.other_build = false;
    CHECK(qda_dsp_skel(point(3, 1, false), &handle) != NULL);
    board->remotectl1_result = board->remotectl_result = (int)(QDA_AEE_REMOTE + 6);
    CHECK(qda_dsp_skel(point(4, 2, false), &handle) == NULL);
    CHECK_STR(result.call, "remotectl open");
    CHECK_CONTAINS(result.reason, "AEE_EUNABLETOLOAD");
    end();
}

static void check_buffer(enum qda_source source, bool verify)
{
    struct qda_dspbuf buf;
    struct qda_rpc *rpc = qda_dsp_session(point(0, 0, verify));
    unsigned traces = told.traces, mapped = told.mapped;
    CHECK_INT(qda_dspbuf_make(&run, rpc, source, 5000, &buf), 0);
    CHECK_INT(buf.size, 5000);
    CHECK_INT(buf.buf.size, 8192);
    CHECK(buf.buf.handle != 0 && buf.buf.dmabuf >= 0 && buf.buf.map != NULL);
    CHECK_INT(buf.ref, board->driver.handles_are_refs ? (int32_t)buf.buf.handle : buf.buf.dmabuf);
    CHECK_INT(run.size, 4096); /* the point's own stays */
    CHECK_INT(told.traces - traces, verify);
    if (verify && !told.refuse) {
        CHECK_INT(told.size, 8192);
        CHECK(told.ino == buf.buf.self.buffer.ino && told.ino != 0);
    }
    CHECK_INT(qda_dspbuf_dsp_map(&run, rpc, 2, &buf), 0);
    CHECK(buf.address != 0 && buf.address == told.address);
    CHECK_INT(told.mapped - mapped, 1);
    CHECK_INT(qda_dspbuf_dsp_unmap(&run, rpc, &buf), 0);
    CHECK_INT(buf.address, 0);
    CHECK_INT(qda_dspbuf_dsp_map(&run, rpc, 1, &buf), 0);
    qda_dspbuf_free(&run, rpc, &buf); /* unmaps too */
    CHECK_INT(board->maps_now, 0);
    CHECK_INT(told.unmapped, told.mapped);
    CHECK_INT(result.status, QDA_ST_PASS);
}

static void test_buffers(void)
{
    begin();
    check_buffer(QDA_SRC_QDA, false);
    check_buffer(QDA_SRC_QDA, true);
    check_buffer(QDA_SRC_HEAP_SYSTEM, true);
    CHECK_INT(told.traced, 2);
    told.refuse = true;
    check_buffer(QDA_SRC_QDA, true);
    CHECK_INT(told.traced, 2); /* nothing was traced, so nothing ends */
    board->driver.handles_are_refs = true;
    check_buffer(QDA_SRC_QDA, false);
    check_buffer(QDA_SRC_HEAP_SYSTEM, false);
    for (unsigned i = 1; i < FAKE_DSP_HANDLES; i++)
        CHECK(board->handles[i] == 0);
    end();
}

/* Legacy FastRPC: a dma-buf is attached as it is mapped or as a call names it, so the trace stands around that. */
static void test_without_handles(void)
{
    struct qda_dspbuf buf;
    uint32_t handle = 0;
    begin();
    board->driver.gem = false;
    struct qda_rpc *rpc = qda_dsp_skel(point(0, 0, true), &handle);
    CHECK_INT(qda_dspbuf_make(&run, rpc, QDA_SRC_HEAP_SYSTEM, 5000, &buf), 0);
    CHECK_INT(buf.buf.handle, 0);
    CHECK_INT(buf.ref, buf.buf.dmabuf);
    CHECK_INT(told.traces, 0);
    CHECK_INT(qda_dsp_prove(&run, rpc, handle, &buf), 0);
    CHECK_INT(told.traced, 1);
    CHECK_INT(result.zero_copy.import_ino, 0); /* nothing to export again */
    CHECK(result.zero_copy.nonce_to_dsp && result.zero_copy.nonce_from_dsp);
    CHECK_INT(qda_dspbuf_dsp_map(&run, rpc, 2, &buf), 0);
    CHECK_INT(told.traced, 2);
    CHECK(told.size == 8192 && told.ino == result.zero_copy.ino);
    CHECK_INT(qda_dsp_prove(&run, rpc, handle, &buf), 0);
    CHECK_INT(told.traces, 2);
    qda_dspbuf_free(&run, rpc, &buf);
    CHECK_INT(result.status, QDA_ST_PASS);
    end();
}

static void test_a_map_that_fails(void)
{
    struct qda_dspbuf buf;
    begin();
    struct qda_rpc *rpc = qda_dsp_session(point(0, 0, false));
    CHECK_INT(qda_dspbuf_make(&run, rpc, QDA_SRC_QDA, 4096, &buf), 0);
    board->map_result = -ENOMEM;
    CHECK(qda_dspbuf_dsp_map(&run, rpc, 1, &buf) < 0);
    CHECK_STR(result.call, "REMOTE_MAP");
    CHECK_INT(buf.address, 0);
    qda_dspbuf_free(&run, rpc, &buf);
    CHECK_INT(board->unmaps, 0);
    CHECK(qda_dspbuf_make(&run, rpc, QDA_SRC_MALLOC, 4096, &buf) < 0);
    CHECK(buf.buf.map == NULL && buf.buf.dmabuf < 0);
    end();
}

static int prove(void)
{
    struct qda_dspbuf buf;
    uint32_t handle = 0;
    struct qda_rpc *rpc = qda_dsp_skel(point(0, 0, false), &handle);
    CHECK_INT(qda_dspbuf_make(&run, rpc, QDA_SRC_QDA, 4096, &buf), 0);
    CHECK_INT(qda_dspbuf_dsp_map(&run, rpc, 1, &buf), 0);
    uint64_t address = buf.address;
    int err = qda_dsp_prove(&run, rpc, handle, &buf);
    CHECK(result.zero_copy.claimed);
    CHECK_INT(result.zero_copy.dsp_address, address);
    CHECK(result.zero_copy.ino != 0);
    CHECK(result.zero_copy.import_ino == result.zero_copy.ino);
    qda_dspbuf_free(&run, rpc, &buf);
    return err;
}

static void test_the_proof(void)
{
    begin();
    CHECK_INT(prove(), 0);
    CHECK_INT(result.status, QDA_ST_PASS);
    CHECK_INT(result.verified, 3);
    CHECK(result.zero_copy.nonce_to_dsp && result.zero_copy.nonce_from_dsp);
    lies.blind = true;
    CHECK_INT(prove(), 0);
    CHECK_INT(result.status, QDA_ST_FAIL);
    CHECK_CONTAINS(result.reason, "the DSP read other words");
    CHECK(!result.zero_copy.nonce_to_dsp && result.zero_copy.nonce_from_dsp);
    lies.blind = false;
    lies.mute = true;
    CHECK_INT(prove(), 0);
    CHECK_INT(result.status, QDA_ST_FAIL);
    CHECK_CONTAINS(result.reason, "the CPU reads other words");
    CHECK(result.zero_copy.nonce_to_dsp && !result.zero_copy.nonce_from_dsp);
    end();
}

static void test_counters(void)
{
    begin();
    point(0, 0, false);
    qda_run_counter(&run, "instructions", "", 5);
    qda_run_counter(&run, "bytes", "bytes", 6);
    qda_run_counter(&run, "instructions", "", 7);
    CHECK_INT(result.counter_count, 2);
    CHECK_INT(result.counters[0].value, 7);
    CHECK_STR(result.counters[1].unit, "bytes");
    CHECK(!qda_dsp_counts(&run));
    board->base.simulated = true;
    CHECK(qda_dsp_counts(&run));
    end();
}

int main(void)
{
    check_run("a session a repeat", test_a_session_a_repeat);
    check_run("after a failure the next point has a session of its own", test_a_session_that_failed);
    check_run("no shell and no DSP are skips, anything else an error", test_no_session);
    check_run("files are served below the folder that was named", test_files);
    check_run("what a session leaves is counted once", test_what_a_session_leaves);
    check_run("our skel, and no other build of it", test_the_skel);
    check_run("buffers of either making are shared, mapped and given back", test_buffers);
    check_run("where there are no handles, the map or the call is traced", test_without_handles);
    check_run("a map that fails leaves nothing", test_a_map_that_fails);
    check_run("the proof holds, and fails where either side is blind", test_the_proof);
    check_run("counters are set and added", test_counters);
    return check_done();
}
