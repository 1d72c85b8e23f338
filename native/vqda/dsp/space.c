/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/space.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RANGES 65536u
#define MAPS_A_PACKET ((QDA_PORT_MAX_PACKET - sizeof(struct qda_port_maps)) / sizeof(struct qda_port_map))

int vq_space_init(struct vq_space *space, struct vq_port *port)
{
    *space = (struct vq_space){ .port = port };
    space->waiting = calloc(MAPS_A_PACKET, sizeof(*space->waiting));
    return space->waiting ? 0 : -ENOMEM;
}

void vq_space_free(struct vq_space *space)
{
    free(space->waiting);
    free(space->memories);
    free(space->ranges);
    *space = (struct vq_space){ .port = NULL };
}

static int send_parts(struct vq_space *space, const void *head, size_t head_len)
{
    struct vq_packet packet = { .parts = { { (void *)(uintptr_t)head, head_len } } };
    return vq_port_send(space->port, &packet);
}

/* ---- Memories */

static uint32_t find_memory(const struct vq_space *space, const void *key, uint64_t serial)
{
    for (size_t i = 0; i < space->memory_count; i++) {
        if (space->memories[i].key == key && space->memories[i].serial == serial)
            return (uint32_t)i + 1;
    }
    return 0;
}

/* The lowest free number for it, or 0: no memory. */
static uint32_t new_memory(struct vq_space *space, const void *key, uint64_t serial)
{
    size_t i = 0;
    while (i < space->memory_count && space->memories[i].key)
        i++;
    if (i == space->memory_count) {
        size_t slots = i ? 2 * i : 16;
        struct vq_memory_told *grown = realloc(space->memories, slots * sizeof(*grown));
        if (!grown)
            return 0;
        memset(grown + i, 0, (slots - i) * sizeof(*grown));
        space->memories = grown;
        space->memory_count = slots;
    }
    space->memories[i] = (struct vq_memory_told){ .key = key, .serial = serial };
    return (uint32_t)i + 1;
}

/* One reference less; with the last the process closes its descriptor. */
static int drop_memory(struct vq_space *space, uint32_t number)
{
    struct vq_memory_told *memory = &space->memories[number - 1];
    if (--memory->refs > 0)
        return 0;
    memory->key = NULL;
    struct qda_port_forget forget = { .head = { QDA_PORT_FORGET, 0 }, .number = ++space->number, .memory = number };
    return send_parts(space, &forget, sizeof(forget));
}

int vq_space_slab(struct vq_space *space, const struct vq_slab *slab, uint32_t *number, bool *fresh)
{
    *number = find_memory(space, slab, slab->serial);
    *fresh = *number == 0;
    if (*fresh)
        *number = new_memory(space, slab, slab->serial);
    if (*number == 0)
        return -ENOMEM;
    space->memories[*number - 1].refs = 1;
    return 0;
}

void vq_space_answered(struct vq_space *space, uint32_t memory, uint32_t after)
{
    if (memory == 0)
        return;
    space->memories[memory - 1].seen = true;
    if ((int32_t)(after - space->applied) > 0)
        space->applied = after;
}

bool vq_space_settled(const struct vq_space *space, uint32_t memory)
{
    return space->memories[memory - 1].seen && space->applied == space->number;
}

int vq_space_slab_gone(struct vq_space *space, const struct vq_slab *slab)
{
    uint32_t number = find_memory(space, slab, slab->serial);
    return number ? drop_memory(space, number) : 0;
}

/* ---- Ranges */

/* Index of the first range that ends after the address. */
static size_t find_range(const struct vq_space *space, uint64_t iova)
{
    size_t low = 0, high = space->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (space->ranges[middle].iova + space->ranges[middle].size <= iova)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int insert_range(struct vq_space *space, size_t at, const struct vq_range_told *range)
{
    if (space->count == MAX_RANGES)
        return -ENOSPC;
    if (space->count == space->capacity) {
        size_t capacity = space->capacity ? 2 * space->capacity : 64;
        struct vq_range_told *grown = realloc(space->ranges, capacity * sizeof(*grown));
        if (!grown)
            return -ENOMEM;
        space->ranges = grown;
        space->capacity = capacity;
    }
    memmove(&space->ranges[at + 1], &space->ranges[at], (space->count - at) * sizeof(*range));
    space->ranges[at] = *range;
    space->count++;
    return 0;
}

static void remove_range(struct vq_space *space, size_t at)
{
    space->count--;
    memmove(&space->ranges[at], &space->ranges[at + 1], (space->count - at) * sizeof(space->ranges[0]));
}

int vq_space_flush(struct vq_space *space)
{
    if (space->waiting_count == 0)
        return 0;
    struct qda_port_maps head = { .head = { QDA_PORT_MAP, (uint32_t)space->waiting_count }, .number = ++space->number };
    struct vq_packet packet = {
        .parts = { { &head, sizeof(head) }, { space->waiting, space->waiting_count * sizeof(space->waiting[0]) } },
        .fds = space->fds,
        .fd_count = space->fd_count,
    };
    space->waiting_count = space->fd_count = 0;
    return vq_port_send(space->port, &packet);
}

/* The piece of the bank that holds an address, cut down to the gap between what was told. */
static void clip(const struct vq_space *space, size_t at, struct vq_backed *piece)
{
    uint64_t first = at > 0 ? space->ranges[at - 1].iova + space->ranges[at - 1].size : 0;
    uint64_t end = at < space->count ? space->ranges[at].iova : UINT64_MAX;
    if (piece->iova < first) {
        piece->offset += first - piece->iova;
        piece->size -= first - piece->iova;
        piece->iova = first;
    }
    if (end - piece->iova < piece->size)
        piece->size = end - piece->iova;
}

/* Puts a mapping with the others that wait. */
static void wait_map(struct vq_space *space, const struct vq_backed *piece, uint32_t memory, bool fresh)
{
    struct qda_port_map *map = &space->waiting[space->waiting_count++];
    *map = (struct qda_port_map){ .iova = piece->iova, .size = piece->size, .offset = piece->offset, .memory = memory,
                                  .fresh = fresh };
    if (fresh)
        space->fds[space->fd_count++] = piece->backing->fd;
}

static int tell_piece(struct vq_space *space, size_t at, struct vq_backed *piece)
{
    clip(space, at, piece);
    uint32_t memory = find_memory(space, piece->backing, 0);
    bool fresh = memory == 0;
    int err = 0;
    if (space->waiting_count == MAPS_A_PACKET || (fresh && space->fd_count == QDA_PORT_MAX_FDS))
        err = vq_space_flush(space);
    if (!err && fresh)
        memory = new_memory(space, piece->backing, 0);
    if (!err && memory == 0)
        err = -ENOMEM;
    if (err)
        return err;
    struct vq_range_told range = { .iova = piece->iova, .size = piece->size, .memory = memory };
    err = insert_range(space, at, &range);
    if (err) /* the session ends of it, and the memory with it */
        return err;
    space->memories[memory - 1].refs++;
    wait_map(space, piece, memory, fresh);
    return 0;
}

int vq_space_tell(struct vq_space *space, struct vq_bank *bank, uint64_t iova, uint64_t size)
{
    while (size > 0) {
        size_t at = find_range(space, iova);
        if (at == space->count || space->ranges[at].iova > iova) {
            struct vq_backed piece;
            if (vq_bank_lookup(bank, iova, &piece) != 0)
                return 0; /* nothing is there: whoever touches it faults */
            int err = tell_piece(space, at, &piece);
            if (err)
                return err;
        }
        uint64_t step = space->ranges[at].iova + space->ranges[at].size - iova;
        if (step >= size)
            return 0;
        iova += step;
        size -= step;
    }
    return 0;
}

/* Takes [iova, end) out of the range at `at`, which overlaps it, and tells so. */
static int cut(struct vq_space *space, size_t at, uint64_t iova, uint64_t end)
{
    struct vq_range_told *range = &space->ranges[at];
    uint64_t range_end = range->iova + range->size;
    uint32_t memory = range->memory;
    uint64_t from = iova > range->iova ? iova : range->iova;
    uint64_t to = end < range_end ? end : range_end;
    struct vq_range_told rest = { .iova = to, .size = range_end - to, .memory = memory };
    int err = 0;
    range->size = from - range->iova;
    if (rest.size > 0) {
        err = insert_range(space, at + 1, &rest);
        space->memories[memory - 1].refs += err ? 0 : 1;
    }
    bool gone = space->ranges[at].size == 0;
    if (gone)
        remove_range(space, at);
    struct qda_port_unmap unmap = { .head = { QDA_PORT_UNMAP, 0 }, .number = ++space->number, .iova = from, .size = to - from };
    int sent = send_parts(space, &unmap, sizeof(unmap));
    err = err ? err : sent;
    if (gone)
        sent = drop_memory(space, memory);
    return err ? err : sent;
}

int vq_space_unmapped(struct vq_space *space, uint64_t iova, uint64_t size)
{
    int err = 0;
    uint64_t end = iova + size;
    for (size_t at = find_range(space, iova); !err && at < space->count && space->ranges[at].iova < end;) {
        size_t before = space->count;
        err = cut(space, at, iova, end);
        at += space->count >= before ? 1 : 0; /* what is left of it stands before the cut */
    }
    return err;
}
