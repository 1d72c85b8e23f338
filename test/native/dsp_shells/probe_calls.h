/* SPDX-License-Identifier: MIT */
#ifndef TEST_PROBE_CALLS_H
#define TEST_PROBE_CALLS_H

#include <stdint.h>

/* What the tests ask of their DSP program (shell.c). */

/* Process attributes from this bit on: how it misbehaves before it is ready. */
#define PROBE_ATTRS_SHIFT 16
enum probe_misbehaviour {
    PROBE_WELL = 0,
    PROBE_EXIT, /* with code 43 */
    PROBE_SPIN,
    PROBE_FLOOD_GARBAGE,
    PROBE_FLOOD_REPLIES, /* of calls that nobody made */
    PROBE_FLOOD_LOG,
    PROBE_EAT_MEMORY, /* exits with 44 when there is no more */
    PROBE_WRITE_WILD, /* where nothing is */
    PROBE_THREADS,    /* makes threads that wait; exits with 49 when there can be no more */
    PROBE_DEAF,       /* ready, but never reads its port again */
};

/* Calls with one in buffer, struct probe_call, and one out buffer, struct probe_answer. */
#define PROBE_HANDLE 100u
enum probe_method {
    PROBE_METHOD_SYSCALL = 2, /* number, args; the answer is what the kernel said */
    PROBE_METHOD_PEEK,        /* the word at `iova`; a page fault where it is not mapped */
    PROBE_METHOD_MISBEHAVE,   /* as `number` says */
    PROBE_METHOD_SPACE,       /* MiB of address space that it was given */
};
#define PROBE_TEXT 0xfffffff0u /* as an argument: the address of `text` */
struct probe_call {
    uint32_t number;
    uint32_t args[6];
    uint32_t pad;
    uint64_t iova;
    char text[64];
};
struct probe_answer {
    uint32_t value;
};

#endif
