/* SPDX-License-Identifier: MIT */
#include "sys/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define FIRST_CHILD_FD 3

static void close_all(const int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        close(fds[i]);
}

/*
 * Close-on-exec copies above the child's range, so that moving one into place never overwrites another that is still
 * to be moved.
 */
static int copy_above_range(const int *fds, size_t count, int *copies)
{
    for (size_t i = 0; i < count; i++) {
        copies[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, FIRST_CHILD_FD + (int)count);
        if (copies[i] < 0) {
            int err = -errno;
            close_all(copies, i);
            return err;
        }
    }
    return 0;
}

/* A child starts with no signal blocked and none ignored, whatever the caller does with its own. */
static int set_plain_signals(posix_spawnattr_t *attr)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int err = posix_spawnattr_setsigmask(attr, &none);
    if (err == 0)
        err = posix_spawnattr_setsigdefault(attr, &all);
    if (err == 0)
        err = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return err;
}

/* Positive errno or 0, as posix_spawn itself. */
static int spawn_with(const struct qda_spawn *what, const int *copies, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    int err = posix_spawn_file_actions_init(&actions);
    if (err != 0)
        return err;
    err = posix_spawnattr_init(&attr);
    if (err != 0)
        goto free_actions;
    err = set_plain_signals(&attr);
    for (size_t i = 0; err == 0 && i < what->fd_count; i++)
        err = posix_spawn_file_actions_adddup2(&actions, copies[i], FIRST_CHILD_FD + (int)i);
    if (err == 0)
        err = posix_spawn(pid, what->argv[0], &actions, &attr, (char *const *)(uintptr_t)what->argv, environ);
    posix_spawnattr_destroy(&attr);
free_actions:
    posix_spawn_file_actions_destroy(&actions);
    return err;
}

int linux_spawn(struct qda_sys *sys, const struct qda_spawn *what)
{
    (void)sys;
    pid_t pid = 0;
    int *copies = calloc(what->fd_count + 1, sizeof(*copies));
    if (copies == NULL)
        return -ENOMEM;
    int err = copy_above_range(what->fds, what->fd_count, copies);
    if (err == 0) {
        err = -spawn_with(what, copies, &pid);
        close_all(copies, what->fd_count);
    }
    free(copies);
    return err < 0 ? err : pid;
}

int linux_wait(struct qda_sys *sys, int pid, int *status, bool block)
{
    (void)sys;
    if (pid <= 0)
        return -EINVAL; /* one child by its id, never "any" */
    pid_t done = waitpid(pid, status, block ? 0 : WNOHANG);
    return done < 0 ? -errno : done;
}

int linux_kill(struct qda_sys *sys, int pid, int signal)
{
    (void)sys;
    if (pid <= 0)
        return -EINVAL; /* 0 and below mean whole groups */
    return kill(pid, signal) < 0 ? -errno : 0;
}

int linux_socketpair(struct qda_sys *sys, int out[2])
{
    (void)sys;
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, out) < 0 ? -errno : 0;
}

/* Room for exactly one descriptor: CMSG_SPACE would round up to two and a second one would leak. */
union one_fd {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

static void attach_fd(struct msghdr *msg, union one_fd *control, int fd)
{
    msg->msg_control = control->bytes;
    msg->msg_controllen = sizeof(control->bytes);
    struct cmsghdr *head = CMSG_FIRSTHDR(msg);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &fd, sizeof(fd));
}

/* An empty packet reads as end-of-file at the other end, so it is refused. */
int linux_send_fd(struct qda_sys *sys, int sock, const void *buf, size_t len, int fd)
{
    (void)sys;
    union one_fd control = { .bytes = { 0 } };
    struct iovec iov = { .iov_base = (void *)(uintptr_t)buf, .iov_len = len };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
    if (len == 0)
        return -EINVAL;
    if (fd >= 0)
        attach_fd(&msg, &control, fd);
    return sendmsg(sock, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int received_fd(struct msghdr *msg)
{
    int fd = -1;
    struct cmsghdr *head = CMSG_FIRSTHDR(msg);
    if (head != NULL && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
        head->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(&fd, CMSG_DATA(head), sizeof(fd));
    return fd;
}

/*
 * Nothing is delivered by halves: -EMSGSIZE where the packet is longer than buf, -EMFILE where a descriptor was sent that
 * could not be taken (no free number here, or more than one in the packet).
 */
ssize_t linux_recv_fd(struct qda_sys *sys, int sock, void *buf, size_t len, int *fd)
{
    (void)sys;
    union one_fd control = { .bytes = { 0 } };
    struct iovec iov = { .iov_base = buf, .iov_len = len };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes };
    msg.msg_controllen = CMSG_LEN(sizeof(int));
    *fd = -1;
    ssize_t got = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
    if (got < 0)
        return -errno;
    int came = received_fd(&msg);
    if ((msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
        if (came >= 0)
            close(came);
        return (msg.msg_flags & MSG_TRUNC) != 0 ? -EMSGSIZE : -EMFILE;
    }
    *fd = came;
    return got;
}

int linux_memfd(struct qda_sys *sys, const char *name, uint64_t size)
{
    (void)sys;
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    if (ftruncate(fd, (off_t)size) < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) < 0) {
        int err = -errno;
        close(fd);
        return err;
    }
    return fd;
}
