/* SPDX-License-Identifier: MIT */
#include "vqda/core/object.h"

#include "vqda/core/backing.h"
#include "vqda/core/bank.h"
#include "vqda/core/dmabuf.h"
#include "vqda/core/fault.h"
#include "vqda/core/iova.h"
#include "vqda/core/phys.h"
#include "vqda/dsp/message.h"
#include "vqda/quirks/quirks.h"

#include <errno.h>
#include <stdlib.h>

static struct vq_object *make(struct vq_bank *bank, const struct vq_caller *who, uint64_t size)
{
    struct vq_object *object = malloc(sizeof(*object)); /* each call makes one: calloc would cost more */
    if (!object)
        return NULL;
    *object = (struct vq_object){ .node = bank->node, .bank = bank, .creator = *who, .size = size, .refs = 1 };
    vq_list_init(&object->by_offset);
    return object;
}

static void set_address(struct vq_object *object, uint64_t iova)
{
    object->iova = iova;
    object->dma = iova + ((uint64_t)object->bank->sid << 32);
}

static void enlist(struct vq_object *object)
{
    struct vq_board *board = object->node->board;
    vq_list_add(&board->objects, &object->link);
    board->object_count++;
}

int vq_object_new(struct vq_bank *bank, const struct vq_caller *who, uint64_t size, struct vq_object **out)
{
    struct vq_board *board = bank->node->board;
    uint64_t iova;
    struct vq_object *object = make(bank, who, (size + VQ_PAGE - 1) & ~(VQ_PAGE - 1));
    if (!object)
        return -ENOMEM;
    if (vq_fault_hit(board, VQ_FAULT_ALLOC, bank->node->dsp) || vq_bank_alloc(bank, who, object->size, &iova) != 0) {
        free(object);
        return -ENOMEM;
    }
    set_address(object, iova);
    enlist(object);
    board->bytes += object->size;
    *out = object;
    return 0;
}

int vq_object_import(struct vq_bank *bank, const struct vq_caller *who, struct vq_dmabuf *dmabuf,
                     struct vq_object **out)
{
    struct vq_object *object = make(bank, who, (dmabuf->size + VQ_PAGE - 1) & ~(VQ_PAGE - 1));
    if (!object)
        return -ENOMEM;
    int err = vq_dmabuf_attach(dmabuf, bank, who, &object->attachment);
    if (err) {
        free(object);
        return err;
    }
    vq_dmabuf_get(dmabuf);
    set_address(object, object->attachment->sg[0].dma); /* v1 and RFC: whatever comes in the other segments */
    enlist(object);
    *out = object;
    return 0;
}

void vq_object_get(struct vq_object *object)
{
    object->refs++;
}

/* Its pieces are no longer translated; neighbours are told of as one. */
static void tell_dsp(struct vq_bank *bank, const struct vq_attachment *attachment)
{
    uint64_t first = 0, size = 0;
    for (size_t i = 0; i < attachment->nents && attachment->sg[i].dma_len > 0; i++) {
        const struct vq_sg *segment = &attachment->sg[i];
        if (size > 0 && first + size != segment->dma) {
            vq_dsp_unmapped(bank, first, size);
            size = 0;
        }
        first = size > 0 ? first : segment->dma;
        size += segment->dma_len;
    }
    vq_dsp_unmapped(bank, first, size);
}

static void free_import(struct vq_object *object, const struct vq_caller *who)
{
    struct vq_dmabuf *dmabuf = object->attachment->dmabuf;
    tell_dsp(object->bank, object->attachment);
    vq_dmabuf_detach(object->attachment, who);
    vq_dmabuf_put(dmabuf);
}

static void free_own_memory(struct vq_object *object, const struct vq_caller *who)
{
    struct vq_board *board = object->node->board;
    if (!object->message)
        vq_dsp_unmapped(object->bank, object->iova, object->size);
    if (object->backing)
        vq_backing_free(object->backing);
    if (object->sg)
        vq_phys_give_sg(board->phys, object->sg, object->nents);
    board->bytes -= object->size;
    vq_bank_release(object->bank, who, object->iova, object->size);
}

void vq_object_put(struct vq_object *object, const struct vq_caller *who)
{
    if (--object->refs > 0)
        return;
    struct vq_caller for_whom = *who; /* may be the object's own creator */
    struct vq_board *board = object->node->board;
    vq_list_del(&object->link);
    vq_list_del(&object->by_offset);
    board->object_count--;
    if (object->offset)
        vq_ranges_give(&object->node->offsets, object->offset / VQ_PAGE, object->size / VQ_PAGE);
    if (object->attachment)
        free_import(object, &for_whom);
    else
        free_own_memory(object, &for_whom);
    free(object);
}

int vq_object_back(struct vq_object *object)
{
    if (object->backing)
        return 0;
    int err = vq_backing_new(object->node->board, "drm", object->size, &object->backing);
    if (err)
        return err;
    object->backing->object = object;
    return 0;
}

int vq_object_scatter(struct vq_object *object)
{
    if (object->sg)
        return 0;
    return vq_phys_scatter(object->node->board->phys, object->size, false, &object->sg, &object->nents);
}

void vq_object_mapped(struct vq_object *object)
{
    if (object->mapped)
        return;
    object->mapped = true;
    vq_object_get(object);
}

void vq_object_unmapped(struct vq_object *object)
{
    if (object->node->board->quirks[VQ_QUIRK_MMAP_PINS_OBJECT]) {
        object->pinned = true; /* and the reference stays */
        return;
    }
    object->mapped = false;
    vq_object_put(object, &object->creator);
}

void vq_object_mapped_by_dmabuf(struct vq_object *object)
{
    if (!object->node->board->quirks[VQ_QUIRK_MMAP_PINS_OBJECT])
        return;
    vq_object_mapped(object);
    object->pinned = true;
}

int vq_object_offset(struct vq_object *object, uint64_t *offset)
{
    struct vq_node *node = object->node;
    if (object->offset == 0) {
        uint64_t page;
        if (vq_ranges_take_bottom(&node->offsets, object->size / VQ_PAGE, &page) != 0)
            return -ENOMEM;
        object->offset = page * VQ_PAGE;
        vq_list_add(&node->by_offset[page % VQ_OFFSET_HASH], &object->by_offset);
    }
    *offset = object->offset;
    return 0;
}

struct vq_object *vq_object_at_offset(const struct vq_node *node, uint64_t offset)
{
    const struct vq_list *head = &node->by_offset[offset / VQ_PAGE % VQ_OFFSET_HASH];
    for (struct vq_list *at = head->next; at != head; at = at->next) {
        struct vq_object *object = VQ_OF(at, struct vq_object, by_offset);
        if (object->offset == offset)
            return object;
    }
    return NULL;
}
