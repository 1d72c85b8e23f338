/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "vq_dsp_rig.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* DSP programs that want out, or that want the board to fall. */

#define GET_ASID 5u
#define DEAD (QDA_AEE_REMOTE + 0x0d)
#define NOT_READY (QDA_AEE_REMOTE + QDA_AEE_EFAILED)
#define AT_FDCWD_ARG ((uint32_t)-100)

static bool alive(int pid)
{
    return kill(pid, 0) == 0;
}

static int64_t get_asid(int32_t session)
{
    struct rig_call call;
    struct rig_buffers buffers = { .slot = 2, .out_len = 4 };
    CHECK_INT(rig_send_invoke(&call, session, QDA_HANDLE_PROCESS, GET_ASID, &buffers), 0);
    return rig_wait(&call);
}

static int32_t call_kernel(const struct probe_call *in)
{
    uint32_t value = 0;
    CHECK_INT(rig_probe(1, PROBE_METHOD_SYSCALL, in, &value), 0);
    return (int32_t)value;
}

/* System calls by the numbers of 32-bit Linux on Hexagon; each must fail, and as one that is not permitted or not known. */
static const struct {
    const char *what;
    struct probe_call call;
} forbidden[] = {
    { "openat", { .number = 56, .args = { AT_FDCWD_ARG, PROBE_TEXT, 0 }, .text = "/etc/passwd" } },
    { "openat to write", { .number = 56, .args = { AT_FDCWD_ARG, PROBE_TEXT, 0x41, 0600 }, .text = "/tmp/from-the-dsp" } },
    { "openat of /proc/self/mem", { .number = 56, .args = { AT_FDCWD_ARG, PROBE_TEXT, 2 }, .text = "/proc/self/mem" } },
    { "openat of its program", { .number = 56, .args = { AT_FDCWD_ARG, PROBE_TEXT, 2 }, .text = "/proc/self/fd/4" } },
    { "openat2", { .number = 437, .args = { AT_FDCWD_ARG, PROBE_TEXT, 0, 24 }, .text = "/etc/passwd" } },
    { "fstatat64", { .number = 79, .args = { AT_FDCWD_ARG, PROBE_TEXT, 0xa0000000u, 0 }, .text = "/etc/passwd" } },
    { "statx", { .number = 291, .args = { AT_FDCWD_ARG, PROBE_TEXT, 0, 0x7ff, 0xa0000000u }, .text = "/etc/passwd" } },
    { "readlinkat", { .number = 78, .args = { AT_FDCWD_ARG, PROBE_TEXT, PROBE_TEXT, 32 }, .text = "/proc/1/exe" } },
    { "faccessat", { .number = 48, .args = { AT_FDCWD_ARG, PROBE_TEXT, 0 }, .text = "/etc/passwd" } },
    { "mkdirat", { .number = 34, .args = { AT_FDCWD_ARG, PROBE_TEXT, 0700 }, .text = "/tmp/from-the-dsp" } },
    { "unlinkat", { .number = 35, .args = { AT_FDCWD_ARG, PROBE_TEXT, 0 }, .text = "/tmp/nothing" } },
    { "chdir", { .number = 49, .args = { PROBE_TEXT }, .text = "/" } },
    { "mount", { .number = 40, .args = { PROBE_TEXT, PROBE_TEXT, PROBE_TEXT, 0, 0 }, .text = "/tmp" } },
    { "fork", { .number = 220, .args = { 17 } } },
    { "vfork", { .number = 220, .args = { 0x4111 } } },
    { "execve", { .number = 221, .args = { PROBE_TEXT, 0, 0 }, .text = "/bin/true" } },
    { "socket", { .number = 198, .args = { 1, 1, 0 } } },
    { "socketpair", { .number = 199, .args = { 1, 1, 0, 0xa0000000u } } },
    { "connect", { .number = 203, .args = { 3, PROBE_TEXT, 16 } } },
    { "accept", { .number = 202, .args = { 3, 0, 0 } } },
    { "setsockopt", { .number = 208, .args = { 3, 1, 7, PROBE_TEXT, 4 } } },
    { "kill of its parent", { .number = 129, .args = { 0 /* set below */, 9 } } },
    { "kill of all", { .number = 129, .args = { (uint32_t)-1, 9 } } },
    { "tgkill", { .number = 131, .args = { 1, 1, 0 } } },
    { "ptrace", { .number = 117, .args = { 16, 1, 0, 0 } } },
    { "process_vm_readv", { .number = 270, .args = { 1, PROBE_TEXT, 1, PROBE_TEXT, 1, 0 } } },
    { "bpf", { .number = 280, .args = { 0, PROBE_TEXT, 48 } } },
    { "perf_event_open", { .number = 241, .args = { PROBE_TEXT, 0, (uint32_t)-1, (uint32_t)-1, 0 } } },
    { "io_uring_setup", { .number = 425, .args = { 8, PROBE_TEXT } } },
    { "userfaultfd", { .number = 282, .args = { 0 } } },
    { "memfd_create", { .number = 279, .args = { PROBE_TEXT, 0 }, .text = "more" } },
    { "ftruncate", { .number = 46, .args = { 6, 1 << 30 } } },
    { "fcntl", { .number = 25, .args = { 3, 8, 1 } } },
    { "setrlimit", { .number = 164, .args = { 7, PROBE_TEXT } } },
    { "unshare", { .number = 97, .args = { 0x10000000 } } },
    { "setns", { .number = 268, .args = { 3, 0 } } },
    { "pidfd_open", { .number = 434, .args = { 1, 0 } } },
    { "keyctl", { .number = 219, .args = { 0, 0 } } },
    { "reboot", { .number = 142, .args = { 0xfee1dead, 672274793, 0 } } },
};

static void test_system_calls(void)
{
    if (!rig_begin())
        return;
    CHECK(rig_create(1, 8));
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
        struct probe_call in = forbidden[i].call;
        if (in.number == 129 && in.args[0] == 0)
            in.args[0] = (uint32_t)getpid();
        int32_t got = call_kernel(&in);
        if (!CHECK(got == -EPERM || got == -ENOSYS))
            printf("#     %s: %d\n", forbidden[i].what, got);
    }
    CHECK_INT(access("/tmp/from-the-dsp", F_OK), -1);
    CHECK_INT(get_asid(1), 0); /* it runs as ever */
    rig_release(1);
    rig_end();
}

/* What it may: memory and time. Shows too that the calls above do arrive. */
static void test_allowed_calls(void)
{
    if (!rig_begin())
        return;
    CHECK(rig_create(1, 8));
    struct probe_call mmap_private = { .number = 222, .args = { 0, 65536, 3, 0x22, (uint32_t)-1, 0 } };
    struct probe_call getpid_call = { .number = 172 };
    struct probe_call read_nothing = { .number = 63, .args = { 0, PROBE_TEXT, 16 } };
    int32_t at = call_kernel(&mmap_private);
    CHECK(at > 0 || at < -4096);
    CHECK_INT(call_kernel(&getpid_call), rig_pid(1));
    CHECK_INT(call_kernel(&read_nothing), 0); /* /dev/null */
    rig_end();
}

/* The program is good, but what should hold it is not. */
static void test_no_sandbox(void)
{
    if (!rig_begin())
        return;
    struct rig_call call;
    struct vq_dsp_settings settings = rig_settings();
    snprintf(settings.sandbox, sizeof(settings.sandbox), "%s", getenv("QDA_NO_FILTER"));
    vq_dsp_configure(&settings);
    CHECK_INT(rig_send_create(&call, 1, 8, NULL, 0), 0);
    CHECK_INT(rig_wait(&call), NOT_READY);
    CHECK_CONTAINS(rig_log(), "runs without the filter of its system calls");
    strcpy(settings.sandbox, "/proc/self/status"); /* no plugin at all */
    vq_dsp_configure(&settings);
    CHECK_INT(rig_send_create(&call, 1, 8, NULL, 0), 0);
    CHECK_INT(rig_wait(&call), NOT_READY);
    CHECK_CONTAINS(rig_log(), "Could not load plugin");
    CHECK_INT(rig_sessions(), 0);
    rig_end();
}

/* Starts to misbehave before it is ready; the create ends, and nothing is left. */
static int64_t create_bad(enum probe_misbehaviour how, unsigned ready_ms)
{
    struct rig_call call;
    struct vq_dsp_settings settings = rig_settings();
    settings.ready_ms = ready_ms;
    vq_dsp_configure(&settings);
    CHECK_INT(rig_send_create(&call, 1, (uint32_t)how << PROBE_ATTRS_SHIFT | 8, NULL, 0), 0);
    int pid = rig_pid(1);
    CHECK(pid > 0);
    rig_wait(&call);
    CHECK(!alive(pid));
    CHECK_INT(rig_sessions(), 0);
    return call.answer;
}

static void test_exit(void)
{
    if (!rig_begin())
        return;
    CHECK_INT(create_bad(PROBE_EXIT, 30000), NOT_READY);
    CHECK_CONTAINS(rig_log(), "ended with exit code 43");
    rig_end();
}

static void test_spin(void)
{
    if (!rig_begin())
        return;
    CHECK_INT(create_bad(PROBE_SPIN, 300), NOT_READY);
    CHECK_CONTAINS(rig_log(), "did not get ready within 300 ms");
    rig_end();
}

static void test_garbage(void)
{
    if (!rig_begin())
        return;
    CHECK_INT(create_bad(PROBE_FLOOD_GARBAGE, 30000), NOT_READY);
    CHECK_CONTAINS(rig_log(), "it sent a packet of kind 0 with 4096 bytes, which is none");
    rig_end();
}

static void test_forged_replies(void)
{
    if (!rig_begin())
        return;
    struct rig_call call;
    CHECK(rig_create(2, 8));
    CHECK_INT(rig_send_create(&call, 1, PROBE_FLOOD_REPLIES << PROBE_ATTRS_SHIFT | 8, NULL, 0), 0);
    struct rig_call waiting;
    struct rig_buffers buffers = { .slot = 3 };
    CHECK_INT(rig_send_invoke(&waiting, 2, QDA_HANDLE_LISTENER, 4, &buffers), 0);
    rig_run(300);
    CHECK_INT(waiting.answers, 0); /* another process' call is not its to answer, nor is its create */
    CHECK_INT(call.answers, 0);
    CHECK_INT(get_asid(2), 0);
    rig_release(1);
    rig_end();
}

static void test_log_flood(void)
{
    if (!rig_begin())
        return;
    struct rig_call call;
    CHECK(rig_create(2, 8));
    CHECK_INT(rig_send_create(&call, 1, PROBE_FLOOD_LOG << PROBE_ATTRS_SHIFT | 8, NULL, 0), 0);
    rig_run(300);
    CHECK_INT(get_asid(2), 0);
    rig_release(1);
    CHECK_INT(call.answer, NOT_READY);
    CHECK_CONTAINS(rig_log(), "words without end");
    CHECK_CONTAINS(rig_log(), "more lines were left out");
    CHECK(strlen(rig_log()) < 40000);
    rig_end();
}

/* Pages that end beyond the last address are none: nothing of the bank is told for them, nor does anybody count without end. */
static void test_wrapping_pages(void)
{
    if (!rig_begin())
        return;
    struct rig_call call;
    int fd = memfd_create("beyond", MFD_CLOEXEC);
    CHECK_INT(ftruncate(fd, 65536), 0);
    rig_map(0x40000000u, 65536, fd, 0);
    CHECK(rig_create(1, 8));
    CHECK_INT(get_asid(1), 0);
    size_t before = rig_session(1).mappings;
    struct rig_buffers buffers = { .slot = 3, .out_len = 4, .iova = 0x40000000u };
    const uint64_t room = UINT64_MAX - (((uint64_t)RIG_SID << 32) + buffers.iova);
    buffers.size = room + 1;
    CHECK_INT(rig_send_invoke(&call, 1, QDA_HANDLE_PROCESS, GET_ASID, &buffers), 0);
    rig_wait(&call);
    CHECK_INT(rig_session(1).mappings, before);
    buffers.size = room; /* ends there: what the bank has of it is told */
    CHECK_INT(rig_send_invoke(&call, 1, QDA_HANDLE_PROCESS, GET_ASID, &buffers), 0);
    rig_wait(&call);
    CHECK_INT(rig_session(1).mappings, before + 1);
    close(fd);
    rig_end();
}

static void test_memory(void)
{
    if (!rig_begin())
        return;
    CHECK_INT(create_bad(PROBE_EAT_MEMORY, 60000), NOT_READY);
    CHECK_CONTAINS(rig_log(), "ended with exit code 44");
    rig_end();
}

static void test_threads(void)
{
    if (!rig_begin())
        return;
    CHECK_INT(create_bad(PROBE_THREADS, 60000), NOT_READY);
    CHECK_CONTAINS(rig_log(), "ended with exit code 49");
    rig_end();
}

static void test_wild_write(void)
{
    if (!rig_begin())
        return;
    struct probe_call wild = { .number = PROBE_WRITE_WILD };
    uint32_t value;
    CHECK(rig_create(1, 8));
    CHECK_INT(rig_probe(1, PROBE_METHOD_MISBEHAVE, &wild, &value), DEAD);
    CHECK_CONTAINS(rig_log(), "ended by signal 11");
    CHECK_INT(rig_faults, 0); /* no address of the bank */
    rig_end();
}

#define PIECES 20u
#define PIECE(i) (0x10000000ull + 0x10000ull * (i))

/* The board keeps what the process does not take, but not for ever. */
static void test_deaf(void)
{
    if (!rig_begin())
        return;
    static struct rig_call calls[255];
    int fds[PIECES];
    unsigned sent = 0;
    for (unsigned i = 0; i < PIECES; i++) {
        fds[i] = memfd_create("deaf", MFD_CLOEXEC);
        CHECK_INT(ftruncate(fds[i], 0x10000), 0);
    }
    CHECK(rig_create(2, 8) && rig_create(1, PROBE_DEAF << PROBE_ATTRS_SHIFT | 8));
    for (; sent < 255 && rig_session(1).mappings <= 1; sent++) {
        struct rig_buffers buffers = { .slot = sent % 16, .iova = PIECE(0), .size = 0x10000ull * PIECES };
        for (unsigned i = 0; i < PIECES; i++)
            rig_map(PIECE(i), 0x10000, fds[i], 0);
        if (!CHECK_INT(rig_send_invoke(&calls[sent], 1, QDA_HANDLE_LISTENER, 4, &buffers), 0))
            break;
        for (unsigned i = 0; i < PIECES; i++)
            rig_unmap(PIECE(i)); /* two packets each */
    }
    CHECK_INT(rig_wait(&calls[0]), DEAD);
    CHECK_CONTAINS(rig_log(), "it does not read its port");
    CHECK_INT(get_asid(2), 0);
    rig_end();
}

int main(void)
{
    check_run("no system call reaches the host", test_system_calls);
    check_run("memory and time it may have", test_allowed_calls);
    check_run("no sandbox, no DSP program", test_no_sandbox);
    check_run("exits at once", test_exit);
    check_run("never gets ready", test_spin);
    check_run("floods its port with garbage", test_garbage);
    check_run("answers calls that are not its own", test_forged_replies);
    check_run("is given pages beyond the last address", test_wrapping_pages);
    check_run("talks without end", test_log_flood);
    check_run("eats memory", test_memory);
    check_run("makes threads without end", test_threads);
    check_run("writes where nothing is", test_wild_write);
    check_run("never reads its port", test_deaf);
    return check_done();
}
