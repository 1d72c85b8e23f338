/* SPDX-License-Identifier: MIT */
#include "vqda/control/impl.h"

#include "vqda/loop.h"
#include "vqda/server.h"
#include "wire/frame.h"

#include <pb_decode.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_CAP (64u << 10) /* no request is larger */

struct conn {
    struct vq_list link;
    struct vq_control *control;
    struct vq_watch *watch;
    int fd;
    struct qda_frame_reader reader;
    uint8_t *out; /* what the socket did not take yet */
    size_t out_len, out_sent;
    uint8_t in[IN_CAP];
};

typedef void (*handler)(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply);

static void on_stop(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply)
{
    (void)request;
    vq_control_done(reply);
    vq_loop_stop(control->board);
}

static const struct {
    pb_size_t tag;
    handler fn;
} handlers[] = {
    { qdalab_ToBoard_status_tag, vq_on_status },
    { qdalab_ToBoard_set_fault_tag, vq_on_set_fault },
    { qdalab_ToBoard_clear_faults_tag, vq_on_clear_faults },
    { qdalab_ToBoard_start_workload_tag, vq_on_start_workload },
    { qdalab_ToBoard_stop_workload_tag, vq_on_stop_workload },
    { qdalab_ToBoard_unplug_tag, vq_on_unplug },
    { qdalab_ToBoard_replug_tag, vq_on_replug },
    { qdalab_ToBoard_kill_client_tag, vq_on_kill_client },
    { qdalab_ToBoard_stop_tag, on_stop },
};

void vq_control_fail(struct qda_put *reply, qdalab_FailureCode code, int error, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    size_t mark = qda_put_begin(reply, qdalab_FromBoard_failure_tag);
    qda_put_uint(reply, qdalab_Failure_code_tag, (uint64_t)code);
    qda_put_text(reply, qdalab_Failure_message_tag, text);
    if (error)
        qda_put_uint(reply, qdalab_Failure_error_tag, (uint64_t)(int64_t)error); /* int32: sign-extended */
    qda_put_end(reply, mark);
}

void vq_control_done(struct qda_put *reply)
{
    qda_put_end(reply, qda_put_begin(reply, qdalab_FromBoard_done_tag));
}

static void end_conn(struct conn *conn)
{
    vq_list_del(&conn->link);
    conn->control->conn_count--;
    vq_unwatch_fd(conn->control->board, conn->watch);
    close(conn->fd);
    free(conn->out);
    free(conn);
}

/* Sends what waits. 0 or -errno. */
static int flush(struct conn *conn)
{
    while (conn->out_sent < conn->out_len) {
        const uint8_t *from = conn->out + conn->out_sent;
        ssize_t sent = send(conn->fd, from, conn->out_len - conn->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN)
            break;
        if (sent < 0)
            return -errno;
        conn->out_sent += (size_t)sent;
    }
    if (conn->out_sent == conn->out_len)
        conn->out_sent = conn->out_len = 0;
    /* Who does not take answers is asked for no further requests: they would pile up here. */
    vq_watch_events(conn->control->board, conn->watch, conn->out_len > 0 ? EPOLLOUT : EPOLLIN);
    return 0;
}

/* One FromBoard, behind what waits already. */
static int queue(struct conn *conn, const uint8_t *message, size_t len)
{
    uint8_t *out = realloc(conn->out, conn->out_len + QDA_FRAME_PREFIX + len);
    if (!out)
        return -ENOMEM;
    conn->out = out;
    qda_frame_put_length(out + conn->out_len, (uint32_t)len);
    memcpy(out + conn->out_len + QDA_FRAME_PREFIX, message, len);
    conn->out_len += QDA_FRAME_PREFIX + len;
    return flush(conn);
}

static void answer(struct vq_control *control, const qdalab_ToBoard *request, struct qda_put *reply)
{
    qda_put_uint(reply, qdalab_FromBoard_reply_to_tag, request->id);
    for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
        if (handlers[i].tag == request->which_request) {
            handlers[i].fn(control, request, reply);
            return;
        }
    }
    vq_control_fail(reply, qdalab_FailureCode_FAILURE_BAD_REQUEST, 0,
                    "the request names nothing that this board can do; use a control program of the same build");
}

static int serve(struct conn *conn, const uint8_t *message, size_t len)
{
    static uint8_t room[256u << 10];
    struct qda_put reply = qda_put_into(room, sizeof(room));
    qdalab_ToBoard request = qdalab_ToBoard_init_zero;
    pb_istream_t stream = pb_istream_from_buffer(message, len);
    if (!pb_decode(&stream, qdalab_ToBoard_fields, &request))
        vq_control_fail(&reply, qdalab_FailureCode_FAILURE_BAD_FRAME, -EBADMSG,
                        "the frame holds no ToBoard message (%s); the connection is closed", PB_GET_ERROR(&stream));
    else
        answer(conn->control, &request, &reply);
    int err = reply.full ? -EMSGSIZE : queue(conn, room, reply.len);
    return err ? err : (stream.errmsg ? -EBADMSG : 0);
}

/* The stream cannot be followed any more: says so; the connection then ends. */
static int refuse_frame(struct conn *conn, int err)
{
    uint8_t room[512];
    struct qda_put reply = qda_put_into(room, sizeof(room));
    vq_control_fail(&reply, qdalab_FailureCode_FAILURE_BAD_FRAME, err,
                    "a frame has an impossible length (1 to %u bytes are allowed); the connection is closed",
                    IN_CAP - QDA_FRAME_PREFIX);
    (void)queue(conn, room, reply.len); /* it ends either way */
    return err;
}

/* Serves the whole frames that are there, until an answer has to wait. 0 or -errno. */
static int take_frames(struct conn *conn)
{
    while (conn->out_len == 0) {
        const uint8_t *message;
        size_t len;
        int more = qda_frame_next(&conn->reader, &message, &len);
        if (more < 0)
            return refuse_frame(conn, more);
        int err = more > 0 ? serve(conn, message, len) : 0;
        if (err || more == 0)
            return err;
    }
    return 0;
}

static int read_frames(struct conn *conn)
{
    size_t room;
    uint8_t *at = qda_frame_space(&conn->reader, &room);
    ssize_t got = recv(conn->fd, at, room, MSG_DONTWAIT);
    if (got <= 0)
        return got < 0 && errno == EAGAIN ? 0 : -ECONNRESET;
    qda_frame_filled(&conn->reader, (size_t)got);
    return take_frames(conn);
}

static void on_conn(struct vq_board *board, void *arg, uint32_t events)
{
    struct conn *conn = arg;
    (void)board;
    int err = events & EPOLLERR || (events & EPOLLHUP && conn->out_len > 0) ? -ECONNRESET : 0;
    if (!err && (events & EPOLLOUT))
        err = flush(conn);
    if (!err && (events & EPOLLOUT))
        err = take_frames(conn);
    if (!err && (events & (EPOLLIN | EPOLLHUP)) && conn->out_len == 0)
        err = read_frames(conn);
    if (err)
        end_conn(conn);
}

static void on_listener(struct vq_board *board, void *arg, uint32_t events)
{
    struct vq_control *control = arg;
    int pid;
    uint32_t uid;
    (void)events;
    int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    bool welcome = control->conn_count < VQ_MAX_TESTERS && vq_peer_allowed(fd, &pid, &uid);
    struct conn *conn = welcome ? calloc(1, sizeof(*conn)) : NULL;
    struct vq_watch *watch = conn ? vq_watch_fd(board, fd, EPOLLIN, on_conn, conn) : NULL;
    if (!watch) {
        free(conn);
        close(fd);
        return;
    }
    conn->control = control;
    conn->fd = fd;
    conn->watch = watch;
    qda_frame_reader_init(&conn->reader, conn->in, sizeof(conn->in));
    vq_list_add(&control->conns, &conn->link);
    control->conn_count++;
}

int vq_control_start(struct vq_board *board, const char *exe_folder, struct vq_control **out)
{
    struct vq_control *control = calloc(1, sizeof(*control));
    if (!control)
        return -ENOMEM;
    control->board = board;
    vq_list_init(&control->conns);
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* what workloads leave behind comes to the board */
    snprintf(control->exe_folder, sizeof(control->exe_folder), "%s", exe_folder);
    control->fd = vq_listen(board, SOCK_STREAM, "ctl");
    int err = control->fd < 0 ? control->fd : 0;
    if (!err) {
        control->watch = vq_watch_fd(board, control->fd, EPOLLIN, on_listener, control);
        err = control->watch ? 0 : -ENOMEM;
    }
    if (err) {
        vq_control_stop(control);
        return err;
    }
    *out = control;
    return 0;
}

void vq_control_stop(struct vq_control *control)
{
    vq_workload_stop(control, 0);
    while (!vq_list_empty(&control->conns))
        end_conn(VQ_OF(control->conns.next, struct conn, link));
    if (control->watch)
        vq_unwatch_fd(control->board, control->watch);
    if (control->fd >= 0)
        close(control->fd);
    free(control);
}
