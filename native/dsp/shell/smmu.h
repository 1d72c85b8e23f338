/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_SMMU_H
#define QDA_SHELL_SMMU_H

#include "dsp/shell/lock.h"

#include "rpcmsg/port.h"

/*
 * What the SMMU translates: pieces of IOVA onto memories. All under space_lock (space.h), but for the waits.
 */
struct piece {
    uint32_t iova;
    uint32_t memory;
    uint64_t size;
    uint64_t offset; /* in the memory, of `iova` */
};
struct memory {
    uint32_t id;
    int fd;
    uint64_t size;
    uint32_t window; /* where all of it is mapped for message buffers, 0: nowhere */
    struct memory *next;
};

/* A memory's descriptor came. False: too many. */
bool smmu_memory_add(uint32_t id, int fd);
/* NULL: unknown. */
struct memory *smmu_memory(uint32_t id);
void smmu_memory_forget(uint32_t id);

/* The piece that holds the address, or the first one after it (*next). NULL: none. */
const struct piece *smmu_at(uint64_t iova);
const struct piece *smmu_from(uint64_t iova);
/* Is every byte of the range translated? */
bool smmu_covers(uint64_t iova, uint64_t size);
/* False: too many pieces. Replaces what stood there. */
bool smmu_add(const struct qda_port_map *map);
void smmu_remove(uint64_t iova, uint64_t size);

#endif
