/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "client_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "uapi/dma_buf.h"
#include "uapi/drm_core.h"
#include "rpcmsg/scalars.h"
#include "uapi/qda_v1.h"
#include "uapi/udmabuf.h"
#include "vqda/client/client.h"

/* The client backend against a real vqda: what the seam promises, bad pointers, and a server's death. */

#define PAGE RIG_PAGE

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
    CHECK_INT(sys->ops->write(sys, fd, "x", 1), -EINVAL);
    CHECK_INT(driver->query(sys, fd, name), 0);
    CHECK_INT(sys->ops->close(sys, fd), 0);
    CHECK_INT(sys->ops->open(sys, "/dev/accel/accel9", O_RDWR), -ENOENT);
    CHECK_INT(sys->ops->open(sys, "/dev/dri/card0", O_RDWR), -ENOENT);
    CHECK_INT(sys->ops->open(sys, "/etc/passwd", O_RDONLY), -ENOENT);
    CHECK_INT(sys->ops->open(sys, "/proc/../etc/passwd", O_RDONLY), -ENOENT);
}

/* A number belongs to whoever has it now: a file's, another file's, something of the machine's. */
static void test_numbers_come_back(void)
{
    char name[16];
    int fd = open_node();
    CHECK_INT(driver->query(sys, fd, name), 0);
    CHECK_INT(sys->ops->close(sys, fd), 0);
    CHECK_INT(driver->query(sys, fd, name), -EBADF);

    int again = sys->ops->open(sys, "/dev/accel/accel1", O_RDWR);
    CHECK_INT(again, fd);
    CHECK_INT(driver->query(sys, again, name), 0);
    CHECK_INT(sys->ops->close(sys, again), 0);

    int memory = sys->ops->memfd(sys, "no-node", PAGE);
    CHECK_INT(memory, fd);
    CHECK_INT(driver->query(sys, memory, name), -ENOTTY);
    CHECK_INT(sys->ops->close(sys, memory), 0);

    int ends[2];
    CHECK_INT(sys->ops->socketpair(sys, ends), 0);
    CHECK_INT(ends[0], fd);
    CHECK(driver->query(sys, ends[0], name) < 0);
    sys->ops->close(sys, ends[0]);
    sys->ops->close(sys, ends[1]);
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
    CHECK_INT(driver->invoke(sys, fd, 30, in_out, args), -ENOTCONN); /* a board without a DSP */
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

static int count_one(void *arg, const char *name)
{
    (void)name;
    ++*(int *)arg;
    return 0;
}

static int open_descriptors(void)
{
    int count = 0;
    CHECK_INT(sys->ops->list_dir(sys, "/proc/self/fd", count_one, &count), 0);
    return count;
}

static void test_threads(void)
{
    pthread_t threads[8];
    struct caller callers[8];
    int fd = open_node();
    int before = open_descriptors();
    for (int i = 0; i < 8; i++) {
        callers[i] = (struct caller){ .fd = fd };
        pthread_create(&threads[i], NULL, call_often, &callers[i]);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        CHECK_INT(callers[i].good, 100);
    }
    CHECK_INT(open_descriptors(), before); /* each took its connection along */
    sys->ops->close(sys, fd);
}

static void test_second_client(void)
{
    char name[16] = "";
    int err = 0;
    int before = open_descriptors();
    int fd = open_node();
    struct qda_sys *second = vq_client_open(board.vqda, &err);
    if (!CHECK(second != NULL))
        return;
    CHECK_INT(driver->query(second, fd, name), 0); /* a file is the board's, not a client's */
    CHECK_STR(name, "cdsp");
    vq_client_close(second);
    CHECK_INT(driver->query(sys, fd, name), 0);
    sys->ops->close(sys, fd);
    CHECK_INT(open_descriptors(), before);
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
    if (!client_rig_start())
        return 1;
    check_run("a client opens only a board that is there", test_open_client);
    check_run("nodes are listed, opened and stat as devices; nothing else is", test_nodes);
    check_run("a descriptor's number comes back as something else", test_numbers_come_back);
    check_run("VERSION cuts its texts to the caller's lengths", test_version);
    check_run("bad pointers are EFAULT and break nothing", test_bad_pointers);
    check_run("INVOKE's memory is looked at before it is sent", test_invoke_memory);
    check_run("GEM objects are created, mapped and exported", test_gem_and_prime);
    check_run("descriptors travel as arguments", test_descriptors_as_arguments);
    check_run("a dma-buf answers its own ioctls", test_dmabuf_calls);
    check_run("eight threads call on one file", test_threads);
    check_run("a forked child calls on an inherited file", test_forked_child);
    check_run("two clients of one process", test_second_client);
    check_run("nothing is held afterwards", test_nothing_held);
    check_run("a dead server is ENODEV, at once and for ever", test_server_death);
    live_board_stop(&board);
    return check_done();
}
