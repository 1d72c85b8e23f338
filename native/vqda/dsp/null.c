/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/message.h"

/*
 * No DSP: INIT_RELEASE is answered, and nothing else can be sent. Its answer to INIT_RELEASE is there at once.
 */

int vq_dsp_send(struct vq_message *message)
{
    if (message->call != QDA_CALL_ANY)
        return qda_errno(message->node->board->generation, message->call, QDA_COND_NO_DSP);
    message->done(message, 0);
    return 0;
}

void vq_dsp_unmapped(struct vq_bank *bank, uint64_t iova, uint64_t size)
{
    (void)bank, (void)iova, (void)size;
}

void vq_dsp_slab_gone(struct vq_board *board, const struct vq_slab *slab)
{
    (void)board, (void)slab;
}

void vq_dsp_node_gone(struct vq_node *node)
{
    (void)node;
}

void vq_dsp_finish(struct vq_board *board)
{
    (void)board;
}

const char *vq_dsp_missing(void)
{
    return "this virtual board has no DSP";
}

void vq_dsp_each(const struct vq_board *board, void (*fn)(void *arg, const struct vq_dsp_session *session), void *arg)
{
    (void)board, (void)fn, (void)arg;
}
