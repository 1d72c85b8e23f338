/* SPDX-License-Identifier: MIT */
#include "run/handoff_peer.h"

#include "run/buf.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>

#define HANG_NS 10000000000u /* the helper is never waited for longer */
#define GOODBYE_MS 1000
#define MAX_ARGS 16

int qda_peer_start(struct qda_run *run, struct qda_peer *peer)
{
    const char *argv[MAX_ARGS + 2] = {run->ctx->self_exe};
    int ends[2];
    for (size_t i = 0; i < MAX_ARGS && run->ctx->helper_args && run->ctx->helper_args[i]; i++)
        argv[i + 1] = run->ctx->helper_args[i];
    int err = run->sys->ops->socketpair(run->sys, ends);
    if (err < 0)
        return qda_run_error(run, "socketpair", err);
    peer->sock = ends[0];
    int pid = run->sys->ops->spawn(run->sys, &(struct qda_spawn){.argv = argv, .fds = &ends[1], .fd_count = 1});
    qda_fd_close(run, &ends[1]);
    if (pid < 0)
        return qda_run_error_because(run, "spawn", pid, "the helper process could not be started: %s gave %s", argv[0],
                                     qda_errno_name(pid));
    peer->pid = pid;
    return 0;
}

int qda_peer_ask(struct qda_run *run, struct qda_peer *peer, enum qda_handoff_what what, int fd)
{
    struct qda_handoff_ask *ask = &peer->ask;
    ask->what = what;
    ask->seq++;
    ask->size = run->size;
    ask->seed = run->point.seed;
    ask->k = run->iteration;
    ask->whole = run->point.verify && qda_run_full(run);
    ask->check = run->point.verify;
    peer->sent_ns = qda_now(run->sys);
    int err = run->sys->ops->send_fd(run->sys, peer->sock, ask, sizeof *ask, fd);
    if (err < 0)
        return qda_run_error_because(run, "sendmsg", err, "the helper process is gone (%s)", qda_errno_name(err));
    peer->waiting = true;
    return 0;
}

static int take_answer(struct qda_run *run, struct qda_peer *peer)
{
    struct qda_handoff_answer *answer = &peer->answer;
    int fd = -1;
    ssize_t got = run->sys->ops->recv_fd(run->sys, peer->sock, answer, sizeof *answer, &fd);
    qda_fd_close(run, &fd);
    if (got == -EINTR || got == -EAGAIN)
        return QDA_PENDING;
    if (got != (ssize_t)sizeof *answer || answer->seq != peer->ask.seq)
        return qda_run_error_because(run, "recvmsg", got < 0 ? (int)got : -EPIPE,
                                     "the helper process ended before it answered; the agent's own log says more");
    peer->waiting = false;
    answer->call[sizeof answer->call - 1] = '\0';
    return answer->error == 0 ? 0 : qda_run_error(run, answer->call, answer->error);
}

int qda_peer_wait(struct qda_run *run, struct qda_peer *peer)
{
    int slice_ms = (int)(run->ctx->slice_ns / 1000000);
    int got = run->sys->ops->poll(run->sys, peer->sock, POLLIN, slice_ms > 0 ? slice_ms : 1);
    if (got < 0 && got != -EINTR)
        return qda_run_error(run, "poll", got);
    if (got > 0)
        return take_answer(run, peer);
    if (qda_now(run->sys) - peer->sent_ns < HANG_NS)
        return QDA_PENDING;
    return qda_run_error_because(run, "handoff", -ETIMEDOUT,
                                 "the helper process did not answer for %u s: it hangs in a call of the driver; see the kernel log",
                                 (unsigned)(HANG_NS / 1000000000u));
}

/* Says goodbye and waits until the helper's end of the socket is closed: by then it holds nothing of the board. */
static void say_goodbye(struct qda_run *run, struct qda_peer *peer)
{
    struct qda_sys *sys = run->sys;
    static const struct qda_handoff_ask goodbye;
    /* A packet of another size ends it. */
    int err = sys->ops->send_fd(sys, peer->sock, &goodbye, 1, -1);
    for (int i = 0; err >= 0 && i < 3; i++) {
        int got = sys->ops->poll(sys, peer->sock, POLLIN, GOODBYE_MS);
        if (got <= 0 || (got & POLLHUP))
            return;
        int fd = -1;
        sys->ops->recv_fd(sys, peer->sock, &peer->answer, sizeof peer->answer, &fd); /* an answer nobody waits for any more */
        qda_fd_close(run, &fd);
    }
}

/* Waits for the end of the process in short sleeps. */
static void end_process(struct qda_run *run, struct qda_peer *peer)
{
    struct qda_sys *sys = run->sys;
    int status = 0;
    for (int ms = 0; ms < GOODBYE_MS; ms += 5) {
        if (sys->ops->wait(sys, peer->pid, &status, false) != 0)
            return;
        sys->ops->poll(sys, -1, 0, 5); /* no descriptor: a sleep */
    }
    sys->ops->kill(sys, peer->pid, SIGKILL);
    sys->ops->wait(sys, peer->pid, &status, true);
}

void qda_peer_end(struct qda_run *run, struct qda_peer *peer)
{
    if (peer->pid > 0) {
        say_goodbye(run, peer);
        end_process(run, peer);
    }
    peer->pid = 0;
    qda_fd_close(run, &peer->sock);
}
