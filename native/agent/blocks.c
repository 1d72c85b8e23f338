/* SPDX-License-Identifier: MIT */
#include "agent/blocks.h"

#include <assert.h>
#include <string.h>

/* Whole heads, so that at the end of the ring there is always room for one: that of the padding. */
static size_t span(size_t len)
{
    return (sizeof(struct block) + len + sizeof(struct block) - 1) / sizeof(struct block) * sizeof(struct block);
}

_Static_assert(BLOCKS_BYTES % sizeof(struct block) == 0, "the ring holds whole heads");

static struct block *at(struct blocks *blocks, uint64_t position)
{
    return (struct block *)(void *)(blocks->ring + position % BLOCKS_BYTES);
}

static const struct block *look(const struct blocks *blocks, uint64_t position)
{
    return (const struct block *)(const void *)(blocks->ring + position % BLOCKS_BYTES);
}

static size_t to_end(uint64_t position)
{
    return BLOCKS_BYTES - position % BLOCKS_BYTES;
}

void blocks_reset(struct blocks *blocks, size_t reserve)
{
    assert(reserve < BLOCKS_BYTES / 2);
    blocks->head = blocks->tail = blocks->cursor = 0;
    blocks->last = blocks->dropped = 0;
    blocks->reserve = reserve;
    blocks->open = false;
}

/* Bytes that a block of `len` takes from the ring, with the padding in front of it where it would run over the end. */
static size_t cost(const struct blocks *blocks, size_t len)
{
    size_t padding = to_end(blocks->head) < span(len) ? to_end(blocks->head) : 0;
    return padding + span(len);
}

static bool fits(const struct blocks *blocks, size_t len, size_t reserve)
{
    size_t free = BLOCKS_BYTES - (size_t)(blocks->head - blocks->tail);
    return free >= cost(blocks, len) + reserve;
}

bool blocks_have_room(const struct blocks *blocks, size_t len)
{
    return fits(blocks, len, blocks->reserve);
}

uint8_t *blocks_reserve(struct blocks *blocks, size_t len, enum block_kind kind)
{
    assert(!blocks->open);
    if (!fits(blocks, len, kind == BLOCK_SAMPLES ? blocks->reserve : 0))
        return NULL;
    if (to_end(blocks->head) < span(len)) {
        *at(blocks, blocks->head) = (struct block){.len = (uint32_t)(to_end(blocks->head) - sizeof(struct block))};
        blocks->head += to_end(blocks->head);
    }
    blocks->open = true;
    return (uint8_t *)(at(blocks, blocks->head) + 1);
}

void blocks_commit(struct blocks *blocks, uint32_t tag, size_t len)
{
    assert(blocks->open && tag != 0);
    blocks->open = false;
    *at(blocks, blocks->head) = (struct block){.number = ++blocks->last, .tag = tag, .len = (uint32_t)len};
    blocks->head += span(len);
}

void blocks_drop(struct blocks *blocks)
{
    blocks->last++;
    blocks->dropped++;
}

/* The first real block at or after a position; head where there is none. */
static uint64_t skip_padding(const struct blocks *blocks, uint64_t position)
{
    while (position < blocks->head && look(blocks, position)->tag == 0)
        position += span(look(blocks, position)->len);
    return position;
}

static uint64_t after(const struct blocks *blocks, uint64_t number)
{
    uint64_t position = skip_padding(blocks, blocks->tail);
    while (position < blocks->head && look(blocks, position)->number <= number)
        position = skip_padding(blocks, position + span(look(blocks, position)->len));
    return position;
}

void blocks_ack(struct blocks *blocks, uint64_t number)
{
    blocks->tail = after(blocks, number);
    if (blocks->cursor < blocks->tail)
        blocks->cursor = blocks->tail;
}

void blocks_rewind(struct blocks *blocks, uint64_t number)
{
    blocks->cursor = after(blocks, number);
}

const struct block *blocks_peek(struct blocks *blocks)
{
    blocks->cursor = skip_padding(blocks, blocks->cursor);
    return blocks->cursor < blocks->head ? look(blocks, blocks->cursor) : NULL;
}

void blocks_advance(struct blocks *blocks)
{
    blocks->cursor += span(look(blocks, blocks->cursor)->len);
}

uint64_t blocks_oldest(const struct blocks *blocks)
{
    uint64_t position = skip_padding(blocks, blocks->tail);
    return position < blocks->head ? look(blocks, position)->number : 0;
}
