/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_DSP_H
#define QDA_RUN_DSP_H

#include "dsp/qbench.h"
#include "fastrpc/fastrpc.h"
#include "run/base.h"
#include "run/buf.h"

/*
 * What DSP families stand on: the DSP session of this worker process, our skel in it, and buffers that both sides use.
 *
 * The session is opened by the first point that asks for it and kept for the points of the same repeat (a repeat is an independent
 * run: a fresh session). A session that died (DSP restart, crash of the process) makes the point an error that says so; the next
 * point that asks gets a new one, if there can be one.
 */
struct qda_dsp; /* in qda_run_ctx */

/* What is known of the session from our own bookkeeping. */
struct qda_dsp_fact {
    bool alive; /* false: it went */
    bool unsigned_pd;
    const char *shell; /* path */
    uint64_t shell_bytes;
    uint8_t shell_sha256[32];
    uint64_t process_memory; /* bytes that the driver holds for it; 0: not known */
    uint64_t address_space;  /* bytes of its 32-bit space that can be used; 0: not known */
    uint64_t reverse_calls;  /* served so far */
    uint64_t since_ns;
};

/* Whom the session tells of itself, from the thread that runs the point; any may be NULL. */
struct qda_dsp_tell {
    void *arg;
    void (*session)(void *arg, const struct qda_dsp_fact *fact); /* it came, changed or went */
    /* Around the setting up of a shared buffer: may its DMA address be traced now? True: `traced` follows once it stands. */
    bool (*trace)(void *arg);
    void (*traced)(void *arg, uint64_t size, uint64_t ino);
};

/* Made once by the worker. `files`: what the loader is served (the skel); `hooks`: logs and heap growth, may be zero. */
struct qda_dsp_setup {
    struct qda_sys *sys;
    const struct qda_node *node;
    const char *shell_path; /* the user's, or NULL */
    const char *folder;     /* below which code on the DSP may read the board's files; NULL: it may not */
    bool signed_pd;
    const struct qda_rpc_file *files;
    size_t file_count;
    struct qda_rpc_hooks hooks; /* `mapped` and `unmapped` are also told of the buffers that qda_dspbuf_dsp_map maps */
    struct qda_dsp_tell tell;
    const char *build_id; /* the agent's own: a skel of another build is refused; NULL: any is taken */
};
struct qda_dsp *qda_dsp_new(const struct qda_dsp_setup *setup);
void qda_dsp_free(struct qda_dsp *dsp);

/* What a session wants of the board: reads its shell, looks for the folder. 0, or -1 with the point skipped and the reason. */
int qda_dsp_prepare(struct qda_run *run, bool unsigned_pd, struct qda_shell *out);
/* The session for this point, opened if need be. NULL: the result says why (skip where this board has no shell or no DSP). */
struct qda_rpc *qda_dsp_session(struct qda_run *run);
/* The session with our skel open in it: its handle in *handle. NULL as above. */
struct qda_rpc *qda_dsp_skel(struct qda_run *run, uint32_t *handle);
/* Ends the session; what goes wrong later belongs to a new one. */
void qda_dsp_end(struct qda_dsp *dsp);
const struct qda_dsp_setup *qda_dsp_setup_of(const struct qda_dsp *dsp);
/* Tells of the session again if what is known of it changed. Between steps, by the worker. */
void qda_dsp_tell_changes(struct qda_dsp *dsp);

/* A result of a call: 0 and true, or the point becomes an error naming `call` with the words of qda_rpc_words. */
bool qda_dsp_ok(struct qda_run *run, const char *call, int result);

/* A buffer for CPU and DSP: made, exported, mapped for the CPU; `ref` goes into calls. */
struct qda_dspbuf {
    struct qda_buf buf; /* handle (where the driver has GEM), dma-buf, CPU mapping */
    uint64_t size;
    int32_t ref;
    uint64_t address;   /* DSP address while mapped (qda_dspbuf_dsp_map), else 0 */
    uint32_t request;   /* of that map */
};
#define QDA_DSPBUF_NONE ((struct qda_dspbuf){.buf = QDA_BUF_NONE})
/* size in bytes. source: QDA_SRC_QDA, or a heap or udmabuf (imported where the driver has GEM). 0 or negative, result filled. */
int qda_dspbuf_make(struct qda_run *run, struct qda_rpc *rpc, enum qda_source source, uint64_t size, struct qda_dspbuf *out);
/* The same without a mapping for the CPU: drivers keep what was once mapped so. */
int qda_dspbuf_make_unmapped(struct qda_run *run, struct qda_rpc *rpc, enum qda_source source, uint64_t size,
                             struct qda_dspbuf *out);
int qda_dspbuf_dsp_map(struct qda_run *run, struct qda_rpc *rpc, uint32_t request, struct qda_dspbuf *buf);
int qda_dspbuf_dsp_unmap(struct qda_run *run, struct qda_rpc *rpc, struct qda_dspbuf *buf);
/* Unmaps on the DSP and the CPU, closes. */
void qda_dspbuf_free(struct qda_run *run, struct qda_rpc *rpc, struct qda_dspbuf *buf);
/* CPU access around calls: DMA_BUF_IOCTL_SYNC of its dma-buf. */
int qda_dspbuf_sync(struct qda_run *run, const struct qda_dspbuf *buf, uint64_t flags);

/*
 * Zero-copy proof for a buffer: nonce written by the CPU and read by the DSP (TOUCH_IN) and the other way round (TOUCH_OUT), same
 * inode before and behind the driver. Fills run->result->zero_copy; a proof that fails makes the point a fail. Untimed.
 */
int qda_dsp_prove(struct qda_run *run, struct qda_rpc *rpc, uint32_t handle, struct qda_dspbuf *buf);

/* A figure that is no time: sets or adds it to the result's counters. */
void qda_run_counter(struct qda_run *run, const char *name, const char *unit, uint64_t value);
/* May this board be asked for counts of retired instructions (the emulator)? */
bool qda_dsp_counts(const struct qda_run *run);

#endif
