/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_THREAD_H
#define QDA_SHELL_THREAD_H

#include "dsp/shell/lock.h"

#include <stddef.h>

#define THREAD_ENDED 1u
#define THREAD_DETACHED 2u

/* A thread of the process. It stands at the top of its own stack; the thread register (UGP) points to it. */
struct thread {
    int32_t tid;
    uint32_t area;       /* everything of it: address and pages */
    uint32_t area_pages;
    void *(*start)(void *arg);
    void *arg;
    void *result;
    uint32_t state;      /* THREAD_ENDED, THREAD_DETACHED: who comes second sees to its end */
    uint32_t gone;       /* becomes 0 when the kernel has let go of the stack */
    struct thread *next; /* of those that can be freed */
};

static inline struct thread *thread_self(void)
{
    struct thread *self;
    __asm__("%0 = ugp" : "=r"(self));
    return self;
}

/* Makes a thread. NULL: no memory for its stack, or the machine refused it. */
struct thread *thread_make(void *(*start)(void *), void *arg, uint32_t stack_bytes);
/* Waits for its end, frees it, gives its result. */
void *thread_join(struct thread *thread);
void thread_detach(struct thread *thread);
_Noreturn void thread_exit(void *result);
/* Leaves the stack that the process began with for one of the runtime's own: start(arg) never returns. */
_Noreturn void thread_leave(void *(*start)(void *));

/* Addresses for the runtime itself, above the DSP's. 0: none. */
uint32_t upper_take(uint32_t pages);
void upper_give(uint32_t va, uint32_t pages);
bool upper_has(uint32_t va);

#endif
