/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_FAKE_DSP_H
#define QDA_TEST_FAKE_DSP_H

#include "fastrpc/fastrpc.h"
#include "rpcmsg/aee.h"
#include "rpcmsg/reverse.h"

#include <pthread.h>

/*
 * A scripted driver with a DSP behind it. Files are real, in a folder of the test's own; buffers are memfds, so that what stays
 * open shows. The DSP plays a list of reverse calls to the listener and keeps what was answered; after the last, next2 waits as
 * in v1: until a signal breaks it.
 */
#define FAKE_DSP_STEPS 512u
#define FAKE_DSP_HANDLES 1100u
#define FAKE_DSP_OUT 131072u

/* A reverse call. Lengths of `outs` are what the DSP wants. */
struct fake_step {
    uint32_t handle, sc;
    struct qda_part ins[6];
    uint32_t outs[4];
    /* Instead of packing the parts above: these bytes, with `needed` as said. */
    const void *raw;
    size_t raw_len;
    uint32_t needed;
    unsigned times; /* play it so often; 0: once */
};

/* What the listener answered: the last round of each step. */
struct fake_answer_of {
    int32_t result;
    uint32_t out_len;
    uint8_t out[4096]; /* as far as it fits */
};

struct fake_dsp {
    struct qda_sys base;
    struct qda_sys *files; /* the kernel's, below `root` */
    char root[64];
    struct qda_driver driver;
    struct qda_node node;

    /* To be set by the test. */
    const struct fake_step *steps;
    size_t step_count;
    bool no_heap;
    int create_result, init1_result, init_result; /* of init2 on handle 7 and 3 */
    int remotectl1_result, remotectl_result;      /* of the call on handle 8 and 0 */
    int32_t dl_error;
    const char *dl_text;
    int null_results[3]; /* getASID, handle 2, the unused method */
    int map_result;      /* of the maps from now on */
    unsigned map_limit;  /* so many at once; 0: no limit */
    bool same_address;   /* every map gives the first one's */
    bool half_apart;     /* each map begins in the middle of the one before */
    /* Methods of a dynamic handle; NULL: AEE_ENOSUCH. args: as the driver gets them. */
    int (*method)(struct fake_dsp *dsp, uint32_t handle, uint32_t sc, const struct qda_rpc_arg *args);

    /* To be looked at, under the lock while a session stands. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t played;
    struct fake_answer_of answers[FAKE_DSP_STEPS];
    unsigned opens, closes, creates, maps, unmaps, maps_now, next_calls, interrupted;
    uint32_t listener, remotectl; /* handles that were used last */
    bool shell_seen;              /* the create's buffer held the shell */
    const struct qda_shell *shell;
    uint32_t create_attrs, map_flags, map_request;
    uint32_t loaded_method, closed_handle;
    char uri[256];
    bool signals_blocked; /* in every call of another thread than the listener's */

    int handles[FAKE_DSP_HANDLES]; /* memfd + 1; 0: free */
    uint64_t next_address;
    unsigned rounds;
};

/* A node with GEM, of v1's kind. The folder stands in `root`. */
struct fake_dsp *fake_dsp_new(void);
void fake_dsp_free(struct fake_dsp *dsp);
/* A file of the board, its folders made. */
void fake_dsp_put(struct fake_dsp *dsp, const char *path, const void *bytes, size_t len);
/* Waits until the list was played and the last answer came. False after very long. */
bool fake_dsp_played(struct fake_dsp *dsp);
/* Packed inputs of a step into `to` (FAKE_DSP_OUT bytes, 8-byte aligned); bytes. */
size_t fake_dsp_pack(const struct fake_step *step, uint8_t *to);
/* Open descriptors of this process. */
unsigned fake_dsp_descriptors(void);
/* A Hexagon ELF header and `len` bytes in all. */
void fake_dsp_elf(uint8_t *bytes, size_t len);

#endif
