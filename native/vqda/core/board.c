/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/message.h"

/* The member after `at` in the ring of `head`, as its link; NULL at the end. */
static struct vq_list *after(const struct vq_list *head, const struct vq_list *at)
{
    return at->next == head ? NULL : at->next;
}

static void *outer(struct vq_list *link, size_t offset)
{
    return link ? (char *)link - offset : NULL;
}

#define VQ_WALK(type, name, owner, list)                                                                              \
    struct type *vq_first_##name(const struct owner *from)                                                            \
    {                                                                                                                 \
        return outer(after(&from->list, &from->list), offsetof(struct type, link));                                   \
    }                                                                                                                 \
    struct type *vq_next_##name(const struct owner *from, const struct type *last)                                    \
    {                                                                                                                 \
        return outer(after(&from->list, &last->link), offsetof(struct type, link));                                   \
    }

VQ_WALK(vq_node, node, vq_board, nodes)
VQ_WALK(vq_file, file, vq_board, files)
VQ_WALK(vq_object, object, vq_board, objects)
VQ_WALK(vq_dmabuf, dmabuf, vq_board, dmabufs)
VQ_WALK(vq_attachment, attachment, vq_dmabuf, attachments)
VQ_WALK(vq_process, process, vq_board, processes)

uint64_t vq_copied_bytes(const struct vq_board *board)
{
    return board->copied;
}
