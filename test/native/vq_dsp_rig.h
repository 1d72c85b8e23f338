/* SPDX-License-Identifier: MIT */
#ifndef TEST_VQ_DSP_RIG_H
#define TEST_VQ_DSP_RIG_H

#include "dsp_shells/probe_calls.h"
#include "vqda/dsp/message.h"
#include "vqda/dsp/settings.h"

/*
 * The virtual DSP without the driver: a board with one bank whose addresses the test hands out, and messages that go straight to
 * vq_dsp_send(). QDA_DSP_SHELL: the test's DSP program; QDA_SANDBOX: the plugin.
 */
#define RIG_SID 3u
#define RIG_SLAB (1u << 20)
#define RIG_MEMORY 0xfff00000ull /* IOVA of the process memory */
#define RIG_MEMORY_SIZE (1ull << 20)
#define RIG_MESSAGES 0x80000000ull /* IOVA of the slab */

extern struct vq_board *rig_board;
extern struct vq_node rig_node;
extern struct vq_bank rig_bank;
extern struct vq_slab rig_slab;
extern uint64_t rig_faults, rig_fault_iova; /* page faults told */

/* False: this machine has no emulator, and the running test is marked as skipped. */
bool rig_begin(void);
/* The settings that the rig uses, to be changed and given to vq_dsp_configure(). */
struct vq_dsp_settings rig_settings(void);
/* The board ends; no process is left. */
void rig_end(void);

/* A message; `answer` counts what came: RIG_WAITS before. */
#define RIG_WAITS INT64_MIN
struct rig_call {
    struct vq_message message;
    int64_t answer;
    unsigned answers;
};
/* Sends SESSION_CREATE with these bytes (NULL: the test's program); vq_dsp_send's result. */
int rig_send_create(struct rig_call *call, int32_t session, uint32_t attrs, const void *elf, uint32_t len);
/* Sends an INVOKE with `in_len` and `out_len` bytes inline (out 0: no out buffer); the slot (0 to 15) is its place in the slab. */
struct rig_buffers {
    unsigned slot;
    const void *in;
    uint32_t in_len;
    uint32_t out_len;
    uint64_t iova, size; /* of a handle argument; size 0: none */
};
int rig_send_invoke(struct rig_call *call, int32_t session, uint32_t handle, uint32_t method, const struct rig_buffers *buffers);
const void *rig_out(const struct rig_call *call); /* the out buffer's bytes */
int rig_send_release(struct rig_call *call, int32_t session);
/* Runs the board until the call is answered, for at most 60 s. Its answer, or RIG_WAITS. */
int64_t rig_wait(struct rig_call *call);
/* Runs the board for so many ms. */
void rig_run(unsigned ms);

/* Create, and the release of it; each must succeed. */
bool rig_create(int32_t session, uint32_t attrs);
void rig_release(int32_t session);
/* One probe call of the test's program; the answer of the message, *value the out buffer. */
int64_t rig_probe(int32_t session, enum probe_method method, const struct probe_call *in, uint32_t *value);
/* The word at an IOVA as the session's program reads it, in a call that names 4 KiB there (`named`) or does not. */
int64_t rig_peek(int32_t session, uint64_t iova, bool named, uint32_t *value);

/* Maps `size` bytes at the IOVA; the memory is `memfd`'s from `offset` on. */
void rig_map(uint64_t iova, uint64_t size, int memfd, uint64_t offset);
void rig_unmap(uint64_t iova); /* tells the DSP too */

/* The pid of a session's process, as vq_dsp_each() tells; 0: it has none. */
int rig_pid(int32_t session);
unsigned rig_sessions(void);
struct vq_dsp_session rig_session(int32_t session);
/* Everything that was written to the log since rig_begin(), so far. */
const char *rig_log(void);

#endif
