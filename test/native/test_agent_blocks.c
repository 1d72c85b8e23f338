/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "agent/blocks.h"
#include "check.h"

#define TAG 7u

static struct blocks ring;

static bool give(size_t len, enum block_kind kind)
{
    uint8_t *room = blocks_reserve(&ring, len, kind);
    if (!room)
        return false;
    memset(room, (int)(ring.last + 1) & 0xff, len);
    blocks_commit(&ring, TAG, len);
    return true;
}

static bool is_intact(const struct block *block)
{
    const uint8_t *bytes = (const uint8_t *)(block + 1);
    for (uint32_t i = 0; i < block->len; i++) {
        if (bytes[i] != (block->number & 0xff))
            return false;
    }
    return block->tag == TAG;
}

static uint64_t next_number(void)
{
    const struct block *block = blocks_peek(&ring);
    if (!block)
        return 0;
    CHECK(is_intact(block));
    uint64_t number = block->number;
    blocks_advance(&ring);
    return number;
}

static void test_empty(void)
{
    blocks_reset(&ring, 0);
    CHECK(blocks_peek(&ring) == NULL);
    CHECK_INT(blocks_oldest(&ring), 0);
    blocks_ack(&ring, 99);
    blocks_rewind(&ring, 0);
    CHECK(blocks_peek(&ring) == NULL);
}

static void test_in_order(void)
{
    blocks_reset(&ring, 0);
    for (int i = 0; i < 3; i++)
        CHECK(give(100, BLOCK_SAMPLES));
    CHECK_INT(next_number(), 1);
    CHECK_INT(next_number(), 2);
    blocks_ack(&ring, 1);
    CHECK_INT(blocks_oldest(&ring), 2);
    CHECK_INT(next_number(), 3);
    CHECK_INT(next_number(), 0);
    blocks_rewind(&ring, 2);
    CHECK_INT(next_number(), 3);
    blocks_rewind(&ring, 0); /* block 1 is gone */
    CHECK_INT(next_number(), 2);
}

static void test_ack_of_what_was_not_sent(void)
{
    blocks_reset(&ring, 0);
    for (int i = 0; i < 3; i++)
        give(100, BLOCK_SAMPLES);
    blocks_ack(&ring, 2);
    CHECK_INT(next_number(), 3);
    blocks_ack(&ring, UINT64_MAX);
    CHECK_INT(blocks_oldest(&ring), 0);
    CHECK(give(100, BLOCK_SAMPLES));
    CHECK_INT(next_number(), 4);
}

static void test_reserve_is_kept_for_structure(void)
{
    blocks_reset(&ring, 64 * 1024);
    uint64_t samples = 0;
    while (give(32768, BLOCK_SAMPLES))
        samples++;
    CHECK(samples >= 60);
    CHECK(!blocks_have_room(&ring, 32768));
    uint64_t structure = 0;
    while (structure < 100 && give(600, BLOCK_STRUCTURE))
        structure++;
    CHECK_INT(structure, 100);
    blocks_drop(&ring);
    CHECK_INT(ring.dropped, 1);
    CHECK_INT(ring.last, samples + 101);
}

/* Many rounds of the ring with lengths of all kinds, against a simple count of what must come out. */
static void test_wraps_with_any_length(void)
{
    blocks_reset(&ring, 1000);
    srand(1);
    uint64_t sent = 0, acked = 0;
    for (int i = 0; i < 20000; i++) {
        size_t len = (size_t)(rand() % 3 ? rand() % 300 : rand() % 33000);
        while (!give(len, BLOCK_SAMPLES)) {
            uint64_t number = next_number();
            if (number == 0) {
                acked += 1 + (uint64_t)rand() % 20;
                acked = acked < sent ? acked : sent;
                blocks_ack(&ring, acked);
            } else if (!CHECK_INT(number, ++sent)) {
                return;
            }
        }
    }
    while (next_number() != 0)
        sent++;
    CHECK_INT(sent, ring.last);
    CHECK_INT(ring.last, 20000);
}

/* What is left at the end is too short even for the head of a block: 1 to 16 bytes, whatever the lengths before were. */
static void test_wraps_with_hardly_a_place_left(void)
{
    for (size_t left = 1; left <= 64; left++) {
        blocks_reset(&ring, 0);
        for (int i = 0; i < 63; i++)
            CHECK(give(32768 - sizeof(struct block), BLOCK_SAMPLES));
        CHECK(give(32768 - sizeof(struct block) - left, BLOCK_SAMPLES));
        blocks_ack(&ring, 64);
        uint64_t before = ring.head;
        CHECK(give(100, BLOCK_STRUCTURE));
        CHECK(ring.head > before && ring.head - before < 300);
        CHECK_INT(next_number(), 65);
        CHECK_INT(next_number(), 0);
    }
}

int main(void)
{
    check_run("an empty ring gives nothing", test_empty);
    check_run("blocks come out in order, and again after a rewind", test_in_order);
    check_run("an acknowledgement of what was not sent skips it", test_ack_of_what_was_not_sent);
    check_run("the reserve is kept for what says how points went", test_reserve_is_kept_for_structure);
    check_run("the ring wraps with any length", test_wraps_with_any_length);
    check_run("the ring wraps where hardly a place is left", test_wraps_with_hardly_a_place_left);
    return check_done();
}
