/* SPDX-License-Identifier: MIT */
#include "fake_board.h"

#include "run/run.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * The helper process, played by a thread that runs the real qda_run_helper on descriptor 3. Sockets are real; the
 * descriptors in their packets are the board's numbers, sent as text before the packet's own bytes.
 */
#define HELPER_SOCK 3

struct packet {
    int fd; /* a new number of the board's, -1: none */
    char bytes[512];
};

static struct fake_board *board_of(struct qda_sys *sys)
{
    return (struct fake_board *)sys;
}

static int real_of(struct fake_board *board, int sock)
{
    pthread_mutex_lock(&board->lock);
    int real = board->fds[sock].kind == FAKE_SOCK ? board->fds[sock].real : -1;
    pthread_mutex_unlock(&board->lock);
    return real;
}

static void close_helper_end(struct fake_board *board)
{
    pthread_mutex_lock(&board->lock);
    close(board->fds[HELPER_SOCK].real);
    board->fds[HELPER_SOCK] = (struct fake_fd){0};
    board->helper_done = true;
    pthread_mutex_unlock(&board->lock);
}

static void *helper_main(void *arg)
{
    struct fake_board *board = arg;
    char byte;
    if (board->helper == FAKE_HELPER_SERVES)
        qda_run_helper(&board->base, NULL);
    while (board->helper == FAKE_HELPER_HANGS && recv(real_of(board, HELPER_SOCK), &byte, 1, 0) > 0)
        continue; /* until the socket is shut, as when it is killed */
    close_helper_end(board);
    return NULL;
}

int fake_board_spawn(struct qda_sys *sys, const struct qda_spawn *what)
{
    struct fake_board *board = board_of(sys);
    pthread_mutex_lock(&board->lock);
    int err = fake_fault(board, FAKE_SPAWN);
    if (err == 0) {
        board->fds[HELPER_SOCK] = (struct fake_fd){.kind = FAKE_SOCK, .real = dup(board->fds[what->fds[0]].real)};
        board->helper_done = false;
        board->children++;
    }
    pthread_mutex_unlock(&board->lock);
    if (err == 0)
        err = -pthread_create(&board->thread, NULL, helper_main, board);
    return err ? err : 4711;
}

int fake_board_wait(struct qda_sys *sys, int pid, int *status, bool block)
{
    struct fake_board *board = board_of(sys);
    pthread_mutex_lock(&board->lock);
    bool done = board->helper_done;
    pthread_mutex_unlock(&board->lock);
    if (!done && !block)
        return 0;
    pthread_join(board->thread, NULL);
    board->children--;
    *status = 0;
    return pid;
}

int fake_board_kill(struct qda_sys *sys, int pid, int signal)
{
    struct fake_board *board = board_of(sys);
    (void)pid;
    (void)signal;
    shutdown(real_of(board, HELPER_SOCK), SHUT_RDWR);
    return 0;
}

int fake_board_socketpair(struct qda_sys *sys, int out[2])
{
    struct fake_board *board = board_of(sys);
    int real[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, real) < 0)
        return -errno;
    pthread_mutex_lock(&board->lock);
    for (int i = 0; i < 2; i++)
        out[i] = fake_new_fd(board, (struct fake_fd){.kind = FAKE_SOCK, .real = real[i]});
    pthread_mutex_unlock(&board->lock);
    return 0;
}

int fake_board_send_fd(struct qda_sys *sys, int sock, const void *buf, size_t len, int fd)
{
    struct fake_board *board = board_of(sys);
    struct packet packet = {.fd = -1};
    memcpy(packet.bytes, buf, len);
    int real = real_of(board, sock);
    if (fd >= 0) {
        pthread_mutex_lock(&board->lock);
        packet.fd = fake_new_fd(board, board->fds[fd]);
        pthread_mutex_unlock(&board->lock);
    }
    return send(real, &packet, offsetof(struct packet, bytes) + len, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

ssize_t fake_board_recv_fd(struct qda_sys *sys, int sock, void *buf, size_t len, int *fd)
{
    struct fake_board *board = board_of(sys);
    struct packet packet;
    ssize_t got = recv(real_of(board, sock), &packet, sizeof packet, 0);
    *fd = -1;
    if (got <= 0)
        return got < 0 ? -errno : 0;
    size_t bytes = (size_t)got - offsetof(struct packet, bytes);
    memcpy(buf, packet.bytes, bytes < len ? bytes : len);
    *fd = packet.fd;
    return (ssize_t)bytes;
}

/* A wait that nobody answers takes its time on the board's clock and next to none on the machine's. */
int fake_board_poll(struct qda_sys *sys, int fd, short events, int timeout_ms)
{
    struct fake_board *board = board_of(sys);
    struct pollfd entry = {.fd = fd < 0 ? -1 : real_of(board, fd), .events = events};
    bool answers = board->helper == FAKE_HELPER_SERVES && fd >= 0;
    int ready = poll(&entry, 1, answers ? 20000 : 1);
    if (ready > 0)
        return entry.revents;
    pthread_mutex_lock(&board->lock);
    board->now += (uint64_t)timeout_ms * 1000000u;
    pthread_mutex_unlock(&board->lock);
    return 0;
}
