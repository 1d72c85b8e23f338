/* SPDX-License-Identifier: MIT */
#include "vqda/core/abi.h"

#include "uapi/errnos.h"
#include "uapi/qda_rfc.h"

static uint32_t create_pad(const void *arg)
{
    return ((const struct qda_rfc_gem_create *)arg)->pad;
}

static uint64_t create_size(const void *arg)
{
    return ((const struct qda_rfc_gem_create *)arg)->size;
}

static void create_done(void *arg, uint32_t handle)
{
    ((struct qda_rfc_gem_create *)arg)->handle = handle;
}

static uint32_t offset_pad(const void *arg)
{
    return ((const struct qda_rfc_gem_mmap_offset *)arg)->pad;
}

static uint32_t offset_handle(const void *arg)
{
    return ((const struct qda_rfc_gem_mmap_offset *)arg)->handle;
}

static void offset_done(void *arg, uint64_t offset)
{
    ((struct qda_rfc_gem_mmap_offset *)arg)->offset = offset;
}

const struct vq_abi vq_abi_rfc = {
    .generation = QDA_ERRNO_RFC,
    .name = "rfc",
    .has_attach = true,
    .fd_is_handle = true,
    .create_pad = create_pad,
    .create_size = create_size,
    .create_done = create_done,
    .offset_pad = offset_pad,
    .offset_handle = offset_handle,
    .offset_done = offset_done,
};
