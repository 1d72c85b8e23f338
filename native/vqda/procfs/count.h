/* SPDX-License-Identifier: MIT */
#ifndef VQ_COUNT_H
#define VQ_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How many descriptors and mappings processes hold on each dma-buf. Nothing tells a virtual QDA when a memfd is passed on,
 * duplicated or mapped, so they are counted in /proc, by a thread that touches nothing of the board. The server's own
 * descriptors do not count. Known differences: a count is up to a second old; a mapping through the accel node counts as
 * one of the exported dma-buf; mappings of udmabufs are not seen (they look like those of their memfd).
 */
struct vq_counter;

struct vq_counter *vq_counter_new(const char *board_name); /* NULL: no memory */
void vq_counter_free(struct vq_counter *counter);          /* waits for a running count */

struct vq_board;

/* Begins to count unless the last count is fresh: at most a second old, and no dma-buf is newer. */
void vq_counter_start(struct vq_counter *counter, const struct vq_board *board);
/* Is there such a fresh count? If not, one is under way. */
bool vq_counter_ready(struct vq_counter *counter, const struct vq_board *board);
/* Descriptors and mappings on an inode by the last count. */
uint64_t vq_counter_of(const struct vq_counter *counter, uint64_t ino);

#endif
