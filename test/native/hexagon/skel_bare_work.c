/* SPDX-License-Identifier: MIT */
#include "hexagon/skel_bare.h"

/* Sum, fill and copy: each kernel, each number of threads, lengths that do not come out even. */

static const uint32_t lengths[] = { 0, 128, 256, 384, 640, 128 * 65, 16384 + 128 };
static const uint32_t threads[] = { 1, 2, 4 };
#define EACH(i, array) (uint32_t i = 0; i < sizeof(array) / sizeof((array)[0]); i++)

static void pattern(uint8_t *at, uint32_t bytes, uint32_t first)
{
    uint32_t *words = (uint32_t *)(void *)at;
    for (uint32_t i = 0; i < bytes / 4; i++)
        words[i] = first + i * QBENCH_STEP;
}

static bool has_pattern(const uint8_t *at, uint32_t bytes, uint32_t first)
{
    const uint32_t *words = (const uint32_t *)(const void *)at;
    for (uint32_t i = 0; i < bytes / 4; i++)
        if (words[i] != first + i * QBENCH_STEP)
            return false;
    return true;
}

static uint32_t plain_sum(const uint8_t *at, uint32_t bytes)
{
    const volatile uint32_t *words = (const volatile uint32_t *)(const void *)at;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < bytes / 4; i++)
        sum += words[i];
    return sum;
}

static void check_stamps(const struct qbench_result *result)
{
    CHECK(result->times.begin_ticks <= result->work.begin_ticks && result->work.begin_ticks <= result->work.end_ticks);
    CHECK(result->work.end_ticks <= result->times.end_ticks);
    CHECK(result->times.instructions > result->work.instructions && result->work.instructions > 0);
}

static struct qbench_work work_of(uint32_t kernel, uint32_t count, uint64_t length)
{
    return (struct qbench_work){ .kernel = kernel, .threads = count, .flags = QBENCH_COUNT, .value = 77, .length = length };
}

static void sum_once(const struct qbench_work *work)
{
    struct qbench_result result = { .value = ~0ull };
    const uint32_t bytes = (uint32_t)work->length;
    union qb_arg args[] = { ARG(work), BUFFER(area_a, bytes), ARG(&result) };
    if (!CHECK_IS(call(SC(QBENCH_SUM, 2, 1, 0), args), 0))
        return;
    CHECK_IS(result.value, plain_sum(area_a, bytes));
    CHECK_IS(result.bytes, bytes);
    if (work->threads == 1)
        check_stamps(&result);
}

static void fill_once(const struct qbench_work *work)
{
    struct qbench_result result = { 0 };
    const uint32_t bytes = (uint32_t)work->length;
    fresh(0xa5);
    union qb_arg args[] = { ARG(work), ARG(&result), BUFFER(area_a, bytes) };
    CHECK_IS(call(SC(QBENCH_FILL, 1, 2, 0), args), 0);
    CHECK(has_pattern(area_a, bytes, work->value));
    CHECK(untouched(area_a, area_a, bytes, 0xa5));
    CHECK_IS(bare_stand_in.threads, work->threads - 1);
    CHECK_IS(bare_stand_in.joined, work->threads - 1);
}

static void copy_once(const struct qbench_work *work)
{
    struct qbench_result result = { 0 };
    const uint32_t bytes = (uint32_t)work->length;
    fresh(0x5a);
    pattern(area_a, bytes, 3);
    union qb_arg args[] = { ARG(work), BUFFER(area_a, bytes), ARG(&result), BUFFER(area_b, bytes) };
    CHECK_IS(call(SC(QBENCH_COPY, 2, 2, 0), args), 0);
    CHECK(has_pattern(area_b, bytes, 3));
    CHECK(untouched(area_b, area_b, bytes, 0x5a));
}

/* In and out of one buffer: what was there is summed before it is written over. */
static void frame_once(const struct qbench_work *work)
{
    struct qbench_result result = { 0 };
    const uint32_t bytes = (uint32_t)work->length;
    fresh(0x5a);
    pattern(area_a, bytes, 3);
    const uint32_t want = plain_sum(area_a, bytes);
    union qb_arg args[] = { ARG(work), BUFFER(area_a, bytes), ARG(&result), BUFFER(area_a, bytes) };
    CHECK_IS(call(SC(QBENCH_FRAME, 2, 2, 0), args), 0);
    CHECK_IS(result.value, want);
    CHECK_IS(result.bytes, bytes);
    CHECK(has_pattern(area_a, bytes, work->value));
    CHECK(untouched(area_a, area_a, bytes, 0x5a));
    if (work->threads == 1)
        check_stamps(&result);
}

static void each_shape(void (*once)(const struct qbench_work *work))
{
    for (uint32_t kernel = QBENCH_SCALAR; kernel <= QBENCH_HVX_L2; kernel++)
        for EACH (t, threads)
            for EACH (l, lengths) {
                const struct qbench_work work = work_of(kernel, threads[t], lengths[l]);
                once(&work);
            }
}

static void test_sum(void)
{
    fresh(0);
    pattern(area_a, AREA, 0xdeadbeef);
    each_shape(sum_once);
}

static void test_fill(void)
{
    each_shape(fill_once);
}

static void test_copy(void)
{
    each_shape(copy_once);
}

static void test_frame(void)
{
    each_shape(frame_once);
}

/* What each of sum, fill, copy and frame answers to `work` over a buffer of `bytes` at `at`. */
static void all_answer(const struct qbench_work *work, uint8_t *at, uint32_t bytes, int want)
{
    struct qbench_result result = { 0 };
    union qb_arg sum[] = { ARG(work), BUFFER(at, bytes), ARG(&result) };
    union qb_arg fill[] = { ARG(work), ARG(&result), BUFFER(at, bytes) };
    union qb_arg copy_to[] = { ARG(work), BUFFER(area_b, AREA), ARG(&result), BUFFER(at, bytes) };
    union qb_arg copy_from[] = { ARG(work), BUFFER(at, bytes), ARG(&result), BUFFER(area_b, AREA) };
    CHECK_IS(call(SC(QBENCH_SUM, 2, 1, 0), sum), want);
    CHECK_IS(call(SC(QBENCH_FILL, 1, 2, 0), fill), want);
    CHECK_IS(call(SC(QBENCH_COPY, 2, 2, 0), copy_to), want);
    CHECK_IS(call(SC(QBENCH_COPY, 2, 2, 0), copy_from), want);
    CHECK_IS(call(SC(QBENCH_FRAME, 2, 2, 0), copy_to), want);
    CHECK_IS(call(SC(QBENCH_FRAME, 2, 2, 0), copy_from), want);
    CHECK_IS(result.bytes, 0);
    CHECK(untouched(area_a, area_a, 0, 0x11));
}

static void test_bad_work(void)
{
    fresh(0x11);
    struct qbench_work work = work_of(QBENCH_HVX, 1, 256);
    all_answer(&work, area_a, 255, QB_EBADPARM);
    all_answer(&work, area_a + 4, 4096, QB_EBADPARM);
    work = work_of(QBENCH_SCALAR, 1, 100);
    all_answer(&work, area_a, 4096, QB_EBADPARM);
    work = work_of(QBENCH_SCALAR, 1, (1ull << 32) + 128);
    all_answer(&work, area_a, 4096, QB_EBADPARM);
    work = work_of(QBENCH_SCALAR, 3, 128);
    all_answer(&work, area_a, 4096, QB_EBADPARM);
    work = work_of(QBENCH_SCALAR, 0, 128);
    all_answer(&work, area_a, 4096, QB_EBADPARM);
    work = work_of(3, 1, 128);
    all_answer(&work, area_a, 4096, QB_EUNSUPPORTED);
    work = work_of(QBENCH_SCALAR, 1, 128);
    work.offset = 128;
    all_answer(&work, area_a, 4096, QB_EBADPARM);
    work = work_of(QBENCH_SCALAR, 1, 128);
    work.flags = 0x100;
    all_answer(&work, area_a, 4096, QB_EBADPARM);
}

static void test_short_structs(void)
{
    fresh(0x11);
    const struct qbench_work work = work_of(QBENCH_SCALAR, 1, 128);
    struct qbench_result result = { 0 };
    union qb_arg args[] = { BUFFER(&work, sizeof(work) - 1), BUFFER(area_a, 128), ARG(&result) };
    CHECK_IS(call(SC(QBENCH_SUM, 2, 1, 0), args), QB_EBADPARM);
    args[0].buf.len = sizeof(work) + 4;
    CHECK_IS(call(SC(QBENCH_SUM, 2, 1, 0), args), QB_EBADPARM);
    args[0] = ARG(&work);
    args[2].buf.len = 8;
    CHECK_IS(call(SC(QBENCH_SUM, 2, 1, 0), args), QB_EBADPARM);
    args[2] = BUFFER(NULL, sizeof(result));
    CHECK_IS(call(SC(QBENCH_SUM, 2, 1, 0), args), QB_EBADPARM);
}

static void test_no_thread(void)
{
    fresh(0x11);
    bare_stand_in.threads_left = 2;
    const struct qbench_work work = work_of(QBENCH_SCALAR, 4, 4096);
    all_answer(&work, area_a + AREA, 0, QB_EBADPARM);
    struct qbench_result result = { 0 };
    union qb_arg args[] = { ARG(&work), BUFFER(area_a, 4096), ARG(&result) };
    CHECK_IS(call(SC(QBENCH_SUM, 2, 1, 0), args), QB_ENOMEMORY);
    CHECK_IS(bare_stand_in.threads, 2);
    CHECK_IS(bare_stand_in.joined, 2);
}

static void test_dma(void)
{
    fresh(0x11);
    bare_stand_in.handles[1].at = area_a;
    bare_stand_in.handles[1].len = AREA;
    bare_stand_in.handles[2].at = area_b;
    bare_stand_in.handles[2].len = AREA;
    struct qbench_work work = work_of(QBENCH_HVX, 1, 4096);
    work.offset = 256;
    struct qbench_result result = { 0 };
    union qb_arg args[] = { ARG(&work), ARG(&result), HANDLE_ARG(1, 128), HANDLE_ARG(2, 0) };

    CHECK_IS(call(SC(QBENCH_FILL_DMA, 1, 1, 1), args), 0);
    CHECK(has_pattern(area_a + 384, 4096, 77));
    CHECK(untouched(area_a, area_a + 384, 4096, 0x11));
    CHECK_IS(call(SC(QBENCH_SUM_DMA, 1, 1, 1), args), 0);
    CHECK_IS(result.value, plain_sum(area_a + 384, 4096));
    CHECK_IS(call(SC(QBENCH_COPY_DMA, 1, 1, 2), args), 0);
    CHECK(has_pattern(area_b + 256, 4096, 77));
    CHECK(untouched(area_b, area_b + 256, 4096, 0x11));
    CHECK_IS(bare_stand_in.maps, 4);
    CHECK_IS(bare_stand_in.unmaps, 4);

    work.flags |= QBENCH_MAP_GET;
    CHECK_IS(call(SC(QBENCH_SUM_DMA, 1, 1, 1), args), 0);
    CHECK_IS(result.value, plain_sum(area_a + 384, 4096));
    CHECK_IS(bare_stand_in.gets, 1);
    CHECK_IS(bare_stand_in.puts, 1);
    CHECK_IS(bare_stand_in.maps, 4);
}

static int dma_answers(struct qbench_work work, union qb_arg handle)
{
    struct qbench_result result = { 0 };
    union qb_arg args[] = { ARG(&work), ARG(&result), handle, HANDLE_ARG(2, 0) };
    const int sum = call(SC(QBENCH_SUM_DMA, 1, 1, 1), args);
    CHECK_IS(call(SC(QBENCH_FILL_DMA, 1, 1, 1), args), sum);
    CHECK_IS(call(SC(QBENCH_COPY_DMA, 1, 1, 2), args), sum);
    CHECK_IS(bare_stand_in.maps, bare_stand_in.unmaps);
    return sum;
}

static void test_bad_dma(void)
{
    fresh(0x11);
    bare_stand_in.handles[1].at = area_a;
    bare_stand_in.handles[1].len = 8192;
    bare_stand_in.handles[2].at = area_b;
    bare_stand_in.handles[2].len = 8192;
    struct qbench_work work = work_of(QBENCH_SCALAR, 1, 8192);
    CHECK_IS(dma_answers(work, HANDLE_ARG(1, 0)), 0);
    CHECK_IS(dma_answers(work, HANDLE_ARG(3, 0)), QB_ENOMEMORY);
    CHECK_IS(dma_answers(work, HANDLE_ARG(1, 128)), QB_ENOMEMORY); /* more than the buffer has */
    CHECK_IS(dma_answers(work, HANDLE_ARG(1, 4)), QB_EBADPARM);
    CHECK_IS(dma_answers(work, HANDLE_ARG(1, 0xffffff80u)), QB_EBADPARM);
    work.offset = ~127ull;
    CHECK_IS(dma_answers(work, HANDLE_ARG(1, 0)), QB_EBADPARM);
    work.offset = 0x7fffff80u;
    CHECK_IS(dma_answers(work, HANDLE_ARG(1, 0)), QB_EBADPARM);
    work = work_of(QBENCH_SCALAR, 1, 0);
    CHECK_IS(dma_answers(work, HANDLE_ARG(1, 0)), QB_EBADPARM);
    work = work_of(QBENCH_SCALAR, 1, 0x100000080ull);
    CHECK_IS(dma_answers(work, HANDLE_ARG(1, 0)), QB_EBADPARM);
    bare_stand_in.refuse = true;
    work = work_of(QBENCH_SCALAR, 1, 128);
    work.flags |= QBENCH_MAP_GET;
    CHECK_IS(dma_answers(work, HANDLE_ARG(1, 0)), QB_ENOMEMORY);
}

static void test_cache(void)
{
    for (uint32_t operation = QBENCH_CLEAN; operation <= QBENCH_CLEAN_INVALIDATE; operation++) {
        fresh(0x11);
        struct qbench_work work = { .kernel = operation, .flags = QBENCH_COUNT, .value = 9, .length = 8192 };
        struct qbench_result result = { 0 };
        union qb_arg args[] = { ARG(&work), ARG(&result), BUFFER(area_a, 8192) };
        CHECK_IS(call(SC(QBENCH_CACHE, 1, 2, 0), args), 0);
        CHECK_IS(result.bytes, 8192);
        CHECK(result.work.instructions >= 8192 / 32);
        CHECK(untouched(area_a, area_a, 0, 0x11));
        work.flags = QBENCH_DIRTY;
        CHECK_IS(call(SC(QBENCH_CACHE, 1, 2, 0), args), 0);
        CHECK(has_pattern(area_a, 8192, 9));
        CHECK(untouched(area_a, area_a, 8192, 0x11));
        work.length = 8192 + 128;
        CHECK_IS(call(SC(QBENCH_CACHE, 1, 2, 0), args), QB_EBADPARM);
        work.length = 64;
        CHECK_IS(call(SC(QBENCH_CACHE, 1, 2, 0), args), QB_EBADPARM);
    }
    struct qbench_work work = { .kernel = 3, .length = 128 };
    struct qbench_result result = { 0 };
    union qb_arg args[] = { ARG(&work), ARG(&result), BUFFER(area_a, 8192) };
    CHECK_IS(call(SC(QBENCH_CACHE, 1, 2, 0), args), QB_EUNSUPPORTED);
}

const struct bare_test work_tests[] = {
    { "sum: every kernel, thread count and length", test_sum },
    { "fill: every kernel, thread count and length, nothing beside it", test_fill },
    { "copy: every kernel, thread count and length, nothing beside it", test_copy },
    { "frame: sum of what was there, then filled", test_frame },
    { "bad work is refused by sum, fill, copy and frame, and nothing is touched", test_bad_work },
    { "a struct of another length is refused", test_short_structs },
    { "no thread to be had: AEE_ENOMEMORY, and the others were joined", test_no_thread },
    { "dma handles: mapped for the call, at their offsets", test_dma },
    { "dma handles that cannot be: refused, and every mapping goes", test_bad_dma },
    { "cache operations work on lines and change nothing", test_cache },
    { NULL, NULL },
};
