/* SPDX-License-Identifier: MIT */
#include "driver/driver.h"
#include "vqda/client/client.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A large memory picture to look at: processes that do nothing but hold dma-bufs.
 *
 *     holders VQDA-SOCKET PROCESSES BUFFERS OWNERS
 *
 * BUFFERS are shared out over PROCESSES. The first OWNERS processes open an accel node (and so take a context bank) and
 * export what they created on it; the others have theirs from the system heap. Prints "ready" once all are held, and ends
 * with all of its processes on SIGTERM or when whoever started it is gone.
 */
#define PAGE 4096u
#define MAX_PROCESSES 4096ul

struct holders {
    const char *socket;
    size_t processes, buffers, owners;
};

/* What one process does: it makes `count` dma-bufs and keeps their descriptors. */
static int hold_own(struct qda_sys *sys, size_t count)
{
    struct qda_node node;
    uint32_t handle;
    int dmabuf;
    int err = qda_find_nodes(sys, QDA_GEN_NONE, &node, 1);
    if (err < 1 || node.driver == NULL)
        return err < 0 ? err : -1;
    int fd = sys->ops->open(sys, node.path, O_RDWR | O_CLOEXEC);
    for (err = fd; err >= 0 && count > 0; count--) {
        err = node.driver->gem_create(sys, fd, PAGE, &handle);
        if (err >= 0)
            err = qda_prime_export(sys, fd, handle, O_CLOEXEC | O_RDWR, &dmabuf);
    }
    return err < 0 ? err : 0;
}

static int hold_heap(struct qda_sys *sys, size_t count)
{
    int dmabuf;
    int heap = sys->ops->open(sys, "/dev/dma_heap/system", O_RDWR | O_CLOEXEC);
    int err = heap;
    for (; err >= 0 && count > 0; count--)
        err = qda_heap_alloc(sys, heap, PAGE, &dmabuf);
    if (heap >= 0)
        sys->ops->close(sys, heap);
    return err < 0 ? err : 0;
}

static int hold(const struct holders *what, size_t place)
{
    size_t count = what->buffers / what->processes + (place < what->buffers % what->processes);
    int err;
    struct qda_sys *sys = vq_client_open(what->socket, &err);
    if (sys == NULL)
        return err;
    return place < what->owners ? hold_own(sys, count) : hold_heap(sys, count);
}

/* In the child, which ends with its parent. */
static void be_holder(const struct holders *what, size_t place, int parent, int told)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    int err = hold(what, place);
    if (err < 0)
        fprintf(stderr, "holders: process %zu: %s\n", place, strerror(-err));
    char word = err < 0 ? 'n' : 'y';
    if (write(told, &word, 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

/* 0 when every process holds its share. */
static int wait_for_all(int told, size_t count)
{
    char word;
    for (; count > 0; count--)
        if (read(told, &word, 1) != 1 || word != 'y')
            return -1;
    return 0;
}

static sigset_t ends(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

static void block_ends(void)
{
    sigset_t set = ends();
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static void wait_for_end(void)
{
    sigset_t set = ends();
    int signal;
    sigwait(&set, &signal);
}

static void end_all(const int *pids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        kill(pids[i], SIGKILL);
    for (size_t i = 0; i < count; i++)
        waitpid(pids[i], NULL, 0);
}

static int run(const struct holders *what, int *pids)
{
    int told[2], parent = getpid();
    size_t started = 0;
    if (pipe(told) < 0)
        return 2;
    for (; started < what->processes; started++) {
        pids[started] = fork(); /* one thread here */
        if (pids[started] == 0)
            be_holder(what, started, parent, told[1]);
        if (pids[started] < 0)
            break;
    }
    close(told[1]);
    int ready = started == what->processes ? wait_for_all(told[0], started) : -1;
    if (ready == 0) {
        printf("ready\n");
        fflush(stdout);
        wait_for_end();
    } else {
        fprintf(stderr, "holders: not everything could be held\n");
    }
    end_all(pids, started);
    close(told[0]);
    return ready == 0 ? 0 : 2;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: holders VQDA-SOCKET PROCESSES BUFFERS OWNERS\n");
        return 3;
    }
    struct holders what = {
        .socket = argv[1],
        .processes = strtoul(argv[2], NULL, 10),
        .buffers = strtoul(argv[3], NULL, 10),
        .owners = strtoul(argv[4], NULL, 10),
    };
    if (what.processes == 0 || what.processes > MAX_PROCESSES)
        return 3;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    block_ends();
    int *pids = calloc(what.processes, sizeof(*pids));
    int code = pids != NULL ? run(&what, pids) : 2;
    free(pids);
    return code;
}
