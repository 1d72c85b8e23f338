/* SPDX-License-Identifier: MIT */
#include "hexagon/skel_bare.h"

/* Every method of the skel with what it is for, with odd lengths and with bad arguments, in the instructions of the DSP. */

static int failed_checks;
static uint64_t handle;

bool bare_check(bool held, int line, const char *what, uint64_t got, uint64_t want)
{
    if (held)
        return true;
    failed_checks++;
    bare_print("# line ");
    bare_print_number((uint64_t)line);
    bare_print(": failed: ");
    bare_print(what);
    bare_print("; got ");
    bare_print_number(got);
    bare_print(", want ");
    bare_print_number(want);
    bare_print("\n");
    return false;
}

int call(uint32_t sc, union qb_arg *args)
{
    return qbench_skel_handle_invoke(handle, sc, args);
}

#define CANARY 1024u
uint8_t *area_a, *area_b;

void fresh(uint8_t byte)
{
    uint64_t *a = (uint64_t *)(void *)(area_a - CANARY), *b = (uint64_t *)(void *)(area_b - CANARY);
    for (uint32_t i = 0; i < (AREA + 2 * CANARY) / sizeof(*a); i++)
        a[i] = b[i] = byte * 0x0101010101010101u;
    bare_stand_in = (struct bare_stand_in){ .ticks_a_look = 1000, .threads_left = 1000 };
}

bool untouched(const uint8_t *area, const uint8_t *at, uint32_t bytes, uint8_t byte)
{
    const uint8_t *p = area - CANARY;
    while (p < at && *p == byte)
        p++;
    if (p < at)
        return false;
    for (p = at + bytes; p < area + AREA + CANARY; p++)
        if (*p != byte)
            return false;
    return true;
}

static void test_open_and_close(void)
{
    char uri[] = QBENCH_URI "cdsp";
    uint32_t len = sizeof(uri);
    union qb_arg args[3] = { ARG(&len), BUFFER(uri, sizeof(uri)), { .h64 = 0 } };
    const uint32_t sc = QDA_SCALARS_BUILD(0, QBENCH_OPEN, 2, 0, 0, 1);

    CHECK_IS(qbench_skel_handle_invoke(0, sc, args), 0);
    CHECK(args[2].h64 != 0);
    handle = args[2].h64;
    CHECK_IS(qbench_skel_handle_invoke(0, QDA_SCALARS_BUILD(0, QBENCH_OPEN, 2, 1, 0, 1), args), QB_EBADPARM);
    len = sizeof(uri) + 1;
    CHECK_IS(qbench_skel_handle_invoke(0, sc, args), QB_EBADPARM);
    args[0].buf.len = 3;
    CHECK_IS(qbench_skel_handle_invoke(0, sc, args), QB_EBADPARM);

    union qb_arg close_args[1] = { { .h64 = handle } };
    CHECK_IS(call(SC(QBENCH_CLOSE, 0, 0, 1), close_args), 0);
    CHECK_IS(call(SC(QBENCH_CLOSE, 1, 0, 0), close_args), QB_EBADPARM);
}

static void test_unknown(void)
{
    union qb_arg args[1] = { { .h64 = 0 } };
    for (uint32_t method = QBENCH_METHODS; method < 32; method++)
        CHECK_IS(call(SC(method, 0, 0, 0), args), QB_EUNSUPPORTED);
    CHECK_IS(QB_EUNSUPPORTED, (int)0x80000414);
    CHECK_IS(QB_EBADPARM, (int)0x8000040e);
}

/* Every method refuses every other number of arguments than its own; it may not look at them for that. */
static void test_counts(void)
{
    static const uint32_t counts[][3] = { { 0, 0, 0 }, { 1, 0, 1 }, { 3, 1, 0 }, { 1, 1, 3 }, { 0, 3, 0 }, { 2, 2, 1 } };
    union qb_arg none[6] = { { .h64 = 0 } };
    for (uint32_t method = QBENCH_PING; method < QBENCH_METHODS; method++)
        for (uint32_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
            CHECK_IS(call(SC(method, counts[i][0], counts[i][1], counts[i][2]), none), QB_EBADPARM);
    for (uint32_t method = QBENCH_PING; method < QBENCH_METHODS; method++)
        CHECK_IS(call(QDA_SCALARS_BUILD(0, method, 1, 1, 0, 1), none), QB_EBADPARM);
}

static void test_handle(void)
{
    struct qbench_info info;
    union qb_arg args[1] = { ARG(&info) };
    CHECK_IS(call(SC(QBENCH_INFO, 0, 1, 0), args), 0);
    CHECK_IS(qbench_skel_handle_invoke(handle + 1, SC(QBENCH_INFO, 0, 1, 0), args), QB_EBADPARM);
    CHECK_IS(qbench_skel_handle_invoke(0, SC(QBENCH_INFO, 0, 1, 0), args), QB_EBADPARM);
}

static const struct bare_test base_tests[] = {
    { "open gives a handle, close takes it; both look at their arguments", test_open_and_close },
    { "an unknown method is AEE_EUNSUPPORTED, as of Qualcomm's skels", test_unknown },
    { "a wrong number of arguments is AEE_EBADPARM", test_counts },
    { "a call on another handle is AEE_EBADPARM", test_handle },
    { NULL, NULL },
};

static int run_tests(const struct bare_test *tests, uint64_t *number)
{
    int failed = 0;
    for (; tests->name != NULL; tests++) {
        failed_checks = 0;
        tests->run();
        failed += failed_checks > 0;
        bare_print(failed_checks > 0 ? "not ok " : "ok ");
        bare_print_number(++*number);
        bare_print(" - ");
        bare_print(tests->name);
        bare_print("\n");
    }
    return failed;
}

int bare_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    area_a = bare_map(AREA + 2 * CANARY);
    area_b = bare_map(AREA + 2 * CANARY);
    if (area_a == NULL || area_b == NULL) {
        bare_print("Bail out! no memory\n");
        return 1;
    }
    area_a += CANARY;
    area_b += CANARY;

    uint64_t number = 0;
    int failed = run_tests(base_tests, &number);
    failed += run_tests(work_tests, &number);
    failed += run_tests(args_tests, &number);
    bare_print("1..");
    bare_print_number(number);
    bare_print("\n");
    return failed > 0;
}
