/* SPDX-License-Identifier: MIT */
#ifndef VQ_CALL_H
#define VQ_CALL_H

#include "vqda/core/board.h"

/* One ioctl on a file. */
struct vq_call {
    struct vq_board *board;
    struct vq_caller who;
    struct vq_file *file;
    void *arg;         /* the kernel's copy of the struct, zero-extended to the size the handler knows */
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
    uint32_t request; /* number */
    const char *data;
    size_t data_len;
    const int *fds;
    size_t fd_count;
};

/* Carries it out; fills `out`. *name is the call's name. Result or -errno. */
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

/* remote.c: what goes to the DSP */
int64_t vq_remote_attach(struct vq_call *call);
int64_t vq_remote_session_create(struct vq_call *call);
int64_t vq_remote_map(struct vq_call *call);
int64_t vq_remote_munmap(struct vq_call *call);
int64_t vq_remote_invoke(struct vq_call *call);

#endif
