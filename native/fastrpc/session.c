/* SPDX-License-Identifier: MIT */
#include "fastrpc/impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t now(struct qda_rpc *rpc)
{
    return rpc->sys->ops->now_ns(rpc->sys);
}

static int refuse(struct qda_rpc *rpc, char why[400], const char *call, int result)
{
    char words[300];
    qda_rpc_words(result, words, sizeof words);
    rpc_say(why, "%s on %s failed: %s", call, rpc->node.path, words);
    return result;
}

static int open_node(struct qda_rpc *rpc, char why[400])
{
    uint64_t begin = now(rpc);
    int fd = rpc->sys->ops->open(rpc->sys, rpc->node.path, O_RDWR | O_CLOEXEC);
    rpc->cost.open_ns = now(rpc) - begin;
    if (fd < 0)
        return refuse(rpc, why, "open", fd);
    rpc->fd = fd;
    rpc->opener = (int)gettid();
    return 0;
}

/* The create itself. In v1 `file` also has to be the address at which the buffer is mapped: the pages are found by it. */
static int create(struct qda_rpc *rpc, const struct qda_rpc_options *options, const void *file, int32_t ref)
{
    struct qda_session_args args = {
        .file = file,
        .file_len = (uint32_t)options->shell->len,
        .buffer = ref,
        .attrs = options->unsigned_pd ? QDA_PROC_UNSIGNED_MODULE : 0,
    };
    sigset_t before;
    rpc_signals_off(&before);
    uint64_t begin = now(rpc);
    int result = rpc->driver->session_create(rpc->sys, rpc->fd, &args);
    rpc->cost.create_ns = now(rpc) - begin;
    rpc_signals_back(&before);
    return result;
}

static int copy_in(struct qda_rpc *rpc, const struct rpc_buffer *buffer, const struct qda_shell *shell, void *map)
{
    int err = qda_dmabuf_sync(rpc->sys, buffer->dmabuf, QDA_SYNC_START | QDA_SYNC_WRITE);
    if (err < 0)
        return err;
    memcpy(map, shell->bytes, shell->len);
    return qda_dmabuf_sync(rpc->sys, buffer->dmabuf, QDA_SYNC_END | QDA_SYNC_WRITE);
}

/*
 * Where no context bank is free, an import fails with ENODEV, and a create that imports the shell's buffer itself with EINVAL (v1): the
 * words of these errnos would lead astray while the node is there.
 */
static int refuse_buffer(struct qda_rpc *rpc, char why[400], const char *call, int result)
{
    char name[40];
    struct qda_stat node;
    if ((result != -ENODEV && result != -EINVAL) || rpc->sys->ops->stat(rpc->sys, rpc->node.path, &node) < 0)
        return refuse(rpc, why, call, result);
    qda_rpc_result_name(result, name, sizeof name);
    rpc_say(why,
            "%s on %s failed with %s: the driver could not take the shell's buffer, most likely because no context bank is free; close "
            "other users of the DSP",
            call, rpc->node.path, name);
    return result;
}

/* What the DSP says of a create is about the program that it was given. */
static int refuse_shell(struct qda_rpc *rpc, char why[400], const struct qda_shell *shell, int result)
{
    char words[300];
    if (qda_rpc_is_errno(result))
        return refuse_buffer(rpc, why, "SESSION_CREATE", result);
    qda_rpc_words(result, words, sizeof words);
    rpc_say(why, "the DSP could not start the shell: %s (%s)", words, shell->path);
    return result;
}

static int create_from(struct qda_rpc *rpc, const struct qda_rpc_options *options, const struct rpc_buffer *buffer,
                       char why[400])
{
    int err = 0;
    void *map = rpc->sys->ops->mmap(rpc->sys, buffer->size, PROT_READ | PROT_WRITE, MAP_SHARED, buffer->dmabuf, 0, &err);
    if (!map)
        return refuse(rpc, why, "mapping the shell's buffer", err);
    err = copy_in(rpc, buffer, options->shell, map);
    int result = err < 0 ? err : create(rpc, options, map, buffer->ref);
    rpc->sys->ops->munmap(rpc->sys, map, buffer->size);
    if (err < 0)
        return refuse(rpc, why, "DMA_BUF_IOCTL_SYNC", err);
    return result == 0 ? 0 : refuse_shell(rpc, why, options->shell, result);
}

/* The shell goes in by a buffer, as the public library does it; the DSP has loaded it when the create returns. */
static int create_process(struct qda_rpc *rpc, const struct qda_rpc_options *options, char why[400])
{
    struct rpc_buffer buffer;
    int result = rpc_buffer_make_mapped(rpc->sys, rpc->driver, rpc->fd, options->shell->len, &buffer);
    if (result < 0)
        return refuse_buffer(rpc, why, "making a buffer for the shell", result);
    result = create_from(rpc, options, &buffer, why);
    rpc_buffer_free(rpc->sys, rpc->fd, &buffer);
    return result;
}

static int begin(struct qda_rpc *rpc, const struct qda_rpc_options *options, char why[400])
{
    int result = open_node(rpc, why);
    if (result < 0)
        return result;
    result = rpc_served_init(&rpc->served, rpc->sys, options, rpc->fd);
    if (result < 0)
        return refuse(rpc, why, "naming the folder for the DSP's files", result);
    result = create_process(rpc, options, why);
    if (result != 0)
        return result;
    rpc->created = true;
    uint64_t start = now(rpc);
    result = rpc_listener_start(rpc, why);
    rpc->cost.listen_ns = now(rpc) - start;
    return result;
}

int qda_rpc_open(struct qda_sys *sys, const struct qda_rpc_options *options, struct qda_rpc **out, char why[400])
{
    *out = NULL;
    struct qda_rpc *rpc = calloc(1, sizeof *rpc);
    if (!rpc) {
        rpc_say(why, "no memory for a session");
        return -ENOMEM;
    }
    rpc->sys = sys;
    rpc->node = *options->node;
    if (!options->unsigned_pd && rpc->node.signed_path[0])
        memcpy(rpc->node.path, rpc->node.signed_path, sizeof rpc->node.path);
    rpc->driver = options->node->driver;
    rpc->fd = -1;
    atomic_init(&rpc->remotectl, -1);
    int result = begin(rpc, options, why);
    if (result != 0) {
        qda_rpc_close(rpc, NULL);
        return result;
    }
    *out = rpc;
    return 0;
}

uint64_t qda_rpc_leaves(const struct qda_driver *driver)
{
    return (driver->leaks_process ? driver->process_memory : 0) + (driver->leaks_waits ? rpc_listener_message(0) : 0);
}

static uint64_t left_behind(const struct qda_rpc *rpc)
{
    uint64_t process = rpc->driver->leaks_process && rpc->created ? rpc->driver->process_memory : 0;
    uint64_t pages = rpc->driver->leaks_pages && rpc->listener.broken_off ? rpc_mem_pages(&rpc->served) : 0;
    return process + pages + (rpc->driver->leaks_waits ? rpc->listener.broken_off : 0);
}

/*
 * The listener ends before the file is closed: while its call waits in the driver, it holds the file, and the DSP process would
 * live on. The close sends INIT_RELEASE, which ends the process; memory that the process grew by goes after that.
 */
void qda_rpc_close(struct qda_rpc *rpc, struct qda_rpc_cost *cost)
{
    if (!rpc)
        return;
    rpc_listener_stop(rpc);
    rpc->cost.left_behind = left_behind(rpc);
    if (rpc->fd >= 0) {
        uint64_t begin = now(rpc);
        rpc->sys->ops->close(rpc->sys, rpc->fd);
        rpc->cost.close_ns = now(rpc) - begin;
        rpc_served_free(&rpc->served);
    }
    if (cost)
        *cost = rpc->cost;
    free(rpc);
}

const struct qda_rpc_cost *qda_rpc_cost(const struct qda_rpc *rpc)
{
    return &rpc->cost;
}

int qda_rpc_fd(const struct qda_rpc *rpc)
{
    return rpc->fd;
}

const struct qda_node *qda_rpc_node(const struct qda_rpc *rpc)
{
    return &rpc->node;
}

struct qda_sys *qda_rpc_sys(const struct qda_rpc *rpc)
{
    return rpc->sys;
}

uint64_t qda_rpc_reverse_calls(const struct qda_rpc *rpc)
{
    return atomic_load(&rpc->served.count);
}

int qda_rpc_opener(const struct qda_rpc *rpc)
{
    return rpc->opener;
}
