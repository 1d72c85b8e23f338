/* SPDX-License-Identifier: MIT */
#include "probe/bufinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "probe/lines.h"
#include "probe/status.h"
#include "probe/text.h"

#define DEBUGFS "/sys/kernel/debug"
#define BUFINFO DEBUGFS "/dma_buf/bufinfo"

const char *probe_debugfs_advice(struct qda_sys *sys, int err)
{
    struct qda_stat st;
    if (err == -EACCES || err == -EPERM)
        return "start the agent as root (debugfs is for root alone)";
    if (sys->ops->stat(sys, DEBUGFS, &st) < 0)
        return "this kernel has no debugfs (CONFIG_DEBUG_FS)";
    struct probe_names names;
    int listed = probe_list(sys, DEBUGFS, "", &names);
    if (listed == -EACCES || listed == -EPERM)
        return "start the agent as root (debugfs is for root alone)";
    if (names.count == 0)
        return "debugfs is not mounted: mount -t debugfs none " DEBUGFS;
    return "this kernel shows no dma-bufs in debugfs (CONFIG_DMA_SHARED_BUFFER with CONFIG_DEBUG_FS)";
}

static int read_all(struct probe_bufinfo *state, struct probe_lines *lines, struct qda_sys *sys, int fd)
{
    for (;;) {
        ssize_t got = probe_lines_fill(lines, sys, fd);
        if (got == -EINTR)
            continue;
        if (got <= 0)
            return (int)got;
        for (char *line = probe_lines_next(lines); line != NULL; line = probe_lines_next(lines)) {
            int stop = probe_bufinfo_line(state, line);
            if (stop != 0)
                return stop;
        }
    }
}

/* What of the text could not be used. "" if all could. */
static void say_gaps(const struct probe_bufinfo *state, const struct probe_lines *lines, char *out, size_t size)
{
    if (state->nameless > 0)
        probe_append(out, size, "%" PRIu64 " buffers have no inode in " BUFINFO " (kernel before 5.3) and are left out",
                     state->nameless);
    if (state->skipped > 0)
        probe_append(out, size, "%" PRIu64 " buffers were locked and left out by the kernel: ask again", state->skipped);
    if (state->torn > 0)
        probe_append(out, size, "the attached devices of %" PRIu64 " buffers do not add up (a name with line breaks?)",
                     state->torn);
    if (lines->overlong > 0)
        probe_append(out, size, "%" PRIu64 " lines were too long", lines->overlong);
    if (!state->ended)
        probe_append(out, size, "the text has no end: more buffers may exist");
    else if (state->total > state->seen)
        probe_append(out, size, "%" PRIu64 " of %" PRIu64 " buffers could not be read", state->total - state->seen,
                     state->total);
}

/* A callback that ended the probe and a read that failed both are numbers: keeps them apart. */
struct guard {
    qda_fact_fn fn;
    void *arg;
    int stop;
};

static int pass_on(void *arg, const struct qda_fact *fact)
{
    struct guard *guard = arg;
    guard->stop = guard->fn(guard->arg, fact);
    return guard->stop;
}

bool qda_probe_bufinfo_opens(struct qda_sys *sys)
{
    int fd = sys->ops->open(sys, BUFINFO, O_RDONLY);
    if (fd >= 0)
        sys->ops->close(sys, fd);
    return fd >= 0;
}

int qda_probe_bufinfo(struct qda_sys *sys, qda_fact_fn fn, void *arg, struct qda_tier_status *status)
{
    char memory[8192];
    struct probe_lines lines;
    struct probe_bufinfo state;
    struct guard guard = { fn, arg, 0 };
    probe_status_begin(status, QDA_TIER_BUFINFO, BUFINFO);
    int fd = sys->ops->open(sys, BUFINFO, O_RDONLY);
    if (fd < 0) {
        probe_reason(status->reason, sizeof(status->reason), BUFINFO, fd, probe_debugfs_advice(sys, fd));
        return 0;
    }
    probe_lines_init(&lines, memory, sizeof(memory));
    probe_bufinfo_init(&state, pass_on, &guard);
    int err = read_all(&state, &lines, sys, fd);
    sys->ops->close(sys, fd);
    if (guard.stop != 0)
        return guard.stop;
    status->available = err == 0;
    if (err < 0)
        probe_reason(status->reason, sizeof(status->reason), BUFINFO, err, "what came before it is kept");
    else
        say_gaps(&state, &lines, status->reason, sizeof(status->reason));
    return 0;
}
