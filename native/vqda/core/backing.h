/* SPDX-License-Identifier: MIT */
#ifndef VQ_BACKING_H
#define VQ_BACKING_H

#include "vqda/core/board.h"

/*
 * Real memory that clients map: memfds, and how the board learns that nobody has them open any more.
 *
 * Clients never get the board's own descriptor but a new open file description, on which a lock (F_OFD_SETLK, one byte) is
 * set before it is handed out. All duplicates, descriptors received by other processes and mappings are that description;
 * when the last of them goes, the kernel drops the lock and inotify says IN_CLOSE. inotify speaks a moment before the lock
 * goes, and joins equal events, so the locks are looked at again for a while as long as one is held.
 */

enum vq_use {
    VQ_USE_DMABUF = 0,  /* a dma-buf fd */
    VQ_USE_MAPPING = 1, /* an mmap of the accel node */
};

/* New zeroed memory of `size` bytes, named after the exporter. 0 or -errno. */
int vq_backing_new(struct vq_board *board, const char *exporter, uint64_t size, struct vq_backing **out);
/* The memory of somebody's memfd (udmabuf); `memfd` stays the caller's. */
int vq_backing_adopt(struct vq_board *board, int memfd, struct vq_backing **out);
void vq_backing_free(struct vq_backing *backing);

/* A new description to hand out, with O_RDWR or O_RDONLY in `flags`. Descriptor or -errno. */
int vq_backing_open(struct vq_backing *backing, enum vq_use use, uint32_t flags);

/* Reads what inotify says and lets go of what nobody uses any more. */
void vq_backing_poll(struct vq_board *board);

/* The backing with this inode, or NULL. */
struct vq_backing *vq_backing_by_ino(const struct vq_board *board, uint64_t ino);

#endif
