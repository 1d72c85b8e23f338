/* SPDX-License-Identifier: MIT */
#ifndef VQ_LAYOUT_H
#define VQ_LAYOUT_H

#include "vqda/core/board.h"

/*
 * Arguments of a call -> the payload of its message (rpcmsg/message.h): the same in every generation of the driver, which
 * differ in how they come to a buffer's address. Inline bytes are not touched here: who copies them puts them at
 * vq_layout_at().
 */
struct vq_layout_arg {
    uint64_t pv;  /* buffers: the user's pointer; handles: offset */
    uint64_t len; /* bytes; 0: not in the message at all */
    int32_t fd;   /* as the caller gave it; handles carry it to the DSP */
    bool mapped;  /* names a buffer: */
    uint64_t dma;    /* DMA address of the whole buffer */
    uint64_t size;   /* its bytes, whole pages */
    uint64_t offset; /* of the page of pv in it; handles: unused, they describe the whole buffer */
};

struct vq_layout {
    uint32_t sc;
    const struct vq_layout_arg *args; /* QDA_SCALARS_LENGTH(sc) */
};

/* Is this argument's data in the message? */
bool vq_layout_inline(const struct vq_layout *layout, unsigned index);
/* Bytes of the message, or UINT64_MAX where it would be larger than VQ_SLAB_MAX. */
uint64_t vq_layout_size(const struct vq_layout *layout);
/* Where the data of an inline argument that is not empty begins. */
uint64_t vq_layout_at(const struct vq_layout *layout, unsigned index);
/* Writes the metadata (40 n + 384 bytes) to `to`, for a message buffer at this DMA address. */
void vq_layout_write(const struct vq_layout *layout, uint8_t *to, uint64_t dma);

/* Inline bytes of all in buffers, of all out buffers. */
uint64_t vq_layout_in_bytes(const struct vq_layout *layout);
uint64_t vq_layout_out_bytes(const struct vq_layout *layout);

#endif
