/* SPDX-License-Identifier: MIT */
#ifndef QDA_DSP_HAP_H
#define QDA_DSP_HAP_H

#include <stdint.h>

/*
 * What a skel imports from the process on the DSP that loads it. On hardware Qualcomm's shell exports these, on the virtual board
 * our stand-in. The prototypes are those of the Hexagon SDK's documentation (HAP_perf, HAP_mem, HAP_farf) and of POSIX; whether the
 * unsigned shell of a given firmware exports each of them was not verified.
 */
uint64_t HAP_perf_get_qtimer_count(void); /* 19.2 MHz */
uint64_t HAP_perf_get_pcycles(void);

#define HAP_LEVEL_HIGH 2
void HAP_debug_v2(int level, const char *file, int line, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* fd: of a dma handle. len bytes from the start of the buffer; prot 1 read, 2 write. Failure: (void *)-1. */
void *HAP_mmap(void *address, int len, int prot, int flags, int fd, long offset);
int HAP_munmap(void *address, int len);
/* A mapping that the CPU made beforehand (map request of the driver), by its fd. 0, or an AEE code. */
int HAP_mmap_get(int fd, void **address, uint64_t *physical);
int HAP_mmap_put(int fd);

/* QuRT's pthread_t is a number; attributes NULL: the default stack. */
typedef unsigned int qb_thread;
int pthread_create(qb_thread *thread, const void *attributes, void *(*start)(void *), void *arg);
int pthread_join(qb_thread thread, void **result);

#endif
