/* SPDX-License-Identifier: MIT */
#ifndef VQ_BOARD_H
#define VQ_BOARD_H

#include "vqda/core/list.h"
#include "vqda/vq_abi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What a virtual board holds. Everything here is owned by one thread (the server's loop). Code outside core/ reads these
 * structs and walks them with the vq_first_ and vq_next_ functions below; only core/ changes them.
 *
 * Sizes, lengths and addresses are bytes. A DMA address is (SID << 32) + IOVA; `iova` fields are without the SID.
 */
#define VQ_PAGE 4096ull
#define VQ_NAME_LEN 48 /* a board's name, with NUL */
#define VQ_OFFSET_HASH 256 /* buckets */
#define VQ_PRIME_HASH 256  /* buckets */

struct vq_board;
struct vq_node;
struct vq_file;
struct vq_object;
struct vq_dmabuf;
struct vq_backing;

enum vq_iommu { VQ_IOMMU_TRANSLATED = 0, VQ_IOMMU_BYPASS };

/* Who makes a call: process and thread ids as the host's kernel numbers them. */
struct vq_caller {
    int pid;
    int tid;
    uint32_t uid;
};

/*
 * One entry of a scatter-gather table, as in the kernel: entry i carries the i-th physical piece and, once mapped, the
 * i-th DMA segment. Segments may be fewer than pieces: the first entry with dma_len == 0 ends them.
 */
struct vq_sg {
    uint64_t phys;
    uint64_t len;
    uint64_t dma; /* what the DMA layer gives: IOVA (bypass: the physical address), without SID */
    uint64_t dma_len;
};

/* A free-range allocator over page numbers; see iova.h. */
struct vq_range {
    uint64_t first; /* page */
    uint64_t end;   /* page after the last */
};
struct vq_ranges {
    struct vq_range *free; /* ascending, never touching one another */
    size_t count;
    size_t capacity;
    size_t taken; /* ranges given out */
    uint64_t free_pages;
};

/* Something to do later; see timer.h. */
struct vq_timer {
    struct vq_list link;
    uint64_t due; /* CLOCK_MONOTONIC, ns; 0: not running */
    void (*fn)(struct vq_board *board, struct vq_timer *timer);
};

/* A context bank: one SID with an IOVA space of its own. */
struct vq_bank {
    struct vq_node *node;
    char name[64]; /* device name: "qda-cb-cdsp-3"; FastRPC: "6800000.remoteproc:glink-edge:fastrpc:compute-cb@3" */
    uint32_t sid;
    int owner;          /* thread that opened the file(s); 0: free */
    unsigned refs;      /* open files that share it */
    struct vq_ranges iova;
    uint64_t iova_used; /* bytes */
};

/* FastRPC: one of a DSP's sessions; several may be of one bank. */
struct vq_slot {
    struct vq_bank *bank;
    bool used;
};
#define VQ_SLOTS 14 /* at most, a DSP */
#define VQ_ATTRIBUTES 256

/* One /dev/accel/accelN; FastRPC: the one or two nodes of a DSP. A node that was unplugged stays known (its open files and objects need it) but lists nowhere. */
struct vq_node {
    struct vq_list link;
    struct vq_board *board;
    unsigned minor;
    char path[32]; /* "/dev/accel/accel0", "/dev/fastrpc-cdsp" */
    char secure_path[32]; /* FastRPC: of the secure node where the DSP has both; else "" */
    char dsp[16];  /* "cdsp" */
    char parent[64]; /* name of the parent device */
    bool plugged;
    struct vq_bank *banks;
    size_t bank_count;
    struct vq_ranges offsets; /* fake mmap offsets, pages */
    struct vq_list by_offset[VQ_OFFSET_HASH];
    int32_t sessions; /* ids given to files so far */
    struct vq_slot slots[VQ_SLOTS]; /* FastRPC */
    size_t slot_count;
    uint32_t attributes[VQ_ATTRIBUTES]; /* FastRPC: what the DSP told of itself, once asked */
    bool attributes_known;
};

enum vq_file_kind { VQ_FILE_ACCEL = 1, VQ_FILE_HEAP, VQ_FILE_UDMABUF };

/* An open file of a node: all its descriptors, duplicated or inherited, are one file. */
struct vq_file {
    struct vq_list link;
    struct vq_board *board;
    enum vq_file_kind kind;
    char path[32];
    struct vq_caller opener;  /* the bank is keyed by opener.tid */
    char cookie[8];           /* zero-padded; see vq_abi.h */
    struct vq_list by_cookie;
    struct vq_node *node;     /* ACCEL */
    struct vq_bank *bank;     /* ACCEL: NULL until something needed one */
    struct vq_object **handles; /* index = handle; [0] unused */
    uint32_t handle_count;    /* slots, not handles in use */
    uint32_t handles_used;
    uint32_t lowest_free;
    struct vq_list prime;     /* struct vq_prime_entry: dma-buf <-> handle */
    struct vq_list prime_by_dmabuf[VQ_PRIME_HASH];
    struct vq_list prime_by_handle[VQ_PRIME_HASH];
    bool closing;    /* its last descriptor is closed, and a call that waits still holds it */
    int32_t session; /* ACCEL: what the DSP knows the file by; from 1 */
    struct vq_legacy *legacy; /* FastRPC (legacy.h); else NULL */
    struct vq_object *init_memory; /* the DSP process' memory, of the last SESSION_CREATE that went through */
};

/* Real memory: a memfd. Its inode is the dma-buf's inode. */
struct vq_backing {
    struct vq_list by_ino;   /* hash chain */
    struct vq_list by_watch; /* hash chain */
    struct vq_board *board;
    int fd;
    int watch; /* inotify */
    uint64_t dev, ino;
    uint64_t size;
    struct vq_object *object; /* GEM object that it backs, or NULL */
    struct vq_dmabuf *dmabuf; /* living dma-buf on it, or NULL */
    bool user_dmabuf;  /* a description handed out as dma-buf fd may be alive */
    bool user_mapping; /* a description handed out for mmap of the accel node may be alive */
    struct vq_timer recheck; /* another look at its locks */
    unsigned rechecks;
};

/* One attachment of a dma-buf to a bank's device. */
struct vq_attachment {
    struct vq_list link; /* in dmabuf->attachments, oldest first */
    struct vq_dmabuf *dmabuf;
    struct vq_bank *bank;
    struct vq_sg *sg; /* mapped */
    size_t nents;
};

struct vq_dmabuf {
    struct vq_list link;
    struct vq_board *board;
    struct vq_backing *backing;
    uint64_t size;
    char exp_name[32]; /* "drm", "system", "reserved", "udmabuf" */
    char name[32];     /* DMA_BUF_SET_NAME; "": none */
    uint32_t flags;    /* open flags of the export: O_RDWR or O_RDONLY */
    unsigned refs;     /* references that the kernel side holds: exporter's and importers' objects, prime caches */
    struct vq_object *object; /* exported GEM object (referenced), or NULL */
    struct vq_sg *sg;         /* the exporter's physical pieces; NULL: it cannot be attached to */
    size_t nents;
    struct vq_list attachments;
};

struct vq_object {
    struct vq_list link;
    struct vq_node *node;
    struct vq_bank *bank;
    struct vq_caller creator;
    uint64_t size;
    uint64_t iova; /* without SID */
    uint64_t dma;  /* iova + (SID << 32): what goes to the DSP */
    unsigned refs;
    unsigned handles;                 /* over all files */
    struct vq_dmabuf *dmabuf;         /* export cache; referenced while a handle is open */
    struct vq_attachment *attachment; /* import: its attachment; NULL: own memory */
    struct vq_backing *backing;       /* own memory: made when first mapped or exported */
    struct vq_sg *sg;                 /* own memory: its physical pieces, once somebody needs them */
    size_t nents;
    uint64_t offset;                  /* fake mmap offset, 0: none yet */
    struct vq_list by_offset;
    bool pinned;                      /* a quirk keeps it */
    bool message;                     /* a message buffer: its bytes lie in a connection's slab */
    unsigned leaks;                   /* references of calls that an interrupted wait left behind */
    bool mapped;                      /* holds a reference for its mappings: the node's, and with that quirk its dma-buf's */
};

/* A process that has (or had, until its connections ended) a connection to the board. */
struct vq_process {
    struct vq_list link;
    int pid;
    uint32_t uid;
    unsigned connections;
    int pidfd; /* the process itself, whatever becomes of its number; -1: none could be had */
};

/* What the core tells about DMA; any may be NULL. Called after the event, with the caller that made it happen. */
struct vq_hooks {
    void (*dma_alloc)(struct vq_board *board, const struct vq_caller *who, const struct vq_bank *bank, uint64_t iova,
                      uint64_t size);
    void (*dma_free)(struct vq_board *board, const struct vq_caller *who, const struct vq_bank *bank, uint64_t iova,
                     uint64_t size);
    void (*map_sg)(struct vq_board *board, const struct vq_caller *who, const struct vq_bank *bank,
                   const struct vq_sg *segs, size_t n);
    void (*unmap_sg)(struct vq_board *board, const struct vq_caller *who, const struct vq_bank *bank,
                     const struct vq_sg *segs, size_t n);
};

/*
 * How procfs/ is wired (by main.c; core/ knows it only through vq_hooks). Declared in procfs/trace.h and procfs/files.h:
 *   void vq_trace_dma_alloc, vq_trace_dma_free, vq_trace_map_sg, vq_trace_unmap_sg     as in vq_hooks
 *   int vq_files_init(struct vq_board *)    once, after the board is made; 0 or -errno
 *   void vq_files_free(struct vq_board *)
 *   int64_t vq_files_request(struct vq_board *, const struct vq_caller *, const struct vq_request *, const char *data,
 *                            struct vq_answer *)    result of the reply
 *   void vq_files_client_gone(struct vq_board *, const struct vq_caller *)    a process' last connection ended
 */

/*
 * The answer to one request, filled by its handler. `data` has room for VQ_MAX_DATA bytes. `fd` is -1 or a descriptor
 * that goes with the reply; the server closes its copy afterwards.
 */
struct vq_answer {
    char *data;
    size_t data_len;
    int fd;
};

struct vq_faults;
struct vq_phys;
struct vq_loop;

#define VQ_HASH 1024 /* buckets */
#define VQ_QUIRKS 16 /* at most */

struct vq_board {
    char name[VQ_NAME_LEN];
    unsigned generation; /* QDA_ERRNO_V1, _RFC or _FASTRPC */
    enum vq_iommu iommu;
    bool quirks[VQ_QUIRKS]; /* index: enum vq_quirk */
    const struct vq_hooks *hooks;
    void *files_state;    /* belongs to procfs/ */
    struct vq_loop *loop; /* NULL in unit tests of the core */
    struct vq_faults *faults;
    struct vq_phys *phys;

    struct vq_list nodes;
    struct vq_list files;
    struct vq_list objects;
    struct vq_list dmabufs;
    struct vq_list processes;
    struct vq_list releases; /* answers to INIT_RELEASE that FAULT_DELAY holds back */
    struct vq_list calls;    /* struct vq_context: calls that the DSP has not answered */
    struct vq_list leaked;   /* struct vq_context: what interrupted calls left behind */
    struct vq_list timers;
    uint64_t object_count;
    uint64_t dmabuf_count;
    uint64_t bytes; /* memory held: own memory of objects, exporters' memory */
    uint64_t copied; /* bytes of inline arguments that messages copied, in and out */
    uint64_t slabs;  /* made so far */
    unsigned next_minor;
    uint64_t changes; /* grows with every change of files, dma-bufs, their names and memory; unlike any other board's */

    int inotify; /* -1: none */
    struct vq_list by_cookie[VQ_HASH];
    struct vq_list by_ino[VQ_HASH];
    struct vq_list by_watch[VQ_HASH];
};

/* Walking, oldest first: first, then next of the last one, until NULL. Nothing may be changed meanwhile. */
struct vq_node *vq_first_node(const struct vq_board *board); /* unplugged ones too: look at `plugged` */
struct vq_node *vq_next_node(const struct vq_board *board, const struct vq_node *node);
struct vq_file *vq_first_file(const struct vq_board *board);
struct vq_file *vq_next_file(const struct vq_board *board, const struct vq_file *file);
struct vq_object *vq_first_object(const struct vq_board *board);
struct vq_object *vq_next_object(const struct vq_board *board, const struct vq_object *object);
struct vq_dmabuf *vq_first_dmabuf(const struct vq_board *board);
struct vq_dmabuf *vq_next_dmabuf(const struct vq_board *board, const struct vq_dmabuf *dmabuf);
struct vq_attachment *vq_first_attachment(const struct vq_dmabuf *dmabuf);
struct vq_attachment *vq_next_attachment(const struct vq_dmabuf *dmabuf, const struct vq_attachment *attachment);
struct vq_process *vq_first_process(const struct vq_board *board);
struct vq_process *vq_next_process(const struct vq_board *board, const struct vq_process *process);

/* The living dma-buf with this inode (st_dev, st_ino of its descriptors), or NULL. */
struct vq_dmabuf *vq_dmabuf_by_ino(const struct vq_board *board, uint64_t dev, uint64_t ino);

/* File references that the kernel side holds on it; descriptors and mappings of processes come on top. */
unsigned vq_dmabuf_kernel_refs(const struct vq_dmabuf *dmabuf);

/*
 * The event loop, for those who own descriptors besides the server's connections (trace pipes). `events` are EPOLL*.
 * The callback may watch and unwatch, its own descriptor included.
 */
typedef void (*vq_fd_fn)(struct vq_board *board, void *arg, uint32_t events);
struct vq_watch;
struct vq_watch *vq_watch_fd(struct vq_board *board, int fd, uint32_t events, vq_fd_fn fn, void *arg); /* NULL: no memory */
void vq_watch_events(struct vq_board *board, struct vq_watch *watch, uint32_t events); /* changes what is waited for */
void vq_unwatch_fd(struct vq_board *board, struct vq_watch *watch); /* does not close the descriptor */

/* Names of memfds: "vqda:<board>:<exporter>"; in /proc/PID/fd they read "/memfd:vqda:<board>:<exporter> (deleted)". */
#define VQ_MEMFD_PREFIX "vqda:"
/*
 * Every description handed out as a dma-buf fd carries this flag (fcntl F_GETFL, `flags:` in fdinfo), no other does. It
 * tells a udmabuf's fd from its memfd, which has the same inode here. Texts made for users leave it out.
 */
#define VQ_DMABUF_MARK O_NOATIME

#endif
