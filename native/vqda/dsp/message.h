/* SPDX-License-Identifier: MIT */
#ifndef VQ_DSP_MESSAGE_H
#define VQ_DSP_MESSAGE_H

#include "vqda/core/board.h"

#include "rpcmsg/message.h"
#include "uapi/errnos.h"

/*
 * What stands behind the driver: the DSP. core/ makes messages as the kernel does and sends them here; in dsp/ each DSP session is
 * a process of its own (an emulator that runs the shell it was created with; rpcmsg/port.h), and answers come back later.
 *
 * The root process of the DSP (create, release, capabilities: handle 2) is played by the virtual QDA itself.
 */

/* Memory that message buffers are cut from: one a connection, mapped in the client, here, and in DSP processes that saw it. */
struct vq_slab {
    int fd; /* memfd; -1: a message that the root process alone sees (INIT_RELEASE) */
    uint64_t size;
    uint8_t *map;
    uint64_t serial; /* unlike any other's */
    unsigned refs;   /* the connection, and each message that is on its way */
};

/* A message on its way. Belongs to the sender, who keeps it until done() was called: the DSP owns its buffer so long. */
struct vq_message {
    struct vq_list link;  /* dsp/'s own */
    struct vq_node *node;
    struct vq_file *file; /* NULL once the file is closed: the answer still comes */
    enum qda_call call;   /* QDA_CALL_SESSION_CREATE, _MAP, _MUNMAP, _INVOKE, _INIT_ATTACH; QDA_CALL_ANY: INIT_RELEASE */
    struct vq_bank *bank;
    int32_t session;                /* of the file: what DSP processes are told apart by */
    struct qda_rpc_request request; /* ctx is given by dsp/; addr and size as sent */
    struct vq_slab *slab;           /* the message buffer's bytes: slab->map + slab_offset */
    uint64_t slab_offset;
    /* SESSION_CREATE only. */
    const void *elf; /* valid while vq_dsp_send runs */
    uint32_t elf_len;
    uint32_t attrs;
    uint64_t memory_iova, memory_size; /* the process memory, in the bank (vq_bank_lookup finds it) */

    void (*done)(struct vq_message *message, int64_t ret); /* the response's: 0 or an AEE code; < 0: -errno */
};

/* 0: done() comes, perhaps before this returns. -errno: nothing was sent, done() does not come. */
int vq_dsp_send(struct vq_message *message);

/* core/ tells: these addresses of the bank are no longer translated; no message of this slab is left; the file of a session
 * closed (its INIT_RELEASE comes as a message; calls that wait are answered when the process has gone); the node went. */
void vq_dsp_unmapped(struct vq_bank *bank, uint64_t iova, uint64_t size);
void vq_dsp_slab_gone(struct vq_board *board, const struct vq_slab *slab);
void vq_dsp_node_gone(struct vq_node *node);
/* The file of a session closed after its node went: no release is sent, and what still waits is answered with -ENODEV. */
void vq_dsp_session_gone(struct vq_node *node, int32_t session);
/* The board ends: every process is killed and waited for; what waits is answered with -ENODEV. */
void vq_dsp_finish(struct vq_board *board);

/*
 * What backs an IOVA of a bank (core/lookup.c): 0, or -ENOENT where nothing is mapped there. Makes GEM memory that is not
 * made yet. Message buffers are not found: each is seen by its own call alone.
 */
struct vq_backed {
    struct vq_backing *backing;
    uint64_t iova, size; /* the contiguous piece that holds the address */
    uint64_t offset;     /* of `iova` in the backing */
};
int vq_bank_lookup(struct vq_bank *bank, uint64_t iova, struct vq_backed *out);

/* NULL, or the sentence that says what this machine lacks to run a DSP and how to get it. */
const char *vq_dsp_missing(void);

/* What `board status` and the control protocol show of the DSP; walked oldest first. */
struct vq_dsp_session {
    int32_t session;
    int pid;           /* of the emulator */
    const char *dsp;   /* "cdsp" */
    uint32_t sid;
    unsigned waiting;  /* calls that it has not answered */
    uint64_t calls;    /* answered so far */
    uint64_t mappings; /* IOVA ranges that it was told */
};
void vq_dsp_each(const struct vq_board *board, void (*fn)(void *arg, const struct vq_dsp_session *session), void *arg);
/* Bytes that messages copied in and out of callers' memory since the board began (inline arguments). */
uint64_t vq_copied_bytes(const struct vq_board *board);

#endif
