/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "uapi/abi.h"

/* ioctl on any descriptor: a file of the board, a dma-buf of the board, or something of the machine's own. */

int vqc_open_fd(int fd)
{
    return fd >= 0 && fcntl(fd, F_GETFD) >= 0 ? fd : -1;
}

/* Struct in, struct out: the callers' memory goes straight into and out of the socket. */
static int plain_ioctl(struct vqc_client *client, const char cookie[8], uint32_t request, uint64_t arg)
{
    uint32_t dir = QDA_IOC_DIR(request);
    uint32_t size = QDA_IOC_SIZE(request);
    struct vqc_message m = {
        .op = VQ_IOCTL,
        .arg0 = request,
        .in = { (const void *)(uintptr_t)arg },
        .in_len = { (dir & QDA_IOC_WRITE) != 0 ? size : 0 },
        .out = (void *)(uintptr_t)arg,
        .out_room = (dir & QDA_IOC_READ) != 0 ? size : 0,
    };
    for (int i = 0; i < 8; i++)
        m.cookie[i] = cookie[i];
    int64_t result = vqc_exchange(client, &m);
    if (m.out_fd >= 0)
        close(m.out_fd);
    return (int)result;
}

static int file_ioctl(struct vqc_client *client, int fd, const char cookie[8], uint32_t request, uint64_t arg)
{
    int result;
    if (!vqc_gathered_ioctl(client, cookie, request, arg, &result))
        result = plain_ioctl(client, cookie, request, arg);
    /* A server that was started anew knows nothing of this file. */
    if ((result == -EBADF || result == -ENODEV) && vqc_file_is_dead(fd))
        return -ENODEV;
    return result;
}

int vqc_client_ioctl(struct qda_sys *sys, int fd, unsigned long request, void *arg)
{
    struct vqc_client *client = vqc_client_of(sys);
    char cookie[8];
    uint64_t ino;
    if (request > UINT32_MAX)
        return -ENOTTY;
    if (vqc_cookie_known(client, fd, cookie))
        return file_ioctl(client, fd, cookie, (uint32_t)request, (uint64_t)(uintptr_t)arg);
    if (vqc_is_dmabuf(fd, &ino))
        return vqc_dmabuf_ioctl(client, fd, (uint32_t)request, (uint64_t)(uintptr_t)arg);
    return client->kernel->ops->ioctl(client->kernel, fd, request, arg);
}
