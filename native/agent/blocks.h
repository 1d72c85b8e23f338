/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_BLOCKS_H
#define QDA_AGENT_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a plan has given and the host has not acknowledged: numbered, encoded messages in a ring of fixed size. Kept over a
 * lost connection. Sample blocks leave `reserve` bytes free, so that what says how the points went always fits.
 */
#define BLOCKS_BYTES (3u * 1024 * 1024)

struct block {
    uint64_t number;
    uint32_t tag; /* qdalab_FromAgent_*_tag; 0: padding up to the end of the ring */
    uint32_t len; /* bytes of the encoded message that follow */
};

struct blocks {
    _Alignas(8) uint8_t ring[BLOCKS_BYTES];
    uint64_t head, tail;    /* positions, ever growing; modulo the size they are places in the ring */
    uint64_t cursor;        /* position of the next block to send */
    uint64_t last;          /* newest number given */
    uint64_t dropped;       /* blocks that found no room */
    size_t reserve;         /* bytes */
    bool open;              /* reserved, not yet committed */
};

enum block_kind { BLOCK_SAMPLES, BLOCK_STRUCTURE };

/* Forgets everything and begins at block 1. */
void blocks_reset(struct blocks *blocks, size_t reserve);
/* Would a sample block of `len` bytes find room? */
bool blocks_have_room(const struct blocks *blocks, size_t len);
/* Room for a message of at most `len` bytes, or NULL. */
uint8_t *blocks_reserve(struct blocks *blocks, size_t len, enum block_kind kind);
/* The message is in the room: it becomes block blocks->last + 1. */
void blocks_commit(struct blocks *blocks, uint32_t tag, size_t len);
/* No room was had: the number is used up all the same, so that the gap shows. */
void blocks_drop(struct blocks *blocks);
/* Everything up to and with `number` is safe in the host. */
void blocks_ack(struct blocks *blocks, uint64_t number);
/* The next block to send is the oldest kept one after `number`. */
void blocks_rewind(struct blocks *blocks, uint64_t number);
/* The next block to send, its message behind it in memory; NULL if there is none. */
const struct block *blocks_peek(struct blocks *blocks);
void blocks_advance(struct blocks *blocks);
/* Number of the oldest block still kept, 0: none. */
uint64_t blocks_oldest(const struct blocks *blocks);

#endif
