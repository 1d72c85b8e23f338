/* SPDX-License-Identifier: MIT */
#ifndef QDA_SYS_H
#define QDA_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The seam of system calls. Everything above it (driver, probe, run, agent, workloads, conformance tests) is the same
 * code on a board, on the virtual QDA and in unit tests; only the `struct qda_sys` differs:
 *   - sys/linux.c      calls the kernel; the only code of the agent that does
 *   - vqda/client/     talks to the virtual QDA
 *   - test/native/     scripted fakes
 *
 * Rules that hold for every backend:
 *   - Results are >= 0 on success and -errno on failure; errno itself is never part of the contract.
 *   - Paths are absolute board paths ("/dev/accel/accel0", "/sys/kernel/btf/qda", "/proc/12/fd"). A backend resolves
 *     them under its one file-system root.
 *   - Descriptors are real descriptors of this process: they may be polled, passed with send_fd and inherited.
 *   - read/write/poll/close act on any descriptor the backend handed out and on ordinary ones.
 *   - A call never blocks longer than the kernel's own would; EINTR is returned, not retried (the caller decides).
 */
struct qda_sys;

/* What stat() says, as far as the agent needs it. */
struct qda_stat {
    uint64_t dev;
    uint64_t ino;
    uint64_t size; /* bytes */
    uint32_t mode;
    uint32_t uid;
    uint32_t rdev_major;
    uint32_t rdev_minor;
};

/* Called once per directory entry ("." and ".." left out). Return 0 to go on, anything else ends the listing with it. */
typedef int (*qda_dirent_fn)(void *arg, const char *name);

/* An open file of some process. */
enum qda_open_kind { QDA_OPEN_DMABUF = 1, QDA_OPEN_DEVICE };
struct qda_open_file {
    uint32_t pid; /* process */
    uint32_t fd;
    enum qda_open_kind kind;
    uint64_t ino;        /* DMABUF */
    uint64_t size;       /* DMABUF, bytes */
    uint32_t rdev_major; /* DEVICE: a character device */
    uint32_t rdev_minor;
};
typedef int (*qda_open_file_fn)(void *arg, const struct qda_open_file *file);

/* A program to start as a child of this process (never a bare fork). */
struct qda_spawn {
    const char *const *argv; /* argv[0] is the path; "/proc/self/exe" re-executes this very program */
    const int *fds;          /* descriptors that the child gets as 3, 4, ... */
    size_t fd_count;
};

struct qda_sys_ops {
    /* Descriptors. `flags` are O_* of open(2). */
    int (*open)(struct qda_sys *sys, const char *path, int flags);
    int (*close)(struct qda_sys *sys, int fd);
    ssize_t (*read)(struct qda_sys *sys, int fd, void *buf, size_t len);
    ssize_t (*write)(struct qda_sys *sys, int fd, const void *buf, size_t len);
    int (*ioctl)(struct qda_sys *sys, int fd, unsigned long request, void *arg); /* result may be positive (AEE codes) */
    void *(*mmap)(struct qda_sys *sys, size_t len, int prot, int flags, int fd, uint64_t offset, int *err); /* NULL and *err = -errno on failure */
    int (*munmap)(struct qda_sys *sys, void *addr, size_t len);
    int64_t (*seek_end)(struct qda_sys *sys, int fd); /* lseek(fd, 0, SEEK_END): the size of a dma-buf, bytes */
    int (*fstat)(struct qda_sys *sys, int fd, struct qda_stat *out);
    int (*poll)(struct qda_sys *sys, int fd, short events, int timeout_ms); /* revents, 0 on time-out */

    /* Files under the root. */
    int (*stat)(struct qda_sys *sys, const char *path, struct qda_stat *out);         /* follows links */
    ssize_t (*readlink)(struct qda_sys *sys, const char *path, char *buf, size_t len); /* NUL-terminated, cut at len - 1 */
    int (*list_dir)(struct qda_sys *sys, const char *path, qda_dirent_fn fn, void *arg);
    int (*mkdir)(struct qda_sys *sys, const char *path); /* tracefs instances */
    int (*rmdir)(struct qda_sys *sys, const char *path);
    /* As qda_open_below(), which has looked at the name: nobody else calls this. */
    int (*open_below)(struct qda_sys *sys, const char *folder, const char *name);

    /*
     * Every dma-buf and character device that any process has open, in one pass over the kernel's own list of files; those of
     * one process come in a row. 0, what fn returned if that was not 0, or -errno where this kernel does not give the list
     * (-EOPNOTSUPP) or not to this user (-EPERM): then /proc/PID/fd must be listed, which costs some 50 times as much. May be NULL.
     */
    int (*open_files)(struct qda_sys *sys, qda_open_file_fn fn, void *arg);

    /* Clock: CLOCK_MONOTONIC_RAW in ns, and CLOCK_REALTIME in ns. */
    uint64_t (*now_ns)(struct qda_sys *sys);
    uint64_t (*utc_ns)(struct qda_sys *sys);

    /* Processes and descriptors between them (mem.handoff). */
    int (*spawn)(struct qda_sys *sys, const struct qda_spawn *what); /* pid */
    int (*wait)(struct qda_sys *sys, int pid, int *status, bool block); /* pid, 0 if it still runs and !block */
    int (*kill)(struct qda_sys *sys, int pid, int signal);
    int (*socketpair)(struct qda_sys *sys, int out[2]);               /* AF_UNIX SOCK_SEQPACKET, close-on-exec */
    int (*send_fd)(struct qda_sys *sys, int sock, const void *buf, size_t len, int fd); /* fd < 0: none */
    ssize_t (*recv_fd)(struct qda_sys *sys, int sock, void *buf, size_t len, int *fd);  /* *fd = -1 if none came */
    int (*memfd)(struct qda_sys *sys, const char *name, uint64_t size); /* sealable, F_SEAL_SHRINK set: for udmabuf */
};

struct qda_sys {
    const struct qda_sys_ops *ops;
    bool simulated; /* true for the virtual QDA: every sample taken through it is marked so */
};

/* The kernel below `root` ("" on a board; a folder of captured files in tests: files resolve under it, nodes too). */
struct qda_sys *qda_sys_linux(const char *root);
void qda_sys_linux_free(struct qda_sys *sys);

/* Reads a whole small file into buf, NUL-terminated. Returns bytes read (cut at len - 1 with -EFBIG) or -errno. */
ssize_t qda_read_file(struct qda_sys *sys, const char *path, char *buf, size_t len);
/* Reads a whole file of any size up to `max`; *out is malloc'ed, NUL-terminated, owned by the caller. Bytes or -errno (-EFBIG over max). */
ssize_t qda_read_file_alloc(struct qda_sys *sys, const char *path, size_t max, char **out);
/*
 * Opens a plain file below a folder for reading, by a name that somebody else gave and that cannot lead out of it: `name` goes down
 * ("sub/lib.so"; -EINVAL for an empty part, "." and ".."), and no part of it is a link (-ELOOP; those of `folder` itself are followed),
 * also where somebody changes the folder meanwhile. What is no plain file is not opened (-EINVAL).
 */
int qda_open_below(struct qda_sys *sys, const char *folder, const char *name);
/* Writes `text` to a control file (tracefs). 0 or -errno. */
int qda_write_file(struct qda_sys *sys, const char *path, const char *text);

#endif
