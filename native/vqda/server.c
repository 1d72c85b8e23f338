/* SPDX-License-Identifier: MIT */
#include "vqda/conn.h"

#include "vqda/core/create.h"
#include "vqda/core/file.h"
#include "vqda/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void end_process(struct vq_conn *conn)
{
    struct vq_server *server = conn->server;
    struct vq_caller who = { .pid = conn->pid, .tid = conn->tid, .uid = conn->uid };
    if (vq_process_remove(server->board, conn->pid) && server->texts.client_gone)
        server->texts.client_gone(server->board, &who);
}

void vq_conn_end(struct vq_conn *conn)
{
    vq_list_del(&conn->link);
    vq_unwatch_fd(conn->server->board, conn->watch);
    vq_reply_drop_all(conn);
    vq_waiter_gone(conn->server->board, &conn->waiter);
    vq_bell_free(conn);
    close(conn->fd);
    if (conn->file)
        vq_file_close(conn->file);
    end_process(conn);
    free(conn);
}

/* Copies the descriptors that came into `fds`. False: more came than a request may carry. */
static bool take_fds(struct msghdr *msg, int fds[VQ_MAX_FDS], size_t *count)
{
    *count = 0;
    for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
        if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
            continue;
        *count = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(fds, CMSG_DATA(cmsg), *count * sizeof(int));
    }
    return (msg->msg_flags & MSG_CTRUNC) == 0;
}

/* One message. 0, -EAGAIN when there is none, or -errno where the connection cannot go on. */
static int receive(struct vq_conn *conn, struct vq_incoming *in, char *data, int *fds)
{
    static _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int) * VQ_MAX_FDS)];
    struct iovec parts[2] = { { &in->head, sizeof(in->head) }, { data, VQ_MAX_DATA } };
    struct msghdr msg = {
        .msg_iov = parts, .msg_iovlen = 2, .msg_control = control, .msg_controllen = sizeof(control),
    };
    ssize_t len = recvmsg(conn->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (len <= 0)
        return len == 0 ? -ECONNRESET : -errno;
    bool whole = take_fds(&msg, fds, &in->fd_count) && (msg.msg_flags & MSG_TRUNC) == 0;
    in->data = data;
    in->fds = fds;
    if (!whole || (size_t)len < sizeof(in->head) || in->head.data_len != (size_t)len - sizeof(in->head))
        return -EPROTO;
    data[in->head.data_len] = '\0';
    return 0;
}

static void on_conn(struct vq_board *board, void *arg, uint32_t events)
{
    static char data[VQ_MAX_DATA + 1];
    struct vq_conn *conn = arg;
    (void)board;
    if (events & (EPOLLHUP | EPOLLERR)) {
        vq_conn_end(conn);
        return;
    }
    int fds[VQ_MAX_FDS];
    struct vq_incoming in = { .fd_count = 0 };
    int err = receive(conn, &in, data, fds);
    if (err == 0)
        err = vq_conn_serve(conn, &in);
    else if (err == -EPROTO)
        fprintf(stderr, "vqda: process %d sent a malformed request; its connection is closed\n", conn->pid);
    for (size_t i = 0; i < in.fd_count; i++)
        close(fds[i]);
    if (err && err != -EAGAIN && err != -EINTR)
        vq_conn_end(conn);
}

/* The abstract name that the peer was bound to is the file's cookie. */
static void set_cookie(struct vq_conn *conn, const struct sockaddr_un *addr, socklen_t len)
{
    size_t skip = offsetof(struct sockaddr_un, sun_path) + 1;
    if (len > skip && len - skip < sizeof(conn->cookie) && addr->sun_path[0] == '\0')
        memcpy(conn->cookie, addr->sun_path + 1, len - skip);
}

static int add_conn(struct vq_server *server, int fd, const struct sockaddr_un *addr, socklen_t len)
{
    int pid;
    uint32_t uid;
    if (!vq_peer_allowed(fd, &pid, &uid))
        return -EPERM;
    struct vq_conn *conn = calloc(1, sizeof(*conn));
    if (!conn)
        return -ENOMEM;
    conn->server = server;
    conn->fd = fd;
    conn->pid = pid;
    conn->uid = uid;
    conn->waiter.answer = vq_conn_answer;
    vq_list_init(&conn->late);
    set_cookie(conn, addr, len);
    conn->watch = vq_watch_fd(server->board, fd, EPOLLIN, on_conn, conn);
    if (!conn->watch || vq_process_add(server->board, pid, uid) != 0) {
        if (conn->watch)
            vq_unwatch_fd(server->board, conn->watch);
        free(conn);
        return -ENOMEM;
    }
    vq_list_add(&server->conns, &conn->link);
    return 0;
}

/* No descriptor is left: whoever waits is let in and refused. */
static void refuse_one(struct vq_server *server)
{
    fprintf(stderr, "vqda: out of descriptors; a connection is refused (raise the limit with ulimit -n)\n");
    close(server->spare);
    int fd = accept(server->fd, NULL, NULL);
    if (fd >= 0)
        close(fd);
    server->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void on_listener(struct vq_board *board, void *arg, uint32_t events)
{
    struct vq_server *server = arg;
    (void)board;
    (void)events;
    struct sockaddr_un addr;
    socklen_t len = sizeof(addr);
    int fd = accept4(server->fd, (struct sockaddr *)&addr, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE))
        refuse_one(server);
    if (fd >= 0 && add_conn(server, fd, &addr, len) != 0)
        close(fd);
}

int vq_server_start(struct vq_board *board, const struct vq_texts *texts, struct vq_server **out)
{
    struct vq_server *server = calloc(1, sizeof(*server));
    if (!server)
        return -ENOMEM;
    server->board = board;
    server->texts = *texts;
    vq_list_init(&server->conns);
    server->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    server->fd = vq_listen(board, SOCK_SEQPACKET, "vqda");
    int err = server->fd < 0 ? server->fd : 0;
    if (!err) {
        server->watch = vq_watch_fd(board, server->fd, EPOLLIN, on_listener, server);
        err = server->watch ? 0 : -ENOMEM;
    }
    vq_loop_look(board, &(struct vq_look){ vq_bell_look, vq_bell_serve, server });
    if (err) {
        vq_server_stop(server);
        return err;
    }
    *out = server;
    return 0;
}

void vq_server_stop(struct vq_server *server)
{
    vq_loop_look(server->board, NULL);
    while (!vq_list_empty(&server->conns))
        vq_conn_end(VQ_OF(server->conns.next, struct vq_conn, link));
    if (server->watch)
        vq_unwatch_fd(server->board, server->watch);
    if (server->fd >= 0)
        close(server->fd);
    if (server->spare >= 0)
        close(server->spare);
    free(server);
}
