/* SPDX-License-Identifier: MIT */
#ifndef VQ_OBJECT_H
#define VQ_OBJECT_H

#include "vqda/core/board.h"

/* GEM objects. Every function that may free one takes the caller for whom it happens (the trace events name it). */

/*
 * An object with memory of its own in the bank, `size` bytes rounded up to pages, one reference. 0, or -ENOMEM when the
 * bank's addresses or (fault) the memory are used up.
 */
int vq_object_new(struct vq_bank *bank, const struct vq_caller *who, uint64_t size, struct vq_object **out);

/* An object for somebody else's dma-buf: attached to the bank and mapped in it until the object goes. */
int vq_object_import(struct vq_bank *bank, const struct vq_caller *who, struct vq_dmabuf *dmabuf,
                     struct vq_object **out);

void vq_object_get(struct vq_object *object);
void vq_object_put(struct vq_object *object, const struct vq_caller *who);

/* Its memory, made on first use. 0 or -errno. */
int vq_object_back(struct vq_object *object);
/* Its physical pieces, made on first use (object->sg). 0 or -ENOMEM. */
int vq_object_scatter(struct vq_object *object);

/* A client maps it through the accel node: these mappings together hold one reference. */
void vq_object_mapped(struct vq_object *object);
/* The last mapping through the node went. */
void vq_object_unmapped(struct vq_object *object);
/*
 * A client maps its dma-buf. The DRM core (drm_gem_prime_mmap) takes the same reference as for the node, which the quirk
 * mmap-pins-object never drops; without the quirk the mapping's dma-buf is what holds the object.
 */
void vq_object_mapped_by_dmabuf(struct vq_object *object);

/* Its fake mmap offset, bytes, made on first use. 0 or -ENOMEM. */
int vq_object_offset(struct vq_object *object, uint64_t *offset);
/* The object at this offset exactly, or NULL. */
struct vq_object *vq_object_at_offset(const struct vq_node *node, uint64_t offset);

#endif
