/* SPDX-License-Identifier: MIT */
#ifndef VQ_FILE_H
#define VQ_FILE_H

#include "vqda/core/board.h"

/* Open files. */

/* open(2) of a node. `cookie`: its name on the wire, at most 7 bytes. 0, -ENOENT, -ENODEV (unplugged) or -ENOMEM. */
int vq_file_open(struct vq_board *board, const struct vq_caller *who, const char *path, const char *cookie,
                 struct vq_file **out);

/*
 * Last close; a caller that waits for the DSP on it holds it until then, as in a kernel. An accel file drops its handles,
 * tells the DSP (INIT_RELEASE needs a bank and a message buffer, also where nothing was ever created), and lets go of its
 * bank when the answer came; it is gone from the board's list before.
 */
void vq_file_close(struct vq_file *file);

/* The board ends: answers to INIT_RELEASE that FAULT_DELAY holds back are there now. */
void vq_file_finish_releases(struct vq_board *board);

struct vq_file *vq_file_by_cookie(const struct vq_board *board, const char cookie[8]);

/* Open files of accel nodes. */
uint64_t vq_file_count(const struct vq_board *board);

#endif
