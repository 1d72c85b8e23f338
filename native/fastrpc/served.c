/* SPDX-License-Identifier: MIT */
#include "fastrpc/served.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Which call is whose, and whether its arguments are as its interface says. */

#define PARTS_MAX 510u

static int remotectl_open(struct rpc_served *served, const struct rpc_args *args);
static int remotectl_close(struct rpc_served *served, const struct rpc_args *args);

/* A row a method: buffers in and out, and the least bytes of the first of each. */
static const struct {
    uint32_t handle, method;
    uint8_t ins, outs;
    uint8_t in_bytes, out_bytes;
    rpc_method_fn fn;
} methods[] = {
    {QDA_APPS_REMOTECTL, QDA_APPS_REMOTECTL_OPEN, 2, 2, 8, 8, remotectl_open},
    {QDA_APPS_REMOTECTL, QDA_APPS_REMOTECTL_CLOSE, 1, 2, 8, 4, remotectl_close},
    {RPC_APPS_STD, QDA_APPS_STD_FOPEN, 3, 1, 8, 4, rpc_std_fopen},
    {RPC_APPS_STD, QDA_APPS_STD_FCLOSE, 1, 0, 4, 0, rpc_std_fclose},
    {RPC_APPS_STD, QDA_APPS_STD_FREAD, 1, 2, 8, 8, rpc_std_fread},
    {RPC_APPS_STD, 8 /* ftell */, 1, 1, 4, 4, rpc_std_ftell},
    {RPC_APPS_STD, QDA_APPS_STD_FSEEK, 1, 0, 12, 0, rpc_std_fseek},
    {RPC_APPS_STD, QDA_APPS_STD_FLEN, 1, 1, 4, 8, rpc_std_flen},
    {RPC_APPS_STD, QDA_APPS_STD_GETENV, 2, 2, 8, 4, rpc_std_getenv},
    {RPC_APPS_STD, QDA_APPS_STD_FOPEN_WITH_ENV, 5, 1, 16, 4, rpc_std_fopen_with_env},
    {RPC_APPS_STD, 22 /* fileExists */, 2, 1, 4, 1, rpc_std_exists},
    {RPC_APPS_STD, QDA_APPS_STD_STAT, 2, 1, 8, 96, rpc_std_stat},
    {RPC_APPS_MEM, QDA_APPS_MEM_MAP64, 1, 1, sizeof(struct qda_apps_mem_map), 16, rpc_mem_map64},
    {RPC_APPS_MEM, QDA_APPS_MEM_UNMAP64, 1, 0, 16, 0, rpc_mem_unmap64},
    {RPC_APPS_LOG, QDA_ADSPMSGD_LOG, 2, 0, 4, 0, rpc_log_message},
};

static const struct {
    const char *name;
    uint32_t handle;
} modules[] = {
    {QDA_APPS_STD_URI, RPC_APPS_STD},
    {QDA_APPS_MEM_URI, RPC_APPS_MEM},
    {QDA_MSGD_URI, RPC_APPS_LOG},
};

bool rpc_bucket_take(struct rpc_bucket *bucket, uint64_t now_ns, uint32_t burst, uint32_t per_second)
{
    uint64_t each = 1000000000u / per_second;
    if (bucket->due_ns < now_ns)
        bucket->due_ns = now_ns;
    if (bucket->due_ns - now_ns > each * burst)
        return false;
    bucket->due_ns += each;
    return true;
}

uint32_t rpc_word(const struct rpc_args *args, unsigned i)
{
    uint32_t word;
    memcpy(&word, (const uint8_t *)args->in[0].data + 4 * i, sizeof word);
    return word;
}

void rpc_answer(const struct rpc_args *args, unsigned i, uint32_t value)
{
    memcpy((uint8_t *)args->out[0].data + 4 * i, &value, sizeof value);
}

bool rpc_string(const struct qda_part *part, uint32_t len, char out[256])
{
    if (len == 0 || len > 256 || len > part->len)
        return false;
    memcpy(out, part->data, len);
    return out[len - 1] == '\0' && strlen(out) == len - 1;
}

static int remotectl_open(struct rpc_served *served, const struct rpc_args *args)
{
    static const char unknown[] = "no such module is served";
    char name[256];
    (void)served;
    if (!rpc_string(&args->in[1], rpc_word(args, 0), name))
        return QDA_AEE_EBADPARM;
    name[strcspn(name, "?&")] = '\0'; /* what follows is for module loaders */
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
        if (strcmp(name, modules[i].name) == 0) {
            rpc_answer(args, 0, modules[i].handle);
            return 0;
        }
    }
    rpc_answer(args, 1, RPC_ENOSUCHMOD);
    if (args->out[1].len >= sizeof unknown)
        memcpy(args->out[1].data, unknown, sizeof unknown);
    return 0;
}

static int remotectl_close(struct rpc_served *served, const struct rpc_args *args)
{
    uint32_t handle = rpc_word(args, 0);
    (void)served;
    bool given = handle >= RPC_APPS_STD && handle <= RPC_APPS_LOG;
    rpc_answer(args, 0, given ? 0 : RPC_ENOSUCHMOD);
    return 0;
}

/* Room for the outputs that are asked for, zeroed, each with its length before it; the parts then point into it. */
static int make_room(struct rpc_served *served, struct qda_part *outs, unsigned count, size_t *len)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < count; i++)
        total = ((total + 4 + 7) & ~(uint64_t)7) + outs[i].len;
    if (total > RPC_REPLY_MAX)
        return QDA_AEE_ENOMEMORY;
    if (total > served->out_room) {
        void *more = realloc(served->out, total);
        if (!more)
            return QDA_AEE_ENOMEMORY;
        served->out = more;
        served->out_room = total;
    }
    struct qda_pack pack = {.at = served->out, .room = served->out_room};
    for (unsigned i = 0; i < count; i++) {
        qda_pack_buffer(&pack, NULL, outs[i].len);
        outs[i].data = served->out + pack.len - outs[i].len;
    }
    *len = pack.len;
    return 0;
}

static int run_method(struct rpc_served *served, size_t row, const struct rpc_args *args)
{
    if (args->ins != methods[row].ins || args->outs != methods[row].outs)
        return QDA_AEE_EBADPARM;
    if (args->in[0].len < methods[row].in_bytes)
        return QDA_AEE_EBADPARM;
    if (args->outs > 0 && args->out[0].len < methods[row].out_bytes)
        return QDA_AEE_EBADPARM;
    return methods[row].fn(served, args);
}

/* Methods from 31 on travel as 31, with the real number in the first word. */
static uint32_t method_of(uint32_t sc, const struct qda_part *first)
{
    uint32_t method = QDA_SCALARS_METHOD(sc);
    if (method == 31 && QDA_SCALARS_IN(sc) > 0 && first->len >= sizeof method)
        memcpy(&method, first->data, sizeof method);
    return method;
}

int rpc_serve(struct rpc_served *served, const struct qda_reverse_call *call, uint8_t *in, size_t in_len,
              size_t *out_len)
{
    struct qda_part parts[PARTS_MAX];
    uint32_t sc = call->sc;
    atomic_fetch_add(&served->count, 1);
    *out_len = 0;
    if (QDA_SCALARS_IN_HANDLES(sc) || QDA_SCALARS_OUT_HANDLES(sc))
        return QDA_AEE_EBADPARM;
    if (qda_unpack_inputs(sc, in, in_len, parts, PARTS_MAX) < 0)
        return QDA_AEE_EBADPARM;
    struct rpc_args args = {parts, parts + QDA_SCALARS_IN(sc), QDA_SCALARS_IN(sc), QDA_SCALARS_OUT(sc)};
    uint32_t method = method_of(sc, parts);
    for (size_t row = 0; row < sizeof methods / sizeof *methods; row++) {
        if (methods[row].handle != call->handle || methods[row].method != method)
            continue;
        int err = make_room(served, parts + args.ins, args.outs, out_len);
        return err ? err : run_method(served, row, &args);
    }
    return QDA_AEE_EUNSUPPORTED;
}

int rpc_served_init(struct rpc_served *served, struct qda_sys *sys, const struct qda_rpc_options *options, int fd)
{
    *served = (struct rpc_served){
        .sys = sys,
        .driver = options->node->driver,
        .fd = fd,
        .files = options->files,
        .file_count = options->file_count,
        .hooks = options->hooks,
    };
    if (!options->folder)
        return 0;
    if (strlen(options->folder) >= sizeof served->folder)
        return -ENAMETOOLONG;
    strcpy(served->folder, options->folder);
    return 0;
}

void rpc_served_free(struct rpc_served *served)
{
    rpc_std_free(served);
    rpc_mem_free(served);
    free(served->out);
    served->out = NULL;
    served->out_room = 0;
}
