/* SPDX-License-Identifier: MIT */
#include "dsp/shell/exports.h"
#include "dsp/shell/heap.h"
#include "dsp/shell/log.h"
#include "dsp/shell/port.h"
#include "dsp/shell/sys.h"
#include "dsp/shell/thread.h"

#define TICKS_PER_SECOND 19200000u

uint64_t HAP_perf_get_time_us(void)
{
    struct sys_timespec now = {0, 0};
    SYS3(SYS_CLOCK_GETTIME, 1, &now, 0);
    return (uint64_t)(uint32_t)now.sec * 1000000u + (uint32_t)now.nsec / 1000;
}

/* nsec * 19.2e6 / 1e9 = nsec * 12 / 625, without a 64-bit division: exact to one tick of 52 ns. */
uint64_t HAP_perf_get_qtimer_count(void)
{
    struct sys_timespec now = {0, 0};
    SYS3(SYS_CLOCK_GETTIME, 1, &now, 0);
    uint64_t of_second = ((uint64_t)(uint32_t)now.nsec * 1319413953u) >> 36; /* 12 / 625 * 2^36 */
    return (uint64_t)(uint32_t)now.sec * TICKS_PER_SECOND + of_second;
}

/* The register that counts cycles of the processor; an emulator may leave it at 0: it gives none. */
uint64_t HAP_perf_get_pcycles(void)
{
    uint64_t cycles;
    __asm__ volatile("%0 = upcycle" : "=r"(cycles));
    return cycles;
}

void HAP_debug(const char *text, int level, const char *file, int line)
{
    log_line(level, file, line, text);
}

void HAP_debug_v2(int level, const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_format(level, file, line, format, args);
    va_end(args);
}

/* There are no clocks to vote for: every request is taken. */
int HAP_power_set(void *context, void *request)
{
    (void)context;
    (void)request;
    return 0;
}

int HAP_mem_set_grow_size(uint64_t least, uint64_t most)
{
    (void)most;
    heap_set_grow(least > SPACE_ASK_MAX ? SPACE_ASK_MAX : (uint32_t)least);
    return 0;
}

void qurt_timer_sleep(uint64_t us)
{
    uint32_t sec = (uint32_t)(us / 1000000);
    struct sys_timespec left = {(int32_t)sec, (int32_t)((uint32_t)(us - (uint64_t)sec * 1000000) * 1000)};
    while (SYS3(SYS_NANOSLEEP, &left, &left, 0) == -SYS_EINTR)
        ;
}

uint32_t qurt_thread_get_id(void)
{
    return (uint32_t)thread_self()->tid;
}

/* An exception of the process: there is nothing else that a skel could be ended by. */
_Noreturn void skel_abort(void)
{
    port_log("a skel called abort()");
    port_fault((uint32_t)__builtin_return_address(0), 2, (uint32_t)thread_self()->tid);
    sys_exit_group(EXIT_FAULT);
}
