/* SPDX-License-Identifier: MIT */
#include "hexagon/bare.h"

#include <stdarg.h>

/* The kernel leaves argc at the stack pointer, argv behind it; vectors on the stack want it aligned. */
__asm__(".globl _start\n"
        ".type _start,@function\n"
        "_start:\n"
        "    r0 = r29\n"
        "    r29 = and(r29,#-128)\n"
        "    r30 = #0\n"
        "    r31 = #0\n"
        "    call bare_start\n");

__attribute__((noreturn, used)) void bare_start(uint32_t *stack);

long bare_call6(long number, const long args[6])
{
    register long r0 __asm__("r0") = args[0];
    register long r1 __asm__("r1") = args[1];
    register long r2 __asm__("r2") = args[2];
    register long r3 __asm__("r3") = args[3];
    register long r4 __asm__("r4") = args[4];
    register long r5 __asm__("r5") = args[5];
    register long r6 __asm__("r6") = number;
    __asm__ volatile("trap0(#1)" : "+r"(r0) : "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5), "r"(r6) : "memory");
    return r0;
}

long bare_call(long number, long a, long b, long c, long d)
{
    return bare_call6(number, (const long[6]){ a, b, c, d, 0, 0 });
}

void bare_start(uint32_t *stack)
{
    const int code = bare_main((int)stack[0], (char **)(stack + 1));
    for (;;)
        bare_call(BARE_EXIT, code, 0, 0, 0);
}

void bare_print(const char *text)
{
    long len = 0;
    while (text[len] != '\0')
        len++;
    if (bare_call(BARE_WRITE, 1, (long)(uintptr_t)text, len, 0) != len)
        bare_call(BARE_EXIT, 3, 0, 0, 0);
}

/* There is no 64-bit division for this target: digits by subtraction of powers of ten. */
#define DIGITS 20
void bare_print_number(uint64_t number)
{
    uint64_t powers[DIGITS] = { 1 };
    char text[DIGITS + 1] = "", *out = text;
    for (int i = 1; i < DIGITS; i++)
        powers[i] = powers[i - 1] * 10;
    for (int i = DIGITS - 1; i >= 0; i--) {
        char digit = '0';
        for (; number >= powers[i]; number -= powers[i])
            digit++;
        if (digit != '0' || out != text || i == 0)
            *out++ = digit;
    }
    bare_print(text);
}

bool bare_number(const char *text, uint32_t *out)
{
    uint64_t value = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9' || value > UINT32_MAX)
            return false;
        value = value * 10 + (uint32_t)(*text - '0');
    }
    *out = (uint32_t)value;
    return value <= UINT32_MAX;
}

uint64_t bare_now(void)
{
    struct {
        int32_t seconds, ns;
    } now = { 0, 0 };
    bare_call(113, 4, (long)(uintptr_t)&now, 0, 0); /* clock_gettime, CLOCK_MONOTONIC_RAW */
    return (uint64_t)(uint32_t)now.seconds * 1000000000u + (uint32_t)now.ns;
}

void *bare_map(uint32_t bytes)
{
    /* PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS */
    const long at = bare_call6(BARE_MMAP, (const long[6]){ 0, (long)bytes, 3, 0x21, -1, 0 });
    return (uint32_t)at >= 0xfffff000u ? NULL : (void *)(uintptr_t)at;
}

struct bare_stand_in bare_stand_in = { .ticks_a_look = 1, .threads_left = 1000000 };

uint64_t HAP_perf_get_qtimer_count(void)
{
    if (bare_stand_in.at_look != NULL)
        bare_stand_in.at_look();
    return bare_stand_in.ticks += bare_stand_in.ticks_a_look;
}

uint64_t HAP_perf_get_pcycles(void)
{
    return 0;
}

void HAP_debug_v2(int level, const char *file, int line, const char *format, ...)
{
    (void)file;
    (void)line;
    bare_stand_in.level = level;
    va_list args;
    va_start(args, format);
    const char *text = format[0] == '%' && format[1] == 's' && format[2] == '\0' ? va_arg(args, const char *) : format;
    for (uint32_t i = 0; i + 1 < sizeof(bare_stand_in.logged) && (i == 0 || text[i - 1] != '\0'); i++)
        bare_stand_in.logged[i] = text[i];
    va_end(args);
}

static bool known(int fd)
{
    return !bare_stand_in.refuse && fd >= 0 && fd < 4 && bare_stand_in.handles[fd].at != NULL;
}

void *HAP_mmap(void *address, int len, int prot, int flags, int fd, long offset)
{
    if (address != NULL || prot != 3 || flags != 0 || offset != 0 || !known(fd))
        return (void *)-1;
    if (len < 0 || (uint32_t)len > bare_stand_in.handles[fd].len)
        return (void *)-1;
    bare_stand_in.maps++;
    return bare_stand_in.handles[fd].at;
}

int HAP_munmap(void *address, int len)
{
    (void)address;
    (void)len;
    bare_stand_in.unmaps++;
    return 0;
}

int HAP_mmap_get(int fd, void **address, uint64_t *physical)
{
    if (!known(fd))
        return 1;
    bare_stand_in.gets++;
    *address = bare_stand_in.handles[fd].at;
    *physical = 0;
    return 0;
}

int HAP_mmap_put(int fd)
{
    (void)fd;
    bare_stand_in.puts++;
    return 0;
}

int pthread_create(qb_thread *thread, const void *attributes, void *(*start)(void *), void *arg)
{
    (void)attributes;
    if (bare_stand_in.threads_left == 0)
        return 11;
    bare_stand_in.threads_left--;
    *thread = (qb_thread)++bare_stand_in.threads;
    (void)start(arg);
    return 0;
}

int pthread_join(qb_thread thread, void **result)
{
    (void)thread;
    (void)result;
    bare_stand_in.joined++;
    return 0;
}
