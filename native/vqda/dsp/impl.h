/* SPDX-License-Identifier: MIT */
#ifndef VQ_DSP_IMPL_H
#define VQ_DSP_IMPL_H

#include "vqda/dsp/message.h"
#include "vqda/dsp/port.h"
#include "vqda/dsp/settings.h"
#include "vqda/dsp/space.h"
#include "vqda/dsp/spawn.h"

#include <signal.h>

/* Shared by the files of dsp/. */

/*
 * What the DSP answers where no hardware was there to ask: guesses (known differences). Source of the names: AEEStdErr.h of
 * qualcomm/fastrpc.
 */
#define VQ_AEE_UNABLE_TO_LOAD 0x06u                    /* create: the file is no Hexagon program */
#define VQ_AEE_INVALID_FORMAT 0x11u                    /* create: one for QuRT, or one that wants a loader */
#define VQ_AEE_ALREADY 0x1au                           /* create: the session has a process */
#define VQ_AEE_NO_PROCESS QDA_AEE_ENOSUCH              /* a call of a session without a process */
#define VQ_AEE_DEAD (QDA_AEE_REMOTE + 0x0du)           /* EBADSTATE: the process has ended */
#define VQ_AEE_NOT_READY (QDA_AEE_REMOTE + QDA_AEE_EFAILED) /* create: the process ended before it was ready */

/* Messages that can be on their way to a DSP: index 1 to 255, of which it reads 8 bits. */
#define VQ_DSP_INDEXES 256

/* A DSP with messages or processes. */
struct vq_dsp_node {
    struct vq_list link;
    struct vq_node *node;
    bool gone;
    unsigned last; /* index given last */
    struct vq_dsp_call *calls[VQ_DSP_INDEXES];
};

/* A message that was not answered. */
struct vq_dsp_call {
    struct vq_list link;             /* its process', or its node's that is gone: vq_dsp.orphans */
    struct vq_dsp_process *process; /* NULL: none has it */
    struct vq_dsp_node *node;
    struct vq_message *message;
    uint32_t after, memory; /* what it needs: struct qda_port_call's; 0: it did not go there */
};

enum vq_dsp_process_state {
    VQ_PROCESS_STARTING, /* until it says READY */
    VQ_PROCESS_RUNNING,
    VQ_PROCESS_DYING, /* killed, until the kernel says that it has ended */
    VQ_PROCESS_DEAD,  /* ended by itself; its session has not been released */
};

#define VQ_WORDS_LINE 400 /* bytes of one line of the log */
/* Lines of a process: so many bytes a second reach the log. */
struct vq_dsp_log {
    char line[VQ_WORDS_LINE];
    size_t len;
    uint64_t window;  /* when the current second began, ns */
    unsigned said;    /* lines in it */
    uint64_t omitted;
};

struct vq_dsp_process {
    struct vq_list link;
    struct vq_dsp *dsp;
    struct vq_dsp_node *node;
    struct vq_bank *bank;
    int32_t session;
    uint32_t asid;
    enum vq_dsp_process_state state;
    struct vq_spawned spawned;
    struct vq_port port;
    struct vq_space space;
    struct vq_watch *on_port, *on_words, *on_end;
    struct vq_timer ready_by;
    struct vq_dsp_log log;
    struct vq_list calls;         /* oldest first */
    struct vq_dsp_call *create;  /* not answered yet */
    struct vq_dsp_call *release; /* the same */
    unsigned waiting;
    uint64_t answered, unknown;
    bool ordered;   /* the board ended it */
    bool deserted;  /* its node went, and its file was closed: nobody waits for an answer */
    siginfo_t end;  /* how it ended; si_pid 0: it has not, or nobody knows */
    char why[200]; /* it ended; "": not known yet */
};

struct vq_dsp {
    struct vq_list link;
    struct vq_board *board;
    struct vq_list processes; /* oldest first */
    struct vq_list nodes;
    struct vq_list orphans; /* calls of nodes that are gone */
    bool finishing;
    uint32_t last_asid;
};

/* send.c */
struct vq_dsp *vq_dsp_find(const struct vq_board *board); /* NULL: nothing was ever sent */
/* Answers a message and forgets it: 0, an AEE code, or -errno. */
void vq_dsp_answer(struct vq_dsp_call *call, int64_t ret);

/* process.c */
/* Starts the process of a session; the message is answered when it is ready. */
void vq_dsp_process_create(struct vq_dsp_node *node, struct vq_dsp_call *call);
struct vq_dsp_process *vq_dsp_process_of(const struct vq_dsp_node *node, int32_t session);
/* The message waits for this process. */
void vq_dsp_process_hold(struct vq_dsp_process *process, struct vq_dsp_call *call);
/* Ends it; `release` is answered when it has gone. */
void vq_dsp_process_release(struct vq_dsp_process *process, struct vq_dsp_call *release);
/* It has to end, and why; the first reason counts. */
__attribute__((format(printf, 2, 3))) void vq_dsp_process_kill(struct vq_dsp_process *process, const char *why, ...);
/* Notes how it ended, if it has. False: it runs. */
bool vq_dsp_process_collect(struct vq_dsp_process *process);
/* Its node goes: it ends, and its messages wait for ever. */
void vq_dsp_process_orphan(struct vq_dsp_process *process);
/* The board ends: kills it, waits, and forgets it; its messages get -ENODEV. */
void vq_dsp_process_finish(struct vq_dsp_process *process);
static inline bool vq_dsp_process_lives(const struct vq_dsp_process *process)
{
    return process->state == VQ_PROCESS_STARTING || process->state == VQ_PROCESS_RUNNING;
}

/* 0, or the process ends of this error of its port. */
void vq_dsp_process_sent(struct vq_dsp_process *process, int err);

/* call.c */
/* Gives it a message to carry out. */
void vq_dsp_process_call(struct vq_dsp_process *process, struct vq_dsp_call *call);

/* receive.c: what comes from the process. */
/* Takes at most `max` packets; how many there were. The process may be dying afterwards. */
unsigned vq_dsp_process_receive(struct vq_dsp_process *process, unsigned max);
/* A reply that came by the bell. */
void vq_dsp_process_reply(struct vq_dsp_process *process, const struct qda_port_reply *reply);

/* root.c: the root process of the DSP, which the board plays. */
/* Answers a call of handle 2, the DSP's utilities. An AEE code. */
uint32_t vq_root_utilities(const struct vq_message *message);

/* words.c: lines of the board's log. */
__attribute__((format(printf, 2, 3))) void vq_dsp_process_say(struct vq_dsp_process *process, const char *format, ...);
void vq_dsp_process_hear(struct vq_dsp_process *process, const char *text, size_t len); /* text of the process, in any pieces */
/* What the process wrote to its stderr. False: nobody can write there any more. */
bool vq_dsp_process_read_words(struct vq_dsp_process *process);
void vq_dsp_process_end_words(struct vq_dsp_process *process); /* the last line, and how many were left out */

#endif
