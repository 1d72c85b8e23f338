/* SPDX-License-Identifier: MIT */
#ifndef VQ_ABI_H
#define VQ_ABI_H

#include "rpcmsg/message.h"

#include <stdatomic.h>
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
#define VQ_ABI_VERSION 2
#define VQ_MAX_DATA 32768 /* bytes of data in one request or reply; larger texts travel as a memfd */

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
    VQ_INODES,   /* arg0 = epoch that the client has (0: none), arg1 = VQ_INODES_*; result: epoch; reply fd, unless the client has
                    that epoch: memfd with struct vq_inode[]: what the inodes of this board's descriptors are */
    VQ_DMABUF,   /* a dma-buf's own ioctl: arg0 = request number, arg1 = inode, data: struct */
    VQ_SLAB,     /* arg0 = bytes; result: size; reply fd: memory of this call connection for messages to the DSP */
    VQ_BELL,     /* reply fd: struct vq_bell of this call connection */
};

/*
 * VQ_IOCTL: what travels. Request data is the ioctl's struct, _IOC_SIZE(arg0) bytes, as user space filled it (zero bytes
 * if arg0 has no _IOC_WRITE); reply data is the struct to copy back (none if arg0 has no _IOC_READ), also on failure.
 * A pointer or descriptor in the struct means nothing to the server, so in addition:
 *   DRM VERSION          reply: after the struct the whole name, date and desc (lengths in the struct), without NULs; the
 *                        client copies as much as fits where the pointers point to
 *   PRIME_FD_TO_HANDLE, QDA MAP, QDA SESSION_CREATE, UDMABUF_CREATE
 *                        request fd: the descriptor that the struct names, if it is > 0 (UDMABUF_CREATE: >= 0) and open
 *                        (F_GETFD succeeds); otherwise none. The client needs no knowledge of the generation: a GEM
 *                        handle that happens to be an open descriptor may be sent too
 *   PRIME_HANDLE_TO_FD, DMA_HEAP_IOCTL_ALLOC
 *                        reply fd, close-on-exec as the flags ask; the client writes its number into the struct (offset 8)
 *   UDMABUF_CREATE       reply fd: its number is the ioctl's result
 *   UDMABUF_CREATE_LIST  the same; request: after the struct the list (count * 24 bytes; at most VQ_MAX_LIST entries), `memfd`
 *                        replaced by the index of a request fd (each different memfd travels once, at most VQ_MAX_FDS),
 *                        ~0 where the caller has no such descriptor
 *   FastRPC ALLOC_DMA_BUFF  reply fd, never close-on-exec (offset 0); MEM_MAP: request fd (offset 4), as for MAP; INVOKE and
 *                        INIT_CREATE: as QDA's
 *   QDA SESSION_CREATE   after the struct one struct vq_arg_state for `file` and `filefd`. An ELF that no descriptor names is
 *                        copied into the slab at VQ_FILE_AT
 *   QDA INVOKE           after the struct, if the argument array could be read: its REMOTE_SCALARS_LENGTH(sc) elements (24
 *                        bytes each), then one struct vq_arg_state an element; request fds: each different one of the
 *                        elements once, at most VQ_MAX_FDS. Inline in buffers are copied into the slab where the message
 *                        has them (vq_place), inline out buffers zeroed there, and copied back from there when the result
 *                        is 0
 *
 * The slab is the connection's until it hangs up; VQ_SLAB makes it at least as large as asked, and then it may be another
 * one. A client whose wait was interrupted hangs up: the DSP still owns that message's memory.
 */
#define VQ_MAX_FDS 200
#define VQ_MAX_LIST 1024
#define VQ_SLAB_MAX (256ull << 20) /* bytes of one message */
enum vq_arg {
    VQ_ARG_MEMORY = 1, /* an inline in buffer was readable and has been copied */
    VQ_ARG_FD = 2,     /* the `fd` is > 0 and open; a duplicate travels */
};
struct vq_arg_state {
    uint64_t offset; /* with a buffer: of the page of ptr from the start of the mapping that holds it; 0: none holds it */
    uint16_t fd;     /* VQ_ARG_FD: index of the request fd */
    uint16_t bits;   /* VQ_ARG_* */
    uint32_t pad;
};

/* Where the next inline argument of `len` bytes, not 0, lies in a message; *at: end of what is there already. */
static inline uint64_t vq_place(uint64_t *at, uint64_t len)
{
    uint64_t place = qda_rpc_align(*at);
    *at = place + len;
    return place;
}
#define VQ_COMM_LEN 16u /* of a thread's name, with NUL */
/* Argument 2 of 4, after the 24 bytes of the create struct and the name. */
#define VQ_FILE_AT 896u

/*
 * VQ_DMABUF: arg0 = request number, arg1 = inode. DMA_BUF_IOCTL_SYNC: its struct. DMA_BUF_SET_NAME_A/_B: the string itself,
 * at most 32 bytes. VQ_DMABUF_MMAP (no ioctl), asked when nothing but the exporter can refuse the mapping any
 * more: struct vq_dmabuf_mmap; result: the offset to map at, from when on the buffer was mapped, or -errno.
 */
#define VQ_DMABUF_MMAP 0
struct vq_dmabuf_mmap {
    uint64_t length;
    uint64_t offset;
    uint32_t shared; /* MAP_SHARED */
    uint32_t pad;
};

/*
 * Descriptors and mappings are counted by a thread of the server, which takes some tens of ms on a large board, so:
 * VQ_INODES_COUNTED and the VQ_READ of a text that shows counts are answered -EAGAIN until a count is there that is at most
 * a second old and has seen every dma-buf of the table; the client asks again after a moment.
 */
#define VQ_INODES_COUNT_SOON 1ull /* begin to count now: a reader is about to ask */
#define VQ_INODES_COUNTED 2ull    /* the rows' `count` must hold; otherwise it may be 0: not counted */

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

/*
 * A shorter way than the socket's for a request and its reply while both ends are awake: memory that a call connection
 * shares with the server. Each end looks at it for a moment before it sleeps; else, and for whatever carries a descriptor
 * or does not fit, everything travels over the socket. Each word is changed by compare-and-swap, so one way is taken.
 */
enum vq_bell_request {
    VQ_BELL_UNWATCHED = 0, /* ask over the socket */
    VQ_BELL_WATCHED,       /* the server looks at this word */
    VQ_BELL_ASKED,         /* by the client: head and data are a request */
};
enum vq_bell_reply {
    VQ_BELL_NOBODY = 0, /* answer over the socket */
    VQ_BELL_AWAITED,    /* the client looks at this word */
    VQ_BELL_ANSWERED,   /* by the server: reply and reply_data are the answer */
};
struct vq_bell {
    _Atomic uint32_t request; /* enum vq_bell_request */
    _Atomic uint32_t answer;  /* enum vq_bell_reply */
    struct vq_request head;
    struct vq_reply reply;
    char reply_data[512];
    char data[6144];
};

#endif
