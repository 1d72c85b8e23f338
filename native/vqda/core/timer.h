/* SPDX-License-Identifier: MIT */
#ifndef VQ_TIMER_H
#define VQ_TIMER_H

#include "vqda/core/board.h"

/* CLOCK_MONOTONIC, ns. */
uint64_t vq_now(void);
/* For who looks for something: is there time for further looks? *until 0: the first call, from which on there are `for_ns`. */
bool vq_look_on(uint64_t *until, uint64_t for_ns);

/* `timer->fn` is called once, at least `delay_ns` from now. A running timer is started anew. */
void vq_timer_start(struct vq_board *board, struct vq_timer *timer, uint64_t delay_ns);
/* Harmless when it is not running. */
void vq_timer_stop(struct vq_timer *timer);

/* ns until the next timer is due: 0 if it is already, UINT64_MAX if none runs. */
uint64_t vq_timer_next(const struct vq_board *board, uint64_t now);
/* Runs what is due at `now`. */
void vq_timer_run(struct vq_board *board, uint64_t now);

#endif
