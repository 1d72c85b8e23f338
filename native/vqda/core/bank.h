/* SPDX-License-Identifier: MIT */
#ifndef VQ_BANK_H
#define VQ_BANK_H

#include "vqda/core/board.h"

/* Context banks: who owns them, and what is mapped in them. */

/* Fills in a free bank. 0 or -ENOMEM. */
int vq_bank_init(struct vq_bank *bank, struct vq_node *node, uint32_t sid);
void vq_bank_free(struct vq_bank *bank);

/*
 * The file's bank; assigned now if it has none: the one that its opener's thread owns already, else the first free one.
 * NULL: none is free.
 */
struct vq_bank *vq_bank_assign(struct vq_file *file);
/* The file lets go of its bank, if it has one. */
void vq_bank_drop(struct vq_file *file);

/*
 * dma_alloc_coherent: `size` bytes (whole pages) of the bank's IOVA space; without translation a physical piece.
 * 0 and *iova, or -ENOMEM.
 */
int vq_bank_alloc(struct vq_bank *bank, const struct vq_caller *who, uint64_t size, uint64_t *iova);
void vq_bank_release(struct vq_bank *bank, const struct vq_caller *who, uint64_t iova, uint64_t size);

/*
 * dma_map_sg: fills in the DMA segments of the table. With translation one IOVA range takes the whole table; pieces that
 * follow each other become one segment of at most 64 KiB (a larger piece stays one segment). Without it each piece is a
 * segment at its physical address. 0 or -ENOMEM.
 */
int vq_bank_map_sg(struct vq_bank *bank, const struct vq_caller *who, struct vq_sg *sg, size_t nents);
void vq_bank_unmap_sg(struct vq_bank *bank, const struct vq_caller *who, struct vq_sg *sg, size_t nents);

/* Do the DMA segments follow each other without a gap? */
bool vq_sg_contiguous(const struct vq_sg *sg, size_t nents);
/* Bytes of all physical pieces. */
uint64_t vq_sg_length(const struct vq_sg *sg, size_t nents);

#endif
