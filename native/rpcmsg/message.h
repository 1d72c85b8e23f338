/* SPDX-License-Identifier: MIT */
#ifndef QDA_RPCMSG_MESSAGE_H
#define QDA_RPCMSG_MESSAGE_H

#include "rpcmsg/aee.h"
#include "rpcmsg/scalars.h"

#include <stddef.h>
#include <stdint.h>

/*
 * What the driver and the DSP say to each other: the rpmsg request and response, and the payload in the message buffer that a
 * request points to. Freestanding: also compiled for the Hexagon. Little-endian.
 *
 * Source: the QDA v1 posting (2026-05-19) and drivers/misc/fastrpc.c, which agree; the structs of handle 1 are from memory
 * of the latter.
 */
#define QDA_RPC_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of " #type)

/* CPU -> DSP. addr, size: the message buffer, as a DMA address (SID << 32 included) and bytes in whole pages. */
struct qda_rpc_request {
    int32_t session;
    int32_t tid;
    uint64_t ctx; /* index << 4 | pd */
    uint32_t handle;
    uint32_t sc;
    uint64_t addr;
    uint64_t size;
};
QDA_RPC_SIZE(struct qda_rpc_request, 40);

/* DSP -> CPU. ret: 0, or what the call came to: an AEE code. */
struct qda_rpc_response {
    uint64_t ctx;
    int32_t ret;
    uint32_t pad;
};
QDA_RPC_SIZE(struct qda_rpc_response, 16);

/*
 * The payload, n = QDA_SCALARS_LENGTH(sc), in the order in buffers, out buffers, in handles, out handles:
 *   union qda_rpc_arg [n], struct qda_rpc_invoke_buf [n], struct qda_rpc_page [n], u64 fdlist[16], u32 crclist[64],
 *   then the inline arguments, each at a multiple of 128.
 * A buffer lies at page offset (pv & 4095) of its page entry; pages[] hold DMA addresses.
 */
union qda_rpc_arg {
    struct {
        uint64_t pv; /* inline: place in the message buffer as the kernel sees it; otherwise the user's pointer */
        uint64_t len;
    } buf;
    struct {
        int32_t fd;
        uint32_t offset;
        uint32_t len;
        uint32_t pad;
    } dma; /* handles */
};
QDA_RPC_SIZE(union qda_rpc_arg, 16);

struct qda_rpc_invoke_buf {
    uint32_t num;   /* page entries: 1, or 0 for an empty argument */
    uint32_t pgidx; /* its first one */
};
struct qda_rpc_page {
    uint64_t addr; /* DMA address, page-aligned */
    uint64_t size; /* bytes, whole pages */
};

#define QDA_RPC_FDLIST 16u
#define QDA_RPC_CRCLIST 64u
#define QDA_RPC_ALIGN 128u
#define QDA_RPC_PAGE 4096u

static inline uint64_t qda_rpc_align(uint64_t at)
{
    return (at + QDA_RPC_ALIGN - 1) & ~(uint64_t)(QDA_RPC_ALIGN - 1);
}
/* Places in the payload of n arguments. */
static inline uint64_t qda_rpc_bufs_at(uint64_t n)
{
    return 16 * n;
}
static inline uint64_t qda_rpc_pages_at(uint64_t n)
{
    return 24 * n;
}
static inline uint64_t qda_rpc_fdlist_at(uint64_t n)
{
    return 40 * n;
}
/* First byte after the metadata: 40 n + 384. */
static inline uint64_t qda_rpc_metadata(uint64_t n)
{
    return 40 * n + 8 * QDA_RPC_FDLIST + 4 * QDA_RPC_CRCLIST;
}

/* Requests on handle 1 (QDA_HANDLE_INIT): what in[0] holds. */
struct qda_rpc_create { /* methods 6, 7: then name, file, pages; arguments 4 and 5 are passed, not counted */
    int32_t session;
    uint32_t name_len; /* with NUL */
    uint32_t file_len;
    uint32_t pages; /* 1 */
    uint32_t attrs;
    uint32_t sig_len;
};
QDA_RPC_SIZE(struct qda_rpc_create, 24);
struct qda_rpc_map { /* method 4: then one qda_rpc_page; out[0]: u64 DSP address */
    int32_t session;
    uint32_t flags;
    uint64_t vaddr;
    int32_t pages;
    uint32_t pad;
};
QDA_RPC_SIZE(struct qda_rpc_map, 24);
struct qda_rpc_unmap { /* method 5 */
    int32_t session;
    uint32_t pad;
    uint64_t vaddr;
    uint64_t size;
};
QDA_RPC_SIZE(struct qda_rpc_unmap, 24);
struct qda_rpc_mem_map { /* method 10: then one qda_rpc_page, then an empty argument; out[0]: u64 DSP address */
    int32_t session;
    int32_t fd;
    int32_t offset;
    uint32_t flags;
    uint64_t vaddr;
    int32_t pages;
    int32_t data_len;
};
QDA_RPC_SIZE(struct qda_rpc_mem_map, 32);
struct qda_rpc_mem_unmap { /* method 11 */
    int32_t session;
    int32_t fd;
    uint64_t vaddr;
    uint64_t size;
};
QDA_RPC_SIZE(struct qda_rpc_mem_unmap, 24);
/* Method 1, INIT_RELEASE: in[0] is the s32 session. */

/* e_machine of a Hexagon ELF. */
#define QDA_EM_HEXAGON 164u

#endif
