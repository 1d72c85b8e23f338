/* SPDX-License-Identifier: MIT */
#include "vqda/core/call.h"

#include "uapi/drm_core.h"
#include "uapi/errnos.h"
#include "uapi/qda_rfc.h"
#include "uapi/qda_v1.h"
#include "vqda/core/abi.h"
#include "vqda/core/dmabuf.h"
#include "vqda/core/handle.h"
#include "vqda/core/prime.h"

#include <errno.h>
#include <string.h>

static int64_t drm_version(struct vq_call *call)
{
    struct qda_drm_version_arg *version = call->arg;
    static const char name[] = QDA_DRM_DRIVER_NAME, date[] = "0", desc[] = QDA_DRM_DRIVER_DESC;
    version->version_major = version->version_minor = version->version_patchlevel = 0;
    version->name_len = strlen(name);
    version->date_len = strlen(date);
    version->desc_len = strlen(desc);
    char *at = call->extra_out;
    memcpy(at, name, strlen(name));
    memcpy(at + strlen(name), date, strlen(date));
    memcpy(at + strlen(name) + strlen(date), desc, strlen(desc));
    call->extra_out_len = strlen(name) + strlen(date) + strlen(desc);
    return 0;
}

/* Capabilities of a driver with GEM and without modesetting (general kernel knowledge). */
static int64_t drm_get_cap(struct vq_call *call)
{
    enum { CAP_TIMESTAMP_MONOTONIC = 6, CAP_SYNCOBJ = 19, CAP_SYNCOBJ_TIMELINE = 20 };
    struct qda_drm_get_cap *cap = call->arg;
    cap->value = 0;
    switch (cap->capability) {
    case QDA_DRM_CAP_PRIME:
        cap->value = QDA_DRM_PRIME_CAP_IMPORT | QDA_DRM_PRIME_CAP_EXPORT;
        return 0;
    case CAP_TIMESTAMP_MONOTONIC:
        cap->value = 1;
        return 0;
    case CAP_SYNCOBJ:
    case CAP_SYNCOBJ_TIMELINE:
        return 0;
    default:
        return -EOPNOTSUPP;
    }
}

static int64_t drm_gem_close(struct vq_call *call)
{
    const struct qda_drm_gem_close *arg = call->arg;
    if (vq_handle_delete(call->file, &call->who, arg->handle) != 0)
        return qda_errno(call->board->generation, QDA_CALL_GEM_CLOSE, QDA_COND_UNKNOWN_HANDLE);
    return 0;
}

static int64_t drm_handle_to_fd(struct vq_call *call)
{
    const struct qda_drm_prime_handle *arg = call->arg;
    if (arg->flags & ~(QDA_DRM_CLOEXEC | QDA_DRM_RDWR))
        return qda_errno(call->board->generation, QDA_CALL_PRIME_EXPORT, QDA_COND_BAD_FLAGS);
    int fd = vq_prime_export(call->file, arg->handle, arg->flags);
    if (fd < 0)
        return fd;
    call->fd_out = fd;
    return 0;
}

static int64_t drm_fd_to_handle(struct vq_call *call)
{
    struct qda_drm_prime_handle *arg = call->arg;
    unsigned generation = call->board->generation;
    if (call->fd_count == 0)
        return qda_errno(generation, QDA_CALL_PRIME_IMPORT, QDA_COND_BAD_FD);
    struct vq_dmabuf *dmabuf = vq_dmabuf_of_fd(call->board, call->fds[0]);
    if (!dmabuf)
        return qda_errno(generation, QDA_CALL_PRIME_IMPORT, QDA_COND_NOT_A_DMABUF);
    int err = vq_prime_import(call->file, &call->who, dmabuf, &arg->handle);
    if (!err)
        vq_prime_set_hidden(call->file, arg->handle, false);
    return err;
}

/* Found by number (the low byte) only, as the DRM core does; direction and size of the caller's request may differ. */
static const struct vq_command commands[] = {
    { QDA_DRM_IOCTL_VERSION, "VERSION", drm_version },
    { QDA_DRM_IOCTL_GET_CAP, "GET_CAP", drm_get_cap },
    { QDA_DRM_IOCTL_GEM_CLOSE, "GEM_CLOSE", drm_gem_close },
    { QDA_DRM_IOCTL_PRIME_HANDLE_TO_FD, "PRIME_HANDLE_TO_FD", drm_handle_to_fd },
    { QDA_DRM_IOCTL_PRIME_FD_TO_HANDLE, "PRIME_FD_TO_HANDLE", drm_fd_to_handle },
    { QDA_V1_IOCTL_QUERY, "QUERY", vq_gem_query },
    { QDA_V1_IOCTL_GEM_CREATE, "GEM_CREATE", vq_gem_create },
    { QDA_V1_IOCTL_GEM_MMAP_OFFSET, "GEM_MMAP_OFFSET", vq_gem_mmap_offset },
    { QDA_RFC_IOCTL_INIT_ATTACH, "INIT_ATTACH", vq_session_attach },
    { QDA_V1_IOCTL_REMOTE_SESSION_CREATE, "SESSION_CREATE", vq_session_create },
    { QDA_V1_IOCTL_REMOTE_MAP, "MAP", vq_remote_map },
    { QDA_V1_IOCTL_REMOTE_MUNMAP, "MUNMAP", vq_remote_munmap },
    { QDA_V1_IOCTL_REMOTE_INVOKE, "INVOKE", vq_remote_invoke },
};

const struct vq_command *vq_drm_command(const struct vq_file *file, uint32_t request)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (QDA_IOC_NR(commands[i].request) != QDA_IOC_NR(request))
            continue;
        if (commands[i].fn == vq_session_attach && !vq_abi_of(file->board->generation)->has_attach)
            return NULL;
        return &commands[i];
    }
    return NULL;
}
