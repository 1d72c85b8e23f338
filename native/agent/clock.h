/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_CLOCK_H
#define QDA_AGENT_CLOCK_H

#include <stdint.h>
#include <time.h>

#define MS_NS UINT64_C(1000000)
#define SECOND_NS UINT64_C(1000000000)

/* For the agent's own time-outs; what is measured takes the seam's clock. */
static inline uint64_t clock_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

#endif
