/* SPDX-License-Identifier: MIT */
#include "dsp/shell/turn.h"

#include "dsp/shell/lock.h"

#define LOOK_US 250u

static uint32_t taken;  /* a thread has the turn */
static uint32_t asleep; /* and sleeps */
static struct lock standby;

static bool try_take(void)
{
    return __atomic_exchange_n(&taken, 1, __ATOMIC_ACQUIRE) == 0;
}

void turn_take(void)
{
    if (try_take())
        return;
    lock_take(&standby);
    while (!try_take()) {
        if (__atomic_load_n(&asleep, __ATOMIC_RELAXED))
            futex_wait(&asleep, 1, 0);
        else
            futex_wait(&taken, 1, LOOK_US);
    }
    lock_release(&standby);
}

void turn_sleep(void)
{
    __atomic_store_n(&asleep, 1, __ATOMIC_RELAXED);
}

void turn_give(void)
{
    bool slept = __atomic_load_n(&asleep, __ATOMIC_RELAXED); /* only who has the turn writes it */
    if (slept)
        __atomic_store_n(&asleep, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&taken, 0, __ATOMIC_RELEASE);
    if (slept)
        futex_wake(&asleep, 1);
}
