/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "qda_calls.h"
#include "uapi/udmabuf.h"
#include "vq_rig.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Who holds what: banks shared by threads and forks, buffers shared by files, nodes and processes. */
#define CDSP "/dev/accel/accel0"
#define ADSP "/dev/accel/accel1"
#define SYSTEM "/dev/dma_heap/system"
#define CMA "/dev/dma_heap/reserved"

static struct vq_rig rig;
static struct calls q;

static bool begin(const char *generation)
{
    const char *arguments[] = { "--generation", generation, "--quirk", "mmap-pins-object=off", NULL };
    if (!rig_start(&rig, arguments))
        return false;
    q.sys = rig.sys;
    q.driver = qda_driver_for(qda_generation_from_name(generation));
    return true;
}

static void end_empty(void)
{
    struct rig_info info;
    CHECK(rig_settle(&rig, 0, 0, &info));
    CHECK_INT(info.dmabufs, 0);
    CHECK_INT(info.bytes, 0);
    rig_stop(&rig);
}

/* Runs `fn` in a forked child, which may use what it inherits; its result must be 0. */
static void in_child(int (*fn)(void *arg), void *arg)
{
    fflush(stdout);
    int status, pid = fork();
    if (pid == 0)
        _exit(fn(arg));
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK_INT(status, 0);
}

static struct rig_info now(void)
{
    struct rig_info info;
    CHECK(rig_status(&rig, &info));
    return info;
}

struct opener {
    int fd;
    uint32_t tid;
};

static void *open_and_create(void *arg)
{
    struct opener *opener = arg;
    uint32_t handle;
    opener->tid = (uint32_t)gettid();
    opener->fd = q_open(&q, CDSP);
    CHECK_INT(q_create(&q, opener->fd, 4096, &handle), 0);
    return NULL;
}

static int create_in_child(void *arg)
{
    uint32_t handle;
    return q_create(&q, *(int *)arg, 4096, &handle) == 0 && handle == 2 ? 0 : 1;
}

static void test_banks(void)
{
    if (!begin("v1"))
        return;
    struct opener mine[2], other;
    pthread_t thread;
    open_and_create(&mine[0]);
    open_and_create(&mine[1]);
    CHECK_INT(pthread_create(&thread, NULL, open_and_create, &other), 0);
    pthread_join(thread, NULL);
    in_child(create_in_child, &mine[0].fd); /* the opener's bank serves whoever inherits the file */
    struct rig_info info = now();
    const struct rig_bank *shared = rig_bank_of(&info, "cdsp", mine[0].tid);
    const struct rig_bank *single = rig_bank_of(&info, "cdsp", other.tid);
    if (CHECK(shared != NULL) && CHECK(single != NULL)) {
        CHECK_INT(shared->references, 2);
        CHECK_INT(shared->iova_used, 3 * 4096);
        CHECK_INT(single->references, 1);
        CHECK(single->sid != shared->sid);
    }
    q_close(&q, mine[0].fd);
    CHECK(rig_settle(&rig, 2, 2, &info));
    shared = rig_bank_of(&info, "cdsp", mine[0].tid);
    CHECK(shared && shared->references == 1);
    q_close(&q, mine[1].fd);
    q_close(&q, other.fd);
    end_empty();
}

static int close_in_child(void *arg)
{
    q_close(&q, *(int *)arg);
    return 0;
}

static void test_last_close(void)
{
    if (!begin("v1"))
        return;
    uint32_t handle;
    int fd = q_open(&q, CDSP);
    CHECK_INT(q_create(&q, fd, 4096, &handle), 0);
    in_child(close_in_child, &fd); /* one descriptor of two */
    int copy = dup(fd);
    q_close(&q, fd);
    CHECK_INT(q_create(&q, copy, 4096, &handle), 0);
    CHECK_INT(handle, 2);
    CHECK_INT(now().files, 1);
    q_close(&q, copy);
    end_empty();
}

/* ---- buffers between processes */

struct handoff {
    int sock[2];
};

/* Exports a buffer with a text in it and waits until it may go. */
static int exporter(void *arg)
{
    struct handoff *handoff = arg;
    uint32_t handle;
    uint64_t offset;
    char byte = 0;
    int err, fd = q_open(&q, CDSP);
    if (q_create(&q, fd, 8192, &handle) != 0 || q_offset(&q, fd, handle, &offset) != 0)
        return 1;
    char *memory = q_map(&q, fd, 8192, offset, &err);
    int dmabuf = q_export(&q, fd, handle);
    if (!memory || dmabuf < 0)
        return 2;
    strcpy(memory, "from the exporter");
    if (q.sys->ops->send_fd(q.sys, handoff->sock[1], &byte, 1, dmabuf) < 0)
        return 3;
    return read(handoff->sock[1], &byte, 1) == 1 && strcmp(memory + 4096, "from the importer") == 0 ? 0 : 4;
}

static int start_exporter(struct handoff *handoff, int *dmabuf)
{
    char byte;
    CHECK_INT(q.sys->ops->socketpair(q.sys, handoff->sock), 0);
    fflush(stdout);
    int pid = fork();
    if (pid == 0)
        _exit(exporter(handoff));
    CHECK_INT(q.sys->ops->recv_fd(q.sys, handoff->sock[0], &byte, 1, dmabuf), 1);
    return pid;
}

static void end_exporter(struct handoff *handoff, int pid)
{
    int status;
    CHECK_INT(write(handoff->sock[0], "x", 1), 1);
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK_INT(status, 0);
    close(handoff->sock[0]);
    close(handoff->sock[1]);
}

static void test_self_import(const char *generation)
{
    if (!begin(generation))
        return;
    struct handoff handoff;
    int dmabuf = -1, err;
    uint32_t handle, again;
    int pid = start_exporter(&handoff, &dmabuf);
    int fd = q_open(&q, CDSP);
    CHECK_INT(q_import(&q, fd, dmabuf, &handle), 0);
    CHECK_INT(q_import(&q, fd, dmabuf, &again), 0);
    CHECK_INT(handle, again);
    struct rig_info info = now();
    CHECK_INT(info.objects, 1); /* the exporter's very object */
    CHECK(rig_bank_of(&info, "cdsp", (uint32_t)gettid()) == NULL); /* and its address, in the exporter's bank */
    char *memory = q_map(&q, dmabuf, 8192, 0, &err);
    CHECK_STR(memory, "from the exporter");
    strcpy(memory + 4096, "from the importer");
    end_exporter(&handoff, pid);
    CHECK(rig_settle(&rig, 1, 1, &info)); /* it outlives its exporter */
    CHECK_STR(memory, "from the exporter");
    munmap(memory, 8192);
    q_close(&q, dmabuf);
    CHECK_INT(now().objects, 1);
    CHECK_INT(qda_gem_close(q.sys, fd, handle), 0);
    CHECK_INT(now().objects, 0);
    q_close(&q, fd);
    end_empty();
}

static void test_self_import_v1(void)
{
    test_self_import("v1");
}

static void test_self_import_rfc(void)
{
    test_self_import("rfc");
}

static void test_two_importers(void)
{
    if (!begin("v1"))
        return;
    uint32_t a, b;
    int err, one = q_open(&q, CDSP), two = q_open(&q, ADSP);
    int dmabuf = q_heap(&q, SYSTEM, 3u << 20);
    CHECK_INT(q_import(&q, one, dmabuf, &a), 0);
    CHECK_INT(q_import(&q, two, dmabuf, &b), 0);
    struct rig_info info = now();
    CHECK_INT(info.objects, 2);
    CHECK_INT(info.dmabufs, 1);
    CHECK_INT(info.bytes, 3u << 20); /* one memory */
    uint32_t tid = (uint32_t)gettid();
    CHECK_INT(rig_bank_of(&info, "cdsp", tid)->iova_used, 3u << 20);
    CHECK_INT(rig_bank_of(&info, "adsp", tid)->iova_used, 3u << 20);
    char *memory = q_map(&q, dmabuf, 3u << 20, 0, &err); /* through the exporter, as it must be */
    if (CHECK(memory != NULL)) {
        CHECK_INT(memory[(3u << 20) - 1], 0);
        munmap(memory, 3u << 20);
    }
    int again = q_export(&q, one, a); /* an import exports the original */
    struct qda_stat x, y;
    CHECK_INT(q.sys->ops->fstat(q.sys, again, &x), 0);
    CHECK_INT(q.sys->ops->fstat(q.sys, dmabuf, &y), 0);
    CHECK_INT(x.ino, y.ino);
    q_close(&q, again);
    q_close(&q, dmabuf);
    CHECK_INT(qda_gem_close(q.sys, one, a), 0);
    info = now();
    CHECK_INT(info.dmabufs, 1); /* the second importer keeps it */
    CHECK_INT(qda_gem_close(q.sys, two, b), 0);
    CHECK_INT(now().dmabufs, 0);
    q_close(&q, one);
    q_close(&q, two);
    end_empty();
}

static void test_reexport(void)
{
    if (!begin("v1"))
        return;
    struct qda_stat x, y;
    uint32_t handle;
    int fd = q_open(&q, CDSP);
    CHECK_INT(q_create(&q, fd, 4096, &handle), 0);
    int one = q_export(&q, fd, handle), two = q_export(&q, fd, handle);
    CHECK_INT(q.sys->ops->fstat(q.sys, one, &x), 0);
    q_close(&q, one);
    q_close(&q, two);
    CHECK_INT(now().dmabufs, 1); /* kept by the handle */
    one = q_export(&q, fd, handle);
    CHECK_INT(q.sys->ops->fstat(q.sys, one, &y), 0);
    CHECK_INT(x.ino, y.ino);
    CHECK_INT(q.sys->ops->seek_end(q.sys, one), 4096);
    q_close(&q, fd); /* the export outlives its file, and its address stays taken in the bank */
    struct rig_info info;
    CHECK(rig_settle(&rig, 1, 0, &info));
    CHECK_INT(info.banks[0].owner, 0);
    CHECK_INT(info.banks[0].iova_used, 4096);
    q_close(&q, one);
    end_empty();
}

static void test_readonly_export(void)
{
    if (!begin("v1"))
        return;
    uint32_t handle;
    int err, dmabuf = -1, fd = q_open(&q, CDSP);
    CHECK_INT(q_create(&q, fd, 4096, &handle), 0);
    CHECK_INT(qda_prime_export(q.sys, fd, handle, O_CLOEXEC, &dmabuf), 0); /* without O_RDWR */
    CHECK(q_map(&q, dmabuf, 4096, 0, &err) == NULL);
    CHECK_INT(err, -EACCES);
    void *memory = q.sys->ops->mmap(q.sys, 4096, PROT_READ, MAP_SHARED, dmabuf, 0, &err);
    CHECK(memory != NULL);
    munmap(memory, 4096);
    q_close(&q, dmabuf);
    q_close(&q, fd);
    end_empty();
}

static void test_udmabuf(void)
{
    if (!begin("v1"))
        return;
    uint32_t handle;
    int err, dmabuf = -1, node = q_open(&q, "/dev/udmabuf"), fd = q_open(&q, CDSP);
    int memory = q.sys->ops->memfd(q.sys, "frames", 65536);
    char *plain = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    CHECK_INT(qda_udmabuf_create(q.sys, node, memory, 65536, &dmabuf), 0);
    CHECK_INT(q_import(&q, fd, memory, &handle), -EINVAL); /* the memfd is still no dma-buf */
    CHECK_INT(q_import(&q, fd, dmabuf, &handle), 0);
    strcpy(plain, "same pages");
    char *shared = q_map(&q, dmabuf, 65536, 0, &err);
    CHECK_STR(shared, "same pages");
    int second = -1;
    CHECK_INT(qda_udmabuf_create(q.sys, node, memory, 65536, &second), -EBUSY); /* a known difference */
    munmap(shared, 65536);
    q_close(&q, dmabuf);
    CHECK_INT(qda_gem_close(q.sys, fd, handle), 0);
    CHECK_INT(now().dmabufs, 0);
    CHECK_INT(qda_udmabuf_create(q.sys, node, memory, 65536, &second), 0); /* and again */
    q_close(&q, second);
    munmap(plain, 65536);
    q_close(&q, memory);
    q_close(&q, node);
    q_close(&q, fd);
    end_empty();
}

static void test_dmabuf_bounds(void)
{
    if (!begin("v1"))
        return;
    int err, dmabuf = q_heap(&q, CMA, 8192);
    CHECK(q_map(&q, dmabuf, 12288, 0, &err) == NULL);
    CHECK_INT(err, -EINVAL);
    CHECK(q_map(&q, dmabuf, 8192, 4096, &err) == NULL);
    CHECK_INT(err, -EINVAL);
    char *second = q_map(&q, dmabuf, 4096, 4096, &err); /* a heap's buffer maps at an offset */
    char *whole = q_map(&q, dmabuf, 8192, 0, &err);
    second[0] = 'x';
    CHECK_INT(whole[4096], 'x');
    CHECK(ftruncate(dmabuf, 0) != 0); /* nobody resizes a dma-buf */
    munmap(second, 4096);
    munmap(whole, 8192);
    q_close(&q, dmabuf);
    end_empty();
}

int main(void)
{
    check_run("files of one thread share a bank; another thread's and a child's do as the driver does", test_banks);
    check_run("a file lives until its last descriptor is closed", test_last_close);
    check_run("v1: a buffer comes back from another process as the object it is", test_self_import_v1);
    check_run("rfc: a buffer comes back from another process as the object it is", test_self_import_rfc);
    check_run("two importers each attach, and each keeps the buffer", test_two_importers);
    check_run("an export is made once, and outlives its file", test_reexport);
    check_run("an export without O_RDWR maps for reading only", test_readonly_export);
    check_run("a udmabuf shares its memfd's pages", test_udmabuf);
    check_run("a dma-buf is mapped within its bounds", test_dmabuf_bounds);
    return check_done();
}
