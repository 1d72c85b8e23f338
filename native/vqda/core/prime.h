/* SPDX-License-Identifier: MIT */
#ifndef VQ_PRIME_H
#define VQ_PRIME_H

#include "vqda/core/board.h"

/* PRIME: dma-buf <-> GEM handle, with the DRM core's cache a file. */

/* One known pair; holds a reference to the dma-buf. */
struct vq_prime_entry {
    struct vq_list link;
    struct vq_list by_dmabuf;
    struct vq_list by_handle;
    struct vq_dmabuf *dmabuf;
    uint32_t handle;
    bool hidden; /* made by an import by fd inside another call; nobody was told the handle */
};

/* An empty cache for a new file. */
void vq_prime_init(struct vq_file *file);

/* The handle of the dma-buf in this file, imported if need be. 0, or the errnos of PRIME_FD_TO_HANDLE. */
int vq_prime_import(struct vq_file *file, const struct vq_caller *who, struct vq_dmabuf *dmabuf, uint32_t *handle);

/*
 * A new descriptor of the handle's dma-buf, made on first export. `flags`: O_RDWR or not (an export that exists keeps the
 * access of its first). Descriptor, or the errnos of PRIME_HANDLE_TO_FD.
 */
int vq_prime_export(struct vq_file *file, uint32_t handle, uint32_t flags);

/* Marks the pair of a handle that an import made. */
void vq_prime_set_hidden(struct vq_file *file, uint32_t handle, bool hidden);

/* The handle goes: drops its pair, if there is one. */
void vq_prime_forget(struct vq_file *file, uint32_t handle);

#endif
