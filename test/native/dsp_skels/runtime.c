/* SPDX-License-Identifier: MIT */
#include "dsp_skels/skel.h"

/*
 * Uses what a DSP process offers. Methods:
 *   2 in {u32 us}: sleeps.                     3 out u32: sum that four threads made under a mutex, in rounds between barriers.
 *   4 in {u32, s32, u64}; out text: formatted. 5 in {u32 lines, u32 level}: writes lines to the log.
 *   6 in {u32 word, u32 value}; in handle; out u32[2]: word of the buffer before, through HAP_mmap; writes the value.
 *   7 as 6 through HAP_mmap_get.               8 in {u64 a, u64 b}; out u64[2]: a / b, a % b.
 *   9 out u64[3]: microseconds, ticks before and after.
 *  10 in data; out u32: its address.           11 abort.
 *  12 in {u32 fd, u32 len}; out u32: what HAP_mmap says of a descriptor that is no argument.
 *  13 waits for another call of method 13 (condition variable); out u32: 2.
 *  14 calls itself until its stack is full.
 */
void qurt_timer_sleep(uint64_t us);
uint64_t HAP_perf_get_time_us(void);
uint64_t HAP_perf_get_qtimer_count(void);
void HAP_debug_v2(int level, const char *file, int line, const char *format, ...) __attribute__((format(printf, 4, 5)));
void *HAP_mmap(void *address, int len, int prot, int flags, int fd, long offset);
int HAP_munmap(void *address, int len);
int HAP_mmap_get(int fd, void **address, uint64_t *physical);
int HAP_mmap_put(int fd);
int snprintf(char *to, size_t room, const char *format, ...) __attribute__((format(printf, 3, 4)));
_Noreturn void abort(void);
int pthread_create(uint32_t *thread, const void *attr, void *(*start)(void *), void *arg);
int pthread_join(uint32_t thread, void **result);
int pthread_mutex_lock(uint32_t *mutex);
int pthread_mutex_unlock(uint32_t *mutex);
int pthread_cond_wait(uint32_t *cond, uint32_t *mutex);
int pthread_cond_broadcast(uint32_t *cond);
int pthread_barrier_init(uint32_t *barrier, const void *attr, unsigned count);
int pthread_barrier_wait(uint32_t *barrier);
int pthread_barrier_destroy(uint32_t *barrier);

#define THREADS 4u
#define ROUNDS 50u

static uint32_t mutex = 0xffffffffu, cond = 0xffffffffu, barrier, total, here;

static void *add(void *arg)
{
    for (uint32_t i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        total += (uint32_t)(uintptr_t)arg;
        pthread_mutex_unlock(&mutex);
        pthread_barrier_wait(&barrier);
    }
    return arg;
}

static uint32_t sum_of_threads(void)
{
    uint32_t threads[THREADS], sum = 0;
    total = 0;
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (uint32_t i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, add, (void *)(uintptr_t)(i + 1)) != 0)
            return 0;
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        sum += (uint32_t)(uintptr_t)result;
    }
    pthread_barrier_destroy(&barrier);
    return total == sum * ROUNDS ? total : 0;
}

static int through_handle(uint32_t method, union arg *args)
{
    const uint32_t *in = args[0].buf.at;
    uint32_t *out = args[1].buf.at;
    int fd = (int)(uint32_t)args[2].h64, len = 4096;
    void *at = (void *)-1;
    uint64_t physical;
    if (method == 6)
        at = HAP_mmap(NULL, len, 3, 0, fd, 0);
    else if (HAP_mmap_get(fd, &at, &physical) != 0)
        return QDA_AEE_ENOSUCH;
    if (at == (void *)-1)
        return QDA_AEE_ENOMEMORY;
    uint32_t *words = at;
    out[0] = words[in[0]];
    words[in[0]] = in[1];
    out[1] = (uint32_t)(uintptr_t)at;
    return method == 6 ? HAP_munmap(at, len) : HAP_mmap_put(fd);
}

static void log_lines(const uint32_t *in)
{
    for (uint32_t i = 0; i < in[0]; i++)
        HAP_debug_v2((int)in[1], "src/runtime.c", 7, "line %u of %u", (unsigned)i, (unsigned)in[0]);
}

static uint32_t meet(void)
{
    pthread_mutex_lock(&mutex);
    here++;
    pthread_cond_broadcast(&cond);
    while (here < 2)
        pthread_cond_wait(&cond, &mutex);
    pthread_mutex_unlock(&mutex);
    return 2;
}

static uint32_t deep(volatile uint32_t depth)
{
    volatile uint32_t room[256];
    room[depth % 256] = depth;
    return depth == UINT32_MAX ? 0 : deep(depth + 1) + room[(depth + 1) % 256];
}

static void format(const uint32_t *in, const union arg *out)
{
    uint64_t wide = (uint64_t)in[3] << 32 | in[2];
    snprintf(out->buf.at, out->buf.len, "[%u|%-6d|%06x|%s|%llu|%5.2s|%c%%]", (unsigned)in[0], (int)in[1], (unsigned)in[0],
             "text", (unsigned long long)wide, "xyz", 'c');
}

static int other_method(uint32_t method, union arg *args)
{
    const uint32_t *in = args[0].buf.at;
    uint64_t *wide = args[method == 9 ? 0 : 1].buf.at;
    switch (method) {
    case 8:
        wide[0] = ((const uint64_t *)args[0].buf.at)[0] / ((const uint64_t *)args[0].buf.at)[1];
        wide[1] = ((const uint64_t *)args[0].buf.at)[0] % ((const uint64_t *)args[0].buf.at)[1];
        return 0;
    case 9:
        wide[0] = HAP_perf_get_time_us();
        wide[1] = HAP_perf_get_qtimer_count();
        qurt_timer_sleep(2000);
        wide[2] = HAP_perf_get_qtimer_count();
        return 0;
    case 10:
        *(uint32_t *)args[1].buf.at = (uint32_t)(uintptr_t)in;
        return 0;
    case 11:
        abort();
    case 12:
        *(uint32_t *)args[1].buf.at = (uint32_t)(uintptr_t)HAP_mmap(NULL, (int)in[1], 3, 0, (int)in[0], 0);
        return 0;
    case 14:
        return (int)deep(0);
    case 13:
        *(uint32_t *)args[0].buf.at = meet();
        return 0;
    default:
        return EUNSUPPORTED;
    }
}

SKEL_ENTRY(runtime)
{
    (void)h;
    if (open_or_close(sc, args))
        return 0;
    const uint32_t method = QDA_SCALARS_METHOD(sc);
    switch (method) {
    case 2:
        qurt_timer_sleep(*(const uint32_t *)args[0].buf.at);
        return 0;
    case 3:
        *(uint32_t *)args[0].buf.at = sum_of_threads();
        return 0;
    case 4:
        format(args[0].buf.at, &args[1]);
        return 0;
    case 5:
        log_lines(args[0].buf.at);
        return 0;
    case 6:
    case 7:
        return through_handle(method, args);
    default:
        return other_method(method, args);
    }
}
