/* SPDX-License-Identifier: MIT */
#include "sys/linux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool has_dotdot(const char *path)
{
    for (const char *p = strstr(path, "/.."); p != NULL; p = strstr(p + 1, "/.."))
        if (p[3] == '/' || p[3] == '\0')
            return true;
    return false;
}

int linux_path(const struct qda_sys *sys, const char *path, char out[PATH_MAX])
{
    const struct linux_sys *self = (const struct linux_sys *)sys;
    if (path[0] != '/' || has_dotdot(path))
        return -EINVAL;
    size_t len = strlen(path);
    if (self->root_len + len >= PATH_MAX)
        return -ENAMETOOLONG;
    memcpy(out, self->root, self->root_len);
    memcpy(out + self->root_len, path, len + 1);
    return 0;
}

int linux_open(struct qda_sys *sys, const char *path, int flags)
{
    char full[PATH_MAX];
    int err = linux_path(sys, path, full);
    if (err < 0)
        return err;
    int fd = open(full, flags | O_CLOEXEC, 0644);
    return fd < 0 ? -errno : fd;
}

int linux_stat(struct qda_sys *sys, const char *path, struct qda_stat *out)
{
    char full[PATH_MAX];
    struct stat st;
    int err = linux_path(sys, path, full);
    if (err < 0)
        return err;
    if (stat(full, &st) < 0)
        return -errno;
    linux_stat_convert(&st, out);
    return 0;
}

ssize_t linux_readlink(struct qda_sys *sys, const char *path, char *buf, size_t len)
{
    char full[PATH_MAX];
    int err = linux_path(sys, path, full);
    if (err < 0)
        return err;
    if (len < 2)
        return -EINVAL;
    ssize_t got = readlink(full, buf, len - 1);
    if (got < 0)
        return -errno;
    buf[got] = '\0';
    return got;
}

static int list_open_dir(DIR *dir, qda_dirent_fn fn, void *arg)
{
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL)
            return -errno;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        int stop = fn(arg, entry->d_name);
        if (stop != 0)
            return stop;
    }
}

int linux_list_dir(struct qda_sys *sys, const char *path, qda_dirent_fn fn, void *arg)
{
    char full[PATH_MAX];
    int err = linux_path(sys, path, full);
    if (err < 0)
        return err;
    DIR *dir = opendir(full);
    if (dir == NULL)
        return -errno;
    err = list_open_dir(dir, fn, arg);
    closedir(dir);
    return err;
}

int linux_mkdir(struct qda_sys *sys, const char *path)
{
    char full[PATH_MAX];
    int err = linux_path(sys, path, full);
    if (err < 0)
        return err;
    return mkdir(full, 0755) < 0 ? -errno : 0;
}

int linux_rmdir(struct qda_sys *sys, const char *path)
{
    char full[PATH_MAX];
    int err = linux_path(sys, path, full);
    if (err < 0)
        return err;
    return rmdir(full) < 0 ? -errno : 0;
}
