/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vqda/workloads/workload.h"

#define FRAMES 4
#define FRAME_SIZE (1u << 20)
#define FRAME_MS 100
#define MAX_CONSUMERS 16

/* A camera: a ring of frames that it fills one after another, and consumers that got descriptors of all of them. */
struct producer {
    struct workload *w;
    struct frame *frames;
    uint32_t made;
    int listener;                 /* -1: no name was left, or none is wanted */
    int consumers[MAX_CONSUMERS]; /* kept, so that a consumer sees its producer's end */
    size_t consumer_count;
};

static void take_consumer(struct producer *p, int sock)
{
    if (p->consumer_count < MAX_CONSUMERS && handover_send(p->w, sock, p->frames, p->made) == 0)
        p->consumers[p->consumer_count++] = sock;
    else
        close(sock);
}

static void drop_gone(struct producer *p)
{
    for (size_t i = p->consumer_count; i-- > 0;) {
        struct pollfd ask = { .fd = p->consumers[i] };
        if (poll(&ask, 1, 0) != 1)
            continue;
        close(p->consumers[i]);
        p->consumers[i] = p->consumers[--p->consumer_count];
    }
}

/* Waits for a frame's time; whoever comes meanwhile is served. False: told to end. */
static bool serve(struct producer *p)
{
    struct pollfd ask = { .fd = p->listener, .events = POLLIN };
    if (p->listener < 0)
        return workload_pause(FRAME_MS);
    if (poll(&ask, 1, FRAME_MS) == 1) {
        int sock = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
        if (sock >= 0)
            take_consumer(p, sock);
    }
    drop_gone(p);
    return !workload_stopped();
}

static int make_frames(struct producer *p, uint32_t count)
{
    int err = 0;
    p->frames = calloc(count, sizeof(*p->frames));
    if (p->frames == NULL)
        return -ENOMEM;
    while (err == 0 && p->made < count) {
        err = frame_make(p->w, p->made, &p->frames[p->made]);
        p->made += err == 0;
    }
    return err;
}

static int produce(struct producer *p)
{
    int err = 0;
    for (uint64_t sequence = 1; err == 0 && serve(p); sequence++)
        err = frame_write(p->w, &p->frames[sequence % p->made], sequence);
    return err < 0 ? workload_failed("DMA_BUF_IOCTL_SYNC", err) : 0;
}

/* `consumer`: a socket to one that is there already, or -1. */
static int run(struct workload *w, int consumer)
{
    struct producer p = { .w = w, .listener = -1 };
    w->size = w->size > 0 ? w->size : FRAME_SIZE;
    int err = make_frames(&p, w->count > 0 ? w->count : FRAMES);
    if (err == 0 && consumer >= 0)
        take_consumer(&p, consumer);
    else if (err == 0)
        p.listener = handover_listen(w->board);
    if (err == 0) {
        w->ready();
        err = produce(&p);
    }
    while (p.consumer_count > 0)
        close(p.consumers[--p.consumer_count]);
    if (p.listener >= 0)
        close(p.listener);
    while (p.made > 0)
        frame_free(w, &p.frames[--p.made]);
    free(p.frames);
    return err;
}

int workload_producer(struct workload *w)
{
    return run(w, -1);
}

/* The consumer is a process of its own: this program once more. */
static int start_consumer(struct workload *w, int sock, int *pid)
{
    const char *argv[] = { "/proc/self/exe", "--board", w->board, "--kind", "consumer", "--handover", "3", NULL };
    struct qda_spawn what = { .argv = argv, .fds = &sock, .fd_count = 1 };
    *pid = w->sys->ops->spawn(w->sys, &what);
    return *pid < 0 ? workload_failed("the consumer cannot be started", *pid) : 0;
}

int workload_share(struct workload *w)
{
    int ends[2], pid = -1, status;
    int err = w->sys->ops->socketpair(w->sys, ends);
    if (err < 0)
        return workload_failed("socketpair", err);
    err = start_consumer(w, ends[1], &pid);
    close(ends[1]);
    if (err == 0)
        err = run(w, ends[0]); /* closes it: the consumer ends */
    else
        close(ends[0]);
    if (pid > 0) {
        w->sys->ops->kill(w->sys, pid, 15 /* SIGTERM */);
        w->sys->ops->wait(w->sys, pid, &status, true);
    }
    return err;
}
