/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_SELF_H
#define QDA_RUN_SELF_H

#include "run/run.h"

/*
 * The ledger of the agent's own open buffers (the `self` tier). An entry lives in whoever owns the buffer, so the ledger
 * has no size of its own; adding and removing are a few stores. One thread only, the agent's.
 */
struct qda_self_entry {
    struct qda_self_buffer buffer;
    struct qda_self_entry *next, *prev; /* NULL: not in the ledger */
};

void qda_self_add(struct qda_self_entry *entry);
/* Does nothing for an entry that is not in the ledger. */
void qda_self_remove(struct qda_self_entry *entry);

#endif
