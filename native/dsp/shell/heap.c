/* SPDX-License-Identifier: MIT */
#include "dsp/shell/heap.h"

#include "dsp/shell/port.h"
#include "dsp/shell/reverse.h"
#include "dsp/shell/space.h"
#include "dsp/shell/text.h"

/*
 * Chunks side by side in regions; each knows its own size and that of the one before, so that free neighbours join at once. Free
 * chunks hang in bins by the order of their size. A chunk begins 8 bytes before a multiple of 16; what a caller gets is that multiple.
 */
struct chunk {
    uint32_t before; /* bytes of the chunk before, 0: the region's first */
    uint32_t size;   /* bytes with this head; bit 0: in use */
    struct chunk *next, *prev; /* of the bin, free ones only */
};
#define HEAD 8u
#define LEAST 16u
#define USED 1u
#define BINS 28u
#define REGIONS 256u
#define MIB (1u << 20)

static struct lock heap_lock;
static struct chunk *bins[BINS];
static struct {
    uint32_t at, size;
} regions[REGIONS];
static uint32_t region_count;
static struct lock begin_lock;
static bool begun;
static uint32_t grow_least = MIB;

static uint32_t size_of(const struct chunk *chunk)
{
    return chunk->size & ~USED;
}

static struct chunk *after(const struct chunk *chunk)
{
    return (struct chunk *)((uint32_t)chunk + size_of(chunk));
}

static struct chunk **bin_of(uint32_t size)
{
    uint32_t order = 31 - (uint32_t)__builtin_clz(size) - 4;
    return &bins[order < BINS ? order : BINS - 1];
}

static void bin_add(struct chunk *chunk)
{
    struct chunk **bin = bin_of(size_of(chunk));
    chunk->prev = NULL;
    chunk->next = *bin;
    if (*bin)
        (*bin)->prev = chunk;
    *bin = chunk;
}

static void bin_remove(struct chunk *chunk)
{
    if (chunk->prev)
        chunk->prev->next = chunk->next;
    else
        *bin_of(size_of(chunk)) = chunk->next;
    if (chunk->next)
        chunk->next->prev = chunk->prev;
}

static void set_size(struct chunk *chunk, uint32_t size, uint32_t used)
{
    chunk->size = size | used;
    after(chunk)->before = size;
}

/* Where the caller's bytes in a chunk begin so that they are aligned: the chunk that begins there needs LEAST before it, or nothing. */
static uint32_t aligned(const struct chunk *chunk, uint32_t align)
{
    uint32_t at = (uint32_t)chunk + HEAD, to = (at + align - 1) & ~(align - 1);
    return to == at || to - at >= LEAST ? to : (at + LEAST + align - 1) & ~(align - 1);
}

static struct chunk *find(uint32_t size, uint32_t align)
{
    for (struct chunk **bin = bin_of(size); bin < bins + BINS; bin++) {
        for (struct chunk *chunk = *bin; chunk; chunk = chunk->next) {
            if (aligned(chunk, align) - HEAD + size <= (uint32_t)after(chunk))
                return chunk;
        }
    }
    return NULL;
}

/* Takes `size` bytes at the aligned place of a free chunk; the rest stays free. */
static void *carve(struct chunk *chunk, uint32_t size, uint32_t align)
{
    uint32_t at = aligned(chunk, align) - HEAD, front = at - (uint32_t)chunk;
    bin_remove(chunk);
    if (front) {
        uint32_t rest = size_of(chunk) - front;
        chunk->size = front;
        bin_add(chunk);
        struct chunk *back = (struct chunk *)at;
        back->before = front;
        set_size(back, rest, 0);
        chunk = back;
    }
    uint32_t rest = size_of(chunk) - size;
    if (rest >= LEAST) {
        chunk->size = size;
        struct chunk *back = after(chunk);
        back->before = size;
        set_size(back, rest, 0);
        bin_add(back);
    }
    chunk->size |= USED;
    return (uint8_t *)chunk + HEAD;
}

/* A region's first chunk; a used one of no size ends it. With the lock. False: too many. */
static bool add_region(uint32_t at, uint32_t size)
{
    if (region_count == REGIONS || size < 4096)
        return false;
    regions[region_count].at = at;
    regions[region_count++].size = size;
    uint32_t first = ((at + HEAD + 15) & ~15u) - HEAD, end = ((at + size) & ~15u) - HEAD;
    struct chunk *last = (struct chunk *)end;
    last->size = USED;
    struct chunk *chunk = (struct chunk *)first;
    chunk->before = 0;
    set_size(chunk, end - first, 0);
    bin_add(chunk);
    return true;
}

/* The process memory, at the first need: by then the CPU has mapped it. */
static void begin(void)
{
    lock_take(&begin_lock);
    if (!begun) {
        lock_take(&space_lock);
        int number = space_map(RANGE_HEAP, (uint32_t)start.memory_iova, (uint32_t)start.memory_size, -1);
        uint32_t at = number > 0 ? range_address(space_range((uint16_t)number)) : 0;
        lock_release(&space_lock);
        lock_take(&heap_lock);
        if (!at || !add_region(at, (uint32_t)start.memory_size))
            port_log("the process memory cannot be mapped: there is no heap");
        lock_release(&heap_lock);
        __atomic_store_n(&begun, true, __ATOMIC_RELEASE);
    }
    lock_release(&begin_lock);
}

/* More memory from the CPU for so many bytes. */
static bool grow(uint32_t size)
{
    uint64_t len = ((uint64_t)size + 65536 + MIB - 1) & ~(uint64_t)(MIB - 1), address = 0;
    len = len < grow_least ? grow_least : len;
    if (len > SPACE_ASK_MAX || apps_grow(len, &address) != 0)
        return false;
    lock_take(&space_lock);
    uint16_t number = address <= 0xffffffffu ? space_at((uint32_t)address) : 0;
    const struct range *range = space_range(number);
    bool ours = number && range->kind == RANGE_HEAP && range_address(range) == address && range->size >= len;
    lock_release(&space_lock);
    if (!ours) {
        port_log("apps_mem gave an address that is no heap memory of this process");
        return false;
    }
    lock_take(&heap_lock);
    bool added = add_region((uint32_t)address, (uint32_t)len);
    lock_release(&heap_lock);
    return added;
}

void *memalign(size_t align, size_t size)
{
    if (size > SPACE_ASK_MAX || align > SPACE_ASK_MAX)
        return NULL;
    if (!__atomic_load_n(&begun, __ATOMIC_ACQUIRE))
        begin();
    uint32_t need = ((uint32_t)size + HEAD + 15) & ~15u;
    align = align < 16 ? 16 : align;
    for (bool more = true; more; more = grow(need + align)) {
        lock_take(&heap_lock);
        struct chunk *chunk = find(need, align);
        void *at = chunk ? carve(chunk, need, align) : NULL;
        lock_release(&heap_lock);
        if (at)
            return at;
    }
    return NULL;
}

void *malloc(size_t size)
{
    return memalign(16, size);
}

/* Joins a free chunk with free neighbours. */
static void release(struct chunk *chunk)
{
    uint32_t size = size_of(chunk);
    struct chunk *next = after(chunk);
    if (!(next->size & USED)) {
        bin_remove(next);
        size += size_of(next);
    }
    if (chunk->before) {
        struct chunk *before = (struct chunk *)((uint32_t)chunk - chunk->before);
        if (!(before->size & USED)) {
            bin_remove(before);
            size += size_of(before);
            chunk = before;
        }
    }
    set_size(chunk, size, 0);
    bin_add(chunk);
}

void free(void *at)
{
    if (!at)
        return;
    lock_take(&heap_lock);
    release((struct chunk *)((uint8_t *)at - HEAD));
    lock_release(&heap_lock);
}

void *calloc(size_t count, size_t size)
{
    uint64_t bytes = (uint64_t)count * size;
    void *at = bytes > SPACE_ASK_MAX ? NULL : malloc((size_t)bytes);
    return at ? memset(at, 0, (size_t)bytes) : NULL;
}

void *realloc(void *at, size_t size)
{
    if (!at)
        return malloc(size);
    uint32_t had = size_of((struct chunk *)((uint8_t *)at - HEAD)) - HEAD;
    if (size <= had)
        return at;
    void *to = malloc(size);
    if (to) {
        memcpy(to, at, had);
        free(at);
    }
    return to;
}

void heap_set_grow(uint32_t least)
{
    uint32_t rounded = (least + MIB - 1) & ~(MIB - 1);
    grow_least = rounded && rounded <= SPACE_ASK_MAX ? rounded : MIB;
}

bool heap_leave(uint32_t address)
{
    lock_take(&heap_lock);
    uint32_t i = 0;
    while (i < region_count && regions[i].at != address)
        i++;
    bool known = i < region_count, unused = true;
    if (known) {
        struct chunk *first = (struct chunk *)(((address + HEAD + 15) & ~15u) - HEAD);
        unused = !(first->size & USED) && size_of(after(first)) == 0;
        if (unused) {
            bin_remove(first);
            regions[i] = regions[--region_count];
        }
    }
    lock_release(&heap_lock);
    return unused;
}
