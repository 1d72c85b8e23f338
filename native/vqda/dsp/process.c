/* SPDX-License-Identifier: MIT */
#include "vqda/dsp/impl.h"

#include "vqda/core/abi.h"
#include "vqda/core/fault.h"
#include "vqda/core/timer.h"
#include "vqda/dsp/elf.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A DSP process: from the shell that SESSION_CREATE passed to its end. */

#define MAX_PROCESSES 64u   /* a board */
#define PACKETS_AT_ONCE 64u /* then others have their turn */

struct vq_dsp_process *vq_dsp_process_of(const struct vq_dsp_node *node, int32_t session)
{
    const struct vq_dsp *dsp = vq_dsp_find(node->node->board);
    for (struct vq_list *at = dsp->processes.next; at != &dsp->processes; at = at->next) {
        struct vq_dsp_process *process = VQ_OF(at, struct vq_dsp_process, link);
        if (process->node == node && process->session == session)
            return process;
    }
    return NULL;
}

/* ---- Its end */

static void unwatch(struct vq_dsp_process *process, struct vq_watch **watch)
{
    if (*watch)
        vq_unwatch_fd(process->dsp->board, *watch);
    *watch = NULL;
}

static void close_port(struct vq_dsp_process *process)
{
    unwatch(process, &process->on_port);
    vq_port_close(&process->port);
}

/* Nothing of it is left, and nobody waits for it. */
static void forget(struct vq_dsp_process *process)
{
    vq_timer_stop(&process->ready_by);
    close_port(process);
    unwatch(process, &process->on_words);
    unwatch(process, &process->on_end);
    if (process->spawned.words >= 0)
        close(process->spawned.words);
    if (process->spawned.pidfd >= 0)
        close(process->spawned.pidfd);
    vq_space_free(&process->space);
    vq_list_del(&process->link);
    free(process);
}

void vq_dsp_process_kill(struct vq_dsp_process *process, const char *why, ...)
{
    if (!vq_dsp_process_lives(process))
        return;
    va_list args;
    va_start(args, why);
    vsnprintf(process->why, sizeof(process->why), why, args);
    va_end(args);
    process->state = VQ_PROCESS_DYING;
    vq_timer_stop(&process->ready_by);
    close_port(process);
    /* By the descriptor: its number may be another's already if somebody else collected it. */
    (void)syscall(SYS_pidfd_send_signal, process->spawned.pidfd, SIGKILL, NULL, 0);
}

void vq_dsp_process_sent(struct vq_dsp_process *process, int err)
{
    if (err == -ENOBUFS)
        vq_dsp_process_kill(process, "it does not read its port: %u packets wait", VQ_PORT_MAX_QUEUED_PACKETS);
    else if (err == -EPIPE || err == -ECONNRESET)
        vq_dsp_process_kill(process, "it closed its port");
    else if (err)
        vq_dsp_process_kill(process, "it cannot be sent anything: %s", strerror(-err));
    else if (process->on_port && !vq_list_empty(&process->port.queue))
        vq_watch_events(process->dsp->board, process->on_port, EPOLLIN | EPOLLOUT);
}

/* How it went, from its wait status. Killed by the board after it closed its port or went wrong: `why` stands already. */
static void say_end(struct vq_dsp_process *process)
{
    const siginfo_t *info = &process->end;
    if (process->ordered)
        return;
    bool killed = info->si_code == CLD_KILLED || info->si_code == CLD_DUMPED;
    if (info->si_code == CLD_EXITED)
        vq_dsp_process_say(process, "the DSP process ended with exit code %d%s%s", info->si_status, process->why[0] ? ": " : "",
                       process->why);
    else if (killed && info->si_status != SIGKILL)
        vq_dsp_process_say(process, "the DSP process was ended by signal %d%s%s", info->si_status, process->why[0] ? ": " : "",
                       process->why);
    else
        vq_dsp_process_say(process, "the DSP process was ended: %s", process->why[0] ? process->why : "somebody killed it");
}

/* Answers what waits for it. With QDA those of a node that is gone wait on, unless their file is closed. */
static void answer_all(struct vq_dsp_process *process, int64_t ret)
{
    bool wakes = vq_abi_of(process->node->node->board->generation)->fastrpc;
    while (!vq_list_empty(&process->calls)) {
        struct vq_dsp_call *call = VQ_OF(process->calls.next, struct vq_dsp_call, link);
        bool waits_on = process->node->gone && !process->release && !process->dsp->finishing && !process->deserted;
        if (waits_on && !wakes) {
            vq_list_del(&call->link);
            process->waiting--;
            call->process = NULL;
            vq_list_add(&process->dsp->orphans, &call->link);
        } else {
            bool create = call == process->create;
            if (create)
                process->create = NULL;
            vq_dsp_answer(call, create && ret > 0 ? (int64_t)VQ_AEE_NOT_READY : ret);
        }
    }
}

/* It has ended: tells whoever waits. */
static void gone(struct vq_dsp_process *process)
{
    vq_dsp_process_receive(process, 4 * PACKETS_AT_ONCE); /* its last words, if it was not killed */
    vq_dsp_process_kill(process, "%s", "");               /* no more of it */
    bool stood = process->create == NULL;
    unwatch(process, &process->on_end);
    unwatch(process, &process->on_words);
    (void)vq_dsp_process_read_words(process);
    vq_dsp_process_end_words(process);
    say_end(process);
    answer_all(process, process->node->gone || process->dsp->finishing ? -ENODEV : (int64_t)VQ_AEE_DEAD);
    struct vq_dsp_call *release = process->release;
    process->state = VQ_PROCESS_DEAD;
    if (release || !stood || process->node->gone || process->dsp->finishing)
        forget(process);
    if (release)
        vq_dsp_answer(release, QDA_AEE_SUCCESS);
}

bool vq_dsp_process_collect(struct vq_dsp_process *process)
{
    siginfo_t end = { .si_code = 0 };
    if (process->end.si_pid != 0)
        return true;
    /* ECHILD: somebody else of this program collected it; how it went is not known then. */
    bool over = waitid(P_PIDFD, (id_t)process->spawned.pidfd, &end, WEXITED | WNOHANG) != 0 || end.si_pid != 0;
    process->end = end;
    return over;
}

static void on_end(struct vq_board *board, void *arg, uint32_t events)
{
    struct vq_dsp_process *process = arg;
    (void)board;
    (void)events;
    if (vq_dsp_process_collect(process))
        gone(process);
}

void vq_dsp_process_release(struct vq_dsp_process *process, struct vq_dsp_call *release)
{
    if (process->state == VQ_PROCESS_DEAD) {
        forget(process);
        vq_dsp_answer(release, QDA_AEE_SUCCESS);
        return;
    }
    process->release = release;
    process->ordered = true;
    vq_dsp_process_kill(process, "it was released");
}

void vq_dsp_process_orphan(struct vq_dsp_process *process)
{
    process->ordered = true;
    if (process->state == VQ_PROCESS_DEAD)
        forget(process);
    else
        vq_dsp_process_kill(process, "its DSP went");
}

void vq_dsp_process_finish(struct vq_dsp_process *process)
{
    process->ordered = true;
    vq_dsp_process_kill(process, "the board ends");
    if (process->state == VQ_PROCESS_DEAD) {
        forget(process);
        return;
    }
    /* It was killed: this takes no time worth a name. */
    (void)waitid(P_PIDFD, (id_t)process->spawned.pidfd, &(siginfo_t){ .si_code = 0 }, WEXITED);
    gone(process);
}

/* ---- Its beginning */

static void on_port(struct vq_board *board, void *arg, uint32_t events)
{
    struct vq_dsp_process *process = arg;
    bool left = false;
    if (events & EPOLLOUT) {
        vq_dsp_process_sent(process, vq_port_flush(&process->port, &left));
        if (!left && process->on_port)
            vq_watch_events(board, process->on_port, EPOLLIN);
    }
    (void)vq_dsp_process_receive(process, PACKETS_AT_ONCE);
}

static void on_words(struct vq_board *board, void *arg, uint32_t events)
{
    struct vq_dsp_process *process = arg;
    (void)board;
    (void)events;
    if (!vq_dsp_process_read_words(process))
        unwatch(process, &process->on_words);
}

static void on_late(struct vq_board *board, struct vq_timer *timer)
{
    (void)board;
    vq_dsp_process_kill(VQ_OF(timer, struct vq_dsp_process, ready_by), "it did not get ready within %u ms",
                    vq_dsp_settings()->ready_ms);
}

static int watch_all(struct vq_dsp_process *process)
{
    struct vq_board *board = process->dsp->board;
    process->on_port = vq_watch_fd(board, process->port.fd, EPOLLIN, on_port, process);
    process->on_words = vq_watch_fd(board, process->spawned.words, EPOLLIN, on_words, process);
    process->on_end = vq_watch_fd(board, process->spawned.pidfd, EPOLLIN, on_end, process);
    return process->on_port && process->on_words && process->on_end ? 0 : -ENOMEM;
}

/* The first packets: what it is, and its memory. */
static int introduce(struct vq_dsp_process *process, const struct vq_message *message)
{
    const struct vq_dsp_settings *settings = vq_dsp_settings();
    struct qda_port_start start = {
        .head = { QDA_PORT_START, 0 },
        .version = QDA_PORT_VERSION,
        .session = process->session,
        .memory_iova = message->memory_iova,
        .memory_size = message->memory_size,
        .space = settings->space,
        .attrs = message->attrs,
        .asid = process->asid,
        .threads = settings->threads,
        .poll_us = settings->poll_us,
        .wake_us = settings->wake_us,
    };
    uint64_t space;
    if (vq_fault_value(process->dsp->board, VQ_FAULT_DSP_SPACE, process->node->node->dsp, &space) && space < start.space)
        start.space = space;
    int bell = vq_port_bell_make(&process->port);
    struct vq_packet packet = { .parts = { { &start, sizeof(start) } }, .fds = &bell, .fd_count = bell >= 0 };
    int err = vq_port_send(&process->port, &packet);
    if (bell >= 0)
        close(bell);
    if (!err)
        err = vq_space_tell(&process->space, process->bank, message->memory_iova, message->memory_size);
    return err ? err : vq_space_flush(&process->space);
}

static unsigned count_processes(const struct vq_dsp *dsp)
{
    unsigned count = 0;
    for (const struct vq_list *at = dsp->processes.next; at != &dsp->processes; at = at->next)
        count++;
    return count;
}

static struct vq_dsp_process *make(struct vq_dsp_node *node, const struct vq_message *message)
{
    struct vq_dsp *dsp = vq_dsp_find(node->node->board);
    struct vq_dsp_process *process = count_processes(dsp) < MAX_PROCESSES ? calloc(1, sizeof(*process)) : NULL;
    if (!process)
        return NULL;
    process->dsp = dsp;
    process->node = node;
    process->bank = message->bank;
    process->session = message->session;
    process->asid = ++dsp->last_asid;
    process->spawned = (struct vq_spawned){ .pid = -1, .pidfd = -1, .port = -1, .words = -1 };
    process->ready_by.fn = on_late;
    vq_port_init(&process->port, -1);
    vq_list_init(&process->calls);
    vq_list_add(&dsp->processes, &process->link);
    if (vq_space_init(&process->space, &process->port) == 0)
        return process;
    forget(process);
    return NULL;
}

void vq_dsp_process_hold(struct vq_dsp_process *process, struct vq_dsp_call *call)
{
    call->process = process;
    process->waiting++;
    vq_list_add(&process->calls, &call->link);
}

/* The shell's bytes, copied: the sender could change its own between the check and the start. */
struct program {
    void *bytes;
    size_t len;
};

/* The process with its descriptors; 0, or -errno and nothing is left. */
static int start(struct vq_dsp_process *process, const struct program *program)
{
    int err = vq_spawn(program->bytes, program->len, &process->spawned);
    if (err) {
        forget(process);
        return err;
    }
    vq_port_init(&process->port, process->spawned.port);
    err = watch_all(process);
    if (!err)
        return 0;
    (void)syscall(SYS_pidfd_send_signal, process->spawned.pidfd, SIGKILL, NULL, 0);
    (void)waitid(P_PIDFD, (id_t)process->spawned.pidfd, &(siginfo_t){ .si_code = 0 }, WEXITED);
    forget(process);
    return err;
}

/* Can these bytes be run? 0, or the AEE code of the refusal, which is said. */
static uint32_t refuse(const struct vq_message *message, const struct program *program)
{
    const char *dsp = message->node->dsp;
    switch (vq_elf_check(program->bytes, program->len)) {
    case VQ_ELF_RUNS:
        return 0;
    case VQ_ELF_QUALCOMM:
        fprintf(stderr,
                "vqda: %s session %d: the shell that was passed is Qualcomm's own, which needs QuRT; the virtual DSP has none: use "
                "the one that the board has at /usr/lib/rfsa/adsp\n",
                dsp, message->session);
        return VQ_AEE_INVALID_FORMAT;
    case VQ_ELF_DYNAMIC:
        fprintf(stderr,
                "vqda: %s session %d: the shell that was passed wants a loader; the virtual DSP runs static programs\n", dsp,
                message->session);
        return VQ_AEE_INVALID_FORMAT;
    default:
        fprintf(stderr,
                "vqda: %s session %d: the file of %zu bytes that was passed as shell is no whole ELF program for Hexagon\n", dsp,
                message->session, program->len);
        return VQ_AEE_UNABLE_TO_LOAD;
    }
}

/* The process of a message that was found good; NULL: there is none, and that was said. */
static struct vq_dsp_process *begin(struct vq_dsp_node *node, const struct vq_message *message, const struct program *program)
{
    struct vq_dsp_process *process = make(node, message);
    int err = process ? start(process, program) : -ENOMEM;
    if (!err)
        return process;
    fprintf(stderr, "vqda: %s session %d: no DSP process: %s\n", message->node->dsp, message->session, strerror(-err));
    return NULL;
}

/* 0 and *out, or the AEE code of the answer. */
static uint32_t create(struct vq_dsp_node *node, const struct vq_message *message, struct vq_dsp_process **out)
{
    struct program program = { .bytes = malloc(message->elf_len + 1u), .len = message->elf ? message->elf_len : 0 };
    if (!program.bytes)
        return QDA_AEE_ENOMEMORY;
    if (program.len > 0)
        memcpy(program.bytes, message->elf, program.len);
    uint32_t refusal = refuse(message, &program);
    *out = refusal ? NULL : begin(node, message, &program);
    free(program.bytes);
    return refusal || *out ? refusal : QDA_AEE_ENOMEMORY;
}

void vq_dsp_process_create(struct vq_dsp_node *node, struct vq_dsp_call *call)
{
    struct vq_message *message = call->message;
    struct vq_dsp_process *process = vq_dsp_process_of(node, message->session);
    if (process && process->state == VQ_PROCESS_DEAD) {
        forget(process);
        process = NULL;
    }
    uint32_t refusal = process ? VQ_AEE_ALREADY : create(node, message, &process);
    if (refusal) {
        vq_dsp_answer(call, refusal);
        return;
    }
    process->create = call;
    vq_dsp_process_hold(process, call);
    vq_timer_start(process->dsp->board, &process->ready_by, vq_dsp_settings()->ready_ms * 1000000ull);
    vq_dsp_process_sent(process, introduce(process, message));
}
