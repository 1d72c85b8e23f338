/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_SYS_H
#define QDA_SHELL_SYS_H

#include <stddef.h>
#include <stdint.h>

/*
 * System calls of the emulated Linux: trap0(#1), number in r6, arguments in r0 to r5, the answer in r0 (-errno).
 * Numbers: the generic table of 32-bit Linux, which Hexagon uses. Structs: as a 32-bit program sees them.
 */
#define SYS_CLOSE 57
#define SYS_LLSEEK 62
#define SYS_WRITE 64
#define SYS_EXIT 93
#define SYS_EXIT_GROUP 94
#define SYS_FUTEX 98
#define SYS_NANOSLEEP 101
#define SYS_CLOCK_GETTIME 113
#define SYS_SCHED_YIELD 124
#define SYS_SIGALTSTACK 132
#define SYS_RT_SIGACTION 134
#define SYS_GETTID 178
#define SYS_RECVMSG 212
#define SYS_MUNMAP 215
#define SYS_CLONE 220
#define SYS_MMAP2 222
#define SYS_MPROTECT 226

#define SYS_EINTR 4
#define SYS_EAGAIN 11
#define SYS_ENOMEM 12
#define SYS_EINVAL 22
#define SYS_ETIMEDOUT 110

#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20

#define MSG_DONTWAIT 0x40
#define MSG_CMSG_CLOEXEC 0x40000000

struct sys_timespec {
    int32_t sec;
    int32_t nsec;
};
struct sys_iovec {
    void *base;
    uint32_t len;
};
struct sys_msghdr {
    void *name;
    uint32_t name_len;
    struct sys_iovec *iov;
    uint32_t iov_len;
    void *control;
    uint32_t control_len;
    uint32_t flags;
};
struct sys_cmsghdr {
    uint32_t len;
    int32_t level;
    int32_t type;
};
#define SOL_SOCKET 1
#define SCM_RIGHTS 1

static inline long sys_call6(long number, long a, long b, long c, const long rest[3])
{
    register long r6 __asm__("r6") = number;
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    register long r2 __asm__("r2") = c;
    register long r3 __asm__("r3") = rest[0];
    register long r4 __asm__("r4") = rest[1];
    register long r5 __asm__("r5") = rest[2];
    __asm__ volatile("trap0(#1)"
                     : "+r"(r0)
                     : "r"(r6), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
                     : "memory");
    return r0;
}
#define SYS_ANY(number, a, b, c, d, e, f)                                                                             \
    sys_call6((number), (long)(a), (long)(b), (long)(c), (const long[3]){(long)(d), (long)(e), (long)(f)})
#define SYS3(number, a, b, c) SYS_ANY(number, a, b, c, 0, 0, 0)

/*
 * Maps `len` bytes at `va`, whatever is there. fd -1: memory of its own. `offset`: a multiple of 64 KiB. 0 or -errno.
 *
 * A memory may end inside the last page of 64 KiB. QEMU 7.2 (linux-user/mmap.c) refuses that for a shared mapping at a fixed address,
 * and takes it where the address is only wished for; then the rest of the page is memory of its own.
 */
static inline int sys_map(uint32_t va, uint32_t len, int prot, int fd, uint64_t offset)
{
    int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    long got = SYS_ANY(SYS_MMAP2, va, len, prot, flags | MAP_FIXED, fd, (uint32_t)(offset >> 12));
    if ((uint32_t)got == va || fd < 0) /* that refusal leaves errno as it was: whichever number may come */
        return (uint32_t)got == va ? 0 : (int)got;
    SYS3(SYS_MUNMAP, va, len, 0);
    got = SYS_ANY(SYS_MMAP2, va, len, prot, flags, fd, (uint32_t)(offset >> 12));
    if ((uint32_t)got == va)
        return 0;
    if (got < 0 && got > -4096)
        return (int)got;
    SYS3(SYS_MUNMAP, got, len, 0);
    return -SYS_ENOMEM;
}
/* Nothing is there any more: an access faults. */
static inline void sys_unmap(uint32_t va, uint32_t len)
{
    SYS3(SYS_MUNMAP, va, len, 0);
}
static inline void sys_close(int fd)
{
    SYS3(SYS_CLOSE, fd, 0, 0);
}
_Noreturn static inline void sys_exit_group(int code)
{
    for (;;)
        SYS3(SYS_EXIT_GROUP, code, 0, 0);
}
/* Bytes of a memory, 0: not to be had. */
static inline uint64_t sys_size(int fd)
{
    uint64_t size = 0;
    long got = SYS_ANY(SYS_LLSEEK, fd, 0, 0, &size, 2, 0);
    return got < 0 ? 0 : size;
}
/* Monotonic. Seconds of 31 bits are enough for the time since a machine's start. */
static inline uint64_t sys_now_ns(void)
{
    struct sys_timespec now = {0, 0};
    SYS3(SYS_CLOCK_GETTIME, 1, &now, 0);
    return (uint64_t)(uint32_t)now.sec * 1000000000u + (uint32_t)now.nsec;
}

#endif
