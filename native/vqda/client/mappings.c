/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * What this process mapped through the seam, so that a call need not read /proc/self/maps to learn where the mapping of a
 * buffer begins. Ascending, never overlapping.
 */

/* Index of the first range that ends after `at`. */
static size_t first_after(const struct vqc_mappings *all, uint64_t at)
{
    size_t low = 0, high = all->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (all->ranges[middle].end > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool reserve(struct vqc_mappings *all, size_t count)
{
    if (count <= all->room)
        return true;
    struct vqc_range *larger = realloc(all->ranges, count * 2 * sizeof(*larger));
    if (larger == NULL)
        return false;
    all->ranges = larger;
    all->room = count * 2;
    return true;
}

static void insert(struct vqc_mappings *all, size_t at, struct vqc_range range)
{
    memmove(&all->ranges[at + 1], &all->ranges[at], (all->count - at) * sizeof(range));
    all->ranges[at] = range;
    all->count++;
}

static void remove_at(struct vqc_mappings *all, size_t at)
{
    all->count--;
    memmove(&all->ranges[at], &all->ranges[at + 1], (all->count - at) * sizeof(all->ranges[0]));
}

/* Takes [start, end) out of what is known; needs room for one range more. */
static void cut(struct vqc_mappings *all, uint64_t start, uint64_t end)
{
    size_t at = first_after(all, start);
    while (at < all->count && all->ranges[at].start < end) {
        struct vqc_range range = all->ranges[at];
        remove_at(all, at);
        if (range.start < start)
            insert(all, at++, (struct vqc_range){ range.start, start });
        if (range.end > end)
            insert(all, at++, (struct vqc_range){ end, range.end });
    }
}

static uint64_t page_up(uint64_t address)
{
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    return (address + page - 1) & ~(page - 1);
}

/* Without memory for it nothing is known, and /proc is asked. */
static void change(struct vqc_client *client, uint64_t start, uint64_t end, bool mapped)
{
    struct vqc_mappings *all = &client->mappings;
    pthread_mutex_lock(&client->mappings_lock);
    if (reserve(all, all->count + 2)) {
        cut(all, start, end);
        if (mapped)
            insert(all, first_after(all, start), (struct vqc_range){ start, end });
    } else {
        all->count = 0;
    }
    pthread_mutex_unlock(&client->mappings_lock);
}

void vqc_mapping_added(struct vqc_client *client, const void *addr, size_t len)
{
    change(client, (uintptr_t)addr, page_up((uintptr_t)addr + len), true);
}

void vqc_mapping_removed(struct vqc_client *client, const void *addr, size_t len)
{
    change(client, (uintptr_t)addr, page_up((uintptr_t)addr + len), false);
}

static uint64_t start_from_proc(uint64_t address)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char *line = NULL;
    size_t room = 0;
    uint64_t start, end, found = 0;
    while (found == 0 && maps != NULL && getline(&line, &room, maps) > 0)
        if (sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) == 2 && address >= start && address < end)
            found = start;
    free(line);
    if (maps != NULL)
        fclose(maps);
    return found;
}

uint64_t vqc_mapping_offset(struct vqc_client *client, uint64_t address)
{
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    const struct vqc_mappings *all = &client->mappings;
    uint64_t start = 0;
    pthread_mutex_lock(&client->mappings_lock);
    size_t at = first_after(all, address);
    if (at < all->count && all->ranges[at].start <= address)
        start = all->ranges[at].start;
    pthread_mutex_unlock(&client->mappings_lock);
    if (start == 0)
        start = start_from_proc(address);
    return start == 0 ? 0 : (address & ~(page - 1)) - start;
}
