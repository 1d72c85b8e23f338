/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_SKEL_BARE_H
#define QDA_TEST_SKEL_BARE_H

#include "hexagon/bare.h"

/* Tests of the skel inside qemu-hexagon: TAP, as check.h makes it on the host. */
bool bare_check(bool held, int line, const char *what, uint64_t got, uint64_t want);
static inline bool bare_is(uint64_t got, uint64_t want, int line, const char *what)
{
    return bare_check(got == want, line, what, got, want);
}
#define CHECK(cond) bare_check((cond), __LINE__, #cond, 0, 0)
#define CHECK_IS(got, want) bare_is((uint64_t)(got), (uint64_t)(want), __LINE__, #got " == " #want)

/* A call as a process on the DSP makes it; the handle is what open gave. */
int call(uint32_t sc, union qb_arg *args);
#define SC(method, in, out, in_handles) QDA_SCALARS_BUILD(0, method, in, out, in_handles, 0)
#define ARG(what) ((union qb_arg){ .buf = { (void *)(uintptr_t)(what), sizeof(*(what)) } })
#define BUFFER(pointer, bytes) ((union qb_arg){ .buf = { (void *)(uintptr_t)(pointer), (bytes) } })
#define HANDLE_ARG(number, at) ((union qb_arg){ .dma = { (number), (at) } })

/* Two buffers of AREA bytes, with a canary on each side. */
#define AREA (1u << 17)
extern uint8_t *area_a, *area_b;
/* Sets both to `byte`, canaries included, and forgets what the stand-ins saw. */
void fresh(uint8_t byte);
/* Is everything outside [at, at + bytes) of the buffer still `byte`? */
bool untouched(const uint8_t *area, const uint8_t *at, uint32_t bytes, uint8_t byte);

struct bare_test {
    const char *name;
    void (*run)(void);
};
extern const struct bare_test work_tests[], args_tests[]; /* end with a NULL name */

#endif
