/* SPDX-License-Identifier: MIT */
#include "fastrpc/impl.h"

#include <string.h>

/*
 * apps_mem: how the heap of the DSP process grows. A buffer of ours is mapped into its space with the flags that it asks for; it
 * gives it back by the address. All ends with the session.
 */

static struct rpc_grown *find(struct rpc_served *served, uint64_t address)
{
    for (unsigned i = 0; i < RPC_HEAP_BUFFERS; i++) {
        if (served->grown[i].address == address)
            return &served->grown[i];
    }
    return NULL;
}

#define FLAGS_REMOTE_HEAP 8u
#define FLAGS_ADD_PAGES 0x1000u

/* Without GEM (legacy FastRPC) the driver makes the pages for these flags itself, and takes no buffer. */
static bool driver_makes_pages(const struct rpc_served *served, uint32_t flags)
{
    return !served->driver->gem && (flags == FLAGS_REMOTE_HEAP || flags == FLAGS_ADD_PAGES);
}

static int map(struct rpc_served *served, uint32_t flags, struct rpc_grown *grown)
{
    struct qda_map_args args = {
        .request = grown->request,
        .flags = flags,
        .buffer = grown->buffer.ref,
        .size = grown->buffer.size,
    };
    int result = served->driver->map(served->sys, served->fd, &args);
    if (result != 0 || args.vaddr_out == 0)
        return RPC_EMMAP;
    grown->address = args.vaddr_out;
    return 0;
}

/* Where the address is one that another buffer is already said to have, the DSP lies: two would answer to one name. */
static int grow(struct rpc_served *served, const struct qda_apps_mem_map *wanted, struct rpc_grown *slot)
{
    bool pages = driver_makes_pages(served, wanted->rflags);
    struct rpc_grown grown = {.request = served->driver->gem || pages ? 1 : 2, .buffer = RPC_BUFFER_NONE};
    grown.buffer.ref = -1;
    grown.buffer.size = rpc_whole_pages(wanted->len); /* so that the sum is whole pages too, and never past RPC_HEAP_MAX */
    int err = pages ? 0 : rpc_buffer_make(served->sys, served->driver, served->fd, grown.buffer.size, &grown.buffer);
    if (err < 0)
        return QDA_AEE_ENOMEMORY;
    err = map(served, wanted->rflags, &grown);
    if (err == 0 && find(served, grown.address))
        err = RPC_EMMAP;
    if (err) {
        rpc_buffer_free(served->sys, served->fd, &grown.buffer);
        return err;
    }
    *slot = grown;
    served->grown_bytes += grown.buffer.size;
    return 0;
}

int rpc_mem_map64(struct rpc_served *served, const struct rpc_args *args)
{
    struct qda_apps_mem_map wanted;
    memcpy(&wanted, args->in[0].data, sizeof wanted);
    struct rpc_grown *slot = find(served, 0);
    if (wanted.len == 0)
        return QDA_AEE_EBADPARM;
    if (!slot || wanted.len > RPC_HEAP_MAX - served->grown_bytes) {
        rpc_log(served, RPC_LEVEL_ERROR, "the DSP asked for %llu bytes more than the %llu that it has: refused",
                (unsigned long long)wanted.len, (unsigned long long)served->grown_bytes);
        return QDA_AEE_ENOMEMORY;
    }
    int err = grow(served, &wanted, slot);
    if (err)
        return err;
    uint64_t answer[2] = {0, slot->address};
    memcpy(args->out[0].data, answer, sizeof answer);
    if (served->hooks.mapped)
        served->hooks.mapped(served->hooks.arg, "heap", slot->address, slot->buffer.size, slot->buffer.ino);
    return 0;
}

static void forget(struct rpc_served *served, struct rpc_grown *grown)
{
    if (served->hooks.unmapped)
        served->hooks.unmapped(served->hooks.arg, grown->address);
    served->grown_bytes -= grown->buffer.size;
    rpc_buffer_free(served->sys, served->fd, &grown->buffer);
    grown->address = 0;
}

int rpc_mem_unmap64(struct rpc_served *served, const struct rpc_args *args)
{
    uint64_t asked[2];
    memcpy(asked, args->in[0].data, sizeof asked);
    struct rpc_grown *grown = asked[0] ? find(served, asked[0]) : NULL;
    if (!grown)
        return RPC_ENOSUCHMAP;
    bool legacy = grown->request == 1;
    struct qda_unmap_args unmap = {
        .request = grown->request,
        .buffer = legacy ? 0 : grown->buffer.ref,
        .vaddr = legacy ? 0 : grown->address,
        .vaddr_out = legacy ? grown->address : 0,
        .size = grown->buffer.size,
    };
    if (served->driver->unmap(served->sys, served->fd, &unmap) != 0)
        return RPC_EMMAP; /* it stays ours until the session ends: the DSP may still use it */
    forget(served, grown);
    return 0;
}

uint64_t rpc_mem_pages(const struct rpc_served *served)
{
    uint64_t bytes = 0;
    for (unsigned i = 0; i < RPC_HEAP_BUFFERS; i++) {
        const struct rpc_grown *grown = &served->grown[i];
        bytes += grown->address != 0 && grown->buffer.dmabuf < 0 ? grown->buffer.size : 0;
    }
    return bytes;
}

/* The node's file is closed: its handles went with it, and its number may be another file's by now. */
void rpc_mem_free(struct rpc_served *served)
{
    for (unsigned i = 0; i < RPC_HEAP_BUFFERS; i++) {
        if (served->grown[i].address == 0)
            continue;
        served->grown[i].buffer.handle = 0;
        forget(served, &served->grown[i]);
    }
}
