/* SPDX-License-Identifier: MIT */
#include "agent/conn.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/clock.h"

#define STUCK_MS 10000

void conn_init(struct conn *conn)
{
    conn->fd = -1;
}

bool conn_live(const struct conn *conn)
{
    return conn->fd >= 0;
}

void conn_open(struct conn *conn, int fd, const uint8_t *read, size_t len)
{
    conn->fd = fd;
    conn->seq = 0;
    conn->out_start = conn->out_end = 0;
    conn->stuck_since_ns = 0;
    qda_frame_reader_init(&conn->reader, conn->in, sizeof(conn->in));
    memcpy(conn->in, read, len);
    qda_frame_filled(&conn->reader, len);
}

void socket_close_politely(int fd)
{
    char rest[4096];
    for (int i = 0; i < 512 && recv(fd, rest, sizeof(rest), MSG_DONTWAIT) > 0; i++)
        ;
    close(fd);
}

void conn_close(struct conn *conn)
{
    if (conn->fd < 0)
        return;
    socket_close_politely(conn->fd);
    conn->fd = -1;
}

size_t conn_pending(const struct conn *conn)
{
    return conn->out_end - conn->out_start;
}

bool conn_has_room(const struct conn *conn, size_t len)
{
    return sizeof(conn->out) - conn_pending(conn) >= len + QDA_FRAME_OVERHEAD;
}

static void make_room(struct conn *conn)
{
    memmove(conn->out, conn->out + conn->out_start, conn_pending(conn));
    conn->out_end -= conn->out_start;
    conn->out_start = 0;
}

void conn_flush(struct conn *conn)
{
    while (conn_live(conn) && conn_pending(conn) > 0) {
        ssize_t sent = send(conn->fd, conn->out + conn->out_start, conn_pending(conn), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            conn->out_start += (size_t)sent;
            conn->stuck_since_ns = 0;
        } else if (errno == EAGAIN) {
            if (conn->stuck_since_ns == 0)
                conn->stuck_since_ns = clock_now_ns();
            return;
        } else if (errno != EINTR) {
            conn_close(conn);
        }
    }
    conn->out_start = conn->out_end = 0;
}

/* Waits until the peer takes something. False: it does not, or is gone. */
static bool wait_writable(struct conn *conn)
{
    struct pollfd fd = {.fd = conn->fd, .events = POLLOUT};
    int ready = poll(&fd, 1, STUCK_MS);
    if (ready < 0 && errno == EINTR)
        return true;
    return ready > 0 && !(fd.revents & (POLLERR | POLLNVAL));
}

/* Until `len` bytes of body fit, or (len = SIZE_MAX) nothing waits any more. */
static bool wait_for_room(struct conn *conn, size_t len)
{
    conn_flush(conn);
    while (conn_live(conn) && (len == SIZE_MAX ? conn_pending(conn) > 0 : !conn_has_room(conn, len))) {
        if (!wait_writable(conn))
            conn_close(conn);
        else
            conn_flush(conn);
    }
    return conn_live(conn);
}

void conn_drain(struct conn *conn)
{
    wait_for_room(conn, SIZE_MAX);
}

bool conn_send(struct conn *conn, uint64_t reply_to, const struct qda_body *body)
{
    if (!conn_live(conn) || (!conn_has_room(conn, body->len) && !wait_for_room(conn, body->len)))
        return false;
    if (sizeof(conn->out) - conn->out_end < body->len + QDA_FRAME_OVERHEAD)
        make_room(conn);
    size_t room = sizeof(conn->out) - conn->out_end;
    conn->out_end += qda_frame_from_agent(conn->out + conn->out_end, room, ++conn->seq, reply_to, body);
    return true;
}

bool conn_fill(struct conn *conn)
{
    size_t room;
    uint8_t *at = qda_frame_space(&conn->reader, &room);
    ssize_t got = recv(conn->fd, at, room, MSG_DONTWAIT);
    if (got > 0)
        qda_frame_filled(&conn->reader, (size_t)got);
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        conn_close(conn);
    return conn_live(conn);
}
