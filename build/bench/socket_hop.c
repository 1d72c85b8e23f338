/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
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
#define MAX_SAMPLES 10000000ul

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

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

static int round_trip(int fd)
{
    char message[MESSAGE_BYTES] = "";
    if (send(fd, message, sizeof(message), MSG_NOSIGNAL) != sizeof(message))
        return -1;
    return recv(fd, message, sizeof(message), 0) == sizeof(message) ? 0 : -1;
}

static int measure(int fd, uint64_t *ns, size_t samples, size_t warmups)
{
    for (size_t i = 0; i < warmups + samples; i++) {
        uint64_t begin = now_ns();
        int err = round_trip(fd);
        uint64_t took = now_ns() - begin;
        if (err < 0)
            return err;
        if (i >= warmups)
            ns[i - warmups] = took;
    }
    return 0;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
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

static size_t number(int argc, char **argv, int at, size_t otherwise)
{
    size_t value = argc > at ? strtoul(argv[at], NULL, 10) : otherwise;
    return value > MAX_SAMPLES ? MAX_SAMPLES : value;
}

int main(int argc, char **argv)
{
    size_t samples = number(argc, argv, 1, 20000), warmups = number(argc, argv, 2, 2000);
    uint64_t *ns = samples > 0 ? malloc(samples * sizeof(*ns)) : NULL;
    int fd = connect_to_echo();
    if (ns == NULL || fd < 0 || measure(fd, ns, samples, warmups) < 0) {
        fprintf(stderr, "socket_hop: no round trip could be made\n");
        return 2;
    }
    qsort(ns, samples, sizeof(*ns), by_value);
    printf("p50 %llu\n", (unsigned long long)ns[(samples - 1) / 2]);
    free(ns);
    close(fd);
    return 0;
}
