/* SPDX-License-Identifier: MIT */
#ifndef VQ_CLIENT_IMPL_H
#define VQ_CLIENT_IMPL_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "vqda/client/client.h"
#include "rpcmsg/scalars.h"
#include "vqda/vq_abi.h"

/* Shared by the files of the client backend; nobody else includes this. */

#define VQC_BOARD_LEN 48 /* a board's name, with NUL */
#define VQC_OVERLAYS 64  /* rewritten texts and control files open at once */
#define VQC_TABLE_MAX_AGE_NS 1000000000ull
#define VQC_DMABUF_DEV 0xfffffull /* device of the dma-bufs' file system, which a kernel keeps apart from that of memfds */

/* A connection of one thread for calls. */
struct vqc_call {
    struct vqc_client *client;
    struct vqc_call *next;
    int fd; /* -1: none */
    uint32_t tid;
    unsigned generation; /* of forks, when it was made */
    uint8_t *slab;       /* the connection's memory for messages, mapped; NULL: none yet */
    uint64_t slab_size;
    struct vq_bell *bell; /* NULL: none yet */
    bool no_bell;         /* and none can be had */
    bool bell_awaited;    /* of the call on its way */
    unsigned bell_rest;   /* calls that go without it from now on */
    unsigned bell_misses; /* looks in a row that found nothing in time, as a power of two */
};

/* A descriptor whose reads or writes do not go to the kernel. `dev`, `ino` guard against a number that was used again. */
struct vqc_overlay {
    int fd; /* -1: free */
    uint64_t dev, ino;
    char *text; /* NULL: reads pass through */
    size_t len, pos;
    char *path; /* control file that writes go to; NULL: writes pass through */
    char *late; /* text that is asked for at the first read; NULL: none */
};

/* What the inodes of this board's descriptors are, as the server told. */
struct vqc_table {
    const struct vq_inode *rows; /* mapped memory of the server's memfd */
    size_t count;
    size_t mapped; /* bytes */
    uint32_t *slots; /* open addressing by inode; index + 1, 0: empty */
    size_t slot_count; /* power of two */
    uint64_t epoch;
    uint64_t fetched_ns;
    uint64_t counted_ns; /* when `count` of the rows was asked for; 0: it does not hold */
    bool named;   /* a dma-buf has a name */
    bool udmabuf; /* a udmabuf lives */
    uint64_t *misses; /* inodes that were asked for and not there; a ring */
    size_t miss_next;
};
#define VQC_MISSES 1024

/* Addresses that the seam mapped. */
struct vqc_range {
    uint64_t start, end;
};
struct vqc_mappings {
    struct vqc_range *ranges;
    size_t count, room;
};

struct vqc_client {
    struct qda_sys base; /* first */
    struct qda_sys *kernel;
    struct sockaddr_un address;
    socklen_t address_len;
    char board[VQC_BOARD_LEN];
    char memfd_prefix[VQC_BOARD_LEN + 16]; /* "/memfd:vqda:<board>:" */
    int server_pid;
    uint64_t shm_mnt_id; /* mount that memfds live on, as fdinfo names it */
    uint64_t shm_dev;    /* the same, as stat names it */
    pthread_key_t key;   /* struct vqc_call of a thread */
    struct vqc_client *next; /* all clients of the process, for fork */

    pthread_mutex_t lock; /* calls, overlays */
    struct vqc_call *calls;
    struct vqc_overlay overlays[VQC_OVERLAYS];
    atomic_int overlay_count;

    pthread_mutex_t table_lock;
    struct vqc_table table;

    pthread_mutex_t mappings_lock;
    struct vqc_mappings mappings;

    _Atomic uint64_t last_file; /* link.c: the descriptor of the last ioctl, and its cookie */
};

static inline struct vqc_client *vqc_client_of(struct qda_sys *sys)
{
    return (struct vqc_client *)sys;
}

/* ---- link.c: connections */

/* One call. `in` pieces and `out` may be callers' memory: an unreadable or unwritable one gives -EFAULT. */
struct vqc_message {
    uint32_t op;
    uint64_t arg0, arg1;
    char cookie[8];
    const void *in[2];
    size_t in_len[2];
    const int *fds; /* they travel along */
    int fd_count;
    void *out;
    size_t out_room;
    bool interruptible; /* a signal ends the wait with -EINTR */
    size_t out_len; /* out */
    int out_fd;     /* out: close-on-exec, or -1 */
};

/* Result of the reply, or -errno; -ENODEV if the server is gone. */
int64_t vqc_exchange(struct vqc_client *client, struct vqc_message *message);
/*
 * Memory of the calling thread's connection for a message of `size` bytes, mapped until the next call of this thread that
 * ends with an error. NULL and *err.
 */
uint8_t *vqc_slab(struct vqc_client *client, uint64_t size, int *err);
/* Opens a file of the board. Descriptor or -errno. */
int vqc_open_file(struct vqc_client *client, const char *path);
/* The cookie of an open file of some board. False for any other descriptor. */
bool vqc_cookie_of(int fd, char cookie[8]);
/*
 * The same, without asking the kernel again for the descriptor that was asked for last. That holds as long as descriptors come and go
 * through the seam, which calls vqc_cookies_outdated() after each.
 */
bool vqc_cookie_known(struct vqc_client *client, int fd, char cookie[8]);
void vqc_cookies_outdated(struct vqc_client *client);
/* Is this a file of our board whose server has hung up? */
bool vqc_file_is_dead(int fd);
/* A raw connection of the calling thread for the first time. 0 or -errno. */
int vqc_link_init(struct vqc_client *client);
void vqc_link_free(struct vqc_client *client);

/* ---- bell.c: the shorter way of a call */
/* Makes the connection's bell, if it has none. */
void vqc_bell_get(struct vqc_client *client, struct vqc_call *call);
void vqc_bell_drop(struct vqc_call *call);
/*
 * Asks by the bell, if the server looks at it. False: over the socket, then. The answer may come either way, unless looking
 * for it was in vain of late: on a busy machine whoever looks only takes the time of who would answer.
 */
bool vqc_bell_ask(struct vqc_call *call, const struct vq_request *head, const struct vqc_message *message);
/* Looks for the answer for a moment. False: it comes over the socket. */
bool vqc_bell_wait(struct vqc_call *call, struct vqc_message *message, struct vq_reply *reply);

/* ---- memory.c: memory of callers */
int vqc_copy_in(void *to, uint64_t from_user, size_t len); /* 0 or -EFAULT */
int vqc_copy_out(uint64_t to_user, const void *from, size_t len);
/* Pieces of our own memory and of the caller's, pairwise of one size; `bytes` in all. 0 or -EFAULT. */
struct vqc_pieces {
    struct iovec own[QDA_SCALARS_MAX], user[QDA_SCALARS_MAX];
    size_t count;
};
int vqc_copy_pieces_in(const struct vqc_pieces *pieces, size_t bytes);
int vqc_copy_pieces_out(const struct vqc_pieces *pieces, size_t bytes);

/* ---- mappings.c */
void vqc_mapping_added(struct vqc_client *client, const void *addr, size_t len);
void vqc_mapping_removed(struct vqc_client *client, const void *addr, size_t len);
/* Bytes from the start of the mapping that holds the address to the address' page; 0 too where none holds it. */
uint64_t vqc_mapping_offset(struct vqc_client *client, uint64_t address);

/* ---- ioctl.c, gather.c */
int vqc_client_ioctl(struct qda_sys *sys, int fd, unsigned long request, void *arg);
/* An ioctl that follows pointers or carries descriptors; false: it is none of those. */
bool vqc_gathered_ioctl(struct vqc_client *client, const char cookie[8], uint32_t request, uint64_t arg, int *result);
/* The descriptor if it is open in this process, else -1. */
int vqc_open_fd(int fd);

/* ---- dmabuf.c */
bool vqc_is_dmabuf(int fd, uint64_t *ino);
int vqc_dmabuf_ioctl(struct vqc_client *client, int fd, uint32_t request, uint64_t arg);
void *vqc_client_mmap(struct qda_sys *sys, size_t len, int prot, int flags, int fd, uint64_t offset, int *err);

/* ---- overlay.c */
int vqc_overlay_add(struct vqc_client *client, int fd, char *text, size_t len, const char *path); /* owns text; 0 or -errno */
int vqc_overlay_add_late(struct vqc_client *client, int fd, const char *path); /* 0 or -errno */
/* The first read of such a descriptor: gives the path, and the entry is gone. */
bool vqc_overlay_take_late(struct vqc_client *client, int fd, char *path, size_t len);
bool vqc_overlay_read(struct vqc_client *client, int fd, void *buf, size_t len, ssize_t *result);
bool vqc_overlay_path(struct vqc_client *client, int fd, char *path, size_t len); /* of a control file */
void vqc_overlay_drop(struct vqc_client *client, int fd);

/* ---- inodes.c */
/* Fetches the table if it changed; `counts`: wait until descriptors and mappings are counted. 0 or -errno. */
int vqc_table_refresh(struct vqc_client *client, bool counts);
/* The row of an inode, fetching what is missing or old. */
bool vqc_table_find(struct vqc_client *client, uint64_t ino, enum vq_inode_kind kind, struct vq_inode *out);
/* The row of an inode in the table as it is, however old. */
bool vqc_table_peek(struct vqc_client *client, uint64_t ino, enum vq_inode_kind kind, struct vq_inode *out);
/* The same, with a `count` that holds. */
bool vqc_table_find_counted(struct vqc_client *client, uint64_t ino, struct vq_inode *out);
/* The row of an inode in the table as it is, however old. */
bool vqc_table_peek(struct vqc_client *client, uint64_t ino, enum vq_inode_kind kind, struct vq_inode *out);
bool vqc_table_has_names(struct vqc_client *client);
bool vqc_table_has_udmabuf(struct vqc_client *client);
/* This process changed what the table says: the next look asks. */
void vqc_table_outdated(struct vqc_client *client);
void vqc_table_free(struct vqc_client *client);

/* ---- paths.c: files */
enum vqc_place { VQC_PLACE_NONE, VQC_PLACE_NODE, VQC_PLACE_BOARD, VQC_PLACE_PROC, VQC_PLACE_MACHINE };
/* Where a path is answered; `out` gets the path to ask there (links of /proc resolved). */
enum vqc_place vqc_place_of(const char *path, char *out, size_t len);
int vqc_client_open_path(struct qda_sys *sys, const char *path, int flags);
int vqc_client_stat(struct qda_sys *sys, const char *path, struct qda_stat *out);
ssize_t vqc_client_readlink(struct qda_sys *sys, const char *path, char *buf, size_t len);
int vqc_client_list_dir(struct qda_sys *sys, const char *path, qda_dirent_fn fn, void *arg);
int vqc_client_mkdir(struct qda_sys *sys, const char *path);
int vqc_client_rmdir(struct qda_sys *sys, const char *path);
ssize_t vqc_client_write(struct qda_sys *sys, int fd, const void *buf, size_t len);
/* The text of a path becomes what the descriptor reads. 0 or -errno. */
int vqc_read_late(struct vqc_client *client, int fd, const char *path);
/* What a node's path says to stat. */
int vqc_board_stat(struct vqc_client *client, const char *path, struct qda_stat *out);

/* ---- below.c */
int vqc_client_open_below(struct qda_sys *sys, const char *folder, const char *name);

/* ---- proc.c: /proc as a kernel would show it */
int vqc_proc_init(struct vqc_client *client);
int vqc_proc_open(struct vqc_client *client, const char *path, int flags);
ssize_t vqc_proc_readlink(struct vqc_client *client, const char *path, char *buf, size_t len);
int vqc_proc_stat(struct vqc_client *client, const char *path, struct qda_stat *out);
int vqc_proc_list(struct vqc_client *client, const char *path, qda_dirent_fn fn, void *arg);

/* ---- open_files.c */
int vqc_client_open_files(struct qda_sys *sys, qda_open_file_fn fn, void *arg);

/* ---- proc_text.c: pure */
struct vqc_fdinfo {
    uint64_t flags, mnt_id, ino;
};
bool vqc_fdinfo_parse(const char *text, struct vqc_fdinfo *out);
/* The fdinfo text of a dma-buf, made of the machine's own (`machine`). malloc'ed, NULL: no memory. */
char *vqc_fdinfo_rewrite(const char *machine, const struct vq_inode *row, size_t *len);
/* In a line of maps: the path, NULL if it has none; *ino the inode. */
const char *vqc_maps_path(const char *line, size_t len, uint64_t *ino);

#endif
