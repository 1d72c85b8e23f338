/* SPDX-License-Identifier: MIT */
#ifndef VQ_NODE_H
#define VQ_NODE_H

#include "vqda/core/board.h"

/* The nodes of the DSPs: cdsp with 12 context banks (SIDs 1 to 12), adsp with 3 (SIDs 3, 4, 5). */

/* Adds the nodes of a fresh board. 0 or -ENOMEM. */
int vq_node_add_all(struct vq_board *board);
void vq_node_free_all(struct vq_board *board);

/* By path, unplugged ones too; by DSP, only plugged ones. NULL: none. */
struct vq_node *vq_node_by_path(const struct vq_board *board, const char *path);
struct vq_node *vq_node_by_dsp(const struct vq_board *board, const char *dsp);

/* Does a board have such a DSP at all? */
bool vq_node_dsp_known(const char *dsp);

/* The DSP goes. 0, or -ENODEV if it is gone already. */
int vq_node_unplug(struct vq_board *board, const char *dsp);
/* It comes back as a new node with a new number. 0, -EEXIST if it is there, -ENODEV for an unknown DSP, -ENOMEM. */
int vq_node_plug(struct vq_board *board, const char *dsp);

#endif
