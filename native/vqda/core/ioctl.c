/* SPDX-License-Identifier: MIT */
#include "vqda/core/call.h"

#include "uapi/abi.h"
#include "uapi/errnos.h"
#include "uapi/qda_rfc.h"
#include "vqda/core/legacy.h"
#include "vqda/exporters/exporters.h"

#include <errno.h>
#include <string.h>

#define EXTRA_OUT 256 /* what a handler may send back behind the struct */

static const struct vq_command *find(const struct vq_file *file, uint32_t request)
{
    switch (file->kind) {
    case VQ_FILE_ACCEL:
        return file->legacy ? vq_legacy_command(request) : vq_drm_command(file, request);
    case VQ_FILE_HEAP:
        return vq_heap_command(request);
    case VQ_FILE_UDMABUF:
        return vq_udmabuf_command(request);
    }
    return NULL;
}

static int64_t unknown(const struct vq_file *file, uint32_t request)
{
    unsigned generation = file->board->generation;
    if (file->kind != VQ_FILE_ACCEL)
        return -ENOTTY;
    bool reserved = QDA_IOC_NR(request) == QDA_IOC_NR(QDA_RFC_IOCTL_INIT_ATTACH) && generation == QDA_ERRNO_V1;
    return qda_errno(generation, QDA_CALL_IOCTL, reserved ? QDA_COND_RESERVED_IOCTL : QDA_COND_UNKNOWN_IOCTL);
}

/* Bytes of the struct that go this way: both the caller's number and the kernel's must say so. */
static size_t way(uint32_t theirs, uint32_t ours, uint32_t direction)
{
    return QDA_IOC_DIR(theirs) & QDA_IOC_DIR(ours) & direction ? QDA_IOC_SIZE(theirs) : 0;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static int64_t carry_out(const struct vq_ioctl *ioctl, const struct vq_command *command, struct vq_answer *out)
{
    _Alignas(8) char arg[0x4000]; /* no number can name a larger struct */
    size_t sent = QDA_IOC_DIR(ioctl->request) & QDA_IOC_WRITE ? QDA_IOC_SIZE(ioctl->request) : 0;
    size_t arg_len = larger(QDA_IOC_SIZE(ioctl->request), QDA_IOC_SIZE(command->request));
    size_t back = smaller(way(ioctl->request, command->request, QDA_IOC_READ), VQ_MAX_DATA - EXTRA_OUT);
    memset(arg, 0, arg_len);
    sent = smaller(sent, ioctl->data_len);
    memcpy(arg, ioctl->data, smaller(sent, way(ioctl->request, command->request, QDA_IOC_WRITE)));

    struct vq_call call = {
        .board = ioctl->file->board,
        .who = ioctl->who,
        .file = ioctl->file,
        .waiter = ioctl->waiter,
        .arg = arg,
        .arg_len = arg_len,
        .back = back,
        .extra = ioctl->data + sent,
        .extra_len = ioctl->data_len - sent,
        .fds = ioctl->fds,
        .fd_count = ioctl->fd_count,
        .extra_out = out->data + back,
        .fd_out = -1,
        .name = command->name,
    };
    int64_t result = command->fn(&call);
    if (result == VQ_PENDING)
        return result;
    memcpy(out->data, arg, back);
    out->data_len = back + call.extra_out_len;
    out->fd = call.fd_out;
    return result;
}

int64_t vq_ioctl(const struct vq_ioctl *ioctl, struct vq_answer *out, const char **name)
{
    const struct vq_file *file = ioctl->file;
    if (file->kind == VQ_FILE_ACCEL && !file->legacy && !file->node->plugged)
        return qda_errno(file->board->generation, QDA_CALL_ANY, QDA_COND_UNPLUGGED);
    const struct vq_command *command = find(file, ioctl->request);
    if (!command)
        return unknown(file, ioctl->request);
    *name = command->name;
    return carry_out(ioctl, command, out);
}
