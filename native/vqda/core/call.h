/* SPDX-License-Identifier: MIT */
#ifndef VQ_CALL_H
#define VQ_CALL_H

#include "vqda/core/board.h"

/* Result of an ioctl that is answered later. */
#define VQ_PENDING INT64_MIN

struct vq_context;

/* Who makes calls, one after the other, and waits for their answers: a connection of the server, or a test. */
struct vq_waiter {
    struct vq_context *context; /* the call that waits for the DSP; NULL: none */
    struct vq_slab *slab;       /* memory for messages; NULL: none yet */
    /* The late answer to the VQ_PENDING ioctl: its struct's bytes that go back. May begin another call. */
    void (*answer)(struct vq_waiter *waiter, int64_t result, const void *data, size_t len);
};
/* It goes away, also in the midst of a call. */
void vq_waiter_gone(struct vq_board *board, struct vq_waiter *waiter);

/* One ioctl on a file. */
struct vq_call {
    struct vq_board *board;
    struct vq_caller who;
    struct vq_file *file;
    struct vq_waiter *waiter;
    void *arg;         /* the kernel's copy of the struct, zero-extended to the size the handler knows */
    size_t arg_len;
    size_t back;       /* bytes of it that go back */
    const char *extra; /* what travels behind the struct; see vq_abi.h */
    size_t extra_len;
    const int *fds; /* descriptors that travelled; the server closes them */
    size_t fd_count;
    char *extra_out; /* room for what goes back behind the struct */
    size_t extra_out_len;
    int fd_out;      /* -1, or a descriptor that goes back */
    const char *name; /* for FAULT_DELAY */
};

typedef int64_t (*vq_call_fn)(struct vq_call *call);

/* What came with VQ_IOCTL. */
struct vq_ioctl {
    struct vq_caller who;
    struct vq_file *file;
    struct vq_waiter *waiter; /* not in a call */
    uint32_t request; /* number */
    const char *data;
    size_t data_len;
    const int *fds;
    size_t fd_count;
};

/* Carries it out; fills `out`. *name is the call's name. Result, -errno, or VQ_PENDING: the waiter gets the answer. */
int64_t vq_ioctl(const struct vq_ioctl *ioctl, struct vq_answer *out, const char **name);

/* drm.c: the DRM core's own and its dispatch to the driver's; heap.c, udmabuf.c: the exporters'. */
struct vq_command {
    uint32_t request; /* as the kernel defines it */
    const char *name;
    vq_call_fn fn;
};
const struct vq_command *vq_drm_command(const struct vq_file *file, uint32_t request);

/* gem.c */
int64_t vq_gem_query(struct vq_call *call);
int64_t vq_gem_create(struct vq_call *call);
int64_t vq_gem_mmap_offset(struct vq_call *call);
/* mmap(accel fd): a descriptor of the memory to map at 0, in *fd. 0 or -errno. */
int64_t vq_gem_mmap(struct vq_file *file, uint64_t length, uint64_t offset, int *fd);

/* session.c, remote.c: what goes to the DSP */
int64_t vq_session_attach(struct vq_call *call);
int64_t vq_session_create(struct vq_call *call);
int64_t vq_remote_map(struct vq_call *call);
int64_t vq_remote_munmap(struct vq_call *call);
int64_t vq_remote_invoke(struct vq_call *call);

#endif
