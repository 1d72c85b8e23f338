/* SPDX-License-Identifier: MIT */
#include "vqda/procfs/trace.h"

#include "uapi/errnos.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

const char *const vq_clock_names[VQ_CLOCK_COUNT] = {
    "local", "global", "counter", "uptime", "perf", "mono", "mono_raw", "boot", "tai",
};

/* A reader: the write end of its pipe, and the line that is on its way. */
struct pipe_end {
    struct vq_list link;
    struct vq_instance *instance;
    int fd;
    struct vq_watch *watch; /* NULL without a loop */
    bool armed;             /* waits for room in the pipe */
    size_t len, at;
    char line[VQ_TRACE_LINE_MAX + 128];
};

/* ---- pipes */

static void close_pipe(struct pipe_end *p)
{
    if (p->watch != NULL)
        vq_unwatch_fd(p->instance->board, p->watch);
    vq_list_del(&p->link);
    close(p->fd);
    free(p);
}

static void arm(struct pipe_end *p, bool armed)
{
    if (p->watch != NULL && p->armed != armed)
        vq_watch_events(p->instance->board, p->watch, armed ? EPOLLOUT : 0);
    p->armed = armed;
}

/* Writes until the pipe is full or the buffer empty. False: the reader is gone. */
static bool pump(struct pipe_end *p)
{
    for (;;) {
        if (p->at == p->len) {
            p->at = 0;
            p->len = vq_ring_take(&p->instance->ring, p->line, sizeof(p->line));
        }
        if (p->len == 0)
            break;
        ssize_t put = write(p->fd, p->line + p->at, p->len - p->at);
        if (put < 0 && errno == EAGAIN)
            break;
        if (put < 0 && errno != EINTR)
            return false;
        p->at += put > 0 ? (size_t)put : 0;
    }
    arm(p, p->len > 0);
    return true;
}

static void pipe_event(struct vq_board *board, void *arg, uint32_t events)
{
    struct pipe_end *p = arg;
    (void)board;
    if ((events & EPOLLERR) != 0 || !pump(p)) /* EPOLLERR: nobody has the read end any more */
        close_pipe(p);
}

/* A line came. The loop writes it, after the call that made it has been answered. */
static void wake_pipes(struct vq_instance *instance)
{
    struct vq_list *next;
    for (struct vq_list *at = instance->pipes.next; at != &instance->pipes; at = next) {
        struct pipe_end *p = VQ_OF(at, struct pipe_end, link);
        next = at->next;
        if (p->watch != NULL)
            arm(p, true);
        else if (!pump(p))
            close_pipe(p);
    }
}

int vq_instance_open_pipe(struct vq_instance *instance)
{
    int ends[2];
    struct pipe_end *p = calloc(1, sizeof(*p));
    if (p == NULL)
        return -ENOMEM;
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        int err = -errno;
        free(p);
        return err;
    }
    p->instance = instance;
    p->fd = ends[1];
    vq_list_add(&instance->pipes, &p->link);
    if (instance->board->loop != NULL)
        p->watch = vq_watch_fd(instance->board, p->fd, EPOLLOUT, pipe_event, p);
    p->armed = p->watch != NULL;
    if (instance->board->loop != NULL && p->watch == NULL) {
        close_pipe(p);
        close(ends[0]);
        return -ENOMEM;
    }
    return ends[0];
}

/* ---- instances */

struct vq_instance *vq_instance_find(const struct vq_trace *trace, const char *name)
{
    for (struct vq_list *at = trace->instances.next; at != &trace->instances; at = at->next) {
        struct vq_instance *instance = VQ_OF(at, struct vq_instance, link);
        if (strcmp(instance->name, name) == 0)
            return instance;
    }
    return NULL;
}

int vq_instance_make(struct vq_board *board, struct vq_trace *trace, const char *name)
{
    if (vq_instance_find(trace, name) != NULL)
        return -EEXIST;
    if (strlen(name) >= VQ_INSTANCE_NAME)
        return -ENAMETOOLONG;
    struct vq_instance *instance = trace->count < VQ_INSTANCES_MAX ? calloc(1, sizeof(*instance)) : NULL;
    if (instance == NULL)
        return -ENOMEM;
    strcpy(instance->name, name);
    instance->board = board;
    instance->on = true;
    instance->buffer_kb = VQ_BUFFER_KB;
    instance->buffer_percent = 50;
    vq_ring_init(&instance->ring, (size_t)instance->buffer_kb * 1024);
    vq_list_init(&instance->pipes);
    vq_list_add(&trace->instances, &instance->link);
    trace->count++;
    return 0;
}

static void free_instance(struct vq_trace *trace, struct vq_instance *instance)
{
    while (!vq_list_empty(&instance->pipes))
        close_pipe(VQ_OF(instance->pipes.next, struct pipe_end, link));
    vq_list_del(&instance->link);
    vq_ring_free(&instance->ring);
    free(instance);
    trace->count--;
}

int vq_instance_remove(struct vq_trace *trace, const char *name)
{
    struct vq_instance *instance = vq_instance_find(trace, name);
    if (instance == NULL)
        return -ENOENT;
    if (!vq_list_empty(&instance->pipes))
        return -EBUSY;
    free_instance(trace, instance);
    return 0;
}

void vq_instance_set_clock(struct vq_instance *instance, enum vq_clock clock)
{
    instance->clock = clock;
    instance->counter = 0;
    vq_ring_clear(&instance->ring);
}

int vq_instance_set_buffer(struct vq_instance *instance, unsigned kb)
{
    int err = vq_ring_resize(&instance->ring, (size_t)kb * 1024);
    if (err == 0)
        instance->buffer_kb = kb;
    return err;
}

int vq_trace_init(struct vq_board *board, struct vq_trace *trace)
{
    vq_list_init(&trace->instances);
    trace->count = 0;
    trace->comms = vq_comms_new();
    int err = trace->comms == NULL ? -ENOMEM : vq_instance_make(board, trace, "");
    if (err < 0) {
        vq_comms_free(trace->comms);
        trace->comms = NULL;
    }
    return err;
}

void vq_trace_free(struct vq_trace *trace)
{
    while (!vq_list_empty(&trace->instances))
        free_instance(trace, VQ_OF(trace->instances.next, struct vq_instance, link));
    vq_comms_free(trace->comms);
    trace->comms = NULL;
}

/* ---- events */

static uint64_t time_of(struct vq_instance *instance)
{
    static const clockid_t clocks[VQ_CLOCK_COUNT] = {
        [VQ_CLOCK_LOCAL] = CLOCK_MONOTONIC, [VQ_CLOCK_GLOBAL] = CLOCK_MONOTONIC, [VQ_CLOCK_UPTIME] = CLOCK_MONOTONIC,
        [VQ_CLOCK_PERF] = CLOCK_MONOTONIC,  [VQ_CLOCK_MONO] = CLOCK_MONOTONIC,   [VQ_CLOCK_MONO_RAW] = CLOCK_MONOTONIC_RAW,
        [VQ_CLOCK_BOOT] = CLOCK_BOOTTIME,   [VQ_CLOCK_TAI] = CLOCK_TAI,
    };
    struct timespec ts;
    if (instance->clock == VQ_CLOCK_COUNTER)
        return ++instance->counter;
    clock_gettime(clocks[instance->clock], &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* The glob of a filter's text into out, "" if there is none; false: no filter that is known here. */
static bool glob_of(const char *text, char out[VQ_FILTER_LEN])
{
    int end = -1;
    char rest;
    out[0] = '\0';
    if (strcmp(text, "0") == 0)
        return true;
    return sscanf(text, "device ~ \"%63[^\"]\"%n%c", out, &end, &rest) == 1 && end > 0;
}

int vq_instance_set_filter(struct vq_instance *instance, enum vq_event event, const char *text)
{
    char line[VQ_FILTER_LEN], glob[VQ_FILTER_LEN];
    size_t len = strcspn(text, "\n");
    if (len >= sizeof(line))
        return -EINVAL;
    memcpy(line, text, len);
    line[len] = '\0';
    if (!glob_of(line, glob))
        return -EINVAL;
    strcpy(instance->filters[event], glob[0] != '\0' ? line : "");
    return 0;
}

static bool wants(const struct vq_instance *instance, const struct vq_trace_event *event)
{
    char glob[VQ_FILTER_LEN];
    const char *filter = instance->filters[event->kind];
    if (!instance->on || !instance->enabled[event->kind])
        return false;
    return filter[0] == '\0' || (glob_of(filter, glob) && fnmatch(glob, event->device, 0) == 0);
}

static void record(struct vq_instance *instance, const struct vq_trace_event *event)
{
    char line[VQ_TRACE_LINE_MAX + 32];
    size_t len = vq_trace_line(line, event, time_of(instance), instance->clock != VQ_CLOCK_COUNTER);
    (void)vq_ring_put(&instance->ring, line, len); /* what is lost is counted there */
    wake_pipes(instance);
}

static void emit(struct vq_board *board, const struct vq_caller *who, struct vq_trace_event *event)
{
    struct vq_trace *trace = vq_trace_of(board);
    if (trace == NULL || !vq_trace_event_fits(event))
        return;
    for (struct vq_list *at = trace->instances.next; at != &trace->instances; at = at->next) {
        struct vq_instance *instance = VQ_OF(at, struct vq_instance, link);
        if (!wants(instance, event))
            continue;
        event->tid = who->tid;
        event->tgid = !instance->record_tgid ? 0 : who->pid > 0 ? who->pid : -1;
        if (event->comm == NULL)
            event->comm = vq_comm_of(trace->comms, who->tid);
        record(instance, event);
    }
}

/* Without a listener an event costs nothing more than this. */
static bool is_heard(const struct vq_board *board, enum vq_event kind)
{
    const struct vq_trace *trace = vq_trace_of(board);
    if (trace == NULL)
        return false;
    for (const struct vq_list *at = trace->instances.next; at != &trace->instances; at = at->next) {
        const struct vq_instance *instance = VQ_OF(at, struct vq_instance, link);
        if (instance->on && instance->enabled[kind])
            return true;
    }
    return false;
}

/* %p prints a hash of the address, the same each time for one address. */
static uint64_t hashed(const struct vq_bank *bank, uint64_t iova)
{
    uint64_t x = (iova >> 12) * 0x9e3779b97f4a7c15ull ^ ((uint64_t)bank->sid << 17);
    x ^= x >> 29;
    return (x * 0xbf58476d1ce4e5b9ull) >> 32;
}

void vq_trace_dma_alloc(struct vq_board *board, const struct vq_caller *who, const struct vq_bank *bank, uint64_t iova,
                        uint64_t size)
{
    struct vq_trace_event event = { .kind = VQ_EVENT_DMA_ALLOC, .device = bank->name, .iova = iova, .size = size };
    event.virt = hashed(bank, iova);
    emit(board, who, &event);
}

void vq_trace_dma_free(struct vq_board *board, const struct vq_caller *who, const struct vq_bank *bank, uint64_t iova,
                       uint64_t size)
{
    struct vq_trace_event event = { .kind = VQ_EVENT_DMA_FREE, .device = bank->name, .iova = iova, .size = size };
    event.virt = hashed(bank, iova);
    emit(board, who, &event);
}

/* iommu_map_sg: one mapping for each run of physically adjoining pieces. */
static void tell_iommu_map(struct vq_board *board, const struct vq_caller *who, const struct vq_sg *sg, size_t n)
{
    uint64_t iova = sg[0].dma;
    for (size_t i = 0; i < n;) {
        struct vq_trace_event event = { .kind = VQ_EVENT_IOMMU_MAP, .device = "", .iova = iova, .paddr = sg[i].phys };
        do {
            event.size += sg[i++].len;
        } while (i < n && sg[i].phys == event.paddr + event.size);
        iova += event.size;
        emit(board, who, &event);
    }
}

void vq_trace_map_sg(struct vq_board *board, const struct vq_caller *who, const struct vq_bank *bank,
                     const struct vq_sg *segs, size_t n)
{
    struct vq_trace_event event = { .kind = VQ_EVENT_DMA_MAP_SG, .device = bank->name, .sg = segs, .nents = n };
    if (board->iommu == VQ_IOMMU_TRANSLATED && n > 0 && is_heard(board, VQ_EVENT_IOMMU_MAP))
        tell_iommu_map(board, who, segs, n);
    emit(board, who, &event);
}

void vq_trace_unmap_sg(struct vq_board *board, const struct vq_caller *who, const struct vq_bank *bank,
                       const struct vq_sg *segs, size_t n)
{
    struct vq_trace_event event = { .kind = VQ_EVENT_DMA_UNMAP_SG, .device = bank->name, .sg = segs, .nents = n };
    struct vq_trace_event unmap = { .kind = VQ_EVENT_IOMMU_UNMAP, .device = "" };
    emit(board, who, &event);
    if (board->iommu != VQ_IOMMU_TRANSLATED || n == 0 || !is_heard(board, VQ_EVENT_IOMMU_UNMAP))
        return;
    unmap.iova = segs[0].dma;
    for (size_t i = 0; i < n; i++)
        unmap.size += segs[i].len;
    emit(board, who, &unmap);
}

void vq_trace_page_fault(struct vq_board *board, const struct vq_bank *bank, uint64_t iova, bool write)
{
    const struct vq_caller nobody = { .pid = 0 }; /* an interrupt: told in the name of whoever runs, here of nobody */
    bool legacy = board->generation == QDA_ERRNO_FASTRPC;
    struct vq_trace_event event = {
        .kind = VQ_EVENT_IOMMU_FAULT,
        .comm = "<idle>",
        .device = bank->name,
        .driver = legacy ? "qcom,fastrpc-cb" : "qda-compute-cb", /* dev_driver_string(): a device without driver says its bus */
        .iova = iova,
        .flags = write ? 1 : 0, /* IOMMU_FAULT_WRITE */
    };
    emit(board, &nobody, &event);
}
