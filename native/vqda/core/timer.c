/* SPDX-License-Identifier: MIT */
#include "vqda/core/timer.h"

#include <time.h>

uint64_t vq_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

bool vq_look_on(uint64_t *until, uint64_t for_ns)
{
    uint64_t now = vq_now();
    if (*until == 0)
        *until = now + for_ns;
    return now < *until;
}

static struct vq_timer *timer_of(const struct vq_list *link)
{
    return VQ_OF((uintptr_t)link, struct vq_timer, link);
}

void vq_timer_start(struct vq_board *board, struct vq_timer *timer, uint64_t delay_ns)
{
    vq_timer_stop(timer);
    timer->due = vq_now() + delay_ns;
    struct vq_list *before = board->timers.prev; /* few run at a time, and the newest is mostly the latest */
    while (before != &board->timers && timer_of(before)->due > timer->due)
        before = before->prev;
    timer->link.next = before->next;
    timer->link.prev = before;
    before->next->prev = &timer->link;
    before->next = &timer->link;
}

void vq_timer_stop(struct vq_timer *timer)
{
    if (timer->due == 0)
        return;
    vq_list_del(&timer->link);
    timer->due = 0;
}

uint64_t vq_timer_next(const struct vq_board *board, uint64_t now)
{
    if (vq_list_empty(&board->timers))
        return UINT64_MAX;
    uint64_t due = timer_of(board->timers.next)->due;
    return due > now ? due - now : 0;
}

void vq_timer_run(struct vq_board *board, uint64_t now)
{
    while (!vq_list_empty(&board->timers)) {
        struct vq_timer *timer = timer_of(board->timers.next);
        if (timer->due > now)
            return;
        vq_timer_stop(timer);
        timer->fn(board, timer);
    }
}
