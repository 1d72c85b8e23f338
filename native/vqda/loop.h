/* SPDX-License-Identifier: MIT */
#ifndef VQ_LOOP_H
#define VQ_LOOP_H

#include "vqda/core/board.h"

/*
 * One thread, one epoll. In a batch of events, hang-ups and inotify come before requests: whoever closes something and then
 * asks finds it closed.
 */
int vq_loop_init(struct vq_board *board); /* sets board->loop. 0 or -errno */
void vq_loop_free(struct vq_board *board);

/* Runs until vq_loop_stop(); may be run again. 0 or -errno. */
int vq_loop_run(struct vq_board *board);
void vq_loop_stop(struct vq_board *board);

/*
 * Something to look at that has no descriptor. `look` is called when the loop is about to sleep; where it says true, the
 * events that are there are dealt with, and then `serve` is called. One at a time; NULL: none any more.
 */
struct vq_look {
    bool (*look)(void *arg);
    void (*serve)(void *arg);
    void *arg;
};
void vq_loop_look(struct vq_board *board, const struct vq_look *look);

#endif
