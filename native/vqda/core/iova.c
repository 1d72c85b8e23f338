/* SPDX-License-Identifier: MIT */
#include "vqda/core/iova.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int vq_ranges_init(struct vq_ranges *ranges, uint64_t first, uint64_t end)
{
    *ranges = (struct vq_ranges){ .capacity = 16 };
    ranges->free = calloc(ranges->capacity, sizeof(*ranges->free));
    if (!ranges->free)
        return -ENOMEM;
    ranges->free[0] = (struct vq_range){ first, end };
    ranges->count = 1;
    ranges->free_pages = end - first;
    return 0;
}

void vq_ranges_free(struct vq_ranges *ranges)
{
    free(ranges->free);
    *ranges = (struct vq_ranges){ 0 };
}

/* Room for one more split now, and for everything given out to come back on its own: so giving back never allocates. */
static int reserve(struct vq_ranges *ranges)
{
    size_t need = ranges->count + ranges->taken + 2;
    if (need <= ranges->capacity)
        return 0;
    struct vq_range *larger = realloc(ranges->free, need * 2 * sizeof(*larger));
    if (!larger)
        return -ENOMEM;
    ranges->free = larger;
    ranges->capacity = need * 2;
    return 0;
}

static void insert_at(struct vq_ranges *ranges, size_t at, struct vq_range range)
{
    memmove(&ranges->free[at + 1], &ranges->free[at], (ranges->count - at) * sizeof(range));
    ranges->free[at] = range;
    ranges->count++;
}

static void remove_at(struct vq_ranges *ranges, size_t at)
{
    ranges->count--;
    memmove(&ranges->free[at], &ranges->free[at + 1], (ranges->count - at) * sizeof(ranges->free[0]));
}

/* Cuts [first, first + pages) out of the free range `at`, which holds it. */
static void cut(struct vq_ranges *ranges, size_t at, uint64_t first, uint64_t pages)
{
    struct vq_range *range = &ranges->free[at];
    uint64_t end = range->end;
    ranges->taken++;
    ranges->free_pages -= pages;
    range->end = first;
    if (first + pages < end)
        insert_at(ranges, at + 1, (struct vq_range){ first + pages, end });
    if (ranges->free[at].first == ranges->free[at].end)
        remove_at(ranges, at);
}

static uint64_t power_of_two(uint64_t pages)
{
    uint64_t power = 1;
    while (power < pages)
        power <<= 1;
    return power;
}

int vq_ranges_take_top(struct vq_ranges *ranges, uint64_t pages, uint64_t *first)
{
    if (pages == 0 || pages > ranges->free_pages || reserve(ranges) != 0)
        return -ENOMEM;
    uint64_t mask = ~(power_of_two(pages) - 1);
    for (size_t at = ranges->count; at-- > 0;) {
        const struct vq_range *range = &ranges->free[at];
        if (range->end - range->first < pages)
            continue;
        uint64_t start = (range->end - pages) & mask;
        if (start < range->first)
            continue;
        cut(ranges, at, start, pages);
        *first = start;
        return 0;
    }
    return -ENOMEM;
}

int vq_ranges_take_bottom(struct vq_ranges *ranges, uint64_t pages, uint64_t *first)
{
    if (pages == 0 || pages > ranges->free_pages || reserve(ranges) != 0)
        return -ENOMEM;
    for (size_t at = 0; at < ranges->count; at++) {
        const struct vq_range *range = &ranges->free[at];
        if (range->end - range->first < pages)
            continue;
        *first = range->first;
        cut(ranges, at, range->first, pages);
        return 0;
    }
    return -ENOMEM;
}

/* Index of the first free range that begins after `first`. */
static size_t after(const struct vq_ranges *ranges, uint64_t first)
{
    size_t low = 0, high = ranges->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ranges->free[middle].first > first)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

void vq_ranges_give(struct vq_ranges *ranges, uint64_t first, uint64_t pages)
{
    size_t at = after(ranges, first);
    uint64_t end = first + pages;
    assert(at == 0 || ranges->free[at - 1].end <= first);
    assert(at == ranges->count || end <= ranges->free[at].first);
    assert(ranges->taken > 0 && ranges->count < ranges->capacity);

    bool joins_left = at > 0 && ranges->free[at - 1].end == first;
    bool joins_right = at < ranges->count && ranges->free[at].first == end;
    if (joins_left && joins_right) {
        ranges->free[at - 1].end = ranges->free[at].end;
        remove_at(ranges, at);
    } else if (joins_left) {
        ranges->free[at - 1].end = end;
    } else if (joins_right) {
        ranges->free[at].first = first;
    } else {
        insert_at(ranges, at, (struct vq_range){ first, end });
    }
    ranges->taken--;
    ranges->free_pages += pages;
}
