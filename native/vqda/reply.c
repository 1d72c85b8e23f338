/* SPDX-License-Identifier: MIT */
#include "vqda/conn.h"

#include "vqda/core/timer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A reply that waits for its time. */
struct late {
    struct vq_list link; /* conn->late */
    struct vq_timer timer;
    struct vq_conn *conn;
    int64_t result;
    struct vq_answer answer; /* data points behind the struct */
};

static void attach_fd(struct msghdr *msg, char *control, int fd)
{
    msg->msg_control = control;
    msg->msg_controllen = CMSG_SPACE(sizeof(int));
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
    cmsg->cmsg_level = SOL_SOCKET;
    cmsg->cmsg_type = SCM_RIGHTS;
    cmsg->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
}

/* A client has one call pending on a connection, so its socket has room; one that does not read is dropped. */
static int send_now(struct vq_conn *conn, int64_t result, struct vq_answer *out)
{
    if (conn->bell && vq_bell_answer(conn, result, out))
        return 0;
    struct vq_reply reply = { .result = result, .data_len = (uint32_t)out->data_len, .has_fd = out->fd >= 0 };
    struct iovec parts[2] = { { &reply, sizeof(reply) }, { out->data, out->data_len } };
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
    struct msghdr msg = { .msg_iov = parts, .msg_iovlen = out->data_len > 0 ? 2 : 1 };
    if (out->fd >= 0)
        attach_fd(&msg, control, out->fd);
    ssize_t sent = sendmsg(conn->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
    int err = sent < 0 ? -errno : 0;
    if (out->fd >= 0)
        close(out->fd);
    return err;
}

static void on_time(struct vq_board *board, struct vq_timer *timer)
{
    (void)board;
    struct late *late = VQ_OF(timer, struct late, timer);
    vq_list_del(&late->link);
    if (send_now(late->conn, late->result, &late->answer) != 0)
        shutdown(late->conn->fd, SHUT_RDWR); /* the hang-up that follows ends it */
    free(late);
}

static int send_later(struct vq_conn *conn, int64_t result, const struct vq_answer *out, uint64_t delay_ns)
{
    struct late *late = malloc(sizeof(*late) + out->data_len);
    if (!late) {
        if (out->fd >= 0)
            close(out->fd);
        return -ENOMEM;
    }
    late->conn = conn;
    late->result = result;
    late->answer = *out;
    late->answer.data = (char *)(late + 1);
    memcpy(late->answer.data, out->data, out->data_len);
    late->timer = (struct vq_timer){ .fn = on_time };
    vq_list_add(&conn->late, &late->link);
    vq_timer_start(conn->server->board, &late->timer, delay_ns);
    return 0;
}

int vq_reply_send(struct vq_conn *conn, int64_t result, struct vq_answer *out, uint64_t delay_ns)
{
    return delay_ns == 0 ? send_now(conn, result, out) : send_later(conn, result, out, delay_ns);
}

void vq_reply_drop_all(struct vq_conn *conn)
{
    while (!vq_list_empty(&conn->late)) {
        struct late *late = VQ_OF(conn->late.next, struct late, link);
        vq_list_del(&late->link);
        vq_timer_stop(&late->timer);
        if (late->answer.fd >= 0)
            close(late->answer.fd);
        free(late);
    }
}
