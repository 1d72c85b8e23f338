/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "run_rig.h"

#include <errno.h>

/* The benchmarks of the sharing layer on a driver without GEM (FastRPC): what has no meaning is skipped and says so. */

/* The driver's own memory: an ordinary dma-buf of the fake board. */
static int alloc(struct qda_sys *sys, int fd, uint64_t size, int *dmabuf)
{
    struct fake_board *board = (struct fake_board *)sys;
    (void)fd;
    pthread_mutex_lock(&board->lock);
    struct fake_object *object = fake_new_object(board, size);
    int got = fake_new_fd(board, (struct fake_fd){.kind = FAKE_DMABUF, .object = object});
    pthread_mutex_unlock(&board->lock);
    if (got < 0)
        return got;
    *dmabuf = got;
    return 0;
}

static int alloc_fails(struct qda_sys *sys, int fd, uint64_t size, int *dmabuf)
{
    (void)sys, (void)fd, (void)size, (void)dmabuf;
    return -ENOMEM;
}

static struct rig *new_rig(const char *benchmark)
{
    struct rig *rig = rig_new(benchmark);
    struct qda_driver *driver = &rig->board->driver;
    driver->gem = false;
    driver->title = "FastRPC (test)";
    driver->gem_create = NULL;
    driver->gem_mmap_offset = NULL;
    driver->dmabuf_alloc = alloc;
    return rig;
}

static void check_is_skipped(struct rig *rig, const char *what)
{
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_SKIP);
    CHECK_CONTAINS(rig->result.reason, what);
    CHECK_CONTAINS(rig->result.reason, "FastRPC (test) has no GEM handles and no PRIME");
    CHECK_INT(rig->taken[0], 0);
    rig_free(rig);
}

static void test_skipped(void)
{
    static const char *const families[] = {"base.ioctl",       "mem.alloc",  "mem.cpumap", "mem.export", "mem.import",
                                           "mem.import_scale", "mem.handoff"};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        check_is_skipped(new_rig(families[i]), families[i]);
}

static void test_variants_skipped(void)
{
    struct rig *rig = new_rig("base.ioctl");
    rig->point.variant = 1;
    check_is_skipped(rig, "QUERY");
    rig = new_rig("cpu.bw");
    check_is_skipped(rig, "own mapping");
    rig = new_rig("cpu.sync");
    rig->point.source = QDA_SRC_HEAP_SYSTEM;
    rig->point.variant = 15;
    check_is_skipped(rig, "import that lasts");
}

static void check_pass(const char *benchmark, enum qda_source source, uint32_t variant)
{
    struct rig *rig = new_rig(benchmark);
    rig->point.source = source;
    rig->point.variant = variant;
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_PASS);
    CHECK_STR(rig->result.reason, "");
    CHECK_INT(rig->taken[0], 20);
    CHECK(rig->result.verified > 0);
    rig_free(rig);
}

static void test_the_others_run(void)
{
    static const enum qda_source sources[] = {QDA_SRC_MALLOC, QDA_SRC_DMABUF, QDA_SRC_HEAP_SYSTEM, QDA_SRC_HEAP_CMA,
                                              QDA_SRC_UDMABUF};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        check_pass("cpu.bw", sources[i], 0);
    for (size_t i = 1; i < sizeof sources / sizeof *sources; i++)
        check_pass("cpu.sync", sources[i], 7);
}

static void test_own_memory_fails(void)
{
    struct rig *rig = new_rig("cpu.bw");
    rig->board->driver.dmabuf_alloc = alloc_fails;
    rig->point.source = QDA_SRC_DMABUF;
    rig_run(rig);
    CHECK_INT(rig->result.status, QDA_ST_ERROR);
    CHECK_INT(rig->result.error, -ENOMEM);
    CHECK_STR(rig->result.call, "ALLOC_DMA_BUFF");
    rig_free(rig);
}

int main(void)
{
    check_run("what is about GEM and PRIME is skipped", test_skipped);
    check_run("so are sources and variants that need them", test_variants_skipped);
    check_run("heaps, udmabuf, malloc and the driver's own memory are measured", test_the_others_run);
    check_run("the driver's own memory can be refused", test_own_memory_fails);
    return check_done();
}
