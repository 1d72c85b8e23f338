/* SPDX-License-Identifier: MIT */
#ifndef VQ_DSP_SPACE_H
#define VQ_DSP_SPACE_H

#include "vqda/dsp/message.h"
#include "vqda/dsp/port.h"

/*
 * What one DSP process was told of its context bank: which IOVA ranges are backed by which memory. A range is told before the first
 * message that names it, and taken back when the bank stops to translate it.
 */
struct vq_range_told {
    uint64_t iova, size;
    uint32_t memory; /* number */
};
struct vq_memory_told {
    const void *key; /* the backing, or the slab; NULL: the number is free */
    uint64_t serial; /* the slab's */
    uint64_t refs;   /* ranges; a slab has one of its own */
    bool seen;       /* a slab: the process answered a call of it */
};
struct vq_space {
    struct vq_port *port;
    struct vq_range_told *ranges; /* ascending, never overlapping */
    size_t count, capacity;
    struct vq_memory_told *memories; /* number - 1 */
    size_t memory_count;             /* slots */
    uint32_t number;                 /* of the last MAP, UNMAP or FORGET */
    uint32_t applied;                /* the last that an answered call needed */
    /* Mappings that wait to be sent together. */
    struct qda_port_map *waiting;
    size_t waiting_count;
    int fds[QDA_PORT_MAX_FDS];
    size_t fd_count;
};

int vq_space_init(struct vq_space *space, struct vq_port *port); /* 0 or -ENOMEM */
void vq_space_free(struct vq_space *space);

/*
 * These addresses of the bank are about to be used: what of them is translated and was not told yet waits to be sent. 0 (also where
 * nothing is mapped: the process will fault), or -errno where the process cannot be told.
 */
int vq_space_tell(struct vq_space *space, struct vq_bank *bank, uint64_t iova, uint64_t size);
/* Sends what waits. 0 or -errno. */
int vq_space_flush(struct vq_space *space);
/* The bank translates these no more. 0 or -errno. */
int vq_space_unmapped(struct vq_space *space, uint64_t iova, uint64_t size);

/* The number of a slab; *fresh: its descriptor must travel with the message. 0 or -ENOMEM. */
int vq_space_slab(struct vq_space *space, const struct vq_slab *slab, uint32_t *number, bool *fresh);
/* The process answered a call that needed this memory (0: none), and everything up to that number: it has them. */
void vq_space_answered(struct vq_space *space, uint32_t memory, uint32_t after);
/* Is it known that the process has a slab, and everything that it was told? */
bool vq_space_settled(const struct vq_space *space, uint32_t memory);
/* The slab goes. 0 or -errno. */
int vq_space_slab_gone(struct vq_space *space, const struct vq_slab *slab);

#endif
