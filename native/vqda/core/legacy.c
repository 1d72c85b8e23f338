/* SPDX-License-Identifier: MIT */
#include "vqda/core/legacy.h"

#include "uapi/fastrpc.h"
#include "vqda/core/fault.h"
#include "vqda/core/object.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(VQ_SLOTS == QDA_FASTRPC_SESSIONS && VQ_ATTRIBUTES == QDA_FASTRPC_ATTRIBUTES, "one bound");

void vq_legacy_name_node(struct vq_node *node, const struct vq_legacy_dsp *dsp)
{
    snprintf(node->path, sizeof(node->path), "/dev/fastrpc-%.8s%s", node->dsp, dsp->open_node ? "" : "-secure");
    if (dsp->open_node)
        snprintf(node->secure_path, sizeof(node->secure_path), "/dev/fastrpc-%.8s-secure", node->dsp);
}

/* A platform device of the device tree: its node's names up to the first that has an address (general kernel knowledge). */
void vq_legacy_name_bank(struct vq_bank *bank)
{
    int edge = (int)strcspn(bank->node->parent, ":");
    snprintf(bank->name, sizeof(bank->name), "%.*s:glink-edge:fastrpc:compute-cb@%u", edge, bank->node->parent, bank->sid);
}

void vq_legacy_make_slots(struct vq_node *node, const struct vq_legacy_dsp *dsp)
{
    size_t last = node->bank_count - 1;
    for (size_t i = 0; i < last + dsp->last_bank_sessions && node->slot_count < VQ_SLOTS; i++)
        node->slots[node->slot_count++].bank = &node->banks[i < last ? i : last];
}

static bool is_secure(const char *path)
{
    static const char tail[] = "-secure";
    size_t len = strlen(path);
    return len >= sizeof(tail) - 1 && strcmp(path + len - (sizeof(tail) - 1), tail) == 0;
}

/* The first free session, or slot_count. */
static size_t free_slot(const struct vq_node *node)
{
    size_t slot = 0;
    while (slot < node->slot_count && node->slots[slot].used)
        slot++;
    if (slot < node->slot_count && vq_fault_hit(node->board, VQ_FAULT_BANKS_EXHAUSTED, node->dsp))
        return node->slot_count;
    return slot;
}

int vq_legacy_open(struct vq_file *file)
{
    struct vq_node *node = file->node;
    size_t slot = free_slot(node);
    if (slot == node->slot_count)
        return qda_errno(file->board->generation, QDA_CALL_OPEN, QDA_COND_NO_BANK);
    file->legacy = calloc(1, sizeof(*file->legacy));
    if (!file->legacy)
        return -ENOMEM;
    file->legacy->secure = is_secure(file->path);
    file->legacy->slot = slot;
    vq_list_init(&file->legacy->maps);
    vq_list_init(&file->legacy->memory);
    node->slots[slot].used = true;
    file->session = (int32_t)slot + 1;
    file->bank = node->slots[slot].bank;
    file->bank->owner = file->opener.tid;
    file->bank->refs++;
    return 0;
}

void vq_legacy_close(struct vq_file *file)
{
    struct vq_legacy *legacy = file->legacy;
    if (!legacy)
        return;
    while (!vq_list_empty(&legacy->maps)) {
        struct vq_legacy_map *map = VQ_OF(legacy->maps.next, struct vq_legacy_map, link);
        map->refs = 1;
        vq_legacy_drop(file, map);
    }
    while (!vq_list_empty(&legacy->memory)) {
        struct vq_legacy_memory *memory = VQ_OF(legacy->memory.next, struct vq_legacy_memory, link);
        vq_list_del(&memory->link);
        vq_object_put(memory->object, &file->opener);
        free(memory);
    }
    file->node->slots[legacy->slot].used = false;
    file->legacy = NULL;
    free(legacy);
}

int vq_legacy_gone(const struct vq_node *node)
{
    return qda_errno(node->board->generation, QDA_CALL_ANY, QDA_COND_DSP_GONE);
}
