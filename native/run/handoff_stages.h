/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_HANDOFF_STAGES_H
#define QDA_RUN_HANDOFF_STAGES_H

#include "run/dsp_work.h"
#include "run/handoff_peer.h"

/* The stages of a buffer's way through the DSP (mem_handoff_dsp.c): each does one thing and adds its time to `ns`. */
enum qda_way_stage {
    QDA_WAY_ALLOC,
    QDA_WAY_EXPORT,
    QDA_WAY_HAND_OVER,
    QDA_WAY_IMPORT,
    QDA_WAY_DSP_MAP,
    QDA_WAY_MAP,
    QDA_WAY_TOUCH,
    QDA_WAY_SYNC,
    QDA_WAY_INVOKE,
    QDA_WAY_DSP_UNMAP,
    QDA_WAY_UNMAP,
    QDA_WAY_DETACH,
    QDA_WAY_CLOSE_FD,
    QDA_WAY_FREE,
    QDA_WAY_STAGES
};
#define QDA_WAY_MAP_REQUEST 2u /* with attributes: the one that every generation has */

/* The state of the family. */
struct qda_way {
    struct qda_run run;
    struct qda_skel skel;
    struct qda_peer peer;
    struct qda_dspbuf buf;
    int again;            /* warm: descriptor of the repeated export; -1: none */
    unsigned stages;      /* those that there are here: bit n, stage n */
    uint64_t ns[QDA_WAY_STAGES];
    uint64_t standing_ns; /* for so long the clock stood */
    uint64_t value;       /* what the DSP read */
    uint64_t imported_ino; /* what the helper imported; 0: it was not asked */
};

static inline bool qda_way_is_warm(const struct qda_way *way)
{
    return way->run.point.variant == QDA_HANDOFF_WARM;
}
static inline bool qda_way_has_gem(const struct qda_way *way)
{
    return way->run.ctx->node->driver->gem;
}
/* What the DSP reads: the first word and the last one, other words each time. */
uint64_t qda_way_words(const struct qda_way *way);

/* All: 0, or negative with the result filled in. */
/* A new buffer with its dma-buf: GEM_CREATE and PRIME_HANDLE_TO_FD, or the driver's own dma-buf. */
int qda_way_make(struct qda_way *way);
int qda_way_export(struct qda_way *way, int *dmabuf);
/* Where data is checked: the inode of the dma-buf, while the clock stands. */
int qda_way_look(struct qda_way *way);
/* To the helper, and the import there. */
int qda_way_hand_over(struct qda_way *way, int dmabuf);
int qda_way_dsp_map(struct qda_way *way);
int qda_way_cpu_map(struct qda_way *way);
/* The first write to each page, and the words that the DSP is to read, between begin and end of CPU access. */
int qda_way_touch(struct qda_way *way);
int qda_way_invoke(struct qda_way *way);
int qda_way_dsp_unmap(struct qda_way *way);
void qda_way_cpu_unmap(struct qda_way *way);
/* The helper closes its import. */
int qda_way_let_go(struct qda_way *way);
int qda_way_close_fd(struct qda_way *way, int *fd);
/* The last that anybody holds of the buffer. */
int qda_way_end(struct qda_way *way);

/* One ask and its answer; waits: the worker may. */
int qda_way_ask(struct qda_way *way, enum qda_handoff_what what, int fd);

#endif
