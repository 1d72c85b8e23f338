/* SPDX-License-Identifier: MIT */
#ifndef VQ_CORE_ABI_H
#define VQ_CORE_ABI_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What differs between the generations' ioctls, as one table each (abi_v1.c, abi_rfc.c, abi_fastrpc.c). REMOTE_MAP, MUNMAP,
 * SESSION_CREATE and INVOKE have one layout in v1 and the RFC, so the v1 structs serve.
 */
struct vq_abi {
    unsigned generation; /* QDA_ERRNO_* */
    const char *name;    /* "v1" */
    bool has_attach;     /* command 0x03 is INIT_ATTACH */
    bool fd_is_handle;   /* `fd` fields hold GEM handles, not dma-buf fds */
    bool fastrpc;        /* nodes, sessions and ioctls of drivers/misc/fastrpc.c (legacy.h); nothing below stands then */

    uint32_t (*create_pad)(const void *arg);
    uint64_t (*create_size)(const void *arg);
    void (*create_done)(void *arg, uint32_t handle);
    uint32_t (*offset_pad)(const void *arg);
    uint32_t (*offset_handle)(const void *arg);
    void (*offset_done)(void *arg, uint64_t offset);
};

extern const struct vq_abi vq_abi_v1;
extern const struct vq_abi vq_abi_rfc;
extern const struct vq_abi vq_abi_fastrpc;

/* The table of a generation (QDA_ERRNO_V1, _RFC or _FASTRPC). */
const struct vq_abi *vq_abi_of(unsigned generation);

#endif
