/* SPDX-License-Identifier: MIT */
#include "agent/dsp_worker.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "agent/clock.h"

/* Its end was seen: how often wait() is asked. */
#define REAP_NS (10 * MS_NS)

void dsp_worker_init(struct dsp_worker *worker, struct qda_sys *sys)
{
    *worker = (struct dsp_worker){.sys = sys, .sock = -1};
}

static void close_sock(struct dsp_worker *worker)
{
    if (worker->sock >= 0)
        worker->sys->ops->close(worker->sys, worker->sock);
    worker->sock = -1;
}

static void forget(struct dsp_worker *worker)
{
    close_sock(worker);
    worker->pid = 0;
    worker->give_up_ns = 0;
}

/* Those that went after all. */
static void reap_abandoned(struct dsp_worker *worker)
{
    int status;
    for (size_t i = 0; i < DSP_WORKER_ABANDONED; i++) {
        int pid = worker->abandoned[i];
        if (pid != 0 && worker->sys->ops->wait(worker->sys, pid, &status, false) != 0)
            worker->abandoned[i] = 0;
    }
}

static void undo_start(struct dsp_worker *worker)
{
    int status;
    worker->sys->ops->kill(worker->sys, worker->pid, SIGKILL); /* it holds nothing yet, so it goes at once */
    worker->sys->ops->wait(worker->sys, worker->pid, &status, true);
    forget(worker);
}

int dsp_worker_start(struct dsp_worker *worker, const char *const *argv, const struct worker_hello *hello)
{
    struct qda_sys *sys = worker->sys;
    int ends[2];
    assert(worker->pid == 0);
    reap_abandoned(worker);
    int err = sys->ops->socketpair(sys, ends);
    if (err < 0)
        return err;
    int pid = sys->ops->spawn(sys, &(struct qda_spawn){.argv = argv, .fds = &ends[1], .fd_count = 1});
    sys->ops->close(sys, ends[1]);
    if (pid < 0) {
        sys->ops->close(sys, ends[0]);
        return pid;
    }
    worker->pid = pid;
    worker->sock = ends[0];
    worker->ending = worker->killed = worker->dead = false;
    worker->give_up_ns = 0;
    err = dsp_worker_send(worker, WORKER_HELLO, hello, sizeof(*hello));
    if (err < 0)
        undo_start(worker);
    return err;
}

bool dsp_worker_lives(const struct dsp_worker *worker)
{
    return worker->pid != 0;
}

int dsp_worker_send(struct dsp_worker *worker, enum worker_kind kind, const void *body, size_t len)
{
    struct worker_head head = {.kind = kind, .len = (uint32_t)len};
    struct iovec parts[] = {{&head, sizeof(head)}, {(void *)(uintptr_t)body, len}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = len > 0 ? 2 : 1};
    if (worker->sock < 0)
        return -EPIPE;
    return sendmsg(worker->sock, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int dsp_worker_receive(struct dsp_worker *worker, struct worker_packet *out)
{
    if (worker->sock < 0)
        return 0;
    ssize_t got = recv(worker->sock, out, sizeof(*out), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got >= (ssize_t)sizeof(out->head) && (size_t)got == sizeof(out->head) + out->head.len)
        return 1;
    /* It ended, or what it sends is no packet: its memory cannot be trusted then. */
    if (got > 0)
        dsp_worker_kill(worker);
    close_sock(worker);
    if (worker->give_up_ns == 0)
        worker->give_up_ns = clock_now_ns() + DSP_WORKER_END_NS;
    return -EPIPE;
}

void dsp_worker_end(struct dsp_worker *worker)
{
    if (worker->pid == 0 || worker->ending || worker->killed)
        return;
    worker->ending = true;
    worker->give_up_ns = clock_now_ns() + DSP_WORKER_END_NS;
    if (worker->sock >= 0)
        shutdown(worker->sock, SHUT_WR); /* it reads an end-of-file; what it still says is heard */
}

void dsp_worker_kill(struct dsp_worker *worker)
{
    if (worker->pid == 0 || worker->killed || worker->dead)
        return;
    worker->sys->ops->kill(worker->sys, worker->pid, SIGKILL);
    worker->killed = true;
    worker->give_up_ns = clock_now_ns() + DSP_WORKER_END_NS;
}

static void abandon(struct dsp_worker *worker)
{
    for (size_t i = 0; i < DSP_WORKER_ABANDONED; i++) {
        if (worker->abandoned[i] == 0) {
            worker->abandoned[i] = worker->pid;
            return;
        }
    }
}

static void look_for_death(struct dsp_worker *worker)
{
    int got = worker->sys->ops->wait(worker->sys, worker->pid, &worker->status, false);
    if (got < 0)
        worker->status = -1;
    worker->dead = got != 0;
}

bool dsp_worker_reap(struct dsp_worker *worker, int *status)
{
    bool late = worker->give_up_ns != 0 && clock_now_ns() >= worker->give_up_ns;
    if (worker->pid == 0 || (worker->sock >= 0 && !late))
        return false;
    if (!worker->dead)
        look_for_death(worker);
    if (worker->dead ? worker->sock >= 0 : !late)
        return false; /* its last words are heard first: the socket's end comes behind them */
    if (!worker->dead && !worker->killed) {
        dsp_worker_kill(worker);
        return false;
    }
    if (!worker->dead)
        abandon(worker);
    *status = worker->dead ? worker->status : -1;
    forget(worker);
    return true;
}

uint64_t dsp_worker_deadline(const struct dsp_worker *worker, uint64_t now)
{
    if (worker->pid == 0 || (worker->dead && worker->sock >= 0))
        return UINT64_MAX;
    if (worker->sock < 0)
        return now + REAP_NS;
    return worker->give_up_ns != 0 ? worker->give_up_ns : UINT64_MAX;
}
