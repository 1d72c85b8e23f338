/* SPDX-License-Identifier: MIT */
#include "agent_board.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/backend.h"
#include "probe/probe.h"
#include "run/run.h"
#include "sys/linux.h"

/* ---- the seam */
static uint64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t now_ns(struct qda_sys *sys)
{
    (void)sys;
    return read_clock(CLOCK_MONOTONIC_RAW);
}

static uint64_t utc_ns(struct qda_sys *sys)
{
    (void)sys;
    return read_clock(CLOCK_REALTIME);
}

/* Of files there is one, the node. */
static int node_stat(struct qda_sys *sys, const char *path, struct qda_stat *out)
{
    (void)sys;
    (void)path;
    struct stat st;
    const char *file = getenv(BOARD_NODE_VARIABLE);
    if (!file || stat(file, &st) < 0)
        return -ENOENT;
    *out = (struct qda_stat){.ino = st.st_ino};
    return 0;
}

static int close_fd(struct qda_sys *sys, int fd)
{
    (void)sys;
    return close(fd) < 0 ? -errno : 0;
}

static const struct qda_sys_ops ops = {.now_ns = now_ns, .utc_ns = utc_ns, .stat = node_stat, .close = close_fd, .spawn = linux_spawn,
                                       .wait = linux_wait, .kill = linux_kill, .socketpair = linux_socketpair};
static struct qda_sys board = {.ops = &ops, .simulated = true};

const struct agent_option agent_backend_options[] = {{NULL, NULL, NULL, NULL}};

struct qda_sys *agent_open_sys(const struct agent_options *options, char why[200])
{
    (void)options;
    (void)why;
    return &board;
}

void agent_close_sys(const struct agent_options *options, struct qda_sys *sys)
{
    (void)options;
    (void)sys;
}

const char *agent_backend_flag(const struct agent_options *options)
{
    (void)options;
    return NULL;
}

/* ---- nodes */
int qda_find_nodes(struct qda_sys *sys, enum qda_generation forced, struct qda_node *out, size_t max)
{
    (void)sys;
    (void)forced;
    if (max < 2)
        return -EINVAL;
    out[0] = (struct qda_node){.path = "/dev/accel/accel0", .dsp = "cdsp", .driver = &board_driver, .proof = "it is a test"};
    out[1] = (struct qda_node){.path = "/dev/accel/accel1", .dsp = "adsp", .proof = "Its generation is not proven; name it."};
    return 2;
}

enum qda_generation qda_generation_from_name(const char *name)
{
    return strcmp(name, "v1") == 0 ? QDA_GEN_V1 : strcmp(name, "rfc") == 0 ? QDA_GEN_RFC : QDA_GEN_NONE;
}

/* ---- benchmarks */
struct counter {
    struct qda_point point;
    uint32_t series;
    uint64_t at; /* sample */
};

int board_start_counter(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    (void)result;
    struct counter *counter = calloc(1, sizeof(*counter));
    if (!counter)
        return -ENOMEM;
    counter->point = *point;
    counter->series = point->count ? point->count : 1;
    for (uint32_t s = 0; s < counter->series; s++)
        ctx->sink.declare(ctx->sink.arg, s, (const char *[]){"first", "second", "third", "fourth"}[s]);
    *state = counter;
    return 0;
}

static void take_one(struct qda_run_ctx *ctx, struct counter *counter)
{
    for (uint32_t s = 0; s < counter->series; s++)
        ctx->sink.append(ctx->sink.arg, s, counter->at * 4 + s);
    counter->at++;
}

int board_step_count(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    struct counter *counter = state;
    for (int i = 0; i < 5000 && counter->at < counter->point.samples; i++) {
        if (!ctx->sink.room(ctx->sink.arg, counter->series))
            return 1;
        take_one(ctx, counter);
    }
    result->verified = counter->at;
    return counter->at < counter->point.samples;
}

int board_step_gone(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    struct counter *counter = state;
    for (int i = 0; i < 10; i++)
        take_one(ctx, counter);
    result->status = QDA_ST_ERROR;
    result->error = -ENODEV;
    result->node_gone = true;
    strcpy(result->call, "GEM_CREATE");
    strcpy(result->reason, "the node is gone");
    return 0;
}

int board_step_endless(struct qda_run_ctx *ctx, void *state, struct qda_point_result *result)
{
    (void)result;
    take_one(ctx, state);
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    return 1;
}

static int start_skip(struct qda_run_ctx *ctx, const struct qda_point *point, struct qda_point_result *result, void **state)
{
    (void)ctx;
    (void)point;
    (void)state;
    result->status = QDA_ST_SKIP;
    strcpy(result->reason, "there is no such heap here");
    return -ENOENT;
}

void board_stop(struct qda_run_ctx *ctx, void *state)
{
    (void)ctx;
    free(state);
}

static const struct qda_run_ops run_count = {"test.count", false, board_start_counter, board_step_count, board_stop, .needs_dsp = false};
static const struct qda_run_ops run_skip = {"test.skip", false, start_skip, board_step_count, board_stop, .needs_dsp = false};
static const struct qda_run_ops run_gone = {"test.gone", false, board_start_counter, board_step_gone, board_stop, .needs_dsp = false};
static const struct qda_run_ops run_endless = {"test.endless", true, board_start_counter, board_step_endless, board_stop, .needs_dsp = false};
const struct qda_run_ops *const qda_runs[] = {&run_count, &run_skip, &run_gone, &run_endless, &board_dsp_count, &board_dsp_endless,
                                              &board_dsp_hang, &board_dsp_crash, &board_dsp_gone, &board_dsp_log, &board_dsp_proof, NULL};

const struct qda_run_ops *qda_run_find(const char *id)
{
    for (size_t i = 0; qda_runs[i]; i++) {
        if (strcmp(qda_runs[i]->id, id) == 0)
            return qda_runs[i];
    }
    return NULL;
}

int qda_run_helper(struct qda_sys *sys, const struct qda_node *node)
{
    (void)sys;
    return node->driver == &board_driver ? 7 : 8;
}

uint64_t qda_clock_cost(struct qda_sys *sys, unsigned n)
{
    (void)sys;
    return n > 0 ? 25 : 0;
}

void qda_self_each(void (*fn)(void *arg, const struct qda_self_buffer *buffer), void *arg)
{
    fn(arg, &(struct qda_self_buffer){.node = "/dev/accel/accel0", .handle = 3, .size = 4096});
}

/* ---- probes */
int qda_probe_environment(struct qda_sys *sys, qda_reading_fn fn, void *arg)
{
    (void)sys;
    return fn(arg, &(struct qda_reading){.key = "load.1min", .value = "0.5", .unit = "", .reason = "", .source = "/proc/loadavg"});
}

int qda_probe_identity(struct qda_sys *sys, struct qda_board *out, qda_reading_fn fn, void *arg)
{
    (void)sys;
    *out = (struct qda_board){.model = "Test board", .kernel = "6.18.0", .machine = "test", .page_size = 4096, .heap_count = 1, .heaps = {"system"}};
    return fn(arg, &(struct qda_reading){.key = "serial", .unit = "", .reason = "it has none", .source = ""});
}

int qda_probe_checks(struct qda_sys *sys, const struct qda_probe_node *nodes, size_t count, qda_check_fn fn, void *arg)
{
    (void)sys;
    for (size_t i = 0; i < count; i++) {
        struct qda_check check = {.name = "node-access", .read = nodes[i].path, .why = "needed", .remedy = nodes[i].proof};
        int err = fn(arg, &check);
        if (err != 0)
            return err;
    }
    return 0;
}

int qda_probe_proc_with(struct qda_sys *sys, unsigned options, qda_fact_fn fn, void *arg, struct qda_tier_status *status)
{
    (void)sys;
    (void)options;
    *status = (struct qda_tier_status){.tier = QDA_TIER_PROC, .available = true, .source = "/proc"};
    for (uint32_t i = 0; i < BOARD_HOLDERS; i++) {
        int err = fn(arg, &(struct qda_fact){.kind = QDA_FACT_HOLDER, .holder = {.pid = 100000 + i, .fd = i % 1000, .ino = i + 1}});
        if (err != 0)
            return err;
    }
    return 0;
}

bool qda_probe_bufinfo_opens(struct qda_sys *sys)
{
    (void)sys;
    return false;
}

int qda_probe_bufinfo(struct qda_sys *sys, qda_fact_fn fn, void *arg, struct qda_tier_status *status)
{
    (void)sys;
    (void)fn;
    (void)arg;
    *status = (struct qda_tier_status){.tier = QDA_TIER_BUFINFO, .reason = "/sys/kernel/debug/dma_buf/bufinfo: EACCES; be root"};
    return 0;
}

struct qda_trace {
    int fd;
};

struct qda_trace *qda_trace_open(struct qda_sys *sys, struct qda_tier_status *status)
{
    (void)sys;
    struct qda_trace *trace = calloc(1, sizeof(*trace));
    if (trace)
        trace->fd = eventfd(BOARD_EVENTS, EFD_CLOEXEC | EFD_NONBLOCK);
    *status = (struct qda_tier_status){.tier = QDA_TIER_DMA, .available = trace != NULL};
    return trace;
}

int qda_trace_fd(const struct qda_trace *trace)
{
    return trace->fd;
}

/* The worker, if there is one: what it does is traced. */
static uint32_t child(void)
{
    char path[64];
    unsigned pid = 0;
    snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%u", &pid) != 1)
        pid = 0;
    if (file)
        fclose(file);
    return pid;
}

static int give_import(uint32_t tid, qda_dma_event_fn fn, void *arg)
{
    struct qda_sg entries[] = {{.dma_addr = 0xfe000000u, .length = 4096}, {.dma_addr = 0xfe001000u, .length = BOARD_TRACED_BYTES - 4096}};
    struct qda_dma_event event = {.kind = QDA_DMA_MAP_SG, .time_ns = 1, .pid = tid, .comm = "test", .device = "qda-cb-cdsp-3",
                                  .entries = entries, .entry_count = 2, .total_entries = 2};
    return fn(arg, &event);
}

int qda_trace_read(struct qda_trace *trace, qda_dma_event_fn fn, void *arg)
{
    uint64_t waiting = 0;
    if (read(trace->fd, &waiting, sizeof(waiting)) < 0)
        return 0;
    struct qda_sg entry = {.dma_addr = 0x300000000u, .length = 4096};
    for (uint64_t i = 0; i < waiting; i++) {
        struct qda_dma_event event = {.kind = QDA_DMA_ALLOC, .time_ns = i + 1, .pid = 7, .comm = "test", .device = "qda-cb-cdsp-1",
                                      .entries = &entry, .entry_count = 1, .total_entries = 1};
        int err = fn(arg, &event);
        if (err != 0)
            return err;
    }
    uint32_t tid = child();
    return tid != 0 ? give_import(tid, fn, arg) : 0;
}

void qda_trace_status(const struct qda_trace *trace, struct qda_tier_status *status)
{
    (void)trace;
    *status = (struct qda_tier_status){.tier = QDA_TIER_DMA, .available = true, .lost_events = 4, .since_ns = 1};
}

void qda_trace_close(struct qda_trace *trace)
{
    if (!trace)
        return;
    close(trace->fd);
    free(trace);
}
