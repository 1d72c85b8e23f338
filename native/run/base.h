/* SPDX-License-Identifier: MIT */
#ifndef QDA_RUN_BASE_H
#define QDA_RUN_BASE_H

#include "run/run.h"

/*
 * What every family stands on: the loop that counts warm-ups, samples and budget, and the words of a result. A family's
 * state begins with a struct qda_run, and its only measuring code is a qda_sample_fn.
 */
struct qda_run {
    struct qda_run_ctx *ctx;
    struct qda_sys *sys;
    struct qda_point_result *result;
    struct qda_point point;
    uint64_t size; /* bytes: the point's, rounded up to pages */
    unsigned series;

    /* The iteration being made. */
    uint64_t iteration; /* from 0, warm-ups included: the pattern's k */
    bool warm;          /* its times are thrown away */
    bool first;         /* compare everything */
    bool last;          /* compare everything; nothing follows */

    /* The loop's own. */
    uint64_t began_ns;
    uint32_t warmups;
    uint32_t taken;
    bool begun, open, done;
};

/*
 * Makes one iteration: prepares, times only the calls in question, checks afterwards, fills ns[0..series). Returns 0,
 * QDA_PENDING (nothing is lost: called again for the same iteration), or -errno with the result's words filled in.
 */
typedef int (*qda_sample_fn)(void *state, uint64_t ns[QDA_MAX_SERIES]);
#define QDA_PENDING 1

/* A family's state of `bytes`, zeroed, its struct qda_run filled and *result cleared to pass. NULL: *result says why. */
void *qda_run_new(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, size_t bytes);
/* Declares `count` series, in the order of ns[]. */
void qda_run_series(struct qda_run *run, unsigned count, const char *const *names);
/* The body of a step: iterations until the slice is over, the sink is full or the point is done. As qda_run_ops.step. */
int qda_run_loop(struct qda_run *run, struct qda_run_ctx *ctx, struct qda_point_result *result, qda_sample_fn sample);

/* Rounded up to whole pages; 0 where that does not fit. */
uint64_t qda_page_round(uint64_t bytes);
/* Does the driver keep what was once mapped for the CPU? */
bool qda_run_leaks(const struct qda_run *run);
/* Should iteration k be compared in whole (first and last)? */
bool qda_run_full(const struct qda_run *run);

/* Counts a check; `held` false makes the point a fail, and its first failed check gives the sentence. Returns held. */
bool qda_run_check(struct qda_run *run, bool held, const char *what, ...) __attribute__((format(printf, 3, 4)));
/* The point could not go on: `call` answered `err` (-errno). Returns err. */
int qda_run_error(struct qda_run *run, const char *call, int err);
/* The same with a sentence of its own. */
int qda_run_error_because(struct qda_run *run, const char *call, int err, const char *why, ...)
    __attribute__((format(printf, 4, 5)));
/* The point cannot be had here. Returns a negative number for start(). */
int qda_run_skip(struct qda_run *run, const char *why, ...) __attribute__((format(printf, 2, 3)));
/* A remark on a point that passes; kept only while there is no other sentence. */
void qda_run_note(struct qda_run *run, const char *what, ...) __attribute__((format(printf, 2, 3)));
/* "ENOMEM"; "errno 85" for one that no call of ours is known to give. `err` is -errno. */
const char *qda_errno_name(int err);

/* Start of a family that needs a size; false: the result says so. */
bool qda_run_needs_size(struct qda_run *run);
/* Families that deal in QDA's own buffers only; false: the result says so. */
bool qda_run_needs_qda(struct qda_run *run);
/* What only a driver with GEM handles and PRIME has: `what` names it ("GEM_CREATE"). False: the result says so. */
bool qda_run_needs_gem(struct qda_run *run, const char *what);

static inline uint64_t qda_now(struct qda_sys *sys)
{
    return sys->ops->now_ns(sys);
}

#endif
