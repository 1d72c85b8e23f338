/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "fake_dsp.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* A session from its open to its close, calls, modules, maps, and results in words. */

static struct fake_dsp *dsp;
static struct qda_rpc *rpc;
static struct qda_rpc_options options;
static struct qda_shell shell;
static uint8_t shell_bytes[6000];
static char why[400];
static unsigned descriptors;

static void begin(void)
{
    descriptors = fake_dsp_descriptors();
    dsp = fake_dsp_new();
    fake_dsp_elf(shell_bytes, sizeof shell_bytes);
    shell = (struct qda_shell){.path = "/shell", .bytes = shell_bytes, .len = sizeof shell_bytes};
    dsp->shell = &shell;
    options = (struct qda_rpc_options){.node = &dsp->node, .shell = &shell, .unsigned_pd = true};
    memset(why, 0, sizeof why);
    rpc = NULL;
}

static int open_session(void)
{
    return qda_rpc_open(&dsp->base, &options, &rpc, why);
}

/* Nothing is left of the session, in the driver or here. */
static void end(void)
{
    qda_rpc_close(rpc, NULL);
    CHECK_INT(dsp->closes, dsp->opens);
    fake_dsp_free(dsp);
    CHECK_INT(fake_dsp_descriptors(), descriptors);
}

static void test_session(void)
{
    struct qda_rpc_cost cost = {0};
    sigset_t mask;
    begin();
    if (!CHECK_INT(open_session(), 0))
        return;
    CHECK(dsp->shell_seen);
    CHECK_HEX(dsp->create_attrs, QDA_PROC_UNSIGNED_MODULE);
    CHECK_INT(dsp->listener, QDA_HANDLE_LISTENER1);
    CHECK(dsp->signals_blocked);
    CHECK(fake_dsp_played(dsp));
    pthread_mutex_lock(&dsp->lock);
    CHECK_INT(dsp->interrupted, 0);
    pthread_mutex_unlock(&dsp->lock);
    CHECK(qda_rpc_fd(rpc) >= 0);
    CHECK_STR(qda_rpc_node(rpc)->path, dsp->node.path);
    CHECK(qda_rpc_opener(rpc) > 0);
    CHECK_INT(qda_rpc_reverse_calls(rpc), 0);
    qda_rpc_close(rpc, &cost);
    CHECK_INT(dsp->interrupted, 1);
    CHECK(cost.create_ns > 0 && cost.open_ns > 0 && cost.listen_ns > 0 && cost.close_ns > 0);
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    CHECK(!sigismember(&mask, SIGINT) && !sigismember(&mask, SIGALRM));
    rpc = NULL;
    end();
}

/* On drivers that name buffers by GEM handles; signed; without a heap the shell goes in a buffer of the driver's. */
static void test_handles(void)
{
    begin();
    dsp->driver.handles_are_refs = true;
    options.unsigned_pd = false;
    CHECK_INT(open_session(), 0);
    CHECK(dsp->shell_seen);
    CHECK_HEX(dsp->create_attrs, 0);
    end();
    begin();
    dsp->no_heap = true;
    CHECK_INT(open_session(), 0);
    CHECK(dsp->shell_seen);
    end();
}

static void test_many_sessions(void)
{
    begin();
    for (int i = 0; i < 30; i++) {
        CHECK_INT(open_session(), 0);
        if (i % 3)
            CHECK(fake_dsp_played(dsp));
        qda_rpc_close(rpc, NULL);
        dsp->played = 0;
    }
    rpc = NULL;
    end();
}

static void test_listener_fallback(void)
{
    begin();
    dsp->init1_result = (int)0x80000600;
    CHECK_INT(open_session(), 0);
    CHECK_INT(dsp->listener, QDA_HANDLE_LISTENER);
    CHECK(fake_dsp_played(dsp));
    end();
}

static void test_no_listener(void)
{
    begin();
    dsp->init1_result = dsp->init_result = (int)0x80000414;
    CHECK_INT(open_session(), (int)0x80000414);
    CHECK(rpc == NULL);
    CHECK_CONTAINS(why, "no listener");
    CHECK_CONTAINS(why, "AEE_EUNSUPPORTED");
    end();
    begin();
    dsp->init1_result = -ENODEV; /* not of the DSP: handle 3 is not asked */
    CHECK_INT(open_session(), -ENODEV);
    CHECK_INT(dsp->listener, QDA_HANDLE_LISTENER1);
    end();
}

static void test_create_fails(void)
{
    begin();
    dsp->create_result = -ENOTCONN;
    CHECK_INT(open_session(), -ENOTCONN);
    CHECK_CONTAINS(why, "SESSION_CREATE");
    CHECK_CONTAINS(why, "ENOTCONN");
    CHECK_INT(dsp->next_calls, 0);
    end();
    begin();
    strcpy(dsp->node.path, "/dev/accel/accel7");
    CHECK_INT(open_session(), -ENOENT);
    CHECK_CONTAINS(why, "/dev/accel/accel7");
    end();
    begin();
    char folder[300];
    memset(folder, 'f', sizeof folder - 1);
    folder[sizeof folder - 1] = '\0';
    options.folder = folder;
    CHECK_INT(open_session(), -ENAMETOOLONG);
    end();
}

/* Before a session begins: what is wrong with the folder, and what to do. */
static void check_folder(const char *folder, int want, const char *said)
{
    why[0] = '\0';
    CHECK_INT(qda_rpc_folder_check(&dsp->base, folder, why), want);
    CHECK_CONTAINS(why, said);
    CHECK(strlen(why) < 240); /* the room of a result's reason */
}

static void test_folder_check(void)
{
    char full[QDA_RPC_FOLDER_MAX + 2];
    begin();
    fake_dsp_put(dsp, "/secret", "secret", 6);
    fake_dsp_put(dsp, "/libs/extra.so", "extra", 5);
    snprintf(full, sizeof full, "%s/to-libs", dsp->root);
    CHECK_INT(symlink("libs", full), 0);
    check_folder(NULL, 0, "");
    check_folder("/libs", 0, "");
    check_folder("/libs/", 0, "");
    check_folder("/to-libs", 0, "");
    check_folder("libs", -EINVAL, "(--dsp-files libs): name it by an absolute path");
    check_folder("", -EINVAL, "absolute path");
    check_folder("/libs/../libs", -EINVAL, "without \"..\"");
    check_folder("/nowhere", -ENOENT, "(--dsp-files /nowhere): there is no such folder on the board; make it");
    check_folder("/secret", -ENOTDIR, "that is no folder; name the one");
    check_folder("/secret/x", -ENOTDIR, "that is no folder");
    memset(full, 'f', sizeof full);
    full[0] = '/';
    full[sizeof full - 1] = '\0';
    check_folder(full, -ENAMETOOLONG, "longer than 255 bytes; name");
    full[sizeof full - 2] = '\0';
    check_folder(full, -ENOENT, "no such folder");
    end();
}

static void test_modules(void)
{
    uint32_t handle = 0;
    begin();
    CHECK_INT(open_session(), 0);
    CHECK_INT(qda_rpc_load(rpc, "file:///x.so?entry&_dom=cdsp", &handle, why), 0);
    CHECK_INT(handle, 100);
    CHECK_INT(dsp->remotectl, QDA_HANDLE_REMOTECTL1);
    CHECK_STR(dsp->uri, "file:///x.so?entry&_dom=cdsp");
    CHECK_INT(qda_rpc_unload(rpc, handle, why), 0);
    CHECK_INT(dsp->closed_handle, 100);
    CHECK(dsp->signals_blocked);
    end();
}

static void test_modules_of_old_firmware(void)
{
    uint32_t handle = 0;
    begin();
    dsp->remotectl1_result = (int)0x80000600;
    CHECK_INT(open_session(), 0);
    CHECK_INT(qda_rpc_load(rpc, "u", &handle, why), 0);
    CHECK_INT(dsp->remotectl, QDA_HANDLE_REMOTECTL);
    CHECK_INT(qda_rpc_unload(rpc, handle, why), 0);
    CHECK_INT(dsp->remotectl, QDA_HANDLE_REMOTECTL);
    end();
}

static void test_modules_fail(void)
{
    uint32_t handle = 0;
    begin();
    CHECK_INT(open_session(), 0);
    dsp->dl_error = (int32_t)0x80000406;
    dsp->dl_text = "unresolved symbol: \x1b[31mHAP_missing";
    CHECK_INT(qda_rpc_load(rpc, "u", &handle, why), (int)0x80000406);
    CHECK_CONTAINS(why, "unresolved symbol: ?[31mHAP_missing");
    CHECK_CONTAINS(why, "AEE_EUNABLETOLOAD");
    dsp->dl_error = -5; /* no errno, though it looks like one */
    CHECK_INT(qda_rpc_load(rpc, "u", &handle, why), (int)0x80000406);
    dsp->dl_text = NULL;
    CHECK_INT(qda_rpc_unload(rpc, 100, why), (int)0x80000406);
    CHECK_CONTAINS(why, "no more than");
    dsp->dl_error = 0;
    dsp->remotectl1_result = dsp->remotectl_result = (int)0x8000040e;
    CHECK_INT(qda_rpc_load(rpc, "u", &handle, why), (int)0x8000040e);
    CHECK_CONTAINS(why, "AEE_EBADPARM");
    CHECK_INT(handle, 0);
    end();
}

static void test_null_calls(void)
{
    struct qda_rpc_null null;
    uint32_t value = 0;
    begin();
    CHECK_INT(open_session(), 0);
    CHECK_INT(qda_rpc_find_null(rpc, &null), 0);
    CHECK_HEX(null.sc, 0x05000100);
    CHECK_INT(qda_rpc_call_null(rpc, &null, &value), 0);
    CHECK_INT(value, 7);
    dsp->null_results[0] = (int)0x80000414;
    CHECK_INT(qda_rpc_find_null(rpc, &null), 0);
    CHECK_INT(null.handle, QDA_HANDLE_DSP_UTILITIES);
    CHECK_HEX(null.sc, 0x00010100);
    dsp->null_results[1] = -1; /* as int: EPERM of a driver that refuses the handle */
    CHECK_INT(qda_rpc_find_null(rpc, &null), -EPERM);
    dsp->null_results[1] = (int)0x80000401;
    dsp->null_results[2] = (int)0x80000414;
    CHECK_INT(qda_rpc_find_null(rpc, &null), 0);
    CHECK_INT(null.expect, (int)0x80000414);
    CHECK_INT(qda_rpc_call_null(rpc, &null, &value), null.expect);
    dsp->null_results[2] = (int)0x80000402;
    CHECK_INT(qda_rpc_find_null(rpc, &null), (int)0x80000402);
    end();
}

static void test_maps(void)
{
    uint64_t address = 0;
    begin();
    CHECK_INT(open_session(), 0);
    CHECK_INT(qda_rpc_map(rpc, 1, 5, 4096, &address), 0);
    CHECK(address != 0);
    CHECK_INT(dsp->map_flags, QDA_MAP_STATIC);
    CHECK_INT(qda_rpc_unmap(rpc, 1, 5, address, 4096), 0);
    CHECK_INT(qda_rpc_map(rpc, 2, 5, 4096, &address), 0);
    CHECK_INT(dsp->map_flags, QDA_MAP_STATIC);
    CHECK_INT(dsp->map_request, 2);
    CHECK_INT(qda_rpc_unmap(rpc, 2, 5, address, 4096), 0);
    CHECK_INT(dsp->maps_now, 0);
    dsp->map_result = (int)0x80000402;
    address = 99;
    CHECK_INT(qda_rpc_map(rpc, 2, 5, 4096, &address), (int)0x80000402);
    CHECK_INT(address, 99);
    end();
}

static int see_handle(struct fake_dsp *fake, uint32_t handle, uint32_t sc, const struct qda_rpc_arg *args)
{
    (void)fake, (void)sc;
    CHECK_INT(handle, 100);
    CHECK_INT(args[0].len, 3);
    CHECK_MEM(args[0].ptr, "abc", 3);
    CHECK_INT(args[1].ref, 17);
    CHECK_INT(args[1].offset, 4096);
    CHECK_INT(args[1].len, 8192);
    return 0;
}

static void test_arguments(void)
{
    struct qda_rpc_arg args[2] = {{.ptr = (void *)(uintptr_t) "abc", .len = 3}, {.ref = 17, .offset = 4096, .len = 8192}};
    begin();
    dsp->method = see_handle;
    CHECK_INT(open_session(), 0);
    CHECK_INT(qda_rpc_invoke(rpc, 100, QDA_SCALARS_BUILD(0, 2, 1, 0, 1, 0), args), 0);
    end();
}

/* A signal that comes during a call waits until the call is over. */
static volatile sig_atomic_t alarms;
static void on_alarm(int number)
{
    (void)number;
    alarms++;
}

static int raise_in_call(struct fake_dsp *fake, uint32_t handle, uint32_t sc, const struct qda_rpc_arg *args)
{
    (void)fake, (void)handle, (void)sc, (void)args;
    pthread_kill(pthread_self(), SIGALRM);
    CHECK_INT(alarms, 0);
    return 0;
}

static void test_signals(void)
{
    struct sigaction action = {.sa_handler = on_alarm}, before;
    sigaction(SIGALRM, &action, &before);
    begin();
    dsp->method = raise_in_call;
    CHECK_INT(open_session(), 0);
    CHECK_INT(qda_rpc_invoke(rpc, 100, 0x02000000, NULL), 0);
    CHECK_INT(alarms, 1);
    end();
    sigaction(SIGALRM, &before, NULL);
}

static void check_words(int result, const char *name, const char *part)
{
    char got[40], words[300];
    qda_rpc_result_name(result, got, sizeof got);
    qda_rpc_words(result, words, sizeof words);
    CHECK_STR(got, name);
    CHECK_CONTAINS(words, part);
}

static void test_words(void)
{
    check_words(0, "success", "success");
    check_words(-ENODEV, "ENODEV", "DSP restart");
    check_words(-EINTR, "EINTR", "begin a new session");
    check_words(-3999, "errno 3999", "kernel log");
    check_words((int)0x8000040e, "AEE_EBADPARM", "(0x8000040e): the DSP does not take these arguments");
    check_words(0x0e, "AEE_EBADPARM", "(0x0000000e)");
    check_words((int)0x80000600, "AEE_ERPC", "older firmware");
    check_words((int)0x80000594, "0x80000594", "not known here");
    check_words((int)0x80001000, "0x80001000", "not known here");
    check_words(0x7fffffff, "0x7fffffff", "not known here");
}

/* A thread whose signals stay off: none comes, during its calls or after. */
static void *call_without_signals(void *arg)
{
    sigset_t now;
    (void)arg;
    qda_rpc_signals_stay_off();
    CHECK_INT(qda_rpc_invoke(rpc, 100, 0x02000000, NULL), 0);
    CHECK_INT(alarms, 0);
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    CHECK(sigismember(&now, SIGALRM) && sigismember(&now, SIGTERM));
    CHECK(!sigismember(&now, SIGSEGV));
    return NULL;
}

static void test_signals_stay_off(void)
{
    pthread_t thread;
    struct sigaction action = {.sa_handler = on_alarm}, before;
    sigaction(SIGALRM, &action, &before);
    alarms = 0;
    begin();
    dsp->method = raise_in_call;
    CHECK_INT(open_session(), 0);
    CHECK_INT(pthread_create(&thread, NULL, call_without_signals, NULL), 0);
    pthread_join(thread, NULL);
    CHECK_INT(alarms, 0);
    CHECK_INT(qda_rpc_invoke(rpc, 100, 0x02000000, NULL), 0); /* this thread's are as ever */
    CHECK_INT(alarms, 1);
    end();
    sigaction(SIGALRM, &before, NULL);
}

int main(void)
{
    check_run("a session: shell in a buffer, listener, close", test_session);
    check_run("GEM handles as references, a signed process, no heap", test_handles);
    check_run("thirty sessions, the listener waiting or not yet", test_many_sessions);
    check_run("firmware without handle 7: the listener takes handle 3", test_listener_fallback);
    check_run("no listener: no session", test_no_listener);
    check_run("a folder that cannot be read below is said", test_folder_check);
    check_run("a create, an open, a folder that fail: said, and nothing stays", test_create_fails);
    check_run("a module is loaded and unloaded by handle 8", test_modules);
    check_run("firmware without handle 8: handle 0", test_modules_of_old_firmware);
    check_run("a module that does not load: the DSP's words", test_modules_fail);
    check_run("the null call that the DSP answers", test_null_calls);
    check_run("maps of both kinds", test_maps);
    check_run("arguments as the driver has them", test_arguments);
    check_run("signals wait until the call is over", test_signals);
    check_run("signals of a thread may stay off", test_signals_stay_off);
    check_run("results in words", test_words);
    return check_done();
}
