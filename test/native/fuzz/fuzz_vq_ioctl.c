/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "uapi/errnos.h"
#include "vqda/core/call.h"
#include "vqda/core/create.h"
#include "vqda/core/file.h"
#include "vqda/dsp/message.h"

/*
 * Ioctls as they come from a client: byte 0: generation, does the DSP let the call wait, a second ioctl or not; then 4 bytes
 * number and what travels. Whatever it is, the board holds nothing afterwards.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool hold;
static struct vq_message *held;

int vq_dsp_send(struct vq_message *message)
{
    /* What a DSP reads of every message: its metadata, and the bytes that it covers. */
    uint64_t n = QDA_SCALARS_LENGTH(message->request.sc), sum = 0;
    if (qda_rpc_metadata(n) > message->slab->size || message->request.size < qda_rpc_metadata(n))
        abort();
    for (uint64_t i = 0; i < qda_rpc_metadata(n); i++)
        sum += message->slab->map[i];
    if (hold && message->call != QDA_CALL_ANY)
        held = message;
    else
        message->done(message, (int64_t)(sum & 1));
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

void vq_dsp_session_gone(struct vq_node *node, int32_t session)
{
    (void)node, (void)session;
}

void vq_dsp_node_gone(struct vq_node *node)
{
    (void)node;
}

void vq_dsp_finish(struct vq_board *board)
{
    (void)board;
    if (held)
        held->done(held, -1);
    held = NULL;
}

static void answered(struct vq_waiter *waiter, int64_t result, const void *bytes, size_t len)
{
    (void)waiter, (void)result, (void)bytes, (void)len;
}

static void call(struct vq_file *file, struct vq_waiter *waiter, const uint8_t *data, size_t size)
{
    static char out_data[VQ_MAX_DATA];
    struct vq_answer out = { .data = out_data, .fd = -1 };
    uint32_t request;
    const char *name;
    if (size < sizeof(request) || waiter->context)
        return;
    memcpy(&request, data, sizeof(request));
    char *copy = malloc(size); /* exactly as long as what came */
    memcpy(copy, data + sizeof(request), size - sizeof(request));
    struct vq_ioctl ioctl = {
        .who = file->opener, .file = file, .waiter = waiter, .request = request, .data = copy,
        .data_len = size - sizeof(request),
    };
    vq_ioctl(&ioctl, &out, &name);
    if (out.fd >= 0)
        close(out.fd);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vq_caller who = { .pid = 1, .tid = 1 };
    if (size < 1 || size > VQ_MAX_DATA)
        return 0;
    bool fastrpc = data[0] & 16;
    struct vq_options options = {
        .name = "fuzz", .generation = fastrpc ? QDA_ERRNO_FASTRPC : data[0] & 1 ? QDA_ERRNO_V1 : QDA_ERRNO_RFC };
    struct vq_waiter waiter = { .answer = answered };
    struct vq_board *board;
    struct vq_file *file;
    hold = data[0] & 2;
    if (vq_board_new(&options, &board) != 0)
        abort();
    if (vq_file_open(board, &who, fastrpc ? "/dev/fastrpc-cdsp" : "/dev/accel/accel0", "f", &file) != 0)
        abort();
    size_t first = data[0] & 4 ? (size - 1) / 2 : size - 1;
    call(file, &waiter, data + 1, first);
    if (held && (data[0] & 8)) {
        struct vq_message *message = held;
        held = NULL;
        message->done(message, 0);
    }
    call(file, &waiter, data + 1 + first, size - 1 - first);
    vq_waiter_gone(board, &waiter);
    vq_board_free(board);
    return 0;
}
