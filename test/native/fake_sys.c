/* SPDX-License-Identifier: MIT */
#include "fake_sys.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "uapi/abi.h"

#define FIRST_FD 100
#define SLOTS ((int)(sizeof(((struct fake_sys *)0)->slots) / sizeof(((struct fake_sys *)0)->slots[0])))

static const struct fake_file *file_at(const struct fake_sys *fake, const char *path)
{
    for (size_t i = 0; i < fake->file_count; i++)
        if (strcmp(fake->files[i].path, path) == 0)
            return &fake->files[i];
    return NULL;
}

static int fake_open(struct qda_sys *sys, const char *path, int flags)
{
    struct fake_sys *fake = (struct fake_sys *)sys;
    const struct fake_file *file = file_at(fake, path);
    (void)flags;
    if (file == NULL)
        return -ENOENT;
    if (file->open_error < 0)
        return file->open_error;
    for (int i = 0; i < SLOTS; i++) {
        if (fake->slots[i].file == NULL) {
            fake->slots[i].file = file;
            fake->slots[i].at = 0;
            fake->opens++;
            fake->open_now++;
            return FIRST_FD + i;
        }
    }
    return -EMFILE;
}

static int fake_close(struct qda_sys *sys, int fd)
{
    struct fake_sys *fake = (struct fake_sys *)sys;
    assert(fake->slots[fd - FIRST_FD].file != NULL);
    fake->slots[fd - FIRST_FD].file = NULL;
    fake->open_now--;
    return 0;
}

static ssize_t fake_read(struct qda_sys *sys, int fd, void *buf, size_t len)
{
    struct fake_sys *fake = (struct fake_sys *)sys;
    const struct fake_file *file = fake->slots[fd - FIRST_FD].file;
    size_t left = file->len - fake->slots[fd - FIRST_FD].at;
    size_t part = len < left ? len : left;
    if (file->cut > 0 && part > file->cut)
        part = file->cut;
    memcpy(buf, (const char *)file->data + fake->slots[fd - FIRST_FD].at, part);
    fake->slots[fd - FIRST_FD].at += part;
    return (ssize_t)part;
}

static int answer_from_table(const struct fake_sys *fake, unsigned long request, void *arg)
{
    for (size_t i = 0; i < fake->answer_count; i++) {
        const struct fake_answer *answer = &fake->answers[i];
        if (answer->request != request)
            continue;
        if (answer->len > 0)
            memcpy(arg, answer->after, answer->len);
        return answer->result;
    }
    return -ENOTTY;
}

static int fake_ioctl(struct qda_sys *sys, int fd, unsigned long request, void *arg)
{
    struct fake_sys *fake = (struct fake_sys *)sys;
    assert(fake->call_count < sizeof(fake->calls) / sizeof(fake->calls[0]));
    struct fake_call *call = &fake->calls[fake->call_count++];
    call->path = fake->slots[fd - FIRST_FD].file->path;
    call->request = request;
    assert(QDA_IOC_SIZE(request) <= sizeof(call->before));
    memcpy(call->before, arg, QDA_IOC_SIZE(request));
    return fake->on_ioctl != NULL ? fake->on_ioctl(fake, call->path, request, arg)
                                  : answer_from_table(fake, request, arg);
}

static int fake_stat(struct qda_sys *sys, const char *path, struct qda_stat *out)
{
    const struct fake_file *file = file_at((struct fake_sys *)sys, path);
    if (file == NULL)
        return -ENOENT;
    *out = (struct qda_stat){ .mode = file->mode, .size = file->len, .rdev_major = file->rdev_major };
    return 0;
}

/* Only /proc/self/fd/N of what is open. */
static ssize_t fake_readlink(struct qda_sys *sys, const char *path, char *buf, size_t len)
{
    const struct fake_sys *fake = (const struct fake_sys *)sys;
    int fd;
    if (sscanf(path, "/proc/self/fd/%d", &fd) != 1 || fd < FIRST_FD || fd >= FIRST_FD + SLOTS ||
        fake->slots[fd - FIRST_FD].file == NULL)
        return -ENOENT;
    return snprintf(buf, len, "%s", fake->slots[fd - FIRST_FD].file->path);
}

static int fake_list_dir(struct qda_sys *sys, const char *path, qda_dirent_fn fn, void *arg)
{
    const struct fake_sys *fake = (const struct fake_sys *)sys;
    size_t len = strlen(path);
    int entries = 0;
    for (size_t i = 0; i < fake->file_count; i++) {
        const char *name = fake->files[i].path;
        if (strncmp(name, path, len) != 0 || name[len] != '/' || strchr(name + len + 1, '/') != NULL)
            continue;
        entries++;
        int stop = fn(arg, name + len + 1);
        if (stop != 0)
            return stop;
    }
    return entries > 0 ? 0 : -ENOENT;
}

static const struct qda_sys_ops fake_ops = {
    .open = fake_open,
    .close = fake_close,
    .read = fake_read,
    .ioctl = fake_ioctl,
    .stat = fake_stat,
    .readlink = fake_readlink,
    .list_dir = fake_list_dir,
};

void fake_sys_init(struct fake_sys *fake, const struct fake_file *files, size_t count)
{
    *fake = (struct fake_sys){ .base = { .ops = &fake_ops }, .files = files, .file_count = count };
}
