/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "live_board.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vqda/workloads/workload.h"

/* The workloads as processes on a board of the test's own: what they hold, that it is shared, and that they end. */

#define HUNG_MS 20000

extern char **environ;

static struct live_board board;

struct started {
    pid_t pid;
    int out;
};

static bool program(char *out, size_t len)
{
    char self[512];
    ssize_t got = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (got < 0)
        return false;
    self[got] = '\0';
    for (int i = 0; i < 3; i++)
        *strrchr(self, '/') = '\0';
    return (size_t)snprintf(out, len, "%s/native/vqda/vqda-workload", self) < len;
}

static bool start(struct started *w, const char *kind, const char *size, const char *count)
{
    char path[600];
    int ends[2];
    posix_spawn_file_actions_t actions;
    const char *argv[] = { path, "--board", board.name, "--kind", kind, "--size", size, "--count", count, "--say-ready", NULL };
    if (!program(path, sizeof(path)) || pipe2(ends, O_CLOEXEC) < 0)
        return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    int err = posix_spawn(&w->pid, path, &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    w->out = ends[0];
    return err == 0;
}

static bool is_ready(const struct started *w)
{
    struct pollfd out = { .fd = w->out, .events = POLLIN };
    char line[16];
    return poll(&out, 1, HUNG_MS) == 1 && read(w->out, line, sizeof(line)) == 6 && memcmp(line, "ready\n", 6) == 0;
}

/* Told to end, it ends with 0. */
static void stop(struct started *w)
{
    int status = -1;
    kill(w->pid, SIGTERM);
    CHECK_INT(waitpid(w->pid, &status, 0), w->pid);
    CHECK_INT(status, 0);
    close(w->out);
}

static char *bufinfo(void)
{
    char *text = NULL;
    CHECK(qda_read_file_alloc(board.sys, "/sys/kernel/debug/dma_buf/bufinfo", 4u << 20, &text) > 0);
    return text;
}

static int times(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = text; at != NULL && (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

/* Objects that v1 keeps of all tests so far: it never drops what was mapped. */
static uint64_t kept;

/* Nothing is held but what the driver keeps: `more` objects than before. */
static void check_kept(uint64_t more)
{
    struct live_status status;
    kept += more;
    if (CHECK(live_board_settles(&board, &status)))
        CHECK_INT(status.kept_objects, kept);
}

static void test_share(void)
{
    struct started w;
    if (!CHECK(start(&w, "share", "65536", "4") && is_ready(&w)))
        return;
    char *text = NULL;
    /* The consumer has imported both heap frames (GEM frames of the same node need no attachment). */
    for (int ms = 0; ms < HUNG_MS; ms += 20, usleep(20000)) {
        free(text);
        text = bufinfo();
        if (times(text, "\tqda-cb-cdsp-2\n") == 2)
            break;
    }
    CHECK_INT(times(text, "\tqda-cb-cdsp-2\n"), 2);
    CHECK_INT(times(text, "\tframe-"), 4);
    CHECK_INT(times(text, "\tdrm\t"), 2);
    CHECK_CONTAINS(text, "\nTotal 4 objects, 262144 bytes\n");
    free(text);
    stop(&w);
    check_kept(2); /* its GEM frames: mapped again by the consumer, they are the same objects */
}

/* FastRPC: the consumer attaches all frames, the node's own among them. */
static void test_fastrpc(void)
{
    static const char *const args[] = { "--generation", "fastrpc", NULL };
    static const char device[] = ":fastrpc:compute-cb@2\n";
    struct started share, others[2];
    char *text = NULL;
    if (!live_board_start(&board, args))
        return;
    if (CHECK(start(&share, "share", "65536", "4") && is_ready(&share))) {
        for (int ms = 0; ms < HUNG_MS && times(text, device) < 4; ms += 20, usleep(20000)) {
            free(text);
            text = bufinfo();
        }
        CHECK_INT(times(text, device), 4);
        CHECK_INT(times(text, "\tfastrpc\t"), 2);
        CHECK_INT(times(text, "\tsystem\t"), 2);
        free(text);
        stop(&share);
    }
    CHECK(start(&others[0], "churn", "0", "0") && is_ready(&others[0]));
    CHECK(start(&others[1], "leaker", "4096", "2") && is_ready(&others[1]));
    usleep(300000);
    stop(&others[0]);
    stop(&others[1]);
    kept = 0;
    check_kept(0);
    live_board_stop(&board);
}

static int connect_producer(void)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    int len = snprintf(to.sun_path + 1, sizeof(to.sun_path) - 1, "qda-lab/%u/%s/frames-0", (unsigned)getuid(), board.name);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&to, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)) == 0)
        return fd;
    close(fd);
    return -errno;
}

/* Waits until the frame's number is above `than`. */
static uint64_t newer(const volatile uint64_t *frame, uint64_t than)
{
    for (int ms = 0; ms < HUNG_MS && *frame <= than; ms += 10)
        usleep(10000);
    return *frame;
}

static void test_producer_hands_frames_over(void)
{
    struct started w;
    struct handover head;
    int dmabuf = -1, err;
    if (!CHECK(start(&w, "producer", "8192", "2") && is_ready(&w)))
        return;
    int sock = connect_producer();
    if (!CHECK(sock >= 0))
        return;
    CHECK_INT(board.sys->ops->recv_fd(board.sys, sock, &head, sizeof(head), &dmabuf), sizeof(head));
    CHECK_INT(head.total, 2);
    CHECK_INT(head.size, 8192);
    uint64_t *map = board.sys->ops->mmap(board.sys, 8192, PROT_READ, MAP_SHARED, dmabuf, 0, &err);
    if (CHECK(map != NULL)) {
        uint64_t first = newer(map, 0);
        CHECK(first > 0);
        CHECK(newer(map, first) > first); /* the producer's memory, not a copy */
        board.sys->ops->munmap(board.sys, map, 8192);
    }
    close(dmabuf);
    close(sock);
    stop(&w);
    check_kept(1);
}

static void test_consumer_outlives_a_producer(void)
{
    struct started producer, consumer;
    CHECK(start(&consumer, "consumer", "0", "0"));
    CHECK(start(&producer, "producer", "4096", "2") && is_ready(&producer));
    CHECK(is_ready(&consumer));
    stop(&producer);
    CHECK(start(&producer, "producer", "4096", "2") && is_ready(&producer));
    CHECK(is_ready(&consumer)); /* it says so with each producer that it finds */
    stop(&consumer);
    stop(&producer);
    check_kept(2); /* a GEM frame of each producer */
}

static void test_leaker_is_bounded(void)
{
    struct started w;
    struct live_status status = { 0 };
    CHECK(start(&w, "leaker", "4096", "2") && is_ready(&w));
    for (int ms = 0; ms < HUNG_MS && status.objects < kept + 2; ms += 20, usleep(20000))
        CHECK(live_board_status(&board, &status));
    usleep(600000); /* two more would have come by now */
    CHECK(live_board_status(&board, &status));
    CHECK_INT(status.objects, kept + 2);
    stop(&w);
    check_kept(2);
}

static void test_holder(void)
{
    struct started w;
    CHECK(start(&w, "holder", "4096", "300") && is_ready(&w));
    char *text = bufinfo();
    CHECK_CONTAINS(text, "\nTotal 300 objects, 1228800 bytes\n");
    CHECK_INT(times(text, "\t00000001\tsystem\t"), 300);
    CHECK_INT(times(text, "\tqda-cb-"), 0);
    free(text);
    stop(&w);
    check_kept(0);
}

static void test_churn(void)
{
    struct started w;
    CHECK(start(&w, "churn", "0", "0") && is_ready(&w));
    usleep(300000);
    stop(&w);
    check_kept(0);
}

static bool is_gone(pid_t pid)
{
    for (int ms = 0; ms < HUNG_MS; ms += 10, usleep(10000))
        if (waitpid(pid, NULL, WNOHANG) == pid || (kill(pid, 0) < 0 && errno == ESRCH))
            return true;
    return false;
}

/* A parent that dies takes its workload, and that one's helper, along. */
static void test_ends_with_parent(void)
{
    int ends[2];
    pid_t grandchild = 0;
    if (!CHECK(pipe(ends) == 0))
        return;
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* so that the orphan can be waited for */
    pid_t parent = fork();
    if (parent == 0) {
        struct started w;
        bool good = start(&w, "share", "4096", "2") && is_ready(&w) && write(ends[1], &w.pid, sizeof(w.pid)) > 0;
        _exit(good ? 0 : 1);
    }
    waitpid(parent, NULL, 0);
    CHECK_INT(read(ends[0], &grandchild, sizeof(grandchild)), sizeof(grandchild));
    CHECK(is_gone(grandchild));
    close(ends[0]);
    close(ends[1]);
    check_kept(1);
}

static void test_ends_with_board(void)
{
    struct started w;
    int status = 0;
    CHECK(start(&w, "churn", "0", "0") && is_ready(&w));
    kill(board.pid, SIGKILL);
    waitpid(board.pid, NULL, 0);
    board.pid = 0;
    CHECK_INT(waitpid(w.pid, &status, 0), w.pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 2);
    close(w.out);
}

int main(void)
{
    static const char *const no_args[] = { NULL };
    if (!live_board_start(&board, no_args))
        return 1;
    check_run("share: a consumer imports its producer's frames", test_share);
    check_run("producer: whoever connects gets the frames themselves", test_producer_hands_frames_over);
    check_run("consumer: finds the next producer when one ends", test_consumer_outlives_a_producer);
    check_run("churn: leaves nothing behind", test_churn);
    check_run("holder: holds dma-bufs without a bank", test_holder);
    check_run("a workload ends with its parent", test_ends_with_parent);
    check_run("leaker: stops at its count, and v1 keeps what it mapped", test_leaker_is_bounded);
    check_run("a workload ends with its board", test_ends_with_board);
    live_board_stop(&board);
    check_run("FastRPC: the same programs over dma-bufs", test_fastrpc);
    return check_done();
}
