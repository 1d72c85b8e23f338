/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_BEGIN_H
#define QDA_SHELL_BEGIN_H

#include "dsp/shell/call.h"

/*
 * The beginning of a call whose arguments all lie in its message, as most do. It stands where it is used, and decides by as few
 * branches as can be: those, and calls of functions, are what the emulator is slow at.
 */

/* The CPU could change it any time. */
static inline uint64_t read_once(const uint8_t *at)
{
    return *(const volatile uint64_t *)at;
}

/* Does [into, into + len) lie in a page entry, and that in 4 GiB of IOVA? One condition: branches are what an emulator is slow at. */
static inline bool fits_page(const struct qda_rpc_page *page, uint32_t into, uint64_t len)
{
    uint64_t from = (uint32_t)page->addr, limit = 0x100000000u;
    return !((page->size > limit) | (from + page->size > limit) | (len > limit) | (into + len > page->size) |
             ((from & (QDA_RPC_PAGE - 1)) != 0));
}

/*
 * The argument where it is a buffer in the message, as most are; without a branch. False: it is something else, or wrong:
 * begin_buffer() looks at it anew.
 */
static inline bool begin_inline(struct call *call, uint32_t i)
{
    const uint8_t *message = call->message;
    uint64_t pv = read_once(message + 16 * i), len = read_once(message + 16 * i + 8);
    uint64_t buf = read_once(message + qda_rpc_bufs_at(call->total) + 8 * i);
    uint32_t index = (uint32_t)(buf >> 32), into = (uint32_t)pv & (QDA_RPC_PAGE - 1);
    bool one = ((uint32_t)buf == 1) & (index < call->total);
    const uint8_t *at = message + qda_rpc_pages_at(call->total) + 16 * (one ? index : 0);
    const struct qda_rpc_page page = {read_once(at), read_once(at + 8)};
    uint32_t offset = (uint32_t)page.addr + into - (uint32_t)call->request->addr;
    call->args[i] = (union skel_arg){.buf = {call->message + offset, (uint32_t)len}};
    return one & (len != 0) & fits_page(&page, into, len) & (offset + len <= call->request->size);
}

static inline bool all_inline(struct call *call)
{
    bool all = call->ins + call->outs == call->total;
    for (uint32_t i = 0; i < call->ins + call->outs; i++)
        all &= begin_inline(call, i);
    return all;
}

/* Any call: call_begin_each() goes through arguments that lie elsewhere. */
int32_t call_begin_each(struct call *call);

/* Reads the payload: maps what it names. 0, or an AEE code; call_end is due in any case. */
static inline int32_t call_begin(struct call *call)
{
    uint32_t sc = call->request->sc;
    call->ins = QDA_SCALARS_IN(sc);
    call->outs = QDA_SCALARS_OUT(sc);
    call->in_handles = QDA_SCALARS_IN_HANDLES(sc);
    call->total = QDA_SCALARS_LENGTH(sc);
    call->range_count = call->handle_count = 0;
    call->link = NULL;
    if ((call->total != 0) & ((call->message == NULL) | (call->request->size < qda_rpc_metadata(call->total))))
        return QDA_AEE_EBADPARM;
    return all_inline(call) ? 0 : call_begin_each(call);
}

#endif
