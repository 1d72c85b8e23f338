/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "vqda/dsp/payload.h"

#include <errno.h>

/* Where the board reads a message whose tables a caller wrote: nothing outside of what is there, whatever they say. */

#define DMA 0x380000000ull
#define SIZE 8192u
#define ARGS 2u
#define SC QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MMAP, 2, 0, 0, 0)

static _Alignas(16) uint8_t bytes[SIZE];
static const struct vq_payload payload = { .at = bytes, .size = SIZE, .dma = DMA, .sc = SC };

static void put(unsigned n, uint64_t pv, uint64_t len, const struct qda_rpc_page *page)
{
    union qda_rpc_arg arg = { .buf = { .pv = pv, .len = len } };
    struct qda_rpc_invoke_buf buf = { .num = 1, .pgidx = n };
    memcpy(bytes + n * sizeof(arg), &arg, sizeof(arg));
    memcpy(bytes + qda_rpc_bufs_at(ARGS) + n * sizeof(buf), &buf, sizeof(buf));
    memcpy(bytes + qda_rpc_pages_at(ARGS) + n * sizeof(*page), page, sizeof(*page));
}

static int argument(uint64_t pv, uint64_t len, uint64_t addr, uint64_t size, struct vq_piece *out)
{
    put(0, pv, len, &(struct qda_rpc_page){ addr, size });
    return vq_payload_argument(&payload, 0, out);
}

static void test_argument(void)
{
    struct vq_piece piece;
    CHECK_INT(argument(0x7010, 0xff0, DMA, 4096, &piece), 0);
    CHECK_HEX(piece.dma, DMA + 0x10);
    CHECK_INT(piece.len, 0xff0);
    CHECK_INT(argument(0x7010, 0xff1, DMA, 4096, &piece), -EINVAL);
    CHECK_INT(argument(0x7010, UINT64_MAX, DMA, 4096, &piece), -EINVAL);
    CHECK_INT(argument(0x7010, 1, DMA, 15, &piece), -EINVAL);
    CHECK_INT(argument(0x7010, 1, UINT64_MAX - 8, 4096, &piece), -EINVAL);
    CHECK_INT(argument(0x7010, 1, DMA, 0, &piece), -ENOENT);
    CHECK_INT(vq_payload_argument(&payload, ARGS, &piece), -EINVAL);
    struct qda_rpc_invoke_buf buf = { .num = 1, .pgidx = ARGS };
    memcpy(bytes + qda_rpc_bufs_at(ARGS), &buf, sizeof(buf));
    CHECK_INT(vq_payload_argument(&payload, 0, &piece), -EINVAL);
}

static int64_t inside(uint64_t dma, uint64_t len)
{
    return vq_payload_inside(&payload, &(struct vq_piece){ dma, len });
}

static void test_inside(void)
{
    CHECK_INT(inside(DMA, SIZE), 0);
    CHECK_INT(inside(DMA + 4096, 4096), 4096);
    CHECK_INT(inside(DMA + SIZE, 0), SIZE);
    CHECK_INT(inside(DMA + 1, SIZE), -ENOENT);
    CHECK_INT(inside(DMA + SIZE - 4, 5), -ENOENT);
    CHECK_INT(inside(DMA + SIZE + 1, 0), -ENOENT);
    CHECK_INT(inside(DMA - 1, 1), -ENOENT);
    CHECK_INT(inside(DMA + 8, UINT64_MAX), -ENOENT);
}

static int count_page(void *arg, const struct qda_rpc_page *page)
{
    unsigned *count = arg;
    CHECK(page->size > 0);
    return ++*count == 3 ? -ENOSPC : 0;
}

/* A request to map memory: the pages that its second argument names are those of the message, and no byte behind it. */
static void test_named_pages(void)
{
    const struct qda_rpc_page own = { DMA, SIZE }, named = { 0x10000, 4096 };
    unsigned count = 0;
    memset(bytes, 0, sizeof(bytes));
    put(0, 0, 16, &own);
    put(1, 0x1000 - sizeof(named) - 1, sizeof(named) + 1, &own);
    memcpy(bytes + 0x1000 - sizeof(named) - 1, &named, sizeof(named));
    CHECK_INT(vq_payload_each_page(&payload, QDA_HANDLE_INIT, count_page, &count), 0);
    CHECK_INT(count, 1); /* a piece of one behind it is none */
    put(1, 0, SIZE, &(struct qda_rpc_page){ DMA + SIZE - 4096, SIZE });
    count = 0;
    CHECK_INT(vq_payload_each_page(&payload, QDA_HANDLE_INIT, count_page, &count), 0);
    CHECK_INT(count, 1); /* the page table's own entry, which leaves the message; nothing of what it would name */
    CHECK_INT(vq_payload_each_page(&payload, QDA_HANDLE_PROCESS, count_page, &(unsigned){ 2 }), -ENOSPC);
}

int main(void)
{
    check_run("an argument lies in its pages", test_argument);
    check_run("a piece lies in the message as a whole", test_inside);
    check_run("named pages are read from the message only", test_named_pages);
    return check_done();
}
