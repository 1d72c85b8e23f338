/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_SPACE_H
#define QDA_SHELL_SPACE_H

#include "dsp/shell/lock.h"

#include <stdint.h>

/*
 * The DSP's address space: ranges of it, each showing a range of IOVA. Where no piece of the SMMU covers the IOVA, the addresses
 * are there and an access faults. 64 KiB granularity; the address of a byte has the low 16 bits of its place in its memory.
 */
enum range_kind {
    RANGE_CALL = 1, /* an argument, for one call */
    RANGE_STATIC,   /* mapped by the CPU: arguments inside it lie there */
    RANGE_HANDLE,   /* HAP_mmap by a skel */
    RANGE_HEAP,     /* memory of the process */
};
struct range {
    uint32_t va;    /* of the first page */
    uint32_t pages;
    uint32_t iova;
    uint32_t size;  /* bytes */
    uint16_t skew;  /* va + skew shows iova */
    uint16_t kind;
    int32_t fd;     /* whose buffer it is, -1: not told */
    uint32_t refs;
    uint16_t prev, next; /* among those that are not static, 0: none; unused ones hang by `next` */
    uint16_t fd_next;    /* static ones whose descriptor has the same hash */
};

/* One lock for the space and the SMMU. */
extern struct lock space_lock;

/* The DSP's space ends at `space` (bytes, at most 2 GiB). Once. */
void space_begin(uint64_t space);

/* All of the following with space_lock held. The number of a range; 0: no address space left; -1: it cannot be shown. */
int space_map(enum range_kind kind, uint32_t iova, uint32_t size, int32_t fd);
void space_unmap(uint16_t number);
struct range *space_range(uint16_t number);
static inline uint32_t range_address(const struct range *range)
{
    return range->va + range->skew;
}
/* The static range that shows all of the IOVA range, 0: none. */
uint16_t space_static(uint32_t iova, uint32_t size);
/* The static range of a descriptor, 0: none. */
uint16_t space_static_fd(int32_t fd);
/* The range at a DSP address, 0: none. */
uint16_t space_at(uint32_t va);
/* The SMMU changed there: what is newly translated becomes reachable, what is not faults. */
void space_refresh(uint64_t iova, uint64_t size);

/* IOVA behind a DSP address, ~0: nothing. Takes the lock where it can; used by the fault handler. */
uint64_t space_iova(uint32_t va);

#endif
