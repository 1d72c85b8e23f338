/* SPDX-License-Identifier: MIT */
#include "dsp_skels/skel.h"

/*
 * In: u32 bytes of a block; out: u32 blocks. Methods: 2 allocates and writes to blocks until there are no more, and keeps them;
 * 3 gives all of them back.
 */
void *malloc(size_t bytes);
void free(void *at);

struct block {
    struct block *next;
};
static struct block *kept;

static uint32_t eat(uint32_t bytes)
{
    uint32_t blocks = 0;
    struct block *block;
    while ((block = malloc(bytes)) != NULL) {
        for (uint32_t i = 0; i + 4096 < bytes; i += 4096)
            ((volatile uint8_t *)block)[i] = 1;
        block->next = kept;
        kept = block;
        blocks++;
    }
    return blocks;
}

static uint32_t give_back(void)
{
    uint32_t blocks = 0;
    while (kept != NULL) {
        struct block *block = kept;
        kept = block->next;
        free(block);
        blocks++;
    }
    return blocks;
}

SKEL_ENTRY(eater)
{
    (void)h;
    if (open_or_close(sc, args))
        return 0;
    const uint32_t method = QDA_SCALARS_METHOD(sc);
    if (method != 2 && method != 3)
        return EUNSUPPORTED;
    if (sc != QDA_SCALARS_BUILD(0, method, 1, 1, 0, 0) || args[0].buf.len != 4 || args[1].buf.len != 4)
        return EBADPARM;
    const uint32_t bytes = *(const uint32_t *)args[0].buf.at;
    if (bytes < sizeof(struct block))
        return EBADPARM;
    *(uint32_t *)args[1].buf.at = method == 2 ? eat(bytes) : give_back();
    return 0;
}
