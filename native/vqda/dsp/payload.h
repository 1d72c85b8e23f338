/* SPDX-License-Identifier: MIT */
#ifndef VQ_DSP_PAYLOAD_H
#define VQ_DSP_PAYLOAD_H

#include "rpcmsg/message.h"

#include <stddef.h>

/*
 * Reads the payload of a message (rpcmsg/message.h). Its bytes may change while they are read, for the sender's process has
 * them mapped; every value is read once, and checked.
 */
struct vq_payload {
    const uint8_t *at;
    uint64_t size; /* bytes of the message buffer */
    uint64_t dma;  /* address of the message buffer, as in the request */
    uint32_t sc;
};

/* Is there room for the metadata of its arguments? Everything below needs that. */
int vq_payload_check(const struct vq_payload *payload);

/* Where argument `n`'s bytes are: DMA address and length. 0, -ENOENT where it is empty, -EINVAL where the tables are wrong. */
struct vq_piece {
    uint64_t dma;
    uint64_t len;
};
int vq_payload_argument(const struct vq_payload *payload, unsigned n, struct vq_piece *out);
/* The page entry of argument `n`; results as above. */
int vq_payload_page(const struct vq_payload *payload, unsigned n, struct qda_rpc_page *out);
/* The offset in the message buffer of a piece that lies in it as a whole; -ENOENT: it does not. */
int64_t vq_payload_inside(const struct vq_payload *payload, const struct vq_piece *piece);

/*
 * Calls fn for every page that the DSP may touch because of this message and that is not in the message buffer: those of its
 * arguments, and, in a request of handle 1 to map memory, those that it names. Stops where fn gives an error. 0 or that error.
 */
typedef int (*vq_page_fn)(void *arg, const struct qda_rpc_page *page);
int vq_payload_each_page(const struct vq_payload *payload, uint32_t handle, vq_page_fn fn, void *arg);

#endif
