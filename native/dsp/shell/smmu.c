/* SPDX-License-Identifier: MIT */
#include "dsp/shell/smmu.h"

#include "dsp/shell/arena.h"
#include "dsp/shell/sys.h"
#include "dsp/shell/thread.h"

#define MAX_MEMORIES 32768u
#define MAX_PIECES 65536u
#define BUCKETS 4096u

static struct memory memories[MAX_MEMORIES];
static struct memory *buckets[BUCKETS];
static struct memory *unused; /* given back */
static uint32_t memories_used;

static struct piece pieces[MAX_PIECES]; /* by IOVA */
static uint32_t piece_count;

static struct memory **bucket_of(uint32_t id)
{
    struct memory **at = &buckets[id % BUCKETS];
    while (*at && (*at)->id != id)
        at = &(*at)->next;
    return at;
}

struct memory *smmu_memory(uint32_t id)
{
    return *bucket_of(id);
}

bool smmu_memory_add(uint32_t id, int fd)
{
    if (smmu_memory(id))
        smmu_memory_forget(id);
    struct memory *memory = unused;
    if (memory)
        unused = memory->next;
    else if (memories_used < MAX_MEMORIES)
        memory = &memories[memories_used++];
    else
        return false;
    struct memory **at = &buckets[id % BUCKETS];
    *memory = (struct memory){id, fd, sys_size(fd), 0, *at};
    *at = memory;
    return true;
}

void smmu_memory_forget(uint32_t id)
{
    struct memory **at = bucket_of(id), *memory = *at;
    if (!memory)
        return;
    *at = memory->next;
    if (memory->window) {
        sys_unmap(memory->window, pages_of(memory->size) * QDA_PORT_PAGE);
        upper_give(memory->window, pages_of(memory->size));
    }
    sys_close(memory->fd);
    memory->next = unused;
    unused = memory;
}

/* Index of the first piece that ends after the address. */
static uint32_t index_from(uint64_t iova)
{
    uint32_t low = 0, high = piece_count;
    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (pieces[mid].iova + pieces[mid].size > iova)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

const struct piece *smmu_from(uint64_t iova)
{
    uint32_t at = index_from(iova);
    return at < piece_count ? &pieces[at] : NULL;
}

const struct piece *smmu_at(uint64_t iova)
{
    const struct piece *piece = smmu_from(iova);
    return piece && piece->iova <= iova ? piece : NULL;
}

bool smmu_covers(uint64_t iova, uint64_t size)
{
    uint64_t end = iova + size;
    for (const struct piece *piece; iova < end; iova = piece->iova + piece->size) {
        if (!(piece = smmu_at(iova)))
            return false;
    }
    return true;
}

static bool insert(uint32_t at, struct piece piece)
{
    if (piece_count == MAX_PIECES)
        return false;
    for (uint32_t i = piece_count; i > at; i--)
        pieces[i] = pieces[i - 1];
    pieces[at] = piece;
    piece_count++;
    return true;
}

static void erase(uint32_t at, uint32_t count)
{
    for (uint32_t i = at; i + count < piece_count; i++)
        pieces[i] = pieces[i + count];
    piece_count -= count;
}

bool smmu_add(const struct qda_port_map *map)
{
    if (map->size == 0 || map->iova + map->size > 0x100000000u || map->iova + map->size < map->iova)
        return false;
    smmu_remove(map->iova, map->size);
    return insert(index_from(map->iova), (struct piece){(uint32_t)map->iova, map->memory, map->size, map->offset});
}

/* Leaves a piece from `from` on. */
static void cut_front(struct piece *piece, uint64_t from)
{
    uint64_t cut = from - piece->iova;
    piece->iova = (uint32_t)from;
    piece->size -= cut;
    piece->offset += cut;
}

void smmu_remove(uint64_t iova, uint64_t size)
{
    uint64_t end = iova + size;
    uint32_t at = index_from(iova);
    if (at < piece_count && pieces[at].iova < iova) { /* its front stays, perhaps also its back */
        struct piece back = pieces[at];
        pieces[at].size = iova - pieces[at].iova;
        if (back.iova + back.size > end) {
            cut_front(&back, end);
            insert(at + 1, back);
            return;
        }
        at++;
    }
    uint32_t last = at;
    while (last < piece_count && pieces[last].iova + pieces[last].size <= end)
        last++;
    if (last < piece_count && pieces[last].iova < end)
        cut_front(&pieces[last], end);
    erase(at, last - at);
}
