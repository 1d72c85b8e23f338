/* SPDX-License-Identifier: MIT */
#include "dsp/shell/begin.h"

#include "dsp/shell/smmu.h"
#include "dsp/shell/space.h"

static struct call *with_handles; /* under space_lock */

/* One argument as the payload says it, read once: the CPU could change it any time. */
struct wire_arg {
    union qda_rpc_arg arg;
    struct qda_rpc_page page; /* size 0: none */
};

/* False: it names a page entry that is none, or several. */
static bool read_arg(const struct call *call, uint32_t i, struct wire_arg *out)
{
    const uint8_t *arg = call->message + 16 * i;
    uint64_t buf = read_once(call->message + qda_rpc_bufs_at(call->total) + 8 * i);
    uint32_t count = (uint32_t)buf, index = (uint32_t)(buf >> 32);
    out->arg.buf.pv = read_once(arg);
    out->arg.buf.len = read_once(arg + 8);
    out->page = (struct qda_rpc_page){0, 0};
    if (count == 0)
        return true;
    if (count != 1 || index >= call->total)
        return false;
    const uint8_t *page = call->message + qda_rpc_pages_at(call->total) + 16 * index;
    out->page.addr = read_once(page);
    out->page.size = read_once(page + 8);
    return true;
}

/*
 * Maps a buffer that does not lie in the message for this call; NULL and *err where that cannot be. A skel faults where nothing
 * is translated; the runtime's own methods refuse such a buffer.
 */
static void *map_argument(struct call *call, uint32_t iova, uint32_t len, int32_t *err)
{
    lock_take(&space_lock);
    bool refused = call->request->handle <= QDA_HANDLE_STATIC_MAX && !smmu_covers(iova, len);
    int number = refused ? 0 : space_static(iova, len);
    if (!number && !refused) {
        number = space_map(RANGE_CALL, iova, len, -1);
        if (number > 0)
            call->ranges[call->range_count++] = (uint16_t)number;
    }
    const struct range *range = number > 0 ? space_range((uint16_t)number) : NULL;
    void *at = range ? (void *)(range_address(range) + (iova - range->iova)) : NULL;
    lock_release(&space_lock);
    *err = at ? 0 : refused ? QDA_AEE_EBADPARM : QDA_AEE_ENOMEMORY;
    return at;
}

static int32_t begin_buffer(struct call *call, uint32_t i)
{
    struct wire_arg wire;
    if (!read_arg(call, i, &wire))
        return QDA_AEE_EBADPARM;
    uint64_t len = wire.arg.buf.len;
    uint32_t into = (uint32_t)wire.arg.buf.pv & (QDA_RPC_PAGE - 1);
    union skel_arg *arg = &call->args[i];
    *arg = (union skel_arg){.buf = {NULL, 0}};
    if (len == 0)
        return 0;
    if (!fits_page(&wire.page, into, len))
        return QDA_AEE_EBADPARM;
    uint32_t iova = (uint32_t)wire.page.addr + into, message = (uint32_t)call->request->addr;
    arg->buf.len = (uint32_t)len;
    if (iova - message + len <= call->request->size) {
        arg->buf.pv = call->message + (iova - message);
        return 0;
    }
    int32_t err;
    arg->buf.pv = map_argument(call, iova, (uint32_t)len, &err);
    return err;
}

static int32_t begin_handle(struct call *call, uint32_t i)
{
    struct wire_arg wire;
    if (!read_arg(call, i, &wire) || wire.page.size > 0xffffffffu)
        return QDA_AEE_EBADPARM;
    call->args[i].dma.fd = wire.arg.dma.fd;
    call->args[i].dma.offset = wire.arg.dma.offset;
    if (wire.page.size == 0)
        return 0;
    uint32_t len = wire.arg.dma.len && wire.arg.dma.len < wire.page.size ? wire.arg.dma.len : (uint32_t)wire.page.size;
    call->handles[call->handle_count++] = (struct call_handle){wire.arg.dma.fd, (uint32_t)wire.page.addr, len};
    return 0;
}

static void link_handles(struct call *call)
{
    lock_take(&space_lock);
    call->next = with_handles;
    call->link = &with_handles;
    if (with_handles)
        with_handles->link = &call->next;
    with_handles = call;
    lock_release(&space_lock);
}

bool call_find_handle(int32_t fd, struct call_handle *out)
{
    for (const struct call *call = with_handles; call; call = call->next) {
        for (uint32_t i = 0; i < call->handle_count; i++) {
            *out = call->handles[i];
            if (out->fd == fd)
                return true;
        }
    }
    return false;
}

int32_t call_begin_each(struct call *call)
{
    int32_t err = 0;
    uint32_t buffers = call->ins + call->outs;
    for (uint32_t i = 0; i < call->total && !err; i++)
        err = i < buffers ? begin_buffer(call, i) : begin_handle(call, i);
    if (!err && call->handle_count)
        link_handles(call);
    return err;
}

void call_give_back(struct call *call)
{
    lock_take(&space_lock);
    if (call->link) {
        *call->link = call->next;
        if (call->next)
            call->next->link = call->link;
    }
    for (uint32_t i = 0; i < call->range_count; i++)
        space_unmap(call->ranges[i]);
    lock_release(&space_lock);
}

void *call_in(const struct call *call, uint32_t i, uint32_t len)
{
    return i < call->ins && call->args[i].buf.len >= len ? call->args[i].buf.pv : NULL;
}

void *call_out(const struct call *call, uint32_t i, uint32_t len)
{
    uint32_t at = call->ins + i;
    return i < call->outs && call->args[at].buf.len >= len ? call->args[at].buf.pv : NULL;
}
