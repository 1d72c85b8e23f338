/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/impl.h"

#include "vqda/core/fault.h"
#include "vqda/core/timer.h"
#include "vqda/dsp/payload.h"

#include <sched.h>

/* A call on its way into a DSP process. */

#define LOOKS_A_TIME 3u /* between two looks at the clock: the second mostly finds the answer */

static int tell_page(void *arg, const struct qda_rpc_page *page)
{
    struct vq_dsp_process *process = arg;
    uint64_t prefix = (uint64_t)process->bank->sid << 32;
    if (page->addr < prefix || page->size > UINT64_MAX - page->addr)
        return 0; /* another bank's address, or none: it is not translated here */
    return vq_space_tell(&process->space, process->bank, page->addr - prefix, page->size);
}

static int put(struct vq_dsp_process *process, const struct qda_port_call *call, const struct vq_slab *slab)
{
    struct vq_packet packet = { .parts = { { (void *)(uintptr_t)call, sizeof(*call) } }, .fds = &slab->fd,
                                .fd_count = call->message.fresh ? 1 : 0 };
    if (vq_space_settled(&process->space, call->message.memory) && vq_port_bell_ring(&process->port, call))
        return 0;
    return vq_port_send(&process->port, &packet);
}

/* The mappings that a message needs, then the message. 0 or -errno. */
static int forward(struct vq_dsp_process *process, struct vq_dsp_call *what)
{
    const struct vq_message *message = what->message;
    const struct qda_rpc_request *request = &message->request;
    struct vq_payload payload = { .at = message->slab->map + message->slab_offset, .size = request->size, .dma = request->addr,
                                  .sc = request->sc };
    struct qda_port_call call = { .head = { QDA_PORT_CALL, 0 }, .request = *request };
    bool fresh;
    int err = vq_payload_check(&payload) == 0 ? vq_payload_each_page(&payload, request->handle, tell_page, process) : 0;
    if (!err)
        err = vq_space_flush(&process->space);
    if (!err)
        err = vq_space_slab(&process->space, message->slab, &call.message.memory, &fresh);
    if (err)
        return err;
    call.after = what->after = process->space.number;
    what->memory = call.message.memory;
    call.message.iova = request->addr - ((uint64_t)process->bank->sid << 32);
    call.message.size = request->size;
    call.message.offset = message->slab_offset;
    call.message.fresh = fresh;
    return put(process, &call, message->slab);
}

/* Takes what is there. False: nothing. */
static bool take(struct vq_dsp_process *process, bool last)
{
    struct qda_port_reply reply;
    if (vq_port_bell_take(&process->port, &reply, last) > 0) {
        vq_dsp_process_reply(process, &reply);
        return true;
    }
    return vq_port_bell_says_more(&process->port) && vq_dsp_process_receive(process, 1) > 0;
}

/*
 * A short answer is waited for here: it then costs no turn of the loop. The processor goes to whoever else wants it meanwhile, for
 * that may be the process itself.
 */
static void poll_for_answer(struct vq_dsp_process *process)
{
    uint64_t until = 0, poll_ns = vq_dsp_settings()->poll_us * 1000ull;
    uint64_t before = process->answered;
    for (unsigned looks = 1; process->state == VQ_PROCESS_RUNNING && process->answered == before; looks++) {
        if (looks % LOOKS_A_TIME == 0 && !vq_look_on(&until, poll_ns))
            break;
        if (!take(process, false))
            sched_yield();
        else if (process->answered == before)
            vq_port_bell_watch(&process->port);
    }
    (void)take(process, true);
}

/* Reverse calls wait on these for work: no call of a program. */
static bool is_listener(uint32_t handle)
{
    return handle == QDA_HANDLE_LISTENER || handle == QDA_HANDLE_LISTENER1;
}

static bool fault_hits(const struct vq_dsp_process *process, const struct vq_message *message, enum vq_fault_kind kind)
{
    return message->call == QDA_CALL_INVOKE && !is_listener(message->request.handle) &&
           vq_fault_hit(process->dsp->board, kind, process->node->node->dsp);
}

void vq_dsp_process_call(struct vq_dsp_process *process, struct vq_dsp_call *call)
{
    struct vq_message *message = call->message;
    if (process->state == VQ_PROCESS_DEAD) {
        vq_dsp_answer(call, VQ_AEE_DEAD);
        return;
    }
    vq_dsp_process_hold(process, call);
    if (!vq_dsp_process_lives(process) || fault_hits(process, message, VQ_FAULT_DSP_HANG))
        return;
    bool crash = fault_hits(process, message, VQ_FAULT_DSP_CRASH);
    bool polls = !crash && vq_dsp_settings()->poll_us > 0;
    if (polls)
        vq_port_bell_watch(&process->port);
    vq_dsp_process_sent(process, forward(process, call));
    if (crash)
        vq_dsp_process_kill(process, "a fault on request made it crash in the middle of a call");
    else if (polls)
        poll_for_answer(process);
}
