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
/* Takes the descriptor that came with a call, and waits until what the call needs was applied. */
void mappings_of_call(struct packet *packet, const struct qda_port_call *call);
/* Where a memory with messages is mapped, as a thread remembers it while no memory comes or goes. */
struct window {
    uint32_t memory, at;
    uint32_t changes; /* 0: nothing is remembered */
    uint64_t size;
};
/* The message buffer of a call, NULL: it does not lie in what the packet says. Stays mapped until FORGET. */
uint8_t *mappings_message(const struct qda_port_call *call, struct window *window);

#endif
