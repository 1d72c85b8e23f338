/* SPDX-License-Identifier: MIT */
#ifndef VQ_QUIRKS_H
#define VQ_QUIRKS_H

#include "vqda/core/board.h"

/* What a generation does and arguably should not. Each is a switch: --quirk NAME=on|off. */
enum vq_quirk {
    VQ_QUIRK_MMAP_PINS_OBJECT,
    VQ_QUIRK_RELEASE_LEAKS_INIT_MEMORY,
    VQ_QUIRK_HIDDEN_IMPORT_HANDLES,
    VQ_QUIRK_INTERRUPTED_CALL_LEAKS,
    VQ_QUIRK_BANKS_BY_THREAD,
    VQ_QUIRK_SELF_IMPORT_KEEPS_ADDRESS,
    VQ_QUIRK_FIRST_SG_ONLY,
    VQ_QUIRK_EXPORT_WITHOUT_SG,
    VQ_QUIRK_MMAP_OFFSET_OF_IMPORT,
    VQ_QUIRK_DMABUF_MMAP_IGNORES_OFFSET,
    VQ_QUIRK_COUNT
};

struct vq_quirk_info {
    const char *name;
    const char *what;     /* on: ...; off: ... */
    unsigned generations; /* QDA_ERRNO_* bits: where it is on by default */
    bool leaks;           /* keeps memory: has a line in the ledger */
};

extern const struct vq_quirk_info vq_quirk_infos[VQ_QUIRK_COUNT];

/* The defaults of board->generation. */
void vq_quirks_defaults(struct vq_board *board);
/* -1: no such quirk. */
int vq_quirk_find(const char *name);
/* "NAME=on" or "NAME=off". 0 or -EINVAL. */
int vq_quirk_set(struct vq_board *board, const char *assignment);

#endif
