/* SPDX-License-Identifier: MIT */
#include "vqda/core/call.h"

#include "uapi/errnos.h"
#include "uapi/qda_v1.h"
#include "vqda/core/abi.h"
#include "vqda/core/backing.h"
#include "vqda/core/bank.h"
#include "vqda/core/handle.h"
#include "vqda/core/object.h"
#include "vqda/quirks/quirks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

int64_t vq_gem_query(struct vq_call *call)
{
    struct qda_v1_query *query = call->arg; /* the same in the RFC */
    memset(query, 0, sizeof(*query));
    snprintf((char *)query->dsp_name, sizeof(query->dsp_name), "%s", call->file->node->dsp);
    return 0;
}

int64_t vq_gem_create(struct vq_call *call)
{
    unsigned generation = call->board->generation;
    const struct vq_abi *abi = vq_abi_of(generation);
    uint64_t size = abi->create_size(call->arg);
    int err = abi->create_pad(call->arg) ? qda_errno(generation, QDA_CALL_GEM_CREATE, QDA_COND_PAD_NONZERO) : 0;
    if (err)
        return err;
    if (size == 0)
        return qda_errno(generation, QDA_CALL_GEM_CREATE, QDA_COND_SIZE_ZERO);
    if (size + VQ_PAGE - 1 < size)
        return qda_errno(generation, QDA_CALL_GEM_CREATE, QDA_COND_SIZE_WRAPS);
    struct vq_bank *bank = vq_bank_assign(call->file);
    if (!bank)
        return qda_errno(generation, QDA_CALL_GEM_CREATE, QDA_COND_NO_BANK);
    struct vq_object *object;
    if (vq_object_new(bank, &call->who, size, &object) != 0)
        return qda_errno(generation, QDA_CALL_GEM_CREATE, QDA_COND_DMA_ALLOC_FAILED);
    uint32_t handle;
    err = vq_handle_create(call->file, object, &handle);
    vq_object_put(object, &call->who);
    if (!err)
        abi->create_done(call->arg, handle);
    return err;
}

int64_t vq_gem_mmap_offset(struct vq_call *call)
{
    unsigned generation = call->board->generation;
    const struct vq_abi *abi = vq_abi_of(generation);
    int err = abi->offset_pad(call->arg) ? qda_errno(generation, QDA_CALL_GEM_MMAP_OFFSET, QDA_COND_PAD_NONZERO) : 0;
    if (err)
        return err;
    struct vq_object *object = vq_handle_lookup(call->file, abi->offset_handle(call->arg));
    if (!object)
        return qda_errno(generation, QDA_CALL_GEM_MMAP_OFFSET, QDA_COND_UNKNOWN_HANDLE);
    if (object->attachment && !call->board->quirks[VQ_QUIRK_MMAP_OFFSET_OF_IMPORT])
        return -EINVAL;
    uint64_t offset;
    err = vq_object_offset(object, &offset);
    if (!err)
        abi->offset_done(call->arg, offset);
    return err;
}

int64_t vq_gem_mmap(struct vq_file *file, uint64_t length, uint64_t offset, int *fd)
{
    unsigned generation = file->board->generation;
    if (file->kind != VQ_FILE_ACCEL)
        return -ENODEV; /* the node has no mmap */
    if (file->legacy)
        return qda_errno(generation, QDA_CALL_MMAP, QDA_COND_OFFSET_NOT_EXACT);
    if (!file->node->plugged)
        return qda_errno(generation, QDA_CALL_ANY, QDA_COND_UNPLUGGED);
    struct vq_object *object = vq_object_at_offset(file->node, offset);
    if (!object || length == 0)
        return qda_errno(generation, QDA_CALL_MMAP, QDA_COND_OFFSET_NOT_EXACT);
    if (length > object->size)
        return qda_errno(generation, QDA_CALL_MMAP, QDA_COND_LONGER_THAN_OBJECT);
    if (!vq_handle_has(file, object))
        return qda_errno(generation, QDA_CALL_MMAP, QDA_COND_NOT_OPENED_BY_FILE);
    if (object->attachment)
        return qda_errno(generation, QDA_CALL_MMAP, QDA_COND_IMPORTED_OBJECT);
    int err = vq_object_back(object);
    if (err)
        return err;
    *fd = vq_backing_open(object->backing, VQ_USE_MAPPING, O_RDWR);
    if (*fd < 0)
        return *fd;
    vq_object_mapped(object);
    return 0;
}
