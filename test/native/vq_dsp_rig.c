/* SPDX-License-Identifier: MIT */
#include "vq_dsp_rig.h"

#include "check.h"
#include "vqda/core/fault.h"
#include "vqda/core/timer.h"
#include "vqda/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <unistd.h>

#define SLOT 65536u
#define PIECES 512

struct vq_board *rig_board;
struct vq_node rig_node;
struct vq_bank rig_bank;
struct vq_slab rig_slab;
uint64_t rig_faults, rig_fault_iova;

static struct vq_backed pieces[PIECES];
static struct vq_backing backings[PIECES];
static int log_fd = -1, real_stderr = -1;

int vq_bank_lookup(struct vq_bank *bank, uint64_t iova, struct vq_backed *out)
{
    for (unsigned i = 0; i < PIECES; i++) {
        if (bank == &rig_bank && pieces[i].size > 0 && iova >= pieces[i].iova && iova - pieces[i].iova < pieces[i].size) {
            *out = pieces[i];
            return 0;
        }
    }
    return -ENOENT;
}

void rig_map(uint64_t iova, uint64_t size, int memfd, uint64_t offset)
{
    unsigned free_piece = 0, backing = 0;
    while (pieces[free_piece].size > 0)
        free_piece++;
    while (backing < PIECES && !(backings[backing].size > 0 && backings[backing].fd == memfd))
        backing++;
    if (backing == PIECES) {
        backing = free_piece;
        backings[backing] = (struct vq_backing){ .fd = memfd, .size = 1 };
    }
    pieces[free_piece] = (struct vq_backed){ .backing = &backings[backing], .iova = iova, .size = size, .offset = offset };
}

void rig_unmap(uint64_t iova)
{
    for (unsigned i = 0; i < PIECES; i++) {
        if (pieces[i].size > 0 && pieces[i].iova == iova) {
            uint64_t size = pieces[i].size;
            pieces[i].size = 0;
            vq_dsp_unmapped(&rig_bank, iova, size);
            return;
        }
    }
}

static void on_page_fault(struct vq_board *board, const struct vq_bank *bank, uint64_t iova, bool write)
{
    CHECK(board == rig_board);
    CHECK(bank == &rig_bank);
    CHECK(!write);
    rig_faults++;
    rig_fault_iova = iova;
}

struct vq_dsp_settings rig_settings(void)
{
    struct vq_dsp_settings settings = { .threads = 2, .poll_us = 20, .space = 1u << 30, .ready_ms = 30000,
                                        .page_fault = on_page_fault };
    const char *sandbox = getenv("QDA_SANDBOX");
    snprintf(settings.sandbox, sizeof(settings.sandbox), "%s", sandbox ? sandbox : "");
    return settings;
}

static int new_memory(uint64_t size)
{
    int fd = memfd_create("rig", MFD_CLOEXEC);
    CHECK(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
    return fd;
}

static void make_board(void)
{
    rig_board = calloc(1, sizeof(*rig_board));
    rig_board->generation = QDA_ERRNO_V1;
    rig_board->faults = calloc(1, sizeof(*rig_board->faults));
    rig_board->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    vq_list_init(&rig_board->timers);
    rig_node = (struct vq_node){ .board = rig_board, .dsp = "cdsp", .plugged = true, .banks = &rig_bank, .bank_count = 1 };
    rig_bank = (struct vq_bank){ .node = &rig_node, .name = "qda-cb-cdsp-3", .sid = RIG_SID };
    CHECK_INT(vq_loop_init(rig_board), 0);
}

static void catch_log(void)
{
    log_fd = memfd_create("log", MFD_CLOEXEC);
    real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    fflush(stderr);
    dup2(log_fd, STDERR_FILENO);
}

bool rig_begin(void)
{
    struct vq_dsp_settings settings = rig_settings();
    vq_dsp_configure(&settings);
    const char *missing = vq_dsp_missing();
    if (missing) {
        check_skip(missing);
        return false;
    }
    memset(pieces, 0, sizeof(pieces));
    memset(backings, 0, sizeof(backings));
    rig_faults = rig_fault_iova = 0;
    make_board();
    rig_slab = (struct vq_slab){ .fd = new_memory(RIG_SLAB), .size = RIG_SLAB, .serial = 1, .refs = 1 };
    rig_slab.map = mmap(NULL, RIG_SLAB, PROT_READ | PROT_WRITE, MAP_SHARED, rig_slab.fd, 0);
    rig_map(RIG_MEMORY, RIG_MEMORY_SIZE, new_memory(RIG_MEMORY_SIZE), 0);
    catch_log();
    return true;
}

const char *rig_log(void)
{
    static char text[65536];
    fflush(stderr);
    ssize_t len = pread(log_fd, text, sizeof(text) - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    return text;
}

void rig_end(void)
{
    vq_dsp_finish(rig_board);
    CHECK_INT(rig_sessions(), 0);
    vq_loop_free(rig_board);
    if (check_now.failed_checks > 0)
        printf("# log:\n%s", rig_log());
    fflush(stderr);
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    close(log_fd);
    for (unsigned i = 0; i < PIECES; i++) {
        if (backings[i].size > 0)
            close(backings[i].fd);
    }
    munmap(rig_slab.map, RIG_SLAB);
    close(rig_slab.fd);
    close(rig_board->inotify);
    free(rig_board->faults);
    free(rig_board);
}

/* ---- Messages */

static void on_done(struct vq_message *message, int64_t ret)
{
    struct rig_call *call = VQ_OF(message, struct rig_call, message);
    call->answer = ret;
    call->answers++;
    vq_loop_stop(rig_board);
}

static void prepare(struct rig_call *call, enum qda_call kind, int32_t session, unsigned slot)
{
    uint64_t offset = (uint64_t)slot * SLOT;
    *call = (struct rig_call){ .answer = RIG_WAITS };
    call->message = (struct vq_message){
        .node = &rig_node,
        .call = kind,
        .bank = &rig_bank,
        .session = session,
        .request = { .session = session, .tid = 1, .addr = ((uint64_t)RIG_SID << 32) + RIG_MESSAGES + offset, .size = SLOT },
        .slab = &rig_slab,
        .slab_offset = offset,
        .done = on_done,
    };
}

static const void *own_program(uint32_t *len)
{
    static char bytes[1 << 20];
    FILE *file = fopen(getenv("QDA_DSP_SHELL"), "re");
    *len = file ? (uint32_t)fread(bytes, 1, sizeof(bytes), file) : 0;
    if (file)
        fclose(file);
    return bytes;
}

int rig_send_create(struct rig_call *call, int32_t session, uint32_t attrs, const void *elf, uint32_t len)
{
    prepare(call, QDA_CALL_SESSION_CREATE, session, 0);
    call->message.request.handle = QDA_HANDLE_INIT;
    call->message.request.sc = QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_CREATE_ATTR, 4, 0, 0, 0);
    call->message.attrs = attrs;
    call->message.elf = elf ? elf : own_program(&len);
    call->message.elf_len = len;
    call->message.memory_iova = RIG_MEMORY;
    call->message.memory_size = RIG_MEMORY_SIZE;
    return vq_dsp_send(&call->message);
}

/* Writes one inline argument into the message; where it begins. */
static uint64_t put_argument(struct rig_call *call, unsigned n, uint64_t at, uint32_t len)
{
    uint8_t *base = rig_slab.map + call->message.slab_offset;
    unsigned args = QDA_SCALARS_LENGTH(call->message.request.sc);
    at = qda_rpc_align(at);
    union qda_rpc_arg arg = { .buf = { 0xffff800000000000ull + at, len } };
    struct qda_rpc_invoke_buf buf = { .num = 1, .pgidx = n };
    uint64_t first = at & ~4095ull;
    struct qda_rpc_page page = { call->message.request.addr + first, ((at + len + 4095) & ~4095ull) - first };
    memcpy(base + 16 * n, &arg, sizeof(arg));
    memcpy(base + qda_rpc_bufs_at(args) + 8 * n, &buf, sizeof(buf));
    memcpy(base + qda_rpc_pages_at(args) + 16 * n, &page, sizeof(page));
    return at;
}

/* A handle argument: pages of the bank. */
static void put_handle(struct rig_call *call, unsigned n, const struct rig_buffers *buffers)
{
    uint8_t *base = rig_slab.map + call->message.slab_offset;
    unsigned args = QDA_SCALARS_LENGTH(call->message.request.sc);
    struct qda_rpc_invoke_buf buf = { .num = 1, .pgidx = n };
    struct qda_rpc_page page = { ((uint64_t)RIG_SID << 32) + buffers->iova, buffers->size };
    memcpy(base + qda_rpc_bufs_at(args) + 8 * n, &buf, sizeof(buf));
    memcpy(base + qda_rpc_pages_at(args) + 16 * n, &page, sizeof(page));
}

int rig_send_invoke(struct rig_call *call, int32_t session, uint32_t handle, uint32_t method, const struct rig_buffers *buffers)
{
    prepare(call, QDA_CALL_INVOKE, session, buffers->slot);
    unsigned ins = buffers->in_len > 0, outs = buffers->out_len > 0, handles = buffers->size > 0;
    call->message.request.handle = handle;
    call->message.request.sc = QDA_SCALARS_BUILD(0, method, ins, outs, handles, 0);
    uint8_t *base = rig_slab.map + call->message.slab_offset;
    memset(base, 0, SLOT);
    uint64_t at = qda_rpc_metadata(ins + outs + handles);
    if (ins) {
        at = put_argument(call, 0, at, buffers->in_len);
        memcpy(base + at, buffers->in, buffers->in_len);
        at += buffers->in_len;
    }
    if (outs)
        (void)put_argument(call, ins, at, buffers->out_len);
    if (handles)
        put_handle(call, ins + outs, buffers);
    return vq_dsp_send(&call->message);
}

const void *rig_out(const struct rig_call *call)
{
    const uint8_t *base = rig_slab.map + call->message.slab_offset;
    union qda_rpc_arg arg;
    memcpy(&arg, base + 16 * QDA_SCALARS_IN(call->message.request.sc), sizeof(arg));
    return base + (arg.buf.pv - 0xffff800000000000ull);
}

int rig_send_release(struct rig_call *call, int32_t session)
{
    prepare(call, QDA_CALL_ANY, session, 15);
    call->message.request.handle = QDA_HANDLE_INIT;
    call->message.request.sc = QDA_SCALARS_BUILD(0, QDA_METHOD_INIT_RELEASE, 1, 0, 0, 0);
    return vq_dsp_send(&call->message);
}

static bool timed_out;

static void on_timer(struct vq_board *board, struct vq_timer *timer)
{
    (void)timer;
    timed_out = true;
    vq_loop_stop(board);
}

void rig_run(unsigned ms)
{
    struct vq_timer timer = { .fn = on_timer };
    timed_out = false;
    vq_timer_start(rig_board, &timer, ms * 1000000ull);
    while (!timed_out)
        CHECK_INT(vq_loop_run(rig_board), 0);
}

int64_t rig_wait(struct rig_call *call)
{
    struct vq_timer timer = { .fn = on_timer };
    timed_out = false;
    vq_timer_start(rig_board, &timer, 60ull * 1000000000);
    while (call->answer == RIG_WAITS && !timed_out)
        CHECK_INT(vq_loop_run(rig_board), 0);
    vq_timer_stop(&timer);
    return call->answer;
}

bool rig_create(int32_t session, uint32_t attrs)
{
    struct rig_call call;
    return CHECK_INT(rig_send_create(&call, session, attrs, NULL, 0), 0) && CHECK_INT(rig_wait(&call), 0);
}

void rig_release(int32_t session)
{
    struct rig_call call;
    CHECK_INT(rig_send_release(&call, session), 0);
    CHECK_INT(rig_wait(&call), 0);
}

int64_t rig_probe(int32_t session, enum probe_method method, const struct probe_call *in, uint32_t *value)
{
    struct rig_call call;
    struct rig_buffers buffers = { .slot = 1, .in = in, .in_len = sizeof(*in), .out_len = sizeof(struct probe_answer) };
    CHECK_INT(rig_send_invoke(&call, session, PROBE_HANDLE, method, &buffers), 0);
    int64_t answer = rig_wait(&call);
    memcpy(value, rig_out(&call), sizeof(*value));
    return answer;
}

int64_t rig_peek(int32_t session, uint64_t iova, bool named, uint32_t *value)
{
    struct rig_call call;
    struct probe_call in = { .iova = iova };
    struct rig_buffers buffers = { .slot = 1, .in = &in, .in_len = sizeof(in), .out_len = sizeof(struct probe_answer),
                                   .iova = iova & ~4095ull, .size = named ? 4096 : 0 };
    CHECK_INT(rig_send_invoke(&call, session, PROBE_HANDLE, PROBE_METHOD_PEEK, &buffers), 0);
    int64_t answer = rig_wait(&call);
    memcpy(value, rig_out(&call), sizeof(*value));
    return answer;
}

/* ---- What the DSP tells */

struct search {
    int32_t session;
    unsigned count;
    struct vq_dsp_session found;
};

static void look(void *arg, const struct vq_dsp_session *session)
{
    struct search *search = arg;
    search->count++;
    if (session->session == search->session)
        search->found = *session;
}

struct vq_dsp_session rig_session(int32_t session)
{
    struct search search = { .session = session };
    vq_dsp_each(rig_board, look, &search);
    return search.found;
}

int rig_pid(int32_t session)
{
    return rig_session(session).pid;
}

unsigned rig_sessions(void)
{
    struct search search = { .session = 0 };
    vq_dsp_each(rig_board, look, &search);
    return search.count;
}
