/* SPDX-License-Identifier: MIT */
#include "dsp/shell/port.h"

#include "dsp/shell/arena.h"
#include "dsp/shell/begin.h"
#include "dsp/shell/mappings.h"
#include "dsp/shell/space.h"
#include "dsp/shell/sys.h"
#include "dsp/shell/text.h"
#include "dsp/shell/thread.h"
#include "dsp/shell/turn.h"

#define THREADS_BEGIN 4u
#define THREADS_MAX 64u
#define WORKER_STACK (256u * 1024u)
#define LOOKS_A_TIME 8u

struct qda_port_start start;

static struct qda_port_bell none, *bell = &none; /* the board's, if it gave one: nobody ever looks at `none` */
static struct lock bell_lock;                    /* who writes a reply there; only tried */
static uint32_t taken;             /* packets taken from the socket */

static uint32_t threads; /* that serve */
static uint32_t idle;    /* of them, those that no call holds */

/* Calls that came while every thread but one was held: the one must stay free for maps and the listener. */
struct waiting {
    struct qda_port_call call;
    struct waiting *next;
};
static struct lock waiting_lock;
static struct waiting waiting_slots[1024], *waiting_first, **waiting_end = &waiting_first, *waiting_unused;
static uint32_t waiting_made;

/* What a serving thread needs. */
struct worker {
    struct packet packet;
    struct call call;
    struct window window;
};

static void put(const void *bytes, uint32_t len)
{
    long sent;
    do
        sent = SYS3(SYS_WRITE, QDA_PORT_FD, bytes, len);
    while (sent == -SYS_EINTR || sent == -SYS_EAGAIN);
    if (sent < 0)
        sys_exit_group(EXIT_PORT_CLOSED);
    __atomic_fetch_add(&bell->said, 1, __ATOMIC_SEQ_CST);
}

static bool change(uint32_t *state, uint32_t from, uint32_t to)
{
    return __atomic_compare_exchange_n(state, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* False: the board does not look there. */
static inline bool ring(const struct qda_port_reply *reply)
{
    bool rung = false;
    if (!lock_try(&bell_lock))
        return false;
    if (__atomic_load_n(&bell->reply_state, __ATOMIC_ACQUIRE) == QDA_BELL_WATCHED) {
        bell->reply = *reply;
        rung = change(&bell->reply_state, QDA_BELL_WATCHED, QDA_BELL_RUNG);
    }
    __atomic_store_n(&bell_lock.word, 0, __ATOMIC_RELEASE);
    return rung;
}

void port_reply(uint64_t ctx, int32_t ret)
{
    const struct qda_port_reply reply = {{QDA_PORT_REPLY, 0}, {ctx, remote_error(ret), 0}};
    if (!ring(&reply))
        put(&reply, sizeof(reply));
}

void port_log(const char *text)
{
    struct {
        struct qda_port_head head;
        char text[512];
    } line = {{QDA_PORT_LOG, 0}, {0}};
    size_t len = strlen(text);
    len = len < sizeof(line.text) ? len : sizeof(line.text);
    memcpy(line.text, text, len);
    put(&line, (uint32_t)(sizeof(line.head) + len));
}

void port_fault(uint32_t address, uint32_t flags, uint32_t tid)
{
    const struct qda_port_fault fault = {{QDA_PORT_FAULT, 0}, address, space_iova(address), flags, tid};
    put(&fault, sizeof(fault));
}

/* Descriptors that came with the packet. */
static void take_fds(struct packet *packet, const struct sys_msghdr *header)
{
    const struct sys_cmsghdr *control = (const void *)packet->control;
    packet->fd_count = packet->fds_used = 0;
    if (header->control_len < sizeof(*control) || control->level != SOL_SOCKET || control->type != SCM_RIGHTS)
        return;
    packet->fd_count = (control->len - sizeof(*control)) / 4;
    memcpy(packet->fds, control + 1, packet->fd_count * 4);
}

/* One packet. False: none within the poll. */
static bool receive(struct packet *packet, int flags)
{
    struct sys_iovec part = {packet->bytes, sizeof(packet->bytes)};
    struct sys_msghdr header = {NULL, 0, &part, 1, packet->control, sizeof(packet->control), 0};
    long got = SYS3(SYS_RECVMSG, QDA_PORT_FD, &header, flags | MSG_CMSG_CLOEXEC);
    if (got == -SYS_EAGAIN || got == -SYS_EINTR)
        return false;
    if (got <= 0)
        sys_exit_group(EXIT_PORT_CLOSED);
    packet->len = (uint32_t)got;
    take_fds(packet, &header);
    __atomic_fetch_add(&taken, 1, __ATOMIC_SEQ_CST);
    return true;
}

/* Without a branch: each is what the emulator is slow at. */
static void copy_call(uint64_t *to, const uint64_t *from)
{
#pragma clang loop unroll(full)
    for (uint32_t i = 0; i < sizeof(struct qda_port_call) / sizeof(*to); i++)
        to[i] = from[i];
}

/* Nobody looks at the bell any more. True: it had a call. */
static inline bool look_away(struct packet *packet)
{
    if (__atomic_load_n(&bell->call_state, __ATOMIC_ACQUIRE) != QDA_BELL_RUNG &&
        change(&bell->call_state, QDA_BELL_WATCHED, QDA_BELL_NOBODY))
        return false;
    copy_call((uint64_t *)packet->bytes, (const uint64_t *)&bell->call);
    packet->len = sizeof(bell->call);
    packet->fd_count = packet->fds_used = 0;
    __atomic_store_n(&bell->call_state, QDA_BELL_NOBODY, __ATOMIC_RELEASE);
    return true;
}

/* How a packet came. */
enum came {
    CAME_NOT,
    CAME_BY_BELL,   /* a call */
    CAME_BY_SOCKET,
    CAME_TO_SLEEPER, /* by the socket, and woke somebody up */
};

/* Is there anything at the bell, or in the socket? Without a bell nobody knows. */
static inline bool something(void)
{
    uint32_t state = __atomic_load_n(&bell->call_state, __ATOMIC_ACQUIRE);
    uint32_t sent = __atomic_load_n(&bell->sent, __ATOMIC_SEQ_CST);
    return (state != QDA_BELL_WATCHED) | (sent != __atomic_load_n(&taken, __ATOMIC_SEQ_CST)) | (bell == &none);
}

/*
 * Looks for a packet as long as START said. The processor goes to whoever else wants it before each look, for that may be the board.
 * The clock costs more than a look, and is asked now and then.
 */
static inline enum came poll_port(struct packet *packet)
{
    uint64_t until = 0;
    __atomic_store_n(&bell->call_state, QDA_BELL_WATCHED, __ATOMIC_SEQ_CST);
    for (uint32_t looks = 1;; looks++) {
        SYS3(SYS_SCHED_YIELD, 0, 0, 0);
        if (something()) {
            if (look_away(packet))
                return CAME_BY_BELL;
            if (receive(packet, MSG_DONTWAIT))
                return CAME_BY_SOCKET;
            __atomic_store_n(&bell->call_state, QDA_BELL_WATCHED, __ATOMIC_SEQ_CST);
        }
        if (looks % LOOKS_A_TIME != 0)
            continue;
        uint64_t now = sys_now_ns();
        if (!until)
            until = now + (uint64_t)start.poll_us * 1000;
        else if (now >= until)
            return look_away(packet) ? CAME_BY_BELL : CAME_NOT;
    }
}

static enum came receive_asleep(struct packet *packet)
{
    while (!receive(packet, 0))
        ;
    return CAME_TO_SLEEPER;
}

/* Polls as long as START said, then sleeps. */
static inline enum came receive_next(struct packet *packet)
{
    if (!start.poll_us)
        return receive_asleep(packet);
    turn_take();
    enum came came = poll_port(packet);
    if (came != CAME_NOT) {
        turn_give();
        return came;
    }
    turn_sleep();
    came = receive_asleep(packet);
    turn_give_awoken();
    return came;
}

static void wake_delay(void)
{
    uint64_t until = sys_now_ns() + (uint64_t)start.wake_us * 1000;
    while (sys_now_ns() < until)
        ;
}

static inline void run_call(struct worker *worker, const struct qda_port_call *from)
{
    struct call *call = &worker->call;
    call->request = &from->request;
    call->message = mappings_message(from, &worker->window);
    int32_t ret = call_begin(call);
    if (!ret)
        ret = dispatch(call);
    call_end(call);
    if (ret != CALL_LATER)
        port_reply(from->request.ctx, ret);
}

static void *serve(void *arg);

/* The last idle thread took a call: another one must take what comes next. False: there are enough. */
static bool another(void)
{
    uint32_t count = __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED);
    if (count < THREADS_MAX) {
        __atomic_fetch_add(&idle, 1, __ATOMIC_RELAXED);
        if (thread_make(serve, NULL, WORKER_STACK))
            return true;
        __atomic_fetch_sub(&idle, 1, __ATOMIC_RELAXED);
    }
    __atomic_fetch_sub(&threads, 1, __ATOMIC_RELAXED);
    return false;
}

/* Keeps a call for a thread that becomes free. */
static bool keep(const struct qda_port_call *call)
{
    lock_take(&waiting_lock);
    struct waiting *slot = waiting_unused;
    if (slot)
        waiting_unused = slot->next;
    else if (waiting_made < sizeof(waiting_slots) / sizeof(waiting_slots[0]))
        slot = &waiting_slots[waiting_made++];
    if (slot) {
        slot->call = *call;
        slot->next = NULL;
        *waiting_end = slot;
        waiting_end = &slot->next;
    }
    lock_release(&waiting_lock);
    return slot != NULL;
}

static bool kept(struct qda_port_call *call)
{
    lock_take(&waiting_lock);
    struct waiting *slot = waiting_first;
    if (slot) {
        *call = slot->call;
        waiting_first = slot->next;
        if (!waiting_first)
            waiting_end = &waiting_first;
        slot->next = waiting_unused;
        waiting_unused = slot;
    }
    lock_release(&waiting_lock);
    return slot != NULL;
}

/* Calls that were kept meanwhile. */
static void run_kept(struct worker *worker)
{
    struct qda_port_call more;
    while (kept(&more))
        run_call(worker, &more);
}

static inline void on_call(struct worker *worker)
{
    const struct qda_port_call *call = (const void *)worker->packet.bytes;
    mappings_of_call(&worker->packet, call);
    bool last = __atomic_sub_fetch(&idle, 1, __ATOMIC_RELAXED) == 0;
    /* Calls of the runtime itself are short; a skel's could hold every thread. */
    if (last && !another() && call->request.handle > QDA_HANDLE_STATIC_MAX && keep(call)) {
        __atomic_fetch_add(&idle, 1, __ATOMIC_RELAXED);
        return;
    }
    run_call(worker, call);
    if (__atomic_load_n(&waiting_first, __ATOMIC_RELAXED))
        run_kept(worker);
    __atomic_fetch_add(&idle, 1, __ATOMIC_RELAXED);
}

static void on_packet(struct worker *worker)
{
    uint32_t kind = worker->packet.len >= sizeof(struct qda_port_head) ? *(uint32_t *)worker->packet.bytes : 0;
    if (kind == QDA_PORT_CALL && worker->packet.len >= sizeof(struct qda_port_call))
        on_call(worker);
    else if (!mappings_apply(&worker->packet))
        port_log("the port: a packet of an unknown kind or length was ignored");
    for (uint32_t i = worker->packet.fds_used; i < worker->packet.fd_count; i++)
        sys_close(worker->packet.fds[i]); /* nobody named it */
}

static void *serve(void *arg)
{
    (void)arg;
    uint32_t at = upper_take(pages_of(sizeof(struct worker)));
    struct worker *worker = (struct worker *)at;
    if (!at || sys_map(at, pages_of(sizeof(*worker)) * QDA_PORT_PAGE, PROT_READ | PROT_WRITE, -1, 0) < 0) {
        port_log("the runtime has no memory for a thread");
        sys_exit_group(EXIT_BROKEN);
    }
    for (;;) {
        enum came came = receive_next(&worker->packet);
        if (came == CAME_BY_BELL) {
            on_call(worker);
            continue;
        }
        if (came == CAME_TO_SLEEPER && start.wake_us)
            wake_delay();
        on_packet(worker);
    }
}

/* The bell, where START brings one. Without it everything goes over the socket. */
static void take_bell(const struct packet *first)
{
    uint32_t at = first->fd_count > 0 ? upper_take(1) : 0;
    if (at && sys_map(at, QDA_PORT_PAGE, PROT_READ | PROT_WRITE, first->fds[0], 0) == 0)
        bell = (struct qda_port_bell *)at;
    for (uint32_t i = 0; i < first->fd_count; i++)
        sys_close(first->fds[i]);
}

_Noreturn void port_serve(void)
{
    static struct packet first;
    while (!receive(&first, 0))
        ;
    memcpy(&start, first.bytes, sizeof(start));
    if (first.len < sizeof(start) || start.head.kind != QDA_PORT_START || start.version != QDA_PORT_VERSION) {
        port_log("the port: the first packet is not START of this version");
        sys_exit_group(EXIT_BROKEN);
    }
    take_bell(&first);
    space_begin(start.space);
    threads = idle = THREADS_BEGIN;
    for (uint32_t i = 1; i < THREADS_BEGIN; i++) {
        if (!thread_make(serve, NULL, WORKER_STACK)) {
            port_log("the runtime cannot make its threads");
            sys_exit_group(EXIT_BROKEN);
        }
    }
    const struct qda_port_head ready = {QDA_PORT_READY, 0};
    put(&ready, sizeof(ready));
    serve(NULL);
    sys_exit_group(EXIT_BROKEN);
}
