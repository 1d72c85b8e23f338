/* SPDX-License-Identifier: MIT */
#include "probe_calls.h"
#include "rpcmsg/port.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A DSP program for the tests of the virtual DSP: it speaks the port (rpcmsg/port.h) with one thread, and misbehaves as its
 * process attributes or a call say (probe_calls.h). Freestanding: system calls of 32-bit Linux as Hexagon numbers them.
 */
#define SYS_CLOSE 57
#define SYS_EXIT_GROUP 94
#define SYS_SCHED_YIELD 124
#define SYS_SENDMSG 211
#define SYS_RECVMSG 212
#define SYS_MUNMAP 215
#define SYS_MMAP2 222

#define MEMORIES 256
#define RANGES 256
#define GUEST_PAGE 65536u

/* A build that misbehaves whatever its attributes are: as PROBE_ALWAYS says. */
#ifndef PROBE_ALWAYS
#define PROBE_ALWAYS PROBE_WELL
#endif

struct iov {
    void *base;
    uint32_t len;
};
struct msg {
    void *name;
    uint32_t name_len;
    struct iov *iov;
    uint32_t iov_len;
    void *control;
    uint32_t control_len;
    uint32_t flags;
};
struct control {
    uint32_t len;
    int32_t level, type;
    int32_t fds[QDA_PORT_MAX_FDS];
};

static struct qda_port_start start;
static int memories[MEMORIES + 1];
static struct qda_port_map ranges[RANGES];
static unsigned range_count;

void *memcpy(void *to, const void *from, size_t len);
void *memset(void *to, int c, size_t len);
void c_start(void);
void _start(void);

void *memcpy(void *to, const void *from, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((volatile char *)to)[i] = ((const char *)from)[i];
    return to;
}

void *memset(void *to, int c, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((volatile char *)to)[i] = (char)c;
    return to;
}

static int32_t sys(uint32_t number, const uint32_t a[6])
{
    register uint32_t r0 __asm__("r0") = a[0];
    register uint32_t r1 __asm__("r1") = a[1];
    register uint32_t r2 __asm__("r2") = a[2];
    register uint32_t r3 __asm__("r3") = a[3];
    register uint32_t r4 __asm__("r4") = a[4];
    register uint32_t r5 __asm__("r5") = a[5];
    register uint32_t r6 __asm__("r6") = number;
    __asm__ volatile("trap0(#1)" : "+r"(r0) : "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5), "r"(r6) : "memory");
    return (int32_t)r0;
}

static _Noreturn void quit(uint32_t code)
{
    for (;;)
        sys(SYS_EXIT_GROUP, (uint32_t[6]){ code });
}

static uint32_t address(const void *p)
{
    return (uint32_t)(uintptr_t)p;
}

static int32_t send_packet(const void *at, uint32_t len)
{
    struct iov iov = { (void *)(uintptr_t)at, len };
    struct msg msg = { .iov = &iov, .iov_len = 1 };
    return sys(SYS_SENDMSG, (uint32_t[6]){ QDA_PORT_FD, address(&msg), 0 });
}

static void say(const char *text)
{
    static struct {
        struct qda_port_head head;
        char text[256];
    } packet;
    uint32_t len = 0;
    while (text[len] && len < sizeof(packet.text)) {
        packet.text[len] = text[len];
        len++;
    }
    packet.head = (struct qda_port_head){ QDA_PORT_LOG, 0 };
    send_packet(&packet, (uint32_t)sizeof(packet.head) + len);
}

static void *map(int fd, uint64_t size, uint32_t flags)
{
    int32_t at = sys(SYS_MMAP2, (uint32_t[6]){ 0, (uint32_t)size, 3, flags, (uint32_t)fd, 0 });
    return at < 0 && at > -4096 ? NULL : (void *)(uintptr_t)(uint32_t)at;
}

/* ---- Misbehaviour */

static void flood(uint32_t kind)
{
    static uint8_t bytes[4096];
    struct qda_port_reply forged = { .head = { QDA_PORT_REPLY, 0 } };
    for (uint64_t i = 0;; i++) {
        forged.response.ctx = i % 256 << 4 | (i / 256 % 4); /* every index in each domain, over and over: one is somebody's */
        if (kind == PROBE_FLOOD_REPLIES)
            send_packet(&forged, sizeof(forged));
        else if (kind == PROBE_FLOOD_LOG)
            say("words without end");
        else
            send_packet(bytes, sizeof(bytes));
    }
}

static void eat_memory(void)
{
    for (;;) {
        volatile char *at = map(-1, 1u << 20, 0x22);
        if (!at)
            quit(44);
        for (uint32_t i = 0; i < 1u << 20; i += 4096)
            at[i] = 1;
    }
}

/* A thread that waits for ever, or the error. The thread needs no stack. */
__attribute__((naked)) static int32_t make_thread(uint32_t flags, void *stack, volatile uint32_t *word)
{
    __asm__ volatile("r6 = #220\n" /* clone */
                     "r7 = r2\n"
                     "trap0(#1)\n"
                     "p0 = cmp.eq(r0, #0)\n"
                     "if (!p0) jumpr r31\n"
                     "1: r0 = r7\n"
                     "r1 = #0\n"
                     "r2 = #0\n"
                     "r3 = #0\n"
                     "r6 = #98\n" /* futex, FUTEX_WAIT */
                     "trap0(#1)\n"
                     "jump 1b\n");
}

static void make_threads(void)
{
    static uint8_t stack[4096];
    static volatile uint32_t zero;
    const uint32_t flags = 0x50f00; /* CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM */
    while (make_thread(flags, stack + sizeof(stack), &zero) > 0) {
    }
    quit(49);
}

static void misbehave(uint32_t kind)
{
    switch (kind) {
    case PROBE_EXIT:
        quit(43);
    case PROBE_SPIN:
        for (volatile uint32_t i = 0;; i++) {
        }
    case PROBE_FLOOD_GARBAGE:
    case PROBE_FLOOD_REPLIES:
    case PROBE_FLOOD_LOG:
        flood(kind);
        break;
    case PROBE_EAT_MEMORY:
        eat_memory();
        break;
    case PROBE_THREADS:
        make_threads();
        break;
    case PROBE_WRITE_WILD:
        *(volatile uint32_t *)(uintptr_t)0x7f000000u = 1;
        break;
    default:
        break;
    }
}

/* ---- The port */

static void take_maps(const struct qda_port_maps *head, const struct qda_port_map *maps, const struct control *control)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < head->head.count; i++) {
        if (maps[i].fresh)
            memories[maps[i].memory] = control->fds[next++];
        if (range_count < RANGES)
            ranges[range_count++] = maps[i];
    }
}

static void take_unmap(const struct qda_port_unmap *unmap)
{
    for (unsigned i = 0; i < range_count; i++) {
        if (ranges[i].iova == unmap->iova && ranges[i].size == unmap->size)
            ranges[i--] = ranges[--range_count];
    }
}

static void take_forget(const struct qda_port_forget *forget)
{
    sys(SYS_CLOSE, (uint32_t[6]){ (uint32_t)memories[forget->memory] });
}

/* Reads 4 bytes of an IOVA, through a mapping made for it. */
static uint32_t peek(uint64_t iova)
{
    for (unsigned i = 0; i < range_count; i++) {
        const struct qda_port_map *range = &ranges[i];
        if (iova < range->iova || iova - range->iova >= range->size)
            continue;
        uint64_t offset = range->offset + (iova - range->iova);
        const uint8_t *at = map(memories[range->memory], range->offset + range->size, 1);
        uint32_t value;
        if (!at)
            quit(45);
        memcpy(&value, at + offset, sizeof(value));
        sys(SYS_MUNMAP, (uint32_t[6]){ address(at), (uint32_t)(range->offset + range->size) });
        return value;
    }
    struct qda_port_fault fault = { .head = { QDA_PORT_FAULT, 0 }, .address = 0x20000000u, .iova = iova, .tid = 1 };
    send_packet(&fault, sizeof(fault));
    quit(46);
}

/* Where an inline argument lies in the message. */
static void *argument(uint8_t *message, const struct qda_port_call *call, uint32_t n)
{
    uint32_t args = QDA_SCALARS_LENGTH(call->request.sc);
    const union qda_rpc_arg *arg = (const void *)(message + 16 * n);
    const struct qda_rpc_invoke_buf *buf = (const void *)(message + qda_rpc_bufs_at(args) + 8 * n);
    const struct qda_rpc_page *page = (const void *)(message + qda_rpc_pages_at(args) + 16 * buf->pgidx);
    return message + (uint32_t)(page->addr - call->request.addr) + (uint32_t)(arg->buf.pv & 4095);
}

static uint32_t probe(uint8_t *message, const struct qda_port_call *call)
{
    struct probe_call *in = argument(message, call, 0);
    struct probe_answer *out = argument(message, call, 1);
    switch (QDA_SCALARS_METHOD(call->request.sc)) {
    case PROBE_METHOD_SYSCALL: {
        uint32_t args[6];
        for (unsigned i = 0; i < 6; i++)
            args[i] = in->args[i] == PROBE_TEXT ? address(in->text) : in->args[i];
        out->value = (uint32_t)sys(in->number, args);
        return 0;
    }
    case PROBE_METHOD_PEEK:
        out->value = peek(in->iova);
        return 0;
    case PROBE_METHOD_MISBEHAVE:
        misbehave(in->number);
        return 0;
    case PROBE_METHOD_SPACE:
        out->value = (uint32_t)(start.space >> 20);
        return 0;
    default:
        return QDA_AEE_REMOTE + QDA_AEE_EUNSUPPORTED;
    }
}

static void take_call(const struct qda_port_call *call, const struct control *control)
{
    uint32_t handle = call->request.handle;
    struct qda_port_reply reply = { .head = { QDA_PORT_REPLY, 0 }, .response = { .ctx = call->request.ctx } };
    if (call->message.fresh)
        memories[call->message.memory] = control->fds[0];
    uint64_t size = call->message.offset + call->message.size;
    uint8_t *at = map(memories[call->message.memory], size, 1);
    if (!at)
        quit(47);
    if (handle == QDA_HANDLE_PROCESS)
        memcpy(argument(at + call->message.offset, call, 0), &start.asid, sizeof(start.asid));
    else if (handle == QDA_HANDLE_LISTENER)
        return; /* never answered */
    else if (handle == PROBE_HANDLE)
        reply.response.ret = (int32_t)probe(at + call->message.offset, call);
    else if (handle != QDA_HANDLE_INIT)
        reply.response.ret = (int32_t)(QDA_AEE_REMOTE + QDA_AEE_EUNSUPPORTED);
    sys(SYS_MUNMAP, (uint32_t[6]){ address(at), (uint32_t)size });
    send_packet(&reply, sizeof(reply));
}

static void take_packet(uint8_t *packet, const struct control *control)
{
    const struct qda_port_head *head = (const void *)packet;
    if (head->kind == QDA_PORT_MAP)
        take_maps((const void *)packet, (const void *)(packet + sizeof(struct qda_port_maps)), control);
    if (head->kind == QDA_PORT_UNMAP)
        take_unmap((const void *)packet);
    if (head->kind == QDA_PORT_FORGET)
        take_forget((const void *)packet);
    if (head->kind == QDA_PORT_CALL)
        take_call((const void *)packet, control);
    if (head->kind != QDA_PORT_START)
        return;
    memcpy(&start, packet, sizeof(start));
    const uint32_t how = PROBE_ALWAYS != PROBE_WELL ? PROBE_ALWAYS : start.attrs >> PROBE_ATTRS_SHIFT;
    misbehave(how);
    struct qda_port_head ready = { QDA_PORT_READY, 0 };
    send_packet(&ready, sizeof(ready));
    while (how == PROBE_DEAF)
        sys(SYS_SCHED_YIELD, (uint32_t[6]){ 0 });
}

void c_start(void)
{
    static _Alignas(16) uint8_t packet[QDA_PORT_MAX_PACKET];
    static struct control control;
    for (;;) {
        struct iov iov = { packet, sizeof(packet) };
        struct msg msg = { .iov = &iov, .iov_len = 1, .control = &control, .control_len = sizeof(control) };
        int32_t len = sys(SYS_RECVMSG, (uint32_t[6]){ QDA_PORT_FD, address(&msg), 0 });
        if (len <= 0)
            quit(48);
        take_packet(packet, &control);
    }
}

__attribute__((naked)) void _start(void)
{
    __asm__ volatile("r29 = and(r29, #-8)\n call c_start");
}
