/* SPDX-License-Identifier: MIT */
#ifndef TEST_SCRIPTED_BOARD_H
#define TEST_SCRIPTED_BOARD_H

#include "qda_calls.h"
#include "uapi/errnos.h"
#include "uapi/qda_v1.h"
#include "vqda/dsp/message.h"

/*
 * A virtual board in a thread of the test program, with a scripted DSP behind its driver, and a seam to it: what the tests
 * of messages stand on. The DSP takes a copy of each message's payload and answers as the script says.
 */
#define SCRIPT_MESSAGES 64

/* A message that came. */
struct script_seen {
    enum qda_call call; /* QDA_CALL_ANY: INIT_RELEASE */
    struct qda_rpc_request request;
    int32_t session;
    bool has_file;
    uint32_t sid;
    uint8_t *payload; /* request.size bytes */
    const char *elf;  /* a copy */
    uint32_t elf_len, attrs;
    uint64_t memory_iova, memory_size;
    struct vq_message *message; /* while it waits; NULL: answered */
};

struct script {
    int64_t answer;
    bool hold;  /* messages other than INIT_RELEASE wait until script_answer() */
    int refuse; /* -errno that vq_dsp_send() gives; 0: none */
    void (*run)(struct vq_message *message); /* in the DSP's place, before the answer; in the board's thread */
};
extern struct script script; /* set while no call is on its way */
extern struct script_seen script_seen[SCRIPT_MESSAGES];
extern size_t script_count; /* messages so far, INIT_RELEASE included */
extern unsigned script_slabs_gone, script_nodes_gone;
/* IOVA ranges that left a bank. */
extern struct script_range {
    uint64_t iova, size;
} script_unmapped[256];
extern size_t script_unmapped_count;

extern struct calls q; /* of the board */
extern struct vq_board *board;

/* A fresh board of a generation (QDA_ERRNO_*); false: the test cannot go on. `quirk`: "NAME=off", or NULL. */
bool board_start(unsigned generation, enum vq_iommu iommu, const char *quirk);
/* Ends it; where `empty`, nothing may be held. */
void board_stop(bool empty);
/* Runs fn in the board's thread, and waits for it. */
void on_board(void (*fn)(void *arg), void *arg);
/* Objects that the board holds, its event loop having heard of all closes before. */
uint64_t board_objects(void);
/* Waits until so many messages came; what came last. NULL: it hangs. */
struct script_seen *script_wait(size_t count);
/* Answers the waiting message of that index. */
void script_answer(size_t index, int64_t ret);
/* Waits until the board holds so many objects. */
bool board_settles_at(uint64_t objects);

int open_cdsp(void);
/* One INVOKE on `fd`; its arguments are v1's. */
long invoke(int fd, uint32_t handle, uint32_t sc, const struct qda_v1_fastrpc_invoke_args *args);
/* A buffer of the node, mapped: handle, dma-buf fd and address; `field` is what the generation's `fd` fields want. */
struct buffer {
    uint32_t handle;
    int dmabuf;
    int field;
    char *map;
    uint64_t size;
    uint64_t offset; /* of the mapping on the node */
};
bool buffer_make(int fd, uint64_t size, struct buffer *out);
void buffer_drop(int fd, struct buffer *buffer);
/* DMA address of a handle of the newest open file. */
uint64_t dma_of(uint32_t handle);

#endif
