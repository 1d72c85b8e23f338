/* SPDX-License-Identifier: MIT */
#include "vqda/slice.h"

#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* struct sched_attr of linux/sched/types.h, which clashes with libc's own headers. */
struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period; /* runtime: with SCHED_OTHER the slice, ns (Linux 6.12) */
};
#define RESET_ON_FORK 1u /* children have the usual slice */

void vq_slice_halve(void)
{
    struct attributes is = { .size = sizeof(is) };
    if (syscall(SYS_sched_getattr, 0, &is, sizeof(is), 0) != 0 || is.policy != 0 || is.runtime == 0)
        return;
    is.flags = RESET_ON_FORK;
    is.runtime /= 2;
    (void)syscall(SYS_sched_setattr, 0, &is, 0);
}
