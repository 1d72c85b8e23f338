/* SPDX-License-Identifier: MIT */
#ifndef VQ_HANDLE_H
#define VQ_HANDLE_H

#include "vqda/core/board.h"

/* GEM handles of a file: numbers from 1, the lowest free one first, each with a reference to its object. */

/* 0 and *handle, or -ENOMEM. */
int vq_handle_create(struct vq_file *file, struct vq_object *object, uint32_t *handle);
/* The object (not referenced for the caller), or NULL. */
struct vq_object *vq_handle_lookup(const struct vq_file *file, uint32_t handle);
/* 0, or -ENOENT if there is no such handle. */
int vq_handle_delete(struct vq_file *file, const struct vq_caller *who, uint32_t handle);
void vq_handle_delete_all(struct vq_file *file, const struct vq_caller *who);
/* Does the file have any handle of the object? */
bool vq_handle_has(const struct vq_file *file, const struct vq_object *object);

#endif
