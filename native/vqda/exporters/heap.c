/* SPDX-License-Identifier: MIT */
#include "vqda/exporters/exporters.h"

#include "uapi/dma_heap.h"
#include "uapi/errnos.h"
#include "vqda/core/backing.h"
#include "vqda/core/dmabuf.h"
#include "vqda/core/phys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static const char *heap_of(const char *path)
{
    static const char *const heaps[] = { VQ_HEAP_SYSTEM, VQ_HEAP_CMA };
    size_t folder = strlen(VQ_HEAP_FOLDER);
    if (strncmp(path, VQ_HEAP_FOLDER, folder) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof(heaps) / sizeof(heaps[0]); i++) {
        if (strcmp(path + folder, heaps[i]) == 0)
            return heaps[i];
    }
    return NULL;
}

bool vq_heap_exists(const char *path)
{
    return heap_of(path) != NULL;
}

/* One piece of the CMA area. */
static int one_piece(struct vq_phys *phys, uint64_t size, struct vq_sg **out, size_t *nents)
{
    struct vq_sg *sg = calloc(1, sizeof(*sg));
    if (!sg)
        return -ENOMEM;
    sg->len = size;
    if (vq_phys_piece(phys, true, size, &sg->phys) != 0) {
        free(sg);
        return -ENOMEM;
    }
    *out = sg;
    *nents = 1;
    return 0;
}

static int make_dmabuf(struct vq_board *board, struct vq_dmabuf_spec *spec, struct vq_dmabuf **out)
{
    bool cma = strcmp(spec->exporter, VQ_HEAP_CMA) == 0;
    int err = cma ? one_piece(board->phys, spec->size, &spec->sg, &spec->nents)
                  : vq_phys_scatter(board->phys, spec->size, false, &spec->sg, &spec->nents);
    if (err)
        return err;
    err = vq_backing_new(board, spec->exporter, spec->size, &spec->backing);
    if (err)
        goto give_frames;
    err = vq_dmabuf_new(board, spec, out);
    if (err)
        goto free_backing;
    return 0;

free_backing:
    vq_backing_free(spec->backing);
give_frames:
    vq_phys_give_sg(board->phys, spec->sg, spec->nents);
    return err;
}

static int check(unsigned generation, const struct qda_dma_heap_allocation *arg)
{
    if (arg->fd != 0)
        return qda_errno(generation, QDA_CALL_HEAP_ALLOC, QDA_COND_FD_NONZERO);
    if (arg->fd_flags & ~QDA_DMA_HEAP_VALID_FD_FLAGS)
        return qda_errno(generation, QDA_CALL_HEAP_ALLOC, QDA_COND_BAD_FLAGS);
    if (arg->heap_flags != 0)
        return qda_errno(generation, QDA_CALL_HEAP_ALLOC, QDA_COND_HEAP_FLAGS);
    if (arg->len == 0 || arg->len + VQ_PAGE - 1 < arg->len)
        return qda_errno(generation, QDA_CALL_HEAP_ALLOC, QDA_COND_SIZE_ZERO);
    return 0;
}

static int64_t alloc(struct vq_call *call)
{
    struct qda_dma_heap_allocation *arg = call->arg;
    int err = check(call->board->generation, arg);
    if (err)
        return err;
    struct vq_dmabuf_spec spec = {
        .exporter = heap_of(call->file->path),
        .size = (arg->len + VQ_PAGE - 1) & ~(VQ_PAGE - 1),
        .flags = arg->fd_flags & O_ACCMODE,
    };
    struct vq_dmabuf *dmabuf;
    err = make_dmabuf(call->board, &spec, &dmabuf);
    if (err)
        return err;
    call->fd_out = vq_dmabuf_fd(dmabuf);
    err = call->fd_out < 0 ? call->fd_out : 0;
    vq_dmabuf_put(dmabuf); /* from here on the client's descriptor keeps it */
    return err;
}

const struct vq_command *vq_heap_command(uint32_t request)
{
    static const struct vq_command command = { QDA_DMA_HEAP_IOCTL_ALLOC, "DMA_HEAP_IOCTL_ALLOC", alloc };
    return request == command.request ? &command : NULL;
}
