/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_LOCK_H
#define QDA_SHELL_LOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Waits while *at is `value`, at most timeout_us (0: for ever). False: the time is over. Wakes up for no reason, too. */
bool futex_wait(uint32_t *at, uint32_t value, uint64_t timeout_us);
void futex_wake(uint32_t *at, uint32_t count);

/* 0 free, 1 taken, 2 taken and waited for. */
struct lock {
    uint32_t word;
};
void lock_take(struct lock *lock);
/* Here: it is part of every call, and a branch into a function is what the emulator is slow at. */
static inline bool lock_try(struct lock *lock)
{
    uint32_t free = 0;
    return __atomic_compare_exchange_n(&lock->word, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}
void lock_release(struct lock *lock);

/* A condition: a counter of signals. Waits with the lock released; false: the time is over (0: for ever). */
struct signal {
    uint32_t count;
};
bool signal_wait(struct signal *signal, struct lock *lock, uint64_t timeout_us);
void signal_all(struct signal *signal);
void signal_one(struct signal *signal);

#endif
