/* SPDX-License-Identifier: MIT */
#include "vqda/procfs/trace_ring.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD sizeof(uint32_t) /* length before each line */

void vq_ring_init(struct vq_ring *ring, size_t room)
{
    *ring = (struct vq_ring){ .room = room };
}

void vq_ring_free(struct vq_ring *ring)
{
    free(ring->data);
    ring->data = NULL;
}

void vq_ring_clear(struct vq_ring *ring)
{
    ring->start = ring->used = 0;
    ring->entries = ring->written = ring->lost = 0;
}

static void copy_out(const struct vq_ring *ring, size_t at, void *to, size_t len)
{
    size_t first = ring->room - at < len ? ring->room - at : len;
    memcpy(to, ring->data + at, first);
    memcpy((char *)to + first, ring->data, len - first);
}

static void copy_in(struct vq_ring *ring, size_t at, const void *from, size_t len)
{
    size_t first = ring->room - at < len ? ring->room - at : len;
    memcpy(ring->data + at, from, first);
    memcpy(ring->data, (const char *)from + first, len - first);
}

static size_t length_at(const struct vq_ring *ring, size_t at)
{
    uint32_t len;
    copy_out(ring, at, &len, sizeof(len));
    return len;
}

static void drop_oldest(struct vq_ring *ring)
{
    size_t len = HEAD + length_at(ring, ring->start);
    ring->start = (ring->start + len) % ring->room;
    ring->used -= len;
    ring->entries--;
}

int vq_ring_put(struct vq_ring *ring, const char *line, size_t len)
{
    uint32_t head = (uint32_t)len;
    if (ring->data == NULL)
        ring->data = malloc(ring->room);
    if (ring->data == NULL || HEAD + len > ring->room) {
        ring->lost++;
        return ring->data == NULL ? -ENOMEM : -EMSGSIZE;
    }
    while (ring->used + HEAD + len > ring->room) {
        drop_oldest(ring);
        ring->lost++;
    }
    size_t at = (ring->start + ring->used) % ring->room;
    copy_in(ring, at, &head, sizeof(head));
    copy_in(ring, (at + HEAD) % ring->room, line, len);
    ring->used += HEAD + len;
    ring->entries++;
    ring->written++;
    return 0;
}

size_t vq_ring_take(struct vq_ring *ring, char *out, size_t room)
{
    size_t note = 0;
    if (ring->entries == 0)
        return 0;
    if (ring->lost > 0)
        note = (size_t)snprintf(out, room, "CPU:0 [LOST %" PRIu64 " EVENTS]\n", ring->lost);
    size_t len = length_at(ring, ring->start);
    assert(note + len <= room);
    copy_out(ring, (ring->start + HEAD) % ring->room, out + note, len);
    drop_oldest(ring);
    ring->lost = 0;
    return note + len;
}

size_t vq_ring_peek(const struct vq_ring *ring, size_t *at, char *out, size_t room)
{
    if (*at >= ring->used)
        return 0;
    size_t place = (ring->start + *at) % ring->room;
    size_t len = length_at(ring, place);
    assert(len <= room);
    copy_out(ring, (place + HEAD) % ring->room, out, len);
    *at += HEAD + len;
    return len;
}

int vq_ring_resize(struct vq_ring *ring, size_t room)
{
    if (ring->data == NULL) {
        ring->room = room;
        return 0;
    }
    char *data = malloc(room);
    if (data == NULL)
        return -ENOMEM;
    while (ring->used > room) {
        drop_oldest(ring);
        ring->lost++;
    }
    copy_out(ring, ring->start, data, ring->used);
    free(ring->data);
    ring->data = data;
    ring->room = room;
    ring->start = 0;
    return 0;
}
