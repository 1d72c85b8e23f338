/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fastrpc/served.h"

/*
 * Reverse calls of a DSP: handle (one byte: 0 to 3 are served ones), scalars, length, packed inputs, one after the other in one
 * session. What is answered must lie in the session's own memory, and nothing may stay when the session ends.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t clock_now;

static uint64_t now_ns(struct qda_sys *sys)
{
    (void)sys;
    return clock_now += 1000;
}

static int no_file(struct qda_sys *sys, const char *folder, const char *name)
{
    (void)sys;
    size_t len = strlen(name);
    if (strcmp(folder, "/folder") != 0 || name[0] == '/' || strncmp(name, "../", 3) == 0 || strstr(name, "/../"))
        abort();
    if (len == 0 || strcmp(name, "..") == 0 || (len > 2 && strcmp(name + len - 3, "/..") == 0))
        abort();
    return len % 2 ? -ENOENT : -ELOOP;
}

static int map(struct qda_sys *sys, int fd, struct qda_map_args *args)
{
    (void)sys, (void)fd;
    args->vaddr_out = args->size << 4;
    return 0;
}

static int unmap(struct qda_sys *sys, int fd, const struct qda_unmap_args *args)
{
    (void)sys, (void)fd;
    return args->size == 64 ? -EINVAL : 0;
}

static int no_memory(struct qda_sys *sys, int fd, uint64_t size, int *dmabuf)
{
    (void)sys, (void)fd, (void)size, (void)dmabuf;
    return -ENOMEM;
}

static void on_log(void *arg, int level, const char *text)
{
    (void)arg;
    if (level < 0 || level > 4 || strlen(text) > 511)
        abort();
}

static void serve(struct rpc_served *served, uint32_t handle, uint32_t sc, const uint8_t *bytes, size_t len)
{
    struct qda_reverse_call call = {.handle = handle, .sc = sc};
    uint8_t *in = malloc(len ? len : 1); /* exactly as long, so that a read past it shows */
    size_t out_len = 0;
    if (len > 0)
        memcpy(in, bytes, len);
    int result = rpc_serve(served, &call, in, len, &out_len);
    if (result < 0 || out_len > served->out_room)
        abort();
    free(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct qda_sys_ops ops = {.now_ns = now_ns, .open_below = no_file};
    static const struct qda_driver driver = {.map = map, .unmap = unmap, .dmabuf_alloc = no_memory};
    static const struct qda_rpc_file file = {"f", "0123456789", 10};
    static struct rpc_served served;
    struct qda_sys sys = {.ops = &ops};
    struct qda_node node = {.driver = &driver};
    struct qda_rpc_options options = {
        .node = &node, .files = &file, .file_count = 1, .folder = "/folder", .hooks = {.log = on_log}};
    if (rpc_served_init(&served, &sys, &options, -1) < 0)
        abort();
    while (size >= 7) {
        uint32_t sc;
        uint16_t len;
        memcpy(&sc, data + 1, 4);
        memcpy(&len, data + 5, 2);
        size_t have = len < size - 7 ? len : size - 7;
        serve(&served, data[0], sc, data + 7, have);
        data += 7 + have;
        size -= 7 + have;
    }
    rpc_served_free(&served);
    if (served.folder_bytes != 0 || served.grown_bytes != 0)
        abort();
    return 0;
}
