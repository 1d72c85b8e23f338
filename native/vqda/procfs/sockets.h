/* SPDX-License-Identifier: MIT */
#ifndef VQ_SOCKETS_H
#define VQ_SOCKETS_H

#include <stddef.h>
#include <stdint.h>

/* Autobound unix sockets of this machine by name, as /proc/net/unix lists them: cookie -> inode. */
struct vq_sockets {
    struct vq_socket {
        uint32_t name; /* the five hex digits as a number */
        uint64_t ino;
    } *at;
    size_t count, room;
};

int vq_sockets_read(struct vq_sockets *sockets); /* 0 or -errno; to be freed either way */
uint64_t vq_sockets_find(const struct vq_sockets *sockets, const char cookie[8]); /* inode, 0: none */
void vq_sockets_free(struct vq_sockets *sockets);

/* Pure: one line of that file. Inode, 0 where the socket has no such name. */
uint64_t vq_sockets_line(const char *line, uint32_t *name);

#endif
