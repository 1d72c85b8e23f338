/* SPDX-License-Identifier: MIT */
#include "sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Helpers over any backend. A read of a file is taken up again after a signal. */

static ssize_t read_some(struct qda_sys *sys, int fd, char *buf, size_t len)
{
    ssize_t got;
    do {
        got = sys->ops->read(sys, fd, buf, len);
    } while (got == -EINTR);
    return got;
}

/* Up to len bytes, or to the end of the file. Bytes or -errno. */
static ssize_t read_up_to(struct qda_sys *sys, int fd, char *buf, size_t len)
{
    size_t have = 0;
    while (have < len) {
        ssize_t got = read_some(sys, fd, buf + have, len - have);
        if (got < 0)
            return got;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

/* -EFBIG if the file goes on, 0 at its end, or the error of the read. */
static int expect_end(struct qda_sys *sys, int fd)
{
    char more;
    ssize_t got = read_some(sys, fd, &more, 1);
    if (got < 0)
        return (int)got;
    return got == 0 ? 0 : -EFBIG;
}

ssize_t qda_read_file(struct qda_sys *sys, const char *path, char *buf, size_t len)
{
    if (len == 0)
        return -EINVAL;
    buf[0] = '\0';
    int fd = sys->ops->open(sys, path, O_RDONLY);
    if (fd < 0)
        return fd;
    ssize_t got = read_up_to(sys, fd, buf, len - 1);
    buf[got < 0 ? 0 : got] = '\0';
    if (got == (ssize_t)(len - 1)) {
        int err = expect_end(sys, fd);
        got = err < 0 ? err : got;
    }
    sys->ops->close(sys, fd);
    return got;
}

/* Grows the buffer to the next size, at most `max` bytes and a NUL. */
static int grow(char **buf, size_t *cap, size_t max)
{
    size_t next = *cap == 0 ? 4096 : *cap * 2;
    next = next > max ? max : next;
    char *bigger = realloc(*buf, next + 1);
    if (bigger == NULL)
        return -ENOMEM;
    *buf = bigger;
    *cap = next;
    return 0;
}

static ssize_t read_growing(struct qda_sys *sys, int fd, size_t max, char **buf)
{
    size_t cap = 0, have = 0;
    for (;;) {
        int err = grow(buf, &cap, max);
        if (err < 0)
            return err;
        ssize_t got = read_up_to(sys, fd, *buf + have, cap - have);
        if (got < 0)
            return got;
        have += (size_t)got;
        (*buf)[have] = '\0';
        if (have < cap)
            return (ssize_t)have;
        if (cap == max) {
            err = expect_end(sys, fd);
            return err < 0 ? err : (ssize_t)have;
        }
    }
}

ssize_t qda_read_file_alloc(struct qda_sys *sys, const char *path, size_t max, char **out)
{
    *out = NULL;
    int fd = sys->ops->open(sys, path, O_RDONLY);
    if (fd < 0)
        return fd;
    char *buf = NULL;
    ssize_t got = read_growing(sys, fd, max, &buf);
    sys->ops->close(sys, fd);
    if (got < 0) {
        free(buf);
        return got;
    }
    *out = buf;
    return got;
}

/* One write of the whole text, as a control file wants it. The file is not cut first: tracefs takes that as "clear". */
int qda_write_file(struct qda_sys *sys, const char *path, const char *text)
{
    size_t len = strlen(text);
    int fd = sys->ops->open(sys, path, O_WRONLY);
    if (fd < 0)
        return fd;
    ssize_t put = sys->ops->write(sys, fd, text, len);
    sys->ops->close(sys, fd);
    if (put < 0)
        return (int)put;
    return (size_t)put == len ? 0 : -EIO;
}

/* Parts that lead down, none longer than a name can be. */
static bool goes_down(const char *name)
{
    for (;; name++) {
        size_t len = strcspn(name, "/");
        bool dots = (len == 1 && name[0] == '.') || (len == 2 && name[0] == '.' && name[1] == '.');
        if (len == 0 || len > NAME_MAX || dots)
            return false;
        name += len;
        if (*name == '\0')
            return true;
    }
}

int qda_open_below(struct qda_sys *sys, const char *folder, const char *name)
{
    return goes_down(name) ? sys->ops->open_below(sys, folder, name) : -EINVAL;
}
