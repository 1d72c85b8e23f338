/* SPDX-License-Identifier: MIT */
#include "vqda/core/object.h"
#include "vqda/dsp/message.h"

#include <errno.h>

/* What lies behind an address of a bank. */

static bool holds(uint64_t first, uint64_t size, uint64_t iova)
{
    return iova >= first && iova - first < size;
}

static int in_own_memory(struct vq_object *object, uint64_t iova, struct vq_backed *out)
{
    if (!holds(object->iova, object->size, iova))
        return -ENOENT;
    int err = vq_object_back(object);
    *out = (struct vq_backed){ .backing = object->backing, .iova = object->iova, .size = object->size };
    return err;
}

/* Segments in order are the buffer's bytes in order; neighbours are one piece. */
static int in_segments(const struct vq_attachment *attachment, uint64_t iova, struct vq_backed *out)
{
    struct vq_backed piece = { .backing = attachment->dmabuf->backing };
    for (size_t i = 0; i < attachment->nents && attachment->sg[i].dma_len > 0; i++) {
        const struct vq_sg *segment = &attachment->sg[i];
        if (piece.iova + piece.size != segment->dma || piece.size == 0) {
            if (holds(piece.iova, piece.size, iova))
                break;
            piece.offset += piece.size;
            piece.iova = segment->dma;
            piece.size = 0;
        }
        piece.size += segment->dma_len;
    }
    *out = piece;
    return holds(piece.iova, piece.size, iova) ? 0 : -ENOENT;
}

int vq_bank_lookup(struct vq_bank *bank, uint64_t iova, struct vq_backed *out)
{
    const struct vq_board *board = bank->node->board;
    for (struct vq_object *object = vq_first_object(board); object; object = vq_next_object(board, object)) {
        if (object->bank != bank || object->message)
            continue;
        int err = object->attachment ? in_segments(object->attachment, iova, out) : in_own_memory(object, iova, out);
        if (err != -ENOENT)
            return err;
    }
    return -ENOENT;
}
