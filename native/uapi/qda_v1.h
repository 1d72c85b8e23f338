/* SPDX-License-Identifier: MIT */
#ifndef QDA_UAPI_QDA_V1_H
#define QDA_UAPI_QDA_V1_H

#include "uapi/abi.h"

/*
 * QDA v1: the ABI of the series posted on 2026-05-19 ("[PATCH 00/15]", message-id
 * 20260519-qda-series-v1-0-b2d984c297f8@oss.qualcomm.com), patch 08/15 and later. Not merged, so not stable.
 * Numbers: type 'd', DRM_COMMAND_BASE 0x40 + command. The kernel calls these DRM_IOCTL_QDA_* and struct drm_qda_*.
 */

/* QUERY: which DSP this node is. */
struct qda_v1_query {
    uint8_t dsp_name[16]; /* out: NUL-terminated: adsp, cdsp, ... */
};
QDA_ABI_SIZE(struct qda_v1_query, 16);
QDA_ABI_AT(struct qda_v1_query, dsp_name, 0, 16);

/* GEM_CREATE */
struct qda_v1_gem_create {
    uint64_t size;   /* in: bytes, rounded up to pages */
    uint32_t handle; /* out */
    uint32_t pad;    /* 0, else EINVAL */
};
QDA_ABI_SIZE(struct qda_v1_gem_create, 16);
QDA_ABI_AT(struct qda_v1_gem_create, size, 0, 8);
QDA_ABI_AT(struct qda_v1_gem_create, handle, 8, 4);
QDA_ABI_AT(struct qda_v1_gem_create, pad, 12, 4);

/* GEM_MMAP_OFFSET */
struct qda_v1_gem_mmap_offset {
    uint64_t offset; /* out: for mmap on the accel fd */
    uint32_t handle; /* in */
    uint32_t pad;    /* 0, else EINVAL, before the handle is looked up */
};
QDA_ABI_SIZE(struct qda_v1_gem_mmap_offset, 16);
QDA_ABI_AT(struct qda_v1_gem_mmap_offset, offset, 0, 8);
QDA_ABI_AT(struct qda_v1_gem_mmap_offset, handle, 8, 4);
QDA_ABI_AT(struct qda_v1_gem_mmap_offset, pad, 12, 4);

/* One element of the argument array of REMOTE_INVOKE. */
struct qda_v1_fastrpc_invoke_args {
    uint64_t ptr;    /* user address of the data; for a handle argument: offset */
    uint64_t length; /* bytes */
    int32_t fd;      /* dma-buf fd when > 0; 0 or -1: copied inline */
    uint32_t attr;   /* carried, never read */
};
QDA_ABI_SIZE(struct qda_v1_fastrpc_invoke_args, 24);
QDA_ABI_AT(struct qda_v1_fastrpc_invoke_args, ptr, 0, 8);
QDA_ABI_AT(struct qda_v1_fastrpc_invoke_args, length, 8, 8);
QDA_ABI_AT(struct qda_v1_fastrpc_invoke_args, fd, 16, 4);
QDA_ABI_AT(struct qda_v1_fastrpc_invoke_args, attr, 20, 4);

/* REMOTE_INVOKE */
struct qda_v1_invoke_args {
    uint32_t handle; /* remote handle */
    uint32_t sc;     /* scalars */
    uint64_t args;   /* user pointer to QDA_SCALARS_LENGTH(sc) elements */
};
QDA_ABI_SIZE(struct qda_v1_invoke_args, 16);
QDA_ABI_AT(struct qda_v1_invoke_args, handle, 0, 4);
QDA_ABI_AT(struct qda_v1_invoke_args, sc, 4, 4);
QDA_ABI_AT(struct qda_v1_invoke_args, args, 8, 8);

/* REMOTE_SESSION_CREATE */
struct qda_v1_init_create {
    uint32_t filelen; /* bytes of ELF, at most 4 MiB */
    int32_t filefd;   /* dma-buf fd of the ELF */
    uint32_t attrs;   /* QDA_PROC_* */
    uint32_t siglen;  /* bytes of signature */
    uint64_t file;    /* user pointer to the ELF if there is no fd */
};
QDA_ABI_SIZE(struct qda_v1_init_create, 24);
QDA_ABI_AT(struct qda_v1_init_create, filelen, 0, 4);
QDA_ABI_AT(struct qda_v1_init_create, filefd, 4, 4);
QDA_ABI_AT(struct qda_v1_init_create, attrs, 8, 4);
QDA_ABI_AT(struct qda_v1_init_create, siglen, 12, 4);
QDA_ABI_AT(struct qda_v1_init_create, file, 16, 8);

/* REMOTE_MAP */
struct qda_v1_mem_map {
    uint32_t request;   /* QDA_V1_MAP_REQUEST_* */
    uint32_t flags;     /* QDA_MAP_* */
    int32_t fd;         /* dma-buf fd */
    uint32_t attrs;     /* never read */
    uint32_t offset;    /* forwarded for request ATTR only */
    uint32_t pad;       /* 0, else EINVAL */
    uint64_t vaddrin;   /* hint, DSP address */
    uint64_t size;      /* never read: the whole object is described */
    uint64_t vaddrout;  /* out: DSP address */
};
QDA_ABI_SIZE(struct qda_v1_mem_map, 48);
QDA_ABI_AT(struct qda_v1_mem_map, request, 0, 4);
QDA_ABI_AT(struct qda_v1_mem_map, flags, 4, 4);
QDA_ABI_AT(struct qda_v1_mem_map, fd, 8, 4);
QDA_ABI_AT(struct qda_v1_mem_map, attrs, 12, 4);
QDA_ABI_AT(struct qda_v1_mem_map, offset, 16, 4);
QDA_ABI_AT(struct qda_v1_mem_map, pad, 20, 4);
QDA_ABI_AT(struct qda_v1_mem_map, vaddrin, 24, 8);
QDA_ABI_AT(struct qda_v1_mem_map, size, 32, 8);
QDA_ABI_AT(struct qda_v1_mem_map, vaddrout, 40, 8);

/* REMOTE_MUNMAP */
struct qda_v1_mem_unmap {
    uint32_t request;  /* QDA_V1_MUNMAP_REQUEST_* */
    int32_t fd;        /* request ATTR */
    uint64_t vaddr;    /* request ATTR */
    uint64_t vaddrout; /* request LEGACY */
    uint64_t size;     /* both */
};
QDA_ABI_SIZE(struct qda_v1_mem_unmap, 32);
QDA_ABI_AT(struct qda_v1_mem_unmap, request, 0, 4);
QDA_ABI_AT(struct qda_v1_mem_unmap, fd, 4, 4);
QDA_ABI_AT(struct qda_v1_mem_unmap, vaddr, 8, 8);
QDA_ABI_AT(struct qda_v1_mem_unmap, vaddrout, 16, 8);
QDA_ABI_AT(struct qda_v1_mem_unmap, size, 24, 8);

#define QDA_V1_IOCTL_QUERY QDA_IOR('d', 0x40, struct qda_v1_query)
#define QDA_V1_IOCTL_GEM_CREATE QDA_IOWR('d', 0x41, struct qda_v1_gem_create)
#define QDA_V1_IOCTL_GEM_MMAP_OFFSET QDA_IOWR('d', 0x42, struct qda_v1_gem_mmap_offset)
/* command 0x03 is reserved: INIT_ATTACH in the RFC, EINVAL here */
#define QDA_V1_IOCTL_REMOTE_SESSION_CREATE QDA_IOWR('d', 0x44, struct qda_v1_init_create)
#define QDA_V1_IOCTL_REMOTE_MAP QDA_IOWR('d', 0x45, struct qda_v1_mem_map)
#define QDA_V1_IOCTL_REMOTE_MUNMAP QDA_IOWR('d', 0x46, struct qda_v1_mem_unmap)
#define QDA_V1_IOCTL_REMOTE_INVOKE QDA_IOWR('d', 0x47, struct qda_v1_invoke_args)
QDA_ABI_VALUE(QDA_V1_IOCTL_QUERY, 0x80106440u);
QDA_ABI_VALUE(QDA_V1_IOCTL_GEM_CREATE, 0xc0106441u);
QDA_ABI_VALUE(QDA_V1_IOCTL_GEM_MMAP_OFFSET, 0xc0106442u);
QDA_ABI_VALUE(QDA_V1_IOCTL_REMOTE_SESSION_CREATE, 0xc0186444u);
QDA_ABI_VALUE(QDA_V1_IOCTL_REMOTE_MAP, 0xc0306445u);
QDA_ABI_VALUE(QDA_V1_IOCTL_REMOTE_MUNMAP, 0xc0206446u);
QDA_ABI_VALUE(QDA_V1_IOCTL_REMOTE_INVOKE, 0xc0106447u);

#define QDA_V1_MAP_REQUEST_LEGACY 1u
#define QDA_V1_MAP_REQUEST_ATTR 2u
#define QDA_V1_MUNMAP_REQUEST_LEGACY 1u
#define QDA_V1_MUNMAP_REQUEST_ATTR 2u

/* The driver's bound on the ELF, and the size of the process memory that a create takes. */
#define QDA_V1_FILELEN_MAX (4u << 20)

#endif
