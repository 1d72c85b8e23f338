/* SPDX-License-Identifier: MIT */
#include "fastrpc/served.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * Files of the board for the DSP, only below the folder that the user named, and with no way out of it: no absolute name, no "."
 * or "..", no link on the way. (The links are looked at before the open, so whoever may change the folder meanwhile could still
 * lead us elsewhere; the DSP cannot change it.)
 */

/* The next part of a name, in place; false where it is none that goes down. */
static bool goes_down(const char *part, size_t len)
{
    bool dots = (len == 1 && part[0] == '.') || (len == 2 && part[0] == '.' && part[1] == '.');
    return len > 0 && !dots;
}

static bool is_link(struct qda_sys *sys, const char *path)
{
    char target[16];
    return sys->ops->readlink(sys, path, target, sizeof target) >= 0;
}

/* Folder and name as one path of `room` bytes. 0 or an AEE code. */
static int path_of(struct rpc_served *served, const char *name, char *out, size_t room)
{
    if (!served->folder[0])
        return RPC_ENOSUCHFILE;
    size_t used = (size_t)snprintf(out, room, "%s", served->folder);
    for (const char *part = name;; part++) {
        size_t len = strcspn(part, "/");
        if (!goes_down(part, len))
            return RPC_EBADPERMS;
        if (used + 1 + len >= room)
            return QDA_AEE_EBADPARM;
        used += (size_t)snprintf(out + used, room - used, "/%.*s", (int)len, part);
        if (is_link(served->sys, out))
            return RPC_EBADPERMS;
        part += len;
        if (*part == '\0')
            return 0;
    }
}

static int read_all(struct qda_sys *sys, int fd, uint8_t *to, size_t len)
{
    for (size_t have = 0; have < len;) {
        ssize_t got = sys->ops->read(sys, fd, to + have, len - have);
        if (got <= 0)
            return RPC_EFREAD; /* also where it became shorter */
        have += (size_t)got;
    }
    return 0;
}

static int read_open(struct rpc_served *served, int fd, void **bytes, size_t *len)
{
    struct qda_stat st;
    if (served->sys->ops->fstat(served->sys, fd, &st) < 0 || !S_ISREG(st.mode))
        return RPC_EBADPERMS;
    if (st.size > RPC_FOLDER_FILE_MAX || st.size > RPC_FOLDER_MAX - served->folder_bytes)
        return QDA_AEE_ENOMEMORY;
    void *memory = malloc(st.size ? st.size : 1);
    if (!memory)
        return QDA_AEE_ENOMEMORY;
    int err = read_all(served->sys, fd, memory, st.size);
    if (err) {
        free(memory);
        return err;
    }
    served->folder_bytes += st.size;
    *bytes = memory;
    *len = st.size;
    return 0;
}

int rpc_folder_read(struct rpc_served *served, const char *name, void **bytes, size_t *len)
{
    char path[512];
    int err = path_of(served, name, path, sizeof path);
    if (err == RPC_EBADPERMS)
        rpc_log(served, RPC_LEVEL_ERROR, "the DSP asked for \"%s\": refused, that is outside of what is served", name);
    if (err)
        return err;
    int fd = served->sys->ops->open(served->sys, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return fd == -ELOOP ? RPC_EBADPERMS : RPC_ENOSUCHFILE;
    err = read_open(served, fd, bytes, len);
    served->sys->ops->close(served->sys, fd);
    return err;
}
