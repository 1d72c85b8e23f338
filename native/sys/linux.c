/* SPDX-License-Identifier: MIT */
#include "sys/linux.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

/* Descriptors and clocks. The rest of the backend stands in linux_files.c and linux_process.c. */

static int linux_close(struct qda_sys *sys, int fd)
{
    (void)sys;
    return close(fd) < 0 ? -errno : 0;
}

static ssize_t linux_read(struct qda_sys *sys, int fd, void *buf, size_t len)
{
    (void)sys;
    ssize_t got = read(fd, buf, len);
    return got < 0 ? -errno : got;
}

static ssize_t linux_write(struct qda_sys *sys, int fd, const void *buf, size_t len)
{
    (void)sys;
    ssize_t put = write(fd, buf, len);
    return put < 0 ? -errno : put;
}

static int linux_ioctl(struct qda_sys *sys, int fd, unsigned long request, void *arg)
{
    (void)sys;
    int result = ioctl(fd, request, arg);
    return result == -1 ? -errno : result; /* codes of the DSP are negative too (0x80000400 and up), and no failures */
}

static void *linux_mmap(struct qda_sys *sys, size_t len, int prot, int flags, int fd, uint64_t offset, int *err)
{
    (void)sys;
    void *addr = mmap(NULL, len, prot, flags, fd, (off_t)offset);
    *err = addr == MAP_FAILED ? -errno : 0;
    return addr == MAP_FAILED ? NULL : addr;
}

static int linux_munmap(struct qda_sys *sys, void *addr, size_t len)
{
    (void)sys;
    return munmap(addr, len) < 0 ? -errno : 0;
}

static int64_t linux_seek_end(struct qda_sys *sys, int fd)
{
    (void)sys;
    off_t size = lseek(fd, 0, SEEK_END);
    return size < 0 ? -errno : size;
}

void linux_stat_convert(const struct stat *from, struct qda_stat *to)
{
    *to = (struct qda_stat){
        .dev = from->st_dev,
        .ino = from->st_ino,
        .size = (uint64_t)from->st_size,
        .mode = from->st_mode,
        .uid = from->st_uid,
        .rdev_major = major(from->st_rdev),
        .rdev_minor = minor(from->st_rdev),
    };
}

static int linux_fstat(struct qda_sys *sys, int fd, struct qda_stat *out)
{
    (void)sys;
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    linux_stat_convert(&st, out);
    return 0;
}

static int linux_poll(struct qda_sys *sys, int fd, short events, int timeout_ms)
{
    (void)sys;
    struct pollfd p = { .fd = fd, .events = events };
    int ready = poll(&p, 1, timeout_ms);
    if (ready < 0)
        return -errno;
    return ready == 0 ? 0 : p.revents;
}

static uint64_t read_clock(clockid_t clock)
{
    struct timespec ts = { 0 };
    clock_gettime(clock, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static uint64_t linux_now_ns(struct qda_sys *sys)
{
    (void)sys;
    return read_clock(CLOCK_MONOTONIC_RAW);
}

static uint64_t linux_utc_ns(struct qda_sys *sys)
{
    (void)sys;
    return read_clock(CLOCK_REALTIME);
}

static const struct qda_sys_ops linux_ops = {
    .open = linux_open,
    .close = linux_close,
    .read = linux_read,
    .write = linux_write,
    .ioctl = linux_ioctl,
    .mmap = linux_mmap,
    .munmap = linux_munmap,
    .seek_end = linux_seek_end,
    .fstat = linux_fstat,
    .poll = linux_poll,
    .stat = linux_stat,
    .readlink = linux_readlink,
    .list_dir = linux_list_dir,
    .mkdir = linux_mkdir,
    .rmdir = linux_rmdir,
    .open_below = linux_open_below,
    .open_files = linux_open_files,
    .now_ns = linux_now_ns,
    .utc_ns = linux_utc_ns,
    .spawn = linux_spawn,
    .wait = linux_wait,
    .kill = linux_kill,
    .socketpair = linux_socketpair,
    .send_fd = linux_send_fd,
    .recv_fd = linux_recv_fd,
    .memfd = linux_memfd,
};

struct qda_sys *qda_sys_linux(const char *root)
{
    size_t len = strlen(root);
    struct linux_sys *self = malloc(sizeof(*self) + len + 1);
    if (self == NULL)
        return NULL;
    self->base = (struct qda_sys){ .ops = &linux_ops, .simulated = false };
    self->files_tried = false;
    self->root_len = len;
    memcpy(self->root, root, len + 1);
    return &self->base;
}

void qda_sys_linux_free(struct qda_sys *sys)
{
    struct linux_sys *self = (struct linux_sys *)sys; /* base is its first member */
    if (self != NULL && self->files_tried && self->files_link >= 0)
        close(self->files_link);
    free(self);
}
