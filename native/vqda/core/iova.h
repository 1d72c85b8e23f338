/* SPDX-License-Identifier: MIT */
#ifndef VQ_IOVA_H
#define VQ_IOVA_H

#include "vqda/core/board.h"

/*
 * Free ranges of page numbers: the IOVA space of a bank (2^20 pages of 4 KiB, page 0 never given out), and the fake mmap
 * offsets of a node. Kept as an ascending array; neighbours are joined when a range comes back.
 */

/* All of [first, end) is free. 0 or -ENOMEM. */
int vq_ranges_init(struct vq_ranges *ranges, uint64_t first, uint64_t end);
void vq_ranges_free(struct vq_ranges *ranges);

/*
 * Takes `pages` pages as high as possible, aligned to their number rounded up to a power of two: what the kernel's IOVA
 * allocator does. 0 and *first, or -ENOMEM.
 */
int vq_ranges_take_top(struct vq_ranges *ranges, uint64_t pages, uint64_t *first);

/* Takes `pages` pages as low as possible. 0 and *first, or -ENOMEM. */
int vq_ranges_take_bottom(struct vq_ranges *ranges, uint64_t pages, uint64_t *first);

/* Gives back what was taken; never fails. */
void vq_ranges_give(struct vq_ranges *ranges, uint64_t first, uint64_t pages);

#endif
