/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/elf.h"
#include "vqda/dsp/payload.h"

#include <stdlib.h>
#include <string.h>

/*
 * What the virtual DSP reads of its callers: an odd first byte: a file that was passed as shell. Otherwise scalars and handle
 * (u32), then a message buffer at DMA address 0x3_8000_0000. What is found in it must lie in it.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define AT 0x380000000ull

static volatile uint64_t sink;

static int on_page(void *arg, const struct qda_rpc_page *page)
{
    (void)arg;
    if (page->size == 0)
        abort();
    sink += page->addr;
    return 0;
}

static void read_payload(const struct vq_payload *payload, uint32_t handle)
{
    struct vq_piece piece;
    if (vq_payload_check(payload) != 0)
        return;
    for (unsigned i = 0; i < QDA_SCALARS_LENGTH(payload->sc); i++) {
        int64_t at = vq_payload_argument(payload, i, &piece) == 0 ? vq_payload_inside(payload, &piece) : -1;
        for (uint64_t k = 0; at >= 0 && k < piece.len; k++)
            sink += payload->at[(uint64_t)at + k]; /* the sanitizer watches */
    }
    if (vq_payload_each_page(payload, handle, on_page, NULL) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t head[2];
    if (size < 1 + sizeof(head))
        return 0;
    if (data[0] & 1) {
        sink += (uint64_t)vq_elf_check(data + 1, size - 1);
        return 0;
    }
    memcpy(head, data + 1, sizeof(head));
    size_t len = size - 1 - sizeof(head);
    uint8_t *message = malloc(len + 1);
    memcpy(message, data + 1 + sizeof(head), len);
    struct vq_payload payload = { .at = message, .size = len, .dma = AT, .sc = head[0] };
    read_payload(&payload, head[1]);
    free(message);
    return 0;
}
