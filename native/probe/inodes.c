/* SPDX-License-Identifier: MIT */
#include "probe/inodes.h"

#include <stdlib.h>

/* Where ino stands, or the free slot where it would. */
static size_t place(const uint64_t *slots, size_t size, uint64_t ino)
{
    size_t at = (size_t)((ino * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (size - 1);
    while (slots[at] != 0 && slots[at] != ino)
        at = (at + 1) & (size - 1);
    return at;
}

/* Twice the room; at most half of the slots are ever used. False: no more to be had. */
static bool grow(struct probe_inodes *set)
{
    size_t size = set->size == 0 ? 256 : set->size * 2;
    uint64_t *slots = size / 2 > PROBE_MAX_INODES ? NULL : calloc(size, sizeof(*slots));
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < set->size; i++)
        if (set->slots[i] != 0)
            slots[place(slots, size, set->slots[i])] = set->slots[i];
    free(set->slots);
    set->slots = slots;
    set->size = size;
    return true;
}

bool probe_inodes_has(const struct probe_inodes *set, uint64_t ino)
{
    return set->size > 0 && set->slots[place(set->slots, set->size, ino)] == ino;
}

bool probe_inodes_add(struct probe_inodes *set, uint64_t ino)
{
    if (ino == 0 || probe_inodes_has(set, ino))
        return false;
    if (set->full || (set->count >= set->size / 2 && !grow(set))) {
        set->full = true;
        return true;
    }
    set->slots[place(set->slots, set->size, ino)] = ino;
    set->count++;
    return true;
}

void probe_inodes_free(struct probe_inodes *set)
{
    free(set->slots);
    *set = (struct probe_inodes){ 0 };
}
