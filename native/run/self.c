/* SPDX-License-Identifier: MIT */
#include "run/self.h"

#include <assert.h>

/* Head of the ring of entries. */
static struct qda_self_entry ring = {.next = &ring, .prev = &ring};

void qda_self_add(struct qda_self_entry *entry)
{
    assert(!entry->next);
    entry->prev = ring.prev;
    entry->next = &ring;
    ring.prev->next = entry;
    ring.prev = entry;
}

void qda_self_remove(struct qda_self_entry *entry)
{
    if (!entry->next)
        return;
    entry->prev->next = entry->next;
    entry->next->prev = entry->prev;
    entry->next = entry->prev = NULL;
}

void qda_self_each(void (*fn)(void *arg, const struct qda_self_buffer *buffer), void *arg)
{
    for (struct qda_self_entry *entry = ring.next; entry != &ring; entry = entry->next)
        fn(arg, &entry->buffer);
}
