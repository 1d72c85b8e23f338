/* SPDX-License-Identifier: MIT */
#include "conformance.h"

#include "uapi/drm_core.h"
#include "uapi/qda_rfc.h"
#include "uapi/qda_v1.h"

#include <errno.h>

/* ---- the driver's own calls */

/* GEM_CREATE and GEM_MMAP_OFFSET with everything given, by the generation's layout. */
long conf_gem_create(int file, uint64_t size, uint32_t pad)
{
    struct qda_v1_gem_create a = { .size = size, .pad = pad };
    struct qda_rfc_gem_create b = { .size = size, .pad = pad };
    return q_ioctl(&conf_q, file, QDA_V1_IOCTL_GEM_CREATE, conf_v1() ? (void *)&a : (void *)&b);
}

long conf_gem_mmap_offset(int file, uint32_t handle, uint32_t pad, uint64_t *offset)
{
    struct qda_v1_gem_mmap_offset a = { .handle = handle, .pad = pad };
    struct qda_rfc_gem_mmap_offset b = { .handle = handle, .pad = pad };
    long result = q_ioctl(&conf_q, file, QDA_V1_IOCTL_GEM_MMAP_OFFSET, conf_v1() ? (void *)&a : (void *)&b);
    *offset = conf_v1() ? a.offset : b.offset;
    return result;
}

uint32_t conf_some_handle(void)
{
    uint32_t handle = 0;
    CHECK_INT(q_create(&conf_q, conf_fd, 8192, &handle), 0);
    return handle;
}

static uint32_t import_from_heap(void)
{
    uint32_t handle = 0;
    int dmabuf = q_heap(&conf_q, "/dev/dma_heap/system", 8192);
    CHECK(dmabuf >= 0);
    CHECK_INT(q_import(&conf_q, conf_fd, dmabuf, &handle), 0);
    q_close(&conf_q, dmabuf);
    return handle;
}

long conf_map_result(int file, uint64_t length, uint64_t offset)
{
    int err;
    void *at = q_map(&conf_q, file, length, offset, &err);
    if (!at)
        return err;
    conf_q.sys->ops->munmap(conf_q.sys, at, length);
    return 0;
}

long case_unknown_ioctl(void)
{
    char arg[16] = { 0 };
    CHECK_INT(q_ioctl(&conf_q, conf_fd, QDA_IOWR('d', 0x48, arg), arg), -EINVAL);
    CHECK_INT(q_ioctl(&conf_q, conf_fd, QDA_IOWR('d', 0x9f, arg), arg), -EINVAL);
    return q_ioctl(&conf_q, conf_fd, QDA_IOWR('d', 0x3f, arg), arg);
}

long case_reserved_ioctl(void)
{
    return q_ioctl(&conf_q, conf_fd, QDA_RFC_IOCTL_INIT_ATTACH, NULL);
}

long case_create_pad(void)
{
    return conf_gem_create(conf_fd, 4096, 1);
}

long case_create_zero(void)
{
    return conf_gem_create(conf_fd, 0, 0);
}

long case_create_wraps(void)
{
    CHECK_INT(conf_gem_create(conf_fd, UINT64_MAX, 0), -EINVAL);
    return conf_gem_create(conf_fd, UINT64_MAX - 4094, 0);
}

long case_create_fails(void)
{
    qdalab_SetFault fault = { .kind = qdalab_FaultKind_FAULT_ALLOC, .count = 1 };
    CHECK(rig_fault(&conf_rig, &fault));
    CHECK_INT(conf_gem_create(conf_fd, 4096, 0), -ENOMEM);
    CHECK_INT(conf_gem_create(conf_fd, 4096, 0), 0);
    return conf_gem_create(conf_fd, 1ull << 32, 0); /* more than a bank's addresses */
}

long case_offset_pad(void)
{
    uint64_t offset;
    return conf_gem_mmap_offset(conf_fd, conf_some_handle(), 1, &offset);
}

long case_offset_unknown(void)
{
    uint64_t offset;
    CHECK_INT(conf_gem_mmap_offset(conf_fd, 0, 0, &offset), -ENOENT);
    CHECK_INT(conf_gem_mmap_offset(conf_fd, UINT32_MAX, 0, &offset), -ENOENT);
    return conf_gem_mmap_offset(conf_fd, 7, 0, &offset);
}

long case_offset_of_import(void)
{
    uint64_t offset;
    return conf_gem_mmap_offset(conf_fd, import_from_heap(), 0, &offset);
}

long case_mmap_not_exact(void)
{
    uint64_t offset = 0;
    CHECK_INT(conf_gem_mmap_offset(conf_fd, conf_some_handle(), 0, &offset), 0);
    CHECK_INT(conf_map_result(conf_fd, 4096, 0), -EINVAL);
    return conf_map_result(conf_fd, 4096, offset + 4096);
}

long case_mmap_longer(void)
{
    uint64_t offset = 0;
    CHECK_INT(conf_gem_mmap_offset(conf_fd, conf_some_handle(), 0, &offset), 0);
    CHECK_INT(conf_map_result(conf_fd, 4096, offset), 0); /* shorter is fine */
    return conf_map_result(conf_fd, 12288, offset);
}

long case_mmap_of_another_file(void)
{
    uint64_t offset = 0;
    CHECK_INT(conf_gem_mmap_offset(conf_fd, conf_some_handle(), 0, &offset), 0);
    int other = q_open(&conf_q, CDSP);
    long result = conf_map_result(other, 8192, offset);
    q_close(&conf_q, other);
    return result;
}

long case_mmap_of_import(void)
{
    uint64_t offset = 0;
    CHECK_INT(conf_gem_mmap_offset(conf_fd, import_from_heap(), 0, &offset), 0);
    return conf_map_result(conf_fd, 8192, offset);
}

long case_close_unknown(void)
{
    CHECK_INT(qda_gem_close(conf_q.sys, conf_fd, 0), -EINVAL);
    return qda_gem_close(conf_q.sys, conf_fd, 3);
}

/* ---- PRIME */

long case_import_bad_fd(void)
{
    uint32_t handle;
    CHECK_INT(q_import(&conf_q, conf_fd, -1, &handle), -EBADF);
    return q_import(&conf_q, conf_fd, 9999, &handle);
}

long case_import_not_a_dmabuf(void)
{
    uint32_t handle;
    int memory = conf_q.sys->ops->memfd(conf_q.sys, "plain", 4096);
    CHECK_INT(q_import(&conf_q, conf_fd, conf_fd, &handle), -EINVAL); /* an accel file */
    long result = q_import(&conf_q, conf_fd, memory, &handle);
    q_close(&conf_q, memory);
    return result;
}

long case_import_without_sg(void)
{
    uint32_t handle;
    int dmabuf = q_export(&conf_q, conf_fd, conf_some_handle());
    int adsp = q_open(&conf_q, ADSP);
    long result = q_import(&conf_q, adsp, dmabuf, &handle);
    q_close(&conf_q, adsp);
    q_close(&conf_q, dmabuf);
    return result;
}

long case_export_bad_flags(void)
{
    struct qda_drm_prime_handle arg = { .handle = conf_some_handle(), .flags = O_CLOEXEC | O_RDWR | O_APPEND, .fd = -1 };
    long result = q_ioctl(&conf_q, conf_fd, QDA_DRM_IOCTL_PRIME_HANDLE_TO_FD, &arg);
    return result;
}

long case_export_unknown(void)
{
    return q_export(&conf_q, conf_fd, 5);
}
