/* SPDX-License-Identifier: MIT */
#include "vqda/core/prime.h"

#include "uapi/errnos.h"
#include "vqda/core/bank.h"
#include "vqda/core/dmabuf.h"
#include "vqda/core/fault.h"
#include "vqda/core/handle.h"
#include "vqda/core/object.h"
#include "vqda/quirks/quirks.h"

#include <errno.h>
#include <stdlib.h>

void vq_prime_init(struct vq_file *file)
{
    vq_list_init(&file->prime);
    for (size_t i = 0; i < VQ_PRIME_HASH; i++) {
        vq_list_init(&file->prime_by_dmabuf[i]);
        vq_list_init(&file->prime_by_handle[i]);
    }
}

static size_t bucket_of_dmabuf(const struct vq_dmabuf *dmabuf)
{
    return dmabuf->backing->ino % VQ_PRIME_HASH;
}

static struct vq_prime_entry *find(const struct vq_file *file, const struct vq_dmabuf *dmabuf)
{
    const struct vq_list *head = &file->prime_by_dmabuf[bucket_of_dmabuf(dmabuf)];
    for (struct vq_list *at = head->next; at != head; at = at->next) {
        struct vq_prime_entry *entry = VQ_OF(at, struct vq_prime_entry, by_dmabuf);
        if (entry->dmabuf == dmabuf)
            return entry;
    }
    return NULL;
}

static struct vq_prime_entry *find_handle(const struct vq_file *file, uint32_t handle)
{
    const struct vq_list *head = &file->prime_by_handle[handle % VQ_PRIME_HASH];
    for (struct vq_list *at = head->next; at != head; at = at->next) {
        struct vq_prime_entry *entry = VQ_OF(at, struct vq_prime_entry, by_handle);
        if (entry->handle == handle)
            return entry;
    }
    return NULL;
}

static int remember(struct vq_file *file, struct vq_dmabuf *dmabuf, uint32_t handle)
{
    struct vq_prime_entry *entry = calloc(1, sizeof(*entry));
    if (!entry)
        return -ENOMEM;
    entry->dmabuf = dmabuf;
    entry->handle = handle;
    vq_dmabuf_get(dmabuf);
    vq_list_add(&file->prime, &entry->link);
    vq_list_add(&file->prime_by_dmabuf[bucket_of_dmabuf(dmabuf)], &entry->by_dmabuf);
    vq_list_add(&file->prime_by_handle[handle % VQ_PRIME_HASH], &entry->by_handle);
    return 0;
}

void vq_prime_set_hidden(struct vq_file *file, uint32_t handle, bool hidden)
{
    struct vq_prime_entry *entry = find_handle(file, handle);
    if (entry)
        entry->hidden = hidden;
}

void vq_prime_forget(struct vq_file *file, uint32_t handle)
{
    struct vq_prime_entry *entry = find_handle(file, handle);
    if (!entry)
        return;
    vq_list_del(&entry->link);
    vq_list_del(&entry->by_dmabuf);
    vq_list_del(&entry->by_handle);
    vq_dmabuf_put(entry->dmabuf);
    free(entry);
}

static int failure(const struct vq_file *file, enum qda_condition condition)
{
    return qda_errno(file->board->generation, QDA_CALL_PRIME_IMPORT, condition);
}

/* What the importing driver maps into its own bank. */
static int import_mapped(struct vq_file *file, const struct vq_caller *who, struct vq_dmabuf *dmabuf,
                         struct vq_object **out)
{
    struct vq_bank *bank = vq_bank_assign(file);
    if (!bank)
        return failure(file, QDA_COND_NO_BANK);
    bool foreign = !dmabuf->object || dmabuf->object->node != file->node;
    bool hidden = foreign && dmabuf->object && file->board->quirks[VQ_QUIRK_EXPORT_WITHOUT_SG];
    if (hidden || (foreign && vq_fault_hit(file->board, VQ_FAULT_FOREIGN_IMPORT, file->node->dsp)))
        return failure(file, QDA_COND_EXPORTER_WITHOUT_SG);
    if (dmabuf->object) {
        if (vq_object_scatter(dmabuf->object) != 0)
            return -ENOMEM;
        dmabuf->sg = dmabuf->object->sg;
        dmabuf->nents = dmabuf->object->nents;
    }
    return vq_object_import(bank, who, dmabuf, out);
}

/* A buffer that this very node exported: the object itself, at the address it has in its exporter's bank. */
static bool is_own(const struct vq_file *file, const struct vq_dmabuf *dmabuf)
{
    const struct vq_object *object = dmabuf->object;
    if (!object || object->node != file->node)
        return false;
    return file->board->quirks[VQ_QUIRK_SELF_IMPORT_KEEPS_ADDRESS] || object->bank == file->bank;
}

static int get_object(struct vq_file *file, const struct vq_caller *who, struct vq_dmabuf *dmabuf,
                      struct vq_object **out)
{
    if (!is_own(file, dmabuf))
        return import_mapped(file, who, dmabuf, out);
    vq_object_get(dmabuf->object);
    *out = dmabuf->object;
    return 0;
}

static int add_handle(struct vq_file *file, const struct vq_caller *who, struct vq_object *object,
                      struct vq_dmabuf *dmabuf, uint32_t *handle)
{
    int err = vq_handle_create(file, object, handle);
    if (err)
        return err;
    if (!object->dmabuf) {
        object->dmabuf = dmabuf;
        vq_dmabuf_get(dmabuf);
    }
    err = remember(file, dmabuf, *handle);
    if (err)
        vq_handle_delete(file, who, *handle);
    return err;
}

int vq_prime_import(struct vq_file *file, const struct vq_caller *who, struct vq_dmabuf *dmabuf, uint32_t *handle)
{
    const struct vq_prime_entry *known = find(file, dmabuf);
    if (known) {
        *handle = known->handle;
        return 0;
    }
    struct vq_object *object;
    int err = get_object(file, who, dmabuf, &object);
    if (err)
        return err;
    err = add_handle(file, who, object, dmabuf, handle);
    vq_object_put(object, who);
    return err;
}

/* The dma-buf of the object, made now if there is none. */
static int exported(struct vq_object *object, uint32_t flags, struct vq_dmabuf **out)
{
    if (object->dmabuf) {
        *out = object->dmabuf;
        return 0;
    }
    int err = vq_object_back(object);
    if (err)
        return err;
    struct vq_dmabuf_spec spec = {
        .exporter = "drm", .backing = object->backing, .object = object, .size = object->size, .flags = flags,
    };
    err = vq_dmabuf_new(object->node->board, &spec, out);
    if (!err)
        object->dmabuf = *out; /* its first reference is the object's export cache */
    return err;
}

int vq_prime_export(struct vq_file *file, uint32_t handle, uint32_t flags)
{
    struct vq_object *object = vq_handle_lookup(file, handle);
    if (!object)
        return qda_errno(file->board->generation, QDA_CALL_PRIME_EXPORT, QDA_COND_UNKNOWN_HANDLE);
    struct vq_dmabuf *dmabuf;
    int err = exported(object, flags, &dmabuf);
    if (!err && !find(file, dmabuf))
        err = remember(file, dmabuf, handle);
    return err ? err : vq_dmabuf_fd(dmabuf);
}
