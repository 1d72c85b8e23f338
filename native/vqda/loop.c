/* SPDX-License-Identifier: MIT */
#include "vqda/loop.h"

#include "vqda/core/backing.h"
#include "vqda/core/timer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define BATCH 512

struct vq_watch {
    struct vq_list link;
    int fd;
    vq_fd_fn fn; /* NULL: unwatched, freed after the batch */
    void *arg;
};

struct vq_loop {
    int epoll;
    bool stop;
    struct vq_list gone;
    struct vq_watch *inotify;
    struct vq_look look;
};

struct vq_watch *vq_watch_fd(struct vq_board *board, int fd, uint32_t events, vq_fd_fn fn, void *arg)
{
    struct vq_watch *watch = calloc(1, sizeof(*watch));
    if (!watch)
        return NULL;
    vq_list_init(&watch->link);
    watch->fd = fd;
    watch->fn = fn;
    watch->arg = arg;
    struct epoll_event event = { .events = events, .data.ptr = watch };
    if (epoll_ctl(board->loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        free(watch);
        return NULL;
    }
    return watch;
}

void vq_watch_events(struct vq_board *board, struct vq_watch *watch, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = watch };
    epoll_ctl(board->loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void vq_unwatch_fd(struct vq_board *board, struct vq_watch *watch)
{
    epoll_ctl(board->loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    watch->fn = NULL;
    vq_list_add(&board->loop->gone, &watch->link);
}

static void on_inotify(struct vq_board *board, void *arg, uint32_t events)
{
    (void)arg;
    (void)events;
    vq_backing_poll(board);
}

int vq_loop_init(struct vq_board *board)
{
    struct vq_loop *loop = calloc(1, sizeof(*loop));
    if (!loop)
        return -ENOMEM;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0) {
        free(loop);
        return -errno;
    }
    vq_list_init(&loop->gone);
    board->loop = loop;
    loop->inotify = vq_watch_fd(board, board->inotify, EPOLLIN, on_inotify, NULL);
    return loop->inotify ? 0 : -ENOMEM;
}

static void free_gone(struct vq_loop *loop)
{
    while (!vq_list_empty(&loop->gone)) {
        struct vq_watch *watch = VQ_OF(loop->gone.next, struct vq_watch, link);
        vq_list_del(&watch->link);
        free(watch);
    }
}

void vq_loop_free(struct vq_board *board)
{
    struct vq_loop *loop = board->loop;
    if (!loop)
        return;
    if (loop->inotify)
        vq_unwatch_fd(board, loop->inotify);
    free_gone(loop);
    close(loop->epoll);
    free(loop);
    board->loop = NULL;
}

void vq_loop_stop(struct vq_board *board)
{
    board->loop->stop = true;
}

void vq_loop_look(struct vq_board *board, const struct vq_look *look)
{
    board->loop->look = look ? *look : (struct vq_look){ 0 };
}

static bool comes_first(const struct vq_loop *loop, const struct epoll_event *event)
{
    return event->data.ptr == loop->inotify || (event->events & (EPOLLHUP | EPOLLERR)) != 0;
}

static void dispatch(struct vq_board *board, const struct epoll_event *events, int count)
{
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < count; i++) {
            struct vq_watch *watch = events[i].data.ptr;
            if (comes_first(board->loop, &events[i]) == (pass == 0) && watch->fn)
                watch->fn(board, watch->arg, events[i].events);
        }
    }
}

static int wait_for(struct vq_board *board, struct epoll_event *events, bool busy)
{
    uint64_t next = busy ? 0 : vq_timer_next(board, vq_now());
    struct timespec timeout = { .tv_sec = (time_t)(next / 1000000000u), .tv_nsec = (long)(next % 1000000000u) };
    int count = epoll_pwait2(board->loop->epoll, events, BATCH, next == UINT64_MAX ? NULL : &timeout, NULL);
    return count < 0 ? -errno : count;
}

int vq_loop_run(struct vq_board *board)
{
    struct epoll_event events[BATCH];
    board->loop->stop = false;
    while (!board->loop->stop) {
        struct vq_look look = board->loop->look;
        bool busy = look.look && look.look(look.arg);
        int count = wait_for(board, events, busy);
        if (count < 0 && count != -EINTR)
            return count;
        dispatch(board, events, count);
        if (busy)
            look.serve(look.arg);
        if (!vq_list_empty(&board->timers)) /* the clock would cost each turn something */
            vq_timer_run(board, vq_now());
        free_gone(board->loop);
    }
    return 0;
}
