/* SPDX-License-Identifier: MIT */
#ifndef VQ_FAULT_H
#define VQ_FAULT_H

#include "vqda/core/board.h"

/* Faults that the board makes on request. The values are those of FaultKind in the schema. */
enum vq_fault_kind {
    VQ_FAULT_BANKS_EXHAUSTED = 1,
    VQ_FAULT_ALLOC,
    VQ_FAULT_FOREIGN_IMPORT,
    VQ_FAULT_DELAY,
    VQ_FAULT_DSP_CRASH,
    VQ_FAULT_DSP_HANG,
    VQ_FAULT_DSP_SPACE, /* its value is what the DSP address space has, in bytes */
};

struct vq_fault {
    enum vq_fault_kind kind;
    char dsp[16];      /* "": every DSP, and files that belong to none */
    char call[32];     /* DELAY: a name of vq_fault_call_known() */
    uint64_t delay_ns; /* DELAY; DSP_SPACE: its value */
    uint32_t left;     /* calls that it still hits; 0: until cleared */
};

#define VQ_MAX_FAULTS 16

struct vq_faults {
    struct vq_fault items[VQ_MAX_FAULTS];
    size_t count;
};

/* 0, or -ENOSPC when VQ_MAX_FAULTS are set already. */
int vq_fault_set(struct vq_board *board, const struct vq_fault *fault);
void vq_fault_clear(struct vq_board *board);

/* Is a fault of this kind set for the DSP? Counts as one hit. */
bool vq_fault_hit(struct vq_board *board, enum vq_fault_kind kind, const char *dsp);
/* The same, and the value that it was set with. */
bool vq_fault_value(struct vq_board *board, enum vq_fault_kind kind, const char *dsp, uint64_t *value);
/* ns by which the reply of `call` is late; 0: none. Counts as one hit. */
uint64_t vq_fault_delay(struct vq_board *board, const char *dsp, const char *call);
/* Can the replies of a call of this name be delayed? */
bool vq_fault_call_known(const char *call);

#endif
