/* SPDX-License-Identifier: MIT */
#ifndef VQ_PHYS_H
#define VQ_PHYS_H

#include "vqda/core/board.h"

/*
 * The board's physical memory: page frames that stand for the real memory behind a dma-buf, so that scatter-gather tables
 * look as they do on a board. 3 GiB at 0x40000000, the first 256 MiB of it the CMA area. Which frames are given out is
 * spread pseudo-randomly, and the same in every run.
 */
#define VQ_PHYS_BASE 0x40000000ull
#define VQ_PHYS_END 0x100000000ull
#define VQ_PHYS_CMA (256ull << 20)

struct vq_phys *vq_phys_new(void); /* NULL: no memory */
void vq_phys_free_all(struct vq_phys *phys);

/* A naturally aligned block of (1 << order) pages, order 0, 4 or 8. 0 and *addr (bytes), or -ENOMEM. */
int vq_phys_block(struct vq_phys *phys, unsigned order, uint64_t *addr);
/* `size` bytes in one piece, from the CMA area or from outside it. 0 and *addr, or -ENOMEM. */
int vq_phys_piece(struct vq_phys *phys, bool cma, uint64_t size, uint64_t *addr);
void vq_phys_give(struct vq_phys *phys, uint64_t addr, uint64_t size);

/*
 * `size` bytes (whole pages) as the system heap builds them: largest of the orders 8, 4, 0 that fits the rest. With
 * `pages_only` an entry a page. *out is malloc'ed. 0 or -ENOMEM.
 */
int vq_phys_scatter(struct vq_phys *phys, uint64_t size, bool pages_only, struct vq_sg **out, size_t *nents);
/* Gives the frames back and frees the table. */
void vq_phys_give_sg(struct vq_phys *phys, struct vq_sg *sg, size_t nents);

#endif
