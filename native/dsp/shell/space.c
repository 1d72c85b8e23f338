/* SPDX-License-Identifier: MIT */
#include "dsp/shell/space.h"

#include "dsp/shell/arena.h"
#include "dsp/shell/port.h"
#include "dsp/shell/smmu.h"
#include "dsp/shell/sys.h"

#define PAGE_MASK (QDA_PORT_PAGE - 1)
#define MAX_RANGES ((SPACE_LIMIT - SPACE_BASE) / QDA_PORT_PAGE + 1)

struct lock space_lock;

static uint16_t space_owner[MAX_RANGES];
static struct arena space = {SPACE_BASE, 0, 0, 0, space_owner};
static struct range ranges[MAX_RANGES]; /* 0: head of the list of those that are not static */
static uint16_t unused, ranges_used = 1;
static uint16_t statics[MAX_RANGES]; /* by IOVA */
static uint32_t static_count;
static uint32_t static_longest; /* no static range was ever longer */
#define FD_BUCKETS 1024u
static uint16_t fd_first[FD_BUCKETS];

void space_begin(uint64_t bytes)
{
    uint32_t end = bytes < SPACE_LIMIT ? (uint32_t)bytes : SPACE_LIMIT;
    space.pages = end > SPACE_BASE ? (end - SPACE_BASE) / QDA_PORT_PAGE : 0;
    sys_unmap(QDA_PORT_PAGE, SPACE_LIMIT - QDA_PORT_PAGE);
}

struct range *space_range(uint16_t number)
{
    return &ranges[number];
}

static uint16_t range_take(void)
{
    uint16_t number = unused;
    if (number)
        unused = ranges[number].next;
    else if (ranges_used < MAX_RANGES)
        number = ranges_used++;
    return number;
}

static void list_add(uint16_t number)
{
    ranges[number].prev = 0;
    ranges[number].next = ranges[0].next;
    ranges[ranges[0].next].prev = number;
    ranges[0].next = number;
}

static void list_remove(uint16_t number)
{
    struct range *range = &ranges[number];
    ranges[range->prev].next = range->next;
    if (range->next)
        ranges[range->next].prev = range->prev;
}

/* Where in `statics` the first range begins that begins after the address. */
static uint32_t statics_after(uint32_t iova)
{
    uint32_t low = 0, high = static_count;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (ranges[statics[mid]].iova > iova)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static void statics_add(uint16_t number)
{
    struct range *range = &ranges[number];
    uint32_t at = statics_after(range->iova);
    for (uint32_t i = static_count++; i > at; i--)
        statics[i] = statics[i - 1];
    statics[at] = number;
    static_longest = range->size > static_longest ? range->size : static_longest;
    if (range->fd < 0)
        return;
    uint16_t *first = &fd_first[(uint32_t)range->fd % FD_BUCKETS];
    range->fd_next = *first;
    *first = number;
}

static void statics_remove(uint16_t number)
{
    uint32_t at = statics_after(ranges[number].iova);
    do
        at--;
    while (statics[at] != number);
    static_count--;
    for (; at < static_count; at++)
        statics[at] = statics[at + 1];
    if (ranges[number].fd < 0)
        return;
    uint16_t *link = &fd_first[(uint32_t)ranges[number].fd % FD_BUCKETS];
    while (*link != number)
        link = &ranges[*link].fd_next;
    *link = ranges[number].fd_next;
}

/* Becomes known by its kind, and unknown again. */
static void range_add(uint16_t number)
{
    if (ranges[number].kind == RANGE_STATIC)
        statics_add(number);
    else
        list_add(number);
}

static void range_drop(uint16_t number)
{
    if (ranges[number].kind == RANGE_STATIC)
        statics_remove(number);
    else
        list_remove(number);
    ranges[number].next = unused;
    unused = number;
}

uint16_t space_static(uint32_t iova, uint32_t size)
{
    uint64_t end = (uint64_t)iova + size;
    for (uint32_t at = statics_after(iova); at > 0; at--) {
        const struct range *range = &ranges[statics[at - 1]];
        if ((uint64_t)range->iova + range->size >= end)
            return statics[at - 1];
        if ((uint64_t)range->iova + static_longest < end)
            break;
    }
    return 0;
}

uint16_t space_static_fd(int32_t fd)
{
    uint16_t number = fd >= 0 ? fd_first[(uint32_t)fd % FD_BUCKETS] : 0;
    while (number && ranges[number].fd != fd)
        number = ranges[number].fd_next;
    return number;
}

uint16_t space_at(uint32_t va)
{
    return arena_owner(&space, va);
}

/* Shows the part [from, to) of a piece. False: its place in its memory does not fit there. */
static bool show(const struct range *range, const struct piece *piece, uint64_t from, uint64_t to)
{
    const struct memory *memory = smmu_memory(piece->memory);
    uint32_t va = range_address(range) + (uint32_t)(from - range->iova);
    uint64_t offset = piece->offset + (from - piece->iova);
    uint32_t low = (uint32_t)offset & PAGE_MASK;
    if (!memory || (va & PAGE_MASK) != low)
        return false;
    return sys_map(va - low, pages_of(low + (to - from)) * QDA_PORT_PAGE, PROT_READ | PROT_WRITE, memory->fd,
                   offset - low) == 0;
}

/* Two pieces in one page can be shown only where they are one piece of one memory. */
static bool share_page(const struct piece *before, const struct piece *piece)
{
    return before->memory == piece->memory && before->offset - before->iova == piece->offset - piece->iova;
}

/* Shows what the SMMU translates of [from, to) of a range. */
static bool fill(const struct range *range, uint64_t from, uint64_t to)
{
    const struct piece *before = NULL;
    uint64_t end = 0;
    for (uint64_t at = from; at < to; at = end) {
        const struct piece *piece = smmu_from(at);
        if (!piece || piece->iova >= to)
            break;
        at = piece->iova > at ? piece->iova : at;
        bool same_page = before && (range_address(range) + (at - range->iova)) / QDA_PORT_PAGE ==
                                       (range_address(range) + (end - 1 - range->iova)) / QDA_PORT_PAGE;
        if (same_page && !share_page(before, piece))
            return false;
        end = piece->iova + piece->size < to ? piece->iova + piece->size : to;
        if (!show(range, piece, at, end))
            return false;
        before = piece;
    }
    return true;
}

int space_map(enum range_kind kind, uint32_t iova, uint32_t size, int32_t fd)
{
    const struct piece *piece = smmu_from(iova);
    uint32_t skew = iova & PAGE_MASK;
    if (piece && piece->iova < (uint64_t)iova + size)
        skew = (uint32_t)(piece->offset + iova - piece->iova) & PAGE_MASK;
    uint32_t pages = pages_of((uint64_t)skew + size);
    uint16_t number = range_take();
    uint32_t va = number ? arena_take(&space, pages, number) : 0;
    if (!number)
        return 0;
    ranges[number] = (struct range){va, pages, iova, size, (uint16_t)skew, (uint16_t)kind, fd, 1, 0, 0, 0};
    range_add(number);
    if (!va) {
        range_drop(number);
        return 0;
    }
    if (fill(&ranges[number], iova, (uint64_t)iova + size))
        return number;
    space_unmap(number);
    return -1;
}

void space_unmap(uint16_t number)
{
    struct range *range = &ranges[number];
    sys_unmap(range->va, range->pages * QDA_PORT_PAGE);
    arena_give(&space, range->va, range->pages);
    range_drop(number);
}

/* Is any byte of the range translated in the page at `va`? */
static bool page_shows(const struct range *range, uint32_t va)
{
    uint32_t address = range_address(range);
    uint64_t low = va <= address ? range->iova : range->iova + (uint64_t)(va - address);
    uint64_t high = (uint64_t)range->iova + (va + QDA_PORT_PAGE - address), end = (uint64_t)range->iova + range->size;
    const struct piece *piece = smmu_from(low);
    return piece && piece->iova < (high < end ? high : end);
}

/* Takes the pages of [from, to) away in which nothing of the range is translated any more. */
static void hide(const struct range *range, uint64_t from, uint64_t to)
{
    uint32_t va = (range_address(range) + (uint32_t)(from - range->iova)) & ~PAGE_MASK;
    uint32_t end = range_address(range) + (uint32_t)(to - range->iova), gone = va;
    for (; va < end; va += QDA_PORT_PAGE) {
        if (!page_shows(range, va))
            continue;
        if (gone < va)
            sys_unmap(gone, va - gone);
        gone = va + QDA_PORT_PAGE;
    }
    if (gone < va)
        sys_unmap(gone, va - gone);
}

static void refresh(const struct range *range, uint64_t iova, uint64_t size)
{
    uint64_t from = range->iova > iova ? range->iova : iova;
    uint64_t end = (uint64_t)range->iova + range->size, to = iova + size < end ? iova + size : end;
    if (from >= to)
        return;
    hide(range, from, to);
    /* Whole pages, so that pieces in one page are seen together. */
    uint32_t into = (range_address(range) + (uint32_t)(from - range->iova)) & PAGE_MASK;
    uint32_t past = (range_address(range) + (uint32_t)(to - range->iova)) & PAGE_MASK;
    from = from - range->iova > into ? from - into : range->iova;
    to = past && end - to > QDA_PORT_PAGE - past ? to + (QDA_PORT_PAGE - past) : past ? end : to;
    if (!fill(range, from, to))
        port_log("the SMMU: two memories in one page of 64 KiB cannot be shown side by side; the rest of a mapping is left out");
}

void space_refresh(uint64_t iova, uint64_t size)
{
    for (uint16_t i = ranges[0].next; i; i = ranges[i].next)
        refresh(&ranges[i], iova, size);
    uint64_t last = iova + size - 1;
    for (uint32_t at = statics_after(last < 0xffffffffu ? (uint32_t)last : 0xffffffffu); at > 0; at--) {
        const struct range *range = &ranges[statics[at - 1]];
        if ((uint64_t)range->iova + static_longest <= iova)
            break;
        refresh(range, iova, size);
    }
}

uint64_t space_iova(uint32_t va)
{
    bool locked = lock_try(&space_lock);
    const struct range *range = &ranges[space_at(va)];
    uint32_t into = va - range_address(range);
    uint64_t iova = range != ranges && into < range->size ? (uint64_t)range->iova + into : ~(uint64_t)0;
    if (locked)
        lock_release(&space_lock);
    return iova;
}
