/* SPDX-License-Identifier: MIT */
#include "dsp/shell/exports.h"

#include "dsp/shell/heap.h"
#include "dsp/shell/module.h"
#include "dsp/shell/sys.h"
#include "dsp/shell/text.h"
#include "dsp/shell/thread.h"

/* Of math64.c and text.c: the compiler's. */
uint64_t __hexagon_udivdi3(uint64_t a, uint64_t b);
uint64_t __hexagon_umoddi3(uint64_t a, uint64_t b);
int64_t __hexagon_divdi3(int64_t a, int64_t b);
int64_t __hexagon_moddi3(int64_t a, int64_t b);
uint32_t __hexagon_udivsi3(uint32_t a, uint32_t b);
uint32_t __hexagon_umodsi3(uint32_t a, uint32_t b);
int32_t __hexagon_divsi3(int32_t a, int32_t b);
int32_t __hexagon_modsi3(int32_t a, int32_t b);
void *__hexagon_memcpy_likely_aligned_min32bytes_mult8bytes(void *to, const void *from, size_t len);

#define SAME(name) {#name, (const void *)(uintptr_t)(name)}
#define AS(name, ours) {name, (const void *)(uintptr_t)(ours)}

static const struct {
    const char *name;
    const void *at;
} exports[] = {
    SAME(malloc),
    SAME(calloc),
    SAME(realloc),
    SAME(free),
    SAME(memalign),
    SAME(memcpy),
    SAME(memmove),
    SAME(memset),
    SAME(memcmp),
    SAME(strlen),
    SAME(strnlen),
    SAME(strcmp),
    SAME(strncmp),
    SAME(strcpy),
    SAME(strncpy),
    SAME(strlcpy),
    SAME(strlcat),
    SAME(strchr),
    SAME(strrchr),
    SAME(strstr),
    SAME(strtoul),
    SAME(snprintf),
    SAME(vsnprintf),
    AS("abort", skel_abort),
    SAME(HAP_mmap),
    SAME(HAP_mmap2),
    SAME(HAP_munmap),
    SAME(HAP_munmap2),
    SAME(HAP_mmap_get),
    SAME(HAP_mmap_put),
    SAME(HAP_mem_set_grow_size),
    SAME(HAP_perf_get_time_us),
    SAME(HAP_perf_get_qtimer_count),
    SAME(HAP_perf_get_pcycles),
    SAME(HAP_debug),
    SAME(HAP_debug_v2),
    AS("HAP_debug_runtime", HAP_debug_v2),
    SAME(HAP_power_set),
    AS("pthread_create", skel_thread_create),
    AS("pthread_join", skel_thread_join),
    AS("pthread_detach", skel_thread_detach),
    AS("pthread_self", skel_thread_self),
    AS("pthread_exit", thread_exit),
    AS("pthread_attr_init", skel_attr_init),
    AS("pthread_attr_destroy", skel_attr_destroy),
    AS("pthread_attr_setstacksize", skel_attr_setstacksize),
    AS("pthread_mutex_init", skel_mutex_init),
    AS("pthread_mutex_destroy", skel_mutex_destroy),
    AS("pthread_mutex_lock", skel_mutex_lock),
    AS("pthread_mutex_trylock", skel_mutex_trylock),
    AS("pthread_mutex_unlock", skel_mutex_unlock),
    AS("pthread_cond_init", skel_cond_init),
    AS("pthread_cond_destroy", skel_cond_destroy),
    AS("pthread_cond_wait", skel_cond_wait),
    AS("pthread_cond_signal", skel_cond_signal),
    AS("pthread_cond_broadcast", skel_cond_broadcast),
    AS("pthread_barrier_init", skel_barrier_init),
    AS("pthread_barrier_wait", skel_barrier_wait),
    AS("pthread_barrier_destroy", skel_barrier_destroy),
    SAME(qurt_timer_sleep),
    SAME(qurt_thread_get_id),
    AS("qurt_sysclock_get_hw_ticks", HAP_perf_get_qtimer_count),
    SAME(__hexagon_udivdi3),
    SAME(__hexagon_umoddi3),
    SAME(__hexagon_divdi3),
    SAME(__hexagon_moddi3),
    SAME(__hexagon_udivsi3),
    SAME(__hexagon_umodsi3),
    SAME(__hexagon_divsi3),
    SAME(__hexagon_modsi3),
    SAME(__hexagon_memcpy_likely_aligned_min32bytes_mult8bytes),
};

const void *export_find(const char *name)
{
    for (uint32_t i = 0; i < sizeof(exports) / sizeof(exports[0]); i++) {
        if (strcmp(exports[i].name, name) == 0)
            return exports[i].at;
    }
    return NULL;
}
