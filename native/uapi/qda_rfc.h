/* SPDX-License-Identifier: MIT */
#ifndef QDA_UAPI_QDA_RFC_H
#define QDA_UAPI_QDA_RFC_H

#include "uapi/abi.h"

/*
 * QDA RFC: the ABI of the series posted on 2026-02-24 (18 patches, message-id
 * 20260224-qda-firstpost-v1-0-fe46a9c1a046@oss.qualcomm.com). Same ioctl numbers and sizes as v1 but for INIT_ATTACH,
 * other layouts of GEM_CREATE and GEM_MMAP_OFFSET, and buffers are named by GEM handle. Nothing checks pad or reserved.
 * The kernel calls these struct drm_qda_query, drm_qda_gem_*, and (no drm_ prefix) fastrpc_invoke_args, qda_invoke_args,
 * qda_init_create, qda_mem_map, qda_mem_unmap.
 */

/* QUERY: which DSP this node is. */
struct qda_rfc_query {
    uint8_t dsp_name[16]; /* out: NUL-terminated */
};
QDA_ABI_SIZE(struct qda_rfc_query, 16);
QDA_ABI_AT(struct qda_rfc_query, dsp_name, 0, 16);

/* GEM_CREATE: handle first, the other way round than v1. */
struct qda_rfc_gem_create {
    uint32_t handle; /* out */
    uint32_t pad;    /* not checked */
    uint64_t size;   /* in: bytes */
};
QDA_ABI_SIZE(struct qda_rfc_gem_create, 16);
QDA_ABI_AT(struct qda_rfc_gem_create, handle, 0, 4);
QDA_ABI_AT(struct qda_rfc_gem_create, pad, 4, 4);
QDA_ABI_AT(struct qda_rfc_gem_create, size, 8, 8);

/* GEM_MMAP_OFFSET */
struct qda_rfc_gem_mmap_offset {
    uint32_t handle; /* in */
    uint32_t pad;    /* not checked */
    uint64_t offset; /* out */
};
QDA_ABI_SIZE(struct qda_rfc_gem_mmap_offset, 16);
QDA_ABI_AT(struct qda_rfc_gem_mmap_offset, handle, 0, 4);
QDA_ABI_AT(struct qda_rfc_gem_mmap_offset, pad, 4, 4);
QDA_ABI_AT(struct qda_rfc_gem_mmap_offset, offset, 8, 8);

/* One element of the argument array of INVOKE. */
struct qda_rfc_fastrpc_invoke_args {
    uint64_t ptr;    /* user address of the data */
    uint64_t length; /* bytes */
    int32_t fd;      /* GEM handle when > 0; 0 or -1: copied inline */
    uint32_t attr;
};
QDA_ABI_SIZE(struct qda_rfc_fastrpc_invoke_args, 24);
QDA_ABI_AT(struct qda_rfc_fastrpc_invoke_args, ptr, 0, 8);
QDA_ABI_AT(struct qda_rfc_fastrpc_invoke_args, length, 8, 8);
QDA_ABI_AT(struct qda_rfc_fastrpc_invoke_args, fd, 16, 4);
QDA_ABI_AT(struct qda_rfc_fastrpc_invoke_args, attr, 20, 4);

/* INVOKE */
struct qda_rfc_invoke_args {
    uint32_t handle; /* remote handle */
    uint32_t sc;     /* scalars */
    uint64_t args;   /* user pointer to QDA_SCALARS_LENGTH(sc) elements */
};
QDA_ABI_SIZE(struct qda_rfc_invoke_args, 16);
QDA_ABI_AT(struct qda_rfc_invoke_args, handle, 0, 4);
QDA_ABI_AT(struct qda_rfc_invoke_args, sc, 4, 4);
QDA_ABI_AT(struct qda_rfc_invoke_args, args, 8, 8);

/* INIT_CREATE */
struct qda_rfc_init_create {
    uint32_t filelen; /* bytes of ELF */
    int32_t filefd;   /* GEM handle of the ELF */
    uint32_t attrs;   /* QDA_PROC_* */
    uint32_t siglen;  /* bytes of signature */
    uint64_t file;    /* user pointer to the ELF if there is no handle */
};
QDA_ABI_SIZE(struct qda_rfc_init_create, 24);
QDA_ABI_AT(struct qda_rfc_init_create, filelen, 0, 4);
QDA_ABI_AT(struct qda_rfc_init_create, filefd, 4, 4);
QDA_ABI_AT(struct qda_rfc_init_create, attrs, 8, 4);
QDA_ABI_AT(struct qda_rfc_init_create, siglen, 12, 4);
QDA_ABI_AT(struct qda_rfc_init_create, file, 16, 8);

/* MAP */
struct qda_rfc_mem_map {
    uint32_t request;  /* 1 or 2, as in v1 */
    uint32_t flags;    /* QDA_MAP_* */
    int32_t fd;        /* GEM handle */
    uint32_t attrs;
    uint32_t offset;
    uint32_t reserved; /* not checked */
    uint64_t vaddrin;  /* hint, DSP address */
    uint64_t size;
    uint64_t vaddrout; /* out: DSP address */
};
QDA_ABI_SIZE(struct qda_rfc_mem_map, 48);
QDA_ABI_AT(struct qda_rfc_mem_map, request, 0, 4);
QDA_ABI_AT(struct qda_rfc_mem_map, flags, 4, 4);
QDA_ABI_AT(struct qda_rfc_mem_map, fd, 8, 4);
QDA_ABI_AT(struct qda_rfc_mem_map, attrs, 12, 4);
QDA_ABI_AT(struct qda_rfc_mem_map, offset, 16, 4);
QDA_ABI_AT(struct qda_rfc_mem_map, reserved, 20, 4);
QDA_ABI_AT(struct qda_rfc_mem_map, vaddrin, 24, 8);
QDA_ABI_AT(struct qda_rfc_mem_map, size, 32, 8);
QDA_ABI_AT(struct qda_rfc_mem_map, vaddrout, 40, 8);

/* MUNMAP */
struct qda_rfc_mem_unmap {
    uint32_t request;  /* 1 or 2, as in v1 */
    int32_t fd;        /* request 2 */
    uint64_t vaddr;    /* request 2 */
    uint64_t vaddrout; /* request 1 */
    uint64_t size;     /* both */
};
QDA_ABI_SIZE(struct qda_rfc_mem_unmap, 32);
QDA_ABI_AT(struct qda_rfc_mem_unmap, request, 0, 4);
QDA_ABI_AT(struct qda_rfc_mem_unmap, fd, 4, 4);
QDA_ABI_AT(struct qda_rfc_mem_unmap, vaddr, 8, 8);
QDA_ABI_AT(struct qda_rfc_mem_unmap, vaddrout, 16, 8);
QDA_ABI_AT(struct qda_rfc_mem_unmap, size, 24, 8);

#define QDA_RFC_IOCTL_QUERY QDA_IOR('d', 0x40, struct qda_rfc_query)
#define QDA_RFC_IOCTL_GEM_CREATE QDA_IOWR('d', 0x41, struct qda_rfc_gem_create)
#define QDA_RFC_IOCTL_GEM_MMAP_OFFSET QDA_IOWR('d', 0x42, struct qda_rfc_gem_mmap_offset)
#define QDA_RFC_IOCTL_INIT_ATTACH QDA_IO('d', 0x43) /* to the root PD */
#define QDA_RFC_IOCTL_INIT_CREATE QDA_IOWR('d', 0x44, struct qda_rfc_init_create)
#define QDA_RFC_IOCTL_MAP QDA_IOWR('d', 0x45, struct qda_rfc_mem_map)
#define QDA_RFC_IOCTL_MUNMAP QDA_IOWR('d', 0x46, struct qda_rfc_mem_unmap)
#define QDA_RFC_IOCTL_INVOKE QDA_IOWR('d', 0x47, struct qda_rfc_invoke_args)
QDA_ABI_VALUE(QDA_RFC_IOCTL_QUERY, 0x80106440u);
QDA_ABI_VALUE(QDA_RFC_IOCTL_GEM_CREATE, 0xc0106441u);
QDA_ABI_VALUE(QDA_RFC_IOCTL_GEM_MMAP_OFFSET, 0xc0106442u);
QDA_ABI_VALUE(QDA_RFC_IOCTL_INIT_ATTACH, 0x00006443u);
QDA_ABI_VALUE(QDA_RFC_IOCTL_INIT_CREATE, 0xc0186444u);
QDA_ABI_VALUE(QDA_RFC_IOCTL_MAP, 0xc0306445u);
QDA_ABI_VALUE(QDA_RFC_IOCTL_MUNMAP, 0xc0206446u);
QDA_ABI_VALUE(QDA_RFC_IOCTL_INVOKE, 0xc0106447u);

#endif
