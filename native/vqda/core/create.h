/* SPDX-License-Identifier: MIT */
#ifndef VQ_CREATE_H
#define VQ_CREATE_H

#include "vqda/core/board.h"

/* Makes and ends boards. */

struct vq_options {
    const char *name;
    unsigned generation; /* QDA_ERRNO_V1 or QDA_ERRNO_RFC */
    enum vq_iommu iommu;
    const struct vq_hooks *hooks; /* NULL: none */
};

/* A board with its nodes, and the quirks of its generation. 0 or -errno. */
int vq_board_new(const struct vq_options *options, struct vq_board **out);

/* Everything that it holds goes with it, whoever uses it still. */
void vq_board_free(struct vq_board *board);

/* Known differences from a board with the driver, each a sentence. */
extern const char *const vq_known_differences[];
extern const size_t vq_known_difference_count;

/* A connection of a process begins or ends. The process is forgotten with its last: true then. */
int vq_process_add(struct vq_board *board, int pid, uint32_t uid);
bool vq_process_remove(struct vq_board *board, int pid);
void vq_process_free(struct vq_process *process);
/* SIGKILL. 0, or -ESRCH if it is none of ours or has ended. */
int vq_process_kill(const struct vq_board *board, int pid);
struct vq_process *vq_process_find(const struct vq_board *board, int pid);

#endif
