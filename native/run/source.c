/* SPDX-License-Identifier: MIT */
#include "run/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define HEAPS "/dev/dma_heap"
#define UDMABUF "/dev/udmabuf"
#define RENDER "/dev/dri"

/* Names under which boards offer their contiguous heap, the likeliest first. */
static const char *const cma_names[] = {"default_cma_region", "reserved", "linux,cma", "cma", "qcom,cma"};
#define CMA_NAMES (sizeof cma_names / sizeof *cma_names)

/* What a folder holds, as far as a sentence wants it, and the best of the names that were looked for. */
struct listing {
    const char *const *wanted;
    size_t count;
    size_t best; /* index in wanted; count: none */
    char seen[96];
};

static int see_entry(void *arg, const char *name)
{
    struct listing *list = arg;
    size_t used = strlen(list->seen);
    snprintf(list->seen + used, sizeof list->seen - used, "%s%s", used ? ", " : "", name);
    for (size_t i = 0; i < list->best; i++) {
        if (strcmp(name, list->wanted[i]) == 0)
            list->best = i;
    }
    return 0;
}

static int open_device(struct qda_run *run, const char *path)
{
    int fd = run->sys->ops->open(run->sys, path, O_RDWR | O_CLOEXEC);
    if (fd == -EACCES || fd == -EPERM)
        return qda_run_error_because(run, "open", fd, "%s cannot be opened (%s): run the agent as root", path,
                                     qda_errno_name(fd));
    return fd < 0 ? qda_run_error_because(run, "open", fd, "%s is there but cannot be opened (%s)", path,
                                          qda_errno_name(fd))
                  : fd;
}

static int open_heap(struct qda_run *run, const char *const *names, size_t count)
{
    struct listing list = {.wanted = names, .count = count, .best = count};
    char path[sizeof HEAPS + 64], looked[96] = "";
    int err = run->sys->ops->list_dir(run->sys, HEAPS, see_entry, &list);
    if (err < 0)
        return qda_run_skip(run, "no dma-heaps here: " HEAPS " cannot be listed (%s); the kernel needs CONFIG_DMABUF_HEAPS",
                            qda_errno_name(err));
    if (list.best < count) {
        snprintf(path, sizeof path, HEAPS "/%s", names[list.best]);
        return open_device(run, path);
    }
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(looked);
        snprintf(looked + used, sizeof looked - used, "%s%s", i ? ", " : "", names[i]);
    }
    return qda_run_skip(run, "no such heap: looked in " HEAPS " for %s and found %s", looked,
                        list.seen[0] ? list.seen : "nothing");
}

static int open_system_heap(struct qda_run *run)
{
    static const char *const names[] = {"system"};
    return open_heap(run, names, 1);
}

static int open_cma_heap(struct qda_run *run)
{
    return open_heap(run, cma_names, CMA_NAMES);
}

static int open_udmabuf(struct qda_run *run)
{
    struct qda_stat st;
    int err = run->sys->ops->stat(run->sys, UDMABUF, &st);
    if (err < 0)
        return qda_run_skip(run, "no udmabuf here: " UDMABUF " is not there (%s); the kernel needs CONFIG_UDMABUF",
                            qda_errno_name(err));
    return open_device(run, UDMABUF);
}

static int open_node(struct qda_run *run)
{
    int fd = -1;
    int err = qda_node_open(run, &fd);
    return err < 0 ? err : fd;
}

static int open_render(struct qda_run *run)
{
    struct listing list = {0};
    int err = run->sys->ops->list_dir(run->sys, RENDER, see_entry, &list);
    if (err < 0 || !strstr(list.seen, "renderD"))
        return qda_run_skip(run, "no render node here: looked in " RENDER " for renderD* and found %s",
                            err < 0 ? qda_errno_name(err) : list.seen[0] ? list.seen : "nothing");
    return qda_run_skip(run, "the agent cannot make buffers on this board's render nodes (" RENDER ": %s): every GPU "
                             "driver has a call of its own for it, and none is known here yet", list.seen);
}

static int open_none(struct qda_run *run)
{
    return qda_run_skip(run, "%s cannot use this source: it makes no dma-buf", run->point.benchmark);
}

static int make_qda(struct qda_run *run, int device, struct qda_buf *buf)
{
    const struct qda_driver *driver = run->ctx->node->driver;
    if (!driver->gem) {
        int failed = driver->dmabuf_alloc(run->sys, device, run->size, &buf->dmabuf);
        return failed < 0 ? qda_run_error(run, "ALLOC_DMA_BUFF", failed) : 0;
    }
    int err = qda_buf_create(run, device, buf);
    return err < 0 ? err : qda_buf_export(run, buf);
}

static int make_heap(struct qda_run *run, int device, struct qda_buf *buf)
{
    int err = qda_heap_alloc(run->sys, device, run->size, &buf->dmabuf);
    return err < 0 ? qda_run_error(run, "DMA_HEAP_IOCTL_ALLOC", err) : 0;
}

static int make_udmabuf(struct qda_run *run, int device, struct qda_buf *buf)
{
    int memfd = run->sys->ops->memfd(run->sys, "qda-run", run->size);
    if (memfd < 0)
        return qda_run_error(run, "memfd_create", memfd);
    int err = qda_udmabuf_create(run->sys, device, memfd, run->size, &buf->dmabuf);
    run->sys->ops->close(run->sys, memfd); /* the dma-buf holds its pages */
    return err < 0 ? qda_run_error(run, "UDMABUF_CREATE", err) : 0;
}

static const struct {
    int (*open)(struct qda_run *run);
    int (*make)(struct qda_run *run, int device, struct qda_buf *buf);
} sources[QDA_SRC_COUNT] = {
    [QDA_SRC_QDA] = {open_node, make_qda},
    [QDA_SRC_DMABUF] = {open_node, make_qda},
    [QDA_SRC_HEAP_SYSTEM] = {open_system_heap, make_heap},
    [QDA_SRC_HEAP_CMA] = {open_cma_heap, make_heap},
    [QDA_SRC_UDMABUF] = {open_udmabuf, make_udmabuf},
    [QDA_SRC_RENDER] = {open_render, NULL},
    [QDA_SRC_MALLOC] = {open_none, NULL},
};

int qda_exporter_open(struct qda_run *run, enum qda_source source, struct qda_exporter *out)
{
    if ((unsigned)source >= QDA_SRC_COUNT)
        return qda_run_skip(run, "the agent knows no source number %u", (unsigned)source);
    int fd = sources[source].open(run);
    if (fd < 0)
        return fd;
    *out = (struct qda_exporter){.source = source, .fd = fd};
    return 0;
}

void qda_exporter_close(struct qda_run *run, struct qda_exporter *exporter)
{
    qda_fd_close(run, &exporter->fd);
}

int qda_exporter_make(struct qda_run *run, const struct qda_exporter *exporter, struct qda_buf *buf)
{
    *buf = QDA_BUF_NONE;
    buf->size = run->size;
    int err = sources[exporter->source].make(run, exporter->fd, buf);
    if (err < 0)
        qda_buf_free(run, buf);
    return err;
}

bool qda_exporter_is_qda(const struct qda_exporter *exporter)
{
    return exporter->source == QDA_SRC_QDA || exporter->source == QDA_SRC_DMABUF;
}
