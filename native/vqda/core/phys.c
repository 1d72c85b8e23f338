/* SPDX-License-Identifier: MIT */
#include "vqda/core/phys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    FRAMES = (VQ_PHYS_END - VQ_PHYS_BASE) / VQ_PAGE,
    CMA_FRAMES = VQ_PHYS_CMA / VQ_PAGE,
    SCATTER = FRAMES - CMA_FRAMES,
    MAX_ORDER = 8,
};

#define NONE UINT64_MAX /* no frame */

struct vq_phys {
    uint32_t random; /* xorshift state */
    uint32_t free_outside; /* frames outside the CMA area */
    uint8_t used[FRAMES];
};

struct vq_phys *vq_phys_new(void)
{
    struct vq_phys *phys = calloc(1, sizeof(*phys));
    if (phys) {
        phys->random = 0x2545f491u;
        phys->free_outside = SCATTER;
    }
    return phys;
}

void vq_phys_free_all(struct vq_phys *phys)
{
    free(phys);
}

static uint32_t next_random(struct vq_phys *phys)
{
    phys->random ^= phys->random << 13;
    phys->random ^= phys->random >> 17;
    phys->random ^= phys->random << 5;
    return phys->random;
}

/* Marks frames as used or free. */
static void mark(struct vq_phys *phys, uint64_t first, uint64_t count, uint8_t used)
{
    memset(&phys->used[first], used, count);
    if (first >= CMA_FRAMES)
        phys->free_outside += used ? 0 - (uint32_t)count : (uint32_t)count;
}

/* The first frame in [from, end) that is used (1) or free (0); `end` where there is none. */
static uint64_t next_frame(const struct vq_phys *phys, uint64_t from, uint64_t end, uint8_t used)
{
    const uint8_t *found = from < end ? memchr(&phys->used[from], used, end - from) : NULL;
    return found ? (uint64_t)(found - phys->used) : end;
}

/* The first free block of `count` frames in [from, end), at a multiple of `count`; NONE where there is none. */
static uint64_t free_block(const struct vq_phys *phys, uint64_t from, uint64_t end, uint64_t count)
{
    while (from + count <= end) {
        if (next_frame(phys, from, from + count, 1) == from + count)
            return from;
        uint64_t next = next_frame(phys, from, end, 0) / count * count;
        from = next > from ? next : from + count;
    }
    return NONE;
}

/* Small orders live in a part of their own, so that they do not break up what the large ones need. */
static uint32_t start_frame(struct vq_phys *phys, unsigned order)
{
    uint32_t third = SCATTER / 3;
    uint32_t zone = order / 4;
    uint32_t frame = CMA_FRAMES + zone * third + next_random(phys) % third;
    return frame >> order << order;
}

int vq_phys_block(struct vq_phys *phys, unsigned order, uint64_t *addr)
{
    uint64_t count = 1ull << order;
    uint64_t start = start_frame(phys, order);
    uint64_t frame = free_block(phys, start, FRAMES, count);
    if (frame == NONE)
        frame = free_block(phys, CMA_FRAMES, start, count);
    if (frame == NONE)
        return -ENOMEM;
    mark(phys, frame, count, 1);
    *addr = VQ_PHYS_BASE + frame * VQ_PAGE;
    return 0;
}

int vq_phys_piece(struct vq_phys *phys, bool cma, uint64_t size, uint64_t *addr)
{
    uint64_t end = cma ? CMA_FRAMES : FRAMES;
    uint64_t count = size / VQ_PAGE;
    uint64_t frame = next_frame(phys, cma ? 0 : CMA_FRAMES, end, 0);
    while (count <= end - frame) {
        uint64_t used = next_frame(phys, frame, frame + count, 1);
        if (used == frame + count) {
            mark(phys, frame, count, 1);
            *addr = VQ_PHYS_BASE + frame * VQ_PAGE;
            return 0;
        }
        frame = next_frame(phys, used, end, 0);
    }
    return -ENOMEM;
}

void vq_phys_give(struct vq_phys *phys, uint64_t addr, uint64_t size)
{
    mark(phys, (addr - VQ_PHYS_BASE) / VQ_PAGE, size / VQ_PAGE, 0);
}

/* The largest order, at most `limit`, whose block fits into `left` bytes and can be had. Its order, or -ENOMEM. */
static int take_largest(struct vq_phys *phys, uint64_t left, unsigned limit, uint64_t *addr)
{
    static const unsigned orders[] = { 8, 4, 0 };
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        if (orders[i] > limit || left < VQ_PAGE << orders[i])
            continue;
        if (vq_phys_block(phys, orders[i], addr) == 0)
            return (int)orders[i];
    }
    return -ENOMEM;
}

static int grow(struct vq_sg **sg, size_t nents, size_t *capacity)
{
    if (nents < *capacity)
        return 0;
    size_t larger = *capacity ? *capacity * 2 : 16;
    struct vq_sg *moved = realloc(*sg, larger * sizeof(*moved));
    if (!moved)
        return -ENOMEM;
    *sg = moved;
    *capacity = larger;
    return 0;
}

int vq_phys_scatter(struct vq_phys *phys, uint64_t size, bool pages_only, struct vq_sg **out, size_t *nents)
{
    struct vq_sg *sg = NULL;
    size_t count = 0, capacity = 0;
    unsigned limit = pages_only ? 0 : MAX_ORDER;
    uint64_t left = size;
    if (size / VQ_PAGE > phys->free_outside)
        return -ENOMEM;
    while (left > 0) {
        uint64_t addr = 0;
        int order = grow(&sg, count, &capacity);
        if (order == 0)
            order = take_largest(phys, left, limit, &addr);
        if (order < 0) {
            vq_phys_give_sg(phys, sg, count);
            return -ENOMEM;
        }
        limit = (unsigned)order; /* as the heap does: once an order is short, it is not tried again */
        sg[count++] = (struct vq_sg){ .phys = addr, .len = VQ_PAGE << order };
        left -= VQ_PAGE << order;
    }
    *out = sg;
    *nents = count;
    return 0;
}

void vq_phys_give_sg(struct vq_phys *phys, struct vq_sg *sg, size_t nents)
{
    for (size_t i = 0; i < nents; i++)
        vq_phys_give(phys, sg[i].phys, sg[i].len);
    free(sg);
}
