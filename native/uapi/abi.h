/* SPDX-License-Identifier: MIT */
#ifndef QDA_UAPI_ABI_H
#define QDA_UAPI_ABI_H

#include <stddef.h>
#include <stdint.h>

/*
 * What every header of this room needs: the encoding of ioctl numbers as arm64 and x86-64 have it (direction << 30,
 * size << 16, type << 8, number; general kernel knowledge), and asserts that pin a layout.
 *
 * The layouts are those of LP64. A 32-bit board is not supported, and the build says so.
 */
#define QDA_IOC_NONE 0u
#define QDA_IOC_WRITE 1u /* user space writes, the kernel reads */
#define QDA_IOC_READ 2u
#define QDA_IOC(dir, type, nr, size)                                                                                  \
    (((uint32_t)(dir) << 30) | ((uint32_t)(size) << 16) | ((uint32_t)(type) << 8) | (uint32_t)(nr))
#define QDA_IO(type, nr) QDA_IOC(QDA_IOC_NONE, type, nr, 0)
#define QDA_IOR(type, nr, arg) QDA_IOC(QDA_IOC_READ, type, nr, sizeof(arg))
#define QDA_IOW(type, nr, arg) QDA_IOC(QDA_IOC_WRITE, type, nr, sizeof(arg))
#define QDA_IOWR(type, nr, arg) QDA_IOC(QDA_IOC_READ | QDA_IOC_WRITE, type, nr, sizeof(arg))

/* Parts of a number. */
#define QDA_IOC_DIR(request) (((uint32_t)(request) >> 30) & 3u)
#define QDA_IOC_SIZE(request) (((uint32_t)(request) >> 16) & 0x3fffu)
#define QDA_IOC_TYPE(request) (((uint32_t)(request) >> 8) & 0xffu)
#define QDA_IOC_NR(request) ((uint32_t)(request)&0xffu)

#define QDA_ABI_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of " #type)
#define QDA_ABI_AT(type, field, at, bytes)                                                                            \
    _Static_assert(offsetof(type, field) == (at) && sizeof(((type *)0)->field) == (bytes), #type "." #field)
#define QDA_ABI_VALUE(what, value) _Static_assert((what) == (value), #what)

_Static_assert(sizeof(void *) == 8 && sizeof(long) == 8, "these headers describe LP64 only");

#endif
