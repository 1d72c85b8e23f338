/* SPDX-License-Identifier: MIT */
#ifndef QDA_FASTRPC_H
#define QDA_FASTRPC_H

#include "driver/driver.h"
#include "rpcmsg/scalars.h"

/*
 * The agent's own FastRPC client, over the driver table alone: a process on the DSP, our code in it, calls with buffers. It runs
 * in a child process of the agent (one a DSP session), so its calls may block; a thread of it serves the DSP's reverse calls.
 *
 * Results: 0, -errno, or, from calls of the DSP, a positive AEE code as the ioctl gave it. qda_rpc_words() makes a sentence of it.
 */
struct qda_rpc;

/*
 * Was a result given by the driver or the kernel (true), or by the DSP? AEE codes from 0x80000400 on are negative as an int,
 * far below every errno.
 */
static inline bool qda_rpc_is_errno(int result)
{
    return result < 0 && result >= -4095;
}

/* ---- The shell: the ELF that becomes the process (shell.c). */
#define QDA_SHELL_MAX (4u << 20)
struct qda_shell {
    char path[256];
    void *bytes; /* malloc'ed */
    size_t len;
    uint8_t sha256[32];
};
/*
 * Finds and reads the shell for a DSP ("cdsp": fastrpc_shell_unsigned_3, signed: fastrpc_shell_3). `path`: the user named it, or
 * NULL. Looks in DSP_LIBRARY_PATH of /usr/share/qcom/conf.d/ *.yaml for this machine, then the usual folders. Refuses what is absent,
 * over 4 MiB or no Hexagon ELF. 0 or -errno with a sentence (where it looked, what to do) in why.
 */
int qda_shell_load(struct qda_sys *sys, const char *dsp, bool unsigned_pd, const char *path, struct qda_shell *out, char why[400]);
void qda_shell_free(struct qda_shell *shell);

/* ---- Served files: what the DSP's loader can open. */
struct qda_rpc_file {
    const char *name; /* "libqbench_skel.so" */
    const void *bytes;
    size_t len;
};

/* Can this folder of the board be read below? NULL: none is asked for. 0, or -errno with a sentence in why. */
#define QDA_RPC_FOLDER_MAX 255u
int qda_rpc_folder_check(struct qda_sys *sys, const char *folder, char why[400]);

/* What the session wants to tell. Called from its threads; may be NULL. */
struct qda_rpc_hooks {
    void *arg;
    void (*log)(void *arg, int level, const char *text); /* a line of the DSP's log */
    /* The DSP process asked for more memory and got it, or gave it back: an address in its space. */
    void (*mapped)(void *arg, const char *kind, uint64_t address, uint64_t size, uint64_t ino);
    void (*unmapped)(void *arg, uint64_t address);
};

struct qda_rpc_options {
    const struct qda_node *node;
    const struct qda_shell *shell;
    bool unsigned_pd; /* default of the tool: true */
    const struct qda_rpc_file *files;
    size_t file_count;
    const char *folder; /* reverse file calls may also read below this folder of the board, links not followed; NULL: nothing of it */
    struct qda_rpc_hooks hooks;
};

/* How long each part took, ns; and what the loader asked for. */
struct qda_rpc_cost {
    uint64_t open_ns;    /* open of the node */
    uint64_t create_ns;  /* SESSION_CREATE alone, the shell being in its buffer */
    uint64_t listen_ns;  /* first listener call answered */
    uint64_t close_ns;
    uint64_t left_behind; /* after the close: bytes that the driver keeps of the session until reboot (known leaks) */
};
/* The most of that for a session of this driver, but for the DSP's heap where the driver keeps that too: only the close knows. */
uint64_t qda_rpc_leaves(const struct qda_driver *driver);

/* ---- The session (session.c). */
/* Opens the node, creates the process, starts the listener. 0 or a result with a sentence in why; *out is NULL then. */
int qda_rpc_open(struct qda_sys *sys, const struct qda_rpc_options *options, struct qda_rpc **out, char why[400]);
/* Ends the listener, closes the node. The cost, if wanted. */
void qda_rpc_close(struct qda_rpc *rpc, struct qda_rpc_cost *cost);
const struct qda_rpc_cost *qda_rpc_cost(const struct qda_rpc *rpc);
int qda_rpc_fd(const struct qda_rpc *rpc); /* the node's: buffers for calls are made and imported in this file */
const struct qda_node *qda_rpc_node(const struct qda_rpc *rpc);
struct qda_sys *qda_rpc_sys(const struct qda_rpc *rpc);
uint64_t qda_rpc_reverse_calls(const struct qda_rpc *rpc); /* served so far */
/* Id of the thread that opened the node: the file's context bank is this thread's in v1 and the RFC, whoever makes the calls. */
int qda_rpc_opener(const struct qda_rpc *rpc);

/* ---- Calls (invoke.c). Any thread. Signals are blocked meanwhile: a call that the DSP owns is never aborted by one. */
struct qda_rpc_arg {
    void *ptr;     /* inline data, or the CPU's address in the buffer's mapping; handles: unused */
    uint64_t len;  /* bytes */
    int32_t ref;   /* 0: inline; otherwise what the driver's `fd` field wants: dma-buf fd, or GEM handle on the RFC */
    uint32_t offset; /* handles only */
};
/* args in the order of sc: in buffers, out buffers, in handles, out handles. */
int qda_rpc_invoke(struct qda_rpc *rpc, uint32_t handle, uint32_t sc, const struct qda_rpc_arg *args);
/* The same on another file of the same driver (rpc.null_mt: an fd a thread); no session needed. */
int qda_rpc_invoke_fd(struct qda_sys *sys, const struct qda_driver *driver, int fd, uint32_t handle, uint32_t sc,
                      const struct qda_rpc_arg *args);
/*
 * Blocks the calling thread's signals for good, so that its calls need not do it each (two system calls): for a thread that lives for
 * its calls. Nobody may unblock them.
 */
void qda_rpc_signals_stay_off(void);

/* The best null call that this DSP answers: getASID, else the DSP utilities, else an unused method. *value: what it gave. */
struct qda_rpc_null {
    uint32_t handle, sc;
    const char *name; /* "getASID (handle 4, method 5)" */
    int expect;       /* result of a good call: 0, or AEE_EUNSUPPORTED of the last resort */
};
int qda_rpc_find_null(struct qda_rpc *rpc, struct qda_rpc_null *out);
int qda_rpc_call_null(struct qda_rpc *rpc, const struct qda_rpc_null *null, uint32_t *value);

/* ---- Modules (remotectl.c): handle 8, on failure handle 0. */
int qda_rpc_load(struct qda_rpc *rpc, const char *uri, uint32_t *handle, char why[400]); /* why: the DSP's dlerror */
int qda_rpc_unload(struct qda_rpc *rpc, uint32_t handle, char why[400]);

/* ---- Buffers in the DSP's address space (mapping.c). request 1 legacy, 2 with attributes. */
int qda_rpc_map(struct qda_rpc *rpc, uint32_t request, int32_t ref, uint64_t size, uint64_t *address);
int qda_rpc_unmap(struct qda_rpc *rpc, uint32_t request, int32_t ref, uint64_t address, uint64_t size);

/* "AEE_EBADPARM (0x8000040e): ..." or "ENODEV: ...", with what it means here and what to do. */
void qda_rpc_words(int result, char *out, size_t len);
/* The name alone: "AEE_EBADPARM", "ENODEV", "0x80000594". */
void qda_rpc_result_name(int result, char *out, size_t len);

#endif
