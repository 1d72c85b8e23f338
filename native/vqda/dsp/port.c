/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A packet that waits for room in the socket, with duplicates of its descriptors. */
struct kept {
    struct vq_list link;
    size_t len;
    size_t fd_count;
    int fds[QDA_PORT_MAX_FDS];
    uint8_t bytes[];
};

void vq_port_init(struct vq_port *port, int fd)
{
    *port = (struct vq_port){ .fd = fd };
    vq_list_init(&port->queue);
}

static void drop(struct vq_port *port, struct kept *kept)
{
    vq_list_del(&kept->link);
    port->queued_packets--;
    port->queued_bytes -= kept->len;
    for (size_t i = 0; i < kept->fd_count; i++)
        close(kept->fds[i]);
    free(kept);
}

void vq_port_close(struct vq_port *port)
{
    while (!vq_list_empty(&port->queue))
        drop(port, VQ_OF(port->queue.next, struct kept, link));
    if (port->fd >= 0)
        close(port->fd);
    port->fd = -1;
    vq_port_bell_free(port);
}

/* 0, -EAGAIN where the socket is full, or -errno. */
static int send_now(struct vq_port *port, const struct vq_packet *packet)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * QDA_PORT_MAX_FDS)];
    struct msghdr msg = { .msg_iov = (struct iovec *)(uintptr_t)packet->parts,
                          .msg_iovlen = packet->parts[1].iov_len > 0 ? 2 : 1 };
    if (packet->fd_count > 0) {
        size_t bytes = sizeof(int) * packet->fd_count;
        memset(control, 0, CMSG_SPACE(bytes));
        msg.msg_control = control;
        msg.msg_controllen = CMSG_SPACE(bytes);
        struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
        cmsg->cmsg_level = SOL_SOCKET;
        cmsg->cmsg_type = SCM_RIGHTS;
        cmsg->cmsg_len = CMSG_LEN(bytes);
        memcpy(CMSG_DATA(cmsg), packet->fds, bytes);
    }
    ssize_t sent;
    do {
        sent = sendmsg(port->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return -errno;
    if (port->bell)
        __atomic_add_fetch(&port->bell->sent, 1, __ATOMIC_SEQ_CST);
    return 0;
}

static int keep(struct vq_port *port, const struct vq_packet *packet)
{
    size_t len = packet->parts[0].iov_len + packet->parts[1].iov_len;
    if (port->queued_packets == VQ_PORT_MAX_QUEUED_PACKETS || port->queued_bytes + len > VQ_PORT_MAX_QUEUED_BYTES)
        return -ENOBUFS;
    struct kept *kept = malloc(sizeof(*kept) + len);
    if (!kept)
        return -ENOMEM;
    kept->len = len;
    kept->fd_count = 0;
    memcpy(kept->bytes, packet->parts[0].iov_base, packet->parts[0].iov_len);
    if (packet->parts[1].iov_len > 0)
        memcpy(kept->bytes + packet->parts[0].iov_len, packet->parts[1].iov_base, packet->parts[1].iov_len);
    vq_list_add(&port->queue, &kept->link);
    port->queued_packets++;
    port->queued_bytes += len;
    while (kept->fd_count < packet->fd_count) {
        int fd = fcntl(packet->fds[kept->fd_count], F_DUPFD_CLOEXEC, 0);
        if (fd < 0) {
            int err = -errno;
            drop(port, kept);
            return err;
        }
        kept->fds[kept->fd_count++] = fd;
    }
    return 0;
}

int vq_port_send(struct vq_port *port, const struct vq_packet *packet)
{
    int err = vq_list_empty(&port->queue) ? send_now(port, packet) : -EAGAIN;
    return err == -EAGAIN ? keep(port, packet) : err;
}

int vq_port_flush(struct vq_port *port, bool *left)
{
    int err = 0;
    while (!err && !vq_list_empty(&port->queue)) {
        struct kept *kept = VQ_OF(port->queue.next, struct kept, link);
        struct vq_packet packet = { .parts = { { kept->bytes, kept->len } }, .fds = kept->fds, .fd_count = kept->fd_count };
        err = send_now(port, &packet);
        if (!err)
            drop(port, kept);
    }
    *left = !vq_list_empty(&port->queue);
    return err == -EAGAIN ? 0 : err;
}

int vq_port_receive(struct vq_port *port, void *at, size_t room)
{
    /* Without room for control data the kernel closes the descriptors that came. */
    ssize_t len = recv(port->fd, at, room, MSG_DONTWAIT | MSG_TRUNC);
    if (len < 0)
        return errno == EINTR ? -EAGAIN : -errno;
    port->heard++;
    if (len == 0)
        return -EPIPE; /* or a packet without bytes, which is none of this protocol's */
    return (size_t)len > room ? -EPROTO : (int)len;
}
