/* SPDX-License-Identifier: MIT */
#include "shell_rig.h"

#include "check.h"
#include "dsp/shell_bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLAB (8u << 20)
#define HUNG_MS 60000

const char *rig_missing(void)
{
    const char *path = getenv("PATH");
    char copy[4096], file[4200];
    snprintf(copy, sizeof(copy), "%s", path ? path : "");
    for (char *save = NULL, *folder = strtok_r(copy, ":", &save); folder; folder = strtok_r(NULL, ":", &save)) {
        snprintf(file, sizeof(file), "%s/qemu-hexagon", folder);
        if (access(file, X_OK) == 0)
            return NULL;
    }
    return "qemu-hexagon is not installed (apt-get install qemu-user)";
}

static void run_shell(int port, int program)
{
    char path[32];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", program);
    if (port != QDA_PORT_FD)
        dup2(port, QDA_PORT_FD);
    fcntl(QDA_PORT_FD, F_SETFD, 0);
    dup2(STDERR_FILENO, STDOUT_FILENO); /* what an emulator says as it fails is no part of a test's TAP */
    execlp("qemu-hexagon", "qemu-hexagon", "-cpu", "v67", path, (char *)NULL);
    _exit(127);
}

static bool spawn(struct rig *rig)
{
    int pair[2];
    int program = fcntl(memfd_create("shell", 0), F_DUPFD, 20);
    bool made = program >= 0 &&
                write(program, qda_dsp_shell, qda_dsp_shell_len) == (ssize_t)qda_dsp_shell_len &&
                socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0;
    if (!CHECK(made))
        return false;
    rig->pid = fork();
    if (rig->pid == 0)
        run_shell(pair[1], program);
    close(pair[1]);
    close(program);
    rig->port = pair[0];
    return CHECK(rig->pid > 0);
}

static void put(struct rig *rig, const void *bytes, size_t len, int fd)
{
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct iovec part = {(void *)(uintptr_t)bytes, len};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        header.msg_control = control.room;
        header.msg_controllen = sizeof(control.room);
        struct cmsghdr *first = CMSG_FIRSTHDR(&header);
        *first = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(first), &fd, sizeof(fd));
    }
    if (sendmsg(rig->port, &header, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET)
        CHECK_INT(errno, 0);
}

struct rig_memory rig_memory(struct rig *rig, uint64_t size)
{
    struct rig_memory memory = {.id = ++rig->memories, .size = size, .fd = memfd_create("memory", MFD_CLOEXEC)};
    CHECK_INT(ftruncate(memory.fd, (off_t)size), 0);
    memory.at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory.fd, 0);
    CHECK(memory.at != MAP_FAILED);
    return memory;
}

void rig_memory_close(struct rig_memory *memory)
{
    munmap(memory->at, memory->size);
    close(memory->fd);
}

/* The descriptor to send with a mapping that names the memory: only the first one has it. */
static int fresh_fd(struct rig_memory *memory)
{
    int fd = memory->sent ? -1 : memory->fd;
    memory->sent = true;
    return fd;
}

void rig_map_at(struct rig *rig, struct rig_memory *memory, uint64_t offset, uint64_t size, uint64_t iova)
{
    int fd = fresh_fd(memory);
    const struct {
        struct qda_port_maps head;
        struct qda_port_map map;
    } packet = {{{QDA_PORT_MAP, 1}, ++rig->number, 0}, {iova, size, offset, memory->id, fd >= 0}};
    put(rig, &packet, sizeof(packet), fd);
}

uint64_t rig_map(struct rig *rig, struct rig_memory *memory, uint64_t offset, uint64_t size)
{
    uint64_t iova = rig->iova_next;
    rig->iova_next += (size + 0x1fffff) & ~(uint64_t)0xfffff;
    rig_map_at(rig, memory, offset, size, iova);
    return iova;
}

void rig_unmap(struct rig *rig, uint64_t iova, uint64_t size)
{
    const struct qda_port_unmap packet = {{QDA_PORT_UNMAP, 0}, ++rig->number, 0, iova, size};
    put(rig, &packet, sizeof(packet), -1);
}

void rig_forget(struct rig *rig, struct rig_memory *memory)
{
    const struct qda_port_forget packet = {{QDA_PORT_FORGET, 0}, ++rig->number, memory->id};
    put(rig, &packet, sizeof(packet), -1);
}

bool rig_start(struct rig *rig, const struct rig_options *options)
{
    static const struct rig_options usual = {.poll_us = 20}; /* the virtual board's own default */
    options = options ? options : &usual;
    memset(rig, 0, sizeof(*rig));
    rig->iova_next = 0x10000000;
    rig->ctx_next = 1;
    if (!spawn(rig))
        return false;
    rig->slab = rig_memory(rig, SLAB);
    rig->process = rig_memory(rig, 4u << 20);
    const struct qda_port_start packet = {
        .head = {QDA_PORT_START, 0},
        .version = QDA_PORT_VERSION,
        .session = 7,
        .memory_iova = 0x08000000,
        .memory_size = rig->process.size,
        .space = options->space ? options->space : 0x7fff0000,
        .asid = 0x2a,
        .threads = 4,
        .poll_us = options->poll_us,
        .wake_us = options->wake_us,
    };
    put(rig, &packet, sizeof(packet), -1);
    rig_map_at(rig, &rig->process, 0, rig->process.size, packet.memory_iova);
    while (!rig->ready && rig_pump(rig, HUNG_MS))
        ;
    return CHECK(rig->ready);
}

static void reap(struct rig *rig)
{
    if (!rig->ended)
        waitpid(rig->pid, &rig->status, 0);
    rig->ended = true;
}

static bool reap_in_time(struct rig *rig)
{
    for (int ms = 0; !rig->ended && ms < HUNG_MS; ms += 5) {
        if (waitpid(rig->pid, &rig->status, WNOHANG) == rig->pid)
            rig->ended = true;
        else
            usleep(5000);
    }
    return rig->ended;
}

bool rig_wait_end(struct rig *rig)
{
    while (!rig->ended && rig_pump(rig, HUNG_MS))
        ;
    return reap_in_time(rig);
}

bool rig_stop(struct rig *rig)
{
    close(rig->port);
    bool alone = reap_in_time(rig);
    if (!alone)
        kill(rig->pid, SIGKILL);
    reap(rig);
    for (unsigned i = 0; i < rig->heap_maps; i++)
        rig_memory_close(&rig->heap[i]);
    rig_memory_close(&rig->slab);
    rig_memory_close(&rig->process);
    return alone;
}

static void on_reply(struct rig *rig, const struct qda_port_reply *reply)
{
    uint64_t index = reply->response.ctx >> 4;
    if (rig->listener_ctx && reply->response.ctx == rig->listener_ctx) {
        rig_listener_answer(rig, reply->response.ret);
        return;
    }
    struct rig_answer *answer = &rig->answers[index % RIG_CALLS];
    CHECK(!answer->done);
    *answer = (struct rig_answer){true, reply->response.ret};
}

static void on_packet(struct rig *rig, uint8_t *bytes, size_t len)
{
    uint32_t kind;
    memcpy(&kind, bytes, sizeof(kind));
    if (kind == QDA_PORT_READY) {
        rig->ready = true;
    } else if (kind == QDA_PORT_REPLY && CHECK_INT(len, sizeof(struct qda_port_reply))) {
        on_reply(rig, (const void *)bytes);
    } else if (kind == QDA_PORT_FAULT && CHECK_INT(len, sizeof(rig->fault))) {
        memcpy(&rig->fault, bytes, len);
        rig->faulted = true;
    } else if (kind == QDA_PORT_LOG) {
        bytes[len] = 0;
        snprintf(rig->lines[rig->line_count++ % RIG_LINES], 512, "%.500s", (char *)bytes + sizeof(struct qda_port_head));
        printf("# shell: %s\n", (char *)bytes + sizeof(struct qda_port_head));
    } else {
        CHECK_INT(kind, QDA_PORT_REPLY);
    }
}

bool rig_pump(struct rig *rig, int timeout_ms)
{
    static _Alignas(8) uint8_t bytes[QDA_PORT_MAX_PACKET + 1];
    struct pollfd wait = {.fd = rig->port, .events = POLLIN};
    if (poll(&wait, 1, timeout_ms) <= 0)
        return false;
    ssize_t len = recv(rig->port, bytes, QDA_PORT_MAX_PACKET, 0);
    if (len < (ssize_t)sizeof(struct qda_port_head))
        return false;
    on_packet(rig, bytes, (size_t)len);
    return true;
}

/* Room for a message; the slab goes round, longer than any test's calls live. The listener's messages have its end. */
static uint64_t slab_take(struct rig *rig, uint64_t size)
{
    if (rig->slab_next + size > SLAB - RIG_LISTENER_ROOM)
        rig->slab_next = 0;
    uint64_t at = rig->slab_next;
    rig->slab_next += size;
    return at;
}

/* The messages of a rig lie at this IOVA: the slab, so to say. */
#define SLAB_IOVA 0xe0000000u

static uint64_t message_size(uint32_t sc, const struct rig_arg *args)
{
    uint64_t n = QDA_SCALARS_LENGTH(sc), size = qda_rpc_metadata(n);
    for (uint64_t i = 0; i < n; i++)
        size = args[i].data ? qda_rpc_align(size) + args[i].len : size;
    return (size + QDA_RPC_PAGE - 1) & ~(uint64_t)(QDA_RPC_PAGE - 1);
}

static struct qda_rpc_page page_of(uint64_t iova, uint64_t len)
{
    uint64_t from = iova & ~(uint64_t)(QDA_RPC_PAGE - 1);
    uint64_t to = (iova + len + QDA_RPC_PAGE - 1) & ~(uint64_t)(QDA_RPC_PAGE - 1);
    return (struct qda_rpc_page){from | (uint64_t)5 << 32, to - from};
}

static void lay_argument(struct rig *rig, struct rig_message *message, uint64_t i, uint64_t *end)
{
    uint64_t n = QDA_SCALARS_LENGTH(message->sc);
    const struct rig_arg *arg = &message->args[i];
    uint8_t *payload = rig->slab.at + message->at;
    union qda_rpc_arg wire = {.buf = {arg->iova, arg->len}};
    uint64_t iova = arg->iova;
    if (arg->data) {
        *end = qda_rpc_align(*end);
        message->places[i] = message->at + *end;
        iova = SLAB_IOVA + message->places[i];
        wire.buf.pv = 0xffff000000000000u + iova;
        if (i < QDA_SCALARS_IN(message->sc))
            memcpy(payload + *end, arg->data, arg->len);
        *end += arg->len;
    } else if (arg->fd >= 0) {
        wire.dma.fd = arg->fd;
        wire.dma.offset = 0;
        wire.dma.len = (uint32_t)arg->len;
        wire.dma.pad = 0;
    }
    const struct qda_rpc_invoke_buf buf = {arg->len ? 1 : 0, (uint32_t)i};
    const struct qda_rpc_page page = arg->len ? page_of(iova, arg->len) : (struct qda_rpc_page){0, 0};
    memcpy(payload + 16 * i, &wire, sizeof(wire));
    memcpy(payload + qda_rpc_bufs_at(n) + 8 * i, &buf, sizeof(buf));
    memcpy(payload + qda_rpc_pages_at(n) + 16 * i, &page, sizeof(page));
}

static void lay(struct rig *rig, struct rig_message *message)
{
    uint64_t n = QDA_SCALARS_LENGTH(message->sc), end = qda_rpc_metadata(n);
    memset(rig->slab.at + message->at, 0, message->size);
    for (uint64_t i = 0; i < n; i++)
        lay_argument(rig, message, i, &end);
}

void rig_lay(struct rig *rig, struct rig_message *message, uint32_t sc, const struct rig_arg *args)
{
    message->sc = sc;
    message->args = args;
    message->size = message_size(sc, args);
    message->at = slab_take(rig, message->size);
    lay(rig, message);
}

void rig_lay_listener(struct rig *rig, struct rig_message *message, uint32_t sc, const struct rig_arg *args)
{
    message->sc = sc;
    message->args = args;
    message->size = message_size(sc, args);
    message->at = SLAB - RIG_LISTENER_ROOM;
    CHECK(message->size <= RIG_LISTENER_ROOM);
    lay(rig, message);
}

uint64_t rig_send_raw(struct rig *rig, uint32_t handle, uint32_t sc, uint64_t at, uint64_t size)
{
    uint64_t ctx = rig->ctx_next++ << 4 | 1;
    rig->answers[(ctx >> 4) % RIG_CALLS].done = false;
    int fd = fresh_fd(&rig->slab);
    const struct qda_port_call call = {
        .head = {QDA_PORT_CALL, 0},
        .after = rig->number,
        .request = {7, 1, ctx, handle, sc, size ? (SLAB_IOVA + at) | (uint64_t)5 << 32 : 0, size},
        .message = {SLAB_IOVA + at, size, at, rig->slab.id, fd >= 0},
    };
    put(rig, &call, sizeof(call), fd);
    return ctx;
}

uint64_t rig_send(struct rig *rig, uint32_t handle, struct rig_message *message)
{
    return message->ctx = rig_send_raw(rig, handle, message->sc, message->at, message->size);
}

int32_t rig_wait_ctx(struct rig *rig, uint64_t ctx)
{
    struct rig_answer *answer = &rig->answers[(ctx >> 4) % RIG_CALLS];
    while (!answer->done) {
        if (!rig_pump(rig, HUNG_MS))
            return INT32_MIN;
    }
    return answer->ret;
}

int32_t rig_wait(struct rig *rig, struct rig_message *message)
{
    int32_t ret = rig_wait_ctx(rig, message->ctx);
    uint64_t ins = QDA_SCALARS_IN(message->sc), buffers = ins + QDA_SCALARS_OUT(message->sc);
    for (uint64_t i = ins; i < buffers && ret == 0; i++) {
        if (message->args[i].data)
            memcpy(message->args[i].data, rig->slab.at + message->places[i], message->args[i].len);
    }
    return ret;
}

int32_t rig_call(struct rig *rig, uint32_t handle, uint32_t sc, const struct rig_arg *args)
{
    struct rig_message message;
    rig_lay(rig, &message, sc, args);
    rig_send(rig, handle, &message);
    return rig_wait(rig, &message);
}

int32_t rig_dsp_map(struct rig *rig, uint64_t iova, uint64_t size, uint32_t flags, uint64_t *address)
{
    struct qda_rpc_map map = {7, flags, 0, 1, 0};
    struct qda_rpc_page page = {iova | (uint64_t)5 << 32, size};
    const struct rig_arg args[] = {RIG_IN(&map, sizeof(map)), RIG_IN(&page, sizeof(page)), RIG_OUT(address, 8)};
    return rig_call(rig, QDA_HANDLE_INIT, QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MMAP, 2, 1, 0, 0), args);
}

int32_t rig_dsp_map_fd(struct rig *rig, int fd, uint64_t iova, uint64_t size, uint64_t *address)
{
    struct qda_rpc_mem_map map = {7, fd, 0, QDA_MAP_FD, 0, 1, 0};
    struct qda_rpc_page page = {iova | (uint64_t)5 << 32, size};
    const struct rig_arg args[] = {RIG_IN(&map, sizeof(map)), RIG_IN(&page, sizeof(page)), RIG_IN(NULL, 0),
                                   RIG_OUT(address, 8)};
    return rig_call(rig, QDA_HANDLE_INIT, QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MEM_MAP, 3, 1, 0, 0), args);
}

int32_t rig_dsp_unmap(struct rig *rig, uint64_t address, uint64_t size)
{
    struct qda_rpc_unmap unmap = {7, 0, address, size};
    const struct rig_arg args[] = {RIG_IN(&unmap, sizeof(unmap))};
    return rig_call(rig, QDA_HANDLE_INIT, QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_MUNMAP, 1, 0, 0, 0), args);
}

bool rig_has_line(const struct rig *rig, const char *part)
{
    for (unsigned i = 0; i < rig->line_count && i < RIG_LINES; i++) {
        if (strstr(rig->lines[i], part))
            return true;
    }
    return false;
}
