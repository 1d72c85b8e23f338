/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "uapi/dma_buf.h"
#include "vqda/core/board.h"

/* Descriptors of dma-bufs: memfds that carry the board's mark. Their memory is mapped directly. */

bool vqc_is_dmabuf(int fd, uint64_t *ino)
{
    struct stat st;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || (flags & VQ_DMABUF_MARK) == 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return false;
    *ino = st.st_ino;
    return true;
}

/* The name's bytes with the NUL, at most VQ's 32; -EINVAL if none of them is NUL, as the kernel's strndup_user. */
static int copy_name(uint64_t user, char name[QDA_DMA_BUF_NAME_LEN], size_t *len)
{
    for (size_t i = 0; i < QDA_DMA_BUF_NAME_LEN; i++) {
        if (vqc_copy_in(name + i, user + i, 1) < 0)
            return -EFAULT;
        if (name[i] == '\0') {
            *len = i + 1;
            return 0;
        }
    }
    return -EINVAL;
}

static int64_t ask(struct vqc_client *client, uint32_t request, uint64_t ino, const void *data, size_t len)
{
    struct vqc_message m = { .op = VQ_DMABUF, .arg0 = request, .arg1 = ino, .in = { data }, .in_len = { len } };
    return vqc_exchange(client, &m);
}

int vqc_dmabuf_ioctl(struct vqc_client *client, int fd, uint32_t request, uint64_t arg)
{
    uint64_t ino = 0;
    char name[QDA_DMA_BUF_NAME_LEN];
    size_t len;
    int err;
    if (!vqc_is_dmabuf(fd, &ino))
        return -ENOTTY;
    switch (request) {
    case QDA_DMA_BUF_IOCTL_SYNC:
        return (int)ask(client, request, ino, (const void *)(uintptr_t)arg, sizeof(struct qda_dma_buf_sync));
    case QDA_DMA_BUF_IOCTL_SET_NAME_A:
    case QDA_DMA_BUF_IOCTL_SET_NAME_B:
        err = copy_name(arg, name, &len);
        if (err == 0)
            err = (int)ask(client, request, ino, name, len);
        vqc_table_outdated(client);
        return err;
    default:
        return -ENOTTY;
    }
}

static void *map_file(struct vqc_client *client, const char cookie[8], const struct vq_dmabuf_mmap *how, int prot,
                      int flags, int *err)
{
    struct vqc_message m = { .op = VQ_MMAP, .arg0 = how->length, .arg1 = how->offset };
    memcpy(m.cookie, cookie, sizeof(m.cookie));
    int64_t result = vqc_exchange(client, &m);
    void *addr = NULL;
    *err = result < 0 ? (int)result : -EPROTO;
    if (result >= 0 && m.out_fd >= 0)
        addr = client->kernel->ops->mmap(client->kernel, how->length, prot, flags, m.out_fd, 0, err);
    if (m.out_fd >= 0)
        client->kernel->ops->close(client->kernel, m.out_fd);
    return addr;
}

/* The kernel refuses it before the exporter hears of it. */
static bool may_not_map(int fd, int prot, int flags)
{
    return (flags & MAP_TYPE) != MAP_PRIVATE && (prot & PROT_WRITE) && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY;
}

/* Bounds and the generation's own rule for offsets are the exporter's to say, who takes the buffer for mapped then. */
static int64_t offset_in_dmabuf(struct vqc_client *client, uint64_t ino, const struct vq_dmabuf_mmap *how)
{
    return ask(client, VQ_DMABUF_MMAP, ino, how, sizeof(*how));
}

static void *map_any(struct vqc_client *client, size_t len, int prot, int flags, int fd, uint64_t offset, int *err)
{
    struct vq_dmabuf_mmap how = { .length = len, .offset = offset, .shared = (flags & MAP_TYPE) != MAP_PRIVATE };
    char cookie[8];
    uint64_t ino;
    if ((flags & MAP_ANONYMOUS) == 0 && vqc_cookie_of(fd, cookie)) {
        void *addr = map_file(client, cookie, &how, prot, flags, err);
        if (addr == NULL && *err == -EBADF && vqc_file_is_dead(fd))
            *err = -ENODEV;
        return addr;
    }
    if ((flags & MAP_ANONYMOUS) == 0 && vqc_is_dmabuf(fd, &ino)) {
        int64_t at = may_not_map(fd, prot, flags) ? -EACCES : offset_in_dmabuf(client, ino, &how);
        if (at < 0 && at != -ENOTTY) { /* ENOTTY: another board's */
            *err = (int)at;
            return NULL;
        }
        offset = at < 0 ? offset : (uint64_t)at;
    }
    return client->kernel->ops->mmap(client->kernel, len, prot, flags, fd, offset, err);
}

void *vqc_client_mmap(struct qda_sys *sys, size_t len, int prot, int flags, int fd, uint64_t offset, int *err)
{
    struct vqc_client *client = vqc_client_of(sys);
    void *addr = map_any(client, len, prot, flags, fd, offset, err);
    if (addr != NULL)
        vqc_mapping_added(client, addr, len);
    return addr;
}
