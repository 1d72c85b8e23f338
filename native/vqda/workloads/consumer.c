/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "vqda/workloads/workload.h"

#define READ_MS 100
#define RESTART_READS 5 /* the stream starts anew so often: each time its frames are imported afresh */
#define RETRY_MS 200
#define MAX_FRAMES 16384

/* Takes a producer's frames into its own context bank, and reads them as they are filled. */
struct consumer {
    struct workload *w;
    int sock;
    struct frame *frames;
    uint32_t *handles;
    uint32_t total, taken;
    uint64_t sequence; /* newest that was read */
};

static void let_go(struct consumer *c)
{
    while (c->taken > 0) {
        c->taken--;
        workload_release(c->w, c->handles[c->taken]);
        frame_free(c->w, &c->frames[c->taken]);
    }
    free(c->frames);
    free(c->handles);
    c->frames = NULL;
    c->handles = NULL;
}

static int take_frame(struct consumer *c, int fd, uint64_t size)
{
    struct frame *frame = &c->frames[c->taken];
    *frame = (struct frame){ .dmabuf = fd, .size = size };
    int err = workload_import(c->w, fd, size, &c->handles[c->taken]);
    if (err < 0) {
        frame_free(c->w, frame);
        return err;
    }
    c->taken++;
    return frame_map(c->w, frame);
}

static int take_all(struct consumer *c)
{
    struct handover head = { 0 };
    do {
        int fd = handover_receive(c->w, c->sock, &head);
        if (fd < 0)
            return fd;
        if (c->frames == NULL) {
            c->total = head.total > 0 && head.total <= MAX_FRAMES ? head.total : 1;
            c->frames = calloc(c->total, sizeof(*c->frames));
            c->handles = calloc(c->total, sizeof(*c->handles));
        }
        if (c->frames == NULL || c->handles == NULL) {
            close(fd);
            return -ENOMEM;
        }
        int err = take_frame(c, fd, head.size);
        if (err < 0)
            return err;
    } while (c->taken < c->total);
    return 0;
}

static int read_newest(struct consumer *c)
{
    for (uint32_t i = 0; i < c->taken; i++) {
        uint64_t sequence;
        int err = frame_read(c->w, &c->frames[i], &sequence);
        if (err < 0)
            return workload_failed("DMA_BUF_IOCTL_SYNC", err);
        c->sequence = sequence > c->sequence ? sequence : c->sequence;
    }
    return 0;
}

static bool producer_is_there(const struct consumer *c)
{
    struct pollfd ask = { .fd = c->sock, .events = POLLIN };
    return poll(&ask, 1, 0) == 0;
}

/* As a pipeline does whose stream is set up anew: the frames leave its bank and come into it again. */
static int import_afresh(struct consumer *c)
{
    int err = 0;
    for (uint32_t i = 0; i < c->taken && c->handles[i] != 0 && err == 0; i++) {
        workload_release(c->w, c->handles[i]);
        err = workload_import(c->w, c->frames[i].dmabuf, c->frames[i].size, &c->handles[i]);
    }
    return err;
}

static int work_on(struct consumer *c)
{
    int err = 0;
    for (unsigned reads = 1; err == 0 && workload_pause(READ_MS); reads++) {
        err = producer_is_there(c) ? read_newest(c) : -EPIPE;
        if (err == 0 && reads % RESTART_READS == 0)
            err = import_afresh(c);
    }
    return err;
}

/* One producer, from its first frame to its end. -EPIPE: it is gone. */
static int consume(struct consumer *c)
{
    int err = take_all(c);
    if (err == 0) {
        c->w->ready();
        err = work_on(c);
    }
    let_go(c);
    return err;
}

static int find_producer(struct workload *w)
{
    int sock;
    do {
        sock = handover_connect(w->board);
    } while (sock == -ECONNREFUSED && workload_pause(RETRY_MS));
    return sock;
}

int workload_consumer(struct workload *w)
{
    struct consumer c = { .w = w, .sock = w->handover };
    if (c.sock >= 0) {
        int err = consume(&c);
        close(c.sock);
        return err == -EPIPE ? 0 : err; /* with its producer it ends */
    }
    int err = 0;
    while (!workload_stopped() && (err == 0 || err == -EPIPE)) {
        c.sock = find_producer(w);
        if (c.sock < 0)
            return workload_stopped() ? 0 : workload_failed("no producer", c.sock);
        err = consume(&c);
        close(c.sock);
    }
    return err == -EPIPE ? 0 : err;
}
