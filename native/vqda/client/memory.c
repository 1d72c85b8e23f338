/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/*
 * Memory of callers, as a kernel treats it: a bad pointer is EFAULT, never a crash. The calls are raw, so that a sanitizer
 * does not look at the pointer before the kernel does.
 */

/*
 * Structs mostly stand on the calling thread's stack, where nothing between here and its end can be missing: those are
 * copied without asking the kernel, which saves half a microsecond each.
 */
static uint64_t end_of_stack(void)
{
    static _Thread_local uint64_t end;
    pthread_attr_t attr;
    void *lowest;
    size_t size;
    if (end != 0)
        return end;
    end = 1; /* not known: nothing is on it */
    if (pthread_getattr_np(pthread_self(), &attr) == 0) {
        if (pthread_attr_getstack(&attr, &lowest, &size) == 0)
            end = (uint64_t)(uintptr_t)lowest + size;
        pthread_attr_destroy(&attr);
    }
    return end;
}

#define LARGEST_STACK (64ull << 20)

static bool on_stack(uint64_t user, size_t len)
{
    uint64_t here = (uint64_t)(uintptr_t)__builtin_frame_address(0), end = end_of_stack();
    bool ours = here < end && end - here < LARGEST_STACK; /* not a signal's own stack, or a coroutine's */
    return ours && user >= here && user < end && len <= end - user;
}

/* Beside the sanitizers, like the kernel. */
static void move_bytes(uint64_t to, uint64_t from, size_t len)
{
#if defined(__x86_64__)
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(len) : : "memory");
#else
    const volatile char *in = (const volatile char *)(uintptr_t)from;
    volatile char *out = (volatile char *)(uintptr_t)to;
    while (len-- > 0)
        *out++ = *in++;
#endif
}

static int move(uint64_t user, void *own, size_t len, long call)
{
    struct iovec local = { own, len };
    struct iovec remote = { (void *)(uintptr_t)user, len };
    if (len == 0)
        return 0;
    if (on_stack(user, len)) {
        bool in = call == SYS_process_vm_readv;
        move_bytes(in ? (uintptr_t)own : user, in ? user : (uintptr_t)own, len);
        return 0;
    }
    long done = syscall(call, getpid(), &local, 1ul, &remote, 1ul, 0ul);
    return done == (long)len ? 0 : -EFAULT;
}

int vqc_copy_in(void *to, uint64_t from_user, size_t len)
{
    return move(from_user, to, len, SYS_process_vm_readv);
}

int vqc_copy_out(uint64_t to_user, const void *from, size_t len)
{
    return move(to_user, (void *)(uintptr_t)from, len, SYS_process_vm_writev);
}

static int move_pieces(const struct vqc_pieces *pieces, size_t bytes, long call)
{
    if (bytes == 0)
        return 0;
    if (pieces->count == 1)
        return move((uintptr_t)pieces->user[0].iov_base, pieces->own[0].iov_base, bytes, call);
    long done = syscall(call, getpid(), pieces->own, pieces->count, pieces->user, pieces->count, 0ul);
    return done == (long)bytes ? 0 : -EFAULT;
}

int vqc_copy_pieces_in(const struct vqc_pieces *pieces, size_t bytes)
{
    return move_pieces(pieces, bytes, SYS_process_vm_readv);
}

int vqc_copy_pieces_out(const struct vqc_pieces *pieces, size_t bytes)
{
    return move_pieces(pieces, bytes, SYS_process_vm_writev);
}
