/* SPDX-License-Identifier: MIT */
#include "samples.h"

#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * What a round trip between two processes costs on this machine with nothing in it: a message as long as a small ioctl's
 * over an abstract SOCK_SEQPACKET socket, and one back.
 *
 *     socket_hop [SAMPLES] [WARM-UPS]
 *
 * Prints "p50 NS". `npm run bench:tool` sets it beside a virtual ioctl.
 */
#define MESSAGE_BYTES 64

/* The other process: sends back what comes, until nobody is there any more. */
static void echo(int listener)
{
    char message[MESSAGE_BYTES];
    int fd = accept(listener, NULL, NULL);
    ssize_t got;
    while (fd >= 0 && (got = recv(fd, message, sizeof(message), 0)) > 0)
        if (send(fd, message, (size_t)got, MSG_NOSIGNAL) != got)
            break;
    _exit(0);
}

static int round_trip(void *arg)
{
    int fd = *(const int *)arg;
    char message[MESSAGE_BYTES] = "";
    if (send(fd, message, sizeof(message), MSG_NOSIGNAL) != sizeof(message))
        return -1;
    return recv(fd, message, sizeof(message), 0) == sizeof(message) ? 0 : -1;
}

/* A connection to a process of our own over an abstract name that the kernel chooses; -1: it cannot be had. */
static int connect_to_echo(void)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    socklen_t len = sizeof(name);
    int parent = getpid();
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&name, offsetof(struct sockaddr_un, sun_path)) < 0 ||
        listen(listener, 1) < 0 || getsockname(listener, (struct sockaddr *)&name, &len) < 0)
        return -1;
    int pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent)
            echo(listener);
        _exit(1);
    }
    close(listener); /* the echo has its own */
    int fd = pid < 0 ? -1 : socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    return fd >= 0 && connect(fd, (struct sockaddr *)&name, len) == 0 ? fd : -1;
}

int main(int argc, char **argv)
{
    const size_t counts[2] = {number(argc, argv, 1, 20000), number(argc, argv, 2, 2000)};
    int fd = counts[0] > 0 ? connect_to_echo() : -1;
    if (fd < 0 || print_p50(round_trip, &fd, counts) < 0) {
        fprintf(stderr, "socket_hop: no round trip could be made\n");
        return 2;
    }
    close(fd);
    return 0;
}
