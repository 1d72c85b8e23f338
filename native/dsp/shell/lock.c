/* SPDX-License-Identifier: MIT */
#include "dsp/shell/lock.h"

#include "dsp/shell/sys.h"

#define FUTEX_WAIT_PRIVATE 128
#define FUTEX_WAKE_PRIVATE 129

bool futex_wait(uint32_t *at, uint32_t value, uint64_t timeout_us)
{
    uint32_t sec = (uint32_t)(timeout_us / 1000000);
    struct sys_timespec left = {(int32_t)sec, (int32_t)((uint32_t)(timeout_us - (uint64_t)sec * 1000000) * 1000)};
    long err = SYS_ANY(SYS_FUTEX, at, FUTEX_WAIT_PRIVATE, value, timeout_us ? &left : NULL, 0, 0);
    return err != -SYS_ETIMEDOUT;
}

void futex_wake(uint32_t *at, uint32_t count)
{
    SYS3(SYS_FUTEX, at, FUTEX_WAKE_PRIVATE, count);
}

void lock_take(struct lock *lock)
{
    if (lock_try(lock))
        return;
    while (__atomic_exchange_n(&lock->word, 2, __ATOMIC_ACQUIRE) != 0)
        futex_wait(&lock->word, 2, 0);
}

void lock_release(struct lock *lock)
{
    if (__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) == 2)
        futex_wake(&lock->word, 1);
}

bool signal_wait(struct signal *signal, struct lock *lock, uint64_t timeout_us)
{
    uint32_t seen = __atomic_load_n(&signal->count, __ATOMIC_RELAXED);
    lock_release(lock);
    bool in_time = futex_wait(&signal->count, seen, timeout_us);
    lock_take(lock);
    return in_time;
}

void signal_all(struct signal *signal)
{
    __atomic_fetch_add(&signal->count, 1, __ATOMIC_RELAXED);
    futex_wake(&signal->count, 0x7fffffff);
}

void signal_one(struct signal *signal)
{
    __atomic_fetch_add(&signal->count, 1, __ATOMIC_RELAXED);
    futex_wake(&signal->count, 1);
}
