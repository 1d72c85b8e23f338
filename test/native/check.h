/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_CHECK_H
#define QDA_TEST_CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/*
 * A test harness of one header. A test program is functions `static void test_thing(void)` and
 *
 *     int main(void)
 *     {
 *         check_run("thing does so", test_thing);
 *         return check_done();
 *     }
 *
 * It prints TAP (meson: protocol 'tap'): one line a function, the plan last; the exit code is 0 if all passed or were
 * skipped, 1 otherwise. A failed CHECK prints file, line and both values and lets the function go on; every CHECK
 * returns whether it held, so a test that cannot go on says `if (!CHECK(p != NULL)) return;`.
 */
struct check_state {
    int tests;
    int failed_tests;
    int failed_checks; /* in the running test */
    const char *skip;  /* reason, or NULL */
};

/* One for the whole program: a CHECK in a helper file counts for the test that called it. */
__attribute__((weak)) struct check_state check_now;

#define CHECK_UNUSED __attribute__((unused))

CHECK_UNUSED static bool check_report(bool held, const char *file, int line, const char *what)
{
    if (!held) {
        check_now.failed_checks++;
        printf("# %s:%d: failed: %s\n", file, line, what);
    }
    return held;
}

CHECK_UNUSED static bool check_int_(long long got, long long want, const char *file, int line, const char *what)
{
    if (!check_report(got == want, file, line, what))
        printf("#     got %lld, want %lld\n", got, want);
    return got == want;
}

CHECK_UNUSED static bool check_hex_(unsigned long long got, unsigned long long want, const char *file, int line,
                                    const char *what)
{
    if (!check_report(got == want, file, line, what))
        printf("#     got 0x%llx, want 0x%llx\n", got, want);
    return got == want;
}

CHECK_UNUSED static bool check_str_(const char *got, const char *want, const char *file, int line, const char *what)
{
    bool held = got != NULL && want != NULL && strcmp(got, want) == 0;
    if (!check_report(held, file, line, what))
        printf("#     got \"%s\", want \"%s\"\n", got ? got : "(null)", want ? want : "(null)");
    return held;
}

CHECK_UNUSED static bool check_contains_(const char *text, const char *part, const char *file, int line,
                                         const char *what)
{
    bool held = text != NULL && part != NULL && strstr(text, part) != NULL;
    if (!check_report(held, file, line, what))
        printf("#     \"%s\" is not in \"%s\"\n", part ? part : "(null)", text ? text : "(null)");
    return held;
}

CHECK_UNUSED static void check_dump_(const char *label, const uint8_t *bytes, size_t len)
{
    printf("#     %s", label);
    for (size_t i = 0; i < len; i++)
        printf(" %02x", bytes[i]);
    printf("\n");
}

CHECK_UNUSED static bool check_mem_(const void *got, const void *want, size_t len, const char *file, int line,
                                    const char *what)
{
    bool held = memcmp(got, want, len) == 0;
    if (!check_report(held, file, line, what)) {
        check_dump_("got ", got, len);
        check_dump_("want", want, len);
    }
    return held;
}

/* Each returns true if it held. */
#define CHECK(cond) check_report((cond), __FILE__, __LINE__, #cond)
#define CHECK_INT(got, want) check_int_((long long)(got), (long long)(want), __FILE__, __LINE__, #got " == " #want)
#define CHECK_HEX(got, want)                                                                                          \
    check_hex_((unsigned long long)(got), (unsigned long long)(want), __FILE__, __LINE__, #got " == " #want)
#define CHECK_STR(got, want) check_str_((got), (want), __FILE__, __LINE__, #got " == " #want)
#define CHECK_CONTAINS(text, part) check_contains_((text), (part), __FILE__, __LINE__, #text " contains " #part)
#define CHECK_MEM(got, want, len) check_mem_((got), (want), (len), __FILE__, __LINE__, #got " == " #want)

/* Marks the running test as skipped; return from it afterwards. Checks that already failed still count. */
CHECK_UNUSED static void check_skip(const char *reason)
{
    check_now.skip = reason;
}

CHECK_UNUSED static void check_run(const char *name, void (*test)(void))
{
    check_now.tests++;
    check_now.failed_checks = 0;
    check_now.skip = NULL;
    test();
    if (check_now.failed_checks > 0)
        check_now.failed_tests++;
    printf("%sok %d - %s", check_now.failed_checks > 0 ? "not " : "", check_now.tests, name);
    if (check_now.skip && check_now.failed_checks == 0)
        printf(" # SKIP %s", check_now.skip);
    printf("\n");
    fflush(stdout);
}

CHECK_UNUSED static int check_done(void)
{
    printf("1..%d\n", check_now.tests);
    return check_now.failed_tests > 0 ? 1 : 0;
}

#endif
