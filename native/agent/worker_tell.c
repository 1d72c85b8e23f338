/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/clock.h"
#include "agent/worker_say.h"
#include "run/dsp.h"
#include "wire/text.h"

/* What is told of the DSP session beside the points: log lines, the session itself, mappings, calls that last. */

/* A skel that says something in each of its rounds must not be all that the agent hears. */
#define LOG_LINES_A_SECOND 200u

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t log_second_ns;
static uint32_t log_lines, log_left_out;

static void say_line(int level, const char *text)
{
    struct worker_log line = {.level = level};
    qda_text_copy(line.text, sizeof(line.text), text);
    worker_say(WORKER_LOG, &line, sizeof(line));
}

/* May another line be said? A new second begins with what the last one left out. */
static bool log_allows(void)
{
    uint64_t now = clock_now_ns();
    if (now - log_second_ns >= SECOND_NS) {
        if (log_left_out > 0) {
            char text[96];
            snprintf(text, sizeof(text), "%u lines of the log are left out here: there were more than %u a second.", log_left_out,
                     LOG_LINES_A_SECOND);
            say_line(2, text);
        }
        log_second_ns = now;
        log_lines = log_left_out = 0;
    }
    bool allowed = log_lines < LOG_LINES_A_SECOND;
    if (allowed)
        log_lines++;
    else
        log_left_out++;
    return allowed;
}

static void on_log(void *arg, int level, const char *text)
{
    (void)arg;
    pthread_mutex_lock(&log_lock);
    if (log_allows())
        say_line(level, text);
    pthread_mutex_unlock(&log_lock);
}

static void on_mapped(void *arg, const char *kind, uint64_t address, uint64_t size, uint64_t ino)
{
    (void)arg;
    qda_dsp_watch_mapped(kind, address, size, ino);
}

static void on_unmapped(void *arg, uint64_t address)
{
    (void)arg;
    qda_dsp_watch_unmapped(address);
}

static void on_session(void *arg, const struct qda_dsp_fact *fact)
{
    (void)arg;
    struct worker_session message = {
        .alive = fact->alive,
        .unsigned_pd = fact->unsigned_pd,
        .shell_bytes = fact->shell_bytes,
        .process_memory = fact->process_memory,
        .address_space = fact->address_space,
        .reverse_calls = fact->reverse_calls,
        .since_ns = fact->since_ns,
    };
    qda_text_copy(message.shell, sizeof(message.shell), fact->shell ? fact->shell : "");
    memcpy(message.shell_sha256, fact->shell_sha256, sizeof(message.shell_sha256));
    if (!fact->alive)
        qda_dsp_watch_forget();
    worker_say(WORKER_SESSION, &message, sizeof(message));
}

static bool on_trace(void *arg)
{
    (void)arg;
    worker_say(WORKER_TRACE, NULL, 0);
    return worker_await_go();
}

static void on_traced(void *arg, uint64_t size, uint64_t ino)
{
    (void)arg;
    struct worker_traced message = {.tid = (uint32_t)gettid(), .size = size, .ino = ino};
    worker_say(WORKER_TRACED, &message, sizeof(message));
    worker_await_go();
}

void worker_tell_into(struct qda_dsp_setup *setup)
{
    setup->hooks = (struct qda_rpc_hooks){.log = on_log, .mapped = on_mapped, .unmapped = on_unmapped};
    setup->tell = (struct qda_dsp_tell){.session = on_session, .trace = on_trace, .traced = on_traced};
}

/* ---- the watching thread */
static void on_call(void *arg, const struct qda_dsp_call *call)
{
    (void)arg;
    struct worker_call message = {.tid = call->tid, .handle = call->handle, .sc = call->sc, .since_ns = call->since_ns};
    qda_text_copy(message.name, sizeof(message.name), call->name);
    worker_say(WORKER_CALL, &message, sizeof(message));
}

static void on_range(void *arg, const struct qda_dsp_range *range)
{
    (void)arg;
    struct worker_mapped message = {
        .address = range->address, .size = range->size, .ino = range->ino, .since_ns = range->since_ns};
    memcpy(message.kind, range->kind, sizeof(message.kind));
    worker_say(WORKER_MAPPED, &message, sizeof(message));
}

static void on_range_gone(void *arg, uint64_t address)
{
    (void)arg;
    worker_say(WORKER_UNMAPPED, &(struct worker_mapped){.address = address}, sizeof(struct worker_mapped));
}

/* The agent is gone: nothing waits for what the others do, and they may wait in a call for ever. */
static void on_tick(void *arg)
{
    (void)arg;
    struct pollfd agent = {.fd = WORKER_FD};
    if (poll(&agent, 1, 0) > 0 && (agent.revents & (POLLHUP | POLLERR | POLLNVAL)))
        _exit(0);
}

struct qda_dsp_watcher worker_watcher(void)
{
    return (struct qda_dsp_watcher){.call = on_call, .mapped = on_range, .unmapped = on_range_gone, .tick = on_tick};
}
