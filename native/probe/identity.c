/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe/environment.h"

#define DT "/sys/firmware/devicetree/base"

/* A fact that several files may tell; the first that does counts. */
static int first_of(struct qda_sys *sys, const char *const paths[], char *out, size_t size)
{
    int err = -ENOENT;
    for (size_t i = 0; paths[i] != NULL; i++) {
        int now = probe_first_line(sys, paths[i], out, size);
        if (now == 0 && out[0] != '\0')
            return 0;
        if (now < 0 && now != -ENOENT)
            err = now; /* says more than that others are not there */
    }
    out[0] = '\0';
    return err;
}

/* "androidboot.serialno=X" of the kernel's command line. */
static bool serial_of_cmdline(struct qda_sys *sys, char *out, size_t size)
{
    static const char key[] = "androidboot.serialno=";
    char text[4096];
    if (probe_first_line(sys, "/proc/cmdline", text, sizeof(text)) < 0)
        return false;
    const char *at = strstr(text, key);
    if (at == NULL)
        return false;
    at += strlen(key);
    snprintf(out, size, "%.*s", (int)strcspn(at, " "), at);
    return out[0] != '\0';
}

static int serial(const struct probe_sink *sink, struct qda_board *out)
{
    static const char *const paths[] = { DT "/serial-number", "/proc/device-tree/serial-number",
                                         "/sys/devices/soc0/serial_number", "/sys/class/dmi/id/product_serial", NULL };
    int err = first_of(sink->sys, paths, out->serial, sizeof(out->serial));
    if (err == 0 || serial_of_cmdline(sink->sys, out->serial, sizeof(out->serial)))
        return 0;
    return probe_give_absent(sink, "serial", paths[0], err,
                             "nor is there one in /sys/devices/soc0, DMI or the kernel's command line");
}

static int model(const struct probe_sink *sink, struct qda_board *out)
{
    static const char *const paths[] = { DT "/model", "/proc/device-tree/model", "/sys/devices/soc0/machine",
                                         "/sys/class/dmi/id/product_name", NULL };
    int err = first_of(sink->sys, paths, out->model, sizeof(out->model));
    return err == 0 ? 0
                    : probe_give_absent(sink, "model", paths[0], err, "nor is there one in /sys/devices/soc0 or DMI");
}

static const char *built_for(void)
{
#if defined(__aarch64__)
    return "aarch64";
#elif defined(__x86_64__)
    return "x86_64";
#elif defined(__arm__)
    return "arm";
#else
    return "";
#endif
}

static int kernel(const struct probe_sink *sink, struct qda_board *out)
{
    static const char path[] = "/proc/sys/kernel/osrelease", arch[] = "/proc/sys/kernel/arch";
    int err = probe_first_line(sink->sys, path, out->kernel, sizeof(out->kernel));
    int stop = err < 0 ? probe_give_absent(sink, "kernel", path, err, "mount -t proc proc /proc") : 0;
    if (stop != 0)
        return stop;
    err = probe_first_line(sink->sys, arch, out->machine, sizeof(out->machine)); /* since 6.1 */
    if (err < 0)
        snprintf(out->machine, sizeof(out->machine), "%s", built_for());
    return out->machine[0] != '\0' ? 0 : probe_give_absent(sink, "machine", arch, err, "this kernel is older than 6.1");
}

/* Heaps beyond those that fit are named in a reading; without any the reading says why. */
static int heaps(const struct probe_sink *sink, struct qda_board *out)
{
    struct probe_names names;
    char more[1024] = "";
    int err = probe_list(sink->sys, PROBE_HEAPS, "", &names);
    if (err < 0)
        return probe_give_absent(sink, "heaps", PROBE_HEAPS, err, "this kernel has no dma-heaps (CONFIG_DMABUF_HEAPS)");
    for (size_t i = 0; i < names.count; i++) {
        bool fits = out->heap_count < QDA_MAX_HEAPS && strlen(names.name[i]) < sizeof(out->heaps[0]);
        if (fits)
            strcpy(out->heaps[out->heap_count++], names.name[i]);
        else
            probe_append(more, sizeof(more), "%s", names.name[i]);
    }
    return more[0] != '\0' ? probe_give(sink, "heaps.more", more, "", PROBE_HEAPS) : 0;
}

/* The processors that the kernel loads firmware into: the DSPs are among them. */
static int remote_processors(const struct probe_sink *sink)
{
    static const char *const files[] = { "name", "firmware", "state" };
    struct probe_names names;
    int err = probe_list(sink->sys, "/sys/class/remoteproc", "remoteproc", &names);
    if (names.count == 0)
        return probe_give_absent(sink, "remoteproc", "/sys/class/remoteproc", err < 0 ? err : -ENODATA,
                                 "this kernel shows no remote processors, so the DSP's firmware is not known");
    for (size_t i = 0; i < names.count * 3; i++) {
        char key[96], path[160];
        snprintf(key, sizeof(key), "%s.%s", names.name[i / 3], files[i % 3]);
        snprintf(path, sizeof(path), "/sys/class/remoteproc/%s/%s", names.name[i / 3], files[i % 3]);
        int stop = probe_give_file(sink, &(struct probe_file){ key, path, "", "" });
        if (stop != 0)
            return stop;
    }
    return 0;
}

int qda_probe_identity(struct qda_sys *sys, struct qda_board *out, qda_reading_fn fn, void *arg)
{
    static int (*const sources[])(const struct probe_sink *sink, struct qda_board *out) = { serial, model, kernel, heaps };
    const struct probe_sink sink = { sys, fn, arg };
    *out = (struct qda_board){ 0 };
    long page = sysconf(_SC_PAGESIZE);
    out->page_size = page > 0 ? (uint32_t)page : 0;
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        int stop = sources[i](&sink, out);
        if (stop != 0)
            return stop;
    }
    return remote_processors(&sink);
}
