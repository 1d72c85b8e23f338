/* SPDX-License-Identifier: MIT */
#ifndef VQ_CONTROL_H
#define VQ_CONTROL_H

#include "vqda/core/board.h"

/*
 * The testers' door: SOCK_STREAM on the abstract name "qda-lab/<uid>/<board>/ctl", frames of ToBoard and FromBoard. It is
 * no part of the board: the agent never speaks to it.
 */
struct vq_control;

/* Listens. `exe_folder`: where vqda-workload lies. 0 or -errno. */
int vq_control_start(struct vq_board *board, const char *exe_folder, struct vq_control **out);
/* Ends the connections and all workloads. */
void vq_control_stop(struct vq_control *control);
/* SIGCHLD: collects workloads that ended. */
void vq_control_reap(struct vq_control *control);

#endif
