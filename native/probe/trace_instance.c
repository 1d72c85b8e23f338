/* SPDX-License-Identifier: MIT */
#include "probe/trace_instance.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe/status.h"
#include "probe/trace_line.h"

#define PREFIX "qda-lab-"

/* Optional ones may be missing without a word. */
static const struct {
    const char *name;
    bool has_device;
    unsigned option; /* enabled only with this one */
} events[] = {
    { "dma/dma_alloc", true, 0 },
    { "dma/dma_free", true, 0 },
    { "dma/dma_map_sg", true, 0 },
    { "dma/dma_unmap_sg", true, 0 },
    { "iommu/io_page_fault", true, 0 },
    { "iommu/map", false, QDA_TRACE_IOMMU_MAPS },
    { "iommu/unmap", false, QDA_TRACE_IOMMU_MAPS },
};

const char *probe_tracefs_advice(struct qda_sys *sys, int err)
{
    struct qda_stat st;
    if (err == -EACCES || err == -EPERM)
        return "start the agent as root (tracefs is for root alone)";
    if (err != -ENOENT)
        return "";
    if (sys->ops->stat(sys, PROBE_TRACEFS, &st) < 0)
        return "this kernel has no tracefs (CONFIG_TRACING)";
    if (sys->ops->stat(sys, PROBE_TRACEFS "/events", &st) < 0)
        return "tracefs is not mounted: mount -t tracefs none " PROBE_TRACEFS;
    return "this kernel has no such trace event (dma: since 6.12, with CONFIG_TRACING)";
}

/* Where tracefs is; NULL: not there, err says why. */
static const char *find_root(struct qda_sys *sys, int *err)
{
    struct qda_stat st;
    *err = sys->ops->stat(sys, PROBE_TRACEFS "/events", &st);
    if (*err == 0)
        return PROBE_TRACEFS;
    return sys->ops->stat(sys, PROBE_TRACEFS_OLD "/events", &st) == 0 ? PROBE_TRACEFS_OLD : NULL;
}

/* An instance of a process that is gone. One that somebody still reads cannot be removed: the kernel says EBUSY. */
static void remove_stale(struct qda_sys *sys, const char *instances, const char *name)
{
    char path[192];
    uint32_t pid;
    struct qda_stat st;
    if (!probe_id(name + strlen(PREFIX), &pid))
        return;
    snprintf(path, sizeof(path), "/proc/%" PRIu32, pid);
    if (sys->ops->stat(sys, path, &st) != -ENOENT)
        return;
    snprintf(path, sizeof(path), "%s/%s", instances, name);
    sys->ops->rmdir(sys, path);
}

static void sweep(struct qda_sys *sys, const char *instances)
{
    struct probe_names names;
    if (probe_list(sys, instances, PREFIX, &names) < 0)
        return;
    for (size_t i = 0; i < names.count; i++)
        remove_stale(sys, instances, names.name[i]);
}

/* "qda-lab-<pid>", and with a letter behind it where this process has one already. Without /proc the time stands for the pid. */
static int make_dir(struct probe_instance *instance, struct qda_sys *sys, const char *root)
{
    uint32_t pid = probe_self(sys);
    char who[32];
    if (pid != 0)
        snprintf(who, sizeof(who), "%" PRIu32, pid);
    else
        snprintf(who, sizeof(who), "at-%" PRIu64, sys->ops->now_ns(sys));
    snprintf(instance->dir, sizeof(instance->dir), "%s/instances/" PREFIX "%s", root, who);
    int err = sys->ops->mkdir(sys, instance->dir);
    for (char letter = 'b'; err == -EEXIST && letter <= 'h'; letter++) {
        snprintf(instance->dir, sizeof(instance->dir), "%s/instances/" PREFIX "%s%c", root, who, letter);
        err = sys->ops->mkdir(sys, instance->dir);
    }
    return err;
}

static int set(const struct probe_instance *instance, struct qda_sys *sys, const char *file, const char *text)
{
    char path[192];
    snprintf(path, sizeof(path), "%s/%s", instance->dir, file);
    return qda_write_file(sys, path, text);
}

static void set_options(struct probe_instance *instance, struct qda_sys *sys)
{
    int err = set(instance, sys, "trace_clock", "mono_raw");
    if (err < 0) {
        bool mono = set(instance, sys, "trace_clock", "mono") == 0;
        probe_append(instance->gaps, sizeof(instance->gaps), "%s: trace_clock: times are not the board's clock but the trace's %s",
                     probe_errno(err), mono ? "mono" : "own");
    }
    (void)set(instance, sys, "buffer_percent", "0");       /* poll wakes at the first event, not at half a buffer */
    (void)set(instance, sys, "options/record-tgid", "1"); /* lines name the process of the thread; without: not known */
}

/* 0 or -errno of the event's own file. A filter that is refused costs room in the ring buffer, no more: we filter again. */
static int enable(const struct probe_instance *instance, struct qda_sys *sys, size_t event)
{
    char file[64];
    if (events[event].has_device) {
        snprintf(file, sizeof(file), "events/%s/filter", events[event].name);
        (void)set(instance, sys, file, PROBE_BANK_FILTER);
    }
    snprintf(file, sizeof(file), "events/%s/enable", events[event].name);
    return set(instance, sys, file, "1");
}

/* How many of the dma events are enabled. */
static unsigned enable_all(struct probe_instance *instance, struct qda_sys *sys, unsigned options, int *err)
{
    unsigned count = 0;
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        if ((events[i].option & ~options) != 0)
            continue;
        int failed = enable(instance, sys, i);
        bool dma = strncmp(events[i].name, "dma/", 4) == 0;
        count += dma && failed == 0;
        if (failed < 0 && dma && *err == 0)
            *err = failed;
        if (failed < 0)
            probe_append(instance->gaps, sizeof(instance->gaps), "%s: events/%s", probe_errno(failed), events[i].name);
    }
    return count;
}

int probe_instance_open(struct probe_instance *instance, struct qda_sys *sys, unsigned options,
                        struct qda_tier_status *status)
{
    char instances[64];
    int err;
    *instance = (struct probe_instance){ 0 };
    const char *root = find_root(sys, &err);
    if (root == NULL) {
        probe_reason(status->reason, sizeof(status->reason), PROBE_TRACEFS "/events", err, probe_tracefs_advice(sys, err));
        return err;
    }
    snprintf(instances, sizeof(instances), "%s/instances", root);
    sweep(sys, instances);
    err = make_dir(instance, sys, root);
    if (err < 0) {
        probe_reason(status->reason, sizeof(status->reason), instance->dir, err, probe_tracefs_advice(sys, err));
        return err;
    }
    set_options(instance, sys);
    if (enable_all(instance, sys, options, &err) == 0) {
        char path[160];
        snprintf(path, sizeof(path), "%s/events/dma/*/enable", instance->dir);
        probe_reason(status->reason, sizeof(status->reason), path, err, probe_tracefs_advice(sys, err));
        probe_instance_close(instance, sys);
        return err;
    }
    snprintf(instance->pipe, sizeof(instance->pipe), "%s/trace_pipe", instance->dir);
    return 0;
}

void probe_instance_close(struct probe_instance *instance, struct qda_sys *sys)
{
    sys->ops->rmdir(sys, instance->dir);
}
