/* SPDX-License-Identifier: MIT */
#ifndef QDA_RPCMSG_PORT_H
#define QDA_RPCMSG_PORT_H

#include "rpcmsg/message.h"

/*
 * The virtual board's hardware between the driver and a process of the DSP: the rpmsg channel and the SMMU. A DSP process is an
 * emulator (qemu-hexagon) that runs the shell ELF it was created with; its descriptor QDA_PORT_FD is a SOCK_SEQPACKET socket to
 * the virtual QDA. One message a packet, little-endian, the layouts below on both sides (natural alignment, no padding left over).
 *
 * Memory. IOVAs here are without the SID. The virtual QDA tells which IOVA ranges of the context bank are backed by which memory:
 * a mapping {iova, size} -> {memory id, offset}; the descriptor of a memory travels (SCM_RIGHTS) with the first mapping that names
 * it, and the shell keeps it until QDA_PORT_FORGET. Nothing else of the machine can be reached: an address that
 * no mapping covers is one that the SMMU would not translate.
 *
 * Any number of threads of the DSP process may receive; each packet is whole. So that a call never overtakes the mappings it needs,
 * every packet that changes mappings has a number, and a call says which one must have been applied before it runs.
 */
#define QDA_PORT_FD 3
#define QDA_PORT_VERSION 1u
#define QDA_PORT_MAX_PACKET 16384u
#define QDA_PORT_MAX_FDS 64u
/* The emulator's page, and so the granularity of DSP addresses and of faults here: a known difference. */
#define QDA_PORT_PAGE 65536u

enum qda_port_kind {
    /* to the DSP process */
    QDA_PORT_START = 1, /* first packet: struct qda_port_start */
    QDA_PORT_MAP,       /* struct qda_port_maps: mappings that hold until QDA_PORT_UNMAP */
    QDA_PORT_UNMAP,     /* struct qda_port_unmap: the IOVA range is no longer translated: access faults from now on */
    QDA_PORT_FORGET,    /* struct qda_port_forget: the memory is not named again; its number may come back for another one */
    QDA_PORT_CALL,      /* struct qda_port_call */
    /* from it */
    QDA_PORT_READY = 64, /* head only: it takes calls */
    QDA_PORT_REPLY,      /* struct qda_port_reply */
    QDA_PORT_FAULT,      /* struct qda_port_fault: it dies right after */
    QDA_PORT_LOG,        /* struct qda_port_head and text: the runtime's own words, while there is no reverse channel */
};

struct qda_port_head {
    uint32_t kind;
    uint32_t count; /* of the entries that follow, where there are any */
};

struct qda_port_start {
    struct qda_port_head head;
    uint32_t version;
    int32_t session;
    uint64_t memory_iova; /* the process memory (4 MiB) */
    uint64_t memory_size;
    uint64_t space;       /* bytes of the DSP address space, near 2 GiB */
    uint32_t attrs;       /* process attributes of the create */
    uint32_t asid;        /* what getASID answers */
    uint32_t threads;     /* hardware threads that it says it has */
    uint32_t poll_us;     /* how long an idle thread polls before it sleeps; 0: not at all */
    uint32_t wake_us;     /* delay before a call is taken up, as a wake-up would cost */
    uint32_t pad;
};

struct qda_port_map {
    uint64_t iova;
    uint64_t size;
    uint64_t offset; /* in the memory */
    uint32_t memory;
    uint32_t fresh; /* 1: its descriptor comes with this packet, in the order of the entries */
};
struct qda_port_maps {
    struct qda_port_head head; /* count entries follow */
    uint32_t number;           /* 1, 2, ... over MAP, UNMAP and FORGET */
    uint32_t pad;
};
struct qda_port_unmap {
    struct qda_port_head head;
    uint32_t number;
    uint32_t pad;
    uint64_t iova;
    uint64_t size;
};
struct qda_port_forget {
    struct qda_port_head head;
    uint32_t number;
    uint32_t memory;
};
/* One call. `message` maps the message buffer for this call alone (fresh: its descriptor comes with this packet). */
struct qda_port_call {
    struct qda_port_head head;
    uint32_t after; /* number of the last MAP, UNMAP or FORGET before it */
    uint32_t pad;
    struct qda_rpc_request request;
    struct qda_port_map message;
};
struct qda_port_reply {
    struct qda_port_head head;
    struct qda_rpc_response response;
};
struct qda_port_fault {
    struct qda_port_head head;
    uint64_t address; /* DSP virtual address */
    uint64_t iova;    /* what it is mapped to; ~0: nothing (then no SMMU fault, an exception of the process) */
    uint32_t flags;   /* bit 0 write (1) or read (0), bit 1: instruction */
    uint32_t tid;
};

/*
 * A shorter way for a call and its reply while both ends are awake: memory whose descriptor comes with START, if the board has one.
 * Each end looks at it for a moment before it sleeps; else everything goes over the socket. Each state is changed by
 * compare-and-swap, so one way is taken. `sent` and `said` count the packets that went over the socket, START too: who looks at the
 * bell sees by them that the socket has something.
 *
 * The ordering rule holds by what goes this way: only a call whose memory and mappings the process has, for it answered an earlier
 * call that said the same number.
 */
enum qda_port_bell_state {
    QDA_BELL_NOBODY = 0, /* nobody looks: over the socket */
    QDA_BELL_WATCHED,    /* the receiving end looks at this word */
    QDA_BELL_RUNG,       /* by the sending end: the packet is there */
};
struct qda_port_bell {
    uint32_t call_state; /* enum qda_port_bell_state */
    uint32_t sent;
    struct qda_port_call call;
    uint32_t reply_state __attribute__((aligned(128)));
    uint32_t said;
    struct qda_port_reply reply;
};
#define QDA_PORT_BELL_BYTES QDA_PORT_PAGE /* of that memory */

#endif
