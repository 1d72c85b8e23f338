/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "vqda/workloads/workload.h"

/* How frames find their way: descriptors over a unix socket, as camera services hand them to their clients. */

static socklen_t name_slot(const char *board, unsigned slot, struct sockaddr_un *to)
{
    *to = (struct sockaddr_un){ .sun_family = AF_UNIX };
    int n = snprintf(to->sun_path + 1, sizeof(to->sun_path) - 1, "qda-lab/%u/%s/frames-%u", (unsigned)getuid(), board, slot);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

static int new_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

int handover_listen(const char *board)
{
    struct sockaddr_un name;
    int fd = new_socket();
    if (fd < 0)
        return fd;
    int err = -EADDRINUSE;
    for (unsigned slot = 0; slot < HANDOVER_SLOTS && err == -EADDRINUSE; slot++) {
        socklen_t len = name_slot(board, slot, &name);
        err = bind(fd, (const struct sockaddr *)&name, len) < 0 ? -errno : 0;
    }
    if (err == 0 && listen(fd, 16) < 0)
        err = -errno;
    if (err < 0)
        close(fd);
    return err < 0 ? err : fd;
}

int handover_connect(const char *board)
{
    struct sockaddr_un name;
    int err = -ECONNREFUSED;
    int fd = new_socket();
    if (fd < 0)
        return fd;
    for (unsigned slot = 0; slot < HANDOVER_SLOTS && err == -ECONNREFUSED; slot++) {
        socklen_t len = name_slot(board, slot, &name);
        err = connect(fd, (const struct sockaddr *)&name, len) < 0 ? -errno : 0;
    }
    if (err < 0)
        close(fd);
    return err < 0 ? err : fd;
}

int handover_send(struct workload *w, int sock, const struct frame *frames, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct handover head = { .number = i, .total = count, .size = frames[i].size };
        int err = w->sys->ops->send_fd(w->sys, sock, &head, sizeof(head), frames[i].dmabuf);
        if (err < 0)
            return err;
    }
    return 0;
}

int handover_receive(struct workload *w, int sock, struct handover *out)
{
    int fd = -1;
    ssize_t got = w->sys->ops->recv_fd(w->sys, sock, out, sizeof(*out), &fd);
    if (got == (ssize_t)sizeof(*out) && fd >= 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return got < 0 ? (int)got : -EPIPE;
}
