/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_MAPPINGS_H
#define QDA_SHELL_MAPPINGS_H

#include "rpcmsg/port.h"

#include <stdbool.h>
#include <stddef.h>

/* A packet of the port with its descriptors. */
struct packet {
    uint32_t len;
    uint32_t fd_count, fds_used;
    int32_t fds[QDA_PORT_MAX_FDS];
    uint8_t bytes[QDA_PORT_MAX_PACKET] __attribute__((aligned(8)));
    uint8_t control[12 + 4 * QDA_PORT_MAX_FDS] __attribute__((aligned(8)));
};

/*
 * What the port says about memory, in the order of its numbers however many threads receive it.
 * Applies MAP, UNMAP or FORGET when its turn has come. False: the packet is not one of them, or too short.
 */
bool mappings_apply(struct packet *packet);

extern uint32_t mappings_applied; /* number of the last packet that was applied */
void mappings_await(struct packet *packet, const struct qda_port_call *call);
/*
 * Takes the descriptor that came with a call, and waits until what the call needs was applied. What every call goes through stands
 * here, each check without a branch: those, and calls of functions, are what the emulator is slow at.
 */
static inline void mappings_of_call(struct packet *packet, const struct qda_port_call *call)
{
    bool behind = (int32_t)(__atomic_load_n(&mappings_applied, __ATOMIC_ACQUIRE) - call->after) < 0;
    if (behind | (call->message.fresh != 0))
        mappings_await(packet, call);
}

/* Where a memory with messages is mapped, as a thread remembers it while no memory comes or goes. */
struct window {
    uint32_t memory, at;
    uint32_t changes; /* 0: nothing is remembered */
    uint64_t size;
};
extern uint32_t mappings_changes; /* counts memories that came or went: what a thread remembers of one holds no longer */
void mappings_window(uint32_t id, struct window *window);
/* The message buffer of a call, NULL: it does not lie in what the packet says. Stays mapped until FORGET. */
static inline uint8_t *mappings_message(const struct qda_port_call *call, struct window *window)
{
    const struct qda_port_map *map = &call->message;
    uint64_t into = (uint32_t)call->request.addr - map->iova, size = call->request.size;
    uint64_t from = map->offset + into, end = from + size;
    if ((window->changes != __atomic_load_n(&mappings_changes, __ATOMIC_ACQUIRE)) | (window->memory != map->memory))
        mappings_window(map->memory, window);
    bool bad = (size == 0) | (into > map->size) | (size > map->size - into) | (from < into) | (end <= from) |
               (end > window->size) | (window->at == 0) | ((from & 7) != 0);
    return bad ? NULL : (uint8_t *)(window->at + (uint32_t)from);
}

#endif
