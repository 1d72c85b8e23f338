/* SPDX-License-Identifier: MIT */
#ifndef VQ_LEDGER_H
#define VQ_LEDGER_H

#include "vqda/core/board.h"
#include "vqda/quirks/quirks.h"

/* What a leaking quirk keeps that would otherwise be gone. */
struct vq_ledger_line {
    uint64_t objects;
    uint64_t bytes;
};

/* Counted anew from the board's objects. */
struct vq_ledger_line vq_ledger(const struct vq_board *board, enum vq_quirk quirk);

#endif
