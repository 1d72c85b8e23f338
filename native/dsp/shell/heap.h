/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_HEAP_H
#define QDA_SHELL_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The process's heap: begins in the process memory and grows through the CPU (apps_mem). */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *at, size_t size);
void free(void *at);
/* `align`: a power of two. */
void *memalign(size_t align, size_t size);

/* More than this is never asked for. */
#define SPACE_ASK_MAX (1u << 30)
/* Growth is by at least so many bytes (1 MiB otherwise). */
void heap_set_grow(uint32_t least);
/* A CPU unmaps heap memory at this address: false where something in it is in use. With space_lock held. */
bool heap_leave(uint32_t address);

#endif
