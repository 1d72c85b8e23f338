/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Files of the board below a folder. Nobody can change the board's texts and their links meanwhile: they are looked at by path. */

static bool is_link(struct qda_sys *sys, const char *path)
{
    char target[16];
    return vqc_client_readlink(sys, path, target, sizeof(target)) >= 0;
}

/* Is a part of the path from `at` on a link? The path is cut there meanwhile. */
static bool has_link(struct qda_sys *sys, char *path, char *at)
{
    while ((at = strchr(at, '/')) != NULL) {
        *at = '\0';
        bool link = is_link(sys, path);
        *at++ = '/';
        if (link)
            return true;
    }
    return is_link(sys, path);
}

int vqc_client_open_below(struct qda_sys *sys, const char *folder, const char *name)
{
    char path[1024];
    struct qda_stat st;
    int used = snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (used >= (int)sizeof(path))
        return -ENAMETOOLONG;
    if (has_link(sys, path, path + strlen(folder) + 1))
        return -ELOOP;
    int err = vqc_client_stat(sys, path, &st);
    if (err < 0)
        return err;
    return S_ISREG(st.mode) ? sys->ops->open(sys, path, O_RDONLY) : -EINVAL;
}
