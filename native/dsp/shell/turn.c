/* SPDX-License-Identifier: MIT */
#include "dsp/shell/turn.h"

#include "dsp/shell/lock.h"

#define LOOK_US 250u

uint32_t turn_taken;
static uint32_t asleep; /* who has the turn sleeps */
static struct lock standby;

void turn_await(void)
{
    lock_take(&standby);
    while (!turn_try()) {
        if (__atomic_load_n(&asleep, __ATOMIC_RELAXED))
            futex_wait(&asleep, 1, 0);
        else
            futex_wait(&turn_taken, 1, LOOK_US);
    }
    lock_release(&standby);
}

void turn_sleep(void)
{
    __atomic_store_n(&asleep, 1, __ATOMIC_RELAXED);
}

void turn_give_awoken(void)
{
    __atomic_store_n(&asleep, 0, __ATOMIC_RELAXED); /* only who has the turn writes it */
    turn_give();
    futex_wake(&asleep, 1);
}
