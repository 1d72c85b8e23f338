/* SPDX-License-Identifier: MIT */
#include "fastrpc/impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Files of the board for the DSP: only plain ones below the folder that the user named, and with no way out of it. */

static int look_at(struct qda_sys *sys, const char *folder)
{
    struct qda_stat st;
    if (folder[0] != '/')
        return -EINVAL;
    if (strlen(folder) > QDA_RPC_FOLDER_MAX)
        return -ENAMETOOLONG;
    int err = sys->ops->stat(sys, folder, &st);
    return err < 0 ? err : S_ISDIR(st.mode) ? 0 : -ENOTDIR;
}

static const struct {
    int err;
    const char *words;
} faults[] = {
    {-EINVAL, "name it by an absolute path of the board, without \"..\""},
    {-ENAMETOOLONG, "its path is longer than 255 bytes; name a folder with a shorter one"},
    {-ENOENT, "there is no such folder on the board; make it, or name another"},
    {-ENOTDIR, "that is no folder; name the one that the files lie in"},
};

int qda_rpc_folder_check(struct qda_sys *sys, const char *folder, char why[400])
{
    char words[120];
    int err = folder ? look_at(sys, folder) : 0;
    if (err == 0)
        return 0;
    qda_rpc_words(err, words, sizeof words);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        if (faults[i].err == err)
            snprintf(words, sizeof words, "%s", faults[i].words);
    }
    /* A result's reason has room for 240 characters. */
    rpc_say(why, "the folder of files for the DSP (--dsp-files %.80s): %s", folder, words);
    return err;
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
    if (!served->folder[0])
        return RPC_ENOSUCHFILE;
    int fd = qda_open_below(served->sys, served->folder, name);
    if (fd == -EINVAL || fd == -ELOOP) {
        rpc_log(served, RPC_LEVEL_ERROR, "the DSP asked for \"%s\": refused, only plain files below %s are served, and no links", name,
                served->folder);
        return RPC_EBADPERMS;
    }
    if (fd < 0)
        return RPC_ENOSUCHFILE;
    int err = read_open(served, fd, bytes, len);
    served->sys->ops->close(served->sys, fd);
    return err;
}
