/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "probe/proc.h"
#include "probe_rig.h"

static struct rig_facts facts;
static struct qda_tier_status status;

static int probe(struct rig *rig, size_t stop_after)
{
    facts = (struct rig_facts){ .stop_after = stop_after };
    return qda_probe_proc(&rig->base, rig_on_fact, &facts, &status);
}

static void test_board(void)
{
    static const char *const all[] = {
        "process 412 cam server-1 uid 1047",
        "node 412 5 /dev/accel/accel0",
        "node 412 9 /dev/accel/accel0 (deleted)",
        "node 412 10 /dev/accel/accel1",
        "buffer 4711 8294400 system 'frame 0' x3 proc",
        "holder 412 7 4711",
        "buffer 4712 4096 drm '' x1 proc",
        "holder 412 8 4712",
        "map 412 4711 ffff8c000000+8294400",
        "map 412 4712 ffff8c7e9000+4096",
        "process 413 two\nlines uid 1000",
        "holder 413 12 4711",
        "holder 413 13 4711",
        "process 500 mapper uid 1000",
        "map 500 4711 ffff90000000+8294400",
        "process 701 forger uid 1000",
        "buffer 4713 65536 udmabuf 'x' x1 proc",
        "holder 701 4 4713",
        "process 900 qda-agent uid 0",
        "node 900 4 /dev/accel/accel0",
    };
    struct rig rig;
    rig_open(&rig, "board/phone");
    CHECK_INT(probe(&rig, 0), 0);
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (!CHECK(rig_has_fact(&facts, all[i])))
            printf("#   %s\n", all[i]);
    if (!CHECK_INT(facts.count, sizeof(all) / sizeof(all[0])))
        rig_print_facts(&facts);
    CHECK(status.available);
    CHECK_INT(status.tier, QDA_TIER_PROC);
    CHECK_STR(status.reason, "");
    CHECK_STR(status.source, "/proc");
    rig_close(&rig);
}

/* A process stands before what it holds, a buffer before its first holder. */
static void test_order(void)
{
    struct rig rig;
    rig_open(&rig, "board/phone");
    CHECK_INT(probe(&rig, 0), 0);
    for (size_t i = 0; i < facts.count; i++) {
        char kind[16];
        unsigned pid = 0, fd = 0, known = 0;
        unsigned long ino = 0;
        if (sscanf(facts.all[i], "holder %u %u %lu", &pid, &fd, &ino) != 3)
            continue;
        for (size_t before = 0; before < i; before++) {
            unsigned long n = 0;
            if (sscanf(facts.all[before], "%15s %lu", kind, &n) == 2)
                known += (strcmp(kind, "process") == 0 && n == pid) || (strcmp(kind, "buffer") == 0 && n == ino);
        }
        CHECK_INT(known, 2);
    }
    rig_close(&rig);
}

static void test_denied(void)
{
    static const struct rig_fault faults[] = { { "/proc/412/fd", -EACCES }, { "/proc/1/fd", -EACCES },
                                               { "/proc/500/maps", -EACCES }, { NULL, 0 } };
    struct rig rig;
    rig_open(&rig, "board/phone");
    rig.faults = faults;
    CHECK_INT(probe(&rig, 0), 0);
    CHECK(rig_has_fact(&facts, "process 412 cam server-1 uid 1047 unreadable"));
    CHECK(rig_has_fact(&facts, "process 1 systemd uid 0 unreadable"));
    CHECK(rig_has_fact(&facts, "buffer 4711 8294400 system 'frame 0' x3 proc"));
    CHECK(!rig_has_fact(&facts, "process 500 mapper uid 1000"));
    CHECK(status.available);
    CHECK_CONTAINS(status.reason, "EACCES: /proc/PID/fd of 2 of 9 processes");
    CHECK_CONTAINS(status.reason, "as root");
    CHECK_CONTAINS(status.reason, "/proc/PID/maps of 1 of 9 processes");
    rig_close(&rig);
}

/* Whatever goes while the scan runs is simply not there. */
static void test_vanishing(void)
{
    static const struct rig_fault faults[] = { { "/proc/412/fd", -ENOENT }, { "/proc/413/fd/12", -ENOENT },
                                               { "/proc/413/fdinfo*", -ENOENT }, { "/proc/500/maps", -ESRCH },
                                               { "/proc/701/status", -ESRCH }, { NULL, 0 } };
    struct rig rig;
    rig_open(&rig, "board/phone");
    rig.faults = faults;
    CHECK_INT(probe(&rig, 0), 0);
    CHECK(rig_has_fact(&facts, "process 701  uid 0"));
    CHECK(rig_has_fact(&facts, "holder 701 4 4713"));
    if (!CHECK_INT(facts.count, 5))
        rig_print_facts(&facts);
    CHECK_STR(status.reason, "");
    rig_close(&rig);
}

static void test_no_proc(void)
{
    struct rig rig;
    char dir[64];
    rig_temp_dir(dir);
    rig_open(&rig, dir);
    CHECK_INT(probe(&rig, 0), 0);
    CHECK(!status.available);
    CHECK_CONTAINS(status.reason, "ENOENT: /proc: ");
    CHECK_CONTAINS(status.reason, "mount -t proc");
    CHECK_INT(rig.base.ops->mkdir(&rig.base, "/proc"), 0);
    CHECK_INT(probe(&rig, 0), 0);
    CHECK(!status.available);
    CHECK_CONTAINS(status.reason, "mount -t proc");
    rig_close(&rig);
    rig_remove(dir);
}

static void test_stop(void)
{
    struct rig rig;
    rig_open(&rig, "board/phone");
    for (size_t stop = 1; stop <= 20; stop++) {
        CHECK_INT(probe(&rig, stop), 77);
        CHECK_INT(facts.count, stop);
    }
    rig_close(&rig);
}

/* What a descriptor may cost: one readlink; of a dma-buf a stat too, and one fdinfo a buffer (here stat cannot know inodes). */
static void test_cost(void)
{
    struct rig rig;
    rig_open(&rig, "board/phone");
    CHECK_INT(probe(&rig, 0), 0);
    CHECK_INT(rig.readlinks, 17); /* descriptors of all processes */
    CHECK_INT(rig.stats, 7);      /* descriptors that look like dma-bufs */
    rig_close(&rig);
}

/* What the fixtures cannot: stat of a dma-buf's descriptor gives its inode, on the file system of dma-bufs. */
static struct rig *stat_rig;
static int stat_dmabuf(struct qda_sys *sys, const char *path, struct qda_stat *out)
{
    char info[96], text[512];
    unsigned pid, fd;
    struct probe_fdinfo parsed;
    (void)sys;
    stat_rig->stats++;
    if (sscanf(path, "/proc/%u/fd/%u", &pid, &fd) != 2)
        return -ENOENT;
    snprintf(info, sizeof(info), "/proc/%u/fdinfo/%u", pid, fd);
    if (qda_read_file(stat_rig->kernel, info, text, sizeof(text)) < 0)
        return -ENOENT;
    probe_fdinfo_parse(text, &parsed);
    *out = (struct qda_stat){ .dev = parsed.is_dmabuf ? 14 : 2050, .ino = parsed.ino };
    return 0;
}

static size_t count_kind(const char *kind)
{
    size_t count = 0;
    for (size_t i = 0; i < facts.count; i++)
        count += strncmp(facts.all[i], kind, strlen(kind)) == 0;
    return count;
}

/* A buffer is read once; without buffers, once in all. The other opens: status of 5 processes, maps of 9. */
static void test_inode_by_stat(void)
{
    struct rig rig;
    rig_open(&rig, "board/phone");
    stat_rig = &rig;
    rig.ops.stat = stat_dmabuf;
    CHECK_INT(probe(&rig, 0), 0);
    CHECK_INT(facts.count, 20);
    CHECK_INT(rig.opens - 5 - 9, 3 + 2); /* three buffers, the file that is none, the descriptor that vanished */
    rig.opens = 0;
    facts = (struct rig_facts){ 0 };
    CHECK_INT(qda_probe_proc_with(&rig.base, QDA_PROC_NO_BUFFERS, rig_on_fact, &facts, &status), 0);
    CHECK_INT(facts.count, 17);
    CHECK_INT(count_kind("buffer "), 0);
    CHECK_INT(count_kind("holder "), 5);
    CHECK(rig_has_fact(&facts, "holder 413 13 4711"));
    CHECK(rig_has_fact(&facts, "holder 701 4 4713"));
    CHECK_INT(rig.opens - 5 - 9, 1 + 2);
    rig_close(&rig);
}

static void test_holders(void)
{
    struct rig rig;
    uint32_t unreadable = 99;
    rig_open(&rig, "board/phone");
    facts = (struct rig_facts){ 0 };
    CHECK_INT(probe_node_holders(&rig.base, rig_on_fact, &facts, &unreadable), 0);
    CHECK_INT(unreadable, 0);
    if (!CHECK_INT(facts.count, 6))
        rig_print_facts(&facts);
    CHECK_INT(rig.stats, 0);
    rig_close(&rig);
}

static int count_unreadable(void *arg, const struct qda_fact *fact)
{
    *(unsigned *)arg += fact->kind == QDA_FACT_PROCESS && fact->process.unreadable;
    return 0;
}

/* The machine that this runs on, as root or not: this very process is looked at, and others that are not are counted. */
static void test_machine(void)
{
    struct rig rig;
    unsigned unreadable = 0;
    rig_open(&rig, "/");
    CHECK_INT(qda_probe_proc(&rig.base, count_unreadable, &unreadable, &status), 0);
    CHECK(status.available);
    CHECK(rig.readlinks > 2);
    CHECK_INT(strstr(status.reason, "/proc/PID/fd") != NULL, unreadable > 0);
    rig_close(&rig);
}

int main(void)
{
    check_run("processes, nodes, buffers, holders, mappings of a board", test_board);
    check_run("facts come in an order that can be joined at once", test_order);
    check_run("what may not be read is counted and said", test_denied);
    check_run("processes that end meanwhile are no error", test_vanishing);
    check_run("no /proc", test_no_proc);
    check_run("a callback ends the probe with its value", test_stop);
    check_run("a descriptor costs one readlink", test_cost);
    check_run("a buffer is read once, or not at all where it is not asked for", test_inode_by_stat);
    check_run("who holds accel nodes", test_holders);
    check_run("this machine's own /proc", test_machine);
    return check_done();
}
