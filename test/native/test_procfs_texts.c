/* SPDX-License-Identifier: MIT */
#include "check.h"
#include "procfs_rig.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "vqda/client/impl.h"
#include "vqda/procfs/bufinfo.h"
#include "vqda/procfs/sockets.h"
#include "vqda/procfs/trace_line.h"
#include "vqda/procfs/trace_ring.h"

/* The kernel's own texts: what is written here against what real kernels wrote (test/fixtures/kernel). */

/* ---- bufinfo */

static void test_bufinfo_empty(void)
{
    char *want = rig_fixture("kernel/6.18/bufinfo-empty.txt");
    rig_begin(VQ_IOMMU_TRANSLATED);
    CHECK_STR(rig_read("/sys/kernel/debug/dma_buf/bufinfo"), want);
    rig_end();
    free(want);
}

static void attach(struct rig_dmabuf *m, struct vq_bank *bank)
{
    m->attachment.bank = bank;
    m->attachment.dmabuf = &m->dmabuf;
    vq_list_add(&m->dmabuf.attachments, &m->attachment.link);
}

/* The same buffers as the kernel of the fixture had; its mode is that of kernels before 6.14. */
static void test_bufinfo_full(void)
{
    static struct rig_dmabuf made[4];
    struct vq_bank bank = { .name = "vgem" };
    char *want = rig_fixture("kernel/6.12/bufinfo.txt"), *text = NULL;
    size_t len;
    rig_begin(VQ_IOMMU_TRANSLATED);
    rig_make(&made[0], 1, 12288, "system");
    made[0].dmabuf.refs = 6;
    strcpy(made[0].dmabuf.name, "frame 7");
    rig_make(&made[1], 2, 1130496, "system");
    made[1].dmabuf.refs = 4;
    rig_make(&made[2], 3, 819200, "udmabuf");
    made[2].dmabuf.refs = 4;
    rig_make(&made[3], 4, 16384, "drm");
    made[3].dmabuf.refs = 3;
    for (int i = 0; i < 3; i++)
        attach(&made[i], &bank);
    struct vq_counter *counter = vq_counter_new("texts");
    FILE *out = open_memstream(&text, &len);
    vq_bufinfo_write(board, counter, out);
    fclose(out);
    vq_counter_free(counter);
    for (char *at = text; (at = strstr(at, "\t02080007\t")) != NULL; at++)
        memcpy(at, "\t00080007\t", 10);
    CHECK_STR(text, want);
    vq_list_init(&board->dmabufs);
    rig_end();
    free(text);
    free(want);
}

/* ---- fdinfo, maps */

static void check_fdinfo(const char *name, const char *machine, struct vq_inode row)
{
    size_t len = 0;
    char *want = rig_fixture(name);
    char *got = vqc_fdinfo_rewrite(machine, &row, &len);
    CHECK_STR(got, want);
    CHECK_INT(len, strlen(want));
    free(got);
    free(want);
}

/* What a memfd with the board's mark and lock says, made into what a kernel says of a dma-buf. */
static void test_fdinfo(void)
{
    struct vq_inode heap = { .size = 12288, .count = 1, .path = "system" };
    check_fdinfo("kernel/6.12/fdinfo-fresh.txt",
                 "pos:\t0\nflags:\t03100002\nmnt_id:\t12\nino:\t1\nlock:\t1: OFDLCK ADVISORY  READ -1 00:01:1 0 0\n", heap);
    strcpy(heap.name, "frame 7");
    heap.count = 6;
    check_fdinfo("kernel/6.12/fdinfo-imported.txt", "pos:\t0\nflags:\t01100002\nmnt_id:\t12\nino:\t1\n", heap);
    struct vq_inode drm = { .size = 16384, .count = 3, .path = "drm" };
    check_fdinfo("kernel/6.12/fdinfo-drm.txt", "pos:\t0\nflags:\t03100002\nmnt_id:\t12\nino:\t4\n", drm);
}

static void test_maps_path(void)
{
    char *text = rig_fixture("kernel/6.12/maps.txt");
    uint64_t ino = 0;
    const char *path = vqc_maps_path(text, strcspn(text, "\n"), &ino);
    CHECK_INT(ino, 1);
    CHECK(path != NULL && strncmp(path, "/dmabuf:frame 7\n", 16) == 0);
    const char *bare = "7ffd8487a000-7ffd8489b000 rw-p 00000000 00:00 0 ";
    CHECK(vqc_maps_path(bare, strlen(bare), &ino) == NULL);
    free(text);
}

static void test_sockets(void)
{
    uint32_t name = 0;
    CHECK_INT(vq_sockets_line("0000000042a9eaf4: 00000003 00000000 00000000 0005 03 53211 @0001a\n", &name), 53211);
    CHECK_INT(name, 0x1a);
    CHECK_INT(vq_sockets_line("0000000042a9eaf4: 00000003 00000000 00000000 0001 03   532\n", &name), 0);
    CHECK_INT(vq_sockets_line("0: 00000002 00000000 00010000 0005 01 77 @qda-lab/0/x/vqda\n", &name), 0);
    CHECK_INT(vq_sockets_line("0: 00000002 00000000 00010000 0001 01 78 /run/00012\n", &name), 0);
    CHECK_INT(vq_sockets_line("Num       RefCount Protocol Flags    Type St Inode Path\n", &name), 0);
}

/* ---- Trace lines */

/* Reads "0x1,0x2,..." of a real line into one column of the table; how many. */
static size_t read_array(const char *line, const char *key, struct vq_sg *sg, size_t offset)
{
    size_t n = 0;
    const char *at = strstr(line, key);
    if (at == NULL)
        return 0;
    for (at += strlen(key) + 1; strncmp(at, "0x", 2) == 0; n++) {
        char *next;
        uint64_t value = strtoull(at, &next, 16);
        memcpy((char *)&sg[n] + offset, &value, sizeof(value));
        at = next + (*next == ',');
    }
    return n;
}

static uint64_t time_of(const char *line)
{
    unsigned long seconds = 0, us = 0;
    const char *at = strstr(line, "] ..... ");
    CHECK(at != NULL && sscanf(at + 8, "%lu.%lu", &seconds, &us) == 2);
    return (uint64_t)seconds * 1000000000u + us * 1000u;
}

/* A real line's values put through our printer give the line again. */
static void check_real_line(const char *line, size_t len)
{
    static char got[VQ_TRACE_LINE_MAX + 32], want[VQ_TRACE_LINE_MAX + 32];
    static struct vq_sg sg[1024];
    struct vq_trace_event event = { .comm = "guest", .device = "vgem", .sg = sg };
    memcpy(want, line, len);
    want[len] = '\0';
    memset(sg, 0, sizeof(sg));
    event.kind = strstr(want, "dma_unmap_sg:") != NULL ? VQ_EVENT_DMA_UNMAP_SG : VQ_EVENT_DMA_MAP_SG;
    event.tid = atoi(want + sizeof("           guest-") - 1);
    event.tgid = strstr(want, " (") != NULL ? event.tid : 0; /* a program of one thread */
    event.nents = read_array(want, "phys_addrs=", sg, offsetof(struct vq_sg, phys));
    size_t ents = read_array(want, "dma_addrs=", sg, offsetof(struct vq_sg, dma));
    CHECK_INT(read_array(want, " sizes=", sg, offsetof(struct vq_sg, dma_len)), ents);
    const char *full = strstr(want, "nents=128/");
    if (full != NULL) { /* the rest was cut; only its number shows */
        event.nents = (size_t)atoi(full + 10);
        for (size_t i = ents; i < event.nents; i++)
            sg[i].dma_len = 1;
    }
    char *attrs = strstr(want, "attrs=SKIP_CPU_SYNC\n"); /* udmabuf's maps have it; the board's exporters have not */
    if (attrs != NULL)
        strcpy(attrs, "attrs=\n");
    got[vq_trace_line(got, &event, time_of(want), true)] = '\0';
    CHECK_STR(got, want);
}

static int check_real_lines(const char *name)
{
    int lines = 0;
    char *text = rig_fixture(name);
    for (char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        if (line[0] == '#')
            continue;
        check_real_line(line, strcspn(line, "\n") + 1);
        lines++;
    }
    free(text);
    return lines;
}

static void test_real_lines(void)
{
    CHECK_INT(check_real_lines("kernel/6.12/trace-dma.txt"), 3);
    CHECK_INT(check_real_lines("kernel/6.12/trace-large.txt"), 3);
}

static void check_line(const struct vq_trace_event *event, uint64_t time, bool in_ns, const char *want)
{
    char got[VQ_TRACE_LINE_MAX + 32];
    got[vq_trace_line(got, event, time, in_ns)] = '\0';
    CHECK_STR(got, want);
}

static void test_other_lines(void)
{
    struct vq_trace_event alloc = { .kind = VQ_EVENT_DMA_ALLOC, .tid = 140, .comm = "busybox", .device = "0000:00:1f.2", .iova = 0xfffe0000, .size = 91392, .virt = 0x1f2e3d4c };
    check_line(&alloc, 2831500499, true,
               "         busybox-140     [000] .....     2.831500: dma_alloc: 0000:00:1f.2 dir=BIDIRECTIONAL "
               "dma_addr=fffe0000 size=91392 virt_addr=000000001f2e3d4c flags=GFP_KERNEL attrs=\n");
    alloc.kind = VQ_EVENT_DMA_FREE;
    alloc.tgid = -1;
    alloc.comm = "a-name-of-sixteen";
    check_line(&alloc, 12345678901500, true,
               "a-name-of-sixteen-140     (-------) [000] ..... 12345.678902: dma_free: 0000:00:1f.2 dir=BIDIRECTIONAL "
               "dma_addr=fffe0000 size=91392 virt_addr=000000001f2e3d4c attrs=\n");
    struct vq_trace_event map = { .kind = VQ_EVENT_IOMMU_MAP, .tid = 144, .comm = "busybox", .device = "", .iova = 0xfffcb000, .paddr = 0x3152000, .size = 49152 };
    check_line(&map, 6125838000, true,
               "         busybox-144     [000] .....     6.125838: map: IOMMU: iova=0x00000000fffcb000 - "
               "0x00000000fffd7000 paddr=0x0000000003152000 size=49152\n");
    map.kind = VQ_EVENT_IOMMU_UNMAP;
    check_line(&map, 42, false,
               "         busybox-144     [000] .....           42: unmap: IOMMU: iova=0x00000000fffcb000 - "
               "0x00000000fffd7000 size=49152 unmapped_size=49152\n");
}

/* Every iommu:map line of the real trace comes out again. */
static void test_real_iommu_lines(void)
{
    char *text = rig_fixture("kernel/6.12/trace-alloc.txt"), got[VQ_TRACE_LINE_MAX + 32];
    int lines = 0;
    for (char *line = text, *next; *line != '\0'; line = next) {
        unsigned long long iova, end, paddr, size;
        next = line + strcspn(line, "\n");
        *next++ = '\0';
        const char *at = strstr(line, ": map: IOMMU: ");
        if (at == NULL || sscanf(at, ": map: IOMMU: iova=%llx - %llx paddr=%llx size=%llu", &iova, &end, &paddr, &size) != 4)
            continue;
        struct vq_trace_event map = { .kind = VQ_EVENT_IOMMU_MAP, .comm = "busybox", .device = "", .iova = iova, .paddr = paddr, .size = size };
        map.tid = atoi(strstr(line, "busybox-") + 8);
        size_t len = vq_trace_line(got, &map, time_of(line), true);
        got[len - 1] = '\0';
        CHECK_STR(got, line);
        lines++;
    }
    CHECK(lines > 20);
    free(text);
}

/* The context before the event, with and without the process column, as 6.18 has it. */
static void test_context(void)
{
    char *text = rig_fixture("kernel/6.18/trace-pipe.txt"), got[VQ_TRACE_LINE_MAX + 32];
    for (char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        const char *end = strstr(line, ": sched_process_exec: ");
        struct vq_trace_event event = { .kind = VQ_EVENT_DMA_FREE, .comm = "true", .device = "x" };
        event.tid = atoi(strstr(line, "true-") + 5);
        event.tgid = strstr(line, "(-------)") != NULL ? -1 : event.tid;
        vq_trace_line(got, &event, time_of(line), true);
        char *cpu = strstr(line, "[00"); /* which CPU it ran on is chance; here there is one */
        memcpy(cpu, "[000]", 5);
        CHECK_MEM(got, line, (size_t)(end - line));
    }
    free(text);
}

static void test_event_limit(void)
{
    static struct vq_sg sg[600];
    struct vq_trace_event event = { .kind = VQ_EVENT_DMA_UNMAP_SG, .device = "vgem", .sg = sg, .nents = 500 };
    CHECK(vq_trace_event_fits(&event));
    event.nents = 505; /* as in trace-large.txt */
    CHECK(!vq_trace_event_fits(&event));
    event.kind = VQ_EVENT_DMA_MAP_SG; /* bounded by itself */
    CHECK(vq_trace_event_fits(&event));
}

static void test_line_limit(void)
{
    static char got[VQ_TRACE_LINE_MAX + 32];
    static struct vq_sg sg[500];
    struct vq_trace_event event = { .kind = VQ_EVENT_DMA_UNMAP_SG, .comm = "x", .device = "vgem", .sg = sg, .nents = 500 };
    for (size_t i = 0; i < 500; i++)
        sg[i].phys = 0xfedcba9876543000ull;
    size_t len = vq_trace_line(got, &event, 0, true);
    CHECK(len <= VQ_TRACE_LINE_MAX + 15);
    CHECK_MEM(got + len - 15, "[LINE TOO BIG]\n", 15);
}

/* ---- The ring */

static void test_ring(void)
{
    struct vq_ring ring;
    char line[64], out[256], want[64];
    uint64_t first = 0;
    vq_ring_init(&ring, 200);
    CHECK_INT(vq_ring_take(&ring, out, sizeof(out)), 0);
    for (int i = 0; i < 100; i++) { /* wraps many times */
        int len = snprintf(line, sizeof(line), "line %d %.*s\n", i, i % 20, "....................");
        CHECK_INT(vq_ring_put(&ring, line, (size_t)len), 0);
    }
    CHECK_INT(ring.entries + ring.lost, 100);
    first = ring.lost;
    for (uint64_t i = first; i < 100; i++) {
        size_t len = vq_ring_take(&ring, out, sizeof(out));
        out[len] = '\0';
        snprintf(want, sizeof(want), "line %d ", (int)i);
        CHECK_CONTAINS(out, want);
        if (i == first) { /* told once, before the first line that was left */
            snprintf(want, sizeof(want), "CPU:0 [LOST %d EVENTS]\nline", (int)first);
            CHECK_MEM(out, want, strlen(want));
        } else {
            CHECK(strstr(out, "LOST") == NULL);
        }
    }
    CHECK_INT(vq_ring_take(&ring, out, sizeof(out)), 0);
    memset(line, 'x', sizeof(line));
    vq_ring_free(&ring);
}

static void test_ring_note_is_the_kernels(void)
{
    struct vq_ring ring;
    char out[256], want[64];
    char *text = rig_fixture("kernel/6.18/trace-pipe-lost.txt");
    size_t len = strcspn(text, "\n") + 1;
    vq_ring_init(&ring, 64);
    ring.lost = strtoull(text + sizeof("CPU:0 [LOST ") - 1, NULL, 10);
    CHECK_INT(vq_ring_put(&ring, "a line\n", 7), 0);
    CHECK_INT(vq_ring_take(&ring, out, sizeof(out)), len + 7);
    memcpy(want, text, len);
    CHECK_MEM(out, want, len);
    vq_ring_free(&ring);
    free(text);
}

static void test_ring_resize(void)
{
    struct vq_ring ring;
    char out[256];
    vq_ring_init(&ring, 100);
    for (int i = 0; i < 20; i++)
        CHECK_INT(vq_ring_put(&ring, "0123456789abcde\n", 16), 0);
    CHECK_INT(ring.entries, 5);
    CHECK_INT(vq_ring_put(&ring, out, 101), -EMSGSIZE);
    CHECK_INT(vq_ring_resize(&ring, 45), 0);
    CHECK_INT(ring.entries, 2);
    CHECK_INT(vq_ring_resize(&ring, 400), 0);
    for (int i = 0; i < 10; i++)
        CHECK_INT(vq_ring_put(&ring, "0123456789abcde\n", 16), 0);
    CHECK_INT(ring.entries, 12);
    CHECK_INT(vq_ring_take(&ring, out, sizeof(out)), 16 + sizeof("CPU:0 [LOST 19 EVENTS]\n") - 1);
    vq_ring_free(&ring);
}

int main(void)
{
    check_run("bufinfo without buffers is 6.18's", test_bufinfo_empty);
    check_run("bufinfo with buffers is 6.12's", test_bufinfo_full);
    check_run("fdinfo of a dma-buf is 6.12's", test_fdinfo);
    check_run("maps lines are split at the path", test_maps_path);
    check_run("autobound sockets are found in /proc/net/unix", test_sockets);
    check_run("real dma_map_sg and dma_unmap_sg lines come out again", test_real_lines);
    check_run("real iommu:map lines come out again", test_real_iommu_lines);
    check_run("lines of the other events", test_other_lines);
    check_run("the context of a line is 6.18's", test_context);
    check_run("an event over the kernel's limit is not told", test_event_limit);
    check_run("a line over the kernel's limit says so", test_line_limit);
    check_run("the ring keeps the newest and counts the others", test_ring);
    check_run("the note of lost events is 6.18's", test_ring_note_is_the_kernels);
    check_run("the ring can be resized", test_ring_resize);
    return check_done();
}
