/* SPDX-License-Identifier: MIT */
#ifndef VQ_DMABUF_H
#define VQ_DMABUF_H

#include "vqda/core/board.h"

/*
 * dma-bufs. One lives as long as a client has it open or mapped, or the kernel side holds a reference; what an exporter
 * made for it goes with it.
 */

/*
 * A dma-buf on `backing`, with one reference. `object`: the GEM object that it exports (NULL: an exporter beside the
 * driver; the dma-buf then owns the backing, and the frames of `sg`). `sg` stays the object's where there is one.
 */
struct vq_dmabuf_spec {
    const char *exporter;
    struct vq_backing *backing;
    struct vq_object *object;
    uint64_t size;
    uint32_t flags; /* O_RDWR or O_RDONLY */
    struct vq_sg *sg;
    size_t nents;
};
int vq_dmabuf_new(struct vq_board *board, const struct vq_dmabuf_spec *spec, struct vq_dmabuf **out);

void vq_dmabuf_get(struct vq_dmabuf *dmabuf);
void vq_dmabuf_put(struct vq_dmabuf *dmabuf);
/* Frees it if nothing holds it any more. */
void vq_dmabuf_settle(struct vq_dmabuf *dmabuf);

/* A descriptor of it for a client, or -errno. */
int vq_dmabuf_fd(struct vq_dmabuf *dmabuf);

/* The dma-buf that a client's descriptor is, or NULL. */
struct vq_dmabuf *vq_dmabuf_of_fd(const struct vq_board *board, int fd);

/*
 * Attaches a dma-buf that has an sg table to the bank's device and maps it there. 0, -ENOMEM, or, with the quirk
 * first-sg-only off, -EINVAL for segments that do not follow each other.
 */
int vq_dmabuf_attach(struct vq_dmabuf *dmabuf, struct vq_bank *bank, const struct vq_caller *who,
                     struct vq_attachment **out);
void vq_dmabuf_detach(struct vq_attachment *attachment, const struct vq_caller *who);

/* A dma-buf's own ioctls and the exporter's part of its mmap; see VQ_DMABUF. *call is the name for faults. */
int64_t vq_dmabuf_request(struct vq_board *board, const struct vq_request *request, const void *data,
                          const char **call);

#endif
