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

static int move(uint64_t user, void *own, size_t len, long call)
{
    struct iovec local = { own, len };
    struct iovec remote = { (void *)(uintptr_t)user, len };
    if (len == 0)
        return 0;
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
