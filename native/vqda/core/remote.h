/* SPDX-License-Identifier: MIT */
#ifndef VQ_REMOTE_H
#define VQ_REMOTE_H

#include "vqda/core/context.h"

/* What the ioctls that send a message share. */

/*
 * The buffer that an `fd` field > 0 names, as the generation has it: v1 imports the dma-buf `descriptor` (-1: none
 * travelled), whose handle stays (quirk) or goes again; in the RFC the field is a GEM handle. A reference is taken to *out.
 * 0, or the errnos of MAP.
 */
int vq_remote_buffer(struct vq_call *call, int32_t fd, int descriptor, struct vq_object **out);
/* The same for a call that names at most one, kept by the context. *out NULL where fd <= 0. */
int vq_remote_only_buffer(struct vq_call *call, struct vq_context *context, int32_t fd, struct vq_object **out);

/*
 * INIT_CREATE of FastRPC, whose struct is that of v1: the ELF lies in `buffer` (NULL: there is none), and the process gets
 * `memory` bytes. As vq_session_create(), after its checks.
 */
int64_t vq_session_create_of(struct vq_call *call, struct vq_object *buffer, uint64_t memory);

/* An argument in the message. */
static inline struct vq_layout_arg vq_remote_inline(uint64_t len)
{
    return (struct vq_layout_arg){ .len = len, .fd = -1 };
}

#endif
