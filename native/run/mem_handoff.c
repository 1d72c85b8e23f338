/* SPDX-License-Identifier: MIT */
#include "run/buf.h"
#include "run/families.h"
#include "run/handoff.h"
#include "run/pattern.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * mem.handoff: the dma-buf of one buffer goes to a helper process (SCM_RIGHTS), which imports it into a file of its own,
 * maps the dma-buf and reads a nonce. Timed from before the send until the helper has read it; the helper's stamps (one
 * clock for both processes) split that into receive, import and read. A QDA buffer is a self-import there.
 * Checked: nonce and inode each time, the whole pattern in the first and the last iteration.
 *
 * The helper is this very program, executed again. It is never waited for longer than HANG_NS.
 */
#define HANG_NS 10000000000u
#define GOODBYE_MS 1000
#define MAX_ARGS 16

enum { HANDOFF, RECEIVE, IMPORT, READ, SERIES };

struct state {
    struct qda_run run;
    struct qda_exporter exporter;
    struct qda_buf buf;
    int sock;
    int pid; /* 0: none */
    bool greeted, waiting;
    uint64_t sent_ns;
    struct qda_handoff_ask ask;
    struct qda_handoff_answer answer;
};

static struct qda_pattern pattern_of(const struct qda_run *run)
{
    return (struct qda_pattern){run->point.seed, run->iteration};
}

static int put_data(struct state *st)
{
    struct qda_run *run = &st->run;
    int err = qda_buf_sync(run, &st->buf, QDA_SYNC_START | QDA_SYNC_WRITE);
    if (err < 0)
        return err;
    if (run->point.verify && qda_run_full(run))
        qda_pattern_fill(st->buf.map, st->buf.size, pattern_of(run));
    else
        *(uint64_t *)st->buf.map = qda_pattern_word(pattern_of(run), 0);
    return qda_buf_sync(run, &st->buf, QDA_SYNC_END | QDA_SYNC_WRITE);
}

/* Sends the ask, with the dma-buf if it is about one. */
static int send_ask(struct state *st, uint32_t what)
{
    struct qda_run *run = &st->run;
    st->ask.what = what;
    st->ask.seq++;
    st->ask.size = run->size;
    st->ask.seed = run->point.seed;
    st->ask.k = run->iteration;
    st->ask.whole = run->point.verify && qda_run_full(run);
    int fd = what == QDA_HANDOFF_BUFFER ? st->buf.dmabuf : -1;
    st->sent_ns = qda_now(run->sys);
    int err = run->sys->ops->send_fd(run->sys, st->sock, &st->ask, sizeof st->ask, fd);
    if (err < 0)
        return qda_run_error_because(run, "sendmsg", err, "the helper process is gone (%s)", qda_errno_name(err));
    st->waiting = true;
    return 0;
}

static int take_answer(struct state *st)
{
    struct qda_run *run = &st->run;
    int fd = -1;
    ssize_t got = run->sys->ops->recv_fd(run->sys, st->sock, &st->answer, sizeof st->answer, &fd);
    qda_fd_close(run, &fd);
    if (got == -EINTR || got == -EAGAIN)
        return QDA_PENDING;
    if (got != (ssize_t)sizeof st->answer || st->answer.seq != st->ask.seq)
        return qda_run_error_because(run, "recvmsg", got < 0 ? (int)got : -EPIPE,
                                     "the helper process ended before it answered; the agent's own log says more");
    st->waiting = false;
    st->answer.call[sizeof st->answer.call - 1] = '\0';
    if (st->answer.error == 0)
        return 0;
    return qda_run_error(run, st->answer.call, st->answer.error);
}

/* Waits for what is left of a slice; QDA_PENDING if the helper needs longer. */
static int wait_answer(struct state *st)
{
    struct qda_run *run = &st->run;
    int slice_ms = (int)(run->ctx->slice_ns / 1000000);
    int got = run->sys->ops->poll(run->sys, st->sock, POLLIN, slice_ms > 0 ? slice_ms : 1);
    if (got < 0 && got != -EINTR)
        return qda_run_error(run, "poll", got);
    if (got > 0)
        return take_answer(st);
    if (qda_now(run->sys) - st->sent_ns < HANG_NS)
        return QDA_PENDING;
    return qda_run_error_because(run, "handoff", -ETIMEDOUT,
                                 "the helper process did not answer for %u s: it hangs in a call of the driver; see the kernel log",
                                 (unsigned)(HANG_NS / 1000000000u));
}

static void check_answer(struct state *st)
{
    struct qda_run *run = &st->run;
    const struct qda_handoff_answer *answer = &st->answer;
    uint64_t nonce = qda_pattern_word(pattern_of(run), 0), ino = st->buf.self.buffer.ino;
    qda_run_check(run, answer->nonce == nonce, "the other process read another nonce than was written, iteration %llu",
                  (unsigned long long)run->iteration);
    qda_run_check(run, answer->wrong == 0, "the other process sees %llu words that differ from what was written",
                  (unsigned long long)answer->wrong);
    if (ino)
        qda_run_check(run, answer->ino == ino, "the other process got inode %llu in place of %llu",
                      (unsigned long long)answer->ino, (unsigned long long)ino);
}

static int greet(struct state *st)
{
    if (!st->waiting) {
        int err = send_ask(st, QDA_HANDOFF_HELLO);
        if (err < 0)
            return err;
    }
    int err = wait_answer(st);
    st->greeted = err == 0;
    return err;
}

static int sample(void *arg, uint64_t *ns)
{
    struct state *st = arg;
    int err = 0;
    if (!st->greeted && (err = greet(st)) != 0)
        return err;
    if (!st->waiting && ((err = put_data(st)) < 0 || (err = send_ask(st, QDA_HANDOFF_BUFFER)) < 0))
        return err;
    if ((err = wait_answer(st)) != 0)
        return err;
    const struct qda_handoff_answer *answer = &st->answer;
    ns[HANDOFF] = answer->read_ns - st->sent_ns;
    ns[RECEIVE] = answer->received_ns - st->sent_ns;
    ns[IMPORT] = answer->imported_ns - answer->received_ns;
    ns[READ] = answer->read_ns - answer->imported_ns;
    if (st->run.point.verify)
        check_answer(st);
    return 0;
}

static int spawn_helper(struct state *st)
{
    struct qda_run *run = &st->run;
    const char *argv[MAX_ARGS + 2] = {run->ctx->self_exe};
    int ends[2];
    for (size_t i = 0; i < MAX_ARGS && run->ctx->helper_args && run->ctx->helper_args[i]; i++)
        argv[i + 1] = run->ctx->helper_args[i];
    int err = run->sys->ops->socketpair(run->sys, ends);
    if (err < 0)
        return qda_run_error(run, "socketpair", err);
    st->sock = ends[0];
    int pid = run->sys->ops->spawn(run->sys, &(struct qda_spawn){.argv = argv, .fds = &ends[1], .fd_count = 1});
    qda_fd_close(run, &ends[1]);
    if (pid < 0)
        return qda_run_error_because(run, "spawn", pid, "the helper process could not be started: %s gave %s", argv[0],
                                     qda_errno_name(pid));
    st->pid = pid;
    return 0;
}

/* Says goodbye and waits until the helper's end of the socket is closed: by then it holds nothing of the board. */
static void say_goodbye(struct state *st)
{
    struct qda_sys *sys = st->run.sys;
    static const struct qda_handoff_ask goodbye;
    /* A packet of another size ends it. */
    int err = sys->ops->send_fd(sys, st->sock, &goodbye, 1, -1);
    for (int i = 0; err >= 0 && i < 3; i++) {
        int got = sys->ops->poll(sys, st->sock, POLLIN, GOODBYE_MS);
        if (got <= 0 || (got & POLLHUP))
            return;
        int fd = -1;
        sys->ops->recv_fd(sys, st->sock, &st->answer, sizeof st->answer, &fd); /* an answer nobody waits for any more */
        qda_fd_close(&st->run, &fd);
    }
}

/* Waits for the end of the process in short sleeps; kills it when it takes too long. */
static void end_helper(struct state *st)
{
    struct qda_sys *sys = st->run.sys;
    int status = 0;
    if (st->pid <= 0)
        return;
    say_goodbye(st);
    for (int ms = 0; ms < GOODBYE_MS; ms += 5) {
        if (sys->ops->wait(sys, st->pid, &status, false) != 0) {
            st->pid = 0;
            return;
        }
        sys->ops->poll(sys, -1, 0, 5); /* no descriptor: a sleep */
    }
    sys->ops->kill(sys, st->pid, SIGKILL);
    sys->ops->wait(sys, st->pid, &status, true);
    st->pid = 0;
}

static int start(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    static const char *const names[SERIES] = {"handoff", "receive", "import", "read"};
    struct state *st = *state = qda_run_new(ctx, point, result, sizeof *st);
    if (!st)
        return -1;
    struct qda_run *run = &st->run;
    st->sock = st->exporter.fd = -1;
    st->buf = QDA_BUF_NONE;
    if (!qda_run_needs_size(run))
        return -1;
    qda_run_series(run, SERIES, names);
    snprintf(st->ask.node, sizeof st->ask.node, "%s", ctx->node->path);
    int err = qda_exporter_open(run, point->source, &st->exporter);
    if (err < 0 || (err = qda_exporter_make(run, &st->exporter, &st->buf)) < 0)
        return err;
    if ((err = qda_fd_ino(run, st->buf.dmabuf, &st->buf.self.buffer.ino)) < 0)
        return err;
    return (err = qda_buf_map_dmabuf(run, &st->buf)) < 0 ? err : spawn_helper(st);
}

static int step(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    return qda_run_loop(state, ctx, result, sample);
}

static void stop(struct qda_run_ctx *ctx, void *state)
{
    struct state *st = state;
    (void)ctx;
    if (st) {
        end_helper(st);
        qda_fd_close(&st->run, &st->sock);
        qda_buf_free(&st->run, &st->buf);
        qda_exporter_close(&st->run, &st->exporter);
    }
    free(st);
}

const struct qda_run_ops qda_mem_handoff = {.id = "mem.handoff", .start = start, .step = step, .stop = stop};
