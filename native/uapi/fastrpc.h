/* SPDX-License-Identifier: MIT */
#ifndef QDA_UAPI_FASTRPC_H
#define QDA_UAPI_FASTRPC_H

#include "uapi/abi.h"

/*
 * FastRPC: /dev/fastrpc-<dsp>[-secure] of drivers/misc/fastrpc.c, in mainline and so stable (include/uapi/misc/fastrpc.h).
 * Numbers: type 'R'. The driver finds a call by its whole number: another direction or size is ENOTTY. SET_OPTION came
 * with the polling series of 2026.
 */

/* ALLOC_DMA_BUFF: coherent memory of the session's device as a dma-buf. */
struct qda_fastrpc_alloc_dma_buf {
    int32_t fd;     /* out: never close-on-exec */
    uint32_t flags; /* ignored */
    uint64_t size;  /* in: bytes */
};
QDA_ABI_SIZE(struct qda_fastrpc_alloc_dma_buf, 16);
QDA_ABI_AT(struct qda_fastrpc_alloc_dma_buf, fd, 0, 4);
QDA_ABI_AT(struct qda_fastrpc_alloc_dma_buf, flags, 4, 4);
QDA_ABI_AT(struct qda_fastrpc_alloc_dma_buf, size, 8, 8);

/* One element of the argument array of INVOKE. */
struct qda_fastrpc_invoke_args {
    uint64_t ptr;    /* user address of the data; for a handle argument: offset */
    uint64_t length; /* bytes */
    int32_t fd;      /* dma-buf fd; 0 or -1: copied inline */
    uint32_t attr;   /* "reserved" before 6.2 */
};
QDA_ABI_SIZE(struct qda_fastrpc_invoke_args, 24);
QDA_ABI_AT(struct qda_fastrpc_invoke_args, ptr, 0, 8);
QDA_ABI_AT(struct qda_fastrpc_invoke_args, length, 8, 8);
QDA_ABI_AT(struct qda_fastrpc_invoke_args, fd, 16, 4);
QDA_ABI_AT(struct qda_fastrpc_invoke_args, attr, 20, 4);

/* INVOKE */
struct qda_fastrpc_invoke {
    uint32_t handle; /* 1 is the kernel's own: EPERM */
    uint32_t sc;     /* scalars */
    uint64_t args;   /* user pointer to QDA_SCALARS_LENGTH(sc) elements */
};
QDA_ABI_SIZE(struct qda_fastrpc_invoke, 16);
QDA_ABI_AT(struct qda_fastrpc_invoke, handle, 0, 4);
QDA_ABI_AT(struct qda_fastrpc_invoke, sc, 4, 4);
QDA_ABI_AT(struct qda_fastrpc_invoke, args, 8, 8);

/* INIT_CREATE */
struct qda_fastrpc_init_create {
    uint32_t filelen; /* bytes of ELF, at most 2 MiB */
    int32_t filefd;   /* dma-buf fd of the ELF */
    uint32_t attrs;   /* QDA_PROC_* */
    uint32_t siglen;  /* bytes of signature */
    uint64_t file;    /* user address of the ELF: in the mapping of filefd */
};
QDA_ABI_SIZE(struct qda_fastrpc_init_create, 24);
QDA_ABI_AT(struct qda_fastrpc_init_create, filelen, 0, 4);
QDA_ABI_AT(struct qda_fastrpc_init_create, filefd, 4, 4);
QDA_ABI_AT(struct qda_fastrpc_init_create, attrs, 8, 4);
QDA_ABI_AT(struct qda_fastrpc_init_create, siglen, 12, 4);
QDA_ABI_AT(struct qda_fastrpc_init_create, file, 16, 8);

/* MMAP: the kernel allocates `size` bytes and gives them to the DSP process. */
struct qda_fastrpc_req_mmap {
    int32_t fd;        /* not read */
    uint32_t flags;    /* QDA_FASTRPC_MMAP_ADD_PAGES or _REMOTE_HEAP, else EINVAL */
    uint64_t vaddrin;  /* 0, else EINVAL */
    uint64_t size;     /* bytes */
    uint64_t vaddrout; /* out: DSP address */
};
QDA_ABI_SIZE(struct qda_fastrpc_req_mmap, 32);
QDA_ABI_AT(struct qda_fastrpc_req_mmap, fd, 0, 4);
QDA_ABI_AT(struct qda_fastrpc_req_mmap, flags, 4, 4);
QDA_ABI_AT(struct qda_fastrpc_req_mmap, vaddrin, 8, 8);
QDA_ABI_AT(struct qda_fastrpc_req_mmap, size, 16, 8);
QDA_ABI_AT(struct qda_fastrpc_req_mmap, vaddrout, 24, 8);

/* MUNMAP: both as an MMAP of this file had them, else EINVAL. */
struct qda_fastrpc_req_munmap {
    uint64_t vaddrout;
    uint64_t size;
};
QDA_ABI_SIZE(struct qda_fastrpc_req_munmap, 16);
QDA_ABI_AT(struct qda_fastrpc_req_munmap, vaddrout, 0, 8);
QDA_ABI_AT(struct qda_fastrpc_req_munmap, size, 8, 8);

/* INIT_CREATE_STATIC */
struct qda_fastrpc_init_create_static {
    uint32_t namelen; /* at most 128 */
    uint32_t memlen;
    uint64_t name;
};
QDA_ABI_SIZE(struct qda_fastrpc_init_create_static, 16);
QDA_ABI_AT(struct qda_fastrpc_init_create_static, namelen, 0, 4);
QDA_ABI_AT(struct qda_fastrpc_init_create_static, memlen, 4, 4);
QDA_ABI_AT(struct qda_fastrpc_init_create_static, name, 8, 8);

/* MEM_MAP: a dma-buf into the DSP process. */
struct qda_fastrpc_mem_map {
    int32_t version; /* not read */
    int32_t fd;
    int32_t offset;  /* forwarded to the DSP */
    uint32_t flags;  /* QDA_MAP_*, forwarded */
    uint64_t vaddrin;
    uint64_t length; /* bytes */
    uint64_t vaddrout;
    int32_t attrs;
    int32_t reserved[4];
    /* 4 bytes of padding */
};
QDA_ABI_SIZE(struct qda_fastrpc_mem_map, 64);
QDA_ABI_AT(struct qda_fastrpc_mem_map, version, 0, 4);
QDA_ABI_AT(struct qda_fastrpc_mem_map, fd, 4, 4);
QDA_ABI_AT(struct qda_fastrpc_mem_map, offset, 8, 4);
QDA_ABI_AT(struct qda_fastrpc_mem_map, flags, 12, 4);
QDA_ABI_AT(struct qda_fastrpc_mem_map, vaddrin, 16, 8);
QDA_ABI_AT(struct qda_fastrpc_mem_map, length, 24, 8);
QDA_ABI_AT(struct qda_fastrpc_mem_map, vaddrout, 32, 8);
QDA_ABI_AT(struct qda_fastrpc_mem_map, attrs, 40, 4);
QDA_ABI_AT(struct qda_fastrpc_mem_map, reserved, 44, 16);

/* MEM_UNMAP */
struct qda_fastrpc_mem_unmap {
    int32_t vesion; /* so spelt; not read */
    int32_t fd;     /* below 0: any with this address */
    uint64_t vaddr;
    uint64_t length; /* not read: the map's own is taken */
    int32_t reserved[5];
    /* 4 bytes of padding */
};
QDA_ABI_SIZE(struct qda_fastrpc_mem_unmap, 48);
QDA_ABI_AT(struct qda_fastrpc_mem_unmap, vesion, 0, 4);
QDA_ABI_AT(struct qda_fastrpc_mem_unmap, fd, 4, 4);
QDA_ABI_AT(struct qda_fastrpc_mem_unmap, vaddr, 8, 8);
QDA_ABI_AT(struct qda_fastrpc_mem_unmap, length, 16, 8);
QDA_ABI_AT(struct qda_fastrpc_mem_unmap, reserved, 24, 20);

/* SET_OPTION */
struct qda_fastrpc_set_option {
    uint32_t request_id; /* QDA_FASTRPC_POLL_MODE */
    uint32_t value;      /* 0 or 1 */
    int32_t reserved[6]; /* 0, else EINVAL */
};
QDA_ABI_SIZE(struct qda_fastrpc_set_option, 32);
QDA_ABI_AT(struct qda_fastrpc_set_option, request_id, 0, 4);
QDA_ABI_AT(struct qda_fastrpc_set_option, value, 4, 4);
QDA_ABI_AT(struct qda_fastrpc_set_option, reserved, 8, 24);

/* GET_DSP_INFO */
struct qda_fastrpc_capability {
    uint32_t domain;       /* "unused" now; older kernels refuse one that they do not know, and 0 is known to all */
    uint32_t attribute_id; /* below 256, else EOVERFLOW before anything is sent to the DSP */
    uint32_t capability;   /* out */
    uint32_t reserved[4];
};
QDA_ABI_SIZE(struct qda_fastrpc_capability, 28);
QDA_ABI_AT(struct qda_fastrpc_capability, domain, 0, 4);
QDA_ABI_AT(struct qda_fastrpc_capability, attribute_id, 4, 4);
QDA_ABI_AT(struct qda_fastrpc_capability, capability, 8, 4);
QDA_ABI_AT(struct qda_fastrpc_capability, reserved, 12, 16);

#define QDA_FASTRPC_IOCTL_ALLOC_DMA_BUFF QDA_IOWR('R', 1, struct qda_fastrpc_alloc_dma_buf)
#define QDA_FASTRPC_IOCTL_FREE_DMA_BUFF QDA_IOWR('R', 2, uint32_t) /* no driver has it: ENOTTY */
#define QDA_FASTRPC_IOCTL_INVOKE QDA_IOWR('R', 3, struct qda_fastrpc_invoke)
#define QDA_FASTRPC_IOCTL_INIT_ATTACH QDA_IO('R', 4)
#define QDA_FASTRPC_IOCTL_INIT_CREATE QDA_IOWR('R', 5, struct qda_fastrpc_init_create)
#define QDA_FASTRPC_IOCTL_MMAP QDA_IOWR('R', 6, struct qda_fastrpc_req_mmap)
#define QDA_FASTRPC_IOCTL_MUNMAP QDA_IOWR('R', 7, struct qda_fastrpc_req_munmap)
#define QDA_FASTRPC_IOCTL_INIT_ATTACH_SNS QDA_IO('R', 8)
#define QDA_FASTRPC_IOCTL_INIT_CREATE_STATIC QDA_IOWR('R', 9, struct qda_fastrpc_init_create_static)
#define QDA_FASTRPC_IOCTL_MEM_MAP QDA_IOWR('R', 10, struct qda_fastrpc_mem_map)
#define QDA_FASTRPC_IOCTL_MEM_UNMAP QDA_IOWR('R', 11, struct qda_fastrpc_mem_unmap)
#define QDA_FASTRPC_IOCTL_SET_OPTION QDA_IOWR('R', 12, struct qda_fastrpc_set_option)
#define QDA_FASTRPC_IOCTL_GET_DSP_INFO QDA_IOWR('R', 13, struct qda_fastrpc_capability)
QDA_ABI_VALUE(QDA_FASTRPC_IOCTL_ALLOC_DMA_BUFF, 0xc0105201u);
QDA_ABI_VALUE(QDA_FASTRPC_IOCTL_FREE_DMA_BUFF, 0xc0045202u);
QDA_ABI_VALUE(QDA_FASTRPC_IOCTL_INVOKE, 0xc0105203u);
QDA_ABI_VALUE(QDA_FASTRPC_IOCTL_INIT_ATTACH, 0x00005204u);
QDA_ABI_VALUE(QDA_FASTRPC_IOCTL_INIT_CREATE, 0xc0185205u);
QDA_ABI_VALUE(QDA_FASTRPC_IOCTL_MMAP, 0xc0205206u);
QDA_ABI_VALUE(QDA_FASTRPC_IOCTL_MUNMAP, 0xc0105207u);
QDA_ABI_VALUE(QDA_FASTRPC_IOCTL_INIT_ATTACH_SNS, 0x00005208u);
QDA_ABI_VALUE(QDA_FASTRPC_IOCTL_INIT_CREATE_STATIC, 0xc0105209u);
QDA_ABI_VALUE(QDA_FASTRPC_IOCTL_MEM_MAP, 0xc040520au);
QDA_ABI_VALUE(QDA_FASTRPC_IOCTL_MEM_UNMAP, 0xc030520bu);
QDA_ABI_VALUE(QDA_FASTRPC_IOCTL_SET_OPTION, 0xc020520cu);
QDA_ABI_VALUE(QDA_FASTRPC_IOCTL_GET_DSP_INFO, 0xc01c520du);

/* Flags of MMAP. */
#define QDA_FASTRPC_MMAP_ADD_PAGES 0x1000u
#define QDA_FASTRPC_MMAP_REMOTE_HEAP 8u

#define QDA_FASTRPC_POLL_MODE 1u
#define QDA_FASTRPC_ATTRIBUTES 256u          /* attribute ids end before this */
#define QDA_FASTRPC_FILELEN_MAX (2u << 20)   /* bound on the ELF, and the least process memory */
#define QDA_FASTRPC_MEMORY_ALIGN (1u << 20)  /* process memory: max(2 MiB, 4 * filelen), rounded up to this */
#define QDA_FASTRPC_SESSIONS 14u             /* a DSP */
#define QDA_FASTRPC_NAMELEN_MAX 128u         /* of INIT_CREATE_STATIC */
#define QDA_FASTRPC_MISC_MAJOR 10u           /* its nodes are misc devices */

/* Bytes of process memory that an INIT_CREATE of an ELF of `filelen` bytes takes. */
static inline uint64_t qda_fastrpc_memory(uint32_t filelen)
{
    uint64_t bytes = 4 * (uint64_t)filelen;
    if (bytes < QDA_FASTRPC_FILELEN_MAX)
        bytes = QDA_FASTRPC_FILELEN_MAX;
    return (bytes + QDA_FASTRPC_MEMORY_ALIGN - 1) / QDA_FASTRPC_MEMORY_ALIGN * QDA_FASTRPC_MEMORY_ALIGN;
}

#endif
