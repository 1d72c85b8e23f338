/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_SHELL_RIG_H
#define QDA_TEST_SHELL_RIG_H

#include "rpcmsg/message.h"
#include "rpcmsg/port.h"
#include "rpcmsg/reverse.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A DSP process without a virtual QDA: qemu-hexagon runs the shell, the test is the other end of its port. Messages lie in one
 * slab; memories are memfds. One thread: what comes in is handled while a test waits for an answer.
 */
struct rig_memory {
    uint32_t id;
    int fd;
    uint8_t *at;
    uint64_t size;
    bool sent; /* its descriptor went */
};

/* A file that the listener serves. */
struct rig_file {
    char name[64];
    const void *bytes;
    size_t len;
};

struct rig_answer {
    bool done;
    int32_t ret;
};

#define RIG_CALLS 256
#define RIG_FILES 8
#define RIG_LINES 64
#define RIG_LISTENER_ROOM (256u << 10)

struct rig {
    pid_t pid;
    int port;
    bool ready, ended;
    int status; /* of the process, once ended */
    uint32_t number, memories;
    struct rig_memory slab, process;
    uint64_t slab_next, iova_next;
    uint64_t ctx_next;
    struct rig_answer answers[RIG_CALLS];

    bool faulted;
    struct qda_port_fault fault;
    char lines[RIG_LINES][512]; /* of QDA_PORT_LOG */
    unsigned line_count;

    /* The listener (shell_rig_listener.c). */
    uint32_t listener; /* handle 3 or 7, 0: none */
    uint64_t listener_ctx;
    struct rig_file files[RIG_FILES];
    unsigned file_count;
    struct {
        const struct rig_file *file;
        size_t pos;
    } open[16];
    char log[RIG_LINES][512]; /* lines of the DSP's log */
    unsigned log_count, log_dropped; /* lines that came; lines that one of them says were dropped */
    uint32_t listener_room; /* that it offers, 0: QDA_REVERSE_ROOM */
    unsigned reverse_calls, heap_maps, fetched;
    struct rig_memory heap[16];
    bool refuse_heap;
};

struct rig_options {
    uint32_t poll_us, wake_us;
    uint64_t space; /* 0: 2 GiB - 64 KiB */
};

/* NULL, or why no DSP process can be had here (for check_skip). */
const char *rig_missing(void);
/* Starts it, maps the process memory, waits for READY. False: a check failed. `options` NULL: the usual ones. */
bool rig_start(struct rig *rig, const struct rig_options *options);
/* Ends it; true: it ended by itself as the port closed. */
bool rig_stop(struct rig *rig);
/* Waits until the process has ended by itself. */
bool rig_wait_end(struct rig *rig);

struct rig_memory rig_memory(struct rig *rig, uint64_t size);
void rig_memory_close(struct rig_memory *memory);
/* Maps a part of a memory at an IOVA of its choice (next free one, 1 MiB apart). */
uint64_t rig_map(struct rig *rig, struct rig_memory *memory, uint64_t offset, uint64_t size);
void rig_map_at(struct rig *rig, struct rig_memory *memory, uint64_t offset, uint64_t size, uint64_t iova);
void rig_unmap(struct rig *rig, uint64_t iova, uint64_t size);
void rig_forget(struct rig *rig, struct rig_memory *memory);

/* An argument: inline (data), in a buffer (iova, len), or a handle (fd, iova, len). */
struct rig_arg {
    void *data;
    uint64_t len;
    uint64_t iova;
    int fd;
};
#define RIG_IN(pointer, length) ((struct rig_arg){(void *)(pointer), (length), 0, -1})
#define RIG_OUT(pointer, length) ((struct rig_arg){(pointer), (length), 0, -1})
#define RIG_BUFFER(address, length) ((struct rig_arg){NULL, (length), (address), -1})
#define RIG_HANDLE(descriptor, address, length) ((struct rig_arg){NULL, (length), (address), (descriptor)})

struct rig_message {
    uint64_t ctx;
    uint64_t at; /* in the slab */
    uint64_t size;
    uint32_t sc;
    uint64_t places[QDA_SCALARS_MAX]; /* of inline arguments, in the slab */
    const struct rig_arg *args;
};
/* Lays a payload out in the slab. */
void rig_lay(struct rig *rig, struct rig_message *message, uint32_t sc, const struct rig_arg *args);
/* The same for the listener's calls, one at a time. */
void rig_lay_listener(struct rig *rig, struct rig_message *message, uint32_t sc, const struct rig_arg *args);
/* Sends a call: its ctx. `message` keeps where its outputs come. */
uint64_t rig_send(struct rig *rig, uint32_t handle, struct rig_message *message);
/* Sends a message whatever is in it. */
uint64_t rig_send_raw(struct rig *rig, uint32_t handle, uint32_t sc, uint64_t at, uint64_t size);
/* Waits for the answer; copies inline outputs. The process ended or hung: INT32_MIN. */
int32_t rig_wait(struct rig *rig, struct rig_message *message);
int32_t rig_wait_ctx(struct rig *rig, uint64_t ctx);
/* All of it. */
int32_t rig_call(struct rig *rig, uint32_t handle, uint32_t sc, const struct rig_arg *args);
/* Handles one packet; false: nothing within timeout_ms, or the process ended. */
bool rig_pump(struct rig *rig, int timeout_ms);

/* MMAP through handle 1: the answer, and the DSP address. */
int32_t rig_dsp_map(struct rig *rig, uint64_t iova, uint64_t size, uint32_t flags, uint64_t *address);
int32_t rig_dsp_map_fd(struct rig *rig, int fd, uint64_t iova, uint64_t size, uint64_t *address);
int32_t rig_dsp_unmap(struct rig *rig, uint64_t address, uint64_t size);

/* The listener on handle 3 or 7. */
bool rig_listen(struct rig *rig, uint32_t handle);
void rig_serve(struct rig *rig, const char *name, const void *bytes, size_t len);
/* The answer of the listener's call came (called by rig_pump). */
void rig_listener_answer(struct rig *rig, int32_t ret);
bool rig_has_log(const struct rig *rig, const char *part);
bool rig_has_line(const struct rig *rig, const char *part);

/* remotectl open on handle 0 or 8: its nErr, the module's handle and the text. */
int32_t rig_open(struct rig *rig, uint32_t remotectl, const char *uri, uint32_t *handle, char text[256]);
int32_t rig_close(struct rig *rig, uint32_t remotectl, uint32_t handle, char text[256]);

/* Serves lib<name>_skel.so as it was built (shell_rig_skels.c), and opens it. */
bool rig_serve_built(struct rig *rig, const char *file);
uint32_t rig_open_built(struct rig *rig, const char *name);

#endif
