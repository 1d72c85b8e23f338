/* SPDX-License-Identifier: MIT */
#include <sys/mman.h>

#include "vqda/workloads/workload.h"

#define LEAKS 64
#define LEAK_SIZE (256u << 10)
#define LEAK_MS 250

/* Makes a buffer, writes to it through the node, and forgets it: the handle stays, and where the driver never drops the
 * reference that a mapping takes, the buffer outlives the process. */
static int leak_gem(struct workload *w, char **map)
{
    uint32_t handle;
    uint64_t offset;
    int err = w->driver->gem_create(w->sys, w->node, w->size, &handle);
    if (err < 0)
        return workload_failed("GEM_CREATE", err);
    err = w->driver->gem_mmap_offset(w->sys, w->node, handle, &offset);
    if (err < 0)
        return workload_failed("GEM_MMAP_OFFSET", err);
    *map = w->sys->ops->mmap(w->sys, w->size, PROT_READ | PROT_WRITE, MAP_SHARED, w->node, offset, &err);
    return *map == NULL ? workload_failed("mmap of the node", err) : 0;
}

/* FastRPC: the descriptor is what stays. */
static int leak_dmabuf(struct workload *w, char **map)
{
    int dmabuf;
    int err = workload_own(w, w->size, &dmabuf);
    if (err < 0)
        return err;
    *map = w->sys->ops->mmap(w->sys, w->size, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0, &err);
    return *map == NULL ? workload_failed("mmap of a dma-buf", err) : 0;
}

static int leak_one(struct workload *w)
{
    char *map = NULL;
    int err = w->driver->gem ? leak_gem(w, &map) : leak_dmabuf(w, &map);
    if (err < 0)
        return err;
    map[0] = 1;
    return w->sys->ops->munmap(w->sys, map, w->size);
}

int workload_leaker(struct workload *w)
{
    int err = 0;
    uint32_t count = w->count > 0 ? w->count : LEAKS;
    w->size = w->size > 0 ? w->size : LEAK_SIZE;
    for (uint32_t made = 0; err == 0 && !workload_stopped(); made++) {
        if (made < count)
            err = leak_one(w);
        if (err == 0 && made == 0)
            w->ready();
        workload_pause(made < count ? LEAK_MS : 1000);
    }
    return err;
}
