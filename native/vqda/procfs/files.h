/* SPDX-License-Identifier: MIT */
#ifndef VQ_FILES_H
#define VQ_FILES_H

#include "vqda/core/board.h"
#include "vqda/procfs/count.h"

/*
 * The board's files by path (vq_abi.h: VQ_READ, VQ_STAT, VQ_LIST, VQ_READLINK, VQ_WRITE, VQ_MKDIR, VQ_RMDIR, VQ_OPEN_PIPE)
 * and the table of its inodes (VQ_INODES).
 */

/* Once, after the board is made. From then on SIGPIPE is ignored: readers of trace pipes come and go. 0 or -ENOMEM. */
int vq_files_init(struct vq_board *board);
void vq_files_free(struct vq_board *board);
/*
 * The files of this folder stand in the board's /usr/lib/rfsa/adsp, in place of the stand-in shell: plain files of at most 64 MiB, no
 * links. For all boards of this process. 0 or -errno.
 */
int vq_files_lend(const char *folder);

/* The result of the reply; fills `out`. `data` has request->data_len bytes. */
int64_t vq_files_request(struct vq_board *board, const struct vq_caller *who, const struct vq_request *request,
                         const char *data, struct vq_answer *out);

/*
 * A process' last connection ended. Nothing to do: as in a kernel, a tracefs instance outlives the process that made it,
 * and an abandoned pipe is noticed by itself.
 */
void vq_files_client_gone(struct vq_board *board, const struct vq_caller *who);

/* For the rooms of this folder. */
struct vq_counter *vq_counter_of_board(const struct vq_board *board);
uint64_t vq_newest_inode(const struct vq_board *board); /* of the newest dma-buf; 0: none */

/* inodes.c: VQ_INODES. */
int64_t vq_inodes_answer(struct vq_board *board, const struct vq_request *request, struct vq_answer *out);
/* A memfd with `len` bytes, positioned at 0; or -errno. */
int vq_text_fd(const void *bytes, size_t len);

#endif
