/* SPDX-License-Identifier: MIT */
#include "dsp/skel.h"

/* Counters and mappings: what methods stand on. */

uint32_t qb_instructions(void)
{
    /* r0 = c21, as one packet. Binutils and clang know no name for it. Source: target/hexagon of QEMU, reg_transfer. */
    register uint32_t count __asm__("r0");
    __asm__ volatile(".word 0x6a15c000" : "=r"(count));
    return count;
}

/* HAP_mmap takes an int. */
#define MAP_MAX 0x7fffffffu

static int map_whole(struct qb_mapping *out)
{
    void *at = HAP_mmap(NULL, out->len, 3, 0, out->fd, 0);
    if (at == NULL || at == (void *)-1)
        return QB_ENOMEMORY;
    out->base = at;
    return 0;
}

static int map_standing(struct qb_mapping *out)
{
    void *at = NULL;
    uint64_t physical = 0;
    if (HAP_mmap_get(out->fd, &at, &physical) != 0 || at == NULL)
        return QB_ENOMEMORY;
    out->base = at;
    out->got = true;
    return 0;
}

int qb_map(const union qb_arg *handle, const struct qbench_work *work, struct qb_mapping *out)
{
    if (work->length == 0 || work->length > MAP_MAX || work->offset > MAP_MAX || handle->dma.offset > MAP_MAX)
        return QB_EBADPARM;
    const uint64_t begin = work->offset + handle->dma.offset;
    if (begin + work->length > MAP_MAX)
        return QB_EBADPARM;

    *out = (struct qb_mapping){ .fd = handle->dma.fd, .len = (int)(begin + work->length) };
    const int err = (work->flags & QBENCH_MAP_GET) != 0 ? map_standing(out) : map_whole(out);
    if (err != 0)
        return err;
    out->at = out->base + begin;
    return 0;
}

void qb_unmap(const struct qb_mapping *mapping)
{
    /* Neither can be helped here: the process keeps the mapping, and the next HAP_mmap says that there is no room. */
    if (mapping->got)
        (void)HAP_mmap_put(mapping->fd);
    else
        (void)HAP_munmap(mapping->base, mapping->len);
}
