/* SPDX-License-Identifier: MIT */
#include "vqda/core/slab.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define SMALLEST (64ull << 10)

static uint64_t rounded(uint64_t size)
{
    uint64_t power = SMALLEST;
    while (power < size)
        power <<= 1;
    return power;
}

/* Sealed: who holds the descriptor cannot take the memory from under the board. */
static int map_new(struct vq_slab *slab)
{
    slab->fd = memfd_create("vqda-messages", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (slab->fd < 0)
        return -errno;
    if (ftruncate(slab->fd, (off_t)slab->size) != 0 ||
        fcntl(slab->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return -errno;
    void *map = mmap(NULL, slab->size, PROT_READ | PROT_WRITE, MAP_SHARED, slab->fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    slab->map = map;
    return 0;
}

static struct vq_slab *new_slab(struct vq_board *board, uint64_t size)
{
    struct vq_slab *slab = calloc(1, sizeof(*slab));
    if (!slab)
        return NULL;
    *slab = (struct vq_slab){ .fd = -1, .size = size, .serial = ++board->slabs, .refs = 1 };
    return slab;
}

int vq_slab_ensure(struct vq_board *board, struct vq_slab **slab, uint64_t size)
{
    if (*slab && (*slab)->size >= size)
        return 0;
    struct vq_slab *larger = size <= VQ_SLAB_MAX ? new_slab(board, rounded(size)) : NULL;
    if (!larger)
        return -ENOMEM;
    int err = map_new(larger);
    if (err) {
        vq_slab_put(board, larger);
        return err;
    }
    vq_slab_put(board, *slab);
    *slab = larger;
    return 0;
}

struct vq_slab *vq_slab_plain(struct vq_board *board, uint64_t size)
{
    struct vq_slab *slab = new_slab(board, size);
    if (!slab)
        return NULL;
    slab->map = calloc(1, size);
    if (slab->map)
        return slab;
    free(slab);
    return NULL;
}

void vq_slab_get(struct vq_slab *slab)
{
    slab->refs++;
}

void vq_slab_put(struct vq_board *board, struct vq_slab *slab)
{
    if (!slab || --slab->refs > 0)
        return;
    if (slab->fd < 0) {
        free(slab->map);
    } else {
        vq_dsp_slab_gone(board, slab);
        if (slab->map)
            munmap(slab->map, slab->size);
        close(slab->fd);
    }
    free(slab);
}
