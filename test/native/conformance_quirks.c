/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "qda_calls.h"
#include "vq_rig.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each quirk on and off, and what the ledger says it keeps. */
#define CDSP "/dev/accel/accel0"
#define SYSTEM "/dev/dma_heap/system"

static struct vq_rig rig;
static struct calls q;

static bool begin(const char *generation, const char *quirk, const char *iommu)
{
    const char *arguments[] = { "--generation", generation, "--iommu", iommu, quirk ? "--quirk" : NULL, quirk, NULL };
    if (!rig_start(&rig, arguments))
        return false;
    q.sys = rig.sys;
    q.driver = qda_driver_for(qda_generation_from_name(generation));
    return true;
}

static struct rig_info now(void)
{
    struct rig_info info;
    CHECK(rig_status(&rig, &info));
    return info;
}

static void end_holding(uint64_t objects, uint64_t bytes)
{
    struct rig_info info;
    CHECK(rig_settle(&rig, objects, 0, &info));
    CHECK_INT(info.bytes, bytes);
    CHECK_INT(rig_ledger_of(&info, "mmap-pins-object")->objects, objects);
    CHECK_INT(rig_ledger_of(&info, "mmap-pins-object")->bytes, bytes);
    CHECK_INT(rig_ledger_of(&info, "hidden-import-handles")->objects, 0);
    CHECK_INT(rig_ledger_of(&info, "release-leaks-init-memory")->objects, 0);
    rig_stop(&rig);
}

/* Maps and unmaps a new object of 8192 bytes through the accel node, twice. */
static uint32_t map_once(int fd)
{
    uint32_t handle = 0;
    uint64_t offset = 0;
    int err;
    CHECK_INT(q_create(&q, fd, 8192, &handle), 0);
    CHECK_INT(q_offset(&q, fd, handle, &offset), 0);
    for (int i = 0; i < 2; i++) {
        char *memory = q_map(&q, fd, 8192, offset, &err);
        if (!CHECK(memory != NULL))
            break;
        CHECK_INT(memory[8191], 0); /* zeroed */
        q.sys->ops->munmap(q.sys, memory, 8192);
    }
    return handle;
}

static void test_pinned(void)
{
    if (!begin("v1", NULL, "translated"))
        return;
    int fd = q_open(&q, CDSP);
    uint32_t handle = map_once(fd);
    CHECK_INT(rig_ledger_of(&(struct rig_info[]){ now() }[0], "mmap-pins-object")->objects, 0); /* its handle holds it */
    CHECK_INT(qda_gem_close(q.sys, fd, handle), 0);
    map_once(fd);
    uint32_t unmapped;
    CHECK_INT(q_create(&q, fd, 4096, &unmapped), 0);
    q_close(&q, fd);
    end_holding(2, 16384);
}

static void test_not_pinned(void)
{
    if (!begin("v1", "mmap-pins-object=off", "translated"))
        return;
    int fd = q_open(&q, CDSP);
    uint32_t handle = map_once(fd);
    CHECK_INT(qda_gem_close(q.sys, fd, handle), 0);
    CHECK_INT(now().objects, 0);
    q_close(&q, fd);
    end_holding(0, 0);
}

/* Another process: maps the dma-buf that comes over the socket, and goes. */
static int map_received(int sock)
{
    char byte;
    int err, dmabuf = -1;
    if (q.sys->ops->recv_fd(q.sys, sock, &byte, 1, &dmabuf) != 1)
        return 1;
    return q_map(&q, dmabuf, 8192, 0, &err) ? 0 : 2;
}

/* One object that is mapped by its dma-buf in another process only; one of which only a mapping is refused. */
static void share_mapped(void)
{
    uint32_t handle;
    int sock[2], status, err, fd, dmabuf = -1;
    CHECK_INT(q.sys->ops->socketpair(q.sys, sock), 0);
    fflush(stdout);
    int pid = fork();
    if (pid == 0)
        _exit(map_received(sock[1]));
    fd = q_open(&q, CDSP);
    CHECK_INT(q_create(&q, fd, 8192, &handle), 0);
    dmabuf = q_export(&q, fd, handle);
    CHECK_INT(q.sys->ops->send_fd(q.sys, sock[0], "x", 1, dmabuf), 0);
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK_INT(status, 0);
    CHECK_INT(q_create(&q, fd, 4096, &handle), 0);
    int readonly = -1;
    CHECK_INT(qda_prime_export(q.sys, fd, handle, O_CLOEXEC, &readonly), 0);
    CHECK(q_map(&q, readonly, 4096, 0, &err) == NULL); /* the kernel refuses: the driver never hears of it */
    CHECK_INT(err, -EACCES);
    q_close(&q, readonly);
    q_close(&q, dmabuf);
    q_close(&q, fd);
    close(sock[0]);
    close(sock[1]);
}

static void test_dmabuf_pinned(void)
{
    for (int i = 0; i < 2; i++) {
        if (!begin(i ? "rfc" : "v1", NULL, "translated"))
            return;
        share_mapped();
        end_holding(1, 8192);
    }
}

static void test_dmabuf_not_pinned(void)
{
    if (!begin("v1", "mmap-pins-object=off", "translated"))
        return;
    share_mapped();
    end_holding(0, 0);
}

static int map_by_fd(int fd, int dmabuf)
{
    struct qda_map_args args = { .request = 1, .buffer = dmabuf, .size = 4096 };
    return q.driver->map(q.sys, fd, &args);
}

static void test_hidden_handle(void)
{
    if (!begin("v1", NULL, "translated"))
        return;
    uint32_t handle = 0, told = 0;
    int fd = q_open(&q, CDSP), dmabuf = q_heap(&q, SYSTEM, 4096);
    CHECK_INT(map_by_fd(fd, dmabuf), -ENOTCONN);
    q_close(&q, dmabuf);
    struct rig_info info = now();
    CHECK_INT(info.objects, 1); /* nobody was told of its handle, and it keeps the buffer */
    CHECK_INT(info.dmabufs, 1);
    CHECK_INT(rig_ledger_of(&info, "hidden-import-handles")->objects, 1);
    CHECK_INT(rig_ledger_of(&info, "hidden-import-handles")->bytes, 4096);
    CHECK_INT(q_create(&q, fd, 4096, &handle), 0);
    CHECK_INT(handle, 2); /* 1 is taken */
    dmabuf = q_heap(&q, SYSTEM, 4096);
    CHECK_INT(map_by_fd(fd, dmabuf), -ENOTCONN);
    CHECK_INT(q_import(&q, fd, dmabuf, &told), 0);
    CHECK_INT(told, 3); /* the way to get at it */
    info = now();
    CHECK_INT(rig_ledger_of(&info, "hidden-import-handles")->objects, 1);
    q_close(&q, dmabuf);
    q_close(&q, fd);
    end_holding(0, 0);
}

static void test_no_hidden_handle(void)
{
    if (!begin("v1", "hidden-import-handles=off", "translated"))
        return;
    uint32_t handle = 0;
    int fd = q_open(&q, CDSP), dmabuf = q_heap(&q, SYSTEM, 4096);
    CHECK_INT(q_import(&q, fd, dmabuf, &handle), 0);
    CHECK_INT(map_by_fd(fd, dmabuf), -ENOTCONN); /* leaves a handle alone that was there before */
    CHECK_INT(now().objects, 1);
    CHECK_INT(qda_gem_close(q.sys, fd, handle), 0);
    CHECK_INT(map_by_fd(fd, dmabuf), -ENOTCONN);
    CHECK_INT(now().objects, 0);
    q_close(&q, dmabuf);
    q_close(&q, fd);
    end_holding(0, 0);
}

/* An exported object of two pages, marked 'a' and 'b'. */
static int marked_export(int fd)
{
    uint32_t handle;
    int err;
    CHECK_INT(q_create(&q, fd, 8192, &handle), 0);
    int dmabuf = q_export(&q, fd, handle);
    char *memory = q_map(&q, dmabuf, 8192, 0, &err);
    if (CHECK(memory != NULL)) {
        memory[0] = 'a';
        memory[4096] = 'b';
        munmap(memory, 8192);
    }
    return dmabuf;
}

static void test_offset_ignored(void)
{
    if (!begin("v1", NULL, "translated"))
        return;
    int err, fd = q_open(&q, CDSP), dmabuf = marked_export(fd);
    char *second = q_map(&q, dmabuf, 4096, 4096, &err);
    if (CHECK(second != NULL)) {
        CHECK_INT(second[0], 'a'); /* page 0 where page 1 was asked for */
        munmap(second, 4096);
    }
    CHECK(q_map(&q, dmabuf, 8192, 4096, &err) == NULL); /* past the end all the same */
    q_close(&q, dmabuf);
    q_close(&q, fd);
    end_holding(1, 8192); /* its dma-buf was mapped */
}

static void test_offset_refused(void)
{
    if (!begin("rfc", NULL, "translated"))
        return;
    int err, fd = q_open(&q, CDSP), dmabuf = marked_export(fd);
    CHECK(q_map(&q, dmabuf, 4096, 4096, &err) == NULL);
    CHECK_INT(err, -EINVAL);
    q_close(&q, dmabuf);
    q_close(&q, fd);
    end_holding(1, 8192); /* its dma-buf was mapped */
}

static void test_no_offset_of_import(void)
{
    if (!begin("v1", "mmap-offset-of-import=off", "translated"))
        return;
    uint32_t handle;
    uint64_t offset;
    int fd = q_open(&q, CDSP), dmabuf = q_heap(&q, SYSTEM, 4096);
    CHECK_INT(q_import(&q, fd, dmabuf, &handle), 0);
    CHECK_INT(q_offset(&q, fd, handle, &offset), -EINVAL);
    q_close(&q, dmabuf);
    q_close(&q, fd);
    end_holding(0, 0);
}

static void test_banks_by_file(void)
{
    if (!begin("v1", "banks-by-thread=off", "translated"))
        return;
    uint32_t handle;
    int fds[4];
    for (int i = 0; i < 3; i++) {
        fds[i] = q_open(&q, "/dev/accel/accel1");
        CHECK_INT(q_create(&q, fds[i], 4096, &handle), 0);
    }
    fds[3] = q_open(&q, "/dev/accel/accel1");
    CHECK_INT(q_create(&q, fds[3], 4096, &handle), -ENOMEM); /* three banks, each taken by one file */
    for (int i = 0; i < 4; i++)
        q_close(&q, fds[i]);
    end_holding(0, 0);
}

static void test_first_sg(const char *quirk, int want)
{
    if (!begin("v1", quirk, "bypass"))
        return;
    uint32_t handle;
    int fd = q_open(&q, CDSP);
    int scattered = q_heap(&q, SYSTEM, 2u << 20), whole = q_heap(&q, "/dev/dma_heap/reserved", 2u << 20);
    CHECK_INT(q_import(&q, fd, scattered, &handle), want);
    CHECK_INT(q_import(&q, fd, whole, &handle), 0);
    q_close(&q, scattered);
    q_close(&q, whole);
    q_close(&q, fd);
    end_holding(0, 0);
}

static void test_first_sg_taken(void)
{
    test_first_sg(NULL, 0);
}

static void test_scattered_refused(void)
{
    test_first_sg("first-sg-only=off", -EINVAL);
}

static void test_foreign_export(void)
{
    if (!begin("v1", "export-without-sg=off", "translated"))
        return;
    uint32_t handle;
    int cdsp = q_open(&q, CDSP), adsp = q_open(&q, "/dev/accel/accel1"), dmabuf = marked_export(cdsp);
    CHECK_INT(q_import(&q, adsp, dmabuf, &handle), 0);
    q_close(&q, dmabuf);
    q_close(&q, cdsp);
    CHECK_INT(now().objects, 2);
    q_close(&q, adsp);
    end_holding(1, 8192); /* its dma-buf was mapped */
}

static void *open_elsewhere(void *arg)
{
    *(int *)arg = q_open(&q, CDSP);
    return NULL;
}

static void test_self_import_mapped(void)
{
    if (!begin("v1", "self-import-keeps-address=off", "translated"))
        return;
    uint32_t handle;
    pthread_t thread;
    int one = q_open(&q, CDSP), two = -1, dmabuf = marked_export(one);
    CHECK_INT(pthread_create(&thread, NULL, open_elsewhere, &two), 0);
    pthread_join(thread, NULL);
    CHECK_INT(q_import(&q, two, dmabuf, &handle), 0);
    struct rig_info info = now();
    CHECK_INT(info.objects, 2);
    CHECK_INT(info.banks[0].iova_used, 8192);
    CHECK_INT(info.banks[1].iova_used, 8192); /* the importer's own bank knows it too */
    CHECK_INT(info.bytes, 8192);
    q_close(&q, dmabuf);
    q_close(&q, one);
    q_close(&q, two);
    end_holding(1, 8192); /* its dma-buf was mapped */
}

int main(void)
{
    check_run("mmap-pins-object on: what was mapped stays, and the ledger says how much", test_pinned);
    check_run("mmap-pins-object off: it goes", test_not_pinned);
    check_run("mmap-pins-object on: what another process mapped by its dma-buf stays", test_dmabuf_pinned);
    check_run("mmap-pins-object off: that goes too", test_dmabuf_not_pinned);
    check_run("hidden-import-handles on: a call by fd leaves a handle", test_hidden_handle);
    check_run("hidden-import-handles off: it leaves none", test_no_hidden_handle);
    check_run("dmabuf-mmap-ignores-offset on (v1): page 0 is shown", test_offset_ignored);
    check_run("dmabuf-mmap-ignores-offset off (RFC): refused", test_offset_refused);
    check_run("mmap-offset-of-import off: refused", test_no_offset_of_import);
    check_run("banks-by-thread off: a bank a file", test_banks_by_file);
    check_run("first-sg-only on: a scattered import goes through", test_first_sg_taken);
    check_run("first-sg-only off: it is refused", test_scattered_refused);
    check_run("export-without-sg off: another node can attach", test_foreign_export);
    check_run("self-import-keeps-address off: it is mapped where it is imported", test_self_import_mapped);
    return check_done();
}
