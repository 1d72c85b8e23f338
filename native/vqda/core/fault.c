/* SPDX-License-Identifier: MIT */
#include "vqda/core/fault.h"

#include <errno.h>
#include <string.h>

static const char *const calls[] = {
    "OPEN", "MMAP", "RELEASE", "VERSION", "GET_CAP", "GEM_CLOSE", "PRIME_HANDLE_TO_FD", "PRIME_FD_TO_HANDLE", "QUERY",
    "GEM_CREATE", "GEM_MMAP_OFFSET", "INIT_ATTACH", "SESSION_CREATE", "MAP", "MUNMAP", "INVOKE", "DMA_HEAP_IOCTL_ALLOC",
    "UDMABUF_CREATE", "DMA_BUF_IOCTL_SYNC", "DMA_BUF_SET_NAME",
};

bool vq_fault_call_known(const char *call)
{
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (strcmp(calls[i], call) == 0)
            return true;
    }
    return false;
}

int vq_fault_set(struct vq_board *board, const struct vq_fault *fault)
{
    struct vq_faults *faults = board->faults;
    if (faults->count == VQ_MAX_FAULTS)
        return -ENOSPC;
    faults->items[faults->count++] = *fault;
    return 0;
}

void vq_fault_clear(struct vq_board *board)
{
    board->faults->count = 0;
}

static bool matches(const struct vq_fault *fault, enum vq_fault_kind kind, const char *dsp, const char *call)
{
    return fault->kind == kind && (fault->dsp[0] == '\0' || strcmp(fault->dsp, dsp) == 0) &&
           (call == NULL || strcmp(fault->call, call) == 0);
}

/* Counts a hit of the first fault that fits, and gives its delay. False: none fits. */
static bool hit(struct vq_faults *faults, enum vq_fault_kind kind, const char *dsp, const char *call, uint64_t *delay_ns)
{
    for (size_t i = 0; i < faults->count; i++) {
        struct vq_fault *fault = &faults->items[i];
        if (!matches(fault, kind, dsp, call))
            continue;
        *delay_ns = fault->delay_ns;
        if (fault->left > 0 && --fault->left == 0) {
            faults->count--;
            memmove(fault, fault + 1, (faults->count - i) * sizeof(*fault));
        }
        return true;
    }
    return false;
}

bool vq_fault_hit(struct vq_board *board, enum vq_fault_kind kind, const char *dsp)
{
    uint64_t unused;
    return hit(board->faults, kind, dsp, NULL, &unused);
}

bool vq_fault_value(struct vq_board *board, enum vq_fault_kind kind, const char *dsp, uint64_t *value)
{
    return hit(board->faults, kind, dsp, NULL, value);
}

uint64_t vq_fault_delay(struct vq_board *board, const char *dsp, const char *call)
{
    uint64_t delay_ns = 0;
    return hit(board->faults, VQ_FAULT_DELAY, dsp, call, &delay_ns) ? delay_ns : 0;
}
