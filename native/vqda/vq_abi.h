/* SPDX-License-Identifier: MIT */
#ifndef VQ_ABI_H
#define VQ_ABI_H

#include <stdint.h>

/*
 * Between the client backend (vqda/client, in the agent, workloads and tests) and the virtual QDA: SOCK_SEQPACKET on the
 * abstract name "qda-lab/<uid>/<board>/vqda". Both ends come from one build and one machine, so plain C structs travel;
 * VQ_ABI_VERSION is checked in the hello all the same.
 *
 * Two kinds of connection:
 *   file  its descriptor IS the open file that the user of the seam holds (accel node, dma-heap, udmabuf, trace pipe is
 *         not one). It is bound to an abstract autobind name before it connects; that name ("cookie", 5 bytes) names the
 *         file in calls, so whoever holds the descriptor (a forked child, a receiver of SCM_RIGHTS) can call on it.
 *         After the hello nothing travels on it: its hang-up is the last close of the file.
 *   call  one a thread, made on first use, never shared over a fork. One request, one reply; the server may reply late
 *         (blocking calls), and many call connections may have calls pending on the same file.
 *
 * The caller's process and thread are taken from SCM_CREDENTIALS / SO_PEERCRED (pid) and the message (tid, checked to be a
 * thread of that pid).
 */
#define VQ_ABI_VERSION 1
#define VQ_MAX_DATA 16384 /* bytes of data in one request or reply; larger texts travel as a memfd */

enum vq_op {
    VQ_HELLO_FILE = 1, /* data: path; reply: result 0 or -errno */
    VQ_HELLO_CALL,
    VQ_IOCTL,    /* arg0 = request number; data: the ioctl's own struct (plus what its pointers point to); fd: where one is an argument */
    VQ_MMAP,     /* arg0 = length, arg1 = offset; reply fd: shared memory to map at offset 0 */
    VQ_READ,     /* data: path; reply fd: a memfd with the text as of now */
    VQ_STAT,     /* data: path; reply data: struct vq_stat */
    VQ_LIST,     /* data: path; reply data: names, each NUL-terminated (or fd when larger) */
    VQ_READLINK, /* data: path; reply data: target */
    VQ_WRITE,    /* data: path NUL text: tracefs control files */
    VQ_MKDIR,    /* tracefs instances */
    VQ_RMDIR,
    VQ_OPEN_PIPE, /* data: path of a trace_pipe; reply fd: its read end */
    VQ_INODES,   /* reply fd: memfd with struct vq_inode[]: what the inodes of this board's descriptors are */
    VQ_DMABUF,   /* a dma-buf's own ioctl: arg0 = request number, arg1 = inode, data: struct */
};

struct vq_request {
    uint32_t op;
    uint32_t version;
    uint32_t tid;
    uint32_t data_len;
    char cookie[8]; /* file that the call is on; autobind name without the leading NUL, zero-padded */
    uint64_t arg0;
    uint64_t arg1;
    /* data_len bytes follow */
};

struct vq_reply {
    int64_t result; /* >= 0 or -errno */
    uint32_t data_len;
    uint32_t has_fd;
};

struct vq_stat {
    uint64_t size;
    uint32_t mode;
    uint32_t rdev_major;
    uint32_t rdev_minor;
    uint32_t uid;
};

enum vq_inode_kind { VQ_INODE_FILE = 1, VQ_INODE_DMABUF = 2 };

/* One row of VQ_INODES. `dev` and `ino` are those that fstat gives for the real descriptor. */
struct vq_inode {
    uint64_t dev;
    uint64_t ino;
    uint64_t size;
    uint64_t count;    /* file references, kernel's included; descriptors and mappings counted in /proc when the table was made */
    uint32_t kind;
    char path[44];     /* FILE: node path. DMABUF: exporter name */
    char name[32];     /* DMABUF: name set by DMA_BUF_SET_NAME, or "" */
};

#endif
