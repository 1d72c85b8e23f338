/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "driver/driver.h"
#include "live_board.h"
#include "probe_rig.h"

/*
 * The probes on a virtual board, through the seam as the agent has it: what this process and workloads do there must be
 * found again in its proc, bufinfo and trace texts.
 */
#define HUNG_MS 20000
#define HEAP_BYTES (300u * 1024) /* more than one piece: the heap's orders are 1 MiB, 64 KiB, 4 KiB */

extern char **environ;

static struct live_board board;
static struct rig_facts facts;
static struct qda_tier_status status;

/* What this process holds on the board: a GEM object that it exported, a heap buffer that it imported. */
struct mine {
    struct qda_node node;
    int fd, gem_dmabuf, heap_dmabuf;
    uint32_t gem, import;
    uint64_t gem_ino, heap_ino;
};

static uint64_t inode_of(int fd)
{
    struct qda_stat st = { 0 };
    CHECK_INT(board.sys->ops->fstat(board.sys, fd, &st), 0);
    return st.ino;
}

static bool hold(struct mine *m)
{
    struct qda_sys *sys = board.sys;
    if (!CHECK_INT(qda_find_nodes(sys, QDA_GEN_NONE, &m->node, 1) >= 1, 1) || !CHECK(m->node.driver != NULL))
        return false;
    m->fd = sys->ops->open(sys, m->node.path, O_RDWR | O_CLOEXEC);
    int heap = sys->ops->open(sys, "/dev/dma_heap/system", O_RDWR | O_CLOEXEC);
    bool held = CHECK(m->fd >= 0 && heap >= 0) && CHECK_INT(m->node.driver->gem_create(sys, m->fd, 8192, &m->gem), 0) &&
                CHECK_INT(qda_prime_export(sys, m->fd, m->gem, O_CLOEXEC | O_RDWR, &m->gem_dmabuf), 0) &&
                CHECK_INT(qda_heap_alloc(sys, heap, HEAP_BYTES, &m->heap_dmabuf), 0) &&
                CHECK_INT(qda_dmabuf_set_name(sys, m->heap_dmabuf, "a frame"), 0) &&
                CHECK_INT(qda_prime_import(sys, m->fd, m->heap_dmabuf, &m->import), 0);
    sys->ops->close(sys, heap);
    m->gem_ino = inode_of(m->gem_dmabuf);
    m->heap_ino = inode_of(m->heap_dmabuf);
    return held;
}

static void let_go(struct mine *m)
{
    struct qda_sys *sys = board.sys;
    CHECK_INT(qda_gem_close(sys, m->fd, m->import), 0);
    CHECK_INT(qda_gem_close(sys, m->fd, m->gem), 0);
    CHECK_INT(sys->ops->close(sys, m->gem_dmabuf), 0);
    CHECK_INT(sys->ops->close(sys, m->heap_dmabuf), 0);
    CHECK_INT(sys->ops->close(sys, m->fd), 0);
}

__attribute__((format(printf, 1, 2))) static bool has(const char *format, ...)
{
    char text[160];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    bool held = CHECK(rig_has_fact(&facts, text));
    if (!held) {
        printf("#   %s; there are\n", text);
        rig_print_facts(&facts);
    }
    return held;
}

static void start(const char *const *args)
{
    CHECK(live_board_start(&board, args));
}

static void test_proc(void)
{
    struct mine m;
    int pid = getpid(), err = 0;
    start((const char *[]){ NULL });
    if (!hold(&m))
        return;
    void *at = board.sys->ops->mmap(board.sys, HEAP_BYTES, PROT_READ, MAP_SHARED, m.heap_dmabuf, 0, &err);
    CHECK(at != NULL);
    facts = (struct rig_facts){ 0 };
    CHECK_INT(qda_probe_proc(board.sys, rig_on_fact, &facts, &status), 0);
    CHECK(status.available);
    has("process %d test_probe_boar uid %u", pid, (unsigned)geteuid());
    has("node %d %d %s", pid, m.fd, m.node.path);
    has("holder %d %d %" PRIu64, pid, m.gem_dmabuf, m.gem_ino);
    has("holder %d %d %" PRIu64, pid, m.heap_dmabuf, m.heap_ino);
    has("map %d %" PRIu64 " %" PRIx64 "+%u", pid, m.heap_ino, (uint64_t)(uintptr_t)at, HEAP_BYTES);
    has("buffer %" PRIu64 " 8192 drm '' x3 proc", m.gem_ino); /* descriptor, object, handle */
    has("buffer %" PRIu64 " %u system 'a frame' x5 proc", m.heap_ino, HEAP_BYTES); /* and mapping, attachment */
    CHECK_INT(board.sys->ops->munmap(board.sys, at, HEAP_BYTES), 0);
    let_go(&m);
    facts = (struct rig_facts){ 0 };
    CHECK_INT(qda_probe_proc(board.sys, rig_on_fact, &facts, &status), 0);
    for (size_t i = 0; i < facts.count; i++)
        CHECK(strstr(facts.all[i], "test_probe_boar") == NULL);
    live_board_stop(&board);
}

/* Of the facts of this process: its lines, one a line, sorted. */
static char *mine_of(const struct rig_facts *all)
{
    static char lines[64][160];
    char *text = calloc(1, sizeof(lines));
    char own[32];
    size_t n = 0;
    snprintf(own, sizeof(own), " %d ", getpid());
    for (size_t i = 0; i < all->count && n < 64; i++)
        if (strstr(all->all[i], own) != NULL || strncmp(all->all[i], "buffer", 6) == 0)
            memcpy(lines[n++], all->all[i], sizeof(lines[0]));
    qsort(lines, n, sizeof(lines[0]), (int (*)(const void *, const void *))(void (*)(void))strcmp);
    for (size_t i = 0; i < n && text != NULL; i++)
        strcat(strcat(text, lines[i]), "\n");
    return text;
}

static char *facts_with(const struct qda_sys_ops *ops)
{
    const struct qda_sys_ops *usual = board.sys->ops;
    facts = (struct rig_facts){ 0 };
    board.sys->ops = ops;
    CHECK_INT(qda_probe_proc(board.sys, rig_on_fact, &facts, &status), 0);
    board.sys->ops = usual;
    return mine_of(&facts);
}

/* A udmabuf has its memfd's inode: only the one descriptor of the two is a dma-buf. */
static int udmabuf_of(int memfd)
{
    struct qda_sys *sys = board.sys;
    int made = -1, device = sys->ops->open(sys, "/dev/udmabuf", O_RDWR | O_CLOEXEC);
    CHECK_INT(qda_udmabuf_create(sys, device, memfd, 65536, &made), 0);
    sys->ops->close(sys, device);
    return made;
}

static int nothing(void *arg, const struct qda_open_file *file)
{
    (void)arg;
    (void)file;
    return 0;
}

static void test_both_ways(void)
{
    struct mine m;
    start((const char *[]){ NULL });
    int can = board.sys->ops->open_files(board.sys, nothing, NULL);
    if (can == -EPERM || can == -EOPNOTSUPP)
        check_skip("this kernel gives no list of open files to this user");
    if (can < 0 || !hold(&m)) {
        live_board_stop(&board);
        return;
    }
    int memfd = board.sys->ops->memfd(board.sys, "a memfd", 65536), udmabuf = udmabuf_of(memfd);
    struct qda_sys_ops walking = *board.sys->ops;
    walking.open_files = NULL;
    char *listed = facts_with(board.sys->ops);
    CHECK_CONTAINS(status.source, "BPF");
    char *walked = facts_with(&walking);
    CHECK_STR(status.source, "/proc");
    CHECK_STR(listed, walked);
    has("holder %d %d %" PRIu64, getpid(), udmabuf, inode_of(udmabuf));
    free(listed);
    free(walked);
    board.sys->ops->close(board.sys, udmabuf);
    board.sys->ops->close(board.sys, memfd);
    let_go(&m);
    live_board_stop(&board);
}

static void test_bufinfo(void)
{
    struct mine m;
    start((const char *[]){ NULL });
    if (!hold(&m))
        return;
    facts = (struct rig_facts){ 0 };
    CHECK_INT(qda_probe_bufinfo(board.sys, rig_on_fact, &facts, &status), 0);
    CHECK(status.available);
    CHECK_STR(status.reason, "");
    has("buffer %" PRIu64 " 8192 drm '' x3 bufinfo", m.gem_ino);
    has("buffer %" PRIu64 " %u system 'a frame' x4 bufinfo", m.heap_ino, HEAP_BYTES);
    has("attachment %" PRIu64 " qda-cb-cdsp-1", m.heap_ino);
    CHECK_INT(facts.count, 3);
    let_go(&m);
    live_board_stop(&board);
}

/* ---- events */

struct kept {
    struct qda_dma_event event;
    struct qda_sg entries[QDA_MAX_SG];
    char comm[20], device[32];
};
static struct kept kept[64];
static size_t kept_count;

static int keep(void *arg, const struct qda_dma_event *event)
{
    (void)arg;
    if (kept_count == 64)
        return -1;
    struct kept *k = &kept[kept_count++];
    k->event = *event;
    memcpy(k->entries, event->entries, event->entry_count * sizeof(k->entries[0]));
    snprintf(k->comm, sizeof(k->comm), "%s", event->comm);
    snprintf(k->device, sizeof(k->device), "%s", event->device);
    return 0;
}

static uint64_t sum_of(const struct kept *k)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < k->event.entry_count; i++)
        sum += k->entries[i].length;
    return sum;
}

/* The event of that kind and size (v1 allocates a page for each message too, at every close); NULL: it does not come. */
static const struct kept *wait_for(struct qda_trace *trace, enum qda_dma_kind kind, uint64_t size)
{
    struct pollfd p = { .fd = qda_trace_fd(trace), .events = POLLIN };
    for (size_t i = 0;; i++) {
        while (i == kept_count)
            if (poll(&p, 1, HUNG_MS) != 1 || !CHECK_INT(qda_trace_read(trace, keep, NULL), 0))
                return NULL;
        if (kept[i].event.kind == kind && sum_of(&kept[i]) == size)
            return &kept[i];
    }
}

static bool check_event(const struct kept *k)
{
    if (!CHECK(k != NULL))
        return false;
    CHECK_STR(k->device, "qda-cb-cdsp-1");
    CHECK_STR(k->comm, "test_probe_boar");
    CHECK_INT(k->event.pid, gettid());
    CHECK_INT(k->event.process, getpid());
    return true;
}

/* Bypass: the segments of the heap's pieces stay apart, and each carries its physical address. */
static void trace_of(const char *iommu, bool pieces)
{
    struct mine m;
    start((const char *[]){ "--iommu", iommu, NULL });
    struct qda_trace *trace = qda_trace_open(board.sys, &status);
    kept_count = 0;
    if (!CHECK(trace != NULL)) {
        printf("#   %s\n", status.reason);
        return;
    }
    CHECK(status.available);
    CHECK_STR(status.reason, "");
    uint64_t begin = board.sys->ops->now_ns(board.sys);
    if (hold(&m)) {
        const struct kept *alloc = wait_for(trace, QDA_DMA_ALLOC, 8192), *map = wait_for(trace, QDA_DMA_MAP_SG, HEAP_BYTES);
        if (check_event(map)) {
            CHECK(pieces ? map->event.entry_count > 1 : map->event.entry_count >= 1);
            CHECK(map->entries[0].has_phys);
            CHECK(map->event.time_ns + 1000 >= begin && map->event.time_ns <= board.sys->ops->now_ns(board.sys));
        }
        let_go(&m);
        const struct kept *unmap = wait_for(trace, QDA_DMA_UNMAP_SG, 0), *freed = wait_for(trace, QDA_DMA_FREE, 8192);
        if (check_event(unmap) && map != NULL)
            CHECK_HEX(unmap->entries[0].phys, map->entries[0].phys);
        if (check_event(alloc) && check_event(freed))
            CHECK_HEX(freed->entries[0].dma_addr, alloc->entries[0].dma_addr);
    }
    qda_trace_status(trace, &status);
    CHECK_STR(status.reason, "");
    CHECK_INT(status.lost_events, 0);
    char path[160];
    struct qda_stat st;
    snprintf(path, sizeof(path), "/sys/kernel/tracing/instances/qda-lab-%d", getpid());
    CHECK_INT(board.sys->ops->stat(board.sys, path, &st), 0);
    qda_trace_close(trace);
    CHECK(board.sys->ops->stat(board.sys, path, &st) < 0);
    live_board_stop(&board);
}

static void test_trace_translated(void)
{
    trace_of("translated", false);
}

static void test_trace_bypass(void)
{
    trace_of("bypass", true);
}

/* ---- readings and checks, with a workload as the other user */

static bool start_producer(pid_t *pid, int *out)
{
    char path[600], self[512];
    int ends[2];
    posix_spawn_file_actions_t actions;
    const char *argv[] = { path, "--board", board.name, "--kind", "producer", "--say-ready", NULL };
    ssize_t got = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (got < 0 || pipe2(ends, O_CLOEXEC) < 0)
        return false;
    self[got] = '\0';
    for (int i = 0; i < 3; i++)
        *strrchr(self, '/') = '\0';
    snprintf(path, sizeof(path), "%s/native/vqda/vqda-workload", self);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    int err = posix_spawn(pid, path, &actions, NULL, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    struct pollfd p = { .fd = ends[0], .events = POLLIN };
    char line[8];
    *out = ends[0];
    return err == 0 && poll(&p, 1, HUNG_MS) == 1 && read(ends[0], line, sizeof(line)) > 0;
}

struct check_list {
    char text[64][48]; /* "name state" */
    size_t count;
    char others[768];
};

static int on_check(void *arg, const struct qda_check *check)
{
    struct check_list *list = arg;
    snprintf(list->text[list->count++], sizeof(list->text[0]), "%s %d", check->name, (int)check->state);
    if (strcmp(check->name, "other-users") == 0)
        snprintf(list->others, sizeof(list->others), "%s", check->read);
    return 0;
}

static bool has_check(const struct check_list *list, const char *name, enum qda_check_state state)
{
    char text[48];
    snprintf(text, sizeof(text), "%s %d", name, (int)state);
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->text[i], text) == 0)
            return true;
    printf("# no check '%s'\n", text);
    return false;
}

static void test_checks(void)
{
    struct check_list list = { .count = 0 };
    struct qda_node found;
    char holder[48];
    pid_t pid = 0;
    int out = -1, ended = 0;
    start((const char *[]){ NULL });
    if (!CHECK(start_producer(&pid, &out)) || !CHECK(qda_find_nodes(board.sys, QDA_GEN_NONE, &found, 1) >= 1))
        return;
    struct qda_probe_node node = { found.path, found.dsp, found.driver->name, found.proof, found.error };
    CHECK_INT(qda_probe_checks(board.sys, &node, 1, on_check, &list), 0);
    CHECK(has_check(&list, "accel-node", QDA_CHECK_OK));
    CHECK(has_check(&list, "node-access", QDA_CHECK_OK));
    CHECK(has_check(&list, "generation", QDA_CHECK_OK));
    CHECK(has_check(&list, "context-bank", QDA_CHECK_UNKNOWN));
    CHECK(has_check(&list, "dma-heap", QDA_CHECK_OK));
    CHECK(has_check(&list, "udmabuf", QDA_CHECK_OK));
    CHECK(has_check(&list, "debugfs", QDA_CHECK_OK));
    CHECK(has_check(&list, "tracefs", QDA_CHECK_OK));
    CHECK(has_check(&list, "other-users", QDA_CHECK_WARN));
    snprintf(holder, sizeof(holder), "pid %d vqda-producer (accel0)", (int)pid);
    CHECK_CONTAINS(list.others, holder);
    kill(pid, SIGTERM);
    CHECK_INT(waitpid(pid, &ended, 0), pid);
    close(out);
    live_board_stop(&board);
}

static void test_readings(void)
{
    static struct rig_readings readings;
    struct qda_board identity;
    start((const char *[]){ NULL });
    CHECK_INT(qda_probe_identity(board.sys, &identity, rig_on_reading, &readings), 0);
    CHECK(identity.serial[0] != '\0' || rig_reading(&readings, "serial") != NULL);
    CHECK(identity.model[0] != '\0' || rig_reading(&readings, "model") != NULL);
    CHECK(identity.kernel[0] != '\0' && identity.machine[0] != '\0');
    CHECK(identity.heap_count >= 2);
    readings.count = 0;
    CHECK_INT(qda_probe_environment(board.sys, rig_on_reading, &readings), 0);
    CHECK_STR(rig_value(&readings, "accel.holders"), "none");
    CHECK_CONTAINS(rig_value(&readings, "dma-heaps"), "system");
    for (size_t i = 0; i < readings.count; i++)
        CHECK(readings.all[i].has_value ? readings.all[i].reason[0] == '\0' : readings.all[i].reason[0] != '\0');
    live_board_stop(&board);
}

int main(void)
{
    check_run("proc: this process' node, buffers, descriptors, mappings", test_proc);
    check_run("proc: the kernel's list of open files and a walk over /proc agree", test_both_ways);
    check_run("bufinfo: buffers and the bank that one is attached to", test_bufinfo);
    check_run("trace: what this thread maps, behind a translating IOMMU", test_trace_translated);
    check_run("trace: what this thread maps, without translation", test_trace_bypass);
    check_run("checks, with a producer as the other user", test_checks);
    check_run("readings and identity", test_readings);
    return check_done();
}
