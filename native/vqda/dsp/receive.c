/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/impl.h"

#include "vqda/core/timer.h"

#include <errno.h>
#include <string.h>

/* What a DSP process says. It may be hostile: whatever is not as rpcmsg/port.h says ends it. */

static void on_ready(struct vq_dsp_process *process)
{
    if (process->state != VQ_PROCESS_STARTING) {
        vq_dsp_process_kill(process, "it said twice that it is ready");
        return;
    }
    if (!vq_spawn_is_filtered(process->spawned.pid)) {
        vq_dsp_process_kill(process, "it runs without the filter of its system calls, which no DSP program may; "
                                 "the kernel of this machine needs seccomp filters");
        return;
    }
    struct vq_dsp_call *create = process->create;
    process->state = VQ_PROCESS_RUNNING;
    process->create = NULL;
    vq_timer_stop(&process->ready_by);
    if (create)
        vq_dsp_answer(create, QDA_AEE_SUCCESS);
}

void vq_dsp_process_reply(struct vq_dsp_process *process, const struct qda_port_reply *reply)
{
    uint64_t ctx = reply->response.ctx;
    struct vq_dsp_call *call = process->node->calls[(ctx >> 4) % VQ_DSP_INDEXES];
    bool known = call && call->process == process && call->message->request.ctx == ctx && call != process->create &&
                 call != process->release;
    if (!known) {
        process->unknown++;
        return;
    }
    vq_space_answered(&process->space, call->memory, call->after);
    vq_dsp_answer(call, (int64_t)(uint32_t)reply->response.ret);
}

static void on_fault(struct vq_dsp_process *process, const struct qda_port_fault *fault)
{
    bool write = (fault->flags & 1) != 0;
    const struct vq_dsp_settings *settings = vq_dsp_settings();
    const char *what = (fault->flags & 2) != 0 ? "fetched an instruction from" : write ? "wrote to" : "read from";
    if (fault->iova == UINT64_MAX) {
        vq_dsp_process_kill(process, "thread %u %s the DSP address 0x%llx, where nothing is mapped", fault->tid, what,
                        (unsigned long long)fault->address);
        return;
    }
    if (settings->page_fault)
        settings->page_fault(process->dsp->board, process->bank, fault->iova, write);
    vq_dsp_process_kill(process, "thread %u %s the DSP address 0x%llx, IOVA 0x%llx of bank %s, which is not translated",
                        fault->tid, what, (unsigned long long)fault->address, (unsigned long long)fault->iova, process->bank->name);
}

static void on_packet(struct vq_dsp_process *process, const uint8_t *at, size_t len)
{
    struct qda_port_head head;
    struct qda_port_reply reply;
    struct qda_port_fault fault;
    if (len < sizeof(head)) {
        vq_dsp_process_kill(process, "it sent a packet of %zu bytes, which is none", len);
        return;
    }
    memcpy(&head, at, sizeof(head));
    if (head.kind == QDA_PORT_READY && len == sizeof(head)) {
        on_ready(process);
    } else if (head.kind == QDA_PORT_REPLY && len == sizeof(reply)) {
        memcpy(&reply, at, sizeof(reply));
        vq_dsp_process_reply(process, &reply);
    } else if (head.kind == QDA_PORT_FAULT && len == sizeof(fault)) {
        memcpy(&fault, at, sizeof(fault));
        on_fault(process, &fault);
    } else if (head.kind == QDA_PORT_LOG) {
        vq_dsp_process_hear(process, (const char *)at + sizeof(head), len - sizeof(head));
        if (process->log.len > 0)
            vq_dsp_process_hear(process, "\n", 1);
    } else {
        vq_dsp_process_kill(process, "it sent a packet of kind %u with %zu bytes, which is none", head.kind, len);
    }
}

unsigned vq_dsp_process_receive(struct vq_dsp_process *process, unsigned max)
{
    static uint8_t packet[QDA_PORT_MAX_PACKET]; /* one at a time: it is read before anybody is told of it */
    unsigned count = 0;
    while (count < max && vq_dsp_process_lives(process)) {
        int len = vq_port_receive(&process->port, packet, sizeof(packet));
        if (len == -EAGAIN)
            break;
        count++;
        if (len == -EPROTO)
            vq_dsp_process_kill(process, "it sent a packet of more than %u bytes", QDA_PORT_MAX_PACKET);
        else if (len < 0)
            vq_dsp_process_kill(process, "it closed its port");
        else
            on_packet(process, packet, (size_t)len);
    }
    return count;
}
