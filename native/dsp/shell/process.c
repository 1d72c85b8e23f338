/* SPDX-License-Identifier: MIT */
#include "dsp/shell/call.h"
#include "dsp/shell/heap.h"
#include "dsp/shell/port.h"
#include "dsp/shell/space.h"
#include "dsp/shell/text.h"

/* Handle 1, the user process's part: what the driver asks for a map or an unmap. Handle 4, adsp_current_process1. */

#define MAP_ADD_PAGES 0x1000u /* the pages become heap; source: drivers/misc/fastrpc.c, ADSP_MMAP_ADD_PAGES */
#define PROCESS_GET_ASID 5u

static uint16_t map_kind(uint32_t flags)
{
    return flags == MAP_ADD_PAGES ? RANGE_HEAP : RANGE_STATIC;
}

/* Shows IOVA pages for as long as nobody unmaps them. */
static int32_t map_pages(const struct qda_rpc_page *page, uint32_t flags, int32_t fd, uint64_t *out)
{
    uint64_t iova = (uint32_t)page->addr;
    if (page->size == 0 || page->size > 0x80000000u || iova + page->size > 0x100000000u || (iova & (QDA_RPC_PAGE - 1)))
        return QDA_AEE_EBADPARM;
    lock_take(&space_lock);
    int number = space_map(map_kind(flags), (uint32_t)iova, (uint32_t)page->size, fd);
    uint64_t address = number > 0 ? range_address(space_range((uint16_t)number)) : 0;
    lock_release(&space_lock);
    memcpy(out, &address, sizeof(address));
    if (number <= 0)
        return QDA_AEE_ENOMEMORY;
    return 0;
}

static int32_t on_map(struct call *call)
{
    struct qda_rpc_map map;
    struct qda_rpc_page page;
    const void *in = call_in(call, 0, sizeof(map)), *pages = call_in(call, 1, sizeof(page));
    void *out = call_out(call, 0, sizeof(uint64_t));
    if (!in || !pages || !out)
        return QDA_AEE_EBADPARM;
    memcpy(&map, in, sizeof(map));
    memcpy(&page, pages, sizeof(page));
    return map_pages(&page, map.flags, -1, out);
}

static int32_t on_mem_map(struct call *call)
{
    struct qda_rpc_mem_map map;
    struct qda_rpc_page page;
    const void *in = call_in(call, 0, sizeof(map)), *pages = call_in(call, 1, sizeof(page));
    void *out = call_out(call, 0, sizeof(uint64_t));
    if (!in || !pages || !out)
        return QDA_AEE_EBADPARM;
    memcpy(&map, in, sizeof(map));
    memcpy(&page, pages, sizeof(page));
    return map_pages(&page, map.flags, map.fd, out);
}

/* Only whole mappings go; what a skel or the heap holds stays. */
static int32_t unmap_pages(uint64_t address, uint64_t size)
{
    if (address > 0xffffffffu)
        return QDA_AEE_ENOSUCH;
    lock_take(&space_lock);
    uint16_t number = space_at((uint32_t)address);
    const struct range *range = space_range(number);
    int32_t err = 0;
    if (!number || range_address(range) != address || (range->kind != RANGE_STATIC && range->kind != RANGE_HEAP))
        err = QDA_AEE_ENOSUCH;
    else if (size && size != range->size)
        err = QDA_AEE_EBADPARM;
    else if (range->refs > 1 || (range->kind == RANGE_HEAP && !heap_leave((uint32_t)address)))
        err = QDA_AEE_EFAILED;
    else
        space_unmap(number);
    lock_release(&space_lock);
    return err;
}

static int32_t on_unmap(struct call *call)
{
    struct qda_rpc_unmap unmap;
    const void *in = call_in(call, 0, sizeof(unmap));
    if (!in)
        return QDA_AEE_EBADPARM;
    memcpy(&unmap, in, sizeof(unmap));
    return unmap_pages(unmap.vaddr, unmap.size);
}

static int32_t on_mem_unmap(struct call *call)
{
    struct qda_rpc_mem_unmap unmap;
    const void *in = call_in(call, 0, sizeof(unmap));
    if (!in)
        return QDA_AEE_EBADPARM;
    memcpy(&unmap, in, sizeof(unmap));
    return unmap_pages(unmap.vaddr, unmap.size);
}

int32_t on_init(struct call *call)
{
    switch (QDA_SCALARS_METHOD(call->request->sc)) {
    case QDA_METHOD_INIT_MMAP:
        return on_map(call);
    case QDA_METHOD_INIT_MUNMAP:
        return on_unmap(call);
    case QDA_METHOD_INIT_MEM_MAP:
        return on_mem_map(call);
    case QDA_METHOD_INIT_MEM_UNMAP:
        return on_mem_unmap(call);
    default:
        return QDA_AEE_EUNSUPPORTED;
    }
}

int32_t on_process(struct call *call)
{
    if (QDA_SCALARS_METHOD(call->request->sc) != PROCESS_GET_ASID)
        return QDA_AEE_EUNSUPPORTED;
    uint32_t *out = call_out(call, 0, sizeof(*out));
    if (!out || call->ins || call->outs != 1)
        return QDA_AEE_EBADPARM;
    memcpy(out, &start.asid, sizeof(*out));
    return 0;
}
