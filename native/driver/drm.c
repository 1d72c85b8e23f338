/* SPDX-License-Identifier: MIT */
#include "uapi/drm_core.h"

#include "driver/driver.h"

/* The DRM core's own calls, the same on every accel node. */

/* The core cuts a text to the room it is given, reports its whole length and writes no NUL. */
static void terminate(char *text, size_t room, uint64_t length)
{
    text[length < room ? length : room - 1] = '\0';
}

int qda_drm_version(struct qda_sys *sys, int fd, struct qda_drm_version *out)
{
    *out = (struct qda_drm_version){ 0 };
    struct qda_drm_version_arg arg = {
        .name_len = sizeof(out->name) - 1,
        .name = (uintptr_t)out->name,
        .date_len = sizeof(out->date) - 1,
        .date = (uintptr_t)out->date,
        .desc_len = sizeof(out->desc) - 1,
        .desc = (uintptr_t)out->desc,
    };
    int err = sys->ops->ioctl(sys, fd, QDA_DRM_IOCTL_VERSION, &arg);
    if (err < 0)
        return err;
    out->major = arg.version_major;
    out->minor = arg.version_minor;
    out->patch = arg.version_patchlevel;
    terminate(out->name, sizeof(out->name), arg.name_len);
    terminate(out->date, sizeof(out->date), arg.date_len);
    terminate(out->desc, sizeof(out->desc), arg.desc_len);
    return 0;
}

int qda_gem_close(struct qda_sys *sys, int fd, uint32_t handle)
{
    struct qda_drm_gem_close arg = { .handle = handle };
    return sys->ops->ioctl(sys, fd, QDA_DRM_IOCTL_GEM_CLOSE, &arg);
}

int qda_prime_export(struct qda_sys *sys, int fd, uint32_t handle, uint32_t flags, int *dmabuf)
{
    struct qda_drm_prime_handle arg = { .handle = handle, .flags = flags, .fd = -1 };
    int err = sys->ops->ioctl(sys, fd, QDA_DRM_IOCTL_PRIME_HANDLE_TO_FD, &arg);
    if (err < 0)
        return err;
    *dmabuf = arg.fd;
    return 0;
}

int qda_prime_import(struct qda_sys *sys, int fd, int dmabuf, uint32_t *handle)
{
    struct qda_drm_prime_handle arg = { .fd = dmabuf };
    int err = sys->ops->ioctl(sys, fd, QDA_DRM_IOCTL_PRIME_FD_TO_HANDLE, &arg);
    if (err < 0)
        return err;
    *handle = arg.handle;
    return 0;
}
