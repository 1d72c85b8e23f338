/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vqda/procfs/trace.h"
#include "vqda/procfs/tree.h"

/*
 * The files of tracefs that a reader of the dma tier needs; others are ENOENT. Access is as to root. What a read and a
 * write of each gives was captured from Linux 6.18 (test/fixtures/kernel/tracefs).
 */

/* Texts of the events' `format` files, in the order of enum vq_event: made from test/fixtures/tracefs by embed.py. */
extern const char *const vq_event_formats[];

static const struct {
    const char *system, *name;
} events[VQ_EVENT_COUNT] = {
    { "dma", "dma_alloc" },    { "dma", "dma_free" },        { "dma", "dma_map_sg" }, { "dma", "dma_map_sg_err" },
    { "dma", "dma_unmap_sg" }, { "iommu", "io_page_fault" }, { "iommu", "map" },      { "iommu", "unmap" },
};
static const char *const systems[] = { "dma", "iommu" };

/* ---- Where a path leads */

enum what {
    NOTHING,
    TOP, /* of an instance */
    INSTANCES,
    OPTIONS,
    RECORD_TGID,
    BUFFER_PERCENT,
    TRACING_ON,
    TRACE_CLOCK,
    BUFFER_SIZE,
    TRACE,
    TRACE_PIPE,
    EVENTS, /* folder of all events (system NULL), of a system, of one event */
    ENABLE, /* of the same */
    FILTER,
    FORMAT,
    ID,
};

struct place {
    enum what what;
    struct vq_instance *instance;
    const char *system;  /* NULL: all */
    int event;           /* -1: all of the system */
    char made[VQ_INSTANCE_NAME + 1]; /* instances/NAME, whether it is there or not */
};

static const struct {
    const char *name;
    enum what what;
    uint32_t mode;
} top_files[] = {
    { "buffer_percent", BUFFER_PERCENT, 0640 }, { "buffer_size_kb", BUFFER_SIZE, 0640 }, { "trace", TRACE, 0640 },
    { "trace_clock", TRACE_CLOCK, 0640 },       { "trace_pipe", TRACE_PIPE, 0440 },      { "tracing_on", TRACING_ON, 0640 },
};

/* The next component of a path into `name`; what follows it, or NULL if there is none. */
static const char *component(const char *path, char *name, size_t len)
{
    while (*path == '/')
        path++;
    size_t n = strcspn(path, "/");
    if (n == 0 || n >= len)
        return NULL;
    memcpy(name, path, n);
    name[n] = '\0';
    return path + n;
}

static enum what file_of_folder(const char *name, bool event)
{
    if (strcmp(name, "enable") == 0)
        return ENABLE;
    if (event && strcmp(name, "filter") == 0)
        return FILTER;
    if (event && strcmp(name, "format") == 0)
        return FORMAT;
    return event && strcmp(name, "id") == 0 ? ID : NOTHING;
}

static void find_event(struct place *p, const char *rest, const char *name)
{
    char file[64];
    p->what = NOTHING;
    for (int i = 0; i < VQ_EVENT_COUNT; i++)
        if (strcmp(events[i].system, p->system) == 0 && strcmp(events[i].name, name) == 0)
            p->event = i;
    if (p->event < 0)
        return;
    const char *end = component(rest, file, sizeof(file));
    if (end == NULL)
        p->what = EVENTS;
    else if (*end == '\0')
        p->what = file_of_folder(file, true);
}

static void find_in_system(struct place *p, const char *rest)
{
    char name[64];
    const char *end = component(rest, name, sizeof(name));
    if (end == NULL)
        p->what = EVENTS;
    else if (file_of_folder(name, false) != NOTHING)
        p->what = *end == '\0' ? file_of_folder(name, false) : NOTHING;
    else
        find_event(p, end, name);
}

static void find_in_events(struct place *p, const char *rest)
{
    char name[64];
    const char *end = component(rest, name, sizeof(name));
    p->what = NOTHING;
    if (end == NULL) {
        p->what = EVENTS;
        return;
    }
    if (file_of_folder(name, false) != NOTHING) {
        p->what = *end == '\0' ? file_of_folder(name, false) : NOTHING;
        return;
    }
    for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++)
        if (strcmp(systems[i], name) == 0)
            p->system = systems[i];
    if (p->system != NULL)
        find_in_system(p, end);
}

static void find_in_instance(struct place *p, const char *rest)
{
    char name[64];
    const char *end = component(rest, name, sizeof(name));
    p->what = end == NULL ? TOP : NOTHING;
    if (end == NULL)
        return;
    if (strcmp(name, "events") == 0)
        find_in_events(p, end);
    if (strcmp(name, "options") == 0)
        p->what = *end == '\0' ? OPTIONS : strcmp(end, "/record-tgid") == 0 ? RECORD_TGID : NOTHING;
    for (size_t i = 0; i < sizeof(top_files) / sizeof(top_files[0]) && *end == '\0'; i++)
        if (strcmp(top_files[i].name, name) == 0)
            p->what = top_files[i].what;
}

static struct place find(const struct vq_board *board, const char *rest)
{
    const struct vq_trace *trace = vq_trace_of(board);
    struct place p = { .what = NOTHING, .instance = vq_instance_find(trace, ""), .event = -1 };
    char name[16];
    const char *end = component(rest, name, sizeof(name));
    if (end == NULL || strcmp(name, "instances") != 0) {
        find_in_instance(&p, rest);
        return p;
    }
    const char *below = component(end, p.made, sizeof(p.made));
    if (below == NULL) {
        p.what = INSTANCES;
        return p;
    }
    p.instance = vq_instance_find(trace, p.made);
    if (p.instance != NULL)
        find_in_instance(&p, below);
    return p;
}

/* ---- Reading */

static bool covers(const struct place *p, int event)
{
    return (p->event < 0 || p->event == event) && (p->system == NULL || strcmp(p->system, events[event].system) == 0);
}

static void say_enable(const struct place *p, FILE *out)
{
    bool on = false, off = false;
    for (int i = 0; i < VQ_EVENT_COUNT; i++) {
        on = on || (covers(p, i) && p->instance->enabled[i]);
        off = off || (covers(p, i) && !p->instance->enabled[i]);
    }
    fputs(on && off ? "X\n" : on ? "1\n" : "0\n", out);
}

static void say_clocks(const struct place *p, FILE *out)
{
    for (int i = 0; i < VQ_CLOCK_COUNT; i++) {
        bool now = p->instance->clock == (enum vq_clock)i;
        fprintf(out, "%s%s%s%s", i > 0 ? " " : "", now ? "[" : "", vq_clock_names[i], now ? "]" : "");
    }
    fputc('\n', out);
}

static void say_id(const struct place *p, FILE *out)
{
    const char *id = strstr(vq_event_formats[p->event], "ID: ");
    fprintf(out, "%d\n", id != NULL ? atoi(id + 4) : 0);
}

/* The head of `trace`, as 6.18 and 6.12 print it; with record-tgid there is a column more. */
static const char *const trace_head =
    "#                                _-----=> irqs-off/BH-disabled\n"
    "#                               / _----=> need-resched\n"
    "#                              | / _---=> hardirq/softirq\n"
    "#                              || / _--=> preempt-depth\n"
    "#                              ||| / _-=> migrate-disable\n"
    "#                              |||| /     delay\n"
    "#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
    "#              | |         |   |||||     |         |\n";
static const char *const trace_head_tgid =
    "#                                          _-----=> irqs-off/BH-disabled\n"
    "#                                         / _----=> need-resched\n"
    "#                                        | / _---=> hardirq/softirq\n"
    "#                                        || / _--=> preempt-depth\n"
    "#                                        ||| / _-=> migrate-disable\n"
    "#                                        |||| /     delay\n"
    "#           TASK-PID       TGID    CPU#  |||||  TIMESTAMP  FUNCTION\n"
    "#              | |           |       |   |||||     |         |\n";

/* The buffer without consuming it. */
static void say_trace(const struct place *p, FILE *out)
{
    char line[VQ_TRACE_LINE_MAX + 32];
    size_t at = 0, len;
    const struct vq_ring *ring = &p->instance->ring;
    fprintf(out, "# tracer: nop\n#\n# entries-in-buffer/entries-written: %llu/%llu   #P:1\n#\n%s",
            (unsigned long long)ring->entries, (unsigned long long)ring->written,
            p->instance->record_tgid ? trace_head_tgid : trace_head);
    while ((len = vq_ring_peek(ring, &at, line, sizeof(line))) > 0)
        fwrite(line, 1, len, out);
}

static int tracing_read(struct vq_board *board, const char *rest, FILE *out)
{
    struct place p = find(board, rest);
    switch (p.what) {
    case TRACING_ON:
        fputs(p.instance->on ? "1\n" : "0\n", out);
        return 0;
    case TRACE_CLOCK:
        say_clocks(&p, out);
        return 0;
    case RECORD_TGID:
        fputs(p.instance->record_tgid ? "1\n" : "0\n", out);
        return 0;
    case BUFFER_PERCENT:
        fprintf(out, "%u\n", p.instance->buffer_percent);
        return 0;
    case BUFFER_SIZE:
        fprintf(out, "%u\n", p.instance->buffer_kb);
        return 0;
    case FILTER:
        fprintf(out, "%s\n", p.instance->filters[p.event][0] != '\0' ? p.instance->filters[p.event] : "none");
        return 0;
    case TRACE:
        say_trace(&p, out);
        return 0;
    case ENABLE:
        say_enable(&p, out);
        return 0;
    case FORMAT:
        fputs(vq_event_formats[p.event], out);
        return 0;
    case ID:
        say_id(&p, out);
        return 0;
    case TRACE_PIPE:
        return -EINVAL; /* it is opened, not read at once */
    default:
        return p.what == NOTHING ? -ENOENT : -EISDIR;
    }
}

/* ---- Writing */

/* A decimal number and nothing else but blanks around it. */
static int number(const char *text, unsigned long max, unsigned long *out)
{
    char *end;
    errno = 0;
    *out = strtoul(text, &end, 0);
    if (end == text || errno != 0 || *out > max || text[0] == '-')
        return -EINVAL;
    return end[strspn(end, " \t\n")] == '\0' ? 0 : -EINVAL;
}

static int write_enable(const struct place *p, const char *text)
{
    unsigned long on;
    if (number(text, 1, &on) < 0)
        return -EINVAL;
    for (int i = 0; i < VQ_EVENT_COUNT; i++)
        if (covers(p, i))
            p->instance->enabled[i] = on != 0;
    return 0;
}

static int write_clock(const struct place *p, const char *text)
{
    char name[32];
    if (component(text, name, sizeof(name)) == NULL)
        return -EINVAL;
    name[strcspn(name, " \t\n")] = '\0';
    for (int i = 0; i < VQ_CLOCK_COUNT; i++)
        if (strcmp(vq_clock_names[i], name) == 0) {
            vq_instance_set_clock(p->instance, (enum vq_clock)i);
            return 0;
        }
    return -EINVAL;
}

static int write_number(const struct place *p, const char *text)
{
    unsigned long value;
    int err = number(text, VQ_BUFFER_KB_MAX, &value);
    if (err < 0)
        return err;
    switch (p->what) {
    case BUFFER_SIZE:
        return value == 0 ? -EINVAL : vq_instance_set_buffer(p->instance, (unsigned)value);
    case BUFFER_PERCENT:
        if (value > 100)
            return -EINVAL;
        p->instance->buffer_percent = (unsigned)value;
        return 0;
    case RECORD_TGID:
        if (value > 1)
            return -EINVAL;
        p->instance->record_tgid = value != 0;
        return 0;
    default:
        p->instance->on = value != 0; /* any number but 0 switches it on, as in the kernel */
        return 0;
    }
}

static int tracing_write(struct vq_board *board, const char *rest, const char *text)
{
    struct place p = find(board, rest);
    switch (p.what) {
    case TRACING_ON:
    case BUFFER_SIZE:
    case BUFFER_PERCENT:
    case RECORD_TGID:
        return write_number(&p, text);
    case FILTER:
        return vq_instance_set_filter(p.instance, (enum vq_event)p.event, text);
    case TRACE_CLOCK:
        return write_clock(&p, text);
    case ENABLE:
        return write_enable(&p, text);
    case TRACE: /* what is written does not matter: it empties the buffer */
        vq_ring_clear(&p.instance->ring);
        return 0;
    default:
        return p.what == NOTHING ? -ENOENT : -EACCES;
    }
}

/* ---- stat, listing, instances, pipes */

static uint32_t file_mode(enum what what)
{
    for (size_t i = 0; i < sizeof(top_files) / sizeof(top_files[0]); i++)
        if (top_files[i].what == what)
            return top_files[i].mode;
    return what == ENABLE || what == FILTER || what == RECORD_TGID ? 0640 : 0440;
}

static int tracing_stat(const struct vq_board *board, const char *rest, struct vq_stat *out)
{
    struct place p = find(board, rest);
    if (p.what == NOTHING)
        return -ENOENT;
    if (p.what == TOP || p.what == INSTANCES || p.what == EVENTS || p.what == OPTIONS)
        vq_stat_dir(out, p.what == TOP && p.made[0] == '\0' ? 0700 : 0750);
    else
        vq_stat_file(out, file_mode(p.what), 0);
    return 0;
}

static void list_events(const struct place *p, FILE *out)
{
    vq_say_name(out, "enable");
    if (p->event >= 0) {
        vq_say_name(out, "filter");
        vq_say_name(out, "format");
        vq_say_name(out, "id");
        return;
    }
    for (int i = 0; i < VQ_EVENT_COUNT && p->system != NULL; i++)
        if (covers(p, i))
            vq_say_name(out, events[i].name);
    for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]) && p->system == NULL; i++)
        vq_say_name(out, systems[i]);
}

static void list_top(const struct place *p, FILE *out)
{
    for (size_t i = 0; i < sizeof(top_files) / sizeof(top_files[0]); i++)
        vq_say_name(out, top_files[i].name);
    vq_say_name(out, "events");
    vq_say_name(out, "options");
    if (p->instance->name[0] == '\0')
        vq_say_name(out, "instances");
}

static void list_instances(const struct vq_trace *trace, FILE *out)
{
    for (struct vq_list *at = trace->instances.next; at != &trace->instances; at = at->next) {
        const struct vq_instance *instance = VQ_OF(at, struct vq_instance, link);
        if (instance->name[0] != '\0')
            vq_say_name(out, instance->name);
    }
}

static int tracing_list(const struct vq_board *board, const char *rest, FILE *out)
{
    struct place p = find(board, rest);
    switch (p.what) {
    case TOP:
        list_top(&p, out);
        return 0;
    case INSTANCES:
        list_instances(vq_trace_of(board), out);
        return 0;
    case EVENTS:
        list_events(&p, out);
        return 0;
    case OPTIONS:
        vq_say_name(out, "record-tgid");
        return 0;
    default:
        return p.what == NOTHING ? -ENOENT : -ENOTDIR;
    }
}

/* Is it exactly instances/NAME? Elsewhere tracefs makes and removes no folders. */
static bool is_instance_path(const struct place *p, const char *rest)
{
    const char *last = strrchr(rest, '/');
    return p->made[0] != '\0' && last != NULL && strcmp(last + 1, p->made) == 0 &&
           (size_t)(last - rest) == sizeof("/instances") - 1;
}

static int tracing_mkdir(struct vq_board *board, const char *rest)
{
    struct place p = find(board, rest);
    return is_instance_path(&p, rest) ? vq_instance_make(board, vq_trace_of(board), p.made) : -EPERM;
}

static int tracing_rmdir(struct vq_board *board, const char *rest)
{
    struct place p = find(board, rest);
    return is_instance_path(&p, rest) ? vq_instance_remove(vq_trace_of(board), p.made) : -EPERM;
}

static int tracing_open_pipe(struct vq_board *board, const char *rest)
{
    struct place p = find(board, rest);
    if (p.what != TRACE_PIPE)
        return p.what == NOTHING ? -ENOENT : -EINVAL;
    return vq_instance_open_pipe(p.instance);
}

const struct vq_room vq_room_tracing = {
    .prefix = "/sys/kernel/tracing",
    .stat = tracing_stat,
    .list = tracing_list,
    .read = tracing_read,
    .write = tracing_write,
    .mkdir = tracing_mkdir,
    .rmdir = tracing_rmdir,
    .open_pipe = tracing_open_pipe,
};

const struct vq_room vq_room_tracing_old = {
    .prefix = "/sys/kernel/debug/tracing",
    .stat = tracing_stat,
    .list = tracing_list,
    .read = tracing_read,
    .write = tracing_write,
    .mkdir = tracing_mkdir,
    .rmdir = tracing_rmdir,
    .open_pipe = tracing_open_pipe,
};
