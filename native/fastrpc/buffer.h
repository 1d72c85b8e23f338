/* SPDX-License-Identifier: MIT */
#ifndef QDA_FASTRPC_BUFFER_H
#define QDA_FASTRPC_BUFFER_H

#include "driver/driver.h"

/* A buffer of the session's own: the shell's, and memory that the DSP process asks for. */
struct rpc_buffer {
    int dmabuf;      /* -1: none */
    uint32_t handle; /* 0: none */
    int32_t ref;     /* what the driver's `fd` fields want */
    uint64_t size;   /* bytes, whole pages */
    uint64_t ino;    /* of the dma-buf */
};
#define RPC_BUFFER_NONE ((struct rpc_buffer){.dmabuf = -1})

/* `size` rounded up; not for sizes in the last page of 64 bits. */
uint64_t rpc_whole_pages(uint64_t size);
/* Memory of the driver's own making: a GEM buffer, or legacy FastRPC's coherent one. 0 or -errno. */
int rpc_buffer_make(struct qda_sys *sys, const struct qda_driver *driver, int fd, uint64_t size, struct rpc_buffer *out);
/* One that the CPU will map: of the system heap where there is one, because drivers keep a GEM buffer that was once mapped. */
int rpc_buffer_make_mapped(struct qda_sys *sys, const struct qda_driver *driver, int fd, uint64_t size,
                           struct rpc_buffer *out);
void rpc_buffer_free(struct qda_sys *sys, int fd, struct rpc_buffer *buffer);

#endif
