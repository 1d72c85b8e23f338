/* SPDX-License-Identifier: MIT */
#ifndef VQ_DSP_H
#define VQ_DSP_H

#include "vqda/core/board.h"

#include "uapi/errnos.h"

/*
 * What stands behind the driver. Only the null DSP exists: it answers INIT_RELEASE, and nothing else can be sent to it.
 */

/* A message of `call` to the DSP: its answer, or -ENOTCONN. */
int vq_dsp_send(const struct vq_node *node, enum qda_call call);

/*
 * INIT_RELEASE of a file that closes; `done(arg)` is called when the DSP has answered: at once, or later with FAULT_DELAY
 * on "RELEASE". 0, or -ENOMEM (then it is not called).
 */
int vq_dsp_release(struct vq_node *node, void (*done)(void *arg), void *arg);
/* The board ends: what waits is answered now. */
void vq_dsp_finish(struct vq_board *board);

#endif
