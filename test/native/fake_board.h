/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_FAKE_BOARD_H
#define QDA_TEST_FAKE_BOARD_H

#include "driver/driver.h"

#include <pthread.h>

/*
 * A whole board behind one `struct qda_sys`, in memory and with a clock of its own: accel node, dma-heaps, udmabuf, dma-bufs,
 * mappings, and a helper process played by a thread. It obeys, unless it is told to fail a call or to spoil something.
 * It counts what is open, alive and mapped, so that a test can see that nothing stayed.
 */
enum fake_op {
    FAKE_OPEN, FAKE_VERSION, FAKE_QUERY, FAKE_CREATE, FAKE_OFFSET, FAKE_GEM_CLOSE, FAKE_EXPORT, FAKE_IMPORT, FAKE_HEAP,
    FAKE_UDMABUF, FAKE_SYNC, FAKE_MMAP, FAKE_MUNMAP, FAKE_FSTAT, FAKE_SEEK, FAKE_SPAWN, FAKE_CLOSE, FAKE_OPS
};

/* The `at`th call of `op` (from 1) and all that follow it answer `error`; at 0: none. */
struct fake_fault {
    unsigned at;
    int error;
};

/* What the board does wrong where it should be right. */
struct fake_spoil {
    bool fresh_not_zero;     /* GEM_CREATE gives old data */
    bool other_dsp;          /* QUERY changes its mind after the first call */
    bool export_twice;       /* the second export is another dma-buf */
    bool short_dmabuf;       /* lseek says a page less */
    bool import_changes;     /* an import zeroes the buffer's first word */
    bool warm_handle;        /* every import gives a new handle */
    bool same_handle;        /* every import of another buffer gives handle 1 */
    bool forgets;            /* munmap loses the data */
    bool touch_lost;         /* stores do not arrive: each time the clock is read, mappings are zeroed */
    bool stale_view;         /* a second mapping shows old data */
    unsigned late_counts;    /* so many readings of a count, after the last GEM_CLOSE, are one too high */
    bool close_keeps;        /* GEM_CLOSE of an import keeps the reference on its dma-buf */
};

enum fake_helper { FAKE_HELPER_SERVES, FAKE_HELPER_DIES, FAKE_HELPER_HANGS };

struct fake_object {
    uint64_t ino, size;
    uint8_t *memory;
    unsigned references; /* handles, descriptors, mappings */
    unsigned descriptors, handles;
    bool mapped_twice;
};

struct fake_file {
    uint32_t next;
    struct {
        uint32_t handle; /* 0: free */
        struct fake_object *object;
    } slots[4096];
};

enum fake_kind { FAKE_NONE, FAKE_ACCEL, FAKE_HEAP_DEV, FAKE_UDMABUF_DEV, FAKE_DMABUF, FAKE_MEMFD, FAKE_TEXT, FAKE_SOCK };

struct fake_fd {
    enum fake_kind kind;
    struct fake_file *file;
    struct fake_object *object;
    uint64_t size; /* memfd */
    int real;      /* socket */
    char text[64];
    size_t at;
};

#define FAKE_FIRST_FD 10
#define FAKE_FDS 4096
#define FAKE_MAPS 64

struct fake_board {
    struct qda_sys base;
    pthread_mutex_t lock;
    struct qda_driver driver; /* v1's, with leaks_mappings as the test wants it */
    struct qda_node node;

    /* To be set by the test. */
    struct fake_fault faults[FAKE_OPS];
    struct fake_spoil spoil;
    const char *const *heaps; /* NULL-terminated names; NULL: no such folder */
    bool no_udmabuf;
    uint64_t tick_ns; /* each reading of the clock moves it by so much */
    enum fake_helper helper;

    /* To be looked at. */
    unsigned calls[FAKE_OPS];
    unsigned fds_open, objects, maps_open, children;
    uint64_t now;
    char opened[64]; /* path of the last successful open */

    struct fake_fd fds[FAKE_FDS];
    struct {
        void *addr; /* what the caller has */
        size_t len;
        struct fake_object *object;
        bool copy;
    } maps[FAKE_MAPS];
    uint64_t next_ino;
    pthread_t thread;
    bool helper_done;
};

struct fake_board *fake_board_new(void);
void fake_board_free(struct fake_board *board);

/* fake_board_calls.c */
int fake_board_ioctl(struct qda_sys *sys, int fd, unsigned long request, void *arg);
/* Shared between the files; the caller holds the lock. */
int fake_fault(struct fake_board *board, enum fake_op op);
int fake_new_fd(struct fake_board *board, struct fake_fd what);
struct fake_object *fake_new_object(struct fake_board *board, uint64_t size);
void fake_put(struct fake_board *board, struct fake_object *object);
void fake_close_fd(struct fake_board *board, int fd);
void fake_drop_file(struct fake_board *board, struct fake_file *file);

/* fake_board_helper.c */
int fake_board_spawn(struct qda_sys *sys, const struct qda_spawn *what);
int fake_board_wait(struct qda_sys *sys, int pid, int *status, bool block);
int fake_board_kill(struct qda_sys *sys, int pid, int signal);
int fake_board_socketpair(struct qda_sys *sys, int out[2]);
int fake_board_send_fd(struct qda_sys *sys, int sock, const void *buf, size_t len, int fd);
ssize_t fake_board_recv_fd(struct qda_sys *sys, int sock, void *buf, size_t len, int *fd);
int fake_board_poll(struct qda_sys *sys, int fd, short events, int timeout_ms);

#endif
