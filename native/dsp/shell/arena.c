/* SPDX-License-Identifier: MIT */
#include "dsp/shell/arena.h"

/* The first of `pages` free pages within [from, to), or `to`. */
static uint32_t find_run(const struct arena *arena, uint32_t from, uint32_t to, uint32_t pages)
{
    uint32_t run = 0;
    for (uint32_t i = from; i < to; i++) {
        run = arena->owner[i] ? 0 : run + 1;
        if (run == pages)
            return i + 1 - pages;
    }
    return to;
}

uint32_t arena_take(struct arena *arena, uint32_t pages, uint16_t owner)
{
    if (pages == 0 || pages > arena->pages - arena->taken)
        return 0;
    uint32_t at = find_run(arena, arena->next, arena->pages, pages);
    if (at == arena->pages)
        at = find_run(arena, 0, arena->pages, pages);
    if (at == arena->pages)
        return 0;
    for (uint32_t i = 0; i < pages; i++)
        arena->owner[at + i] = owner;
    arena->taken += pages;
    arena->next = at + pages;
    return arena->base + at * QDA_PORT_PAGE;
}

void arena_give(struct arena *arena, uint32_t va, uint32_t pages)
{
    uint32_t at = (va - arena->base) / QDA_PORT_PAGE;
    for (uint32_t i = 0; i < pages; i++)
        arena->owner[at + i] = 0;
    arena->taken -= pages;
    /* What comes next takes the same place: the emulator knows it. */
    if (at < arena->next)
        arena->next = at;
}

uint16_t arena_owner(const struct arena *arena, uint32_t va)
{
    uint32_t page = (va - arena->base) / QDA_PORT_PAGE;
    return va >= arena->base && page < arena->pages ? arena->owner[page] : 0;
}
