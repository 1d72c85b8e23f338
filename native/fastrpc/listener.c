/* SPDX-License-Identifier: MIT */
#include "fastrpc/impl.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * The thread that the DSP's reverse calls arrive in. init2 says that it is there; next2 hands in the outputs of the call before
 * and waits for the next one: it lies in the driver nearly all the time.
 *   handle 7 (adsp_listener1): init2 5, next2 6, in newer firmware; handle 3 (adsp_listener): init2 3, next2 4, in all.
 *
 * How it ends. Nobody can answer a waiting next2: closing the file does not, because the waiting ioctl holds the file; and the
 * call that would make the process exit (handle 4, method 2) ends it under the feet of calls that still run. So here, and only
 * here, a call is broken off by a signal: all signals are blocked in this thread but one, which is sent to this thread alone until
 * it has ended. The DSP process is released by the close of the file right after, so that nobody comes back with an answer. What
 * it costs: v1 never frees the context of a wait that was interrupted, nor its message buffer of 17 pages (derived), once a session,
 * as for every client of it that is killed; FastRPC keeps the memory that it made for the DSP's heap. The session says so (left_behind).
 */
#define STOP_SIGNAL (SIGRTMIN + 5)
#define STOP_PAUSE_MIN_NS 20000
#define STOP_PAUSE_MAX_NS 5000000

static void on_stop_signal(int number)
{
    (void)number; /* only to break the wait */
}

static void install_handler(void)
{
    struct sigaction action = {.sa_handler = on_stop_signal}; /* no SA_RESTART: the driver's wait is not taken up again */
    sigfillset(&action.sa_mask);
    int err = sigaction(STOP_SIGNAL, &action, NULL);
    assert(err == 0);
    (void)err;
}

static void let_stop_signal_in(void)
{
    sigset_t set;
    sigfillset(&set);
    sigdelset(&set, STOP_SIGNAL);
    pthread_sigmask(SIG_SETMASK, &set, NULL);
}

static void tell(struct rpc_listener *listener, bool *what, int result)
{
    pthread_mutex_lock(&listener->lock);
    *what = true;
    if (what == &listener->answered)
        listener->result = result;
    pthread_cond_broadcast(&listener->changed);
    pthread_mutex_unlock(&listener->lock);
}

static int init_on(struct qda_rpc *rpc, uint32_t handle, uint32_t method)
{
    rpc->listener.handle = handle;
    rpc->listener.next_method = method + 1;
    return rpc_call(rpc->sys, rpc->driver, rpc->fd, handle, QDA_SCALARS_BUILD(0, method, 0, 0, 0, 0), NULL);
}

static int init2(struct qda_rpc *rpc)
{
    int result = init_on(rpc, QDA_HANDLE_LISTENER1, 5);
    if (result == 0 || qda_rpc_is_errno(result))
        return result;
    return init_on(rpc, QDA_HANDLE_LISTENER, 3);
}

struct exchange {
    struct qda_reverse_done done;
    struct qda_reverse_call call;
    uint8_t *in; /* QDA_REVERSE_ROOM bytes */
};

/*
 * As the kernel lays it out: 40 bytes an argument, 16 u64 and 64 u32, then the inline arguments, each at a multiple of 128; whole
 * pages. Source: the QDA v1 posting.
 */
uint64_t rpc_listener_message(uint64_t out_len)
{
    const uint64_t lens[4] = {sizeof(struct qda_reverse_done), out_len, sizeof(struct qda_reverse_call), QDA_REVERSE_ROOM};
    uint64_t at = 4 * 40 + 16 * 8 + 64 * 4;
    for (unsigned i = 0; i < 4; i++)
        at = (at + 127) / 128 * 128 + lens[i];
    return (at + 4095) / 4096 * 4096;
}

static int next2(struct qda_rpc *rpc, struct exchange *x)
{
    struct qda_rpc_arg args[4] = {
        {.ptr = &x->done, .len = sizeof x->done},
        {.ptr = rpc->served.out, .len = x->done.out_len},
        {.ptr = &x->call, .len = sizeof x->call},
        {.ptr = x->in, .len = QDA_REVERSE_ROOM},
    };
    uint32_t sc = QDA_SCALARS_BUILD(0, rpc->listener.next_method, 2, 2, 0, 0);
    x->done.room = QDA_REVERSE_ROOM;
    return rpc_call(rpc->sys, rpc->driver, rpc->fd, rpc->listener.handle, sc, args);
}

/* A flood of calls is slowed down to so many a second: it costs the DSP its time, not us ours. */
static void hold_back(struct qda_rpc *rpc)
{
    uint64_t now = rpc->sys->ops->now_ns(rpc->sys);
    if (!rpc_bucket_take(&rpc->served.calls, now, RPC_CALL_BURST, RPC_CALLS_PER_S))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void serve(struct qda_rpc *rpc, struct exchange *x)
{
    size_t in_len = x->call.needed, out_len = 0;
    hold_back(rpc);
    /* No served method takes inputs of more than the room, so the rest is never fetched. */
    int result = in_len > QDA_REVERSE_ROOM ? RPC_EBADSIZE : rpc_serve(&rpc->served, &x->call, x->in, in_len, &out_len);
    x->done = (struct qda_reverse_done){
        .context = x->call.context,
        .result = result,
        .out_len = result == 0 ? (uint32_t)out_len : 0,
    };
}

/* Until the session ends or the DSP answers no more. An error is not tried again: the DSP might then have two of them waiting. */
static void loop(struct qda_rpc *rpc)
{
    struct exchange x = {.done = {.result = -1}, .in = calloc(1, QDA_REVERSE_ROOM)};
    int result = x.in ? 0 : -ENOMEM;
    while (result == 0 && !atomic_load(&rpc->listener.stop)) {
        memset(&x.call, 0, sizeof x.call);
        result = next2(rpc, &x);
        if (result == 0)
            serve(rpc, &x);
    }
    if (result == -EINTR)
        rpc->listener.broken_off = rpc_listener_message(x.done.out_len);
    if (!atomic_load(&rpc->listener.stop)) {
        char words[300];
        qda_rpc_words(result, words, sizeof words);
        rpc_log(&rpc->served, RPC_LEVEL_ERROR, "reverse calls are served no more: %s", words);
    }
    free(x.in);
}

static void *run(void *arg)
{
    struct qda_rpc *rpc = arg;
    let_stop_signal_in();
    int result = init2(rpc);
    tell(&rpc->listener, &rpc->listener.answered, result);
    if (result == 0)
        loop(rpc);
    tell(&rpc->listener, &rpc->listener.finished, 0);
    return NULL;
}

static int start_thread(struct qda_rpc *rpc)
{
    struct rpc_listener *listener = &rpc->listener;
    sigset_t before;
    pthread_mutex_init(&listener->lock, NULL);
    pthread_cond_init(&listener->changed, NULL);
    rpc_signals_off(&before); /* the thread begins so */
    int err = pthread_create(&listener->thread, NULL, run, rpc);
    rpc_signals_back(&before);
    if (err != 0) {
        pthread_cond_destroy(&listener->changed);
        pthread_mutex_destroy(&listener->lock);
        return -err;
    }
    listener->running = true;
    return 0;
}

static int wait_for_answer(struct rpc_listener *listener)
{
    pthread_mutex_lock(&listener->lock);
    while (!listener->answered)
        pthread_cond_wait(&listener->changed, &listener->lock);
    int result = listener->result;
    pthread_mutex_unlock(&listener->lock);
    return result;
}

int rpc_listener_start(struct qda_rpc *rpc, char why[400])
{
    install_handler();
    int result = start_thread(rpc);
    if (result == 0)
        result = wait_for_answer(&rpc->listener);
    if (result == 0)
        return 0;
    char words[300];
    qda_rpc_words(result, words, sizeof words);
    rpc_say(why, "the DSP process takes no listener (handles 7 and 3), so it could open no module: %s", words);
    rpc_listener_stop(rpc);
    return result;
}

static bool has_finished(struct rpc_listener *listener)
{
    pthread_mutex_lock(&listener->lock);
    bool finished = listener->finished;
    pthread_mutex_unlock(&listener->lock);
    return finished;
}

/* Signals the thread until it says that it has finished: a signal that comes just before the wait in the driver is lost. */
static void drive_out(struct rpc_listener *listener)
{
    long pause_ns = STOP_PAUSE_MIN_NS;
    while (!has_finished(listener)) {
        pthread_kill(listener->thread, STOP_SIGNAL);
        nanosleep(&(struct timespec){.tv_nsec = pause_ns}, NULL);
        pause_ns = pause_ns * 2 < STOP_PAUSE_MAX_NS ? pause_ns * 2 : STOP_PAUSE_MAX_NS;
    }
}

void rpc_listener_stop(struct qda_rpc *rpc)
{
    struct rpc_listener *listener = &rpc->listener;
    if (!listener->running)
        return;
    atomic_store(&listener->stop, true);
    drive_out(listener);
    pthread_join(listener->thread, NULL);
    pthread_cond_destroy(&listener->changed);
    pthread_mutex_destroy(&listener->lock);
    listener->running = false;
}
