/* SPDX-License-Identifier: MIT */
#include "fastrpc/impl.h"

/* REMOTE_MAP and REMOTE_MUNMAP. Both send a message to the DSP and wait for its answer: no signals, as for a call. */

/*
 * A buffer is mapped to be named in calls: that is what STATIC stands for ("same remote virtual address for subsequent calls", and
 * the driver cares for caches). With FD it is found by HAP_mmap_get, and caches are the user's. Source: enum fastrpc_map_flags of
 * remote.h, qualcomm/fastrpc.
 */

/* Numbers of both request kinds, the same for map and unmap in every generation. */
#define REQUEST_LEGACY 1u

static int map(struct qda_rpc *rpc, struct qda_map_args *args)
{
    sigset_t before;
    rpc_signals_off(&before);
    int result = rpc->driver->map(rpc->sys, rpc->fd, args);
    rpc_signals_back(&before);
    return result;
}

int qda_rpc_map(struct qda_rpc *rpc, uint32_t request, int32_t ref, uint64_t size, uint64_t *address)
{
    struct qda_map_args args = {
        .request = request,
        .flags = QDA_MAP_STATIC,
        .buffer = ref,
        .size = size,
    };
    int result = map(rpc, &args);
    if (result == 0)
        *address = args.vaddr_out;
    return result;
}

int qda_rpc_unmap(struct qda_rpc *rpc, uint32_t request, int32_t ref, uint64_t address, uint64_t size)
{
    bool legacy = request == REQUEST_LEGACY;
    struct qda_unmap_args args = {
        .request = request,
        .buffer = legacy ? 0 : ref,
        .vaddr = legacy ? 0 : address,
        .vaddr_out = legacy ? address : 0,
        .size = size,
    };
    sigset_t before;
    rpc_signals_off(&before);
    int result = rpc->driver->unmap(rpc->sys, rpc->fd, &args);
    rpc_signals_back(&before);
    return result;
}
