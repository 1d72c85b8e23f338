/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * What a round trip to a program costs over a pair of pipes: eight bytes to its standard input, eight bytes back.
 *
 *     pipe_hop SAMPLES WARM-UPS PROGRAM [ARGUMENT...]
 *
 * Prints "p50 NS". `npm run bench:tool` sets a loop of the emulator beside a call to the virtual DSP.
 */
#define MESSAGE_BYTES 8
#define MAX_SAMPLES 10000000ul

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct peer {
    int to, from;
    int pid;
};

static void become(char **argv, int in, int out, int parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent && dup2(in, 0) == 0 && dup2(out, 1) == 1)
        execvp(argv[0], argv);
    _exit(127);
}

static int start(char **argv, struct peer *peer)
{
    int down[2], up[2], parent = getpid();
    if (pipe2(down, O_CLOEXEC) < 0 || pipe2(up, O_CLOEXEC) < 0)
        return -1;
    peer->pid = fork();
    if (peer->pid == 0)
        become(argv, down[0], up[1], parent);
    close(down[0]);
    close(up[1]);
    peer->to = down[1];
    peer->from = up[0];
    return peer->pid > 0 ? 0 : -1;
}

static int round_trip(const struct peer *peer, uint64_t number)
{
    uint64_t back = 0;
    if (write(peer->to, &number, MESSAGE_BYTES) != MESSAGE_BYTES)
        return -1;
    return read(peer->from, &back, MESSAGE_BYTES) == MESSAGE_BYTES ? 0 : -1;
}

static int measure(const struct peer *peer, uint64_t *ns, size_t samples, size_t warmups)
{
    for (size_t i = 0; i < warmups + samples; i++) {
        uint64_t begin = now_ns();
        int err = round_trip(peer, i);
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

int main(int argc, char **argv)
{
    size_t samples = argc > 3 ? strtoul(argv[1], NULL, 10) : 0, warmups = argc > 3 ? strtoul(argv[2], NULL, 10) : 0;
    struct peer peer;
    if (samples == 0 || samples > MAX_SAMPLES) {
        fprintf(stderr, "usage: pipe_hop SAMPLES WARM-UPS PROGRAM [ARGUMENT...]\n");
        return 3;
    }
    signal(SIGPIPE, SIG_IGN);
    uint64_t *ns = malloc(samples * sizeof(*ns));
    int err = ns != NULL && start(argv + 3, &peer) == 0 ? measure(&peer, ns, samples, warmups) : -1;
    if (err < 0) {
        fprintf(stderr, "pipe_hop: no round trip could be made with %s\n", argv[3]);
        return 2;
    }
    qsort(ns, samples, sizeof(*ns), by_value);
    printf("p50 %llu\n", (unsigned long long)ns[(samples - 1) / 2]);
    close(peer.to);
    waitpid(peer.pid, NULL, 0);
    free(ns);
    return 0;
}
