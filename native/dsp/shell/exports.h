/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_EXPORTS_H
#define QDA_SHELL_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * What skels can import, beside the C library's functions of text.h and heap.h. Prototypes: the Hexagon SDK's documentation of
 * HAP_perf, HAP_mem, HAP_farf, HAP_power and QuRT, and POSIX. Whatever is not here stays an unresolved import and is named.
 */

/* hap.c */
uint64_t HAP_perf_get_time_us(void);
uint64_t HAP_perf_get_qtimer_count(void);
uint64_t HAP_perf_get_pcycles(void);
void HAP_debug(const char *text, int level, const char *file, int line);
void HAP_debug_v2(int level, const char *file, int line, const char *format, ...) __attribute__((format(printf, 4, 5)));
int HAP_power_set(void *context, void *request);
int HAP_mem_set_grow_size(uint64_t least, uint64_t most);
void qurt_timer_sleep(uint64_t us);
uint32_t qurt_thread_get_id(void);
_Noreturn void skel_abort(void);

/* hap_mem.c. Failure of a map: (void *)-1. */
void *HAP_mmap(void *address, int len, int prot, int flags, int fd, long offset);
void *HAP_mmap2(void *address, size_t len, int prot, int flags, int fd, long offset);
int HAP_munmap(void *address, int len);
int HAP_munmap2(void *address, size_t len);
int HAP_mmap_get(int fd, void **address, uint64_t *physical);
int HAP_mmap_put(int fd);

/* pthread.c. Objects are words that belong to the skel: a mutex or condition of 0 or of all ones is a new one. */
struct skel_thread_attr {
    uint32_t stack_address, internal, stack_size;
};
int skel_thread_create(uint32_t *thread, const struct skel_thread_attr *attr, void *(*start)(void *), void *arg);
int skel_thread_join(uint32_t thread, void **result);
int skel_thread_detach(uint32_t thread);
uint32_t skel_thread_self(void);
int skel_attr_init(struct skel_thread_attr *attr);
int skel_attr_destroy(struct skel_thread_attr *attr);
int skel_attr_setstacksize(struct skel_thread_attr *attr, size_t bytes);
int skel_mutex_init(uint32_t *mutex, const void *attr);
int skel_mutex_destroy(uint32_t *mutex);
int skel_mutex_lock(uint32_t *mutex);
int skel_mutex_trylock(uint32_t *mutex);
int skel_mutex_unlock(uint32_t *mutex);
int skel_cond_init(uint32_t *cond, const void *attr);
int skel_cond_destroy(uint32_t *cond);
int skel_cond_wait(uint32_t *cond, uint32_t *mutex);
int skel_cond_signal(uint32_t *cond);
int skel_cond_broadcast(uint32_t *cond);
int skel_barrier_init(uint32_t *barrier, const void *attr, unsigned count);
int skel_barrier_wait(uint32_t *barrier);
int skel_barrier_destroy(uint32_t *barrier);

#endif
