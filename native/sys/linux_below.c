/* SPDX-License-Identifier: MIT */
#include "sys/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The folder is held open, then each folder on the way: so it does not matter what is moved or put in a place meanwhile. */

static int open_folder(const struct qda_sys *sys, const char *folder)
{
    char full[PATH_MAX];
    int err = linux_path(sys, folder, full);
    if (err < 0)
        return err;
    int fd = open(full, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* One part down. It is looked at first, for to open a device or a pipe can do something by itself. */
static int go_down(int at, const char *part, bool last)
{
    struct stat st;
    if (fstatat(at, part, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (S_ISLNK(st.st_mode))
        return -ELOOP;
    if (last && !S_ISREG(st.st_mode))
        return -EINVAL;
    int flags = last ? O_RDONLY | O_NONBLOCK : O_PATH | O_DIRECTORY;
    int fd = openat(at, part, flags | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int linux_open_below(struct qda_sys *sys, const char *folder, const char *name)
{
    int at = open_folder(sys, folder);
    for (bool last = false; at >= 0 && !last;) {
        char part[NAME_MAX + 1];
        size_t len = strcspn(name, "/");
        last = name[len] == '\0';
        snprintf(part, sizeof(part), "%.*s", (int)len, name);
        int next = go_down(at, part, last);
        close(at);
        at = next;
        name += len + (last ? 0 : 1);
    }
    return at;
}
