/* SPDX-License-Identifier: MIT */
#ifndef QDA_UAPI_ERRNOS_H
#define QDA_UAPI_ERRNOS_H

#include <stddef.h>
#include <stdint.h>

/*
 * What the driver answers to bad input, as data: one row for each (generation, call, condition). The virtual QDA looks
 * its answers up here, and the conformance suite drives every row.
 *
 * Source of the rows: the QDA driver as posted on 2026-05-19 (v1, "[PATCH 00/15]") and 2026-02-24 (RFC), and
 * drivers/misc/fastrpc.c of 2026 (FASTRPC); what the DRM core, the dma-heaps, udmabuf and dma-buf themselves answer is
 * general kernel knowledge. `certainty` says which.
 */

/* Generation bits; the values are those of `enum qda_generation` in driver/driver.h. */
#define QDA_ERRNO_V1 1u
#define QDA_ERRNO_RFC 2u
#define QDA_ERRNO_FASTRPC 4u
#define QDA_ERRNO_BOTH (QDA_ERRNO_V1 | QDA_ERRNO_RFC) /* of QDA */
#define QDA_ERRNO_ALL (QDA_ERRNO_BOTH | QDA_ERRNO_FASTRPC)

/* Kernel-internal; user space sees a restarted call or EINTR, never this number. */
#define QDA_ERESTARTSYS 512

/* Calls. ANY matches every call on an accel node (open, ioctl, mmap). */
#define QDA_CALLS(X)                                                                                                  \
    X(ANY, "any call")                                                                                                \
    X(OPEN, "open")                                                                                                   \
    X(IOCTL, "ioctl")                                                                                                 \
    X(QUERY, "QUERY")                                                                                                 \
    X(GEM_CREATE, "GEM_CREATE")                                                                                       \
    X(GEM_MMAP_OFFSET, "GEM_MMAP_OFFSET")                                                                             \
    X(MMAP, "mmap of the accel fd")                                                                                   \
    X(GEM_CLOSE, "GEM_CLOSE")                                                                                         \
    X(PRIME_IMPORT, "PRIME_FD_TO_HANDLE")                                                                             \
    X(PRIME_EXPORT, "PRIME_HANDLE_TO_FD")                                                                             \
    X(INIT_ATTACH, "INIT_ATTACH")                                                                                     \
    X(SESSION_CREATE, "SESSION_CREATE")                                                                               \
    X(MAP, "MAP")                                                                                                     \
    X(MUNMAP, "MUNMAP")                                                                                               \
    X(INVOKE, "INVOKE")                                                                                               \
    X(HEAP_ALLOC, "DMA_HEAP_IOCTL_ALLOC")                                                                             \
    X(DMABUF_SYNC, "DMA_BUF_IOCTL_SYNC")                                                                              \
    X(DMABUF_SET_NAME, "DMA_BUF_SET_NAME")                                                                            \
    X(UDMABUF_CREATE, "UDMABUF_CREATE")                                                                               \
    X(ALLOC_DMA_BUFF, "ALLOC_DMA_BUFF")                                                                               \
    X(FASTRPC_MMAP, "MMAP")                                                                                           \
    X(FASTRPC_MUNMAP, "MUNMAP of MMAP")                                                                               \
    X(MEM_MAP, "MEM_MAP")                                                                                             \
    X(MEM_UNMAP, "MEM_UNMAP")                                                                                         \
    X(CREATE_STATIC, "INIT_CREATE_STATIC")                                                                            \
    X(SET_OPTION, "SET_OPTION")                                                                                       \
    X(GET_DSP_INFO, "GET_DSP_INFO")

/* Conditions: what is wrong with the call or with the state it finds. */
#define QDA_CONDITIONS(X)                                                                                             \
    X(UNPLUGGED, "the device is unplugged")                                                                           \
    X(UNKNOWN_IOCTL, "the number belongs to no ioctl")                                                                \
    X(RESERVED_IOCTL, "command 0x03")                                                                                 \
    X(PAD_NONZERO, "pad is not 0")                                                                                    \
    X(SIZE_ZERO, "size is 0")                                                                                         \
    X(SIZE_WRAPS, "size rounds up to 0")                                                                              \
    X(NO_BANK, "no context bank is free")                                                                             \
    X(NO_BANK_SELF_IMPORT, "no context bank is free and the buffer is this device's own")                             \
    X(DMA_ALLOC_FAILED, "the DMA allocation failed")                                                                  \
    X(UNKNOWN_HANDLE, "this file has no such GEM handle")                                                             \
    X(OFFSET_NOT_EXACT, "the offset is no object's offset")                                                           \
    X(LONGER_THAN_OBJECT, "the length is more than the object's")                                                     \
    X(NOT_OPENED_BY_FILE, "another file's object")                                                                    \
    X(IMPORTED_OBJECT, "the object is an import")                                                                     \
    X(BAD_FD, "the descriptor is not open")                                                                           \
    X(NOT_A_DMABUF, "the descriptor is no dma-buf")                                                                   \
    X(EXPORTER_WITHOUT_SG, "the exporter cannot be attached to (no sg table)")                                        \
    X(BAD_FLAGS, "unknown flags")                                                                                     \
    X(FILE_TOO_LONG, "filelen is over 4 MiB")                                                                         \
    X(FILE_BUFFER_BAD, "the ELF's buffer cannot be had")                                                              \
    X(BAD_REQUEST, "request is neither 1 nor 2")                                                                      \
    X(NO_BUFFER, "no buffer is named (fd <= 0)")                                                                      \
    X(ARGS_UNREADABLE, "the argument array cannot be read")                                                           \
    X(INLINE_UNREADABLE, "inline data cannot be read")                                                                \
    X(FD_BELOW_MINUS_ONE, "fd is below -1")                                                                           \
    X(INTERRUPTED, "a signal came during the wait")                                                                   \
    X(FD_NONZERO, "the out field fd is not 0")                                                                        \
    X(HEAP_FLAGS, "heap_flags is not 0")                                                                              \
    X(NO_DIRECTION, "neither READ nor WRITE is set")                                                                  \
    X(NAME_TOO_LONG, "the name takes 32 bytes or more")                                                               \
    X(NOT_A_MEMFD, "the descriptor is no memfd")                                                                      \
    X(SEAL_MISSING, "F_SEAL_SHRINK is not set")                                                                       \
    X(SEAL_WRITE, "F_SEAL_WRITE is set")                                                                              \
    X(UNALIGNED, "offset or size is not page-aligned")                                                                \
    X(NO_DSP, "no DSP answers (a virtual board without one)")                                                         \
    X(DSP_GONE, "the DSP went while the file was open")                                                               \
    X(KERNEL_HANDLE, "handle 1, the kernel's own")                                                                    \
    X(SIGNED_PROCESS, "a signed process on the node that is open to all")                                             \
    X(ADDRESS_HINT, "vaddrin is not 0")                                                                               \
    X(UNKNOWN_MAPPING, "no such mapping stands")                                                                      \
    X(STATIC_NAME_TOO_LONG, "the name takes more than 128 bytes")                                                     \
    X(UNKNOWN_OPTION, "no such option, or a value that it does not have")                                             \
    X(ATTRIBUTE_TOO_HIGH, "the attribute is 256 or more")                                                             \
    X(NO_CAPABILITIES, "the DSP has no call that tells capabilities")                                                 \
    X(NO_POLLING, "the DSPs of this SoC do not poll")

#define QDA_ENUM_CALL(id, text) QDA_CALL_##id,
enum qda_call { QDA_CALLS(QDA_ENUM_CALL) QDA_CALL_COUNT };
#undef QDA_ENUM_CALL

#define QDA_ENUM_CONDITION(id, text) QDA_COND_##id,
enum qda_condition { QDA_CONDITIONS(QDA_ENUM_CONDITION) QDA_COND_COUNT };
#undef QDA_ENUM_CONDITION

struct qda_errno_row {
    uint8_t generations; /* QDA_ERRNO_* bits */
    uint8_t call;        /* enum qda_call */
    uint8_t condition;   /* enum qda_condition */
    char certainty;      /* 'S' read in the driver's source, 'D' derived from it, 'M' kernel knowledge, 'V' virtual board */
    int error;           /* positive errno; 0: this generation does not mind (the call goes on) */
};

/* The driver's answers. */
extern const struct qda_errno_row qda_errno_rows[];
extern const size_t qda_errno_row_count;

/*
 * Where a virtual board without a DSP (no emulator on the machine, or --dsp none) knowingly differs from the driver: what
 * would be sent to the DSP fails with ENOTCONN, after every check of qda_errno_rows that comes before the message is sent. INIT_RELEASE, which
 * v1 waits for at every close, is answered. Not part of any real generation.
 */
extern const struct qda_errno_row qda_null_dsp_rows[];
extern const size_t qda_null_dsp_row_count;

/*
 * -errno for (generation bit, call, condition), or 0 where that generation does not mind. A row for ANY serves every
 * call. The combination must have a row in either table: asking for another is a bug and asserts.
 */
int qda_errno(unsigned generation, enum qda_call call, enum qda_condition condition);

/* The row itself, or NULL if there is none. */
const struct qda_errno_row *qda_errno_find(unsigned generation, enum qda_call call, enum qda_condition condition);

/* Readable names for test titles and sentences. */
const char *qda_call_name(enum qda_call call);
const char *qda_condition_name(enum qda_condition condition);

#endif
