/* SPDX-License-Identifier: MIT */
#include "dsp_skels/skel.h"

/*
 * Tries to get out of the emulator by system calls of Linux, which a DSP has not got. Method 2: out s32[ATTEMPTS], what each call
 * answered: 0 or positive is an escape, -errno a refusal, UNTRIED where the attempt killed the caller before (each is written down
 * beforehand). In u32: which attempt alone to make, or ATTEMPTS for all.
 */
#define UNTRIED ((int32_t)0x80000000)
#define ATTEMPTS 8u

static int32_t linux_call(int32_t number, const int32_t args[4])
{
    register int32_t r0 __asm__("r0") = args[0];
    register int32_t r1 __asm__("r1") = args[1];
    register int32_t r2 __asm__("r2") = args[2];
    register int32_t r3 __asm__("r3") = args[3];
    register int32_t r4 __asm__("r4") = 0;
    register int32_t r5 __asm__("r5") = 0;
    register int32_t r6 __asm__("r6") = number;
    __asm__ volatile("trap0(#1)" : "+r"(r0) : "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5), "r"(r6) : "memory");
    return r0;
}

static int32_t attempt(uint32_t which)
{
    static const char passwd[] = "/etc/passwd", made[] = "/tmp/qda_lab_escape", shell[] = "/bin/sh";
    static const int32_t here = -100; /* AT_FDCWD */
    const int32_t path = (int32_t)(uintptr_t)passwd, file = (int32_t)(uintptr_t)made, program = (int32_t)(uintptr_t)shell;
    /* Numbers of asm-generic/unistd.h. */
    const struct {
        int32_t number;
        int32_t args[4];
    } calls[ATTEMPTS] = {
        { 56, { here, path, 0, 0 } },         /* openat, to read */
        { 56, { here, file, 0x41, 0x1b6 } },  /* openat, to create */
        { 220, { 17, 0, 0, 0 } },             /* clone: fork */
        { 221, { program, 0, 0, 0 } },        /* execve */
        { 198, { 1, 1, 0, 0 } },              /* socket, AF_UNIX */
        { 198, { 2, 1, 0, 0 } },              /* socket, AF_INET */
        { 129, { -1, 0, 0, 0 } },             /* kill, everybody: signal 0, only asks whether it may */
        { 48, { here, path, 4, 0 } },         /* faccessat, to read */
    };
    return linux_call(calls[which].number, calls[which].args);
}

SKEL_ENTRY(escape)
{
    (void)h;
    if (open_or_close(sc, args))
        return 0;
    if (QDA_SCALARS_METHOD(sc) != 2)
        return EUNSUPPORTED;
    if (sc != QDA_SCALARS_BUILD(0, 2, 1, 1, 0, 0) || args[0].buf.len != 4 || args[1].buf.len != 4 * ATTEMPTS)
        return EBADPARM;
    const uint32_t only = *(const uint32_t *)args[0].buf.at;
    volatile int32_t *out = args[1].buf.at;
    for (uint32_t i = 0; i < ATTEMPTS; i++)
        out[i] = UNTRIED;
    for (uint32_t i = 0; i < ATTEMPTS; i++)
        if (only == i || only == ATTEMPTS)
            out[i] = attempt(i);
    return 0;
}
