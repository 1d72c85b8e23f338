/* SPDX-License-Identifier: MIT */
#include "vqda/core/dmabuf.h"

#include "vqda/core/backing.h"
#include "vqda/core/bank.h"
#include "vqda/core/object.h"
#include "vqda/core/phys.h"
#include "vqda/quirks/quirks.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int vq_dmabuf_new(struct vq_board *board, const struct vq_dmabuf_spec *spec, struct vq_dmabuf **out)
{
    struct vq_dmabuf *dmabuf = calloc(1, sizeof(*dmabuf));
    if (!dmabuf)
        return -ENOMEM;
    dmabuf->board = board;
    dmabuf->backing = spec->backing;
    dmabuf->size = spec->size;
    dmabuf->flags = spec->flags;
    dmabuf->object = spec->object;
    dmabuf->sg = spec->sg;
    dmabuf->nents = spec->nents;
    dmabuf->refs = 1;
    snprintf(dmabuf->exp_name, sizeof(dmabuf->exp_name), "%s", spec->exporter);
    vq_list_init(&dmabuf->attachments);
    spec->backing->dmabuf = dmabuf;
    if (dmabuf->object)
        vq_object_get(dmabuf->object);
    else
        board->bytes += dmabuf->size;
    vq_list_add(&board->dmabufs, &dmabuf->link);
    board->dmabuf_count++;
    board->changes++;
    *out = dmabuf;
    return 0;
}

static void free_exporters_memory(struct vq_dmabuf *dmabuf)
{
    vq_phys_give_sg(dmabuf->board->phys, dmabuf->sg, dmabuf->nents);
    vq_backing_free(dmabuf->backing);
    dmabuf->board->bytes -= dmabuf->size;
}

void vq_dmabuf_settle(struct vq_dmabuf *dmabuf)
{
    if (dmabuf->refs > 0 || dmabuf->backing->user_dmabuf)
        return;
    struct vq_object *object = dmabuf->object;
    vq_list_del(&dmabuf->link);
    dmabuf->board->dmabuf_count--;
    dmabuf->board->changes++;
    dmabuf->backing->dmabuf = NULL;
    if (!object)
        free_exporters_memory(dmabuf);
    free(dmabuf);
    if (object)
        vq_object_put(object, &object->creator);
}

void vq_dmabuf_get(struct vq_dmabuf *dmabuf)
{
    dmabuf->refs++;
}

void vq_dmabuf_put(struct vq_dmabuf *dmabuf)
{
    dmabuf->refs--;
    vq_dmabuf_settle(dmabuf);
}

int vq_dmabuf_fd(struct vq_dmabuf *dmabuf)
{
    return vq_backing_open(dmabuf->backing, VQ_USE_DMABUF, dmabuf->flags);
}

struct vq_dmabuf *vq_dmabuf_by_ino(const struct vq_board *board, uint64_t dev, uint64_t ino)
{
    const struct vq_backing *backing = vq_backing_by_ino(board, ino);
    return backing && backing->dev == dev ? backing->dmabuf : NULL;
}

struct vq_dmabuf *vq_dmabuf_of_fd(const struct vq_board *board, int fd)
{
    struct stat st;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || (flags & VQ_DMABUF_MARK) == 0 || fstat(fd, &st) != 0)
        return NULL;
    return vq_dmabuf_by_ino(board, st.st_dev, st.st_ino);
}

static struct vq_sg *copy_sg(const struct vq_dmabuf *dmabuf)
{
    struct vq_sg *sg = malloc(dmabuf->nents * sizeof(*sg));
    if (sg)
        memcpy(sg, dmabuf->sg, dmabuf->nents * sizeof(*sg));
    return sg;
}

int vq_dmabuf_attach(struct vq_dmabuf *dmabuf, struct vq_bank *bank, const struct vq_caller *who,
                     struct vq_attachment **out)
{
    const struct vq_board *board = dmabuf->board;
    assert(dmabuf->sg != NULL);
    struct vq_attachment *attachment = calloc(1, sizeof(*attachment));
    struct vq_sg *sg = copy_sg(dmabuf);
    int err = attachment && sg ? vq_bank_map_sg(bank, who, sg, dmabuf->nents) : -ENOMEM;
    if (!err && !board->quirks[VQ_QUIRK_FIRST_SG_ONLY] && !vq_sg_contiguous(sg, dmabuf->nents)) {
        vq_bank_unmap_sg(bank, who, sg, dmabuf->nents);
        err = -EINVAL;
    }
    if (err) {
        free(sg);
        free(attachment);
        return err;
    }
    *attachment = (struct vq_attachment){ .dmabuf = dmabuf, .bank = bank, .sg = sg, .nents = dmabuf->nents };
    vq_list_add(&dmabuf->attachments, &attachment->link);
    *out = attachment;
    return 0;
}

void vq_dmabuf_detach(struct vq_attachment *attachment, const struct vq_caller *who)
{
    vq_bank_unmap_sg(attachment->bank, who, attachment->sg, attachment->nents);
    vq_list_del(&attachment->link);
    free(attachment->sg);
    free(attachment);
}

unsigned vq_dmabuf_kernel_refs(const struct vq_dmabuf *dmabuf)
{
    return dmabuf->refs;
}
