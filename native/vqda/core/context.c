/* SPDX-License-Identifier: MIT */
#include "vqda/core/context.h"

#include "vqda/core/abi.h"
#include "vqda/core/bank.h"
#include "vqda/core/file.h"
#include "vqda/core/legacy.h"
#include "vqda/core/object.h"
#include "vqda/core/slab.h"
#include "vqda/quirks/quirks.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct vq_board *board_of(const struct vq_context *context)
{
    return context->message.node->board;
}

/* One piece of memory: every call needs one, and calloc costs more than all that is cleared here. */
struct vq_context *vq_context_new(const struct vq_call *call, enum qda_call name, size_t buffers)
{
    size_t used = sizeof(struct vq_object *) * (buffers + 1);
    struct vq_context *context = malloc(sizeof(*context) + used + call->arg_len);
    if (!context)
        return NULL;
    *context = (struct vq_context){ .who = call->who, .back = call->back };
    vq_list_init(&context->link);
    context->message.node = call->file->node;
    context->message.file = call->file;
    context->message.call = name;
    context->message.session = call->file->session;
    context->used = memset(context + 1, 0, used);
    context->arg = (char *)(context + 1) + used;
    memcpy(context->arg, call->arg, call->arg_len);
    return context;
}

void vq_context_use(struct vq_context *context, struct vq_object *object)
{
    vq_object_get(object);
    context->used[context->used_count++] = object;
}

int vq_context_buffer(struct vq_file *file, const struct vq_caller *who, uint64_t size, struct vq_object **out)
{
    struct vq_bank *bank = vq_bank_assign(file);
    int err = bank ? vq_object_new(bank, who, size, out) : -ENOMEM;
    if (!err)
        (*out)->message = true;
    return err;
}

int vq_context_message(const struct vq_call *call, struct vq_context *context, uint32_t handle,
                       const struct vq_layout *layout)
{
    struct vq_message *message = &context->message;
    uint64_t size = vq_layout_size(layout);
    int err = size == UINT64_MAX ? -ENOMEM : vq_context_buffer(call->file, &call->who, size, &context->buffer);
    if (!err)
        err = vq_slab_ensure(call->board, &call->waiter->slab, size);
    if (err)
        return -ENOMEM;
    vq_slab_get(call->waiter->slab);
    message->slab = call->waiter->slab;
    message->bank = call->file->bank;
    bool kernel = call->file->legacy && handle == QDA_HANDLE_INIT; /* FastRPC says 0 for what it sends by itself */
    message->request = (struct qda_rpc_request){
        .session = kernel ? 0 : call->file->session,
        .tid = call->who.tid,
        .handle = handle,
        .sc = layout->sc,
        .addr = context->buffer->dma,
        .size = context->buffer->size,
    };
    context->out_bytes = vq_layout_out_bytes(layout);
    vq_layout_write(layout, message->slab->map, context->buffer->dma);
    return 0;
}

static void drop_slab(struct vq_context *context)
{
    vq_slab_put(board_of(context), context->message.slab);
    context->message.slab = NULL;
}

void vq_context_free(struct vq_context *context)
{
    vq_list_del(&context->link);
    drop_slab(context);
    if (context->buffer)
        vq_object_put(context->buffer, &context->who);
    while (context->used_count > 0)
        vq_object_put(context->used[--context->used_count], &context->who);
    free(context->kept);
    free(context);
}

/* Nobody waits for it, and the DSP is through with it. */
static void abandon(struct vq_context *context)
{
    struct vq_board *board = board_of(context);
    if (!board->quirks[VQ_QUIRK_INTERRUPTED_CALL_LEAKS]) {
        vq_context_free(context);
        return;
    }
    drop_slab(context);
    vq_list_del(&context->link);
    vq_list_add(&board->leaked, &context->link);
    context->buffer->leaks++;
    for (size_t i = 0; i < context->used_count; i++)
        context->used[i]->leaks++;
}

/* What the answer brings; the result of the ioctl. */
static int64_t conclude(struct vq_context *context)
{
    if ((context->ret == 0 || context->whatever) && context->done)
        context->done(context);
    if (context->ret == 0 && context->waiter)
        board_of(context)->copied += context->out_bytes;
    return (int32_t)context->ret;
}

bool vq_context_waits(const struct vq_file *file)
{
    const struct vq_list *head = &file->board->calls;
    for (struct vq_list *at = head->next; at != head; at = at->next) {
        const struct vq_context *context = VQ_OF(at, struct vq_context, link);
        if (context->message.file == file && context->waiter)
            return true;
    }
    return false;
}

/* Nobody waits for a call on it any more: it may be what kept it open. */
static void let_go(struct vq_file *file)
{
    if (file && file->closing)
        vq_file_close(file);
}

static void reply(struct vq_context *context)
{
    struct vq_waiter *waiter = context->waiter;
    struct vq_file *file = context->message.file;
    int64_t result = conclude(context);
    waiter->context = NULL;
    waiter->answer(waiter, result, context->arg, context->back);
    vq_context_free(context);
    let_go(file);
}

static void on_done(struct vq_message *message, int64_t ret)
{
    struct vq_context *context = VQ_OF(message, struct vq_context, message);
    bool wakes = vq_abi_of(board_of(context)->generation)->fastrpc;
    context->answered = true;
    context->ret = wakes && !message->node->plugged ? vq_legacy_gone(message->node) : ret;
    if (context->sending)
        return;
    if (context->waiter && (wakes || message->node->plugged)) {
        reply(context);
    } else if (!context->waiter) {
        conclude(context);
        abandon(context);
    }
    /* Otherwise: RFC and v1 wake nobody when the node went. */
}

static int64_t answered_at_once(struct vq_call *call, struct vq_context *context)
{
    context->waiter = call->waiter;
    int64_t result = conclude(context);
    memcpy(call->arg, context->arg, context->back);
    vq_context_free(context);
    return result;
}

int64_t vq_context_send(struct vq_call *call, struct vq_context *context)
{
    assert(!call->waiter->context); /* one call a connection */
    context->message.done = on_done;
    context->sending = true;
    int err = vq_dsp_send(&context->message);
    context->sending = false;
    if (err) {
        vq_context_free(context);
        return err;
    }
    if (context->answered)
        return answered_at_once(call, context);
    vq_list_add(&call->board->calls, &context->link);
    context->waiter = call->waiter;
    call->waiter->context = context;
    return VQ_PENDING;
}

/* The caller goes, its call stays. */
static void detach(struct vq_context *context)
{
    struct vq_file *file = context->message.file;
    context->waiter->context = NULL;
    context->waiter = NULL;
    if (context->answered)
        abandon(context);
    let_go(file); /* may end in answers */
}

static struct vq_context *first_waiting(const struct vq_board *board)
{
    for (struct vq_list *at = board->calls.next; at != &board->calls; at = at->next) {
        struct vq_context *context = VQ_OF(at, struct vq_context, link);
        if (context->waiter)
            return context;
    }
    return NULL;
}

void vq_context_detach_all(struct vq_board *board)
{
    for (struct vq_context *context = first_waiting(board); context; context = first_waiting(board))
        detach(context);
}

void vq_waiter_gone(struct vq_board *board, struct vq_waiter *waiter)
{
    if (waiter->context)
        detach(waiter->context);
    vq_slab_put(board, waiter->slab);
    waiter->slab = NULL;
}

void vq_context_file_gone(const struct vq_file *file)
{
    const struct vq_list *head = &file->board->calls;
    for (struct vq_list *at = head->next; at != head; at = at->next) {
        struct vq_context *context = VQ_OF(at, struct vq_context, link);
        if (context->message.file == file)
            context->message.file = NULL;
    }
}

void vq_context_free_leaked(struct vq_board *board)
{
    assert(vq_list_empty(&board->calls));
    while (!vq_list_empty(&board->leaked))
        vq_context_free(VQ_OF(board->leaked.next, struct vq_context, link));
}
