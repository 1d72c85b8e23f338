/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "procfs_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vqda/core/bank.h"
#include "vqda/procfs/files.h"

/* The board's files: tracefs with its switches and pipes, sysfs, BTF, and the table of inodes. */

/* ---- tracefs, as a script of the fixture */

#define INSTANCE "/sys/kernel/tracing/instances/capture"

/* Our answer to one line of the fixture's script, in its own words. */
static void answer(const char *line, char *out, size_t len)
{
    char file[64] = "", path[160], value[64] = "";
    const char *write_to = strstr(line, " <- ");
    const char *read_from = strstr(line, " = ");
    const char *mark = write_to != NULL ? write_to : read_from;
    snprintf(file, sizeof(file), "%.*s", mark != NULL ? (int)(mark - line) : 0, line);
    snprintf(path, sizeof(path), INSTANCE "/%s", file);
    if (write_to != NULL) {
        snprintf(value, sizeof(value), "%.*s\n", (int)(strstr(line, ": ") - write_to - 4), write_to + 4);
        int64_t result = rig_ask(VQ_WRITE, path, value);
        value[strcspn(value, "\n")] = '\0';
        snprintf(out, len, "%s <- %s: %s", file, value, result >= 0 ? "ok" : "refused");
    } else if (read_from != NULL) {
        int64_t result = rig_ask(VQ_READ, path, NULL);
        rig_text[strcspn(rig_text, "\n")] = '\0';
        snprintf(out, len, "%s = %.200s%s", file, rig_text, result < 0 ? "(refused)" : "");
    } else if (strstr(line, "capture again") != NULL) {
        snprintf(out, len, "mkdir instances/capture again: %s", rig_ask(VQ_MKDIR, INSTANCE, NULL) < 0 ? "refused" : "ok");
    } else {
        snprintf(out, len, "mkdir at the top: %s",
                 rig_ask(VQ_MKDIR, "/sys/kernel/tracing/elsewhere", NULL) < 0 ? "refused" : "ok");
    }
}

static void test_tracefs_script(void)
{
    char *script = rig_fixture("kernel/6.18/tracefs-files.txt"), got[512];
    rig_begin(VQ_IOMMU_TRANSLATED);
    CHECK_INT(rig_ask(VQ_MKDIR, INSTANCE, NULL), 0);
    int lines = 0;
    for (char *line = script, *next; *line != '\0'; line = next, lines++) {
        next = line + strcspn(line, "\n");
        *next++ = '\0';
        char *tsc = strstr(line, " x86-tsc"); /* arm64 has none */
        if (tsc != NULL)
            *tsc = '\0';
        answer(line, got, sizeof(got));
        CHECK_STR(got, line);
    }
    CHECK(lines > 15);
    CHECK_INT(rig_ask(VQ_RMDIR, INSTANCE, NULL), 0);
    rig_end();
    free(script);
}

static void test_event_formats(void)
{
    static const char *const names[] = { "dma/dma_alloc", "dma/dma_map_sg", "dma/dma_unmap_sg", "iommu/io_page_fault" };
    char path[160];
    rig_begin(VQ_IOMMU_TRANSLATED);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "tracefs/events/%s/format", names[i]);
        char *want = rig_fixture(path);
        snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/format", names[i]);
        CHECK_STR(rig_read(path), want);
        free(want);
    }
    CHECK_STR(rig_read("/sys/kernel/debug/tracing/events/dma/dma_map_sg/id"), "431\n");
    CHECK_INT(rig_ask(VQ_READ, "/sys/kernel/tracing/events/dma/dma_map_page/format", NULL), -ENOENT);
    rig_end();
}

/* ---- Events of a bank, through the hooks and a pipe */

static size_t read_pipe(int fd, char *out, size_t len)
{
    ssize_t got = read(fd, out, len - 1);
    out[got < 0 ? 0 : got] = '\0';
    return got < 0 ? 0 : (size_t)got;
}

static int traced_pipe(void)
{
    CHECK_INT(rig_ask(VQ_MKDIR, INSTANCE, NULL), 0);
    CHECK_INT(rig_ask(VQ_WRITE, INSTANCE "/events/enable", "1\n"), 0);
    int64_t fd = rig_ask(VQ_OPEN_PIPE, INSTANCE "/trace_pipe", NULL);
    CHECK(fd >= 0);
    return (int)fd;
}

static void test_hooks(void)
{
    static char text[65536];
    struct vq_sg sg[3] = {
        { .phys = 0x50000000, .len = 0x100000 }, { .phys = 0x50100000, .len = 0x1000 }, { .phys = 0x7000, .len = 0x1000 }
    };
    rig_begin(VQ_IOMMU_TRANSLATED);
    int pipe = traced_pipe();
    struct vq_bank *bank = &vq_first_node(board)->banks[0];
    CHECK_INT(vq_bank_map_sg(bank, &rig_who, sg, 3), 0);
    CHECK(read_pipe(pipe, text, sizeof(text)) > 0);
    /* Adjoining pieces become one mapping; then the table itself. */
    CHECK_CONTAINS(text, ": map: IOMMU: iova=");
    CHECK_CONTAINS(text, "paddr=0x0000000050000000 size=1052672\n");
    CHECK_CONTAINS(text, "paddr=0x0000000000007000 size=4096\n");
    CHECK_CONTAINS(text, ": dma_map_sg: qda-cb-cdsp-1 dir=BIDIRECTIONAL nents=3/3 ents=2/2 dma_addrs={0x");
    CHECK_CONTAINS(text, " sizes={0x100000,0x2000} phys_addrs={0x50000000,0x50100000,0x7000} attrs=\n");
    vq_bank_unmap_sg(bank, &rig_who, sg, 3);
    CHECK(read_pipe(pipe, text, sizeof(text)) > 0);
    CHECK_CONTAINS(text, ": dma_unmap_sg: qda-cb-cdsp-1 dir=BIDIRECTIONAL phys_addrs={0x50000000,0x50100000,0x7000} attrs=\n");
    CHECK_CONTAINS(text, " size=1056768 unmapped_size=1056768\n");
    CHECK_INT(rig_ask(VQ_WRITE, INSTANCE "/tracing_on", "0"), 0);
    uint64_t iova;
    CHECK_INT(vq_bank_alloc(bank, &rig_who, 4096, &iova), 0);
    vq_bank_release(bank, &rig_who, iova, 4096);
    CHECK_INT(read_pipe(pipe, text, sizeof(text)), 0);
    close(pipe);
    rig_end();
}

static void test_bypass_has_no_iommu_events(void)
{
    static char text[65536];
    struct vq_sg sg[2] = { { .phys = 0x50000000, .len = 0x1000 }, { .phys = 0x60000000, .len = 0x1000 } };
    rig_begin(VQ_IOMMU_BYPASS);
    int pipe = traced_pipe();
    struct vq_bank *bank = &vq_first_node(board)->banks[0];
    CHECK_INT(vq_bank_map_sg(bank, &rig_who, sg, 2), 0);
    CHECK(read_pipe(pipe, text, sizeof(text)) > 0);
    CHECK(strstr(text, "IOMMU") == NULL);
    CHECK_CONTAINS(text, " ents=2/2 dma_addrs={0x50000000,0x60000000} ");
    vq_bank_unmap_sg(bank, &rig_who, sg, 2);
    close(pipe);
    rig_end();
}

static void test_filter(void)
{
    static char text[65536];
    struct vq_sg sg = { .phys = 0x50000000, .len = 0x1000 };
    rig_begin(VQ_IOMMU_TRANSLATED);
    int pipe = traced_pipe();
    CHECK_INT(rig_ask(VQ_WRITE, INSTANCE "/events/iommu/enable", "0"), 0);
    CHECK_INT(rig_ask(VQ_WRITE, INSTANCE "/events/dma/dma_map_sg/filter", "device ~ \"qda-cb-adsp-*\""), 0);
    struct vq_bank *bank = &vq_first_node(board)->banks[0];
    CHECK_INT(vq_bank_map_sg(bank, &rig_who, &sg, 1), 0);
    CHECK_INT(read_pipe(pipe, text, sizeof(text)), 0);
    vq_bank_unmap_sg(bank, &rig_who, &sg, 1);
    CHECK(read_pipe(pipe, text, sizeof(text)) > 0); /* another event, no filter */
    CHECK_INT(rig_ask(VQ_WRITE, INSTANCE "/events/dma/dma_map_sg/filter", "0"), 0);
    CHECK_INT(vq_bank_map_sg(bank, &rig_who, &sg, 1), 0);
    CHECK(read_pipe(pipe, text, sizeof(text)) > 0);
    vq_bank_unmap_sg(bank, &rig_who, &sg, 1);
    close(pipe);
    rig_end();
}

/* Lines in a text, and what its notes say was lost. */
static void count_lines(const char *text, int *lines, unsigned long *lost)
{
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        unsigned long told;
        if (sscanf(line, "CPU:0 [LOST %lu EVENTS]", &told) == 1)
            *lost += told;
        else
            ++*lines;
    }
}

/* A reader that does not read: the pipe fills, then the buffer, then the oldest go and are counted. */
static void test_overflow(void)
{
    static char text[1 << 18];
    struct vq_sg sg = { .phys = 0x50000000, .len = 0x1000 };
    int lines = 0;
    unsigned long lost = 0;
    rig_begin(VQ_IOMMU_TRANSLATED);
    int pipe = traced_pipe();
    CHECK_INT(rig_ask(VQ_WRITE, INSTANCE "/buffer_size_kb", "8"), 0);
    struct vq_bank *bank = &vq_first_node(board)->banks[0];
    for (int i = 0; i < 400; i++) { /* four events each */
        CHECK_INT(vq_bank_map_sg(bank, &rig_who, &sg, 1), 0);
        vq_bank_unmap_sg(bank, &rig_who, &sg, 1);
    }
    CHECK(read_pipe(pipe, text, sizeof(text)) > 0);
    count_lines(text, &lines, &lost);
    CHECK(lines > 100);
    CHECK_INT(lost, 0);
    close(pipe);
    pipe = (int)rig_ask(VQ_OPEN_PIPE, INSTANCE "/trace_pipe", NULL); /* what waits in the buffer is still there */
    CHECK_INT(vq_bank_map_sg(bank, &rig_who, &sg, 1), 0);
    vq_bank_unmap_sg(bank, &rig_who, &sg, 1);
    CHECK(read_pipe(pipe, text, sizeof(text)) > 0);
    CHECK_MEM(text, "CPU:0 [LOST ", 12);
    count_lines(text, &lines, &lost);
    CHECK(lost > 0);
    /* All but the one line that was on its way into the full pipe. */
    CHECK((unsigned long)lines + lost >= 1602 && (unsigned long)lines + lost <= 1604);
    close(pipe);
    rig_end();
}

/* ---- Other rooms */

static void test_sysfs(void)
{
    rig_begin(VQ_IOMMU_BYPASS);
    CHECK_STR(rig_read("/sys/class/accel/accel1/dev"), "261:1\n");
    CHECK_CONTAINS(rig_read("/sys/class/accel/accel0/uevent"), "DEVNAME=accel/accel0\n");
    CHECK_INT(rig_ask(VQ_READLINK, "/sys/class/accel/accel0/device/driver", NULL), 0);
    CHECK_CONTAINS(rig_text, "bus/rpmsg/drivers/qcom,fastrpc");
    CHECK_INT(rig_ask(VQ_READLINK, "/sys/class/accel/accel0", NULL), 0);
    char path[300];
    CHECK_MEM(rig_text, "../../devices/", 14);
    snprintf(path, sizeof(path), "/sys/%.200s/dev", rig_text + 6); /* the link leads somewhere */
    CHECK_STR(rig_read(path), "261:0\n");
    CHECK_STR(rig_read("/sys/kernel/iommu_groups/0/type"), "identity\n");
    CHECK_INT(rig_ask(VQ_LIST, "/sys/kernel/iommu_groups/14/devices", NULL), 0);
    CHECK_STR(rig_text, "qda-cb-adsp-5");
    CHECK_INT(rig_ask(VQ_LIST, "/sys/kernel/iommu_groups/15/devices", NULL), -ENOENT);
    CHECK_INT(rig_ask(VQ_READ, "/sys/class/accel/accel2/dev", NULL), -ENOENT);
    CHECK_INT(rig_ask(VQ_READ, "/sys/class/accel", NULL), -EISDIR);
    CHECK_INT(rig_ask(VQ_WRITE, "/sys/class/accel/accel0/dev", "1"), -EACCES);
    CHECK_INT(rig_ask(VQ_MKDIR, "/sys/class/accel/mine", NULL), -EPERM);
    rig_end();
}

static void test_folders(void)
{
    struct vq_stat st;
    rig_begin(VQ_IOMMU_TRANSLATED);
    CHECK_INT(rig_ask(VQ_STAT, "/sys/kernel/debug", NULL), 0);
    memcpy(&st, rig_text, sizeof(st));
    CHECK(S_ISDIR(st.mode));
    CHECK_INT(rig_ask(VQ_LIST, "/sys/kernel", NULL), 0);
    CHECK_STR(rig_text, "tracing");
    CHECK_INT(rig_ask(VQ_STAT, "/dev/dma_heap/system", NULL), 0);
    memcpy(&st, rig_text, sizeof(st));
    CHECK(S_ISCHR(st.mode));
    CHECK_INT(rig_ask(VQ_STAT, "/sys/kernel/nothing", NULL), -ENOENT);
    CHECK_INT(rig_ask(VQ_READ, "/sys/kernel", NULL), -EISDIR);
    CHECK_INT(rig_ask(VQ_READ, "/sys/firmware/devicetree/base/serial-number", NULL), 0);
    CHECK_STR(rig_text, "texts");
    rig_end();
}

static void test_btf(void)
{
    rig_begin(VQ_IOMMU_TRANSLATED);
    CHECK_INT(rig_ask(VQ_READ, "/sys/kernel/btf/qda", NULL), 0);
    CHECK_MEM(rig_text, "\x9f\xeb\x01", 3);
    CHECK_INT(rig_ask(VQ_READ, "/sys/kernel/btf/vmlinux", NULL), 0);
    CHECK_MEM(rig_text, "\x9f\xeb\x01", 3);
    CHECK_INT(rig_ask(VQ_READ, "/sys/kernel/btf/nvidia", NULL), -ENOENT);
    rig_end();
}

static void test_inode_epoch(void)
{
    static struct rig_dmabuf made;
    struct vq_request request = { .op = VQ_INODES };
    struct vq_answer out = { .data = rig_text, .fd = -1 };
    struct vq_inode row;
    rig_begin(VQ_IOMMU_TRANSLATED);
    int64_t first = vq_files_request(board, &rig_who, &request, "", &out);
    CHECK(first > 0);
    CHECK(out.fd >= 0);
    close(out.fd);
    request.arg0 = (uint64_t)first;
    CHECK_INT(vq_files_request(board, &rig_who, &request, "", &out), first);
    CHECK_INT(out.fd, -1); /* nothing changed, nothing is sent */
    rig_make(&made, 77, 8192, "system");
    int64_t second = vq_files_request(board, &rig_who, &request, "", &out);
    CHECK(second > 0 && second != first);
    CHECK_INT(pread(out.fd, &row, sizeof(row), 0), sizeof(row));
    CHECK_INT(row.ino, 77);
    CHECK_INT(row.kind, VQ_INODE_DMABUF);
    CHECK_STR(row.path, "system");
    CHECK_INT(row.count, 0); /* not counted */
    close(out.fd);
    vq_list_init(&board->dmabufs);
    rig_end();
}

int main(void)
{
    check_run("tracefs answers a script as 6.18 does", test_tracefs_script);
    check_run("format files are the captured ones", test_event_formats);
    check_run("mappings of a bank are told", test_hooks);
    check_run("without translation there are no iommu events", test_bypass_has_no_iommu_events);
    check_run("a filter on the device holds", test_filter);
    check_run("a slow reader loses the oldest events and is told", test_overflow);
    check_run("sysfs knows nodes, drivers and groups", test_sysfs);
    check_run("folders above the rooms", test_folders);
    check_run("BTF is served", test_btf);
    check_run("the table of inodes is sent when it changed", test_inode_epoch);
    return check_done();
}
