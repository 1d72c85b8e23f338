/* SPDX-License-Identifier: MIT */
#ifndef VQ_LIST_H
#define VQ_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A ring with a head: an empty list points at itself. Members embed a `struct vq_list`. */
struct vq_list {
    struct vq_list *next;
    struct vq_list *prev;
};

/* The struct that embeds `member` at `ptr`. */
#define VQ_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

static inline void vq_list_init(struct vq_list *head)
{
    head->next = head;
    head->prev = head;
}

static inline bool vq_list_empty(const struct vq_list *head)
{
    return head->next == head;
}

/* Appends `item` at the end of the list. */
static inline void vq_list_add(struct vq_list *head, struct vq_list *item)
{
    item->prev = head->prev;
    item->next = head;
    head->prev->next = item;
    head->prev = item;
}

/* Takes `item` out of its list; a second time is harmless. */
static inline void vq_list_del(struct vq_list *item)
{
    item->prev->next = item->next;
    item->next->prev = item->prev;
    vq_list_init(item);
}

#endif
