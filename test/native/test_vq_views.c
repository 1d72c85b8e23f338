/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "client_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the client shows of /proc, debugfs and tracefs, on a live board: what a kernel would. */

#define PAGE RIG_PAGE

/* ---- /proc */

static void test_proc_node(void)
{
    char path[64], link[128], text[512];
    struct qda_stat st;
    int fd = open_node();
    int sock[2];
    path_of(path, sizeof(path), "fd", fd);
    CHECK(sys->ops->readlink(sys, path, link, sizeof(link)) > 0);
    CHECK_STR(link, "/dev/accel/accel0");
    CHECK_INT(sys->ops->stat(sys, path, &st), 0);
    CHECK(S_ISCHR(st.mode));
    path_of(path, sizeof(path), "fdinfo", fd);
    CHECK(text_of(path, text, sizeof(text)) > 0);
    CHECK_MEM(text, "pos:\t0\nflags:\t", 14);
    CHECK(strstr(text, "scm_fds") == NULL && strstr(text, "drm-") == NULL);
    CHECK_INT(sys->ops->socketpair(sys, sock), 0); /* somebody else's socket stays one */
    path_of(path, sizeof(path), "fd", sock[0]);
    CHECK(sys->ops->readlink(sys, path, link, sizeof(link)) > 0);
    CHECK_CONTAINS(link, "socket:[");
    close(sock[0]);
    close(sock[1]);
    sys->ops->close(sys, fd);
}

static void test_proc_dmabuf(void)
{
    char path[64], link[128], text[1024], want[128];
    struct qda_stat st;
    int fd = heap_buffer("/dev/dma_heap/system", 5 * PAGE);
    path_of(path, sizeof(path), "fd", fd);
    CHECK_INT(sys->ops->readlink(sys, path, link, sizeof(link)), 8);
    CHECK_STR(link, "/dmabuf:");
    CHECK_INT(qda_dmabuf_set_name(sys, fd, "frame 7"), 0);
    CHECK(sys->ops->readlink(sys, path, link, sizeof(link)) > 0);
    CHECK_STR(link, "/dmabuf:frame 7");
    CHECK_INT(sys->ops->stat(sys, path, &st), 0);
    path_of(path, sizeof(path), "fdinfo", fd);
    CHECK(text_of(path, text, sizeof(text)) > 0);
    CHECK_CONTAINS(text, "pos:\t0\nflags:\t02000002\nmnt_id:\t");
    snprintf(want, sizeof(want), "\nino:\t%llu\nsize:\t20480\ncount:\t1\nexp_name:\tsystem\nname:\tframe 7\n",
             (unsigned long long)st.ino);
    CHECK_CONTAINS(text, want);
    CHECK(strstr(text, "lock") == NULL);
    sys->ops->close(sys, fd);
}

static void test_counts(void)
{
    char path[64], text[1024], line[32];
    uint32_t handle;
    int node = open_node();
    int fd = heap_buffer("/dev/dma_heap/system", PAGE);
    int copies[3] = { dup(fd), dup(fd), dup(fd) };
    int err;
    void *map = sys->ops->mmap(sys, PAGE, PROT_READ, MAP_SHARED, fd, 0, &err);
    CHECK_INT(qda_prime_import(sys, node, fd, &handle), 0);
    path_of(path, sizeof(path), "fdinfo", fd);
    CHECK(text_of(path, text, sizeof(text)) > 0);
    /* 4 descriptors, 1 mapping, and what the import holds */
    const char *count = strstr(text, "count:\t");
    CHECK(count != NULL && atoi(count + 7) > 5);
    snprintf(line, sizeof(line), "\nexp_name:\tsystem\n");
    CHECK_CONTAINS(text, line);
    CHECK(strstr(text, "name:\tframe") == NULL);
    sys->ops->munmap(sys, map, PAGE);
    for (int i = 0; i < 3; i++)
        close(copies[i]);
    sys->ops->close(sys, fd);
    sys->ops->close(sys, node);
}

static void test_maps(void)
{
    char path[64], *text = NULL;
    uint32_t handle = 0;
    uint64_t offset = 0;
    int err;
    int node = open_node();
    int fd = heap_buffer("/dev/dma_heap/system", PAGE);
    CHECK_INT(qda_dmabuf_set_name(sys, fd, "mapped"), 0);
    CHECK_INT(driver->gem_create(sys, node, PAGE, &handle), 0);
    CHECK_INT(driver->gem_mmap_offset(sys, node, handle, &offset), 0);
    void *a = sys->ops->mmap(sys, PAGE, PROT_READ, MAP_SHARED, fd, 0, &err);
    void *b = sys->ops->mmap(sys, PAGE, PROT_READ, MAP_SHARED, node, offset, &err);
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)getpid());
    if (CHECK(qda_read_file_alloc(sys, path, 4u << 20, &text) > 0)) {
        CHECK_CONTAINS(text, " /dmabuf:mapped\n");
        CHECK_CONTAINS(text, " /dev/accel/accel0\n");
        CHECK(strstr(text, "memfd:vqda") == NULL);
        CHECK_CONTAINS(text, "[stack]");
    }
    free(text);
    sys->ops->munmap(sys, a, PAGE);
    sys->ops->munmap(sys, b, PAGE);
    sys->ops->close(sys, fd);
    sys->ops->close(sys, node);
}

static void test_udmabuf_in_proc(void)
{
    char path[64], link[128], text[1024];
    int dmabuf = -1;
    int udmabuf = sys->ops->open(sys, "/dev/udmabuf", O_RDWR);
    int memfd = sys->ops->memfd(sys, "camera", PAGE);
    CHECK_INT(qda_udmabuf_create(sys, udmabuf, memfd, PAGE, &dmabuf), 0);
    path_of(path, sizeof(path), "fd", dmabuf);
    CHECK(sys->ops->readlink(sys, path, link, sizeof(link)) > 0);
    CHECK_STR(link, "/dmabuf:");
    path_of(path, sizeof(path), "fdinfo", dmabuf);
    CHECK(text_of(path, text, sizeof(text)) > 0);
    CHECK_CONTAINS(text, "size:\t4096\ncount:\t1\nexp_name:\tudmabuf\n");
    path_of(path, sizeof(path), "fd", memfd);
    CHECK(sys->ops->readlink(sys, path, link, sizeof(link)) > 0);
    CHECK_STR(link, "/memfd:camera (deleted)");
    path_of(path, sizeof(path), "fdinfo", memfd);
    CHECK(text_of(path, text, sizeof(text)) > 0);
    CHECK(strstr(text, "exp_name") == NULL);
    close(memfd);
    sys->ops->close(sys, dmabuf);
    sys->ops->close(sys, udmabuf);
}

/* The server's own descriptors are no process' of the board. */
struct seen {
    int dmabufs;
    char dir[64];
};

static int look_at(void *arg, const char *name)
{
    struct seen *seen = arg;
    char path[128], link[128];
    snprintf(path, sizeof(path), "%s/%s", seen->dir, name);
    if (sys->ops->readlink(sys, path, link, sizeof(link)) > 0)
        seen->dmabufs += strncmp(link, "/dmabuf:", 8) == 0;
    return 0;
}

static void test_server_is_no_holder(void)
{
    int fd = heap_buffer("/dev/dma_heap/system", PAGE);
    struct seen seen = { 0 };
    snprintf(seen.dir, sizeof(seen.dir), "/proc/%d/fd", board.pid);
    CHECK_INT(sys->ops->list_dir(sys, seen.dir, look_at, &seen), 0);
    CHECK_INT(seen.dmabufs, 0);
    snprintf(seen.dir, sizeof(seen.dir), "/proc/self/fd");
    CHECK_INT(sys->ops->list_dir(sys, seen.dir, look_at, &seen), 0);
    CHECK_INT(seen.dmabufs, 1);
    sys->ops->close(sys, fd);
}

/* ---- Other files */

static void test_machine_files(void)
{
    char text[4096];
    CHECK(text_of("/proc/sys/kernel/osrelease", text, sizeof(text)) > 0);
    CHECK(text_of("/etc/os-release", text, sizeof(text)) > 0);
    CHECK(text_of("/sys/devices/system/cpu/online", text, sizeof(text)) > 0);
    CHECK(text_of("/proc/device-tree/model", text, sizeof(text)) > 0);
    CHECK_CONTAINS(text, board.name);
    CHECK_INT(text_of("/sys/class/power_supply/battery/capacity", text, sizeof(text)), -ENOENT);
}

static void test_bufinfo(void)
{
    char text[4096], line[128];
    uint32_t handle;
    struct qda_stat st;
    int node = open_node();
    int fd = heap_buffer("/dev/dma_heap/reserved", 2 * PAGE);
    CHECK_INT(qda_prime_import(sys, node, fd, &handle), 0);
    CHECK_INT(sys->ops->fstat(sys, fd, &st), 0);
    CHECK(text_of("/sys/kernel/debug/dma_buf/bufinfo", text, sizeof(text)) > 0);
    CHECK_CONTAINS(text, "\nDma-buf Objects:\nsize    \tflags   \tmode    \tcount   \texp_name\tino     \tname\n00008192\t00000002\t02080007\t");
    snprintf(line, sizeof(line), "\treserved\t%08llu\t<none>\n\tAttached Devices:\n\tqda-cb-cdsp-", (unsigned long long)st.ino);
    CHECK_CONTAINS(text, line);
    CHECK_CONTAINS(text, "\nTotal 1 devices attached\n\n\nTotal 1 objects, 8192 bytes\n");
    sys->ops->close(sys, fd);
    sys->ops->close(sys, node);
}

#define INSTANCE "/sys/kernel/tracing/instances/client-test"

/* What comes out of the pipe, NUL-terminated, until that is in it and it is quiet. A minute is waited only where it never comes. */
static size_t drain_until(const char *part, int pipe, char *out, size_t len)
{
    size_t have = 0;
    out[0] = '\0';
    while (have + 1 < len && sys->ops->poll(sys, pipe, POLLIN, strstr(out, part) ? 100 : 60000) > 0) {
        ssize_t got = sys->ops->read(sys, pipe, out + have, len - have - 1);
        if (got <= 0)
            break;
        have += (size_t)got;
        out[have] = '\0';
    }
    return have;
}

static void test_trace_switches(void)
{
    char text[512];
    CHECK_INT(sys->ops->mkdir(sys, INSTANCE), 0);
    CHECK_INT(sys->ops->mkdir(sys, INSTANCE), -EEXIST);
    CHECK_INT(qda_write_file(sys, INSTANCE "/trace_clock", "mono_raw"), 0);
    CHECK_INT(qda_write_file(sys, INSTANCE "/trace_clock", "sundial"), -EINVAL);
    CHECK(text_of(INSTANCE "/trace_clock", text, sizeof(text)) > 0);
    CHECK_CONTAINS(text, "[mono_raw]");
    CHECK_INT(sys->ops->rmdir(sys, INSTANCE), 0);
    CHECK_INT(sys->ops->rmdir(sys, INSTANCE), -ENOENT);
}

static void test_trace(void)
{
    static char text[65536];
    char want[160];
    uint32_t handle = 0;
    CHECK_INT(sys->ops->mkdir(sys, INSTANCE), 0);
    CHECK_INT(qda_write_file(sys, INSTANCE "/events/dma/enable", "1"), 0);
    int pipe = sys->ops->open(sys, INSTANCE "/trace_pipe", O_RDONLY | O_NONBLOCK);
    if (!CHECK(pipe >= 0))
        return;
    CHECK_INT(sys->ops->read(sys, pipe, text, 1), -EAGAIN);
    CHECK_INT(sys->ops->rmdir(sys, INSTANCE), -EBUSY);
    int node = open_node();
    int fd = heap_buffer("/dev/dma_heap/system", 3 * PAGE);
    CHECK_INT(driver->gem_create(sys, node, PAGE, &handle), 0);
    CHECK_INT(qda_prime_import(sys, node, fd, &handle), 0);
    sys->ops->close(sys, fd);
    sys->ops->close(sys, node);
    CHECK(text_of(INSTANCE "/trace", text, sizeof(text)) > 0);
    CHECK_CONTAINS(text, "# tracer: nop\n");
    CHECK(drain_until(": dma_unmap_sg: ", pipe, text, sizeof(text)) > 0); /* which the closes bring, a moment later */
    snprintf(want, sizeof(want), "-%-7d [000] ..... ", (int)getpid());
    CHECK_CONTAINS(text, want);
    CHECK_CONTAINS(text, ": dma_alloc: qda-cb-cdsp-1 dir=BIDIRECTIONAL dma_addr=");
    CHECK_CONTAINS(text, ": dma_map_sg: qda-cb-cdsp-1 dir=BIDIRECTIONAL nents=3/3 ents=");
    CHECK_CONTAINS(text, ": dma_unmap_sg: qda-cb-cdsp-1 dir=BIDIRECTIONAL phys_addrs={0x");
    CHECK_CONTAINS(text, " flags=GFP_KERNEL attrs=\n");
    int trace = sys->ops->open(sys, INSTANCE "/trace", O_WRONLY | O_TRUNC); /* empties it */
    CHECK(trace >= 0);
    sys->ops->close(sys, trace);
    CHECK(text_of(INSTANCE "/trace", text, sizeof(text)) > 0);
    CHECK_CONTAINS(text, "entries-in-buffer/entries-written: 0/0 ");
    sys->ops->close(sys, pipe);
    int err = -EBUSY;
    for (int i = 0; i < 500 && err == -EBUSY; i++, usleep(10000)) /* the server hears of the close a moment later */
        err = sys->ops->rmdir(sys, INSTANCE);
    CHECK_INT(err, 0);
}

static void test_nothing_held(void)
{
    struct live_status status;
    CHECK(live_board_settles(&board, &status));
    CHECK_INT(status.files, 0);
    CHECK_INT(status.dmabufs, 0);
}

int main(void)
{
    if (!client_rig_start())
        return 1;
    check_run("an open node reads as its path in /proc", test_proc_node);
    check_run("a dma-buf reads as one in /proc", test_proc_dmabuf);
    check_run("descriptors, mappings and imports are counted", test_counts);
    check_run("maps names dma-bufs and the node", test_maps);
    check_run("a udmabuf is told from its memfd", test_udmabuf_in_proc);
    check_run("the server's descriptors are not shown as the board's", test_server_is_no_holder);
    check_run("the machine's own files are read as they are", test_machine_files);
    check_run("bufinfo names attached banks", test_bufinfo);
    check_run("trace instances come, are set and go", test_trace_switches);
    check_run("trace events come through a pipe", test_trace);
    check_run("nothing is held afterwards", test_nothing_held);
    live_board_stop(&board);
    return check_done();
}
