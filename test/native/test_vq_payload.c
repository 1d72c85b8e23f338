/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "scripted_board.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* What INVOKE sends: the payload, byte by byte, and what comes back of it. */

#define PAGE 4096u
#define CALLED 0x1234u

/* An element for memory of the caller. */
static struct qda_v1_fastrpc_invoke_args memory(const void *at, uint64_t len)
{
    return (struct qda_v1_fastrpc_invoke_args){ .ptr = (uintptr_t)at, .length = len, .fd = -1 };
}

static struct qda_v1_fastrpc_invoke_args in_buffer(const struct buffer *buffer, uint64_t offset, uint64_t len)
{
    return (struct qda_v1_fastrpc_invoke_args){
        .ptr = (uintptr_t)buffer->map + offset, .length = len, .fd = buffer->field };
}

static const union qda_rpc_arg *arg_of(const struct script_seen *seen, unsigned i)
{
    return (const union qda_rpc_arg *)(const void *)(seen->payload + 16u * i);
}

static const struct qda_rpc_invoke_buf *buf_of(const struct script_seen *seen, unsigned n, unsigned i)
{
    return (const struct qda_rpc_invoke_buf *)(const void *)(seen->payload + 16u * n + 8u * i);
}

static const struct qda_rpc_page *page_of(const struct script_seen *seen, unsigned n, unsigned i)
{
    return (const struct qda_rpc_page *)(const void *)(seen->payload + 24u * n + 16u * i);
}

/* The argument lies in the message at `at`. */
static void check_inline(const struct script_seen *seen, unsigned n, unsigned i, uint64_t at, uint64_t len)
{
    const struct qda_rpc_page *page = page_of(seen, n, i);
    CHECK_INT(buf_of(seen, n, i)->num, 1);
    CHECK_INT(buf_of(seen, n, i)->pgidx, i);
    CHECK_INT(arg_of(seen, i)->buf.len, len);
    CHECK_INT(arg_of(seen, i)->buf.pv % PAGE, at % PAGE);
    CHECK_HEX(page->addr, seen->request.addr + at / PAGE * PAGE);
    CHECK_INT(page->size, ((at + len - 1) / PAGE - at / PAGE + 1) * PAGE);
}

static void check_mapped(const struct script_seen *seen, unsigned n, unsigned i, const void *pv, uint64_t len,
                         struct qda_rpc_page page)
{
    CHECK_INT(buf_of(seen, n, i)->num, 1);
    CHECK_INT(buf_of(seen, n, i)->pgidx, i);
    CHECK_HEX(arg_of(seen, i)->buf.pv, (uintptr_t)pv);
    CHECK_INT(arg_of(seen, i)->buf.len, len);
    CHECK_HEX(page_of(seen, n, i)->addr, page.addr);
    CHECK_INT(page_of(seen, n, i)->size, page.size);
}

static void check_empty(const struct script_seen *seen, unsigned n, unsigned i)
{
    static const uint8_t zeros[16];
    CHECK_INT(buf_of(seen, n, i)->num, 0);
    CHECK_INT(buf_of(seen, n, i)->pgidx, i);
    CHECK_MEM(arg_of(seen, i), zeros, 16);
    CHECK_MEM(page_of(seen, n, i), zeros, 16);
}

static void check_lists(const struct script_seen *seen, unsigned n)
{
    static const uint8_t zeros[384];
    CHECK_MEM(seen->payload + 40u * n, zeros, sizeof(zeros));
}

/* ---- one call of every kind of argument */

/* out[1] of test_mixed: of the mapped buffer nothing is in the message. */
static void write_mixed(struct vq_message *message)
{
    memset(message->slab->map + 896, 0x5a, 300);
}

static void check_request(const struct script_seen *seen)
{
    CHECK_INT(seen->call, QDA_CALL_INVOKE);
    CHECK_INT(seen->request.session, 1);
    CHECK_INT(seen->session, 1);
    CHECK_INT(seen->request.tid, gettid());
    CHECK_INT(seen->request.handle, CALLED);
    CHECK_HEX(seen->request.sc, QDA_SCALARS_BUILD(1, 5, 3, 2, 1, 1));
    CHECK_INT(seen->request.size, PAGE);
    CHECK_INT(seen->request.addr >> 32, seen->sid);
    CHECK_INT(seen->request.addr % PAGE, 0);
}

/* 40 * 7 + 384 = 664, so the first inline argument is at 768, the next one at 896. */
static void check_mixed(const struct script_seen *seen, const struct buffer *a, const struct buffer *b)
{
    check_request(seen);
    check_inline(seen, 7, 0, 768, 5);
    CHECK_MEM(seen->payload + 768, "hello", 5);
    check_mapped(seen, 7, 1, a->map + PAGE + 100, 5000, (struct qda_rpc_page){ dma_of(a->handle) + PAGE, 2 * PAGE });
    check_empty(seen, 7, 2);
    check_inline(seen, 7, 3, 896, 300);
    for (int i = 0; i < 300; i++)
        CHECK_INT(seen->payload[896 + i], 0);
    check_mapped(seen, 7, 4, b->map, 1, (struct qda_rpc_page){ dma_of(b->handle), PAGE });
    CHECK_INT(arg_of(seen, 5)->dma.fd, a->dmabuf);
    CHECK_INT(arg_of(seen, 5)->dma.offset, 70);
    CHECK_INT(arg_of(seen, 5)->dma.len, 80);
    CHECK_INT(buf_of(seen, 7, 5)->num, 1);
    CHECK_HEX(page_of(seen, 7, 5)->addr, dma_of(a->handle)); /* the whole buffer */
    CHECK_INT(page_of(seen, 7, 5)->size, 6 * PAGE);
    CHECK_INT(arg_of(seen, 6)->dma.fd, 99);
    CHECK_INT(buf_of(seen, 7, 6)->num, 0);
    CHECK_HEX(page_of(seen, 7, 6)->addr, 0);
    check_lists(seen, 7);
}

static void test_mixed(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    struct buffer a, b;
    char hello[] = "hello", out[302];
    int fd = open_cdsp();
    if (!buffer_make(fd, 6 * PAGE, &a) || !buffer_make(fd, 3 * PAGE, &b))
        return;
    memset(out, 1, sizeof(out));
    struct qda_v1_fastrpc_invoke_args args[7] = {
        memory(hello, 5), in_buffer(&a, PAGE + 100, 5000), memory(NULL, 0), memory(out + 1, 300), in_buffer(&b, 0, 1),
        { .ptr = 70, .length = 80, .fd = a.dmabuf }, { .ptr = 7, .length = 0, .fd = 99 },
    };
    script.run = write_mixed;
    CHECK_INT(invoke(fd, CALLED, QDA_SCALARS_BUILD(1, 5, 3, 2, 1, 1), args), 0);
    check_mixed(script_wait(1), &a, &b);
    CHECK_INT(out[0], 1);
    CHECK_INT(out[1], 0x5a);
    CHECK_INT(out[300], 0x5a);
    CHECK_INT(out[301], 1);
    CHECK_INT(vq_copied_bytes(board), 305); /* of the mapped ones nothing */
    CHECK_INT(board_objects(), 2);
    buffer_drop(fd, &a);
    buffer_drop(fd, &b);
    q_close(&q, fd);
    board_stop(true);
}

/* ---- as many as there can be */

#define MANY 255u

static uint8_t sent[MANY][64], got[MANY][64];

static uint64_t len_of(unsigned i)
{
    return i * 7 % 65;
}

/* Each out argument: its index, in every byte. */
static void write_many(struct vq_message *message)
{
    uint64_t at = qda_rpc_metadata(2 * MANY + 30);
    for (unsigned i = 0; i < 2 * MANY; i++) {
        uint64_t len = len_of(i % MANY);
        if (len == 0)
            continue;
        at = qda_rpc_align(at);
        if (i >= MANY)
            memset(message->slab->map + at, (int)(i - MANY), len);
        at += len;
    }
}

static void check_many(const struct script_seen *seen, unsigned n)
{
    uint64_t at = qda_rpc_metadata(n);
    for (unsigned i = 0; i < 2 * MANY; i++) {
        uint64_t len = len_of(i % MANY);
        if (len == 0) {
            check_empty(seen, n, i);
            continue;
        }
        at = qda_rpc_align(at);
        check_inline(seen, n, i, at, len);
        if (i < MANY)
            CHECK_MEM(seen->payload + at, sent[i], len);
        at += len;
    }
    CHECK_INT(seen->request.size, (at + PAGE - 1) / PAGE * PAGE);
}

static void test_many(void)
{
    static struct qda_v1_fastrpc_invoke_args args[2 * MANY + 30];
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    int fd = open_cdsp();
    for (unsigned i = 0; i < MANY; i++) {
        memset(sent[i], (int)i, sizeof(sent[i]));
        memset(got[i], 0xee, sizeof(got[i]));
        args[i] = memory(sent[i], len_of(i));
        args[MANY + i] = memory(got[i], len_of(i));
    }
    for (unsigned i = 0; i < 30; i++)
        args[2 * MANY + i] = (struct qda_v1_fastrpc_invoke_args){ .ptr = i, .fd = -1 };
    script.run = write_many;
    CHECK_INT(invoke(fd, CALLED, QDA_SCALARS_BUILD(0, 2, MANY, MANY, 15, 15), args), 0);
    const struct script_seen *seen = script_wait(1);
    check_many(seen, 2 * MANY + 30);
    check_lists(seen, 2 * MANY + 30);
    for (unsigned i = 0; i < MANY; i++) {
        CHECK_INT(got[i][0], len_of(i) > 0 ? i : 0xee);
        if (len_of(i) < 64)
            CHECK_INT(got[i][len_of(i)], 0xee);
    }
    CHECK_INT(arg_of(seen, 2 * MANY + 29)->dma.fd, -1);
    CHECK_INT(arg_of(seen, 2 * MANY + 29)->dma.offset, 29);
    q_close(&q, fd);
    board_stop(true);
}

/* The same buffer 510 times: one descriptor travels. */
static void test_many_mapped(void)
{
    static struct qda_v1_fastrpc_invoke_args args[2 * MANY];
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    struct buffer a;
    int fd = open_cdsp();
    if (!buffer_make(fd, 2 * MANY * PAGE, &a))
        return;
    for (unsigned i = 0; i < 2 * MANY; i++)
        args[i] = in_buffer(&a, (uint64_t)i * PAGE, 10);
    CHECK_INT(invoke(fd, CALLED, QDA_SCALARS_BUILD(0, 2, MANY, MANY, 0, 0), args), 0);
    const struct script_seen *seen = script_wait(1);
    uint64_t dma = dma_of(a.handle);
    for (unsigned i = 0; i < 2 * MANY; i++)
        check_mapped(seen, 2 * MANY, i, a.map + i * PAGE, 10, (struct qda_rpc_page){ dma + i * PAGE, PAGE });
    CHECK_INT(vq_copied_bytes(board), 0);
    buffer_drop(fd, &a);
    q_close(&q, fd);
    board_stop(true);
}

static void test_none(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    int fd = open_cdsp();
    CHECK_INT(invoke(fd, 1, 0x01000000, NULL), 0); /* handle 1 from a user: v1 does not mind */
    const struct script_seen *seen = script_wait(1);
    CHECK_INT(seen->request.handle, 1);
    CHECK_INT(seen->request.size, PAGE);
    check_lists(seen, 0);
    q_close(&q, fd);
    board_stop(true);
}

/* ---- where a buffer is pointed into */

static void test_mapping_offsets(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    struct buffer a;
    int fd = open_cdsp();
    if (!buffer_make(fd, 8 * PAGE, &a))
        return;
    uint64_t dma = dma_of(a.handle);
    char *raw = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, a.dmabuf, 0); /* not through the seam */
    struct qda_v1_fastrpc_invoke_args args[4] = { in_buffer(&a, 7 * PAGE + 4095, 1), in_buffer(&a, 4095, 2),
                                                  { (uintptr_t)raw + 5 * PAGE + 8, 8, a.dmabuf, 0 },
                                                  { 64, 8, a.dmabuf, 0 } };
    CHECK_INT(invoke(fd, CALLED, QDA_SCALARS_BUILD(0, 2, 4, 0, 0, 0), args), 0);
    const struct script_seen *seen = script_wait(1);
    check_mapped(seen, 4, 0, a.map + 7 * PAGE + 4095, 1, (struct qda_rpc_page){ dma + 7 * PAGE, PAGE });
    check_mapped(seen, 4, 1, a.map + 4095, 2, (struct qda_rpc_page){ dma, 2 * PAGE });
    check_mapped(seen, 4, 2, raw + 5 * PAGE + 8, 8, (struct qda_rpc_page){ dma + 5 * PAGE, PAGE });
    check_mapped(seen, 4, 3, (void *)64, 8, (struct qda_rpc_page){ dma, PAGE }); /* no mapping holds it */
    /* The first page goes: the mapping begins a page later, as the kernel sees it. */
    CHECK_INT(q.sys->ops->munmap(q.sys, a.map, PAGE), 0);
    CHECK_INT(invoke(fd, CALLED, QDA_SCALARS_BUILD(0, 2, 1, 0, 0, 0), args), 0);
    seen = script_wait(2);
    check_mapped(seen, 1, 0, a.map + 7 * PAGE + 4095, 1, (struct qda_rpc_page){ dma + 6 * PAGE, PAGE });
    munmap(raw, 8 * PAGE);
    a.map += PAGE;
    a.size -= PAGE;
    buffer_drop(fd, &a);
    q_close(&q, fd);
    board_stop(true);
}

/* ---- results */

static void test_results(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    int fd = open_cdsp();
    char out[8] = "before";
    struct qda_v1_fastrpc_invoke_args arg = memory(out, sizeof(out));
    const uint32_t sc = QDA_SCALARS_BUILD(0, 2, 0, 1, 0, 0);
    script.answer = QDA_AEE_EBADPARM;
    CHECK_INT(invoke(fd, CALLED, sc, &arg), QDA_AEE_EBADPARM);
    CHECK_STR(out, "before"); /* out data is not copied back then */
    script.answer = QDA_AEE_REMOTE + QDA_AEE_EUNSUPPORTED;
    CHECK_INT(invoke(fd, CALLED, sc, &arg), (int32_t)0x80000414);
    CHECK_STR(out, "before");
    script.refuse = -ENOTCONN;
    CHECK_INT(invoke(fd, CALLED, sc, &arg), -ENOTCONN);
    script.refuse = 0;
    script.answer = 0;
    CHECK_INT(vq_copied_bytes(board), 0);
    CHECK_INT(invoke(fd, CALLED, sc, &arg), 0);
    CHECK_STR(out, ""); /* the DSP wrote nothing: a fresh message is zeros */
    CHECK_INT(vq_copied_bytes(board), 8);
    q_close(&q, fd);
    board_stop(true);
}

static void test_bad_memory(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    int fd = open_cdsp();
    char good[300] = "good";
    char *sealed = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct qda_v1_fastrpc_invoke_args args[3] = { memory(good, 300), memory((void *)64, 8), memory(good, 300) };
    const uint32_t sc = QDA_SCALARS_BUILD(0, 2, 2, 1, 0, 0);
    CHECK_INT(invoke(fd, CALLED, sc, args), -EFAULT);
    CHECK_INT(invoke(fd, CALLED, sc, (void *)64), -EFAULT);
    args[1] = memory(sealed + PAGE + 4000, 4096); /* its end */
    CHECK_INT(munmap(sealed + PAGE, PAGE), 0);
    CHECK_INT(invoke(fd, CALLED, sc, args), -EFAULT);
    args[1] = memory(good, 0x100000000ull);
    CHECK_INT(invoke(fd, CALLED, sc, args), -ENOMEM);
    args[1] = memory(good, UINT64_MAX);
    CHECK_INT(invoke(fd, CALLED, sc, args), -ENOMEM);
    CHECK_INT(script_count, 0); /* nothing was sent */
    args[1] = memory(sealed, 8);
    args[2] = memory(sealed, 8);
    CHECK_INT(invoke(fd, CALLED, sc, args), -EFAULT); /* the DSP did its work, then the answer had nowhere to go */
    CHECK_INT(script_count, 1);
    args[2] = memory(good, 8);
    CHECK_INT(invoke(fd, CALLED, sc, args), 0);
    munmap(sealed, PAGE);
    q_close(&q, fd);
    board_stop(true);
}

#define LARGE (16u << 20)

/* in[0] reversed into out[0]. */
static void reverse_large(struct vq_message *message)
{
    uint8_t *in = message->slab->map + 512; /* 40 * 2 + 384 = 464 */
    for (size_t i = 0; i < LARGE; i++)
        in[LARGE + i] = in[LARGE - 1 - i];
}

static void test_large(void)
{
    if (!board_start(QDA_ERRNO_V1, VQ_IOMMU_TRANSLATED, NULL))
        return;
    int fd = open_cdsp();
    uint32_t *in = malloc(LARGE), *out = malloc(LARGE);
    for (uint32_t i = 0; i < LARGE / 4; i++)
        in[i] = i * 2654435761u;
    struct qda_v1_fastrpc_invoke_args args[2] = { memory(in, LARGE), memory(out, LARGE) };
    script.run = reverse_large;
    CHECK_INT(invoke(fd, CALLED, QDA_SCALARS_BUILD(0, 2, 1, 1, 0, 0), args), 0);
    size_t wrong = 0;
    for (uint32_t i = 0; i < LARGE / 4; i++)
        wrong += out[i] != __builtin_bswap32(in[LARGE / 4 - 1 - i]);
    CHECK_INT(wrong, 0);
    CHECK_INT(vq_copied_bytes(board), 2ull * LARGE);
    script.run = NULL;
    args[0].length = args[1].length = 4; /* a small one after it, in the same memory */
    CHECK_INT(invoke(fd, CALLED, QDA_SCALARS_BUILD(0, 2, 1, 1, 0, 0), args), 0);
    CHECK_INT(script_wait(2)->request.size, PAGE);
    CHECK_INT(out[0], 0);
    free(in);
    free(out);
    q_close(&q, fd);
    board_stop(true);
}

/* ---- RFC: the fields hold GEM handles */

static void test_rfc(void)
{
    if (!board_start(QDA_ERRNO_RFC, VQ_IOMMU_TRANSLATED, NULL))
        return;
    struct buffer a;
    int fd = open_cdsp();
    if (!buffer_make(fd, 2 * PAGE, &a))
        return;
    struct qda_v1_fastrpc_invoke_args args[2] = { in_buffer(&a, PAGE + 1, 2),
                                                  { .ptr = 1, .length = 2, .fd = (int)a.handle } };
    CHECK_INT(invoke(fd, CALLED, QDA_SCALARS_BUILD(0, 2, 1, 0, 1, 0), args), 0);
    const struct script_seen *seen = script_wait(1);
    check_mapped(seen, 2, 0, a.map + PAGE + 1, 2, (struct qda_rpc_page){ dma_of(a.handle) + PAGE, PAGE });
    CHECK_INT(arg_of(seen, 1)->dma.fd, a.handle);
    CHECK_INT(page_of(seen, 2, 1)->size, 2 * PAGE);
    args[0].fd = 77;
    CHECK_INT(invoke(fd, CALLED, QDA_SCALARS_BUILD(0, 2, 1, 0, 1, 0), args), -ENOENT);
    CHECK_INT(q_ioctl(&q, fd, 0x6443, NULL), 0); /* INIT_ATTACH */
    seen = script_wait(2);
    CHECK_INT(seen->call, QDA_CALL_INIT_ATTACH);
    CHECK_HEX(seen->request.sc, 0x00010000);
    check_inline(seen, 1, 0, 512, 4);
    CHECK_INT(*(const int32_t *)(const void *)(seen->payload + 512), seen->session);
    buffer_drop(fd, &a);
    q_close(&q, fd);
    board_stop(true);
}

int main(void)
{
    check_run("a call with every kind of argument", test_mixed);
    check_run("255 in, 255 out, 15 and 15 handles", test_many);
    check_run("510 arguments in one buffer", test_many_mapped);
    check_run("no argument, on the kernel's own handle", test_none);
    check_run("a buffer's page follows the caller's mapping", test_mapping_offsets);
    check_run("results come back as they are, and out data with 0 only", test_results);
    check_run("bad memory is EFAULT, before or after the DSP's work", test_bad_memory);
    check_run("16 MiB in and out", test_large);
    check_run("rfc: handles of the file, and its attach", test_rfc);
    return check_done();
}
