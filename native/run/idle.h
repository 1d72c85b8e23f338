/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_IDLE_H
#define QDA_RUN_IDLE_H

#include <errno.h>
#include <stdint.h>
#include <time.h>

/* Sleeps before a call: an idle CPU and an idle DSP take longer to answer. In a worker, which may wait. */
static inline void qda_idle(uint32_t us)
{
    struct timespec left = {.tv_sec = us / 1000000, .tv_nsec = (long)(us % 1000000) * 1000};
    while (us > 0 && nanosleep(&left, &left) < 0 && errno == EINTR)
        continue;
}

#endif
