/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "live_board.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver/driver.h"
#include "uapi/dma_buf.h"
#include "uapi/drm_core.h"
#include "uapi/fastrpc_abi.h"
#include "uapi/qda_v1.h"
#include "uapi/udmabuf.h"
#include "vqda/client/client.h"

/* The client backend against a real vqda: what the seam promises, bad pointers, /proc as a kernel shows it, and a server's death. */

static struct live_board board;
static struct qda_sys *sys;
static const struct qda_driver *driver;

#define PAGE 4096u

static int open_node(void)
{
    return sys->ops->open(sys, "/dev/accel/accel0", O_RDWR);
}

/* An address that no mapping has. */
static void *unmapped(void)
{
    void *at = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(at, PAGE);
    return at;
}

static int heap_buffer(const char *heap, uint64_t size)
{
    int dmabuf = -1;
    int fd = sys->ops->open(sys, heap, O_RDWR);
    int err = fd < 0 ? fd : qda_heap_alloc(sys, fd, size, &dmabuf);
    if (fd >= 0)
        sys->ops->close(sys, fd);
    return err < 0 ? err : dmabuf;
}

static int text_of(const char *path, char *out, size_t len)
{
    return (int)qda_read_file(sys, path, out, len);
}

static void path_of(char *out, size_t len, const char *what, int fd)
{
    snprintf(out, len, "/proc/%d/%s/%d", (int)getpid(), what, fd);
}

/* ---- Opening */

static void test_open_client(void)
{
    int err = 0;
    CHECK(vq_client_open("qda-lab/0/no-such-board/vqda", &err) == NULL);
    CHECK_INT(err, -ECONNREFUSED);
    CHECK(vq_client_open("no-board", &err) == NULL);
    CHECK_INT(err, -EINVAL);
    CHECK(sys->simulated);
}

static int count_accel(void *arg, const char *name)
{
    *(int *)arg += strncmp(name, "accel", 5) == 0;
    return 0;
}

static void test_nodes(void)
{
    char name[16];
    int nodes = 0;
    struct qda_stat st;
    CHECK_INT(sys->ops->list_dir(sys, "/dev/accel", count_accel, &nodes), 0);
    CHECK_INT(nodes, 2);
    int fd = open_node();
    if (!CHECK(fd >= 0))
        return;
    CHECK_INT(driver->query(sys, fd, name), 0);
    CHECK_STR(name, "cdsp");
    CHECK_INT(sys->ops->fstat(sys, fd, &st), 0);
    CHECK(S_ISCHR(st.mode));
    CHECK_INT(st.rdev_major, QDA_ACCEL_MAJOR);
    CHECK_INT(sys->ops->stat(sys, "/dev/accel/accel1", &st), 0);
    CHECK_INT(st.rdev_minor, 1);
    CHECK_INT(sys->ops->close(sys, fd), 0);
    CHECK_INT(sys->ops->open(sys, "/dev/accel/accel9", O_RDWR), -ENOENT);
    CHECK_INT(sys->ops->open(sys, "/dev/dri/card0", O_RDWR), -ENOENT);
    CHECK_INT(sys->ops->open(sys, "/etc/passwd", O_RDONLY), -ENOENT);
    CHECK_INT(sys->ops->open(sys, "/proc/../etc/passwd", O_RDONLY), -ENOENT);
}

/* ---- Pointers */

static void test_version(void)
{
    char name[3] = "...", desc[64] = "";
    struct qda_drm_version_arg arg = { .name_len = 2, .name = (uintptr_t)name, .desc_len = sizeof(desc), .desc = (uintptr_t)desc };
    int fd = open_node();
    CHECK_INT(sys->ops->ioctl(sys, fd, QDA_DRM_IOCTL_VERSION, &arg), 0);
    CHECK_MEM(name, "qd.", 3);
    CHECK_INT(arg.name_len, 3);
    CHECK_STR(desc, QDA_DRM_DRIVER_DESC);
    CHECK_HEX(arg.name, (uintptr_t)name);
    arg.name_len = 3;
    arg.name = (uintptr_t)unmapped();
    CHECK_INT(sys->ops->ioctl(sys, fd, QDA_DRM_IOCTL_VERSION, &arg), -EFAULT);
    sys->ops->close(sys, fd);
}

static void test_bad_pointers(void)
{
    int fd = open_node();
    void *nowhere = unmapped();
    struct qda_v1_gem_create *sealed = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    sealed->size = PAGE;
    mprotect(sealed, PAGE, PROT_READ);
    CHECK_INT(sys->ops->ioctl(sys, fd, QDA_V1_IOCTL_GEM_CREATE, nowhere), -EFAULT);
    CHECK_INT(sys->ops->ioctl(sys, fd, QDA_V1_IOCTL_GEM_CREATE, NULL), -EFAULT);
    CHECK_INT(sys->ops->ioctl(sys, fd, QDA_V1_IOCTL_QUERY, nowhere), -EFAULT);
    CHECK_INT(sys->ops->ioctl(sys, fd, QDA_V1_IOCTL_GEM_CREATE, sealed), -EFAULT);
    CHECK_INT(sys->ops->ioctl(sys, fd, QDA_DRM_IOCTL_PRIME_HANDLE_TO_FD, nowhere), -EFAULT);
    /* The connection is still in step. */
    char name[16];
    CHECK_INT(driver->query(sys, fd, name), 0);
    CHECK_STR(name, "cdsp");
    munmap(sealed, PAGE);
    sys->ops->close(sys, fd);
}

static void test_invoke_memory(void)
{
    int fd = open_node();
    char data[64] = "inline";
    struct qda_v1_fastrpc_invoke_args args[2] = {
        { .ptr = (uintptr_t)data, .length = sizeof(data), .fd = -1 },
        { .ptr = (uintptr_t)data, .length = sizeof(data), .fd = -1 },
    };
    uint32_t in_out = QDA_SCALARS_BUILD(0, 2, 1, 1, 0, 0);
    CHECK_INT(driver->invoke(sys, fd, 30, in_out, args), -ENOTCONN); /* the null DSP */
    CHECK_INT(driver->invoke(sys, fd, 30, in_out, unmapped()), -EFAULT);
    args[0].ptr = (uintptr_t)unmapped();
    CHECK_INT(driver->invoke(sys, fd, 30, in_out, args), -EFAULT);
    args[0].ptr = (uintptr_t)data;
    args[1].ptr = (uintptr_t)unmapped(); /* outputs are written when the DSP has answered, so nothing is wrong yet */
    CHECK_INT(driver->invoke(sys, fd, 30, in_out, args), -ENOTCONN);
    args[1].ptr = (uintptr_t)data;
    args[0].fd = -2;
    CHECK_INT(driver->invoke(sys, fd, 30, in_out, args), -ENOSPC);
    CHECK_STR(data, "inline");
    sys->ops->close(sys, fd);
}

/* ---- Buffers */

static void test_gem_and_prime(void)
{
    uint32_t handle = 0, again = 0;
    uint64_t offset = 0;
    int dmabuf = -1, second = -1, err = 0;
    struct qda_stat a, b;
    int fd = open_node();
    CHECK_INT(driver->gem_create(sys, fd, 3 * PAGE, &handle), 0);
    CHECK_INT(driver->gem_mmap_offset(sys, fd, handle, &offset), 0);
    char *map = sys->ops->mmap(sys, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset, &err);
    if (!CHECK(map != NULL))
        return;
    CHECK(sys->ops->mmap(sys, 4 * PAGE, PROT_READ, MAP_SHARED, fd, offset, &err) == NULL);
    CHECK_INT(err, -EINVAL);
    CHECK_INT(qda_prime_export(sys, fd, handle, O_CLOEXEC | O_RDWR, &dmabuf), 0);
    CHECK_INT(qda_prime_export(sys, fd, handle, O_RDWR, &second), 0);
    CHECK_INT(fcntl(dmabuf, F_GETFD), FD_CLOEXEC);
    CHECK_INT(fcntl(second, F_GETFD), 0);
    CHECK_INT(sys->ops->fstat(sys, dmabuf, &a), 0);
    CHECK_INT(sys->ops->fstat(sys, second, &b), 0);
    CHECK_INT(a.ino, b.ino);
    CHECK_INT(sys->ops->seek_end(sys, dmabuf), 3 * PAGE);
    char *other = sys->ops->mmap(sys, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, dmabuf, 0, &err);
    if (CHECK(other != NULL)) {
        strcpy(map + PAGE, "through the node");
        CHECK_STR(other + PAGE, "through the node");
        CHECK_INT(sys->ops->munmap(sys, other, 3 * PAGE), 0);
    }
    CHECK(sys->ops->mmap(sys, 4 * PAGE, PROT_READ, MAP_SHARED, dmabuf, 0, &err) == NULL);
    CHECK_INT(err, -EINVAL);
    CHECK_INT(qda_prime_import(sys, fd, dmabuf, &again), 0);
    CHECK_INT(again, handle);
    CHECK_INT(sys->ops->munmap(sys, map, 3 * PAGE), 0);
    CHECK_INT(sys->ops->close(sys, dmabuf), 0);
    CHECK_INT(sys->ops->close(sys, second), 0);
    CHECK_INT(sys->ops->close(sys, fd), 0);
}

static void test_descriptors_as_arguments(void)
{
    uint32_t handle;
    int dmabuf = -1;
    int fd = open_node();
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    CHECK_INT(qda_prime_import(sys, fd, 9999, &handle), -EBADF);
    CHECK_INT(qda_prime_import(sys, fd, -1, &handle), -EBADF);
    CHECK_INT(qda_prime_import(sys, fd, null, &handle), -EINVAL);
    struct qda_map_args map = { .request = 1, .buffer = 9999 };
    CHECK_INT(driver->map(sys, fd, &map), -EBADF);
    map.buffer = null;
    CHECK_INT(driver->map(sys, fd, &map), -EINVAL);
    int udmabuf = sys->ops->open(sys, "/dev/udmabuf", O_RDWR);
    int memfd = sys->ops->memfd(sys, "frame", 2 * PAGE);
    CHECK_INT(qda_udmabuf_create(sys, udmabuf, 9999, 2 * PAGE, &dmabuf), -EBADFD);
    CHECK_INT(qda_udmabuf_create(sys, udmabuf, null, 2 * PAGE, &dmabuf), -EBADFD);
    CHECK_INT(qda_udmabuf_create(sys, udmabuf, memfd, 2 * PAGE, &dmabuf), 0);
    CHECK_INT(qda_prime_import(sys, fd, dmabuf, &handle), 0);
    CHECK_INT(qda_prime_import(sys, fd, memfd, &handle), -EINVAL); /* same inode, yet no dma-buf */
    close(memfd);
    close(null);
    sys->ops->close(sys, dmabuf);
    sys->ops->close(sys, udmabuf);
    sys->ops->close(sys, fd);
}

static void test_dmabuf_calls(void)
{
    int fd = heap_buffer("/dev/dma_heap/system", 5 * PAGE);
    int plain = sys->ops->memfd(sys, "plain", PAGE);
    if (!CHECK(fd >= 0))
        return;
    CHECK_INT(qda_dmabuf_sync(sys, fd, QDA_DMA_BUF_SYNC_START | QDA_DMA_BUF_SYNC_RW), 0);
    CHECK_INT(qda_dmabuf_sync(sys, fd, QDA_DMA_BUF_SYNC_END | QDA_DMA_BUF_SYNC_READ), 0);
    CHECK_INT(qda_dmabuf_sync(sys, fd, QDA_DMA_BUF_SYNC_END), -EINVAL);
    CHECK_INT(qda_dmabuf_sync(sys, fd, 1u << 5 | QDA_DMA_BUF_SYNC_READ), -EINVAL);
    CHECK_INT(sys->ops->ioctl(sys, fd, QDA_DMA_BUF_IOCTL_SYNC, unmapped()), -EFAULT);
    CHECK_INT(qda_dmabuf_set_name(sys, fd, "a name of thirty-one characters"), 0);
    CHECK_INT(qda_dmabuf_set_name(sys, fd, "a name of thirty-two characters!"), -EINVAL);
    CHECK_INT(sys->ops->ioctl(sys, fd, QDA_DMA_BUF_IOCTL_SET_NAME_B, unmapped()), -EFAULT);
    CHECK_INT(sys->ops->ioctl(sys, fd, QDA_V1_IOCTL_QUERY, NULL), -ENOTTY);
    CHECK_INT(qda_dmabuf_sync(sys, plain, QDA_DMA_BUF_SYNC_READ), -ENOTTY);
    CHECK_INT(qda_dmabuf_sync(sys, 9999, QDA_DMA_BUF_SYNC_READ), -EBADF);
    close(plain);
    sys->ops->close(sys, fd);
}

/* ---- Threads and children on one file */

struct caller {
    int fd;
    int good;
};

static void *call_often(void *arg)
{
    struct caller *c = arg;
    for (int i = 0; i < 100; i++) {
        uint32_t handle = 0;
        char name[16] = "";
        bool good = driver->gem_create(sys, c->fd, PAGE, &handle) == 0 && driver->query(sys, c->fd, name) == 0 &&
                    strcmp(name, "cdsp") == 0 && qda_gem_close(sys, c->fd, handle) == 0;
        c->good += good;
    }
    return NULL;
}

static void test_threads(void)
{
    pthread_t threads[8];
    struct caller callers[8];
    int fd = open_node();
    for (int i = 0; i < 8; i++) {
        callers[i] = (struct caller){ .fd = fd };
        pthread_create(&threads[i], NULL, call_often, &callers[i]);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        CHECK_INT(callers[i].good, 100);
    }
    sys->ops->close(sys, fd);
}

static void test_forked_child(void)
{
    uint32_t handle = 0;
    int status = -1;
    int fd = open_node();
    CHECK_INT(driver->gem_create(sys, fd, PAGE, &handle), 0);
    pid_t child = fork();
    if (child == 0) {
        uint32_t mine = 0;
        char name[16] = "";
        /* The child sees the file's handles, and its own calls go through. */
        bool good = driver->query(sys, fd, name) == 0 && qda_gem_close(sys, fd, handle) == 0 &&
                    driver->gem_create(sys, fd, PAGE, &mine) == 0 && mine == handle;
        _exit(good ? 0 : 1);
    }
    for (int i = 0; i < 200; i++) { /* meanwhile, on a connection of our own */
        char name[16] = "";
        CHECK_INT(driver->query(sys, fd, name), 0);
    }
    waitpid(child, &status, 0);
    CHECK_INT(status, 0);
    CHECK_INT(qda_gem_close(sys, fd, handle), 0); /* the child's */
    CHECK_INT(qda_gem_close(sys, fd, handle), -EINVAL);
    sys->ops->close(sys, fd);
}

/* ---- /proc */

static void test_proc_node(void)
{
    char path[64], link[128];
    struct qda_stat st;
    int fd = open_node();
    int sock[2];
    path_of(path, sizeof(path), "fd", fd);
    CHECK(sys->ops->readlink(sys, path, link, sizeof(link)) > 0);
    CHECK_STR(link, "/dev/accel/accel0");
    CHECK_INT(sys->ops->stat(sys, path, &st), 0);
    CHECK(S_ISCHR(st.mode));
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

/* What waits in the pipe, NUL-terminated; waits for the first bytes. */
static size_t drain(int pipe, char *out, size_t len)
{
    size_t have = 0;
    while (have + 1 < len && sys->ops->poll(sys, pipe, 1 /* POLLIN */, have == 0 ? 5000 : 50) > 0) {
        ssize_t got = sys->ops->read(sys, pipe, out + have, len - have - 1);
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    out[have] = '\0';
    return have;
}

static void test_trace(void)
{
    static char text[65536];
    char want[160];
    uint32_t handle = 0;
    CHECK_INT(sys->ops->mkdir(sys, INSTANCE), 0);
    CHECK_INT(sys->ops->mkdir(sys, INSTANCE), -EEXIST);
    CHECK_INT(qda_write_file(sys, INSTANCE "/trace_clock", "mono_raw"), 0);
    CHECK_INT(qda_write_file(sys, INSTANCE "/trace_clock", "sundial"), -EINVAL);
    CHECK_INT(qda_write_file(sys, INSTANCE "/events/dma/enable", "1"), 0);
    CHECK(text_of(INSTANCE "/trace_clock", text, sizeof(text)) > 0);
    CHECK_CONTAINS(text, "[mono_raw]");
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
    CHECK(drain(pipe, text, sizeof(text)) > 0);
    snprintf(want, sizeof(want), "-%-7d [000] ..... ", (int)getpid());
    CHECK_CONTAINS(text, want);
    CHECK_CONTAINS(text, ": dma_alloc: qda-cb-cdsp-1 dir=BIDIRECTIONAL dma_addr=");
    CHECK_CONTAINS(text, ": dma_map_sg: qda-cb-cdsp-1 dir=BIDIRECTIONAL nents=3/3 ents=");
    CHECK_CONTAINS(text, ": dma_unmap_sg: qda-cb-cdsp-1 dir=BIDIRECTIONAL phys_addrs={0x");
    CHECK_CONTAINS(text, " flags=GFP_KERNEL attrs=\n");
    sys->ops->close(sys, pipe);
    int err = -EBUSY;
    for (int i = 0; i < 500 && err == -EBUSY; i++, usleep(10000)) /* the server hears of the close a moment later */
        err = sys->ops->rmdir(sys, INSTANCE);
    CHECK_INT(err, 0);
    CHECK_INT(sys->ops->rmdir(sys, INSTANCE), -ENOENT);
}

static void test_nothing_held(void)
{
    struct live_status status;
    CHECK(live_board_settles(&board, &status));
    CHECK_INT(status.files, 0);
    CHECK_INT(status.dmabufs, 0);
}

/* ---- Death */

static void test_server_death(void)
{
    char name[16], path[64], link[64], text[512];
    int err;
    int fd = open_node();
    int dmabuf = heap_buffer("/dev/dma_heap/system", PAGE);
    kill(board.pid, SIGKILL);
    waitpid(board.pid, NULL, 0);
    board.pid = 0;
    CHECK_INT(driver->query(sys, fd, name), -ENODEV);
    CHECK_INT(driver->query(sys, fd, name), -ENODEV);
    CHECK_INT(open_node(), -ENODEV);
    CHECK_INT(sys->ops->list_dir(sys, "/dev/accel", count_accel, &err), -ENODEV);
    CHECK_INT(text_of("/sys/kernel/debug/dma_buf/bufinfo", text, sizeof(text)), -ENODEV);
    CHECK(sys->ops->mmap(sys, PAGE, PROT_READ, MAP_SHARED, fd, 0, &err) == NULL);
    CHECK_INT(err, -ENODEV);
    CHECK_INT(qda_dmabuf_sync(sys, dmabuf, QDA_DMA_BUF_SYNC_READ), -ENODEV);
    path_of(path, sizeof(path), "fd", fd);
    CHECK(sys->ops->readlink(sys, path, link, sizeof(link)) > 0); /* the machine's own files go on */
    CHECK(text_of("/proc/sys/kernel/osrelease", text, sizeof(text)) > 0);
    sys->ops->close(sys, dmabuf);
    sys->ops->close(sys, fd);
}

int main(void)
{
    static const char *const no_args[] = { NULL };
    if (!live_board_start(&board, no_args))
        return 1;
    sys = board.sys;
    driver = qda_driver_for(QDA_GEN_V1);
    check_run("a client opens only a board that is there", test_open_client);
    check_run("nodes are listed, opened and stat as devices; nothing else is", test_nodes);
    check_run("VERSION cuts its texts to the caller's lengths", test_version);
    check_run("bad pointers are EFAULT and break nothing", test_bad_pointers);
    check_run("INVOKE's memory is looked at before it is sent", test_invoke_memory);
    check_run("GEM objects are created, mapped and exported", test_gem_and_prime);
    check_run("descriptors travel as arguments", test_descriptors_as_arguments);
    check_run("a dma-buf answers its own ioctls", test_dmabuf_calls);
    check_run("eight threads call on one file", test_threads);
    check_run("a forked child calls on an inherited file", test_forked_child);
    check_run("an open node reads as its path in /proc", test_proc_node);
    check_run("a dma-buf reads as one in /proc", test_proc_dmabuf);
    check_run("descriptors, mappings and imports are counted", test_counts);
    check_run("maps names dma-bufs and the node", test_maps);
    check_run("a udmabuf is told from its memfd", test_udmabuf_in_proc);
    check_run("the server's descriptors are not shown as the board's", test_server_is_no_holder);
    check_run("the machine's own files are read as they are", test_machine_files);
    check_run("bufinfo names attached banks", test_bufinfo);
    check_run("trace events come through a pipe", test_trace);
    check_run("nothing is held afterwards", test_nothing_held);
    check_run("a dead server is ENODEV, at once and for ever", test_server_death);
    live_board_stop(&board);
    return check_done();
}
