/* SPDX-License-Identifier: MIT */
#include "samples.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * What a round trip to a program costs over a pair of pipes: eight bytes to its standard input, eight bytes back.
 *
 *     pipe_hop SAMPLES WARM-UPS PROGRAM [ARGUMENT...]
 *
 * Prints "p50 NS". `npm run bench:tool` sets a loop of the emulator beside a call to the virtual DSP.
 */
#define MESSAGE_BYTES 8

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

static int round_trip(void *arg)
{
    const struct peer *peer = arg;
    uint64_t word = 0;
    if (write(peer->to, &word, MESSAGE_BYTES) != MESSAGE_BYTES)
        return -1;
    return read(peer->from, &word, MESSAGE_BYTES) == MESSAGE_BYTES ? 0 : -1;
}

int main(int argc, char **argv)
{
    const size_t counts[2] = {number(argc, argv, 1, 0), number(argc, argv, 2, 0)};
    struct peer peer;
    if (argc < 4 || counts[0] == 0) {
        fprintf(stderr, "usage: pipe_hop SAMPLES WARM-UPS PROGRAM [ARGUMENT...]\n");
        return 3;
    }
    signal(SIGPIPE, SIG_IGN);
    if (start(argv + 3, &peer) < 0 || print_p50(round_trip, &peer, counts) < 0) {
        fprintf(stderr, "pipe_hop: no round trip could be made with %s\n", argv[3]);
        return 2;
    }
    close(peer.to);
    waitpid(peer.pid, NULL, 0);
    return 0;
}
