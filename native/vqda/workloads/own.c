/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>

#include "rpcmsg/scalars.h"
#include "uapi/fastrpc.h"
#include "vqda/workloads/workload.h"

/* Buffers of the node, with GEM or (FastRPC) without. */

static int make_gem(struct workload *w, uint64_t size, int *dmabuf)
{
    uint32_t handle;
    int err = w->driver->gem_create(w->sys, w->node, size, &handle);
    if (err < 0)
        return workload_failed("GEM_CREATE", err);
    err = qda_prime_export(w->sys, w->node, handle, O_CLOEXEC | O_RDWR, dmabuf);
    return err < 0 ? workload_failed("PRIME_HANDLE_TO_FD", err) : 0;
}

int workload_own(struct workload *w, uint64_t size, int *dmabuf)
{
    if (w->driver->gem)
        return make_gem(w, size, dmabuf);
    int err = w->driver->dmabuf_alloc(w->sys, w->node, size, dmabuf);
    return err < 0 ? workload_failed("ALLOC_DMA_BUFF", err) : 0;
}

#define NOBODY 20u /* a static handle that no DSP gives out */

/*
 * FastRPC attaches what a call names as a handle, and keeps it until the file closes. What the DSP says to such a call of a
 * program without a DSP process does not matter here.
 */
static int attach(struct workload *w, int dmabuf, uint64_t size)
{
    struct qda_fastrpc_invoke_args arg = { .length = size, .fd = dmabuf };
    int result = w->driver->invoke(w->sys, w->node, NOBODY, QDA_SCALARS_BUILD(0, 2, 0, 0, 1, 0), &arg);
    return result == -EINVAL || result == -EPIPE ? workload_failed("INVOKE", result) : 0;
}

int workload_import(struct workload *w, int dmabuf, uint64_t size, uint32_t *handle)
{
    *handle = 0;
    if (!w->driver->gem)
        return attach(w, dmabuf, size);
    int err = qda_prime_import(w->sys, w->node, dmabuf, handle);
    return err < 0 ? workload_failed("PRIME_FD_TO_HANDLE", err) : 0;
}

void workload_release(struct workload *w, uint32_t handle)
{
    if (handle != 0)
        (void)qda_gem_close(w->sys, w->node, handle); /* a board that is gone holds nothing */
}
