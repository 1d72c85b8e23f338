/* SPDX-License-Identifier: MIT */
#include "probe/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe/inodes.h"
#include "probe/lines.h"
#include "probe/status.h"
#include "probe/text.h"

/*
 * Which process holds which dma-buf and accel node. Where the seam gives a list of all open files, descriptors are taken from
 * it; else each process' folder is listed. Costs then, since a picture is asked for again and again: one readlink a
 * descriptor, or one stat where the descriptor before it was a dma-buf's and this is one too (they come in rows). Either way
 * fdinfo once a dma-buf and maps once a process. Processes come and go while this runs: what vanishes half-way is no error and is
 * not given. Anything else is not asked for its stat, which may wait for a file server.
 */
struct scan {
    struct qda_sys *sys;
    qda_fact_fn fn;
    void *arg;
    bool nodes_only;
    bool no_buffers;
    bool dev_known; /* `dev` is the file system of dma-bufs */
    uint64_t dev;
    int stop; /* what a callback returned */
    bool listed; /* descriptors were taken from the list of open files */
    struct probe_inodes inodes; /* given */
    struct probe_inodes told;   /* processes given, where descriptors came from the list */
    uint32_t processes;  /* looked at */
    uint32_t unreadable; /* descriptors cannot be read */
    uint32_t unmapped;   /* maps cannot be read, though descriptors can */
};

struct process {
    struct scan *scan;
    uint32_t pid;
    char folder[32]; /* "/proc/PID/fd/" */
    size_t folder_len;
    bool given;
    bool in_row; /* the descriptor before was a dma-buf's */
};

static int give(struct scan *scan, const struct qda_fact *fact)
{
    if (scan->stop == 0)
        scan->stop = scan->fn(scan->arg, fact);
    return scan->stop;
}

/* One read of a small file of /proc; procfs gives such a text whole. Bytes or -errno. */
static ssize_t read_once(struct qda_sys *sys, const char *path, char *buf, size_t size)
{
    int fd = sys->ops->open(sys, path, O_RDONLY);
    if (fd < 0)
        return fd;
    ssize_t got = sys->ops->read(sys, fd, buf, size - 1);
    sys->ops->close(sys, fd);
    buf[got < 0 ? 0 : got] = '\0';
    return got;
}

/* The process fact, once, before the first fact about it. */
static int give_process(struct process *process, bool unreadable)
{
    char path[48], text[640], comm[64] = "";
    if (process->given)
        return 0;
    process->given = true;
    struct qda_fact fact = { .kind = QDA_FACT_PROCESS };
    fact.process.pid = process->pid;
    fact.process.comm = comm;
    fact.process.unreadable = unreadable;
    snprintf(path, sizeof(path), "/proc/%" PRIu32 "/status", process->pid);
    if (read_once(process->scan->sys, path, text, sizeof(text)) >= 0)
        probe_status_parse(text, comm, &fact.process.uid);
    return give(process->scan, &fact);
}

static int give_node(struct process *process, uint32_t fd, const char *link)
{
    struct qda_fact fact = { .kind = QDA_FACT_NODE };
    fact.node.pid = process->pid;
    fact.node.fd = fd;
    fact.node.path = link;
    int stop = give_process(process, false);
    return stop != 0 ? stop : give(process->scan, &fact);
}

static int give_buffer(struct scan *scan, const struct probe_fdinfo *info)
{
    struct qda_fact fact = { .kind = QDA_FACT_BUFFER };
    fact.buffer.ino = info->ino;
    fact.buffer.size = info->size;
    fact.buffer.exporter = info->exporter;
    fact.buffer.name = info->name;
    fact.buffer.references = info->count; /* the kernel has left out the reference that the look at it takes */
    fact.buffer.has_references = info->has_count;
    fact.buffer.tier = QDA_TIER_PROC;
    return give(scan, &fact);
}

/* By fdinfo: the inode, and the buffer itself where it is new. 0: the descriptor is gone, or no dma-buf after all. */
static uint64_t read_buffer(struct process *process, uint32_t fd, int *stop)
{
    struct scan *scan = process->scan;
    char path[64], text[1024];
    struct probe_fdinfo info;
    snprintf(path, sizeof(path), "/proc/%" PRIu32 "/fdinfo/%" PRIu32, process->pid, fd);
    if (read_once(scan->sys, path, text, sizeof(text)) <= 0)
        return 0;
    probe_fdinfo_parse(text, &info);
    if (!info.is_dmabuf || info.ino == 0)
        return 0;
    if (scan->no_buffers)
        return info.ino;
    if ((*stop = give_process(process, false)) == 0 && probe_inodes_add(&scan->inodes, info.ino))
        *stop = give_buffer(scan, &info);
    return info.ino;
}

/*
 * The inode of a dma-buf's descriptor, or 0; *stop is what a callback returned. Any file may be called "/dmabuf:x", so fdinfo
 * decides; where buffers are not asked for, once for the file system of dma-bufs.
 */
static uint64_t meet_buffer(struct process *process, uint32_t fd, const struct qda_stat *st, int *stop)
{
    struct scan *scan = process->scan;
    bool same_dev = st != NULL && scan->dev_known && st->dev == scan->dev;
    if (same_dev && (scan->no_buffers || probe_inodes_has(&scan->inodes, st->ino)))
        return st->ino;
    uint64_t ino = read_buffer(process, fd, stop);
    if (ino != 0 && st != NULL) {
        scan->dev = st->dev;
        scan->dev_known = true;
    }
    return ino;
}

/* `st` is NULL where it could not be had. */
static int give_holder(struct process *process, uint32_t fd, const struct qda_stat *st)
{
    int stop = 0;
    struct qda_fact fact = { .kind = QDA_FACT_HOLDER };
    fact.holder.pid = process->pid;
    fact.holder.fd = fd;
    fact.holder.ino = meet_buffer(process, fd, st, &stop);
    process->in_row = fact.holder.ino != 0;
    if (fact.holder.ino == 0 || stop != 0)
        return stop;
    stop = give_process(process, false);
    return stop != 0 ? stop : give(process->scan, &fact);
}

static int on_fd(void *arg, const char *name)
{
    struct process *process = arg;
    const struct scan *scan = process->scan;
    struct qda_sys *sys = scan->sys;
    struct qda_stat st;
    char path[64], link[256];
    uint32_t fd;
    size_t len = strnlen(name, 16);
    if (len == 16 || !probe_id(name, &fd)) /* ten digits at most */
        return 0;
    memcpy(path, process->folder, process->folder_len);
    memcpy(path + process->folder_len, name, len + 1);
    bool try_stat = process->in_row && scan->dev_known && !scan->nodes_only;
    if (try_stat && sys->ops->stat(sys, path, &st) == 0 && st.dev == scan->dev)
        return give_holder(process, fd, &st);
    process->in_row = false;
    if (sys->ops->readlink(sys, path, link, sizeof(link)) < 0)
        return 0; /* closed meanwhile */
    if (probe_is_node(link))
        return give_node(process, fd, link);
    if (!probe_is_dmabuf(link) || scan->nodes_only)
        return 0;
    return give_holder(process, fd, sys->ops->stat(sys, path, &st) == 0 ? &st : NULL);
}

static int give_mapping(struct process *process, const struct probe_mapping *mapping)
{
    struct qda_fact fact = { .kind = QDA_FACT_MAP };
    fact.map.pid = process->pid;
    fact.map.ino = mapping->ino;
    fact.map.start = mapping->start;
    fact.map.length = mapping->length;
    int stop = give_process(process, false);
    return stop != 0 ? stop : give(process->scan, &fact);
}

static int read_maps(struct process *process, int fd)
{
    char memory[4096 + 512];
    struct probe_lines lines;
    struct probe_mapping mapping;
    probe_lines_init(&lines, memory, sizeof(memory));
    for (;;) {
        ssize_t got = probe_lines_fill(&lines, process->scan->sys, fd);
        if (got <= 0)
            return 0; /* the end; or the process ended */
        for (char *line = probe_lines_next(&lines); line != NULL; line = probe_lines_next(&lines)) {
            int stop = probe_maps_line(line, &mapping) ? give_mapping(process, &mapping) : 0;
            if (stop != 0)
                return stop;
        }
    }
}

/* A process may have closed its descriptors and still map a dma-buf, so every process is looked at. */
static int scan_maps(struct process *process)
{
    struct qda_sys *sys = process->scan->sys;
    char path[48];
    snprintf(path, sizeof(path), "/proc/%" PRIu32 "/maps", process->pid);
    int fd = sys->ops->open(sys, path, O_RDONLY);
    if (fd < 0) {
        process->scan->unmapped += fd == -EACCES || fd == -EPERM;
        return 0;
    }
    int stop = read_maps(process, fd);
    sys->ops->close(sys, fd);
    return stop;
}

/* A dma-buf of the list: its inode is known, and fdinfo is read once for what only that has. */
static int give_listed(struct process *process, const struct qda_open_file *file)
{
    struct scan *scan = process->scan;
    int stop = give_process(process, false);
    uint64_t ino = file->ino;
    if (!scan->no_buffers && !probe_inodes_has(&scan->inodes, ino))
        ino = stop == 0 ? read_buffer(process, file->fd, &stop) : 0;
    struct qda_fact fact = { .kind = QDA_FACT_HOLDER };
    fact.holder.pid = file->pid;
    fact.holder.fd = file->fd;
    fact.holder.ino = ino;
    return stop != 0 || ino == 0 ? stop : give(scan, &fact);
}

static int give_device(struct process *process, uint32_t fd)
{
    char path[64], link[256];
    snprintf(path, sizeof(path), "/proc/%" PRIu32 "/fd/%" PRIu32, process->pid, fd);
    ssize_t len = process->scan->sys->ops->readlink(process->scan->sys, path, link, sizeof(link));
    return len > 0 && probe_is_node(link) ? give_node(process, fd, link) : 0;
}

/* Nodes of interest are accel nodes (major 261) and misc devices (10: /dev/fastrpc-*); others are not asked for their names. */
static bool may_be_node(const struct qda_open_file *file)
{
    return file->kind == QDA_OPEN_DEVICE && (file->rdev_major == 261 || file->rdev_major == 10);
}

static int on_open_file(void *arg, const struct qda_open_file *file)
{
    struct process *process = arg;
    struct scan *scan = process->scan;
    bool dmabuf = file->kind == QDA_OPEN_DMABUF && !scan->nodes_only;
    if (!dmabuf && !may_be_node(file))
        return 0;
    if (file->pid != process->pid)
        *process = (struct process){ .scan = scan, .pid = file->pid, .given = probe_inodes_has(&scan->told, file->pid) };
    int stop = dmabuf ? give_listed(process, file) : give_device(process, file->fd);
    if (process->given)
        probe_inodes_add(&scan->told, process->pid);
    return stop;
}

/* Everybody's descriptors in one pass. False: this must be done the long way. */
static bool take_list(struct scan *scan)
{
    struct process process = { .scan = scan };
    int err = scan->sys->ops->open_files ? scan->sys->ops->open_files(scan->sys, on_open_file, &process) : -EOPNOTSUPP;
    scan->listed = scan->stop != 0 || err >= 0;
    return scan->listed;
}

static int on_process(void *arg, const char *name)
{
    struct scan *scan = arg;
    struct process process = { .scan = scan };
    char path[48];
    if (!probe_id(name, &process.pid))
        return 0;
    scan->processes++;
    if (scan->listed) {
        process.given = probe_inodes_has(&scan->told, process.pid);
        return scan_maps(&process);
    }
    process.folder_len = (size_t)snprintf(process.folder, sizeof(process.folder), "/proc/%" PRIu32 "/fd/", process.pid);
    snprintf(path, sizeof(path), "/proc/%" PRIu32 "/fd", process.pid);
    int err = scan->sys->ops->list_dir(scan->sys, path, on_fd, &process);
    if (scan->stop != 0)
        return scan->stop;
    if (err == -EACCES || err == -EPERM) {
        scan->unreadable++;
        return scan->nodes_only ? 0 : give_process(&process, true);
    }
    return err == 0 && !scan->nodes_only ? scan_maps(&process) : 0;
}

static void say_gaps(const struct scan *scan, char *out, size_t size)
{
    if (scan->unreadable > 0)
        probe_append(out, size,
                     "EACCES: /proc/PID/fd of %" PRIu32 " of %" PRIu32
                     " processes: what they hold is not known; start the agent as root",
                     scan->unreadable, scan->processes);
    if (scan->unmapped > 0)
        probe_append(out, size, "EACCES: /proc/PID/maps of %" PRIu32 " of %" PRIu32 " processes: what they map is not known",
                     scan->unmapped, scan->processes);
    if (scan->inodes.full)
        probe_append(out, size, "more than %u dma-bufs: the others may be given more than once", PROBE_MAX_INODES);
}

int qda_probe_proc(struct qda_sys *sys, qda_fact_fn fn, void *arg, struct qda_tier_status *status)
{
    return qda_probe_proc_with(sys, 0, fn, arg, status);
}

int qda_probe_proc_with(struct qda_sys *sys, unsigned options, qda_fact_fn fn, void *arg, struct qda_tier_status *status)
{
    struct scan scan = { .sys = sys, .fn = fn, .arg = arg, .no_buffers = (options & QDA_PROC_NO_BUFFERS) != 0 };
    probe_status_begin(status, QDA_TIER_PROC, take_list(&scan) ? "/proc, and the kernel's list of open files (BPF task_file)" : "/proc");
    int err = scan.stop == 0 ? sys->ops->list_dir(sys, "/proc", on_process, &scan) : 0;
    if (scan.stop == 0 && err < 0)
        probe_reason(status->reason, sizeof(status->reason), "/proc", err, "mount -t proc proc /proc");
    else if (scan.stop == 0 && scan.processes == 0)
        probe_reason(status->reason, sizeof(status->reason), "/proc", -ENODATA, "mount -t proc proc /proc");
    else
        status->available = true;
    say_gaps(&scan, status->reason, sizeof(status->reason));
    probe_inodes_free(&scan.told);
    probe_inodes_free(&scan.inodes);
    return scan.stop;
}

int probe_node_holders(struct qda_sys *sys, qda_fact_fn fn, void *arg, uint32_t *unreadable)
{
    struct scan scan = { .sys = sys, .fn = fn, .arg = arg, .nodes_only = true };
    if (!take_list(&scan))
        sys->ops->list_dir(sys, "/proc", on_process, &scan);
    *unreadable = scan.unreadable;
    probe_inodes_free(&scan.told);
    return scan.stop;
}
