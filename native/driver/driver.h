/* SPDX-License-Identifier: MIT */
#ifndef QDA_DRIVER_H
#define QDA_DRIVER_H

#include "sys/sys.h"

/*
 * One table of functions a driver generation. No code outside driver/ knows a generation's layouts or asks which one it
 * is. Every function zeroes its ioctl struct, fills it, calls, and returns >= 0 or -errno: no policy, no retry.
 */
enum qda_generation { QDA_GEN_NONE = 0, QDA_GEN_V1 = 1, QDA_GEN_RFC = 2, QDA_GEN_FASTRPC = 4 };

/* SESSION_CREATE: the ELF by `file` (user memory) or by `buffer`. */
struct qda_session_args {
    const void *file;
    uint32_t file_len; /* bytes */
    int32_t buffer;    /* 0: none */
    uint32_t attrs;    /* process attributes */
    uint32_t sig_len;
};

/*
 * REMOTE_MAP; request 1 legacy, 2 with attributes. FastRPC: request 2 maps a dma-buf; request 1 with the flags 0x1000 (or 8)
 * makes the kernel allocate `size` bytes for the DSP process, `buffer` is not read, and other flags are -EOPNOTSUPP.
 */
struct qda_map_args {
    uint32_t request;
    uint32_t flags;
    int32_t buffer;
    uint32_t attrs;
    uint32_t offset;
    uint64_t vaddr_in;
    uint64_t size;
    uint64_t vaddr_out; /* out: DSP address */
};

/* REMOTE_MUNMAP; request 1 wants vaddr_out and size, request 2 buffer, vaddr and size. */
struct qda_unmap_args {
    uint32_t request;
    int32_t buffer;
    uint64_t vaddr;
    uint64_t vaddr_out;
    uint64_t size;
};

struct qda_driver {
    enum qda_generation generation;
    const char *name;    /* "qda-v1", "qda-rfc", "fastrpc": what results carry */
    const char *title;   /* "QDA v1 (2026-05-19)" */
    bool gem;              /* has GEM handles and PRIME; false (legacy FastRPC): every buffer is a dma-buf of a heap */
    bool handles_are_refs; /* `buffer` fields and qda_rpc_arg.ref hold GEM handles (RFC), not dma-buf fds */
    bool leaks_mappings; /* a buffer once mapped stays until reboot: plans reuse mapped buffers and say what a run leaves */
    uint64_t process_memory; /* bytes that SESSION_CREATE takes for the DSP process; 0: not known */
    bool leaks_process;      /* ... and that stay until reboot when the session ends */
    bool leaks_waits;        /* a call whose wait a signal broke keeps its message buffer until reboot */
    bool leaks_pages;        /* ... and with it all memory that the driver made for that file's DSP process by `map` */

    int (*query)(struct qda_sys *sys, int fd, char name[16]);                              /* DSP name, NUL-terminated */
    /* NULL without `gem`. */
    int (*gem_create)(struct qda_sys *sys, int fd, uint64_t size, uint32_t *handle);       /* size in bytes */
    int (*gem_mmap_offset)(struct qda_sys *sys, int fd, uint32_t handle, uint64_t *offset);
    /* A dma-buf of the driver's own memory, size in bytes; NULL with `gem`, where a GEM buffer is made and exported. */
    int (*dmabuf_alloc)(struct qda_sys *sys, int fd, uint64_t size, int *dmabuf);
    /*
     * buffer: what the generation's `fd` field wants, a dma-buf fd (v1, FastRPC) or a GEM handle (RFC). Need a DSP. What a
     * driver has no call for is -EOPNOTSUPP: on FastRPC a create without a buffer, and what qda_map_args says.
     */
    int (*session_create)(struct qda_sys *sys, int fd, const struct qda_session_args *args);
    int (*map)(struct qda_sys *sys, int fd, struct qda_map_args *args);
    int (*unmap)(struct qda_sys *sys, int fd, const struct qda_unmap_args *args);
    int (*invoke)(struct qda_sys *sys, int fd, uint32_t handle, uint32_t scalars, const void *args);
    /* A capability of the DSP by its number; NULL: this generation has no such call (handle 2 is invoked instead). */
    int (*capability)(struct qda_sys *sys, int fd, uint32_t attribute, uint32_t *value);
};

/* DRM core and dma-buf calls: the same in every generation (driver/drm.c, driver/dmabuf.c). */
struct qda_drm_version {
    int major, minor, patch;
    char name[32];
    char desc[64];
    char date[16];
};
int qda_drm_version(struct qda_sys *sys, int fd, struct qda_drm_version *out);
int qda_gem_close(struct qda_sys *sys, int fd, uint32_t handle);
int qda_prime_export(struct qda_sys *sys, int fd, uint32_t handle, uint32_t flags, int *dmabuf); /* flags O_CLOEXEC | O_RDWR */
int qda_prime_import(struct qda_sys *sys, int fd, int dmabuf, uint32_t *handle);
/* Flags of qda_dmabuf_sync: a direction, with START or END (the kernel's DMA_BUF_SYNC_*). */
#define QDA_SYNC_READ 1u
#define QDA_SYNC_WRITE 2u
#define QDA_SYNC_RW 3u
#define QDA_SYNC_START 0u
#define QDA_SYNC_END 4u
int qda_dmabuf_sync(struct qda_sys *sys, int dmabuf, uint64_t flags);
int qda_dmabuf_set_name(struct qda_sys *sys, int dmabuf, const char *name);
int qda_heap_alloc(struct qda_sys *sys, int heap, uint64_t size, int *dmabuf);
int qda_udmabuf_create(struct qda_sys *sys, int udmabuf, int memfd, uint64_t size, int *dmabuf);

/* Finding nodes (detect.c). */
struct qda_node {
    char path[64];                   /* "/dev/accel/accel0", "/dev/fastrpc-cdsp" */
    char signed_path[64];            /* node that a signed process is made on, where that is another one; else "" */
    char dsp[16];                    /* "cdsp"; "" where QUERY failed */
    const struct qda_driver *driver; /* NULL where refused */
    char proof[320];                 /* how the generation was proven, or why it was refused, as a sentence with its remedy */
    int error;                       /* 0 or -errno of the open or the query */
};

/*
 * Lists accel nodes whose DRM driver is "qda", then FastRPC's nodes (driver/fastrpc_nodes.h says more), into out[0..max).
 * `forced` (QDA_GEN_NONE: detect) is the generation that the user named; only nodes that can be of it are listed then.
 * Returns the number of entries written, or -errno if there is none and /dev/accel itself could not be listed.
 * Proof, in this order: BTF of the module (or of vmlinux, where the driver is built in); two probes without side effects,
 * which can prove the RFC only: v1 and newer ones answer them alike, so without BTF v1 must be named by the user.
 * A node that could not be opened is listed with its error; one of another driver is not.
 */
int qda_find_nodes(struct qda_sys *sys, enum qda_generation forced, struct qda_node *out, size_t max);
const struct qda_driver *qda_driver_for(enum qda_generation generation);
/* "v1", "rfc", "fastrpc" -> generation; QDA_GEN_NONE for anything else. */
enum qda_generation qda_generation_from_name(const char *name);

#endif
