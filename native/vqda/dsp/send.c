/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/impl.h"

#include <errno.h>
#include <stdlib.h>

/* What core/ calls: messages find their process, and answers their message. */

static struct vq_list boards = { &boards, &boards };

struct vq_dsp *vq_dsp_find(const struct vq_board *board)
{
    for (struct vq_list *at = boards.next; at != &boards; at = at->next) {
        struct vq_dsp *dsp = VQ_OF(at, struct vq_dsp, link);
        if (dsp->board == board)
            return dsp;
    }
    return NULL;
}

static struct vq_dsp *make_dsp(struct vq_board *board)
{
    struct vq_dsp *dsp = vq_dsp_find(board);
    if (dsp)
        return dsp;
    dsp = calloc(1, sizeof(*dsp));
    if (!dsp)
        return NULL;
    dsp->board = board;
    vq_list_init(&dsp->processes);
    vq_list_init(&dsp->nodes);
    vq_list_init(&dsp->orphans);
    vq_list_add(&boards, &dsp->link);
    return dsp;
}

static struct vq_dsp_node *find_node(const struct vq_dsp *dsp, const struct vq_node *node)
{
    for (struct vq_list *at = dsp->nodes.next; at != &dsp->nodes; at = at->next) {
        struct vq_dsp_node *known = VQ_OF(at, struct vq_dsp_node, link);
        if (known->node == node)
            return known;
    }
    return NULL;
}

static struct vq_dsp_node *make_node(struct vq_node *node)
{
    struct vq_dsp *dsp = make_dsp(node->board);
    struct vq_dsp_node *known = dsp ? find_node(dsp, node) : NULL;
    if (known || !dsp)
        return known;
    known = calloc(1, sizeof(*known));
    if (!known)
        return NULL;
    known->node = node;
    vq_list_add(&dsp->nodes, &known->link);
    return known;
}

/* ---- One message */

/* The next free index, as the kernel's xarray gives them; 0: all are on their way. */
static unsigned free_index(struct vq_dsp_node *node)
{
    for (unsigned i = 1; i < VQ_DSP_INDEXES; i++) {
        unsigned index = (node->last + i - 1) % (VQ_DSP_INDEXES - 1) + 1;
        if (!node->calls[index])
            return index;
    }
    return 0;
}

static struct vq_dsp_call *begin_call(struct vq_dsp_node *node, struct vq_message *message)
{
    unsigned index = free_index(node);
    struct vq_dsp_call *call = index ? malloc(sizeof(*call)) : NULL; /* calloc would cost each call more */
    if (!call)
        return NULL;
    *call = (struct vq_dsp_call){ .node = node, .message = message };
    vq_list_init(&call->link);
    node->calls[index] = call;
    node->last = index;
    /* v1 and RFC name the protection domain in the message that creates it, and in no other. */
    uint64_t pd = message->call == QDA_CALL_SESSION_CREATE ? QDA_PD_USER : QDA_PD_ROOT;
    message->request.ctx = (uint64_t)index << 4 | pd;
    return call;
}

void vq_dsp_answer(struct vq_dsp_call *call, int64_t ret)
{
    struct vq_message *message = call->message;
    call->node->calls[(message->request.ctx >> 4) % VQ_DSP_INDEXES] = NULL;
    vq_list_del(&call->link);
    if (call->process) {
        call->process->waiting--;
        call->process->answered++;
    }
    free(call);
    message->done(message, ret);
}

/* Methods of handle 1 that the DSP does for a process that stands. */
static bool is_mapping(uint32_t sc)
{
    uint32_t method = QDA_SCALARS_METHOD(sc);
    return method == QDA_METHOD_INIT_MMAP || method == QDA_METHOD_INIT_MUNMAP || method == QDA_METHOD_INIT_MEM_MAP ||
           method == QDA_METHOD_INIT_MEM_UNMAP;
}

static void dispatch_to_process(struct vq_dsp_node *node, struct vq_dsp_call *call)
{
    struct vq_message *message = call->message;
    struct vq_dsp_process *process = vq_dsp_process_of(node, message->session);
    if (message->request.handle == QDA_HANDLE_DSP_UTILITIES)
        vq_dsp_answer(call, vq_root_utilities(message));
    else if (message->request.handle == QDA_HANDLE_INIT && !is_mapping(message->request.sc))
        vq_dsp_answer(call, QDA_AEE_EUNSUPPORTED); /* processes come and go by the driver's own calls here */
    else if (!process)
        vq_dsp_answer(call, VQ_AEE_NO_PROCESS);
    else
        vq_dsp_process_call(process, call);
}

/* What the file of a node that is gone still waits for will not come. */
static void end_orphans(struct vq_dsp *dsp, const struct vq_dsp_node *node, int32_t session)
{
    for (struct vq_list *at = dsp->orphans.next, *next = at->next; at != &dsp->orphans; at = next, next = at->next) {
        struct vq_dsp_call *call = VQ_OF(at, struct vq_dsp_call, link);
        if (call->node == node && call->message->session == session) {
            vq_dsp_answer(call, -ENODEV);
            next = dsp->orphans.next; /* whoever was told may have changed the list */
        }
    }
}

static void release(struct vq_dsp_node *node, struct vq_dsp_call *call)
{
    struct vq_dsp_process *process = vq_dsp_process_of(node, call->message->session);
    end_orphans(vq_dsp_find(node->node->board), node, call->message->session);
    if (process)
        vq_dsp_process_release(process, call);
    else
        vq_dsp_answer(call, QDA_AEE_SUCCESS);
}

static void dispatch(struct vq_dsp_node *node, struct vq_dsp_call *call)
{
    switch (call->message->call) {
    case QDA_CALL_SESSION_CREATE:
        vq_dsp_process_create(node, call);
        break;
    case QDA_CALL_INIT_ATTACH:
        vq_dsp_answer(call, QDA_AEE_SUCCESS);
        break;
    case QDA_CALL_ANY:
        release(node, call);
        break;
    default:
        dispatch_to_process(node, call);
        break;
    }
}

/* There is no DSP: the driver's release is answered as ever, and nothing else can be sent. */
static int send_to_nobody(struct vq_message *message)
{
    if (message->call != QDA_CALL_ANY)
        return qda_errno(message->node->board->generation, message->call, QDA_COND_NO_DSP);
    message->done(message, QDA_AEE_SUCCESS);
    return 0;
}

int vq_dsp_send(struct vq_message *message)
{
    struct vq_board *board = message->node->board;
    const struct vq_dsp *dsp = vq_dsp_find(board);
    if (!board->loop || (dsp && dsp->finishing) || vq_dsp_missing())
        return send_to_nobody(message);
    struct vq_dsp_node *node = make_node(message->node);
    if (!node)
        return -ENOMEM;
    if (node->gone && message->call != QDA_CALL_ANY)
        return -ENODEV;
    struct vq_dsp_call *call = begin_call(node, message);
    if (!call)
        return -EBUSY; /* 255 are on their way */
    dispatch(node, call);
    return 0;
}

/* ---- What core/ tells */

/* Calls fn for each living process, which fn may kill. */
static void each_living(const struct vq_board *board, void (*fn)(struct vq_dsp_process *process, const void *arg),
                        const void *arg)
{
    struct vq_dsp *dsp = vq_dsp_find(board);
    for (struct vq_list *at = dsp ? dsp->processes.next : NULL; dsp && at != &dsp->processes; at = at->next) {
        struct vq_dsp_process *process = VQ_OF(at, struct vq_dsp_process, link);
        if (vq_dsp_process_lives(process))
            fn(process, arg);
    }
}

struct unmapped {
    const struct vq_bank *bank;
    uint64_t iova, size;
};

static void tell_unmapped(struct vq_dsp_process *process, const void *arg)
{
    const struct unmapped *what = arg;
    if (process->bank == what->bank)
        vq_dsp_process_sent(process, vq_space_unmapped(&process->space, what->iova, what->size));
}

void vq_dsp_unmapped(struct vq_bank *bank, uint64_t iova, uint64_t size)
{
    struct unmapped what = { .bank = bank, .iova = iova, .size = size };
    each_living(bank->node->board, tell_unmapped, &what);
}

static void tell_slab_gone(struct vq_dsp_process *process, const void *slab)
{
    vq_dsp_process_sent(process, vq_space_slab_gone(&process->space, slab));
}

void vq_dsp_slab_gone(struct vq_board *board, const struct vq_slab *slab)
{
    each_living(board, tell_slab_gone, slab);
}

void vq_dsp_node_gone(struct vq_node *node)
{
    struct vq_dsp *dsp = vq_dsp_find(node->board);
    struct vq_dsp_node *known = dsp ? find_node(dsp, node) : NULL;
    if (!known)
        return;
    known->gone = true;
    for (struct vq_list *at = dsp->processes.next, *next = at->next; at != &dsp->processes; at = next, next = at->next) {
        struct vq_dsp_process *process = VQ_OF(at, struct vq_dsp_process, link);
        if (process->node == known)
            vq_dsp_process_orphan(process);
    }
}

void vq_dsp_session_gone(struct vq_node *node, int32_t session)
{
    struct vq_dsp *dsp = vq_dsp_find(node->board);
    struct vq_dsp_node *known = dsp ? find_node(dsp, node) : NULL;
    struct vq_dsp_process *process = known ? vq_dsp_process_of(known, session) : NULL;
    if (process)
        process->deserted = true; /* it was killed and has not ended yet */
    if (known)
        end_orphans(dsp, known, session);
}

void vq_dsp_collect(struct vq_board *board)
{
    struct vq_dsp *dsp = vq_dsp_find(board);
    for (struct vq_list *at = dsp ? dsp->processes.next : NULL; dsp && at != &dsp->processes; at = at->next) {
        struct vq_dsp_process *process = VQ_OF(at, struct vq_dsp_process, link);
        if (process->state != VQ_PROCESS_DEAD)
            (void)vq_dsp_process_collect(process); /* the loop hears of it by its descriptor */
    }
}

bool vq_dsp_owns(const struct vq_board *board, int pid)
{
    const struct vq_dsp *dsp = vq_dsp_find(board);
    for (struct vq_list *at = dsp ? dsp->processes.next : NULL; dsp && at != &dsp->processes; at = at->next) {
        const struct vq_dsp_process *process = VQ_OF(at, struct vq_dsp_process, link);
        if (process->spawned.pid == pid && process->state != VQ_PROCESS_DEAD)
            return true;
    }
    return false;
}

static void free_dsp(struct vq_dsp *dsp)
{
    while (!vq_list_empty(&dsp->nodes)) {
        struct vq_dsp_node *node = VQ_OF(dsp->nodes.next, struct vq_dsp_node, link);
        vq_list_del(&node->link);
        free(node);
    }
    vq_list_del(&dsp->link);
    free(dsp);
}

void vq_dsp_finish(struct vq_board *board)
{
    struct vq_dsp *dsp = vq_dsp_find(board);
    if (!dsp)
        return;
    dsp->finishing = true;
    while (!vq_list_empty(&dsp->processes))
        vq_dsp_process_finish(VQ_OF(dsp->processes.next, struct vq_dsp_process, link));
    while (!vq_list_empty(&dsp->orphans))
        vq_dsp_answer(VQ_OF(dsp->orphans.next, struct vq_dsp_call, link), -ENODEV);
    free_dsp(dsp);
}

void vq_dsp_each(const struct vq_board *board, void (*fn)(void *arg, const struct vq_dsp_session *session), void *arg)
{
    const struct vq_dsp *dsp = vq_dsp_find(board);
    for (struct vq_list *at = dsp ? dsp->processes.next : NULL; dsp && at != &dsp->processes; at = at->next) {
        const struct vq_dsp_process *process = VQ_OF(at, struct vq_dsp_process, link);
        struct vq_dsp_session session = {
            .session = process->session,
            .pid = process->spawned.pid,
            .dsp = process->node->node->dsp,
            .sid = process->bank->sid,
            .waiting = process->waiting,
            .calls = process->answered,
            .mappings = process->space.count,
        };
        if (process->state != VQ_PROCESS_DEAD)
            fn(arg, &session);
    }
}
