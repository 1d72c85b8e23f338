/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_TURN_H
#define QDA_SHELL_TURN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Who receives, where idle threads poll: one at a time, or each packet would wake sleepers up for nothing. A thread whose call is
 * short takes the turn back before anybody noticed; another one (the standby) looks now and then, and takes it when a call is long.
 */
extern uint32_t turn_taken; /* a thread has it */
void turn_await(void);
static inline bool turn_try(void)
{
    return __atomic_exchange_n(&turn_taken, 1, __ATOMIC_ACQUIRE) == 0;
}
static inline void turn_take(void)
{
    if (!turn_try())
        turn_await();
}
static inline void turn_give(void)
{
    __atomic_store_n(&turn_taken, 0, __ATOMIC_RELEASE);
}
/* The receiver goes to sleep in the kernel: the standby may sleep as long. Then it gives the turn away by turn_give_awoken(). */
void turn_sleep(void);
void turn_give_awoken(void);

#endif
