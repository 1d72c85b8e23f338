/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/dsp.h"

#include "vqda/core/fault.h"
#include "vqda/core/timer.h"

#include <errno.h>
#include <stdlib.h>

struct release {
    struct vq_list link; /* board->releases */
    struct vq_timer timer;
    void (*done)(void *arg);
    void *arg;
};

int vq_dsp_send(const struct vq_node *node, enum qda_call call)
{
    return qda_errno(node->board->generation, call, QDA_COND_NO_DSP);
}

static void answer(struct release *release)
{
    vq_timer_stop(&release->timer);
    vq_list_del(&release->link);
    release->done(release->arg);
    free(release);
}

static void on_timer(struct vq_board *board, struct vq_timer *timer)
{
    (void)board;
    answer(VQ_OF(timer, struct release, timer));
}

int vq_dsp_release(struct vq_node *node, void (*done)(void *arg), void *arg)
{
    uint64_t delay_ns = vq_fault_delay(node->board, node->dsp, "RELEASE");
    if (delay_ns == 0) {
        done(arg);
        return 0;
    }
    struct release *release = calloc(1, sizeof(*release));
    if (!release)
        return -ENOMEM;
    release->done = done;
    release->arg = arg;
    release->timer.fn = on_timer;
    vq_list_add(&node->board->releases, &release->link);
    vq_timer_start(node->board, &release->timer, delay_ns);
    return 0;
}

void vq_dsp_finish(struct vq_board *board)
{
    while (!vq_list_empty(&board->releases))
        answer(VQ_OF(board->releases.next, struct release, link));
}
