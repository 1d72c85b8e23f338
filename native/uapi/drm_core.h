/* SPDX-License-Identifier: MIT */
#ifndef QDA_UAPI_DRM_CORE_H
#define QDA_UAPI_DRM_CORE_H

#include "uapi/abi.h"

/*
 * The ioctls of the DRM core that work on every accel node. Source: the kernel's stable DRM ABI. Layouts for LP64.
 */

/* Nodes: /dev/accel/accelN, character devices. A node is recognised by its driver's name, never by this number. */
#define QDA_ACCEL_MAJOR 261u
#define QDA_ACCEL_MINORS 256u
#define QDA_DRM_DRIVER_NAME "qda"
#define QDA_DRM_DRIVER_DESC "Qualcomm DSP Accelerator Driver"

/* Driver commands start here: number = base + command. */
#define QDA_DRM_COMMAND_BASE 0x40u

/* VERSION: called twice, first with lengths 0 to learn them. */
struct qda_drm_version_arg {
    int32_t version_major;
    int32_t version_minor;
    int32_t version_patchlevel;
    uint32_t hole;
    uint64_t name_len; /* in: bytes at `name`; out: length of the whole text, which is not NUL-terminated */
    uint64_t name;     /* user pointer */
    uint64_t date_len;
    uint64_t date;
    uint64_t desc_len;
    uint64_t desc;
};
QDA_ABI_SIZE(struct qda_drm_version_arg, 64);
QDA_ABI_AT(struct qda_drm_version_arg, version_major, 0, 4);
QDA_ABI_AT(struct qda_drm_version_arg, version_minor, 4, 4);
QDA_ABI_AT(struct qda_drm_version_arg, version_patchlevel, 8, 4);
QDA_ABI_AT(struct qda_drm_version_arg, name_len, 16, 8);
QDA_ABI_AT(struct qda_drm_version_arg, name, 24, 8);
QDA_ABI_AT(struct qda_drm_version_arg, date_len, 32, 8);
QDA_ABI_AT(struct qda_drm_version_arg, date, 40, 8);
QDA_ABI_AT(struct qda_drm_version_arg, desc_len, 48, 8);
QDA_ABI_AT(struct qda_drm_version_arg, desc, 56, 8);

/* GET_UNIQUE: the device's bus name. */
struct qda_drm_unique {
    uint64_t unique_len; /* in: bytes at `unique`; out: length of the text */
    uint64_t unique;     /* user pointer */
};
QDA_ABI_SIZE(struct qda_drm_unique, 16);

/* GEM_CLOSE */
struct qda_drm_gem_close {
    uint32_t handle;
    uint32_t pad;
};
QDA_ABI_SIZE(struct qda_drm_gem_close, 8);
QDA_ABI_AT(struct qda_drm_gem_close, handle, 0, 4);
QDA_ABI_AT(struct qda_drm_gem_close, pad, 4, 4);

/* GET_CAP */
struct qda_drm_get_cap {
    uint64_t capability; /* QDA_DRM_CAP_* */
    uint64_t value;      /* out */
};
QDA_ABI_SIZE(struct qda_drm_get_cap, 16);
QDA_ABI_AT(struct qda_drm_get_cap, capability, 0, 8);
QDA_ABI_AT(struct qda_drm_get_cap, value, 8, 8);

#define QDA_DRM_CAP_PRIME 5u
#define QDA_DRM_PRIME_CAP_IMPORT 1u
#define QDA_DRM_PRIME_CAP_EXPORT 2u

/* PRIME_HANDLE_TO_FD and PRIME_FD_TO_HANDLE */
struct qda_drm_prime_handle {
    uint32_t handle;
    uint32_t flags; /* export: QDA_DRM_CLOEXEC | QDA_DRM_RDWR, else EINVAL; import: ignored */
    int32_t fd;
};
QDA_ABI_SIZE(struct qda_drm_prime_handle, 12);
QDA_ABI_AT(struct qda_drm_prime_handle, handle, 0, 4);
QDA_ABI_AT(struct qda_drm_prime_handle, flags, 4, 4);
QDA_ABI_AT(struct qda_drm_prime_handle, fd, 8, 4);

/* O_CLOEXEC and O_RDWR, the only flags of an export. */
#define QDA_DRM_CLOEXEC 0x80000u
#define QDA_DRM_RDWR 2u

#define QDA_DRM_IOCTL_VERSION QDA_IOWR('d', 0x00, struct qda_drm_version_arg)
#define QDA_DRM_IOCTL_GET_UNIQUE QDA_IOWR('d', 0x01, struct qda_drm_unique)
#define QDA_DRM_IOCTL_GEM_CLOSE QDA_IOW('d', 0x09, struct qda_drm_gem_close)
#define QDA_DRM_IOCTL_GET_CAP QDA_IOWR('d', 0x0c, struct qda_drm_get_cap)
#define QDA_DRM_IOCTL_PRIME_HANDLE_TO_FD QDA_IOWR('d', 0x2d, struct qda_drm_prime_handle)
#define QDA_DRM_IOCTL_PRIME_FD_TO_HANDLE QDA_IOWR('d', 0x2e, struct qda_drm_prime_handle)
QDA_ABI_VALUE(QDA_DRM_IOCTL_VERSION, 0xc0406400u);
QDA_ABI_VALUE(QDA_DRM_IOCTL_GET_UNIQUE, 0xc0106401u);
QDA_ABI_VALUE(QDA_DRM_IOCTL_GEM_CLOSE, 0x40086409u);
QDA_ABI_VALUE(QDA_DRM_IOCTL_GET_CAP, 0xc010640cu);
QDA_ABI_VALUE(QDA_DRM_IOCTL_PRIME_HANDLE_TO_FD, 0xc00c642du);
QDA_ABI_VALUE(QDA_DRM_IOCTL_PRIME_FD_TO_HANDLE, 0xc00c642eu);

#endif
