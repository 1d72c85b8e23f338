/* SPDX-License-Identifier: MIT */
#include "agent/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/agent.h"

/* Waits for the child's word; without one the child is gone, and its own exit code says more. */
static int starters_code(int fd, pid_t child)
{
    unsigned char code;
    int status;
    ssize_t got;
    while ((got = read(fd, &code, 1)) < 0 && errno == EINTR)
        ;
    if (got == 1)
        return code;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return EXIT_COULD_NOT;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_COULD_NOT;
}

int detach(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    pid_t child = fork();
    if (child < 0) {
        int err = -errno;
        close(ends[0]);
        close(ends[1]);
        return err;
    }
    if (child != 0) {
        close(ends[1]);
        _exit(starters_code(ends[0], child));
    }
    close(ends[0]);
    setsid();
    return ends[1];
}

void detach_done(int fd, int code)
{
    unsigned char byte = (unsigned char)code;
    ssize_t written = write(fd, &byte, 1);
    (void)written; /* a starter that was killed needs no code */
    close(fd);
}

int detach_from_cgroup(void)
{
    /* The unified tree; beside the trees of version 1; the one that systemd tracks services by without it; older Androids. */
    static const char *const roots[] = {"/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/unified/cgroup.procs",
                                        "/sys/fs/cgroup/systemd/cgroup.procs", "/acct/cgroup.procs", "/dev/cg2_bpf/cgroup.procs"};
    int result = 1;
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        int fd = open(roots[i], O_WRONLY | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT)
            continue;
        bool moved = fd >= 0 && write(fd, "0", 1) == 1;
        if (moved)
            result = 0;
        else if (result != 0)
            result = -errno;
        if (fd >= 0)
            close(fd);
    }
    return result < 0 ? result : 0;
}
