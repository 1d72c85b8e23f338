/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_TURN_H
#define QDA_SHELL_TURN_H

#include <stdbool.h>

/*
 * Who receives, where idle threads poll: one at a time, or each packet would wake sleepers up for nothing. A thread whose call is
 * short takes the turn back before anybody noticed; another one (the standby) looks now and then, and takes it when a call is long.
 */
void turn_take(void);
/* The receiver goes to sleep in the kernel: the standby may sleep as long. */
void turn_sleep(void);
void turn_give(void);

#endif
