/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "probe_rig.h"

/*
 * A tracefs of plain files: a new instance gets the files that a kernel's would have, its trace_pipe is a FIFO whose other
 * end the test holds.
 */
#define TRACEFS "/sys/kernel/tracing"
static const char *const event_files[] = { "dma/dma_alloc", "dma/dma_free", "dma/dma_map_sg", "dma/dma_unmap_sg",
                                           "iommu/io_page_fault", "iommu/map", "iommu/unmap" };
static struct rig rig;
static char root[64];
static unsigned events_there; /* how many of the list a new instance has */
static bool no_pipe;
static int feeder = -1; /* write end of the pipe */
static struct qda_tier_status status;

static void populate(const char *instance)
{
    static const char *const files[] = { "trace_clock", "buffer_percent", "options/record-tgid" };
    char path[192];
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/%s", instance, files[i]);
        rig_write(root, path, "");
    }
    for (size_t i = 0; i < events_there; i++) {
        snprintf(path, sizeof(path), "%s/events/%s/enable", instance, event_files[i]);
        rig_write(root, path, "");
        snprintf(path, sizeof(path), "%s/events/%s/filter", instance, event_files[i]);
        rig_write(root, path, "");
    }
    snprintf(path, sizeof(path), "%s%s/trace_pipe", root, instance);
    if (!no_pipe && CHECK_INT(mkfifo(path, 0600), 0))
        feeder = open(path, O_RDWR | O_NONBLOCK);
}

static int make_instance(struct qda_sys *sys, const char *path)
{
    int err = rig.kernel->ops->mkdir(rig.kernel, path);
    (void)sys;
    if (err == 0)
        populate(path);
    return err;
}

static int remove_instance(struct qda_sys *sys, const char *path)
{
    char full[256];
    (void)sys;
    snprintf(full, sizeof(full), "%s%s", root, path);
    rig_remove(full);
    return 0;
}

static void begin(unsigned events, const struct rig_fault *faults)
{
    rig_temp_dir(root);
    rig_write(root, TRACEFS "/events/enable", "");
    rig_write(root, TRACEFS "/instances/other/trace", "");
    rig_open(&rig, root);
    rig.faults = faults;
    rig.ops.mkdir = make_instance;
    rig.ops.rmdir = remove_instance;
    events_there = events;
    no_pipe = false;
    feeder = -1;
    char self[96];
    rig_write(root, "/proc/uptime", "");
    snprintf(self, sizeof(self), "%s/proc/self", root);
    CHECK_INT(symlink("4242", self), 0);
}

static bool exists(const char *path)
{
    struct qda_stat st;
    return rig.kernel->ops->stat(rig.kernel, path, &st) == 0;
}

static void end(void)
{
    CHECK(!exists(TRACEFS "/instances/qda-lab-4242"));
    CHECK(exists(TRACEFS "/instances/other/trace"));
    if (feeder >= 0)
        close(feeder);
    rig_close(&rig);
    rig_remove(root);
}

static bool has_text(const char *file, const char *text)
{
    char path[192], have[256];
    snprintf(path, sizeof(path), TRACEFS "/instances/qda-lab-4242/%s", file);
    CHECK(qda_read_file(rig.kernel, path, have, sizeof(have)) >= 0);
    return CHECK_STR(have, text);
}

static void test_open(void)
{
    begin(7, NULL);
    struct qda_trace *trace = qda_trace_open(&rig.base, &status);
    if (CHECK(trace != NULL)) {
        has_text("trace_clock", "mono_raw");
        has_text("buffer_percent", "0");
        has_text("options/record-tgid", "1");
        has_text("events/dma/dma_map_sg/enable", "1");
        has_text("events/dma/dma_map_sg/filter", "device ~ \"qda-cb-*\" || device ~ \"*compute-cb@*\"");
        has_text("events/iommu/io_page_fault/enable", "1");
        has_text("events/iommu/map/enable", "");
    }
    CHECK(status.available);
    CHECK_INT(status.tier, QDA_TIER_DMA);
    CHECK_STR(status.reason, "");
    CHECK_STR(status.source, TRACEFS "/instances/qda-lab-4242/trace_pipe");
    CHECK(status.since_ns > 0);
    qda_trace_close(trace);
    end();
}

static void test_options(void)
{
    begin(7, NULL);
    struct qda_trace *trace = qda_trace_open_with(&rig.base, QDA_TRACE_IOMMU_MAPS, &status);
    if (CHECK(trace != NULL)) {
        has_text("events/iommu/map/enable", "1");
        has_text("events/iommu/map/filter", "");
    }
    CHECK_STR(status.reason, "");
    qda_trace_close(trace);
    end();
}

static void cannot(const char *reason, const char *remedy)
{
    struct qda_trace *trace = qda_trace_open(&rig.base, &status);
    CHECK(trace == NULL);
    CHECK(!status.available);
    CHECK_CONTAINS(status.reason, reason);
    CHECK_CONTAINS(status.reason, remedy);
    qda_trace_close(trace);
    end();
}

static void test_cannot(void)
{
    static const struct rig_fault no_tracing[] = { { TRACEFS "*", -ENOENT }, { NULL, 0 } };
    static const struct rig_fault unmounted[] = { { TRACEFS "/events", -ENOENT }, { NULL, 0 } };
    static const struct rig_fault denied[] = { { TRACEFS "*", -EACCES }, { NULL, 0 } };
    static const struct rig_fault no_pipe_fault[] = { { TRACEFS "/instances/qda-lab-4242/trace_pipe", -EBUSY }, { NULL, 0 } };
    static const struct rig_fault no_enable[] = { { TRACEFS "/instances/qda-lab-4242/events/dma*", -EPERM }, { NULL, 0 } };
    begin(7, no_tracing);
    cannot("ENOENT: " TRACEFS "/events", "CONFIG_TRACING");
    begin(7, unmounted);
    cannot("ENOENT: " TRACEFS "/events", "mount -t tracefs");
    begin(7, denied);
    cannot("EACCES: " TRACEFS "/events", "as root");
    begin(0, NULL);
    cannot("ENOENT: " TRACEFS "/instances/qda-lab-4242/events/dma/*/enable", "since 6.12");
    begin(7, no_pipe_fault);
    cannot("EBUSY: " TRACEFS "/instances/qda-lab-4242/trace_pipe", "");
    begin(7, no_enable);
    cannot("EPERM: ", "as root");
}

static void test_old_place(void)
{
    rig_temp_dir(root);
    rig_write(root, "/sys/kernel/debug/tracing/events/enable", "");
    rig_write(root, "/sys/kernel/debug/tracing/instances/other/x", "");
    rig_open(&rig, root);
    rig.ops.mkdir = make_instance;
    rig.ops.rmdir = remove_instance;
    events_there = 7;
    no_pipe = false;
    struct qda_trace *trace = qda_trace_open(&rig.base, &status); /* without /proc: the time stands for the pid */
    CHECK(trace != NULL);
    CHECK_CONTAINS(status.source, "/sys/kernel/debug/tracing/instances/qda-lab-at-");
    qda_trace_close(trace);
    close(feeder);
    rig_close(&rig);
    rig_remove(root);
}

static void test_partly(void)
{
    static const struct rig_fault faults[] = { { TRACEFS "/instances/qda-lab-4242/trace_clock", -EINVAL }, { NULL, 0 } };
    begin(2, faults);
    struct qda_trace *trace = qda_trace_open(&rig.base, &status);
    CHECK(trace != NULL);
    CHECK(status.available);
    CHECK_CONTAINS(status.reason, "EINVAL: trace_clock");
    CHECK_CONTAINS(status.reason, "ENOENT: events/dma/dma_map_sg");
    CHECK_CONTAINS(status.reason, "ENOENT: events/dma/dma_unmap_sg");
    qda_trace_close(trace);
    end();
}

/* Instances of agents that were killed go; those of the living, and other people's, stay. */
static void test_stale(void)
{
    begin(7, NULL);
    rig_write(root, "/proc/77/status", "");
    rig_write(root, TRACEFS "/instances/qda-lab-77/trace", "");
    rig_write(root, TRACEFS "/instances/qda-lab-78/trace", "");
    rig_write(root, TRACEFS "/instances/qda-lab-x/trace", "");
    struct qda_trace *first = qda_trace_open(&rig.base, &status), *second = NULL;
    int first_feeder = feeder;
    if (CHECK(first != NULL)) {
        rig_write(root, "/proc/4242/status", "");
        second = qda_trace_open(&rig.base, &status);
        CHECK(second != NULL);
        CHECK_CONTAINS(status.source, "qda-lab-4242b/");
    }
    CHECK(exists(TRACEFS "/instances/qda-lab-77"));
    CHECK(!exists(TRACEFS "/instances/qda-lab-78"));
    CHECK(exists(TRACEFS "/instances/qda-lab-x"));
    qda_trace_close(second);
    CHECK(!exists(TRACEFS "/instances/qda-lab-4242b"));
    qda_trace_close(first);
    close(first_feeder);
    end();
}

/* ---- reading */

struct seen {
    unsigned count, stop_after;
    uint64_t addresses; /* sum */
    char last_device[32];
};

static int on_event(void *arg, const struct qda_dma_event *event)
{
    struct seen *seen = arg;
    seen->count++;
    seen->addresses += event->entries[0].dma_addr;
    snprintf(seen->last_device, sizeof(seen->last_device), "%s", event->device);
    return seen->count == seen->stop_after ? 77 : 0;
}

#define EVENT "          camera-99      (     98) [003] .....    12.000001: dma_alloc: qda-cb-cdsp-%u dir=BIDIRECTIONAL dma_addr=%x size=4096 virt_addr=1 flags=none attrs=\n"

static void put(const char *text)
{
    CHECK_INT(write(feeder, text, strlen(text)), strlen(text));
}

static void test_read(void)
{
    begin(7, NULL);
    struct qda_trace *trace = qda_trace_open(&rig.base, &status);
    struct seen seen = { 0 };
    char text[1024];
    if (!CHECK(trace != NULL))
        return;
    CHECK_INT(qda_trace_read(trace, on_event, &seen), 0); /* nothing waits */
    CHECK_INT(seen.count, 0);
    snprintf(text, sizeof(text), EVENT EVENT, 1, 0x1000, 2, 0x2000);
    struct pollfd p = { .fd = qda_trace_fd(trace), .events = POLLIN };
    CHECK_INT(poll(&p, 1, 0), 0);
    for (size_t i = 0, len = strlen(text); i < len; i += 7) { /* however the pieces fall */
        char piece[8] = "";
        strncpy(piece, text + i, 7);
        put(piece);
        CHECK_INT(poll(&p, 1, 0), 1);
        CHECK_INT(qda_trace_read(trace, on_event, &seen), 0);
    }
    CHECK_INT(seen.count, 2);
    CHECK_INT(seen.addresses, 0x3000);
    CHECK_STR(seen.last_device, "qda-cb-cdsp-2");
    put("CPU:1 [LOST 68 EVENTS]\nCPU:0 [LOST 2 EVENTS]\n[LINE TOO BIG]\n");
    CHECK_INT(qda_trace_read(trace, on_event, &seen), 0);
    qda_trace_status(trace, &status);
    CHECK_INT(status.lost_events, 70);
    CHECK_CONTAINS(status.reason, "1 lines could not be understood");
    CHECK(status.available);
    qda_trace_close(trace);
    end();
}

static void test_long_line(void)
{
    begin(7, NULL);
    struct qda_trace *trace = qda_trace_open(&rig.base, &status);
    struct seen seen = { 0 };
    char text[256];
    if (!CHECK(trace != NULL))
        return;
    for (int i = 0; i < 40; i++) {
        char kib[1025];
        memset(kib, 'x', 1024);
        kib[1024] = '\0';
        put(kib);
        CHECK_INT(qda_trace_read(trace, on_event, &seen), 0);
    }
    snprintf(text, sizeof(text), "\n" EVENT, 5, 0x1000);
    put(text);
    CHECK_INT(qda_trace_read(trace, on_event, &seen), 0);
    CHECK_INT(seen.count, 1);
    qda_trace_status(trace, &status);
    CHECK_CONTAINS(status.reason, "1 lines were longer than");
    CHECK_INT(status.lost_events, 0);
    qda_trace_close(trace);
    end();
}

static void test_stop(void)
{
    begin(7, NULL);
    struct qda_trace *trace = qda_trace_open(&rig.base, &status);
    struct seen seen = { .stop_after = 2 };
    char text[1024];
    if (!CHECK(trace != NULL))
        return;
    snprintf(text, sizeof(text), EVENT EVENT EVENT, 1, 0x1000, 2, 0x2000, 3, 0x4000);
    put(text);
    CHECK_INT(qda_trace_read(trace, on_event, &seen), 77);
    CHECK_INT(seen.count, 2);
    CHECK_INT(qda_trace_read(trace, on_event, &seen), 0); /* the one behind it is not lost */
    CHECK_INT(seen.count, 3);
    CHECK_INT(seen.addresses, 0x7000);
    qda_trace_close(trace);
    end();
}

static void test_closed(void)
{
    begin(7, NULL);
    struct qda_trace *trace = qda_trace_open(&rig.base, &status);
    struct seen seen = { 0 };
    char text[256];
    if (!CHECK(trace != NULL))
        return;
    snprintf(text, sizeof(text), EVENT, 1, 0x1000);
    put(text);
    close(feeder);
    feeder = -1;
    CHECK_INT(qda_trace_read(trace, on_event, &seen), -EPIPE);
    CHECK_INT(seen.count, 1); /* what was there is given first */
    qda_trace_close(trace);
    end();
}

int main(void)
{
    check_run("an instance of our own: clock, filters, events", test_open);
    check_run("the IOMMU's maps only where asked for", test_options);
    check_run("why there is no trace, and what helps; nothing is left behind", test_cannot);
    check_run("a tracefs below debugfs, a board without /proc", test_old_place);
    check_run("some events only, and a clock of another kind", test_partly);
    check_run("instances of dead agents are removed", test_stale);
    check_run("lines in pieces, lost events, lines that make no sense", test_read);
    check_run("a line that is too long is left out and counted", test_long_line);
    check_run("a callback ends the reading, and the rest waits", test_stop);
    check_run("a pipe closed from the other side", test_closed);
    return check_done();
}
