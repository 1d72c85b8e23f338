/* SPDX-License-Identifier: MIT */
#include "probe/checks.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probe/environment.h"
#include "probe/status.h"
#include "probe/trace_instance.h"

/* Sources of dma-bufs, and what the memory picture is made of. */

int probe_check_heaps(const struct probe_checks *checks)
{
    static const char why[] = "buffers of other devices come from dma-heaps: without one, imports are measured with udmabuf only";
    struct probe_verdict verdict = { .state = QDA_CHECK_WARN };
    struct probe_names names;
    int err = probe_list(checks->sys, PROBE_HEAPS, "", &names);
    verdict.remedy = "use a kernel with CONFIG_DMABUF_HEAPS and CONFIG_DMABUF_HEAPS_SYSTEM; imports need a source";
    if (err < 0)
        probe_reason(verdict.read, sizeof(verdict.read), PROBE_HEAPS, err, "");
    else if (names.count == 0)
        snprintf(verdict.read, sizeof(verdict.read), PROBE_HEAPS " is empty");
    for (size_t i = 0; i < names.count; i++) {
        char path[96];
        snprintf(path, sizeof(path), PROBE_HEAPS "/%s", names.name[i]);
        int fd = checks->sys->ops->open(checks->sys, path, O_RDONLY);
        probe_append(verdict.read, sizeof(verdict.read), "%s%s%s", path, fd < 0 ? ": " : "", fd < 0 ? probe_errno(fd) : "");
        if (fd < 0) {
            verdict.remedy = "start the agent as root, or give its user the heap";
            continue;
        }
        checks->sys->ops->close(checks->sys, fd);
        verdict.state = QDA_CHECK_OK;
    }
    return probe_say(checks, "dma-heap", why, &verdict);
}

int probe_check_udmabuf(const struct probe_checks *checks)
{
    static const char path[] = "/dev/udmabuf";
    static const char why[] = "udmabuf makes dma-bufs of one entry a page: the hardest case of an import";
    struct probe_verdict verdict = { .state = QDA_CHECK_OK };
    int fd = checks->sys->ops->open(checks->sys, path, O_RDWR);
    if (fd >= 0) {
        checks->sys->ops->close(checks->sys, fd);
        snprintf(verdict.read, sizeof(verdict.read), "%s opened", path);
    } else {
        verdict.state = QDA_CHECK_WARN;
        probe_reason(verdict.read, sizeof(verdict.read), path, fd, "");
        verdict.remedy = fd == -ENOENT ? "use a kernel with CONFIG_UDMABUF; until then benchmarks with the source udmabuf are skipped"
                                       : "start the agent as root, or give its user the node";
    }
    return probe_say(checks, "udmabuf", why, &verdict);
}

int probe_check_debugfs(const struct probe_checks *checks)
{
    static const char path[] = "/sys/kernel/debug/dma_buf/bufinfo";
    static const char why[] = "it is the only place that says which context bank a buffer is attached to";
    struct probe_verdict verdict = { .state = QDA_CHECK_OK };
    int fd = checks->sys->ops->open(checks->sys, path, O_RDONLY);
    if (fd >= 0) {
        checks->sys->ops->close(checks->sys, fd);
        snprintf(verdict.read, sizeof(verdict.read), "%s opened", path);
    } else {
        verdict.state = QDA_CHECK_WARN;
        probe_reason(verdict.read, sizeof(verdict.read), path, fd, "");
        verdict.remedy = probe_debugfs_advice(checks->sys, fd);
    }
    return probe_say(checks, "debugfs", why, &verdict);
}

static int stat_event(struct qda_sys *sys, const char *root, const char *event)
{
    char path[96];
    struct qda_stat st;
    snprintf(path, sizeof(path), "%s/events/%s/enable", root, event);
    return sys->ops->stat(sys, path, &st);
}

/* Reads only: no instance is made here. */
int probe_check_tracefs(const struct probe_checks *checks)
{
    static const char why[] = "DMA trace events tell process, context bank, IOVA and every sg entry, live";
    static const char *const events[] = { "dma/dma_alloc", "dma/dma_free", "dma/dma_map_sg", "dma/dma_unmap_sg",
                                          "iommu/io_page_fault" };
    struct probe_verdict verdict = { .state = QDA_CHECK_OK };
    const char *root = stat_event(checks->sys, PROBE_TRACEFS, events[2]) < 0 &&
                               stat_event(checks->sys, PROBE_TRACEFS_OLD, events[2]) == 0
                           ? PROBE_TRACEFS_OLD
                           : PROBE_TRACEFS;
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        int err = stat_event(checks->sys, root, events[i]);
        probe_append(verdict.read, sizeof(verdict.read), "%s/events/%s%s%s", i == 0 ? root : "..", events[i],
                     err < 0 ? ": " : "", err < 0 ? probe_errno(err) : "");
        if (err == 0 || verdict.state != QDA_CHECK_OK)
            continue;
        verdict.state = QDA_CHECK_WARN;
        verdict.remedy = probe_tracefs_advice(checks->sys, err);
    }
    return probe_say(checks, "tracefs", why, &verdict);
}

/* Whether other users' processes can be looked at: the first process of the board is root's. */
static int list_nothing(void *arg, const char *name)
{
    (void)arg;
    (void)name;
    return 0;
}

int probe_check_proc(const struct probe_checks *checks)
{
    static const char why[] = "which process holds which buffer stands in /proc/PID/fd, for root or the same user only";
    struct probe_verdict verdict = { .state = QDA_CHECK_OK };
    int err = checks->sys->ops->list_dir(checks->sys, "/proc/1/fd", list_nothing, NULL);
    if (err >= 0) {
        snprintf(verdict.read, sizeof(verdict.read), "/proc/1/fd listed");
    } else {
        verdict.state = QDA_CHECK_WARN;
        probe_reason(verdict.read, sizeof(verdict.read), "/proc/1/fd", err, "");
        verdict.remedy = "start the agent as root: until then only its own user's processes are in the picture";
    }
    return probe_say(checks, "proc", why, &verdict);
}

int probe_check_others(const struct probe_checks *checks)
{
    static const char why[] = "other users of the DSP take context banks and disturb what is measured";
    struct probe_verdict verdict = { .state = QDA_CHECK_OK };
    struct probe_holder_list holders;
    probe_other_holders(checks->sys, &holders);
    snprintf(verdict.read, sizeof(verdict.read), "/proc/*/fd: %s",
             holders.count > 0 ? holders.text : "nobody else has a node of a DSP open");
    if (holders.count > 0) {
        verdict.state = QDA_CHECK_WARN;
        verdict.remedy = "end them for quiet numbers, or keep them if their load is what you measure";
    } else if (holders.unreadable > 0) {
        verdict.state = QDA_CHECK_UNKNOWN;
        snprintf(verdict.read, sizeof(verdict.read),
                 "/proc/*/fd: nobody among those that could be looked at; EACCES for %" PRIu32 " processes", holders.unreadable);
        verdict.remedy = "start the agent as root to look at all processes";
    }
    return probe_say(checks, "other-users", why, &verdict);
}
