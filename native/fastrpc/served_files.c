/* SPDX-License-Identifier: MIT */
#include "fastrpc/impl.h"

#include <stdlib.h>
#include <string.h>

/*
 * apps_std: files for the DSP's loader, read only. A name is one of the files that the session serves from memory, taken letter by
 * letter, or one below the folder that the user named. Search variables of the callers mean nothing here.
 */

/* The struct of stat, 96 bytes. Source: apps_std of qualcomm/fastrpc. */
struct file_facts {
    uint64_t bytes, dev, ino;
    uint32_t mode, links;
    uint64_t rdev, size;
    int64_t times[6];
};
_Static_assert(sizeof(struct file_facts) == 96, "struct of stat");
#define MODE_FILE_READABLE 0100444u

static const struct qda_rpc_file *find(const struct rpc_served *served, const char *name)
{
    for (size_t i = 0; i < served->file_count; i++) {
        if (strcmp(served->files[i].name, name) == 0)
            return &served->files[i];
    }
    return NULL;
}

static bool only_reads(const char *mode)
{
    return mode[0] == 'r' && !strpbrk(mode, "+wa");
}

/* The file behind a name, in a slot that is not taken yet. 0 or an AEE code. */
static int look_up(struct rpc_served *served, const char *name, struct rpc_open_file *out)
{
    const struct qda_rpc_file *file = find(served, name);
    if (file) {
        *out = (struct rpc_open_file){.bytes = file->bytes, .len = file->len};
        return 0;
    }
    void *bytes = NULL;
    size_t len = 0;
    int err = rpc_folder_read(served, name, &bytes, &len);
    if (err == 0)
        *out = (struct rpc_open_file){.bytes = bytes, .owned = bytes, .len = len};
    return err;
}

static void drop(struct rpc_served *served, struct rpc_open_file *file)
{
    if (file->owned)
        served->folder_bytes -= file->len;
    free(file->owned);
    *file = (struct rpc_open_file){0};
}

static int open_name(struct rpc_served *served, const struct rpc_args *args, const char *name, const char *mode)
{
    if (!only_reads(mode)) {
        rpc_log(served, RPC_LEVEL_ERROR, "the DSP wanted to write \"%s\": refused, files are served read-only", name);
        return RPC_EBADPERMS;
    }
    for (unsigned i = 0; i < RPC_OPEN_FILES; i++) {
        if (served->open[i].bytes)
            continue;
        int err = look_up(served, name, &served->open[i]);
        if (err == 0)
            rpc_answer(args, 0, i + 1);
        return err;
    }
    return QDA_AEE_ENOMEMORY;
}

int rpc_std_fopen(struct rpc_served *served, const struct rpc_args *args)
{
    char name[256], mode[256];
    if (!rpc_string(&args->in[1], rpc_word(args, 0), name) || !rpc_string(&args->in[2], rpc_word(args, 1), mode))
        return QDA_AEE_EBADPARM;
    return open_name(served, args, name, mode);
}

int rpc_std_fopen_with_env(struct rpc_served *served, const struct rpc_args *args)
{
    char name[256], mode[256];
    if (!rpc_string(&args->in[3], rpc_word(args, 2), name) || !rpc_string(&args->in[4], rpc_word(args, 3), mode))
        return QDA_AEE_EBADPARM;
    return open_name(served, args, name, mode);
}

static struct rpc_open_file *file_of(struct rpc_served *served, const struct rpc_args *args)
{
    uint32_t fd = rpc_word(args, 0);
    if (fd == 0 || fd > RPC_OPEN_FILES || !served->open[fd - 1].bytes)
        return NULL;
    return &served->open[fd - 1];
}

int rpc_std_fclose(struct rpc_served *served, const struct rpc_args *args)
{
    struct rpc_open_file *file = file_of(served, args);
    if (!file)
        return RPC_EBADFD;
    drop(served, file);
    return 0;
}

int rpc_std_fread(struct rpc_served *served, const struct rpc_args *args)
{
    struct rpc_open_file *file = file_of(served, args);
    size_t wanted = rpc_word(args, 1);
    if (!file)
        return RPC_EBADFD;
    if (wanted > args->out[1].len)
        return QDA_AEE_EBADPARM;
    size_t left = file->len - file->at, got = wanted < left ? wanted : left;
    if (got > 0)
        memcpy(args->out[1].data, file->bytes + file->at, got);
    file->at += got;
    rpc_answer(args, 0, (uint32_t)got);
    rpc_answer(args, 1, got < wanted);
    return 0;
}

int rpc_std_ftell(struct rpc_served *served, const struct rpc_args *args)
{
    struct rpc_open_file *file = file_of(served, args);
    if (!file)
        return RPC_EBADFD;
    rpc_answer(args, 0, (uint32_t)file->at);
    return 0;
}

int rpc_std_fseek(struct rpc_served *served, const struct rpc_args *args)
{
    struct rpc_open_file *file = file_of(served, args);
    int64_t offset = (int32_t)rpc_word(args, 1);
    uint32_t whence = rpc_word(args, 2);
    if (!file)
        return RPC_EBADFD;
    if (whence > 2)
        return QDA_AEE_EBADPARM;
    int64_t to = offset + (int64_t)(whence == 0 ? 0 : whence == 1 ? file->at : file->len);
    if (to < 0 || (uint64_t)to > file->len)
        return RPC_EFSEEK;
    file->at = (size_t)to;
    return 0;
}

int rpc_std_flen(struct rpc_served *served, const struct rpc_args *args)
{
    struct rpc_open_file *file = file_of(served, args);
    if (!file)
        return RPC_EBADFD;
    uint64_t len = file->len;
    memcpy(args->out[0].data, &len, sizeof len);
    return 0;
}

/* No variable of ours is the DSP's business. */
int rpc_std_getenv(struct rpc_served *served, const struct rpc_args *args)
{
    (void)served;
    (void)args;
    return RPC_EGETENV;
}

int rpc_std_exists(struct rpc_served *served, const struct rpc_args *args)
{
    char name[256];
    struct rpc_open_file file;
    if (!rpc_string(&args->in[1], rpc_word(args, 0), name))
        return QDA_AEE_EBADPARM;
    bool there = look_up(served, name, &file) == 0;
    if (there)
        drop(served, &file);
    memcpy(args->out[0].data, &there, 1);
    return 0;
}

int rpc_std_stat(struct rpc_served *served, const struct rpc_args *args)
{
    char name[256];
    struct rpc_open_file file;
    if (!rpc_string(&args->in[1], rpc_word(args, 1), name))
        return QDA_AEE_EBADPARM;
    int err = look_up(served, name, &file);
    if (err)
        return err;
    struct file_facts facts = {.bytes = sizeof facts, .mode = MODE_FILE_READABLE, .links = 1, .size = file.len};
    memcpy(args->out[0].data, &facts, sizeof facts);
    drop(served, &file);
    return 0;
}

void rpc_std_free(struct rpc_served *served)
{
    for (unsigned i = 0; i < RPC_OPEN_FILES; i++)
        drop(served, &served->open[i]);
}
