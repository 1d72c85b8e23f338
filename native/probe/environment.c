/* SPDX-License-Identifier: MIT */
#include "probe/environment.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DT_ADVICE "this board was not started from a device tree"

static int kernel(const struct probe_sink *sink)
{
    static const struct probe_file files[] = {
        { "kernel.release", "/proc/sys/kernel/osrelease", "", "mount -t proc proc /proc" },
        { "kernel.version", "/proc/sys/kernel/version", "", "mount -t proc proc /proc" },
        { "kernel.cmdline", "/proc/cmdline", "", "mount -t proc proc /proc" },
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        int stop = probe_give_file(sink, &files[i]);
        if (stop != 0)
            return stop;
    }
    return 0;
}

/* The same device tree stands in two places; /proc/device-tree is a link that old user lands look for. */
static int device_tree(const struct probe_sink *sink)
{
    struct qda_stat st;
    bool in_sys = sink->sys->ops->stat(sink->sys, "/sys/firmware/devicetree/base", &st) == 0;
    const char *base = in_sys ? "/sys/firmware/devicetree/base" : "/proc/device-tree";
    static const char *const names[] = { "model", "compatible" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char key[32], path[64];
        snprintf(key, sizeof(key), "dt.%s", names[i]);
        snprintf(path, sizeof(path), "%s/%s", base, names[i]);
        int stop = probe_give_file(sink, &(struct probe_file){ key, path, "", DT_ADVICE });
        if (stop != 0)
            return stop;
    }
    return 0;
}

static int page_size(const struct probe_sink *sink)
{
    char text[24];
    snprintf(text, sizeof(text), "%ld", sysconf(_SC_PAGESIZE));
    return probe_give(sink, "page.size", text, "bytes", "sysconf(_SC_PAGESIZE)");
}

/* "MemAvailable:   123 kB" in bytes. */
static int memory_line(const struct probe_sink *sink, const char *text, const char *label, const char *key)
{
    char line[32], value[24];
    uint64_t kib;
    snprintf(line, sizeof(line), "\n%s:", label);
    const char *at = strstr(text, line);
    if (at == NULL)
        return probe_give_absent(sink, key, "/proc/meminfo", -ENODATA, label);
    at += strlen(line);
    at += strspn(at, " ");
    if (!probe_number(&at, 10, &kib) || kib > UINT64_MAX / 1024)
        return probe_give_absent(sink, key, "/proc/meminfo", -EINVAL, label);
    snprintf(value, sizeof(value), "%" PRIu64, kib * 1024);
    return probe_give(sink, key, value, "bytes", "/proc/meminfo");
}

static int memory(const struct probe_sink *sink)
{
    static const char *const lines[][2] = {
        { "MemTotal", "mem.total" }, { "MemAvailable", "mem.available" }, { "CmaFree", "mem.cma_free" }
    };
    char text[4096] = "\n"; /* every label stands behind a line break */
    ssize_t got = qda_read_file(sink->sys, "/proc/meminfo", text + 1, sizeof(text) - 1);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        int stop = got < 0 && got != -EFBIG
                       ? probe_give_absent(sink, lines[i][1], "/proc/meminfo", (int)got, "mount -t proc proc /proc")
                       : memory_line(sink, text, lines[i][0], lines[i][1]);
        if (stop != 0)
            return stop;
    }
    return 0;
}

/* "0.20 0.18 0.12 1/80 11206" */
static int load(const struct probe_sink *sink)
{
    static const char *const keys[] = { "load.1min", "load.5min", "load.15min" };
    char text[128];
    int err = probe_first_line(sink->sys, "/proc/loadavg", text, sizeof(text));
    char *save = NULL, *word = err == 0 ? strtok_r(text, " ", &save) : NULL;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        int stop = word != NULL ? probe_give(sink, keys[i], word, "", "/proc/loadavg")
                                : probe_give_absent(sink, keys[i], "/proc/loadavg", err < 0 ? err : -ENODATA, "");
        if (stop != 0)
            return stop;
        word = word != NULL ? strtok_r(NULL, " ", &save) : NULL;
    }
    return 0;
}

static int heaps(const struct probe_sink *sink)
{
    struct probe_names names;
    char text[2048] = "";
    int err = probe_list(sink->sys, PROBE_HEAPS, "", &names);
    if (err < 0)
        return probe_give_absent(sink, "dma-heaps", PROBE_HEAPS, err, "this kernel has no dma-heaps (CONFIG_DMABUF_HEAPS)");
    for (size_t i = 0; i < names.count; i++) {
        size_t have = strlen(text);
        snprintf(text + have, sizeof(text) - have, "%s%s", i > 0 ? "," : "", names.name[i]);
    }
    return probe_give(sink, "dma-heaps", text, "", PROBE_HEAPS);
}

int qda_probe_environment(struct qda_sys *sys, qda_reading_fn fn, void *arg)
{
    static int (*const sources[])(const struct probe_sink *sink) = {
        kernel,        device_tree, page_size,   heaps,      probe_iommu,
        probe_cpufreq, probe_thermal, memory, load, probe_holders, probe_power,
    };
    const struct probe_sink sink = { sys, fn, arg };
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        int stop = sources[i](&sink);
        if (stop != 0)
            return stop;
    }
    return 0;
}
