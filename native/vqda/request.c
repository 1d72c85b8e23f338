/* SPDX-License-Identifier: MIT */
#include "vqda/conn.h"

#include "vqda/core/dmabuf.h"
#include "vqda/core/fault.h"
#include "vqda/core/file.h"
#include "vqda/core/slab.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Fills in who calls. The thread must be one of the peer's process. 0 or -ESRCH. */
static int identify(struct vq_conn *conn, uint32_t tid, struct vq_caller *who)
{
    if (tid != (uint32_t)conn->tid) {
        char path[64];
        snprintf(path, sizeof(path), "/proc/%d/task/%u", conn->pid, tid);
        if (tid == 0 || access(path, F_OK) != 0)
            return -ESRCH;
        conn->tid = (int)tid;
    }
    *who = (struct vq_caller){ .pid = conn->pid, .tid = conn->tid, .uid = conn->uid };
    return 0;
}

/* What a reply needs to know for FAULT_DELAY. */
struct named {
    const char *dsp;
    const char *call; /* NULL: cannot be delayed */
};

static int64_t open_file(struct vq_conn *conn, const struct vq_caller *who, const struct vq_incoming *in,
                         struct named *named)
{
    if (conn->file || conn->cookie[0] == '\0')
        return -EPROTO;
    int64_t result = vq_file_open(conn->server->board, who, in->data, conn->cookie, &conn->file);
    if (result == 0)
        *named = (struct named){ conn->file->node ? conn->file->node->dsp : "", "OPEN" };
    return result;
}

static int64_t file_ioctl(struct vq_conn *conn, struct vq_file *file, const struct vq_caller *who,
                          const struct vq_incoming *in, struct vq_answer *out, struct named *named)
{
    struct vq_ioctl ioctl = {
        .who = *who,
        .file = file,
        .waiter = &conn->waiter,
        .request = (uint32_t)in->head.arg0,
        .data = in->data,
        .data_len = in->head.data_len,
        .fds = in->fds,
        .fd_count = in->fd_count,
    };
    return vq_ioctl(&ioctl, out, &named->call);
}

/* A call on a file. */
static int64_t on_file(struct vq_conn *conn, const struct vq_caller *who, const struct vq_incoming *in,
                       struct vq_answer *out, struct named *named)
{
    struct vq_file *file = vq_file_by_cookie(conn->server->board, in->head.cookie);
    if (!file)
        return -EBADF;
    named->dsp = file->node ? file->node->dsp : "";
    if (in->head.op == VQ_IOCTL)
        return file_ioctl(conn, file, who, in, out, named);
    named->call = "MMAP";
    return vq_gem_mmap(file, in->head.arg0, in->head.arg1, &out->fd);
}

/* Memory for this connection's messages, never replaced while one is on its way: then nothing else may be asked. */
static int64_t give_slab(struct vq_conn *conn, const struct vq_incoming *in, struct vq_answer *out)
{
    int err = vq_slab_ensure(conn->server->board, &conn->waiter.slab, in->head.arg0);
    if (err)
        return err;
    out->fd = fcntl(conn->waiter.slab->fd, F_DUPFD_CLOEXEC, 0);
    return out->fd < 0 ? -errno : (int64_t)conn->waiter.slab->size;
}

static int64_t on_texts(struct vq_conn *conn, const struct vq_caller *who, const struct vq_incoming *in,
                        struct vq_answer *out)
{
    const struct vq_server *server = conn->server;
    if (!server->texts.request)
        return -EOPNOTSUPP;
    return server->texts.request(server->board, who, &in->head, in->data, out);
}

static int64_t dispatch(struct vq_conn *conn, const struct vq_caller *who, const struct vq_incoming *in,
                        struct vq_answer *out, struct named *named)
{
    switch (in->head.op) {
    case VQ_HELLO_FILE:
        return open_file(conn, who, in, named);
    case VQ_HELLO_CALL:
        return 0;
    case VQ_IOCTL:
    case VQ_MMAP:
        return on_file(conn, who, in, out, named);
    case VQ_SLAB:
        return give_slab(conn, in, out);
    case VQ_BELL:
        return vq_bell_give(conn, out);
    case VQ_DMABUF:
        return vq_dmabuf_request(conn->server->board, &in->head, in->data, &named->call);
    case VQ_READ:
    case VQ_STAT:
    case VQ_LIST:
    case VQ_READLINK:
    case VQ_WRITE:
    case VQ_MKDIR:
    case VQ_RMDIR:
    case VQ_OPEN_PIPE:
    case VQ_INODES:
        return on_texts(conn, who, in, out);
    default:
        return -EOPNOTSUPP;
    }
}

static uint64_t delay_of(struct vq_board *board, const char *dsp, const char *call)
{
    return call ? vq_fault_delay(board, dsp, call) : 0;
}

int vq_conn_serve(struct vq_conn *conn, const struct vq_incoming *in)
{
    static char data[VQ_MAX_DATA]; /* one request at a time */
    struct vq_answer out = { .data = data, .fd = -1 };
    struct named named = { .dsp = "" };
    struct vq_caller who;
    if (conn->waiter.context)
        return -EPROTO; /* the call before is not answered */
    int64_t result = in->head.version == VQ_ABI_VERSION ? identify(conn, in->head.tid, &who) : -EPROTO;
    if (result == 0)
        result = dispatch(conn, &who, in, &out, &named);
    if (result == VQ_PENDING) {
        conn->pending_dsp = named.dsp;
        conn->pending_call = named.call;
        return 0;
    }
    return vq_reply_send(conn, result, &out, delay_of(conn->server->board, named.dsp, named.call));
}

void vq_conn_answer(struct vq_waiter *waiter, int64_t result, const void *data, size_t len)
{
    struct vq_conn *conn = VQ_OF(waiter, struct vq_conn, waiter);
    struct vq_answer out = { .data = (char *)(uintptr_t)data, .data_len = len, .fd = -1 };
    uint64_t delay_ns = delay_of(conn->server->board, conn->pending_dsp, conn->pending_call);
    if (vq_reply_send(conn, result, &out, delay_ns) != 0)
        shutdown(conn->fd, SHUT_RDWR); /* the hang-up that follows ends it */
}
