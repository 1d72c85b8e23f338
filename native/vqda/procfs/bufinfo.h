/* SPDX-License-Identifier: MIT */
#ifndef VQ_BUFINFO_H
#define VQ_BUFINFO_H

#include <stdio.h>

#include "vqda/procfs/count.h"
#include "vqda/core/board.h"

/*
 * /sys/kernel/debug/dma_buf/bufinfo, as dma_buf_debug_show of drivers/dma-buf/dma-buf.c prints it: newest buffer first,
 * newest attachment first.
 */
void vq_bufinfo_write(const struct vq_board *board, const struct vq_counter *counter, FILE *out);

#endif
