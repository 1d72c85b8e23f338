/* SPDX-License-Identifier: MIT */
#ifndef VQ_CLIENT_GATHER_H
#define VQ_CLIENT_GATHER_H

#include "vqda/client/impl.h"

#include "uapi/dma_heap.h"
#include "uapi/drm_core.h"
#include "uapi/fastrpc.h"
#include "uapi/qda_v1.h"
#include "uapi/udmabuf.h"

/* An ioctl whose struct holds pointers or descriptors, on its way. */

#define VQC_ARG_ROOM 128

struct vqc_gathered {
    struct vqc_client *client;
    const char *cookie;
    uint32_t request;
    uint64_t user; /* the caller's struct */
    size_t in_size, out_size;
    union {
        uint8_t bytes[VQC_ARG_ROOM];
        struct qda_drm_version_arg version;
        struct qda_drm_unique unique;
        struct qda_drm_prime_handle prime;
        struct qda_dma_heap_allocation heap;
        struct qda_udmabuf_create udmabuf;
        struct {
            uint32_t flags, count; /* the head of struct qda_udmabuf_create_list */
        } list;
        struct qda_v1_init_create session;
        struct qda_v1_mem_map map;
        struct qda_v1_invoke_args invoke;
        struct qda_fastrpc_mem_map mem_map;
    } arg;
};

/* Sends the struct with what goes behind it; what comes back goes to m->out. Result of the reply, or -errno. */
int64_t vqc_gather_send(struct vqc_gathered *g, struct vqc_message *m);
/* The struct goes back to the caller: `result`, or -EFAULT. */
int vqc_gather_back(const struct vqc_gathered *g, int64_t result);

/* A call that makes a descriptor: its number goes into the struct at `field`; or what went wrong, and it does not stay. */
int vqc_give_fd(struct vqc_gathered *g, const struct vqc_message *m, int64_t result, bool cloexec, size_t field);
/* A call that names one descriptor (-1: none). */
int vqc_with_fd(struct vqc_gathered *g, int fd);

/* gather_fastrpc.c */
int vqc_alloc_dma_buff(struct vqc_gathered *g);
int vqc_mem_map(struct vqc_gathered *g);

/* invoke.c: what goes to the DSP with memory of the caller. The result of the ioctl. */
int vqc_invoke(struct vqc_gathered *g);
int vqc_session_create(struct vqc_gathered *g);

#endif
