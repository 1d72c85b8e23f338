/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/impl.h"

#include "vqda/dsp/payload.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/*
 * DSP utilities (handle 2), method 0: in u32 n, out u32[n], attributes 1 to n: drivers/misc/fastrpc.c answers number 0 itself. Their
 * numbers: enum remote_dsp_attributes of remote.h in qualcomm/fastrpc, from memory; what a virtual DSP does not have is 0.
 */
enum attribute {
    ATTRIBUTE_UNSIGNED_PD = 1,
    ATTRIBUTE_HVX_64B = 2,
    ATTRIBUTE_HVX_128B = 3,
    ATTRIBUTE_VTCM_PAGE = 4,
    ATTRIBUTE_VTCM_COUNT = 5,
    ATTRIBUTE_ARCH = 6,
    ATTRIBUTE_HMX_DEPTH = 7,
    ATTRIBUTE_HMX_SPATIAL = 8,
    ATTRIBUTE_ASYNC_FASTRPC = 9,
    ATTRIBUTE_STATUS_NOTIFICATION = 10
};
#define MAX_ATTRIBUTES 256u
#define METHOD_CAPABILITIES 0u

static uint32_t attribute(const struct vq_node *node, uint32_t number)
{
    switch (number) {
    case ATTRIBUTE_UNSIGNED_PD:
        return strcmp(node->dsp, "cdsp") == 0;
    case ATTRIBUTE_HVX_128B:
        return 4; /* units: contexts of 128 bytes */
    case ATTRIBUTE_ARCH:
        return 0x66;
    default:
        return 0;
    }
}

/* Where the bytes of a piece lie: in the message, or behind the bank. Copies them from or to `bytes`. 0 or -errno. */
static int copy_piece(const struct vq_message *message, const struct vq_payload *payload, const struct vq_piece *piece,
                      void *to, const void *from)
{
    int64_t inside = vq_payload_inside(payload, piece);
    if (inside >= 0) {
        uint8_t *at = message->slab->map + message->slab_offset + inside;
        memcpy(to ? to : at, to ? at : from, piece->len);
        return 0;
    }
    struct vq_backed backed;
    uint64_t iova = piece->dma - ((uint64_t)message->bank->sid << 32);
    if (vq_bank_lookup(message->bank, iova, &backed) != 0 || backed.iova + backed.size - iova < piece->len)
        return -EFAULT;
    off_t at = (off_t)(backed.offset + (iova - backed.iova));
    ssize_t done = to ? pread(backed.backing->fd, to, piece->len, at) : pwrite(backed.backing->fd, from, piece->len, at);
    return done == (ssize_t)piece->len ? 0 : -EFAULT;
}

static uint32_t capabilities(const struct vq_message *message, const struct vq_payload *payload)
{
    struct vq_piece in, out;
    uint32_t wanted, values[MAX_ATTRIBUTES];
    if (vq_payload_argument(payload, 0, &in) != 0 || in.len != sizeof(wanted) || vq_payload_argument(payload, 1, &out) != 0 ||
        copy_piece(message, payload, &in, &wanted, NULL) != 0 || wanted > MAX_ATTRIBUTES || out.len < wanted * sizeof(values[0]))
        return QDA_AEE_EBADPARM;
    for (uint32_t i = 0; i < wanted; i++)
        values[i] = attribute(message->node, i + 1);
    out.len = wanted * sizeof(values[0]);
    return copy_piece(message, payload, &out, NULL, values) == 0 ? QDA_AEE_SUCCESS : QDA_AEE_EBADPARM;
}

uint32_t vq_root_utilities(const struct vq_message *message)
{
    struct vq_payload payload = { .at = message->slab->map + message->slab_offset, .size = message->request.size,
                                  .dma = message->request.addr, .sc = message->request.sc };
    if (message->request.sc != QDA_SCALARS_BUILD(0, METHOD_CAPABILITIES, 1, 1, 0, 0))
        return QDA_AEE_EUNSUPPORTED;
    return vq_payload_check(&payload) == 0 ? capabilities(message, &payload) : QDA_AEE_EBADPARM;
}
