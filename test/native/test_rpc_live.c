/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "live_board.h"

#include "dsp/qbench.h"
#include "dsp/skel_bytes.h"
#include "fastrpc/fastrpc.h"
#include "vqda/client/client.h"

#include <errno.h>
#include <stdlib.h>

/*
 * The client on a live virtual board, with modules that are not there, are no modules, or misbehave (dsp_skels): what is said, and that
 * the board holds nothing of it afterwards.
 */
#define CALL(method) QDA_SCALARS_BUILD(0, method, 0, 0, 0, 0)

static struct live_board board;
static struct qda_node nodes[4];
static struct qda_shell shell;
static struct qda_rpc_file file;
static char why[400], log_text[8192];

static void on_log(void *arg, int level, const char *text)
{
    size_t used = strlen(log_text);
    (void)arg;
    snprintf(log_text + used, sizeof log_text - used, "%d %s\n", level, text);
}

static bool begin(const char *generation)
{
    const char *const args[] = {"--generation", generation, NULL};
    if (system("command -v qemu-hexagon > /dev/null") != 0) {
        check_skip("no qemu-hexagon here (apt-get install qemu-user): the virtual DSP does not run");
        return false;
    }
    log_text[0] = '\0';
    return CHECK(live_board_start(&board, args)) && CHECK(qda_find_nodes(board.sys, QDA_GEN_NONE, nodes, 4) > 0) &&
           CHECK_INT(qda_shell_load(board.sys, "cdsp", true, NULL, &shell, why), 0);
}

static struct qda_rpc *session(void)
{
    struct qda_rpc *rpc = NULL;
    struct qda_rpc_options options = {.shell = &shell, .unsigned_pd = true, .files = &file, .file_count = 1, .hooks = {.log = on_log}};
    for (size_t i = 0; i < 4 && !options.node; i++) {
        if (strcmp(nodes[i].dsp, "cdsp") == 0)
            options.node = &nodes[i];
    }
    if (!CHECK_INT(qda_rpc_open(board.sys, &options, &rpc, why), 0))
        printf("# %s\n", why);
    return rpc;
}

/* The board holds nothing, apart from what its driver is known to keep. */
static void end(void)
{
    struct live_status status;
    CHECK(live_board_settles(&board, &status));
    qda_shell_free(&shell);
    live_board_stop(&board);
}

static void serve_ours(void)
{
    file = (struct qda_rpc_file){QBENCH_FILE, qda_qbench_skel, qda_qbench_skel_len};
}

/* One of dsp_skels, as lib<name>_skel.so; `uri` gets its URI. */
static void *serve_skel(const char *name, char uri[160])
{
    static char file_name[64];
    char path[512], *bytes = NULL;
    struct qda_sys *sys = qda_sys_linux("");
    snprintf(file_name, sizeof file_name, "lib%s_skel.so", name);
    snprintf(path, sizeof path, "%s/%s", getenv("QDA_SKELS"), file_name);
    snprintf(uri, 160, "file:///%s?%s_skel_handle_invoke&_modver=1.0&_dom=cdsp", file_name, name);
    ssize_t len = qda_read_file_alloc(sys, path, 1 << 20, &bytes);
    qda_sys_linux_free(sys);
    CHECK(len > 0);
    file = (struct qda_rpc_file){file_name, bytes, len > 0 ? (size_t)len : 0};
    return bytes;
}

static void check_refused(const char *uri, const char *part)
{
    uint32_t handle = 0;
    struct qda_rpc *rpc = session();
    if (!rpc)
        return;
    CHECK(qda_rpc_load(rpc, uri, &handle, why) != 0);
    CHECK_CONTAINS(why, part);
    printf("# %s\n", why);
    qda_rpc_close(rpc, NULL);
}

static void test_no_module(void)
{
    static uint8_t bytes[1 << 20];
    char uri[160];
    if (!begin("v1"))
        return;
    serve_ours();
    check_refused("file:///libabsent_skel.so?x&_dom=cdsp", "libabsent_skel.so");
    check_refused("file:////etc/passwd?x&_dom=cdsp", "passwd");
    file = (struct qda_rpc_file){QBENCH_FILE, "", 0};
    check_refused(QBENCH_URI "cdsp", QBENCH_FILE);
    file = (struct qda_rpc_file){QBENCH_FILE, qda_qbench_skel, 1000};
    check_refused(QBENCH_URI "cdsp", QBENCH_FILE);
    file = (struct qda_rpc_file){QBENCH_FILE, qda_qbench_skel, qda_qbench_skel_len / 2};
    check_refused(QBENCH_URI "cdsp", QBENCH_FILE);
    memcpy(bytes, qda_qbench_skel, qda_qbench_skel_len);
    bytes[18] = 183; /* aarch64 */
    file = (struct qda_rpc_file){QBENCH_FILE, bytes, qda_qbench_skel_len};
    check_refused(QBENCH_URI "cdsp", QBENCH_FILE);
    void *skel = serve_skel("no_entry", uri);
    check_refused(uri, "no_entry_skel_handle_invoke");
    free(skel);
    skel = serve_skel("unresolved", uri);
    check_refused(uri, "no_such_function");
    free(skel);
    end();
}

static void test_log(void)
{
    uint32_t handle = 0;
    struct qda_rpc_arg text = {.ptr = "hello from the host", .len = 19};
    if (!begin("v1"))
        return;
    serve_ours();
    struct qda_rpc *rpc = session();
    CHECK_INT(qda_rpc_load(rpc, QBENCH_URI "cdsp", &handle, why), 0);
    CHECK_INT(qda_rpc_invoke(rpc, handle, QDA_SCALARS_BUILD(0, QBENCH_LOG, 1, 0, 0, 0), &text), 0);
    for (int i = 0; i < 600 && !strstr(log_text, "hello"); i++) /* it comes by a call of its own */
        board.sys->ops->poll(board.sys, -1, 0, 100);
    CHECK_CONTAINS(log_text, "2 hello from the host");
    qda_rpc_close(rpc, NULL);
    end();
}

/* Wrong methods, counts and handles: the DSP's codes, and the session goes on. */
static void test_bad_calls(void)
{
    uint32_t handle = 0, value;
    uint8_t bytes[16] = {0};
    struct qda_rpc_arg args[2] = {{.ptr = bytes, .len = 16}, {.ptr = bytes, .len = 16}};
    struct qda_rpc_null null;
    if (!begin("rfc"))
        return;
    serve_ours();
    struct qda_rpc *rpc = session();
    CHECK_INT(qda_rpc_load(rpc, QBENCH_URI "cdsp", &handle, why), 0);
    CHECK_HEX((uint32_t)qda_rpc_invoke(rpc, handle, CALL(30), NULL), 0x80000414);
    CHECK_HEX((uint32_t)qda_rpc_invoke(rpc, handle, CALL(QBENCH_PING), NULL), 0x8000040e);
    CHECK_HEX((uint32_t)qda_rpc_invoke(rpc, handle, QDA_SCALARS_BUILD(0, QBENCH_PING, 1, 1, 0, 0), args), 0x8000040e);
    int unknown = qda_rpc_invoke(rpc, handle + 1000, CALL(2), NULL);
    CHECK(unknown != 0 && !qda_rpc_is_errno(unknown));
    CHECK_INT(qda_rpc_unload(rpc, handle, why), 0);
    int closed = qda_rpc_invoke(rpc, handle, CALL(2), NULL);
    CHECK(closed != 0 && !qda_rpc_is_errno(closed));
    CHECK(qda_rpc_unload(rpc, handle, why) != 0);
    args[0].ref = 0x7ffffff0; /* no GEM handle */
    CHECK(qda_rpc_is_errno(qda_rpc_invoke(rpc, handle, QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), args)));
    CHECK_INT(qda_rpc_find_null(rpc, &null), 0);
    CHECK_INT(qda_rpc_call_null(rpc, &null, &value), 0);
    qda_rpc_close(rpc, NULL);
    end();
}

/* The process dies in a call: this and later calls fail, the session can be closed, and another one made. */
static void test_crash(void)
{
    char uri[160];
    if (!begin("v1"))
        return;
    void *skel = serve_skel("crash", uri);
    for (uint32_t method = 2; method <= 5; method++) {
        uint32_t handle = 0, value;
        struct qda_rpc_null null = {QDA_HANDLE_PROCESS, 0x05000100, "getASID", 0};
        struct qda_rpc *rpc = session();
        CHECK_INT(qda_rpc_load(rpc, uri, &handle, why), 0);
        CHECK_HEX((uint32_t)qda_rpc_invoke(rpc, handle, CALL(6), NULL), 0x8000042a);
        CHECK(qda_rpc_invoke(rpc, handle, CALL(method), NULL) != 0);
        CHECK(qda_rpc_call_null(rpc, &null, &value) != 0);
        CHECK(qda_rpc_load(rpc, uri, &handle, why) != 0);
        qda_rpc_close(rpc, NULL);
    }
    free(skel);
    end();
}

static void test_two_sessions(void)
{
    uint32_t handles[2] = {0};
    if (!begin("v1"))
        return;
    serve_ours();
    struct qda_rpc *two[2] = {session(), session()};
    for (int i = 0; i < 2; i++) {
        struct qbench_ping in = {.seq = 7 + (uint64_t)i};
        struct qbench_ping_out out = {0};
        struct qda_rpc_arg args[2] = {{.ptr = &in, .len = sizeof in}, {.ptr = &out, .len = sizeof out}};
        CHECK_INT(qda_rpc_load(two[i], QBENCH_URI "cdsp", &handles[i], why), 0);
        CHECK_INT(qda_rpc_invoke(two[i], handles[i], QDA_SCALARS_BUILD(0, QBENCH_PING, 1, 1, 0, 0), args), 0);
        CHECK_INT(out.seq, in.seq);
    }
    qda_rpc_close(two[0], NULL);
    struct qbench_info info = {0};
    struct qda_rpc_arg out = {.ptr = &info, .len = sizeof info};
    CHECK_INT(qda_rpc_invoke(two[1], handles[1], QDA_SCALARS_BUILD(0, QBENCH_INFO, 0, 1, 0, 0), &out), 0);
    CHECK_INT(info.version, QBENCH_VERSION);
    qda_rpc_close(two[1], NULL);
    end();
}

/* The node goes under a session: calls say so, and the close comes back although nobody wakes the listener. */
static void check_unplug(const char *generation)
{
    uint32_t handle = 0;
    if (!begin(generation))
        return;
    serve_ours();
    struct qda_rpc *rpc = session();
    CHECK_INT(qda_rpc_load(rpc, QBENCH_URI "cdsp", &handle, why), 0);
    CHECK(live_board_unplug(&board, "cdsp"));
    int result = qda_rpc_invoke(rpc, handle, CALL(2), NULL);
    CHECK(result == -ENODEV || result == -EPIPE);
    CHECK(qda_rpc_load(rpc, QBENCH_URI "cdsp", &handle, why) != 0);
    qda_rpc_close(rpc, NULL);
    end();
}

static void test_unplug(void)
{
    check_unplug("v1");
    check_unplug("rfc");
    check_unplug("fastrpc");
}

int main(void)
{
    check_run("modules that cannot be loaded, with the loader's words", test_no_module);
    check_run("a line of the DSP's log", test_log);
    check_run("bad calls, closed and unknown handles", test_bad_calls);
    check_run("a module that crashes", test_crash);
    check_run("two sessions", test_two_sessions);
    check_run("the node goes", test_unplug);
    return check_done();
}
