/* SPDX-License-Identifier: MIT */
#include "vqda/exporters/exporters.h"

#include "uapi/errnos.h"
#include "uapi/udmabuf.h"
#include "vqda/core/backing.h"
#include "vqda/core/dmabuf.h"
#include "vqda/core/phys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

/*
 * The dma-buf is the caller's memfd itself, so it has the memfd's inode, and covers it from its start to its end: known
 * differences. A part of a memfd, a list, and a second udmabuf of one memfd are refused (EOPNOTSUPP, EBUSY).
 */
static int check_memfd(const struct vq_call *call, int fd, struct stat *st)
{
    unsigned generation = call->board->generation;
    int seals = fcntl(fd, F_GET_SEALS);
    if (seals < 0 || vq_dmabuf_of_fd(call->board, fd))
        return qda_errno(generation, QDA_CALL_UDMABUF_CREATE, QDA_COND_NOT_A_MEMFD);
    if ((seals & F_SEAL_SHRINK) == 0)
        return qda_errno(generation, QDA_CALL_UDMABUF_CREATE, QDA_COND_SEAL_MISSING);
    if (seals & F_SEAL_WRITE)
        return qda_errno(generation, QDA_CALL_UDMABUF_CREATE, QDA_COND_SEAL_WRITE);
    return fstat(fd, st) == 0 ? 0 : -errno;
}

static int check(const struct vq_call *call, const struct qda_udmabuf_create *arg)
{
    unsigned generation = call->board->generation;
    struct stat st;
    if (arg->flags & ~QDA_UDMABUF_CLOEXEC)
        return -EINVAL;
    if (arg->offset % VQ_PAGE != 0 || arg->size % VQ_PAGE != 0)
        return qda_errno(generation, QDA_CALL_UDMABUF_CREATE, QDA_COND_UNALIGNED);
    if (arg->size == 0 || arg->size > (uint64_t)QDA_UDMABUF_SIZE_LIMIT_MB << 20)
        return -EINVAL;
    if (call->fd_count == 0)
        return qda_errno(generation, QDA_CALL_UDMABUF_CREATE, QDA_COND_NOT_A_MEMFD);
    int err = check_memfd(call, call->fds[0], &st);
    if (err)
        return err;
    if (arg->offset != 0 || arg->size != (uint64_t)st.st_size)
        return -EOPNOTSUPP;
    return vq_backing_by_ino(call->board, st.st_ino) ? -EBUSY : 0;
}

static int64_t create(struct vq_call *call)
{
    const struct qda_udmabuf_create *arg = call->arg;
    int err = check(call, arg);
    if (err)
        return err;
    struct vq_dmabuf_spec spec = { .exporter = "udmabuf", .size = arg->size, .flags = O_RDWR };
    struct vq_phys *phys = call->board->phys;
    err = vq_phys_scatter(phys, arg->size, true, &spec.sg, &spec.nents);
    if (err)
        return err;
    err = vq_backing_adopt(call->board, call->fds[0], &spec.backing);
    if (err)
        goto give_frames;
    struct vq_dmabuf *dmabuf;
    err = vq_dmabuf_new(call->board, &spec, &dmabuf);
    if (err)
        goto free_backing;
    call->fd_out = vq_dmabuf_fd(dmabuf);
    err = call->fd_out < 0 ? call->fd_out : 0;
    vq_dmabuf_put(dmabuf); /* from here on the client's descriptor keeps it */
    return err;

free_backing:
    vq_backing_free(spec.backing);
give_frames:
    vq_phys_give_sg(phys, spec.sg, spec.nents);
    return err;
}

static int64_t create_list(struct vq_call *call)
{
    const struct qda_udmabuf_create_list *arg = call->arg;
    return arg->count == 0 || arg->count > QDA_UDMABUF_LIST_LIMIT ? -EINVAL : -EOPNOTSUPP;
}

const struct vq_command *vq_udmabuf_command(uint32_t request)
{
    static const struct vq_command commands[] = {
        { QDA_UDMABUF_IOCTL_CREATE, "UDMABUF_CREATE", create },
        { QDA_UDMABUF_IOCTL_CREATE_LIST, "UDMABUF_CREATE_LIST", create_list },
    };
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (commands[i].request == request)
            return &commands[i];
    }
    return NULL;
}
