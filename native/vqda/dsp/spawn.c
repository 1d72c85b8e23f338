/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/spawn.h"

#include "rpcmsg/port.h"
#include "vqda/dsp/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CPU "v67" /* the newest of qemu 7.2; runs code for v66 to v68 */
#define FIRST_FREE_FD 16 /* own descriptors stay clear of the numbers that the child gets */
#define PROGRAM_FD 4
#define PROGRAM_PATH "/proc/self/fd/4"
#define SANDBOX_FD 5
#define SANDBOX_PATH "/proc/self/fd/5"
#define WORDS_PIPE 65536

/* The emulator takes 4.3 GiB of addresses (the guest's 4 GiB without memory behind them) and 150 MiB for itself. */
#define LIMIT_ADDRESSES (6ull << 30)
#define LIMIT_DATA (512ull << 20)
#define LIMIT_FDS 16384

/* What becomes a descriptor of the child; END_NULL its stdin and stdout. */
enum end { END_NULL, END_WORDS, END_PORT, END_PROGRAM, END_SANDBOX, ENDS };

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Away from low numbers. Takes over `fd`. */
static int move_up(int fd)
{
    if (fd < 0)
        return -errno;
    int high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    int err = high < 0 ? -errno : high;
    close(fd);
    return err;
}

/* The bytes as a file that nobody can change. */
static int seal_program(const void *program, size_t len)
{
    int fd = memfd_create("vqda-dsp-program", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -errno;
    size_t at = 0;
    while (at < len) {
        ssize_t put = write(fd, (const char *)program + at, len - at);
        if (put < 0 && errno != EINTR)
            break;
        at += put > 0 ? (size_t)put : 0;
    }
    int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    if (at < len || fcntl(fd, F_ADD_SEALS, seals) != 0) {
        int err = -errno;
        close(fd);
        return err;
    }
    return move_up(fd);
}

static int open_pair(int *mine, int *theirs, int (*make)(int ends[2]))
{
    int ends[2];
    if (make(ends) != 0)
        return -errno;
    *mine = move_up(ends[0]);
    *theirs = move_up(ends[1]);
    if (*mine < 0 || *theirs < 0)
        return *mine < 0 ? *mine : *theirs;
    return fcntl(*mine, F_SETFL, O_NONBLOCK) == 0 ? 0 : -errno;
}

static int make_port(int ends[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

/* Neither end ever waits for the other. */
static int make_words(int ends[2])
{
    int err = pipe2(ends, O_CLOEXEC | O_NONBLOCK);
    if (err == 0)
        (void)fcntl(ends[0], F_SETPIPE_SZ, WORDS_PIPE);
    return err;
}

static int open_ends(const void *program, size_t len, int ends[ENDS], struct vq_spawned *out)
{
    ends[END_NULL] = move_up(open("/dev/null", O_RDWR | O_CLOEXEC));
    int err = ends[END_NULL] < 0 ? ends[END_NULL] : 0;
    if (!err)
        err = open_pair(&out->port, &ends[END_PORT], make_port);
    if (!err)
        err = open_pair(&out->words, &ends[END_WORDS], make_words);
    if (!err)
        err = ends[END_SANDBOX] = move_up(open(vq_dsp_settings()->sandbox, O_RDONLY | O_CLOEXEC));
    if (err >= 0)
        err = ends[END_PROGRAM] = seal_program(program, len);
    return err < 0 ? err : 0;
}

/* ---- In the child: plain system calls only, for the board may have been counting in a thread */

static void set_limit(int what, uint64_t value)
{
    struct rlimit limit = { .rlim_cur = value, .rlim_max = value };
    if (setrlimit(what, &limit) != 0)
        _exit(125);
}

static void set_limits(void)
{
    struct rlimit fds;
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_FSIZE, 0);
    set_limit(RLIMIT_AS, LIMIT_ADDRESSES);
    set_limit(RLIMIT_DATA, LIMIT_DATA);
    set_limit(RLIMIT_MSGQUEUE, 0);
    if (getrlimit(RLIMIT_NOFILE, &fds) != 0)
        _exit(125);
    set_limit(RLIMIT_NOFILE, fds.rlim_max < LIMIT_FDS ? fds.rlim_max : LIMIT_FDS);
}

static void set_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void place_descriptors(const int ends[ENDS])
{
    bool placed = dup2(ends[END_NULL], 0) == 0 && dup2(ends[END_NULL], 1) == 1 && dup2(ends[END_WORDS], 2) == 2 &&
                  dup2(ends[END_PORT], QDA_PORT_FD) == QDA_PORT_FD && dup2(ends[END_PROGRAM], PROGRAM_FD) == PROGRAM_FD &&
                  dup2(ends[END_SANDBOX], SANDBOX_FD) == SANDBOX_FD;
    if (!placed || syscall(SYS_close_range, SANDBOX_FD + 1u, ~0u, 0u) != 0)
        _exit(125);
}

static _Noreturn void become(const int ends[ENDS], int parent, char *const argv[])
{
    char *const environment[] = { "LD_PRELOAD=" SANDBOX_PATH, NULL };
    /*
     * Away from a terminal's signals, but in the board's session: the scheduler may give each session its share as one
     * (sched_autogroup_enabled), and two processes can yield to each other only within one.
     */
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        _exit(125);
    set_signals();
    place_descriptors(ends);
    set_limits();
    execve(argv[0], argv, environment);
    _exit(127);
}

/* ---- In the board */

static int start(const int ends[ENDS], struct vq_spawned *out)
{
    char *argv[] = { (char *)(uintptr_t)vq_dsp_emulator(), "-cpu", CPU, "-plugin", "file=" SANDBOX_PATH, PROGRAM_PATH, NULL };
    int parent = getpid();
    out->pid = fork();
    if (out->pid == 0)
        become(ends, parent, argv);
    if (out->pid < 0)
        return -errno;
    out->pidfd = (int)syscall(SYS_pidfd_open, out->pid, 0);
    return out->pidfd < 0 ? -errno : 0;
}

static void undo(struct vq_spawned *out)
{
    if (out->pid > 0) {
        kill(out->pid, SIGKILL);
        waitpid(out->pid, NULL, 0);
    }
    close_fd(&out->pidfd);
    close_fd(&out->port);
    close_fd(&out->words);
}

int vq_spawn(const void *program, size_t len, struct vq_spawned *out)
{
    int ends[ENDS] = { -1, -1, -1, -1, -1 };
    *out = (struct vq_spawned){ .pid = -1, .pidfd = -1, .port = -1, .words = -1 };
    int err = open_ends(program, len, ends, out);
    if (!err)
        err = start(ends, out);
    for (int i = 0; i < ENDS; i++)
        close_fd(&ends[i]);
    if (err)
        undo(out);
    return err;
}

int vq_spawn_is_filtered(int pid)
{
    char path[64], line[128];
    int mode = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof(line), file))
        (void)sscanf(line, "Seccomp: %d", &mode);
    if (file)
        fclose(file);
    return mode == 2; /* SECCOMP_MODE_FILTER */
}
