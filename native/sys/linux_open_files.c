/* SPDX-License-Identifier: MIT */
#include "sys/linux.h"

#include <errno.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/raw_files.h"

#define RECORDS 1024

/* The descriptor of the link; made on first use and kept. -errno: there is none, and asking again would not help. */
static int iterator_of(struct linux_sys *self)
{
    if (!self->files_tried)
        self->files_link = self->root_len == 0 ? linux_file_iter_make() : -EOPNOTSUPP;
    self->files_tried = true;
    return self->files_link;
}

static int give_all(const struct qda_raw_file *files, size_t count, qda_raw_file_fn fn, void *arg)
{
    int stop = 0;
    for (size_t i = 0; i < count && stop == 0; i++)
        stop = fn(arg, &files[i]);
    return stop;
}

/* A read gives whole records: the kernel writes none that does not fit. */
static int read_all(int fd, qda_raw_file_fn fn, void *arg)
{
    struct qda_raw_file files[RECORDS];
    for (;;) {
        ssize_t got = read(fd, files, sizeof(files));
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got <= 0)
            return got < 0 ? -errno : 0;
        if ((size_t)got % sizeof(files[0]) != 0)
            return -EIO;
        int stop = give_all(files, (size_t)got / sizeof(files[0]), fn, arg);
        if (stop != 0)
            return stop;
    }
}

int qda_linux_raw_files(struct qda_sys *sys, qda_raw_file_fn fn, void *arg)
{
    int link = iterator_of((struct linux_sys *)sys);
    int fd = link < 0 ? link : linux_file_iter_open(link);
    if (fd < 0)
        return fd;
    int result = read_all(fd, fn, arg);
    close(fd);
    return result;
}

struct wanted {
    qda_open_file_fn fn;
    void *arg;
};

static int on_raw(void *arg, const struct qda_raw_file *raw)
{
    const struct wanted *wanted = arg;
    struct qda_open_file file = {
        .pid = raw->pid, .fd = raw->fd, .ino = raw->ino, .size = raw->size,
        .rdev_major = raw->rdev >> 20, .rdev_minor = raw->rdev & 0xfffffu,
    };
    if (raw->magic == DMA_BUF_MAGIC)
        file.kind = QDA_OPEN_DMABUF;
    else if (S_ISCHR(raw->mode))
        file.kind = QDA_OPEN_DEVICE;
    else
        return 0;
    return wanted->fn(wanted->arg, &file);
}

int linux_open_files(struct qda_sys *sys, qda_open_file_fn fn, void *arg)
{
    struct wanted wanted = { fn, arg };
    return qda_linux_raw_files(sys, on_raw, &wanted);
}
