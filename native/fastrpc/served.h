/* SPDX-License-Identifier: MIT */
#ifndef QDA_FASTRPC_SERVED_H
#define QDA_FASTRPC_SERVED_H

#include "fastrpc/buffer.h"
#include "fastrpc/fastrpc.h"
#include "rpcmsg/aee.h"
#include "rpcmsg/reverse.h"

#include <stdatomic.h>

/*
 * What the DSP may ask of us, and nothing else: apps_remotectl, a read-only part of apps_std, apps_mem's map64 and unmap64, log
 * lines. The asker is not trusted: every length is checked against the bytes that came, and what one session can hold or cause
 * is bounded by the numbers below. One thread, the listener's.
 *
 * Method numbers and argument blocks: public interfaces of qualcomm/fastrpc (apps_std, apps_mem, apps_remotectl, adspmsgd_apps).
 */
#define RPC_OPEN_FILES 32u
#define RPC_FOLDER_FILE_MAX (16u << 20) /* one file of the named folder */
#define RPC_FOLDER_MAX (64u << 20)      /* all that are open of it */
#define RPC_HEAP_BUFFERS 256u
#define RPC_HEAP_MAX (512u << 20) /* bytes that the DSP process may ask for */
#define RPC_REPLY_MAX (8u << 20)  /* packed outputs of one call */
#define RPC_CALL_BURST 8192u      /* calls before they are slowed down ... */
#define RPC_CALLS_PER_S 20000u    /* ... to this many a second */
#define RPC_LINE_BURST 256u       /* the same for log lines: more are dropped and counted */
#define RPC_LINES_PER_S 100u

/* AEE codes that we answer, beside those of rpcmsg/message.h. Source: AEEStdErr.h of qualcomm/fastrpc. */
#define RPC_ENOSUCHMOD 0x3e
#define RPC_ENOSUCHFILE 0x45
#define RPC_ENOSUCHMAP 0x48
#define RPC_EBADSIZE 0x4d
#define RPC_EBADPERMS 0x4e
#define RPC_EBADFD 0x4f
#define RPC_EFREAD 0x5c
#define RPC_EFSEEK 0x61
#define RPC_EGETENV 0x63
#define RPC_EMMAP 0x65

/* Handles that apps_remotectl gives; there is no state behind them. */
#define RPC_APPS_STD 1u
#define RPC_APPS_MEM 2u
#define RPC_APPS_LOG 3u

/* So many events at once, then so many a second. */
struct rpc_bucket {
    uint64_t due_ns;
};
bool rpc_bucket_take(struct rpc_bucket *bucket, uint64_t now_ns, uint32_t burst, uint32_t per_second);

struct rpc_open_file {
    const uint8_t *bytes; /* NULL: the slot is free */
    void *owned;          /* to be freed: a file of the folder */
    size_t len, at;
};

/* Memory that the DSP process asked for. */
struct rpc_grown {
    uint64_t address; /* of the DSP; 0: the slot is free */
    uint32_t request; /* of the map that made it */
    struct rpc_buffer buffer;
};

struct rpc_served {
    struct qda_sys *sys;
    const struct qda_driver *driver;
    int fd; /* of the session's node */
    const struct qda_rpc_file *files;
    size_t file_count;
    char folder[QDA_RPC_FOLDER_MAX + 1]; /* "": none */
    struct qda_rpc_hooks hooks;
    struct rpc_open_file open[RPC_OPEN_FILES];
    size_t folder_bytes;
    struct rpc_grown grown[RPC_HEAP_BUFFERS];
    uint64_t grown_bytes;
    struct rpc_bucket calls, lines;
    uint64_t lines_dropped;
    atomic_uint_least64_t count; /* calls served */
    uint8_t *out;                /* packed outputs of the last call, 8-byte aligned */
    size_t out_room;
};

/* `options` give files, folder and hooks. 0, -ENAMETOOLONG for a folder of more than 255 bytes. */
int rpc_served_init(struct rpc_served *served, struct qda_sys *sys, const struct qda_rpc_options *options, int fd);
/* Closes what the DSP left open. Its memory goes with the node's file, which is closed before. */
void rpc_served_free(struct rpc_served *served);

/*
 * Does one call: `in` holds `in_len` packed bytes, 8-byte aligned. Returns 0 or a plain AEE code; *out_len bytes of outputs stand
 * in served->out.
 */
int rpc_serve(struct rpc_served *served, const struct qda_reverse_call *call, uint8_t *in, size_t in_len,
              size_t *out_len);

/* ---- Between the files of the served modules. */
struct rpc_args {
    const struct qda_part *in;
    const struct qda_part *out; /* data: where the output goes, zeroed */
    unsigned ins, outs;
};
/* Word `i` of the first input block, whose length was checked. */
uint32_t rpc_word(const struct rpc_args *args, unsigned i);
/* Word `i` of the first output block, likewise. */
void rpc_answer(const struct rpc_args *args, unsigned i, uint32_t value);
/* A string argument of `len` bytes with its NUL. False where it is none of at most 255 bytes. */
bool rpc_string(const struct qda_part *part, uint32_t len, char out[256]);

typedef int (*rpc_method_fn)(struct rpc_served *served, const struct rpc_args *args);
/* served_files.c: apps_std */
int rpc_std_fopen(struct rpc_served *served, const struct rpc_args *args);
int rpc_std_fopen_with_env(struct rpc_served *served, const struct rpc_args *args);
int rpc_std_fclose(struct rpc_served *served, const struct rpc_args *args);
int rpc_std_fread(struct rpc_served *served, const struct rpc_args *args);
int rpc_std_ftell(struct rpc_served *served, const struct rpc_args *args);
int rpc_std_fseek(struct rpc_served *served, const struct rpc_args *args);
int rpc_std_flen(struct rpc_served *served, const struct rpc_args *args);
int rpc_std_getenv(struct rpc_served *served, const struct rpc_args *args);
int rpc_std_exists(struct rpc_served *served, const struct rpc_args *args);
int rpc_std_stat(struct rpc_served *served, const struct rpc_args *args);
void rpc_std_free(struct rpc_served *served);
/* served_folder.c: a file below the named folder, whole. 0 or an AEE code. */
int rpc_folder_read(struct rpc_served *served, const char *name, void **bytes, size_t *len);
/* served_memory.c: apps_mem */
int rpc_mem_map64(struct rpc_served *served, const struct rpc_args *args);
int rpc_mem_unmap64(struct rpc_served *served, const struct rpc_args *args);
void rpc_mem_free(struct rpc_served *served);
/* Bytes of the DSP's heap that the driver made by itself. */
uint64_t rpc_mem_pages(const struct rpc_served *served);
/* served_log.c: adspmsgd_apps, and our own lines in the same log */
#define RPC_LEVEL_HIGH 2
#define RPC_LEVEL_ERROR 3
int rpc_log_message(struct rpc_served *served, const struct rpc_args *args);
void rpc_log(struct rpc_served *served, int level, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
