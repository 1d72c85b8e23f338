/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "qda_calls.h"
#include "vq_rig.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Faults on request, calls that wait, clients that die, and strangers at the doors. */
#define CDSP "/dev/accel/accel0"
#define ADSP "/dev/accel/accel1"
#define HOUR_NS 3600000000000ull

static struct vq_rig rig;
static struct calls q;

static bool begin(void)
{
    const char *arguments[] = { "--quirk", "mmap-pins-object=off", NULL };
    if (!rig_start(&rig, arguments))
        return false;
    q.sys = rig.sys;
    q.driver = qda_driver_for(QDA_GEN_V1);
    return true;
}

static void end_empty(void)
{
    struct rig_info info;
    CHECK(rig_settle(&rig, 0, 0, &info));
    CHECK_INT(info.dmabufs, 0);
    CHECK_INT(info.bytes, 0);
    rig_stop(&rig);
}

static void delay(const char *call, uint64_t delay_ns, uint32_t count)
{
    qdalab_SetFault fault = { .kind = qdalab_FaultKind_FAULT_DELAY, .delay_ns = delay_ns, .count = count };
    snprintf(fault.call, sizeof(fault.call), "%s", call);
    CHECK(rig_fault(&rig, &fault));
}

static struct rig_info now(void)
{
    struct rig_info info;
    CHECK(rig_status(&rig, &info));
    return info;
}

/* ---- many callers on one file */

enum { THREADS = 12, CHILDREN = 4, CALLS = 5 };

struct worker {
    pthread_t thread;
    int fd;
    uint32_t handles[CALLS];
};

static void *create_some(void *arg)
{
    struct worker *worker = arg;
    for (int i = 0; i < CALLS; i++)
        CHECK_INT(q_create(&q, worker->fd, 4096, &worker->handles[i]), 0);
    return NULL;
}

/* Handles go to the parent; those of all callers must differ. */
static int create_in_child(int fd, int out)
{
    struct worker worker = { .fd = fd };
    for (int i = 0; i < CALLS; i++) {
        if (q_create(&q, fd, 4096, &worker.handles[i]) != 0)
            return 1;
    }
    return write(out, worker.handles, sizeof(worker.handles)) == (ssize_t)sizeof(worker.handles) ? 0 : 2;
}

static void mark(bool *seen, const uint32_t *handles)
{
    for (int i = 0; i < CALLS; i++) {
        CHECK(handles[i] >= 1 && handles[i] <= (THREADS + CHILDREN) * CALLS);
        CHECK(!seen[handles[i] % 256]);
        seen[handles[i] % 256] = true;
    }
}

static void test_concurrent(void)
{
    if (!begin())
        return;
    struct worker workers[THREADS];
    bool seen[256] = { false };
    int pids[CHILDREN], pipe_fds[2], status;
    int fd = q_open(&q, CDSP);
    CHECK_INT(pipe(pipe_fds), 0);
    delay("GEM_CREATE", 20000000, 0);
    fflush(stdout);
    for (int i = 0; i < CHILDREN; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            _exit(create_in_child(fd, pipe_fds[1]));
    }
    for (int i = 0; i < THREADS; i++) {
        workers[i].fd = fd;
        CHECK_INT(pthread_create(&workers[i].thread, NULL, create_some, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        mark(seen, workers[i].handles);
    }
    for (int i = 0; i < CHILDREN; i++) {
        uint32_t handles[CALLS];
        CHECK_INT(read(pipe_fds[0], handles, sizeof(handles)), sizeof(handles));
        CHECK_INT(waitpid(pids[i], &status, 0), pids[i]);
        CHECK_INT(status, 0);
        mark(seen, handles);
    }
    struct rig_info info = now();
    CHECK_INT(info.objects, (THREADS + CHILDREN) * CALLS);
    CHECK_INT(info.banks[0].references, 1);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    CHECK(rig_clear_faults(&rig));
    q_close(&q, fd);
    end_empty();
}

/* A child inside a call that does not come back. */
static int start_waiting(int fd)
{
    struct rig_info info;
    uint64_t before = now().objects;
    fflush(stdout);
    int pid = fork();
    if (pid == 0) {
        uint32_t handle;
        q_create(&q, fd, 4096, &handle);
        _exit(9);
    }
    CHECK(rig_settle(&rig, before + 1, 1, &info)); /* the call was carried out; only its reply waits */
    return pid;
}

static void test_others_go_on(void)
{
    if (!begin())
        return;
    char name[16];
    uint32_t handle = 0;
    int status, fd = q_open(&q, CDSP);
    delay("GEM_CREATE", HOUR_NS, 1);
    int pid = start_waiting(fd);
    for (int i = 0; i < 50; i++)
        CHECK_INT(q.driver->query(q.sys, fd, name), 0);
    CHECK_INT(q_create(&q, fd, 4096, &handle), 0); /* the fault hit once */
    CHECK_INT(handle, 2);
    CHECK_INT(waitpid(pid, &status, WNOHANG), 0); /* still inside */
    CHECK(rig_kill_client(&rig, (uint32_t)pid));
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    CHECK_INT(q.driver->query(q.sys, fd, name), 0);
    q_close(&q, fd);
    end_empty();
}

static void test_late_export(void)
{
    if (!begin())
        return;
    uint32_t handle;
    int fd = q_open(&q, CDSP);
    CHECK_INT(q_create(&q, fd, 4096, &handle), 0);
    delay("PRIME_HANDLE_TO_FD", 30000000, 1);
    int dmabuf = q_export(&q, fd, handle); /* the descriptor waits in the board meanwhile */
    CHECK(dmabuf >= 0);
    q_close(&q, dmabuf);
    q_close(&q, fd);
    end_empty();
}

static void test_killed_holding(void)
{
    if (!begin())
        return;
    int ready[2], status;
    char byte;
    CHECK_INT(pipe(ready), 0);
    fflush(stdout);
    int pid = fork();
    if (pid == 0) {
        uint32_t handle;
        uint64_t offset = 0;
        int err, fd = q_open(&q, CDSP), heap = q_heap(&q, "/dev/dma_heap/system", 1u << 20);
        bool ok = q_create(&q, fd, 65536, &handle) == 0 && q_offset(&q, fd, handle, &offset) == 0 &&
                  q_map(&q, fd, 65536, offset, &err) && q_export(&q, fd, handle) >= 0 &&
                  q_import(&q, fd, heap, &handle) == 0 && q_map(&q, heap, 1u << 20, 0, &err);
        if (write(ready[1], ok ? "1" : "0", 1) != 1)
            _exit(1);
        pause();
    }
    CHECK_INT(read(ready[0], &byte, 1), 1);
    CHECK_INT(byte, '1');
    CHECK_INT(now().objects, 2);
    CHECK_INT(now().dmabufs, 2);
    CHECK(!rig_kill_client(&rig, 1)); /* not one of ours */
    CHECK(rig_kill_client(&rig, (uint32_t)pid));
    CHECK_INT(waitpid(pid, &status, 0), pid);
    close(ready[0]);
    close(ready[1]);
    end_empty();
}

/* ---- faults of the driver */

static void test_exhausted(void)
{
    if (!begin())
        return;
    uint32_t handle;
    qdalab_SetFault fault = { .kind = qdalab_FaultKind_FAULT_BANKS_EXHAUSTED, .dsp = "cdsp" };
    int had = q_open(&q, CDSP), fd = q_open(&q, CDSP), adsp = q_open(&q, ADSP);
    int heap = q_heap(&q, "/dev/dma_heap/system", 4096);
    CHECK(rig_fault(&rig, &fault));
    CHECK_INT(q_create(&q, fd, 4096, &handle), -ENOMEM);
    CHECK_INT(q_import(&q, fd, heap, &handle), -ENODEV);
    CHECK_INT(q_create(&q, adsp, 4096, &handle), 0); /* the other DSP is well */
    CHECK(rig_clear_faults(&rig));
    CHECK_INT(q_create(&q, had, 4096, &handle), 0);
    CHECK(rig_fault(&rig, &fault));
    CHECK_INT(q_create(&q, fd, 4096, &handle), 0); /* shares the bank that its thread has */
    CHECK(rig_clear_faults(&rig));
    q_close(&q, heap);
    q_close(&q, had);
    q_close(&q, fd);
    q_close(&q, adsp);
    end_empty();
}

static void test_foreign_refused(void)
{
    if (!begin())
        return;
    uint32_t own, handle;
    qdalab_SetFault fault = { .kind = qdalab_FaultKind_FAULT_FOREIGN_IMPORT, .count = 1 };
    int fd = q_open(&q, CDSP), two = q_open(&q, CDSP), heap = q_heap(&q, "/dev/dma_heap/system", 4096);
    CHECK_INT(q_create(&q, fd, 4096, &own), 0);
    int dmabuf = q_export(&q, fd, own);
    CHECK(rig_fault(&rig, &fault));
    CHECK_INT(q_import(&q, two, dmabuf, &handle), 0); /* its own it takes */
    CHECK_INT(q_import(&q, fd, heap, &handle), -ENOSYS);
    CHECK_INT(q_import(&q, fd, heap, &handle), 0);
    q_close(&q, heap);
    q_close(&q, dmabuf);
    q_close(&q, fd);
    q_close(&q, two);
    end_empty();
}

static void test_slow_release(void)
{
    if (!begin())
        return;
    struct rig_info info;
    uint32_t handle, tid = (uint32_t)gettid();
    delay("RELEASE", 300000000, 1);
    int fd = q_open(&q, CDSP);
    CHECK_INT(q_create(&q, fd, 65536, &handle), 0);
    q_close(&q, fd);
    CHECK(rig_settle(&rig, 1, 0, &info)); /* the message; the buffer went before the DSP was told */
    CHECK_INT(info.bytes, 4096);
    CHECK(rig_bank_of(&info, "cdsp", tid) != NULL);
    fd = q_open(&q, CDSP); /* others are not kept waiting */
    CHECK_INT(q_create(&q, fd, 4096, &handle), 0);
    CHECK(rig_settle(&rig, 1, 1, &info)); /* the answer came */
    CHECK_INT(rig_bank_of(&info, "cdsp", tid)->references, 1);
    q_close(&q, fd);
    end_empty();
}

static void test_unplug_in_call(void)
{
    if (!begin())
        return;
    struct rig_info info;
    uint32_t handle;
    int status, fd = q_open(&q, CDSP), adsp = q_open(&q, ADSP);
    CHECK_INT(q_create(&q, fd, 4096, &handle), 0);
    delay("GEM_CREATE", 200000000, 1);
    int pid = fork();
    if (pid == 0)
        _exit(q_create(&q, fd, 4096, &handle) == 0 ? 0 : 1);
    CHECK(rig_settle(&rig, 2, 2, &info));
    CHECK(rig_unplug(&rig, "cdsp"));
    CHECK(!rig_unplug(&rig, "cdsp"));
    CHECK_INT(q_create(&q, fd, 4096, &handle), -ENODEV);
    CHECK_INT(q_create(&q, adsp, 4096, &handle), 0);
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK_INT(status, 0); /* it was inside already */
    CHECK(rig_replug(&rig, "cdsp"));
    CHECK(!rig_replug(&rig, "cdsp"));
    info = now();
    CHECK_STR(info.nodes[2].path, "/dev/accel/accel2");
    CHECK(!info.nodes[0].plugged && info.nodes[2].plugged);
    int fresh = q_open(&q, "/dev/accel/accel2");
    CHECK_INT(q_create(&q, fresh, 4096, &handle), 0);
    CHECK_INT(q_create(&q, fd, 4096, &handle), -ENODEV); /* the old file never lives again */
    q_close(&q, fd);
    q_close(&q, fresh);
    q_close(&q, adsp);
    end_empty();
}

/* ---- workloads */

/* Asked until the board holds something of every kind. */
static bool holds_something(struct rig_info *info)
{
    for (int i = 0; i < 3000; i++) {
        *info = now();
        if (info->objects > 0 && info->dmabufs > 0 && info->files > 0)
            return true;
        poll(NULL, 0, 10);
    }
    return false;
}

static void test_workloads(void)
{
    static const char *const kinds[] = { "share", "churn", "leaker" };
    if (!begin())
        return;
    struct rig_info info;
    CHECK(!rig_start_workload(&rig, "nonsense", 1));
    CHECK(!rig_start_workload(&rig, "churn", 100000));
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        CHECK(rig_start_workload(&rig, kinds[i], 2));
    CHECK(holds_something(&info));
    CHECK_INT(info.workloads, 6);
    CHECK(rig_stop_workloads(&rig));
    CHECK_INT(now().workloads, 0);
    CHECK(rig_settle(&rig, 0, 0, &info));
    CHECK(rig_start_workload(&rig, "share", 1)); /* this one ends with the board */
    CHECK(holds_something(&info));
    rig_stop(&rig);
}

/* ---- at the doors */

static int connect_door(int type, const char *door)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int len = snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "qda-lab/%u/%s/%s", (unsigned)getuid(), rig.name,
                       door);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
    CHECK_INT(connect(fd, (struct sockaddr *)&addr, size), 0);
    return fd;
}

/* The board closes the connection within a minute, after what it may have to say (at the control door a sentence). */
static bool hangs_up(int fd)
{
    char words[1024];
    bool ended = false;
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    while (!ended && poll(&wait, 1, 60000) == 1)
        ended = recv(fd, words, sizeof(words), 0) <= 0;
    close(fd);
    return ended;
}

static void test_garbage(void)
{
    if (!begin())
        return;
    char junk[300];
    memset(junk, 0xa5, sizeof(junk));
    int fd = connect_door(SOCK_SEQPACKET, "vqda");
    CHECK_INT(send(fd, junk, sizeof(junk), MSG_NOSIGNAL), sizeof(junk));
    CHECK(hangs_up(fd));
    fd = connect_door(SOCK_SEQPACKET, "vqda");
    CHECK_INT(send(fd, junk, 3, MSG_NOSIGNAL), 3);
    CHECK(hangs_up(fd));
    fd = connect_door(SOCK_STREAM, "ctl"); /* a length of 2.7 GB */
    CHECK_INT(send(fd, junk, sizeof(junk), MSG_NOSIGNAL), sizeof(junk));
    CHECK(hangs_up(fd));
    fd = connect_door(SOCK_STREAM, "ctl"); /* a frame of length 0 */
    CHECK_INT(send(fd, "\0\0\0\0", 4, MSG_NOSIGNAL), 4);
    CHECK(hangs_up(fd));
    qdalab_SetFault unknown = { .kind = qdalab_FaultKind_FAULT_DELAY, .call = "NONSENSE", .delay_ns = 1 };
    CHECK(!rig_fault(&rig, &unknown));
    qdalab_SetFault no_dsp = { .kind = qdalab_FaultKind_FAULT_ALLOC, .dsp = "gpu" };
    CHECK(!rig_fault(&rig, &no_dsp));
    qdalab_SetFault endless = { .kind = qdalab_FaultKind_FAULT_DELAY, .call = "QUERY", .delay_ns = UINT64_MAX };
    CHECK(!rig_fault(&rig, &endless)); /* its end cannot be told in ns */
    end_empty();
}

/* Testers cannot take the board's descriptors from its clients: the one too many is hung up on, the others go on. */
static void test_many_testers(void)
{
    enum { MOST = 128 };
    int fds[MOST];
    if (!begin())
        return;
    fds[0] = -1; /* the rig's own is the first */
    for (int i = 1; i < MOST; i++)
        fds[i] = connect_door(SOCK_STREAM, "ctl");
    CHECK(hangs_up(connect_door(SOCK_STREAM, "ctl")));
    CHECK(rig_clear_faults(&rig));
    for (int i = 1; i < MOST; i++)
        close(fds[i]);
    CHECK(rig_clear_faults(&rig));
    end_empty();
}

static void test_stranger(void)
{
    if (geteuid() != 0) {
        check_skip("needs root to become another user");
        return;
    }
    if (!begin())
        return;
    int status;
    fflush(stdout);
    int pid = fork();
    if (pid == 0) {
        int fd = connect_door(SOCK_SEQPACKET, "vqda"), refused;
        close(fd);
        /* The name has root's number in it; another user may know it. */
        struct sockaddr_un addr = { .sun_family = AF_UNIX };
        int len = snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "%s", rig.door);
        socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(2);
        refused = socket(AF_UNIX, SOCK_SEQPACKET, 0);
        _exit(connect(refused, (struct sockaddr *)&addr, size) == 0 && hangs_up(refused) ? 0 : 1);
    }
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK_INT(status, 0);
    end_empty();
}

int main(void)
{
    check_run("threads and forked children call on one file at once", test_concurrent);
    check_run("a call that waits holds up nobody, and dies with its caller", test_others_go_on);
    check_run("a delayed reply brings its descriptor along", test_late_export);
    check_run("a killed process leaves nothing", test_killed_holding);
    check_run("banks can be exhausted on request", test_exhausted);
    check_run("a foreign dma-buf can be refused on request", test_foreign_refused);
    check_run("a slow DSP keeps the bank until RELEASE is answered", test_slow_release);
    check_run("a node unplugged in the middle of a call comes back as another", test_unplug_in_call);
    check_run("workloads start, hold buffers, and stop", test_workloads);
    check_run("garbage ends its connection and nothing else", test_garbage);
    check_run("another user is refused", test_stranger);
    check_run("there are not more testers than the board can bear", test_many_testers);
    return check_done();
}
