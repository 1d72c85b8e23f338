/* SPDX-License-Identifier: MIT */
#include "vqda/client/impl.h"

#include <errno.h>
#include <sys/mman.h>
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

/* Faults the pages in (Linux 5.14), which changes no byte: the check that a copy would succeed. */
bool vqc_memory_usable(uint64_t user, uint64_t len, bool write)
{
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    if (len == 0)
        return true;
    uint64_t start = user & ~(page - 1);
    uint64_t end = (user + len + page - 1) & ~(page - 1);
    if (user + len < user || end <= start)
        return false;
    int advice = write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ;
    return syscall(SYS_madvise, start, end - start, advice) == 0;
}
