/* SPDX-License-Identifier: MIT */
#include "uapi/errnos.h"

#include <assert.h>
#include <errno.h>

#define ROW(generations, call, condition, certainty, error)                                                           \
    { QDA_ERRNO_##generations, QDA_CALL_##call, QDA_COND_##condition, certainty, error }

const struct qda_errno_row qda_errno_rows[] = {
    /* Every call. */
    ROW(BOTH, ANY, UNPLUGGED, 'S', ENODEV),
    ROW(BOTH, IOCTL, UNKNOWN_IOCTL, 'M', EINVAL),
    ROW(V1, IOCTL, RESERVED_IOCTL, 'S', EINVAL), /* INIT_ATTACH in the RFC */

    ROW(V1, GEM_CREATE, PAD_NONZERO, 'S', EINVAL),
    ROW(RFC, GEM_CREATE, PAD_NONZERO, 'S', 0),
    ROW(BOTH, GEM_CREATE, SIZE_ZERO, 'S', EINVAL),
    ROW(BOTH, GEM_CREATE, SIZE_WRAPS, 'S', EINVAL),
    ROW(BOTH, GEM_CREATE, DMA_ALLOC_FAILED, 'S', ENOMEM),

    ROW(V1, GEM_MMAP_OFFSET, PAD_NONZERO, 'S', EINVAL),
    ROW(RFC, GEM_MMAP_OFFSET, PAD_NONZERO, 'S', 0),
    ROW(BOTH, GEM_MMAP_OFFSET, UNKNOWN_HANDLE, 'S', ENOENT),
    ROW(V1, GEM_MMAP_OFFSET, IMPORTED_OBJECT, 'D', 0), /* the mmap is what fails */

    ROW(BOTH, MMAP, OFFSET_NOT_EXACT, 'M', EINVAL),
    ROW(BOTH, MMAP, LONGER_THAN_OBJECT, 'M', EINVAL),
    ROW(BOTH, MMAP, NOT_OPENED_BY_FILE, 'M', EACCES),
    ROW(V1, MMAP, IMPORTED_OBJECT, 'S', EINVAL),
    ROW(RFC, MMAP, IMPORTED_OBJECT, 'D', EINVAL), /* by another way: an import has no kernel address to map */

    ROW(BOTH, GEM_CLOSE, UNKNOWN_HANDLE, 'M', EINVAL),

    ROW(BOTH, PRIME_IMPORT, BAD_FD, 'M', EBADF),
    ROW(BOTH, PRIME_IMPORT, NOT_A_DMABUF, 'M', EINVAL),
    ROW(BOTH, PRIME_IMPORT, EXPORTER_WITHOUT_SG, 'D', ENOSYS),
    ROW(BOTH, PRIME_EXPORT, BAD_FLAGS, 'M', EINVAL),
    ROW(BOTH, PRIME_EXPORT, UNKNOWN_HANDLE, 'M', ENOENT),

    ROW(BOTH, SESSION_CREATE, FILE_TOO_LONG, 'S', EINVAL),
    ROW(V1, SESSION_CREATE, FILE_BUFFER_BAD, 'S', EINVAL),
    ROW(RFC, SESSION_CREATE, FILE_BUFFER_BAD, 'S', ENOENT), /* filefd is a GEM handle there */

    ROW(V1, MAP, PAD_NONZERO, 'S', EINVAL),
    ROW(RFC, MAP, PAD_NONZERO, 'S', 0),
    ROW(BOTH, MAP, BAD_REQUEST, 'S', EINVAL),
    ROW(V1, MAP, BAD_FD, 'S', EBADF),
    ROW(V1, MAP, NOT_A_DMABUF, 'S', EINVAL),
    ROW(V1, MAP, NO_BUFFER, 'S', 0), /* sends a zero page entry */
    ROW(RFC, MAP, UNKNOWN_HANDLE, 'S', ENOENT),

    ROW(BOTH, MUNMAP, BAD_REQUEST, 'S', EINVAL),

    ROW(BOTH, INVOKE, ARGS_UNREADABLE, 'S', EFAULT),
    ROW(BOTH, INVOKE, INLINE_UNREADABLE, 'S', EFAULT),
    ROW(V1, INVOKE, FD_BELOW_MINUS_ONE, 'D', ENOSPC),
    ROW(RFC, INVOKE, UNKNOWN_HANDLE, 'S', ENOENT),
    ROW(BOTH, INVOKE, INTERRUPTED, 'S', QDA_ERESTARTSYS),

    /* No context bank free: the message buffer of a DSP call is a GEM object, so it needs a bank too. */
    ROW(BOTH, OPEN, NO_BANK, 'S', 0),
    ROW(BOTH, QUERY, NO_BANK, 'S', 0),
    ROW(BOTH, GEM_MMAP_OFFSET, NO_BANK, 'S', 0),
    ROW(BOTH, PRIME_EXPORT, NO_BANK, 'S', 0),
    ROW(BOTH, PRIME_IMPORT, NO_BANK_SELF_IMPORT, 'S', 0),
    ROW(BOTH, PRIME_IMPORT, NO_BANK, 'S', ENODEV), /* not ENOMEM */
    ROW(BOTH, GEM_CREATE, NO_BANK, 'S', ENOMEM),
    ROW(RFC, INIT_ATTACH, NO_BANK, 'S', ENOMEM),
    ROW(BOTH, SESSION_CREATE, NO_BANK, 'S', ENOMEM),
    ROW(BOTH, MAP, NO_BANK, 'S', ENOMEM),
    ROW(BOTH, MUNMAP, NO_BANK, 'S', ENOMEM),
    ROW(BOTH, INVOKE, NO_BANK, 'S', ENOMEM),

    /* The exporters beside the driver, and dma-buf itself. */
    ROW(ALL, HEAP_ALLOC, SIZE_ZERO, 'M', EINVAL),
    ROW(ALL, HEAP_ALLOC, FD_NONZERO, 'M', EINVAL),
    ROW(ALL, HEAP_ALLOC, BAD_FLAGS, 'M', EINVAL),
    ROW(ALL, HEAP_ALLOC, HEAP_FLAGS, 'M', EINVAL),
    ROW(ALL, DMABUF_SYNC, BAD_FLAGS, 'M', EINVAL),
    ROW(ALL, DMABUF_SYNC, NO_DIRECTION, 'M', EINVAL),
    ROW(ALL, DMABUF_SET_NAME, NAME_TOO_LONG, 'M', EINVAL),
    ROW(ALL, UDMABUF_CREATE, NOT_A_MEMFD, 'M', EBADFD),
    ROW(ALL, UDMABUF_CREATE, SEAL_MISSING, 'M', EINVAL),
    ROW(ALL, UDMABUF_CREATE, SEAL_WRITE, 'M', EINVAL),
    ROW(ALL, UDMABUF_CREATE, UNALIGNED, 'M', EINVAL),

    /* FastRPC. A call that would send something when the DSP has gone is EPIPE; the node itself is removed. */
    ROW(FASTRPC, OPEN, UNPLUGGED, 'S', ENOENT),
    ROW(FASTRPC, OPEN, NO_BANK, 'S', EBUSY),
    ROW(FASTRPC, IOCTL, UNKNOWN_IOCTL, 'S', ENOTTY), /* by its whole number; FREE_DMA_BUFF is one */
    ROW(FASTRPC, ANY, DSP_GONE, 'S', EPIPE),
    ROW(FASTRPC, MMAP, OFFSET_NOT_EXACT, 'M', ENODEV), /* the node has no mmap: buffers are mapped by their dma-buf */

    ROW(FASTRPC, ALLOC_DMA_BUFF, SIZE_ZERO, 'D', ENOMEM), /* whatever the DMA allocator does not give */
    ROW(FASTRPC, ALLOC_DMA_BUFF, DMA_ALLOC_FAILED, 'S', ENOMEM),

    ROW(FASTRPC, SESSION_CREATE, SIGNED_PROCESS, 'S', ECONNREFUSED), /* before everything else */
    ROW(FASTRPC, SESSION_CREATE, FILE_TOO_LONG, 'S', EINVAL),        /* 2 MiB there */
    ROW(FASTRPC, SESSION_CREATE, BAD_FD, 'S', EBADF),
    ROW(FASTRPC, SESSION_CREATE, NOT_A_DMABUF, 'S', EINVAL),
    ROW(FASTRPC, SESSION_CREATE, LONGER_THAN_OBJECT, 'S', EINVAL),
    ROW(FASTRPC, SESSION_CREATE, DMA_ALLOC_FAILED, 'S', ENOMEM),
    ROW(FASTRPC, CREATE_STATIC, STATIC_NAME_TOO_LONG, 'S', EINVAL),

    ROW(FASTRPC, INVOKE, KERNEL_HANDLE, 'S', EPERM),
    ROW(FASTRPC, INVOKE, ARGS_UNREADABLE, 'S', EFAULT),
    ROW(FASTRPC, INVOKE, INLINE_UNREADABLE, 'S', EFAULT),
    ROW(FASTRPC, INVOKE, BAD_FD, 'S', EINVAL), /* whatever fails with a buffer, below -1 too */
    ROW(FASTRPC, INVOKE, FD_BELOW_MINUS_ONE, 'S', EINVAL),
    ROW(FASTRPC, INVOKE, NOT_A_DMABUF, 'S', EINVAL),
    ROW(FASTRPC, INVOKE, LONGER_THAN_OBJECT, 'S', EINVAL),
    ROW(FASTRPC, INVOKE, INTERRUPTED, 'S', QDA_ERESTARTSYS),

    ROW(FASTRPC, FASTRPC_MMAP, BAD_FLAGS, 'S', EINVAL),
    ROW(FASTRPC, FASTRPC_MMAP, ADDRESS_HINT, 'S', EINVAL),
    ROW(FASTRPC, FASTRPC_MMAP, DMA_ALLOC_FAILED, 'S', ENOMEM),
    ROW(FASTRPC, FASTRPC_MUNMAP, UNKNOWN_MAPPING, 'S', EINVAL),
    ROW(FASTRPC, MEM_MAP, BAD_FD, 'S', EBADF),
    ROW(FASTRPC, MEM_MAP, NOT_A_DMABUF, 'S', EINVAL),
    ROW(FASTRPC, MEM_MAP, LONGER_THAN_OBJECT, 'S', EINVAL),
    ROW(FASTRPC, MEM_MAP, EXPORTER_WITHOUT_SG, 'M', ENOSYS), /* whatever the attach says */
    ROW(FASTRPC, MEM_UNMAP, UNKNOWN_MAPPING, 'S', EINVAL),

    ROW(FASTRPC, SET_OPTION, PAD_NONZERO, 'S', EINVAL),
    ROW(FASTRPC, SET_OPTION, UNKNOWN_OPTION, 'S', EINVAL),
    ROW(FASTRPC, SET_OPTION, NO_POLLING, 'S', EOPNOTSUPP),
    ROW(FASTRPC, GET_DSP_INFO, ATTRIBUTE_TOO_HIGH, 'S', EOVERFLOW),
    ROW(FASTRPC, GET_DSP_INFO, NO_CAPABILITIES, 'S', EOPNOTSUPP),
};
const size_t qda_errno_row_count = sizeof(qda_errno_rows) / sizeof(qda_errno_rows[0]);

const struct qda_errno_row qda_null_dsp_rows[] = {
    ROW(FASTRPC, INIT_ATTACH, NO_DSP, 'V', ENOTCONN),
    ROW(RFC, INIT_ATTACH, NO_DSP, 'V', ENOTCONN),
    ROW(ALL, SESSION_CREATE, NO_DSP, 'V', ENOTCONN),
    ROW(ALL, MAP, NO_DSP, 'V', ENOTCONN),
    ROW(ALL, MUNMAP, NO_DSP, 'V', ENOTCONN),
    ROW(ALL, INVOKE, NO_DSP, 'V', ENOTCONN),
};
const size_t qda_null_dsp_row_count = sizeof(qda_null_dsp_rows) / sizeof(qda_null_dsp_rows[0]);

#undef ROW

static const struct qda_errno_row *find_in(const struct qda_errno_row *rows, size_t count, unsigned generation,
                                           enum qda_call call, enum qda_condition condition)
{
    for (size_t i = 0; i < count; i++) {
        const struct qda_errno_row *row = &rows[i];
        if ((row->generations & generation) != 0 && row->call == call && row->condition == condition)
            return row;
    }
    return NULL;
}

const struct qda_errno_row *qda_errno_find(unsigned generation, enum qda_call call, enum qda_condition condition)
{
    const struct qda_errno_row *row = find_in(qda_errno_rows, qda_errno_row_count, generation, call, condition);
    if (row == NULL)
        row = find_in(qda_errno_rows, qda_errno_row_count, generation, QDA_CALL_ANY, condition);
    if (row == NULL)
        row = find_in(qda_null_dsp_rows, qda_null_dsp_row_count, generation, call, condition);
    return row;
}

int qda_errno(unsigned generation, enum qda_call call, enum qda_condition condition)
{
    const struct qda_errno_row *row = qda_errno_find(generation, call, condition);
    assert(row != NULL);
    return -row->error;
}

const char *qda_call_name(enum qda_call call)
{
#define NAME(id, text) text,
    static const char *const names[] = { QDA_CALLS(NAME) };
#undef NAME
    return (unsigned)call < QDA_CALL_COUNT ? names[call] : "unknown call";
}

const char *qda_condition_name(enum qda_condition condition)
{
#define NAME(id, text) text,
    static const char *const names[] = { QDA_CONDITIONS(NAME) };
#undef NAME
    return (unsigned)condition < QDA_COND_COUNT ? names[condition] : "unknown condition";
}
