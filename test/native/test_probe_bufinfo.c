/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "check.h"
#include "probe_rig.h"

static struct rig_facts facts;
static struct qda_tier_status status;

/* The probe over a text of test/fixtures/board/bufinfo, read in pieces of `chunk` bytes. */
static void probe_text(const char *text, size_t chunk)
{
    struct rig rig;
    char dir[64];
    rig_temp_dir(dir);
    rig_write(dir, "/sys/kernel/debug/dma_buf/bufinfo", text);
    rig_open(&rig, dir);
    rig.chunk = chunk;
    facts = (struct rig_facts){ 0 };
    CHECK_INT(qda_probe_bufinfo(&rig.base, rig_on_fact, &facts, &status), 0);
    rig_close(&rig);
    rig_remove(dir);
}

static void probe_fixture(const char *name)
{
    char path[128];
    snprintf(path, sizeof(path), "board/bufinfo/%s", name);
    char *text = rig_text(path);
    if (CHECK(text != NULL))
        probe_text(text, 0);
    free(text);
}

static void test_board(void)
{
    struct rig rig;
    for (size_t chunk = 0; chunk < 40; chunk += 13) {
        rig_open(&rig, "board/phone");
        rig.chunk = chunk;
        facts = (struct rig_facts){ 0 };
        CHECK_INT(qda_probe_bufinfo(&rig.base, rig_on_fact, &facts, &status), 0);
        rig_close(&rig);
        if (!CHECK_INT(facts.count, 7))
            rig_print_facts(&facts);
        CHECK_STR(facts.all[0], "buffer 4711 8294400 system 'frame 0' x4 bufinfo");
        CHECK_STR(facts.all[1], "attachment 4711 qda-cb-cdsp-1");
        CHECK_STR(facts.all[2], "attachment 4711 qda-cb-cdsp-4");
        CHECK_STR(facts.all[3], "attachment 4711 ac6a000.camss");
        CHECK_STR(facts.all[4], "buffer 4712 4096 drm '' x2 bufinfo");
        CHECK_STR(facts.all[5], "buffer 123456789 4294967296 linux,cma 'tab\there' x1 bufinfo");
        CHECK_STR(facts.all[6], "attachment 123456789 qda-cb-adsp-3");
        CHECK(status.available);
        CHECK_INT(status.tier, QDA_TIER_BUFINFO);
        CHECK_STR(status.reason, "");
        CHECK_STR(status.source, "/sys/kernel/debug/dma_buf/bufinfo");
    }
}

static void test_empty(void)
{
    probe_fixture("6.18-empty.txt");
    CHECK_INT(facts.count, 0);
    CHECK(status.available);
    CHECK_STR(status.reason, "");
}

static void test_older(void)
{
    probe_fixture("5.15.txt");
    CHECK_INT(facts.count, 3);
    CHECK(rig_has_fact(&facts, "buffer 31 8192 system '' x3 bufinfo"));
    CHECK(rig_has_fact(&facts, "attachment 31 fastrpc:compute-cb@3"));
    CHECK(rig_has_fact(&facts, "buffer 32 16384 drm 'cam' x1 bufinfo"));
    CHECK_STR(status.reason, "");
    probe_fixture("4.19.txt");
    CHECK_INT(facts.count, 0);
    CHECK(status.available);
    CHECK_CONTAINS(status.reason, "1 buffers have no inode");
}

static void test_newer(void)
{
    probe_fixture("more-columns.txt");
    CHECK_INT(facts.count, 2);
    CHECK(rig_has_fact(&facts, "buffer 55 8192 system 'named' x3 bufinfo"));
    CHECK(rig_has_fact(&facts, "attachment 55 qda-cb-cdsp-2"));
    CHECK_STR(status.reason, "");
}

static void test_ugly(void)
{
    probe_fixture("ugly.txt");
    CHECK(rig_has_fact(&facts, "buffer 61 4096 system 'two' x1 bufinfo"));
    CHECK(rig_has_fact(&facts, "attachment 61 qda-cb-cdsp-1"));
    CHECK(rig_has_fact(&facts, "buffer 62 4096 system 'x' x1 bufinfo"));
    CHECK(rig_has_fact(&facts, "attachment 63 qda-cb-cdsp-2"));
    for (size_t i = 0; i < facts.count; i++)
        CHECK(strncmp(facts.all[i], "buffer 9 ", 9) != 0); /* forged in a name */
    CHECK_CONTAINS(status.reason, "1 buffers were locked");
    CHECK_CONTAINS(status.reason, "the attached devices of 1 buffers do not add up");
    CHECK_CONTAINS(status.reason, "1 of 4 buffers could not be read");
}

static void test_cut(void)
{
    char *text = rig_text("board/bufinfo/5.15.txt");
    if (!CHECK(text != NULL))
        return;
    char *end = strstr(text, "\nTotal 2 objects");
    if (CHECK(end != NULL))
        *end = '\0';
    probe_text(text, 0);
    CHECK_INT(facts.count, 3);
    CHECK_CONTAINS(status.reason, "no end");
    free(text);
}

static int count_fact(void *arg, const struct qda_fact *fact)
{
    uint64_t *count = arg;
    *count += fact->kind == QDA_FACT_BUFFER && fact->buffer.ino == *count + 1;
    return 0;
}

/* Far more buffers than any memory of the parser. */
static void test_long(void)
{
    enum { BUFFERS = 20000 };
    size_t size = (size_t)BUFFERS * 128 + 256, have;
    char *text = malloc(size), dir[64];
    struct rig rig;
    uint64_t count = 0;
    have = (size_t)snprintf(text, size, "\nDma-buf Objects:\nsize\tflags\tmode\tcount\texp_name\tino\tname\n");
    for (int i = 1; i <= BUFFERS; i++)
        have += (size_t)snprintf(text + have, size - have, "00004096\t00000002\t00000007\t00000001\tsystem\t%08d\t<none>\n"
                                 "\tAttached Devices:\nTotal 0 devices attached\n\n", i);
    snprintf(text + have, size - have, "\nTotal %d objects, 0 bytes\n", BUFFERS);
    rig_temp_dir(dir);
    rig_write(dir, "/sys/kernel/debug/dma_buf/bufinfo", text);
    rig_open(&rig, dir);
    CHECK_INT(qda_probe_bufinfo(&rig.base, count_fact, &count, &status), 0);
    CHECK_INT(count, BUFFERS);
    CHECK_STR(status.reason, "");
    rig_close(&rig);
    rig_remove(dir);
    free(text);
}

static void probe_missing(const char *folder, const struct rig_fault *faults)
{
    struct rig rig;
    char dir[64];
    rig_temp_dir(dir);
    if (folder != NULL)
        rig_write(dir, folder, "");
    rig_open(&rig, dir);
    rig.faults = faults;
    facts = (struct rig_facts){ 0 };
    CHECK_INT(qda_probe_bufinfo(&rig.base, rig_on_fact, &facts, &status), 0);
    CHECK(!status.available);
    CHECK_INT(facts.count, 0);
    CHECK_CONTAINS(status.reason, "/sys/kernel/debug/dma_buf/bufinfo");
    rig_close(&rig);
    rig_remove(dir);
}

static void test_missing(void)
{
    static const struct rig_fault denied[] = { { "/sys/kernel/debug*", -EACCES }, { NULL, 0 } };
    probe_missing(NULL, NULL);
    CHECK_CONTAINS(status.reason, "ENOENT: ");
    CHECK_CONTAINS(status.reason, "CONFIG_DEBUG_FS");
    probe_missing("/sys/kernel/debug/bdi/x", NULL);
    CHECK_CONTAINS(status.reason, "CONFIG_DMA_SHARED_BUFFER");
    probe_missing(NULL, denied);
    CHECK_CONTAINS(status.reason, "EACCES: ");
    CHECK_CONTAINS(status.reason, "as root");
}

static void test_unmounted(void)
{
    struct rig rig;
    char dir[64];
    rig_temp_dir(dir);
    rig_write(dir, "/sys/kernel/debug.made/x", "");
    rig_open(&rig, dir);
    CHECK_INT(rig.base.ops->mkdir(&rig.base, "/sys/kernel/debug"), 0);
    facts = (struct rig_facts){ 0 };
    CHECK_INT(qda_probe_bufinfo(&rig.base, rig_on_fact, &facts, &status), 0);
    CHECK_CONTAINS(status.reason, "mount -t debugfs");
    rig_close(&rig);
    rig_remove(dir);
}

static void test_stop(void)
{
    struct rig rig;
    rig_open(&rig, "board/phone");
    for (size_t stop = 1; stop <= 7; stop++) {
        facts = (struct rig_facts){ .stop_after = stop };
        CHECK_INT(qda_probe_bufinfo(&rig.base, rig_on_fact, &facts, &status), 77);
        CHECK_INT(facts.count, stop);
    }
    rig_close(&rig);
}

int main(void)
{
    check_run("buffers and attached devices, however the reads fall", test_board);
    check_run("no buffer at all, as captured on 6.18", test_empty);
    check_run("texts of older kernels", test_older);
    check_run("a column that nobody knows yet", test_newer);
    check_run("names with line breaks, locked buffers, forged lines", test_ugly);
    check_run("a text without its end says so", test_cut);
    check_run("twenty thousand buffers", test_long);
    check_run("why there is no bufinfo", test_missing);
    check_run("a debugfs that is not mounted", test_unmounted);
    check_run("a callback ends the probe with its value", test_stop);
    return check_done();
}
