/* SPDX-License-Identifier: MIT */
#include "vqda/control/impl.h"

#include "vqda/core/create.h"
#include "vqda/core/fault.h"
#include "vqda/core/node.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#define MAX_DELAY_NS (24ull * 3600 * 1000000000)

static bool dsp_named(const char *dsp, bool may_be_empty, struct qda_put *reply)
{
    if ((may_be_empty && dsp[0] == '\0') || vq_node_dsp_known(dsp))
        return true;
    vq_control_fail(reply, qdalab_FailureCode_FAILURE_BAD_REQUEST, -EINVAL,
                    "this board has no DSP \"%s\"; it has cdsp and adsp", dsp);
    return false;
}

_Static_assert((int)VQ_FAULT_BANKS_EXHAUSTED == (int)qdalab_FaultKind_FAULT_BANKS_EXHAUSTED &&
                   (int)VQ_FAULT_ALLOC == (int)qdalab_FaultKind_FAULT_ALLOC &&
                   (int)VQ_FAULT_FOREIGN_IMPORT == (int)qdalab_FaultKind_FAULT_FOREIGN_IMPORT &&
                   (int)VQ_FAULT_DELAY == (int)qdalab_FaultKind_FAULT_DELAY &&
                   (int)VQ_FAULT_DSP_CRASH == (int)qdalab_FaultKind_FAULT_DSP_CRASH &&
                   (int)VQ_FAULT_DSP_HANG == (int)qdalab_FaultKind_FAULT_DSP_HANG &&
                   (int)VQ_FAULT_DSP_SPACE == (int)qdalab_FaultKind_FAULT_DSP_SPACE,
               "the schema's faults are the core's");

void vq_on_set_fault(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply)
{
    const qdalab_SetFault *set = &request->request.set_fault;
    if (!dsp_named(set->dsp, true, reply))
        return;
    if (set->kind < qdalab_FaultKind_FAULT_BANKS_EXHAUSTED || set->kind > qdalab_FaultKind_FAULT_DSP_SPACE) {
        vq_control_fail(reply, qdalab_FailureCode_FAILURE_BAD_REQUEST, -EINVAL, "there is no fault of kind %d",
                        (int)set->kind);
        return;
    }
    bool delay = set->delay_ns > 0 && set->delay_ns <= MAX_DELAY_NS;
    if (set->kind == qdalab_FaultKind_FAULT_DELAY && (!vq_fault_call_known(set->call) || !delay)) {
        vq_control_fail(reply, qdalab_FailureCode_FAILURE_BAD_REQUEST, -EINVAL,
                        "no call \"%s\" can be delayed by %llu ns; name one like GEM_CREATE, MMAP or RELEASE, and a delay of "
                        "at most a day",
                        set->call, (unsigned long long)set->delay_ns);
        return;
    }
    struct vq_fault fault = { .kind = (enum vq_fault_kind)set->kind, .delay_ns = set->delay_ns, .left = set->count };
    snprintf(fault.dsp, sizeof(fault.dsp), "%s", set->dsp);
    snprintf(fault.call, sizeof(fault.call), "%s", set->call);
    if (vq_fault_set(control->board, &fault) != 0)
        vq_control_fail(reply, qdalab_FailureCode_FAILURE_LIMIT, -ENOSPC,
                        "%d faults are set already; clear them first", VQ_MAX_FAULTS);
    else
        vq_control_done(reply);
}

void vq_on_clear_faults(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply)
{
    (void)request;
    vq_fault_clear(control->board);
    vq_control_done(reply);
}

void vq_on_unplug(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply)
{
    const char *dsp = request->request.unplug.dsp;
    if (!dsp_named(dsp, false, reply))
        return;
    if (vq_node_unplug(control->board, dsp) != 0)
        vq_control_fail(reply, qdalab_FailureCode_FAILURE_UNAVAILABLE, -ENODEV, "%s is unplugged already", dsp);
    else
        vq_control_done(reply);
}

void vq_on_replug(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply)
{
    const char *dsp = request->request.replug.dsp;
    if (!dsp_named(dsp, false, reply))
        return;
    int err = vq_node_plug(control->board, dsp);
    if (err == -EEXIST)
        vq_control_fail(reply, qdalab_FailureCode_FAILURE_UNAVAILABLE, err, "%s is plugged in already", dsp);
    else if (err)
        vq_control_fail(reply, qdalab_FailureCode_FAILURE_UNAVAILABLE, err, "no memory for the node of %s", dsp);
    else
        vq_control_done(reply);
}

void vq_on_kill_client(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply)
{
    int pid = (int)request->request.kill_client.pid;
    bool killed = pid > 0 && (vq_process_kill(control->board, pid) == 0 ||
                              (vq_workload_known(control, pid) && kill(pid, SIGKILL) == 0));
    if (!killed)
        vq_control_fail(reply, qdalab_FailureCode_FAILURE_BAD_REQUEST, -ESRCH,
                        "process %d is no client of this board; ask its status for those that are", pid);
    else
        vq_control_done(reply);
}
