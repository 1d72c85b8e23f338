/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_ARENA_H
#define QDA_SHELL_ARENA_H

#include "rpcmsg/port.h"

/*
 * Address space in pages of QDA_PORT_PAGE. Two stand: the DSP's own, in which a skel sees its buffers (below 2 GiB), and the
 * runtime's above it (its image, stacks, the message buffers), so that the runtime takes nothing of what a skel can have.
 */
struct arena {
    uint32_t base;   /* first address */
    uint32_t pages;
    uint32_t next;   /* where to look first */
    uint32_t taken;
    uint16_t *owner; /* [pages]; 0: free */
};

/* Addresses: the DSP's space begins at 1 MiB; 0 is never one. */
#define SPACE_BASE 0x00100000u
#define SPACE_LIMIT 0x80000000u
/* The image is linked at 0xa0000000 (meson.build). */
#define UPPER_BASE 0xa8000000u
#define UPPER_LIMIT 0xfff00000u

/* Takes pages side by side for `owner` (not 0). The address, or 0: there are not so many. */
uint32_t arena_take(struct arena *arena, uint32_t pages, uint16_t owner);
void arena_give(struct arena *arena, uint32_t va, uint32_t pages);
/* Who has the page of an address; 0: nobody, or outside. */
uint16_t arena_owner(const struct arena *arena, uint32_t va);

static inline uint32_t pages_of(uint64_t bytes)
{
    return (uint32_t)((bytes + QDA_PORT_PAGE - 1) / QDA_PORT_PAGE);
}

#endif
