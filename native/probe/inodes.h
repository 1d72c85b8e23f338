/* SPDX-License-Identifier: MIT */
#ifndef QDA_PROBE_INODES_H
#define QDA_PROBE_INODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A set of inode numbers that grows up to PROBE_MAX_INODES (2 MiB of memory) and then takes no more. */
#define PROBE_MAX_INODES (1u << 17)
struct probe_inodes {
    uint64_t *slots; /* 0: free */
    size_t size;     /* power of two */
    size_t count;
    bool full; /* something could not be taken in */
};

/* True if `ino` is new. Where the set is full everything unknown is new, again and again. */
bool probe_inodes_add(struct probe_inodes *set, uint64_t ino);
bool probe_inodes_has(const struct probe_inodes *set, uint64_t ino);
void probe_inodes_free(struct probe_inodes *set);

#endif
