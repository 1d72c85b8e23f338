/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "probe_rig.h"

/*
 * The probes on the kernel that runs this test: tracefs, debugfs and proc are mounted below a folder of our own, in a mount
 * namespace that ends with the test. Skipped where that is not allowed.
 */
#define INSTANCES "/sys/kernel/tracing/instances"
static char root[64], why_not[128];
static struct rig rig;
static struct qda_tier_status status;

static bool mount_at(const char *type, const char *path)
{
    char full[128], keep[128];
    snprintf(keep, sizeof(keep), "%s/.keep", path);
    rig_write(root, keep, "");
    snprintf(full, sizeof(full), "%s%s", root, path);
    if (mount("none", full, type, 0, NULL) == 0)
        return true;
    snprintf(why_not, sizeof(why_not), "cannot mount %s: %s", type, strerror(errno));
    return false;
}

static bool set_up(void)
{
    rig_temp_dir(root);
    if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
        snprintf(why_not, sizeof(why_not), "no mount namespace of our own: %s", strerror(errno));
        return false;
    }
    return mount_at("proc", "/proc") && mount_at("tracefs", "/sys/kernel/tracing") && mount_at("debugfs", "/sys/kernel/debug");
}

static void tear_down(void)
{
    static const char *const mounts[] = { "/sys/kernel/debug", "/sys/kernel/tracing", "/proc" };
    for (size_t i = 0; i < 3; i++) {
        char full[128];
        snprintf(full, sizeof(full), "%s%s", root, mounts[i]);
        umount2(full, MNT_DETACH);
    }
    rig_remove(root);
}

/* True if the running test was skipped. */
static bool skipped(void)
{
    struct qda_stat st;
    if (why_not[0] == '\0' && rig.kernel->ops->stat(rig.kernel, "/sys/kernel/tracing/events/dma/dma_map_sg", &st) < 0)
        snprintf(why_not, sizeof(why_not), "this kernel has no dma trace events");
    if (why_not[0] != '\0')
        check_skip(why_not);
    return why_not[0] != '\0';
}

static int count_event(void *arg, const struct qda_dma_event *event)
{
    (void)event;
    *(unsigned *)arg += 1;
    return 0;
}

static void path_of(char out[160], const char *file)
{
    snprintf(out, 160, INSTANCES "/qda-lab-%d%s%s", getpid(), file[0] != '\0' ? "/" : "", file);
}

static bool file_has(const char *file, const char *part)
{
    char path[160], text[1024];
    path_of(path, file);
    CHECK(qda_read_file(rig.kernel, path, text, sizeof(text)) >= 0);
    return CHECK_CONTAINS(text, part);
}

static void test_instance(void)
{
    unsigned events = 0;
    char path[160];
    struct qda_stat st;
    if (skipped())
        return;
    struct qda_trace *trace = qda_trace_open(&rig.base, &status);
    if (!CHECK(trace != NULL)) {
        printf("#   %s\n", status.reason);
        return;
    }
    CHECK_STR(status.reason, "");
    file_has("trace_clock", "[mono_raw]");
    file_has("buffer_percent", "0");
    file_has("options/record-tgid", "1");
    file_has("events/dma/dma_alloc/enable", "1");
    file_has("events/dma/dma_unmap_sg/enable", "1");
    file_has("events/dma/dma_map_sg/filter", "device ~ \"qda-cb-*\"");
    file_has("events/iommu/io_page_fault/filter", "compute-cb@");
    CHECK_INT(qda_trace_read(trace, count_event, &events), 0);
    qda_trace_close(trace);
    path_of(path, "");
    CHECK_INT(rig.kernel->ops->stat(rig.kernel, path, &st), -ENOENT);
    CHECK_INT(events, 0);
}

/* What the kernel prints between events is understood, and one line wakes a poll. */
static void test_pipe(void)
{
    unsigned events = 0;
    char path[160];
    if (skipped())
        return;
    struct qda_trace *trace = qda_trace_open(&rig.base, &status);
    if (!CHECK(trace != NULL))
        return;
    struct pollfd p = { .fd = qda_trace_fd(trace), .events = POLLIN };
    CHECK_INT(poll(&p, 1, 0), 0);
    path_of(path, "trace_marker");
    CHECK_INT(qda_write_file(rig.kernel, path, "a line of the test: qda-cb-x\n"), 0);
    CHECK_INT(poll(&p, 1, 10000), 1);
    CHECK_INT(qda_trace_read(trace, count_event, &events), 0);
    CHECK_INT(poll(&p, 1, 0), 0);
    qda_trace_status(trace, &status);
    CHECK_STR(status.reason, "");
    CHECK_INT(status.lost_events, 0);
    CHECK_INT(events, 0);
    qda_trace_close(trace);
}

static void test_lost(void)
{
    unsigned events = 0;
    char path[160];
    if (skipped())
        return;
    struct qda_trace *trace = qda_trace_open(&rig.base, &status);
    if (!CHECK(trace != NULL))
        return;
    path_of(path, "buffer_size_kb");
    CHECK_INT(qda_write_file(rig.kernel, path, "4"), 0);
    path_of(path, "trace_marker");
    int fd = rig.kernel->ops->open(rig.kernel, path, O_WRONLY);
    for (int i = 0; i < 5000; i++)
        CHECK_INT(rig.kernel->ops->write(rig.kernel, fd, "one of very many lines of the test\n", 35), 35);
    close(fd);
    CHECK_INT(qda_trace_read(trace, count_event, &events), 0);
    qda_trace_status(trace, &status);
    CHECK(status.lost_events > 1000 && status.lost_events < 5000);
    CHECK_STR(status.reason, "");
    qda_trace_close(trace);
}

/* Of agents that were killed: an instance whose pipe is still read stays. */
static void test_stale(void)
{
    static const char free_one[] = INSTANCES "/qda-lab-4194999", busy_one[] = INSTANCES "/qda-lab-4194998";
    struct qda_stat st;
    if (skipped())
        return;
    CHECK_INT(rig.kernel->ops->mkdir(rig.kernel, free_one), 0);
    CHECK_INT(rig.kernel->ops->mkdir(rig.kernel, busy_one), 0);
    int reader = rig.kernel->ops->open(rig.kernel, INSTANCES "/qda-lab-4194998/trace_pipe", O_RDONLY | O_NONBLOCK);
    CHECK(reader >= 0);
    struct qda_trace *trace = qda_trace_open(&rig.base, &status);
    CHECK(trace != NULL);
    CHECK_INT(rig.kernel->ops->stat(rig.kernel, free_one, &st), -ENOENT);
    CHECK_INT(rig.kernel->ops->stat(rig.kernel, busy_one, &st), 0);
    qda_trace_close(trace);
    close(reader);
    CHECK_INT(rig.kernel->ops->rmdir(rig.kernel, busy_one), 0);
}

static void test_bufinfo(void)
{
    struct rig_facts *facts = calloc(1, sizeof(*facts));
    if (!skipped()) {
        CHECK_INT(qda_probe_bufinfo(&rig.base, rig_on_fact, facts, &status), 0);
        CHECK(status.available);
        CHECK_STR(status.reason, "");
    }
    free(facts);
}

int main(void)
{
    (void)set_up(); /* where it fails, every test is skipped with the reason */
    rig_open(&rig, root);
    check_run("an instance is set up and taken down", test_instance);
    check_run("one line wakes whoever polls", test_pipe);
    check_run("lost events are counted", test_lost);
    check_run("stale instances go, busy ones stay", test_stale);
    check_run("bufinfo as this kernel writes it", test_bufinfo);
    rig_close(&rig);
    tear_down();
    return check_done();
}
