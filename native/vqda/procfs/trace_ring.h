/* SPDX-License-Identifier: MIT */
#ifndef VQ_TRACE_RING_H
#define VQ_TRACE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The bounded buffer of a trace instance: lines, oldest first. A line that does not fit pushes out the oldest ones (the
 * kernel's "overwrite" mode), which are counted until a reader is told.
 */
struct vq_ring {
    char *data; /* made with the first line */
    size_t room;
    size_t start, used; /* bytes */
    uint64_t entries;
    uint64_t written; /* since the last clear */
    uint64_t lost;    /* not told yet */
};

/* Bytes of lines that it may hold. */
void vq_ring_init(struct vq_ring *ring, size_t room);
void vq_ring_free(struct vq_ring *ring);
/* Forgets everything, counters too. */
void vq_ring_clear(struct vq_ring *ring);
/* Another size; the oldest lines that do not fit any more are lost. 0 or -ENOMEM (unchanged). */
int vq_ring_resize(struct vq_ring *ring, size_t room);

/* Appends. -ENOMEM, or -EMSGSIZE for a line longer than the room (both lose the line and count it). */
int vq_ring_put(struct vq_ring *ring, const char *line, size_t len);
/*
 * Takes the oldest line into out[room], preceded by "CPU:0 [LOST n EVENTS]" where some were lost before it. Bytes, 0 if
 * there is none. `room` must hold a line and 64 bytes.
 */
size_t vq_ring_take(struct vq_ring *ring, char *out, size_t room);

/* Walks without taking: *at starts as 0; *len = 0 at the end. Copies into out like vq_ring_take, without the note. */
size_t vq_ring_peek(const struct vq_ring *ring, size_t *at, char *out, size_t room);

#endif
