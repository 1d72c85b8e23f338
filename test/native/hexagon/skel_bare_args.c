/* SPDX-License-Identifier: MIT */
#include "hexagon/skel_bare.h"

#include "wire/build_id.h"

/* Ping, info, log, the argument probes, and the methods that meet the CPU in a shared buffer. */

static void test_ping(void)
{
    fresh(0);
    struct qbench_ping in = { .seq = 0x0123456789abcdefull };
    struct qbench_ping_out out = { 0 };
    union qb_arg args[] = { ARG(&in), ARG(&out) };
    CHECK_IS(call(SC(QBENCH_PING, 1, 1, 0), args), 0);
    CHECK_IS(out.seq, in.seq);
    CHECK_IS(out.times.end_ticks - out.times.begin_ticks, 1000);
    CHECK_IS(out.times.instructions, 0);
    in.flags = QBENCH_COUNT;
    CHECK_IS(call(SC(QBENCH_PING, 1, 1, 0), args), 0);
    CHECK(out.times.instructions > 0 && out.times.instructions < 1000);
    in.flags = QBENCH_DIRTY;
    CHECK_IS(call(SC(QBENCH_PING, 1, 1, 0), args), QB_EBADPARM);
    in.flags = 0;
    args[1].buf.len--;
    CHECK_IS(call(SC(QBENCH_PING, 1, 1, 0), args), QB_EBADPARM);
}

static void test_info(void)
{
    struct qbench_info info;
    union qb_arg args[] = { ARG(&info) };
    CHECK_IS(call(SC(QBENCH_INFO, 0, 1, 0), args), 0);
    CHECK_IS(info.version, QBENCH_VERSION);
    CHECK_IS(info.arch, 66);
    CHECK_IS(info.hvx, 128);
    uint32_t len = 0;
    while (len < sizeof(info.build_id) && info.build_id[len] != '\0' && info.build_id[len] == qda_build_id[len])
        len++;
    CHECK_IS(len, 40);
    CHECK_IS(info.build_id[40], '\0');
    args[0].buf.len = 40;
    CHECK_IS(call(SC(QBENCH_INFO, 0, 1, 0), args), QB_EBADPARM);
}

static bool logged(const char *text)
{
    uint32_t i = 0;
    while (text[i] != '\0' && bare_stand_in.logged[i] == text[i])
        i++;
    return bare_stand_in.logged[i] == text[i];
}

static void test_log(void)
{
    fresh(0);
    char text[300] = "hello %s";
    union qb_arg args[] = { BUFFER(text, 8) };
    CHECK_IS(call(SC(QBENCH_LOG, 1, 0, 0), args), 0);
    CHECK_IS(bare_stand_in.level, HAP_LEVEL_HIGH);
    CHECK(logged("hello %s"));
    args[0].buf.len = 5; /* no NUL is asked for */
    CHECK_IS(call(SC(QBENCH_LOG, 1, 0, 0), args), 0);
    CHECK(logged("hello"));
    args[0].buf.len = 201;
    CHECK_IS(call(SC(QBENCH_LOG, 1, 0, 0), args), QB_EBADPARM);
    args[0].buf.len = 0;
    CHECK_IS(call(SC(QBENCH_LOG, 1, 0, 0), args), QB_EBADPARM);
}

static void args_in_once(uint32_t n)
{
    static uint32_t words[255];
    union qb_arg args[256];
    struct qbench_result result = { 0 };
    uint32_t want = 0;
    for (uint32_t i = 0; i < n; i++) {
        words[i] = 0x1234567u * (i + 1);
        want ^= words[i];
        args[i] = ARG(&words[i]);
    }
    args[n] = ARG(&result);
    CHECK_IS(call(SC(QBENCH_ARGS_IN, n, 1, 0), args), 0);
    CHECK_IS(result.value, want);
    CHECK_IS(result.bytes, n * 4);
    if (n == 0)
        return;
    args[n - 1].buf.len = 3;
    CHECK_IS(call(SC(QBENCH_ARGS_IN, n, 1, 0), args), QB_EBADPARM);
}

static void args_out_once(uint32_t n)
{
    union qb_arg args[255];
    uint32_t want = 0;
    fresh(0x22);
    for (uint32_t i = 0; i < n; i++) {
        args[i] = BUFFER(area_a + (size_t)i * 128, 4 + i % 100);
        want ^= 4 + i % 100;
    }
    CHECK_IS(call(SC(QBENCH_ARGS_OUT, 0, n, 0), args), 0);
    CHECK_IS(*(uint32_t *)(void *)area_a, want);
    CHECK(untouched(area_a, area_a, 4, 0x22));
    args[n - 1] = BUFFER(area_a, 2);
    CHECK_IS(call(SC(QBENCH_ARGS_OUT, 0, n, 0), args), QB_EBADPARM);
}

static void test_args(void)
{
    static const uint32_t counts[] = { 1, 2, 4, 64, 128, 255 };
    args_in_once(0);
    for (uint32_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        args_in_once(counts[i]);
        args_out_once(counts[i]);
    }
    union qb_arg none[1] = { { .h64 = 0 } };
    CHECK_IS(call(SC(QBENCH_ARGS_OUT, 0, 0, 0), none), QB_EBADPARM);
}

static void test_touch(void)
{
    fresh(0);
    uint32_t words[5] = { 1, 2, 3, 4, 5 };
    struct qbench_result result = { 0 };
    union qb_arg in[] = { ARG(&words), ARG(&result) };
    CHECK_IS(call(SC(QBENCH_TOUCH_IN, 1, 1, 0), in), 0);
    CHECK_IS(result.value, 1ull << 32 | 5);
    CHECK_IS(result.bytes, 20);
    in[0].buf.len = 18;
    CHECK_IS(call(SC(QBENCH_TOUCH_IN, 1, 1, 0), in), QB_EBADPARM);
    in[0] = BUFFER(NULL, 0);
    CHECK_IS(call(SC(QBENCH_TOUCH_IN, 1, 1, 0), in), 0);
    CHECK_IS(result.value, 0);

    struct qbench_work work = { .value = 9, .length = 20 };
    union qb_arg out[] = { ARG(&work), ARG(&result), ARG(&words) };
    CHECK_IS(call(SC(QBENCH_TOUCH_OUT, 1, 2, 0), out), 0);
    CHECK(words[0] == 9 && words[1] == 2 && words[3] == 4 && words[4] == 9);
    work.length = 24;
    CHECK_IS(call(SC(QBENCH_TOUCH_OUT, 1, 2, 0), out), QB_EBADPARM);

    bare_stand_in.handles[0].at = words;
    bare_stand_in.handles[0].len = sizeof(words);
    work = (struct qbench_work){ .offset = 4, .length = 12 };
    union qb_arg dma[] = { ARG(&work), ARG(&result), HANDLE_ARG(0, 0) };
    CHECK_IS(call(SC(QBENCH_TOUCH_DMA, 1, 1, 1), dma), 0);
    CHECK_IS(result.value, 2ull << 32 | 4);
    work.length = 20;
    CHECK_IS(call(SC(QBENCH_TOUCH_DMA, 1, 1, 1), dma), QB_ENOMEMORY);
    work.length = 6;
    CHECK_IS(call(SC(QBENCH_TOUCH_DMA, 1, 1, 1), dma), QB_EBADPARM);
    CHECK_IS(bare_stand_in.maps, bare_stand_in.unmaps);
}

/* The CPU: sees an answer whenever the DSP looks at its timer, and rings again, up to `ring_until`. */
static uint32_t ring_until, rung_wrong;

static void ring(void)
{
    volatile uint32_t *bell = (volatile uint32_t *)(void *)area_a;
    const uint32_t answer = ((volatile uint32_t *)(void *)(area_a + 128))[0];
    if (answer > *bell)
        rung_wrong++;
    if (answer == *bell && *bell < ring_until)
        *bell = answer + 1;
}

static void test_doorbell(void)
{
    fresh(0);
    struct qbench_doorbell in = { .rounds = 50, .timeout_us = 1000000 };
    struct qbench_result result = { 0 };
    union qb_arg args[] = { ARG(&in), ARG(&result), BUFFER(area_a, 256) };
    ring_until = 50;
    rung_wrong = 0;
    bare_stand_in.ticks_a_look = 1;
    bare_stand_in.at_look = ring;
    CHECK_IS(call(SC(QBENCH_DOORBELL, 1, 2, 0), args), 0);
    CHECK_IS(result.value, 50);
    CHECK_IS(rung_wrong, 0);
    CHECK(untouched(area_a, area_a, 256, 0) && *(uint32_t *)(void *)(area_a + 128) == 50);

    fresh(0);
    bare_stand_in.at_look = ring;
    ring_until = 7; /* the CPU stops: the DSP gives up and says how far it came */
    CHECK_IS(call(SC(QBENCH_DOORBELL, 1, 2, 0), args), 0);
    CHECK_IS(result.value, 7);
    CHECK(bare_stand_in.ticks > 19200000);

    const uint64_t before = bare_stand_in.ticks;
    *(volatile uint32_t *)(void *)area_a = QBENCH_HANG_UP;
    CHECK_IS(call(SC(QBENCH_DOORBELL, 1, 2, 0), args), 0);
    CHECK_IS(result.value, 0);
    CHECK(bare_stand_in.ticks - before < 19200000);

    args[2].buf.len = 255;
    CHECK_IS(call(SC(QBENCH_DOORBELL, 1, 2, 0), args), QB_EBADPARM);
    args[2] = BUFFER(area_a + 64, 512);
    CHECK_IS(call(SC(QBENCH_DOORBELL, 1, 2, 0), args), QB_EBADPARM);
    args[2] = BUFFER(area_a, 512);
    in.rounds = QBENCH_HANG_UP;
    CHECK_IS(call(SC(QBENCH_DOORBELL, 1, 2, 0), args), QB_EBADPARM);
}

static int stress(struct qbench_stress in, struct qbench_result *result)
{
    union qb_arg args[] = { ARG(&in), ARG(result), BUFFER(area_a, 4096) };
    return call(SC(QBENCH_STRESS, 1, 2, 0), args);
}

static void test_stress(void)
{
    fresh(0x33);
    struct qbench_result result = { 0 };
    struct qbench_stress in = { .write = 5, .write_offset = 100, .write_length = 2000 };
    CHECK_IS(stress(in, &result), 0);
    CHECK_IS(result.value, 0);
    CHECK(untouched(area_a, area_a + 100, 2000, 0x33));
    in = (struct qbench_stress){ .check = 5, .offset = 100, .length = 2000, .write = 6, .write_offset = 104, .write_length = 8 };
    CHECK_IS(stress(in, &result), 0);
    CHECK_IS(result.value, 0);
    in = (struct qbench_stress){ .check = 5, .offset = 100, .length = 2000 };
    CHECK_IS(stress(in, &result), 0);
    CHECK_IS(result.value, 2);

    static const struct qbench_stress bad[] = {
        { .offset = 2 },
        { .length = 6 },
        { .offset = 4096, .length = 4 },
        { .length = 4100 },
        { .offset = ~3ull, .length = 8 },
        { .write_offset = 4000, .write_length = 100 },
        { .write_length = ~3ull },
        { .write_offset = 1 },
    };
    for (uint32_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK_IS(stress(bad[i], &result), QB_EBADPARM);
}

const struct bare_test args_tests[] = {
    { "ping: the sequence comes back, with stamps", test_ping },
    { "info: version, architecture, build id", test_info },
    { "log: the text as it is, at most 200 bytes", test_log },
    { "argument probes: 0 to 255 buffers, none shorter than a word", test_args },
    { "touch: first and last word, in, out and behind a handle", test_touch },
    { "doorbell: every number is answered, and a CPU that stops is given up", test_doorbell },
    { "stress: wrong words are counted, and only the range is written", test_stress },
    { NULL, NULL },
};
