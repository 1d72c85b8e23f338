/* SPDX-License-Identifier: MIT */
#include "dsp/shell/exports.h"

#include "dsp/shell/call.h"
#include "dsp/shell/space.h"

#define MAP_FAILED ((void *)-1)

/* Where the buffer of a descriptor lies: of a call that runs, or mapped by the CPU. With space_lock. */
static bool find_buffer(int fd, struct call_handle *out)
{
    if (call_find_handle(fd, out))
        return true;
    uint16_t number = space_static_fd(fd);
    const struct range *range = space_range(number);
    *out = (struct call_handle){fd, range->iova, range->size};
    return number != 0;
}

/* Only readable and writable shared memory can be had; where it lies is not for the caller to say. */
void *HAP_mmap2(void *address, size_t len, int prot, int flags, int fd, long offset)
{
    struct call_handle buffer;
    void *at = MAP_FAILED;
    (void)address;
    (void)flags;
    lock_take(&space_lock);
    bool fits = len && offset >= 0 && !(prot & ~3) && find_buffer(fd, &buffer) && (uint32_t)offset <= buffer.len &&
                len <= buffer.len - (uint32_t)offset;
    int number = fits ? space_map(RANGE_HANDLE, buffer.iova + (uint32_t)offset, len, fd) : 0;
    if (number > 0)
        at = (void *)range_address(space_range((uint16_t)number));
    lock_release(&space_lock);
    return at;
}

void *HAP_mmap(void *address, int len, int prot, int flags, int fd, long offset)
{
    return len > 0 ? HAP_mmap2(address, (size_t)len, prot, flags, fd, offset) : MAP_FAILED;
}

int HAP_munmap2(void *address, size_t len)
{
    lock_take(&space_lock);
    uint16_t number = space_at((uint32_t)address);
    const struct range *range = space_range(number);
    bool ours = number && range->kind == RANGE_HANDLE && range_address(range) == (uint32_t)address && range->size == len;
    if (ours)
        space_unmap(number);
    lock_release(&space_lock);
    return ours ? 0 : QDA_AEE_EBADPARM;
}

int HAP_munmap(void *address, int len)
{
    return HAP_munmap2(address, (size_t)len);
}

int HAP_mmap_get(int fd, void **address, uint64_t *physical)
{
    lock_take(&space_lock);
    uint16_t number = space_static_fd(fd);
    struct range *range = space_range(number);
    if (number) {
        range->refs++;
        if (address)
            *address = (void *)range_address(range);
        if (physical)
            *physical = range->iova;
    }
    lock_release(&space_lock);
    return number ? 0 : QDA_AEE_ENOSUCH;
}

int HAP_mmap_put(int fd)
{
    lock_take(&space_lock);
    uint16_t number = space_static_fd(fd);
    struct range *range = space_range(number);
    bool held = number && range->refs > 1;
    if (held)
        range->refs--;
    lock_release(&space_lock);
    return held ? 0 : QDA_AEE_ENOSUCH;
}
