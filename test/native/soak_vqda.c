/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "qda_calls.h"
#include "vq_rig.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * 10 000 cycles of create, export, import, close in several processes at once. Afterwards the board holds exactly what the
 * quirks keep, and nothing with the leaking quirk off.
 */
enum { PROCESSES = 4, CYCLES = 10000 / PROCESSES, MAPPED_EVERY = 50, SIZE = 8192 };

static struct vq_rig rig;

static bool map_and_unmap(const struct calls *q, int fd, uint64_t offset)
{
    int err;
    char *memory = q_map(q, fd, SIZE, offset, &err);
    if (!memory)
        return false;
    memory[0] = 1;
    return munmap(memory, SIZE) == 0;
}

/* One cycle: a buffer goes from one file into another, and every tenth time a heap's buffer too. 0, or where it failed. */
static int cycle(const struct calls *q, const int files[2], int heap, int i)
{
    uint32_t handle, theirs, external = 0;
    uint64_t offset;
    int dmabuf, from_heap = -1;
    if (q_create(q, files[0], SIZE, &handle) != 0 || q_offset(q, files[0], handle, &offset) != 0)
        return 1;
    if (i % MAPPED_EVERY == 0 && !map_and_unmap(q, files[0], offset))
        return 2;
    dmabuf = q_export(q, files[0], handle);
    if (dmabuf < 0 || q_import(q, files[1], dmabuf, &theirs) != 0)
        return 3;
    if (i % MAPPED_EVERY < 2 && !map_and_unmap(q, dmabuf, 0)) /* the one that was mapped by the node, and the next */
        return 8;
    if (i % 10 == 0 && (qda_heap_alloc(q->sys, heap, SIZE, &from_heap) != 0 ||
                        q_import(q, files[1], from_heap, &external) != 0))
        return 4;
    if (from_heap >= 0 && (q_close(q, from_heap) != 0 || qda_gem_close(q->sys, files[1], external) != 0))
        return 5;
    if (q_close(q, dmabuf) != 0 || qda_gem_close(q->sys, files[1], theirs) != 0)
        return 6;
    return qda_gem_close(q->sys, files[0], handle) == 0 ? 0 : 7;
}

static int work(const struct calls *q)
{
    int files[2] = { -1, -1 };
    int heap = q_open(q, "/dev/dma_heap/system");
    for (int i = 0; i < CYCLES; i++) {
        if (i % 500 == 0) { /* now and then new files */
            for (int f = 0; f < 2; f++) {
                if (files[f] >= 0)
                    q_close(q, files[f]);
                files[f] = q_open(q, "/dev/accel/accel0");
            }
        }
        int failed = cycle(q, files, heap, i);
        if (failed)
            return failed;
    }
    return 0; /* files end with the process */
}

static void soak(const char *quirk, uint64_t kept)
{
    const char *arguments[] = { "--quirk", quirk, NULL };
    struct rig_info info;
    int pids[PROCESSES], status;
    if (!rig_start(&rig, arguments))
        return;
    struct calls q = { rig.sys, qda_driver_for(QDA_GEN_V1) };
    fflush(stdout);
    for (int i = 0; i < PROCESSES; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            _exit(work(&q));
    }
    for (int i = 0; i < PROCESSES; i++) {
        CHECK_INT(waitpid(pids[i], &status, 0), pids[i]);
        CHECK_INT(status, 0);
    }
    CHECK(rig_settle(&rig, kept, 0, &info));
    CHECK_INT(info.bytes, kept * SIZE);
    CHECK_INT(info.dmabufs, 0);
    CHECK_INT(rig_ledger_of(&info, "mmap-pins-object")->objects, kept);
    CHECK_INT(rig_ledger_of(&info, "mmap-pins-object")->bytes, kept * SIZE);
    uint64_t used = 0;
    for (size_t i = 0; i < info.bank_count; i++) {
        CHECK_INT(info.banks[i].owner, 0);
        used += info.banks[i].iova_used;
    }
    CHECK_INT(used, kept * SIZE);
    rig_stop(&rig);
}

static void test_quirks_on(void)
{
    soak("mmap-pins-object=on", 2 * PROCESSES * CYCLES / MAPPED_EVERY); /* what was mapped by either way, once */
}

static void test_quirks_off(void)
{
    soak("mmap-pins-object=off", 0);
}

int main(void)
{
    check_run("with the leaking quirk the board holds what the ledger predicts", test_quirks_on);
    check_run("without it nothing", test_quirks_off);
    return check_done();
}
