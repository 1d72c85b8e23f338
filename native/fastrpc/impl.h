/* SPDX-License-Identifier: MIT */
#ifndef QDA_FASTRPC_IMPL_H
#define QDA_FASTRPC_IMPL_H

#include "fastrpc/fastrpc.h"
#include "fastrpc/served.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

/* Shared by the files of the client; nobody else includes this. */

/* Text that came from the DSP: what is no printable character becomes '?'. Copies up to the first NUL; `out` is terminated. */
void rpc_clean_text(char *out, size_t room, const void *text, size_t len);
/* Writes a sentence for `why`, whose room is 400. */
void rpc_say(char why[400], const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- invoke.c */
/* A call with the signals as they are: the listener's own. */
int rpc_call(struct qda_sys *sys, const struct qda_driver *driver, int fd, uint32_t handle, uint32_t sc,
             const struct qda_rpc_arg *args);
/* All signals of the calling thread off, and back as they were. */
void rpc_signals_off(sigset_t *before);
void rpc_signals_back(const sigset_t *before);

/* ---- listener.c */
struct rpc_listener {
    pthread_t thread;
    bool running; /* the thread is to be joined */
    atomic_bool stop;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool answered; /* init2 came to `result` */
    bool finished; /* the thread is at its end */
    int result;
    uint32_t handle;      /* 7, or 3 on older firmware */
    uint32_t next_method; /* 6 or 4 */
    uint64_t broken_off;  /* bytes of the message whose wait was broken off; 0: none was */
};
/* Bytes of a next2's message buffer that hands in so many bytes of outputs. */
uint64_t rpc_listener_message(uint64_t out_len);
/* Starts the thread and waits for the DSP's first answer. 0, or the result with a sentence in why; nothing runs then. */
int rpc_listener_start(struct qda_rpc *rpc, char why[400]);
/* Ends the thread, whatever it waits for. Does nothing where none runs. */
void rpc_listener_stop(struct qda_rpc *rpc);

struct qda_rpc {
    struct qda_sys *sys;
    struct qda_node node;
    const struct qda_driver *driver;
    int fd;
    int opener; /* id of the thread that opened the node: the context bank of the file is this thread's (RFC, v1) */
    struct qda_rpc_cost cost;
    bool created; /* there is a process */
    struct rpc_listener listener;
    struct rpc_served served;
    atomic_int remotectl; /* handle that answered: 8, 0; -1: not known yet */
};

#endif
