/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "live_board.h"

#include "driver/driver.h"
#include "dsp/qbench.h"
#include "dsp/skel_bytes.h"
#include "fastrpc/fastrpc.h"
#include "vqda/client/client.h"
#include "wire/gen/qda_lab.pb.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * Skels that want out, eat, spin or never stop asking (dsp_skels), and arguments that cannot be, through the client on a live board of
 * each generation. A session beside stays whole, and the board holds nothing afterwards but what its driver is known to keep.
 */
#define CALL(method) QDA_SCALARS_BUILD(0, method, 0, 0, 0, 0)
#define IN_OUT(method) QDA_SCALARS_BUILD(0, method, 1, 1, 0, 0)
#define SIZE 65536u
#define FILES 3

static const char *const generations[] = {"v1", "rfc", "fastrpc"};
static struct live_board board;
static struct qda_node node;
static struct qda_shell shell;
static struct qda_rpc_file files[FILES];
static char uris[FILES][160], why[400];
static atomic_uint log_lines;

static void on_log(void *arg, int level, const char *text)
{
    (void)arg, (void)level, (void)text;
    atomic_fetch_add(&log_lines, 1);
}

static bool find_node(void)
{
    struct qda_node nodes[8];
    int count = qda_find_nodes(board.sys, QDA_GEN_NONE, nodes, 8);
    node.driver = NULL;
    for (int i = 0; i < count; i++) {
        if (strcmp(nodes[i].dsp, "cdsp") == 0 && nodes[i].driver)
            node = nodes[i];
    }
    return CHECK(node.driver != NULL);
}

/* `space`: bytes of DSP address space, as text. */
static bool begin(const char *generation, const char *space)
{
    const char *const args[] = {"--generation", generation, "--dsp-space", space, NULL};
    if (system("command -v qemu-hexagon > /dev/null") != 0) {
        check_skip("no qemu-hexagon here (apt-get install qemu-user): the virtual DSP does not run");
        return false;
    }
    atomic_store(&log_lines, 0);
    files[0] = (struct qda_rpc_file){QBENCH_FILE, qda_qbench_skel, qda_qbench_skel_len};
    snprintf(uris[0], sizeof uris[0], QBENCH_URI "cdsp");
    return CHECK(live_board_start(&board, args)) && find_node() &&
           CHECK_INT(qda_shell_load(board.sys, "cdsp", true, NULL, &shell, why), 0);
}

static void end(void)
{
    struct live_status status;
    CHECK(live_board_settles(&board, &status));
    qda_shell_free(&shell);
    live_board_stop(&board);
    for (int i = 1; i < FILES; i++) {
        free((void *)(uintptr_t)files[i].bytes);
        files[i].bytes = NULL;
    }
}

/* One of dsp_skels as file `at` (1, 2). */
static void serve_skel(int at, const char *name)
{
    static char names[FILES][64];
    char path[512], *bytes = NULL;
    struct qda_sys *sys = qda_sys_linux("");
    snprintf(names[at], sizeof names[at], "lib%s_skel.so", name);
    snprintf(path, sizeof path, "%s/%s", getenv("QDA_SKELS"), names[at]);
    snprintf(uris[at], sizeof uris[at], "file:///%s?%s_skel_handle_invoke&_modver=1.0&_dom=cdsp", names[at], name);
    ssize_t len = qda_read_file_alloc(sys, path, 1 << 20, &bytes);
    qda_sys_linux_free(sys);
    CHECK(len > 0);
    files[at] = (struct qda_rpc_file){names[at], bytes, len > 0 ? (size_t)len : 0};
}

static struct qda_rpc *session(struct qda_sys *sys)
{
    struct qda_rpc *rpc = NULL;
    struct qda_rpc_options options = {.node = &node, .shell = &shell, .unsigned_pd = true, .files = files, .hooks = {.log = on_log}};
    while (options.file_count < FILES && files[options.file_count].bytes)
        options.file_count++;
    if (!CHECK_INT(qda_rpc_open(sys, &options, &rpc, why), 0))
        printf("# %s\n", why);
    return rpc;
}

static uint32_t load(struct qda_rpc *rpc, int at)
{
    uint32_t handle = 0;
    if (!CHECK_INT(qda_rpc_load(rpc, uris[at], &handle, why), 0))
        printf("# %s\n", why);
    return handle;
}

static int ping(struct qda_rpc *rpc, uint32_t handle)
{
    struct qbench_ping in = {.seq = 5};
    struct qbench_ping_out out = {0};
    struct qda_rpc_arg args[2] = {{.ptr = &in, .len = sizeof in}, {.ptr = &out, .len = sizeof out}};
    int result = qda_rpc_invoke(rpc, handle, IN_OUT(QBENCH_PING), args);
    return result == 0 && out.seq != 5 ? -EBADMSG : result;
}

static int in_out(struct qda_rpc *rpc, uint32_t handle, uint32_t method, const uint32_t in[2], uint32_t *out)
{
    struct qda_rpc_arg args[2] = {{.ptr = (void *)(uintptr_t)in, .len = 8}, {.ptr = out, .len = 4}};
    return qda_rpc_invoke(rpc, handle, IN_OUT(method), args);
}

/* ---- out of the emulator */
static void test_escape(void)
{
    enum { ATTEMPTS = 8, UNTRIED = INT32_MIN };
    if (!begin("v1", "536870912"))
        return;
    serve_skel(1, "escape");
    struct qda_rpc *rpc = session(board.sys);
    uint32_t ours = load(rpc, 0), handle = load(rpc, 1);
    for (uint32_t i = 0; i < ATTEMPTS; i++) {
        int32_t got[ATTEMPTS] = {0};
        struct qda_rpc_arg args[2] = {{.ptr = &i, .len = sizeof i}, {.ptr = got, .len = sizeof got}};
        CHECK_INT(qda_rpc_invoke(rpc, handle, IN_OUT(2), args), 0);
        if (!CHECK(got[i] == -EPERM || got[i] == -ENOSYS))
            printf("#     attempt %u: %d\n", (unsigned)i, (int)got[i]);
    }
    CHECK_INT(access("/tmp/qda_lab_escape", F_OK), -1);
    CHECK_INT(ping(rpc, ours), 0);
    qda_rpc_close(rpc, NULL);
    end();
}

/* ---- where nothing is: the process dies, the one beside does not */
static void test_wild(void)
{
    static const uint32_t where[] = {4, 0x7fff0000u, 0x20000000u, 0xfffffff0u};
    if (!begin("v1", "536870912"))
        return;
    serve_skel(1, "wild");
    struct qda_rpc *beside = session(board.sys);
    uint32_t ours = load(beside, 0);
    for (size_t i = 0; i < sizeof where / sizeof *where; i++) {
        const uint32_t in[2] = {where[i], 1};
        uint32_t out = 0;
        struct qda_rpc *rpc = session(board.sys);
        uint32_t handle = load(rpc, 1);
        int result = in_out(rpc, handle, 2, in, &out);
        CHECK(result != 0 && !qda_rpc_is_errno(result));
        CHECK(in_out(rpc, handle, 3, in, &out) != 0); /* it is gone */
        qda_rpc_close(rpc, NULL);
        CHECK_INT(ping(beside, ours), 0);
    }
    qda_rpc_close(beside, NULL);
    end();
}

/* ---- all memory */
static void check_eater(const char *generation)
{
    const uint32_t in[2] = {1u << 20, 0};
    uint32_t blocks = 0, again = 0, freed = 0;
    if (!begin(generation, "134217728"))
        return;
    serve_skel(1, "eater");
    struct qda_rpc *rpc = session(board.sys);
    uint32_t ours = load(rpc, 0), handle = load(rpc, 1);
    struct qda_rpc_arg args[2] = {{.ptr = (void *)(uintptr_t)in, .len = 4}, {.ptr = &blocks, .len = 4}};
    CHECK_INT(qda_rpc_invoke(rpc, handle, IN_OUT(2), args), 0);
    CHECK(blocks >= 1 && blocks < 128);
    printf("# %s: %u blocks of 1 MiB in a space of 128 MiB\n", generation, (unsigned)blocks);
    args[1].ptr = &freed;
    CHECK_INT(qda_rpc_invoke(rpc, handle, IN_OUT(3), args), 0);
    CHECK_INT(freed, blocks);
    args[1].ptr = &again;
    CHECK_INT(qda_rpc_invoke(rpc, handle, IN_OUT(2), args), 0); /* what was given back can be had again */
    CHECK(again >= 1);
    CHECK_INT(ping(rpc, ours), 0);
    qda_rpc_close(rpc, NULL); /* with all of it eaten */
    end();
}

static void test_eater(void)
{
    for (size_t i = 0; i < 3; i++)
        check_eater(generations[i]);
}

/* ---- a call that never ends: only the end of its caller does */
static void spin_in_child(int ready)
{
    struct qda_sys *sys = board.sys;
    struct qda_rpc *rpc = session(sys);
    uint32_t handle = load(rpc, 1);
    CHECK_INT(qda_rpc_invoke(rpc, handle, CALL(3), NULL), 0);
    if (write(ready, "x", 1) == 1)
        qda_rpc_invoke(rpc, handle, CALL(2), NULL);
    _exit(1); /* not reached: it is killed in the call */
}

static void check_spin(const char *generation)
{
    int ends[2], status = 0;
    char byte;
    if (!begin(generation, "536870912"))
        return;
    serve_skel(1, "spin");
    CHECK_INT(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        spin_in_child(ends[1]);
    CHECK_INT(read(ends[0], &byte, 1), 1);
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL); /* into the call, most likely; both ways must end well */
    struct qda_rpc *beside = session(board.sys);
    CHECK_INT(ping(beside, load(beside, 0)), 0);
    kill(child, SIGKILL);
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status));
    CHECK_INT(ping(beside, load(beside, 0)), 0);
    qda_rpc_close(beside, NULL);
    close(ends[0]);
    close(ends[1]);
    end();
}

static void test_spin(void)
{
    for (size_t i = 0; i < 3; i++)
        check_spin(generations[i]);
}

/* ---- killed in the middle of a call, with others waiting */
struct waiter {
    struct qda_rpc *rpc;
    uint32_t handle;
    pthread_t thread;
    atomic_int *entered;
    int result;
};

static void *sleep_on_dsp(void *arg)
{
    struct waiter *waiter = arg;
    uint32_t us = 600000000;
    struct qda_rpc_arg in = {.ptr = &us, .len = sizeof us};
    atomic_fetch_add(waiter->entered, 1);
    waiter->result = qda_rpc_invoke(waiter->rpc, waiter->handle, QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), &in);
    return NULL;
}

/* Three calls that wait, as far as can be seen from here. */
enum { WAITERS = 3 };
static void start_waiters(struct waiter waiters[WAITERS], struct qda_rpc *rpc, uint32_t sleeper)
{
    static atomic_int entered;
    atomic_store(&entered, 0);
    for (int i = 0; i < WAITERS; i++) {
        waiters[i] = (struct waiter){.rpc = rpc, .handle = sleeper, .entered = &entered, .result = 0};
        CHECK_INT(pthread_create(&waiters[i].thread, NULL, sleep_on_dsp, &waiters[i]), 0);
    }
    while (atomic_load(&entered) < WAITERS)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
}

static void join_waiters(struct waiter waiters[WAITERS])
{
    for (int i = 0; i < WAITERS; i++) {
        CHECK_INT(pthread_join(waiters[i].thread, NULL), 0);
        CHECK(waiters[i].result != 0);
    }
}

static void check_crash_with_waiters(const char *generation)
{
    struct waiter waiters[WAITERS];
    if (!begin(generation, "536870912"))
        return;
    serve_skel(1, "runtime");
    serve_skel(2, "crash");
    struct qda_rpc *rpc = session(board.sys), *beside = session(board.sys);
    uint32_t sleeper = load(rpc, 1), crash = load(rpc, 2), ours = load(beside, 0);
    start_waiters(waiters, rpc, sleeper);
    int result = qda_rpc_invoke(rpc, crash, CALL(2), NULL);
    CHECK(result != 0 && !qda_rpc_is_errno(result));
    join_waiters(waiters);
    qda_rpc_words(result, why, sizeof why);
    printf("# %s: %s\n", generation, why);
    CHECK_INT(ping(beside, ours), 0);
    qda_rpc_close(rpc, NULL);
    qda_rpc_close(beside, NULL);
    end();
}

static void test_crash_with_waiters(void)
{
    for (size_t i = 0; i < 3; i++)
        check_crash_with_waiters(generations[i]);
}

/* The node goes under all of them. FastRPC wakes them; nobody does in QDA, where only the end of the process lets go. */
static void test_unplug_wakes(void)
{
    struct waiter waiters[WAITERS];
    if (!begin("fastrpc", "536870912"))
        return;
    serve_skel(1, "runtime");
    struct qda_rpc *rpc = session(board.sys);
    start_waiters(waiters, rpc, load(rpc, 1));
    CHECK(live_board_unplug(&board, "cdsp"));
    join_waiters(waiters);
    qda_rpc_words(waiters[0].result, why, sizeof why);
    CHECK_CONTAINS(why, "restart; run again when it is back");
    qda_rpc_close(rpc, NULL);
    end();
}

static void wait_in_child(int ready)
{
    struct waiter waiters[WAITERS];
    struct qda_rpc *rpc = session(board.sys);
    start_waiters(waiters, rpc, load(rpc, 1));
    if (write(ready, "x", 1) == 1)
        join_waiters(waiters);
    _exit(1); /* not reached: it is killed before */
}

static void check_unplug_and_kill(const char *generation)
{
    int ends[2], status = 0;
    char byte;
    if (!begin(generation, "536870912"))
        return;
    serve_skel(1, "runtime");
    CHECK_INT(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        wait_in_child(ends[1]);
    CHECK_INT(read(ends[0], &byte, 1), 1);
    CHECK(live_board_unplug(&board, "cdsp"));
    kill(child, SIGKILL);
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status));
    close(ends[0]);
    close(ends[1]);
    end();
}

static void test_unplug_and_kill(void)
{
    check_unplug_and_kill("v1");
    check_unplug_and_kill("rfc");
}

/* ---- floods of reverse calls */
static void check_flood(const char *generation)
{
    static const char *const outside[] = {
        "file:///../../../../etc/passwd?x&_dom=cdsp", "file:////etc/passwd?x&_dom=cdsp", "file:///./libqbench_skel.so/../x?x&_dom=cdsp",
        "file:////proc/self/exe?x&_dom=cdsp",
    };
    const uint32_t lines[2] = {20000, 2};
    uint32_t handle;
    if (!begin(generation, "536870912"))
        return;
    serve_skel(1, "runtime");
    struct qda_rpc *rpc = session(board.sys);
    uint32_t ours = load(rpc, 0), runtime = load(rpc, 1);
    struct qda_rpc_arg in = {.ptr = (void *)(uintptr_t)lines, .len = sizeof lines};
    CHECK_INT(qda_rpc_invoke(rpc, runtime, QDA_SCALARS_BUILD(0, 5, 1, 0, 0, 0), &in), 0);
    CHECK_INT(ping(rpc, ours), 0);
    uint64_t before = qda_rpc_reverse_calls(rpc);
    for (unsigned i = 0; i < 400; i++) {
        if (!CHECK(qda_rpc_load(rpc, outside[i % 4], &handle, why) != 0))
            break;
    }
    printf("# %s: %s\n", generation, why);
    CHECK(qda_rpc_reverse_calls(rpc) >= before + 400);
    CHECK_INT(ping(rpc, ours), 0);
    qda_rpc_close(rpc, NULL);
    CHECK(atomic_load(&log_lines) > 0 && atomic_load(&log_lines) < lines[0]);
    printf("# %s: %u of %u lines were told\n", generation, atomic_load(&log_lines), (unsigned)lines[0]);
    end();
}

static void test_flood(void)
{
    for (size_t i = 0; i < 3; i++)
        check_flood(generations[i]);
}

/* ---- arguments that cannot be */
struct shared {
    int dmabuf;
    uint32_t handle;
    int32_t ref;
    uint32_t *words;
};

static struct shared make_shared(struct qda_rpc *rpc)
{
    struct shared made = {.dmabuf = -1};
    int err = -1, heap = board.sys->ops->open(board.sys, "/dev/dma_heap/system", O_RDWR | O_CLOEXEC);
    CHECK_INT(qda_heap_alloc(board.sys, heap, SIZE, &made.dmabuf), 0);
    board.sys->ops->close(board.sys, heap);
    made.ref = made.dmabuf;
    if (node.driver->handles_are_refs) {
        CHECK_INT(qda_prime_import(board.sys, qda_rpc_fd(rpc), made.dmabuf, &made.handle), 0);
        made.ref = (int32_t)made.handle;
    }
    made.words = board.sys->ops->mmap(board.sys, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, made.dmabuf, 0, &err);
    CHECK(made.words != NULL);
    return made;
}

static void free_shared(struct qda_rpc *rpc, const struct shared *shared)
{
    board.sys->ops->munmap(board.sys, shared->words, SIZE);
    if (shared->handle)
        CHECK_INT(qda_gem_close(board.sys, qda_rpc_fd(rpc), shared->handle), 0);
    board.sys->ops->close(board.sys, shared->dmabuf);
}

/* Refused by the driver or the skel, the session whole: true. Or ended by a page fault where the DSP reached beyond: false. */
static bool check_refused(struct qda_rpc *rpc, uint32_t ours, const char *what, int result)
{
    qda_rpc_words(result, why, sizeof why);
    printf("# %s: %s\n", what, why);
    if (!CHECK(result != 0))
        return false;
    if (ping(rpc, ours) == 0)
        return true;
    CHECK(!qda_rpc_is_errno(result)); /* the driver's refusals leave the process alone */
    printf("#   its process ended\n");
    return false;
}

static void check_arguments(const char *generation)
{
    if (!begin(generation, "536870912"))
        return;
    struct qda_rpc *rpc = session(board.sys);
    uint32_t ours = load(rpc, 0);
    struct shared shared = make_shared(rpc);
    struct qbench_work work = {.threads = 1, .length = SIZE * 2};
    struct qbench_result out;
    struct qda_rpc_arg args[] = {{.ptr = &work, .len = sizeof work}, {.ptr = shared.words, .len = SIZE, .ref = shared.ref},
                                 {.ptr = &out, .len = sizeof out}};
    const uint32_t sum = QDA_SCALARS_BUILD(0, QBENCH_SUM, 2, 1, 0, 0), sum_dma = QDA_SCALARS_BUILD(0, QBENCH_SUM_DMA, 1, 1, 1, 0);
    check_refused(rpc, ours, "more to sum than the argument has", qda_rpc_invoke(rpc, ours, sum, args));
    work.length = SIZE;
    args[1].ref = qda_rpc_fd(rpc);
    check_refused(rpc, ours, "the node's own descriptor as buffer", qda_rpc_invoke(rpc, ours, sum, args));
    args[1].ref = 9999;
    check_refused(rpc, ours, "a buffer that is none", qda_rpc_invoke(rpc, ours, sum, args));
    args[1] = (struct qda_rpc_arg){.ptr = shared.words, .len = SIZE, .ref = shared.ref};
    CHECK_INT(qda_rpc_invoke(rpc, ours, sum, args), 0);
    work.length = SIZE * 4;
    struct qda_rpc_arg dma[] = {args[0], args[2], {.len = SIZE, .ref = shared.ref}};
    check_refused(rpc, ours, "more to sum than the handle's buffer has", qda_rpc_invoke(rpc, ours, sum_dma, dma));
    work.length = SIZE;
    CHECK_INT(qda_rpc_invoke(rpc, ours, sum_dma, dma), 0);
    work.length = args[1].len = SIZE * 16;
    if (check_refused(rpc, ours, "an argument longer than its buffer", qda_rpc_invoke(rpc, ours, sum, args)))
        CHECK_INT(qda_rpc_unload(rpc, ours, why), 0);
    CHECK(ping(rpc, ours) != 0); /* after the close, or the end */
    free_shared(rpc, &shared);
    qda_rpc_close(rpc, NULL);
    end();
}

static void test_arguments(void)
{
    for (size_t i = 0; i < 3; i++)
        check_arguments(generations[i]);
}

/* ---- no bank, no session left */
static void check_limit(const char *generation, int err)
{
    struct qda_rpc *rpc = NULL;
    struct qda_rpc_options options = {.node = &node, .shell = &shell, .unsigned_pd = true, .files = files, .file_count = 1};
    if (!begin(generation, "536870912"))
        return;
    struct qda_rpc *first = session(board.sys);
    CHECK(live_board_fault(&board, qdalab_FaultKind_FAULT_BANKS_EXHAUSTED));
    int result = qda_rpc_open(board.sys, &options, &rpc, why);
    if (err) {
        CHECK_INT(result, err);
        CHECK_CONTAINS(why, "close other users of the DSP");
        printf("# %s: %s\n", generation, why);
    } else {
        qda_rpc_close(rpc, NULL); /* a bank is the thread's here, and this one has one */
    }
    CHECK_INT(ping(first, load(first, 0)), 0);
    CHECK(live_board_clear_faults(&board));
    qda_rpc_close(first, NULL);
    end();
}

static void test_limit(void)
{
    check_limit("v1", 0);
    check_limit("rfc", 0);
    check_limit("fastrpc", -EBUSY);
}

/* As many as there are: the next is refused, and one that ends makes room. */
static void test_all_sessions(void)
{
    enum { MOST = 40 };
    struct qda_rpc *all[MOST] = {NULL}, *more = NULL;
    struct qda_rpc_options options = {.node = &node, .shell = &shell, .unsigned_pd = true, .files = files, .file_count = 1};
    int count = 0, result = 0;
    if (!begin("fastrpc", "536870912"))
        return;
    while (count < MOST && (result = qda_rpc_open(board.sys, &options, &all[count], why)) == 0)
        count++;
    printf("# %d sessions, then: %s\n", count, why);
    CHECK(count > 2 && count < MOST);
    CHECK_INT(result, -EBUSY);
    qda_rpc_close(all[--count], NULL);
    for (int ms = 0; ms < 20000 && (result = qda_rpc_open(board.sys, &options, &more, why)) == -EBUSY; ms += 20)
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL); /* the board sees the close a little later */
    CHECK_INT(result, 0);
    CHECK_INT(ping(more, load(more, 0)), 0);
    qda_rpc_close(more, NULL);
    while (count > 0)
        qda_rpc_close(all[--count], NULL);
    end();
}

int main(void)
{
    check_run("a skel that wants out", test_escape);
    check_run("a skel that writes where nothing is", test_wild);
    check_run("a skel that eats all memory", test_eater);
    check_run("a skel that spins, and its caller is killed", test_spin);
    check_run("a crash with other calls waiting", test_crash_with_waiters);
    check_run("the node goes with calls waiting, which are woken", test_unplug_wakes);
    check_run("the node goes with calls waiting that nobody wakes", test_unplug_and_kill);
    check_run("floods of log lines and of files outside", test_flood);
    check_run("lengths beyond buffers, and buffers that are none", test_arguments);
    check_run("no bank or session is free", test_limit);
    check_run("all sessions of the legacy driver", test_all_sessions);
    return check_done();
}
