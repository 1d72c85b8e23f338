/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>

#include "check.h"
#include "probe/trace_line.h"
#include "probe_rig.h"

static struct probe_trace_line out;
static char line[65536];

static enum probe_line_kind parse(const char *text)
{
    snprintf(line, sizeof(line), "%s", text);
    return probe_trace_parse(line, &out);
}

/* The line of an event by a thread called `comm`, as trace_pipe prints it. */
static enum probe_line_kind parse_as(const char *comm, const char *event)
{
    static char text[65536];
    snprintf(text, sizeof(text), "%16s-%-7d (%7d) [001] d..2.  1884.319631: %s", comm, 23450, 23448, event);
    return parse(text);
}

#define ALLOC "dma_alloc: qda-cb-cdsp-3 dir=BIDIRECTIONAL dma_addr=fffff000 size=8192 virt_addr=00000000deadbeef flags=GFP_KERNEL|__GFP_ZERO attrs="

static void test_names(void)
{
    static const char *const comms[] = { "cat", "a b-1 [000]x", "dash-name-99", "kworker/u8:3-ev", ": dma_free: x", "(12)" };
    for (size_t i = 0; i < sizeof(comms) / sizeof(comms[0]); i++) {
        CHECK_INT(parse_as(comms[i], ALLOC), PROBE_LINE_EVENT);
        CHECK_STR(out.event.comm, comms[i]);
        CHECK_INT(out.event.pid, 23450);
        CHECK_INT(out.event.process, 23448);
        CHECK_INT(out.event.time_ns, 1884319631000);
    }
}

/* With and without what trace options add. */
static void test_head(void)
{
    CHECK_INT(parse("             cat-7       [000]     5.000001: " ALLOC), PROBE_LINE_EVENT);
    CHECK_INT(out.event.time_ns, 5000001000);
    CHECK_INT(out.event.process, 0);
    CHECK_INT(parse("          <idle>-0       (-------) [011] d..2.  1884.321063: " ALLOC), PROBE_LINE_EVENT);
    CHECK_INT(out.event.process, 0);
    CHECK_INT(out.event.pid, 0);
    CHECK_STR(out.event.comm, "<idle>");
    CHECK_INT(parse("             cat-1234567 (1234566) [127] .....  0.000000: " ALLOC), PROBE_LINE_EVENT);
    CHECK_INT(out.event.time_ns, 0);
    CHECK_INT(out.event.process, 1234566);
}

static void test_alloc(void)
{
    CHECK_INT(parse_as("camera", ALLOC), PROBE_LINE_EVENT);
    CHECK_INT(out.event.kind, QDA_DMA_ALLOC);
    CHECK_STR(out.event.device, "qda-cb-cdsp-3");
    CHECK_INT(out.event.entry_count, 1);
    CHECK_INT(out.event.total_entries, 1);
    CHECK_HEX(out.event.entries[0].dma_addr, 0xfffff000);
    CHECK_INT(out.event.entries[0].length, 8192);
    CHECK(!out.event.entries[0].has_phys && !out.event.truncated);
    CHECK_INT(parse_as("camera", "dma_free: fastrpc:compute-cb@3 dir=BIDIRECTIONAL dma_addr=ffff0000 size=4096 virt_addr=0000000000000000 attrs="),
              PROBE_LINE_EVENT);
    CHECK_INT(out.event.kind, QDA_DMA_FREE);
    /* an allocation that failed leaves nothing behind */
    CHECK_INT(parse_as("camera", "dma_alloc: qda-cb-cdsp-3 dir=BIDIRECTIONAL dma_addr=0 size=8192 virt_addr=0000000000000000 flags=GFP_KERNEL attrs="),
              PROBE_LINE_FOREIGN);
    CHECK_INT(parse_as("camera", "dma_alloc: qda-cb-cdsp-3 dir=BIDIRECTIONAL dma_addr=0 size=8192 virt_addr=(null) flags=none attrs="),
              PROBE_LINE_FOREIGN);
}

static void test_map(void)
{
    CHECK_INT(parse_as("a", "dma_map_sg: qda-cb-cdsp-1 dir=BIDIRECTIONAL nents=2/2 ents=2/2 dma_addrs={0x1000,0x20000} sizes={0x1000,0xf000} phys_addrs={0x80001000,0x90000000} attrs=SKIP_CPU_SYNC"),
              PROBE_LINE_EVENT);
    CHECK_INT(out.event.kind, QDA_DMA_MAP_SG);
    CHECK_INT(out.event.entry_count, 2);
    CHECK_HEX(out.event.entries[1].dma_addr, 0x20000);
    CHECK_HEX(out.event.entries[1].length, 0xf000);
    CHECK_HEX(out.event.entries[1].phys, 0x90000000);
    CHECK(out.event.entries[1].has_phys);
    /* the IOMMU made one segment of three pieces: its start is the first piece's, no more is known */
    CHECK_INT(parse_as("a", "dma_map_sg: qda-cb-cdsp-1 dir=BIDIRECTIONAL nents=3/3 ents=1/1 dma_addrs={0x1000} sizes={0x3000} phys_addrs={0xa000,0xc000,0xe000} attrs="),
              PROBE_LINE_EVENT);
    CHECK_INT(out.event.entry_count, 1);
    CHECK(out.event.entries[0].has_phys);
    CHECK_HEX(out.event.entries[0].phys, 0xa000);
    CHECK_INT(parse_as("a", "dma_map_sg: qda-cb-cdsp-1 dir=BIDIRECTIONAL nents=3/3 ents=2/2 dma_addrs={0x1000,0x2000} sizes={0x1000,0x2000} phys_addrs={0xa000,0xc000,0xe000} attrs="),
              PROBE_LINE_EVENT);
    CHECK(out.event.entries[0].has_phys && !out.event.entries[1].has_phys);
    /* the first kernels with these events do not print the numbers */
    CHECK_INT(parse_as("a", "dma_map_sg: qda-cb-cdsp-1 dir=TO_DEVICE dma_addrs={0x1000,0x2000} sizes={0x1000,0x1000} phys_addrs={0xa000,0xb000} attrs="),
              PROBE_LINE_EVENT);
    CHECK_INT(out.event.total_entries, 2);
    CHECK(out.event.entries[1].has_phys && !out.event.truncated);
}

/* "{0x1000,0x2000,...}" of n numbers. */
static void put_array(char *text, size_t size, const char *name, unsigned n)
{
    size_t have = strlen(text);
    have += (size_t)snprintf(text + have, size - have, " %s={", name);
    for (unsigned i = 0; i < n; i++)
        have += (size_t)snprintf(text + have, size - have, "%s0x%x", i > 0 ? "," : "", (i + 1) * 0x1000);
    snprintf(text + have, size - have, "}");
}

static void test_truncated(void)
{
    static char text[32768];
    strcpy(text, "dma_map_sg: qda-cb-cdsp-1 dir=BIDIRECTIONAL nents=128/2025 ents=128/2025 [TRUNCATED]");
    put_array(text, sizeof(text), "dma_addrs", 128);
    put_array(text, sizeof(text), "sizes", 128);
    put_array(text, sizeof(text), "phys_addrs", 128);
    strcat(text, " attrs=");
    CHECK_INT(parse_as("a", text), PROBE_LINE_EVENT);
    CHECK_INT(out.event.entry_count, 128);
    CHECK_INT(out.event.total_entries, 2025);
    CHECK(out.event.truncated);
    CHECK(out.event.entries[127].has_phys);
    CHECK_HEX(out.event.entries[127].dma_addr, 128 * 0x1000);
    /* the pieces are cut, the segments are not */
    strcpy(text, "dma_map_sg: qda-cb-cdsp-1 dir=BIDIRECTIONAL nents=128/2025 ents=1/1 [TRUNCATED] dma_addrs={0x1000} sizes={0x7e9000}");
    put_array(text, sizeof(text), "phys_addrs", 128);
    strcat(text, " attrs=");
    CHECK_INT(parse_as("a", text), PROBE_LINE_EVENT);
    CHECK(!out.event.truncated);
    CHECK_INT(out.event.total_entries, 1);
    /* an unmap is not capped by the kernel: ours is */
    strcpy(text, "dma_unmap_sg: qda-cb-cdsp-1 dir=BIDIRECTIONAL");
    put_array(text, sizeof(text), "phys_addrs", 400);
    strcat(text, " attrs=");
    CHECK_INT(parse_as("a", text), PROBE_LINE_EVENT);
    CHECK_INT(out.event.entry_count, QDA_MAX_SG);
    CHECK_INT(out.event.total_entries, 400);
    CHECK(out.event.truncated);
}

static void test_unmap_and_faults(void)
{
    CHECK_INT(parse_as("a", "dma_unmap_sg: qda-cb-cdsp-1 dir=BIDIRECTIONAL phys_addrs={0xa000,0xc000} attrs="), PROBE_LINE_EVENT);
    CHECK_INT(out.event.kind, QDA_DMA_UNMAP_SG);
    CHECK_INT(out.event.entry_count, 2);
    CHECK(out.event.entries[1].has_phys && out.event.entries[1].length == 0);
    CHECK_HEX(out.event.entries[1].phys, 0xc000);
    CHECK_INT(parse_as("irq/38-arm-smmu", "io_page_fault: IOMMU:qda cb qda-cb-cdsp-7 iova=0x00000000deadb000 flags=0x0001"), PROBE_LINE_EVENT);
    CHECK_INT(out.event.kind, QDA_DMA_FAULT);
    CHECK_STR(out.event.device, "qda-cb-cdsp-7");
    CHECK_HEX(out.event.entries[0].dma_addr, 0xdeadb000);
    CHECK_INT(out.event.entries[0].length, 0);
    CHECK_INT(parse_as("a", "map: IOMMU: iova=0x00000000fffff000 - 0x0000000100000000 paddr=0x0000000081234000 size=4096"), PROBE_LINE_EVENT);
    CHECK_INT(out.event.kind, QDA_DMA_IOMMU_MAP);
    CHECK_STR(out.event.device, "");
    CHECK_HEX(out.event.entries[0].phys, 0x81234000);
    CHECK_INT(out.event.entries[0].length, 4096);
    CHECK_INT(parse_as("a", "unmap: IOMMU: iova=0x00000000fffff000 - 0x0000000100000000 size=4096 unmapped_size=4096"), PROBE_LINE_EVENT);
    CHECK_INT(out.event.kind, QDA_DMA_IOMMU_UNMAP);
    CHECK(!out.event.entries[0].has_phys);
}

static void test_others(void)
{
    CHECK_INT(parse_as("a", "dma_alloc: 1d84000.ufshc dir=BIDIRECTIONAL dma_addr=fffff000 size=8192 virt_addr=1 flags=none attrs="), PROBE_LINE_FOREIGN);
    CHECK_INT(parse_as("a", "sched_switch: prev_comm=qda-cb-x ==> next_comm=y"), PROBE_LINE_FOREIGN);
    CHECK_INT(parse_as("a", "io_page_fault: IOMMU:arm-smmu ae00000.display iova=0x1000 flags=0x0"), PROBE_LINE_FOREIGN);
}

static void test_lost(void)
{
    CHECK_INT(parse("CPU:1 [LOST 68 EVENTS]"), PROBE_LINE_LOST);
    CHECK_INT(out.lost, 68);
    CHECK_INT(parse("CPU:0 [LOST EVENTS]"), PROBE_LINE_LOST);
    CHECK_INT(out.lost, 1);
    CHECK_INT(parse_as("a", ALLOC), PROBE_LINE_EVENT);
    CHECK_INT(out.lost, 0);
}

/* Every line that is cut somewhere is bad or foreign or complete, never a crash (the sanitizers watch). */
static void test_cut(void)
{
    static const char whole[] =
        "       camera-12-99      (     99) [003] .....  1884.319631: dma_map_sg: qda-cb-cdsp-1 dir=BIDIRECTIONAL nents=2/2 ents=2/2 "
        "dma_addrs={0x1000,0x20000} sizes={0x1000,0xf000} phys_addrs={0x80001000,0x90000000} attrs=";
    const size_t enough = strlen(whole) - strlen(" attrs=");
    for (size_t len = 0; len <= strlen(whole); len++) {
        char text[512];
        snprintf(text, sizeof(text), "%.*s", (int)len, whole);
        enum probe_line_kind kind = parse(text);
        if (!CHECK(len < enough ? kind != PROBE_LINE_EVENT : kind == PROBE_LINE_EVENT))
            printf("#   cut at %zu\n", len);
    }
    CHECK_INT(parse("[LINE TOO BIG]"), PROBE_LINE_BAD);
    CHECK_INT(parse(""), PROBE_LINE_BAD);
    CHECK_INT(parse_as("a", "dma_map_sg: qda-cb-x-1 dir=X nents=1/1 ents=1/1 dma_addrs={0x1} sizes={} phys_addrs={0x1}"), PROBE_LINE_BAD);
    CHECK_INT(parse_as("a", "dma_map_sg: qda-cb-x-1 dir=X dma_addrs={0x1,} sizes={0x1,} phys_addrs={0x1}"), PROBE_LINE_BAD);
    CHECK_INT(parse_as("a", "dma_map_sg: qda-cb-x-1 dir=X nents=1/1 ents=2/2 dma_addrs={0x1} sizes={0x1} phys_addrs={0x1}"), PROBE_LINE_BAD);
    CHECK_INT(parse_as("a", "dma_alloc: qda-cb-x-1 dir=X dma_addr=g size=1 virt_addr=1"), PROBE_LINE_BAD);
    CHECK_INT(parse("             cat-7       [000] 18446744073709551615.000001: " ALLOC), PROBE_LINE_BAD);
}

/* ---- against the kernel's own format files */

/* Fills the conversions of a printf format with the texts, whatever their kind. */
static void fill(char *to, size_t size, const char *format, const char *const *texts)
{
    size_t have = 0;
    for (const char *p = format; *p != '\0' && have + 1 < size;) {
        if (*p != '%') {
            to[have++] = *p++;
            continue;
        }
        p += 1 + strcspn(p + 1, "sdpuxi"); /* flags, width, length */
        have += (size_t)snprintf(to + have, size - have, "%s", *texts++);
        p++;
    }
    to[have] = '\0';
}

/* The text of an event as its format file says, behind "name: ". */
static void event_text(char *to, size_t size, const char *event, const char *const *texts)
{
    char path[128], printed[512];
    snprintf(path, sizeof(path), "tracefs/events/%s/format", event);
    char *file = rig_text(path), *format = file != NULL ? strstr(file, "print fmt: \"") : NULL;
    to[0] = '\0';
    if (CHECK(format != NULL)) {
        format += strlen("print fmt: \"");
        format[strcspn(format, "\"")] = '\0';
        fill(printed, sizeof(printed), format, texts);
        snprintf(to, size, "%s: %s", strrchr(event, '/') + 1, printed);
    }
    free(file);
}

static void test_formats(void)
{
    char text[640];
    event_text(text, sizeof(text), "dma/dma_alloc",
               (const char *[]){ "qda-cb-cdsp-3", "BIDIRECTIONAL", "1fff0000", "65536", "00000000ab", "GFP_KERNEL", "" });
    CHECK_INT(parse_as("a", text), PROBE_LINE_EVENT);
    CHECK_HEX(out.event.entries[0].dma_addr, 0x1fff0000);
    CHECK_INT(out.event.entries[0].length, 65536);
    event_text(text, sizeof(text), "dma/dma_free", (const char *[]){ "qda-cb-cdsp-3", "BIDIRECTIONAL", "1fff0000", "65536", "00000000ab", "" });
    CHECK_INT(parse_as("a", text), PROBE_LINE_EVENT);
    CHECK_INT(out.event.entries[0].length, 65536);
    event_text(text, sizeof(text), "dma/dma_map_sg",
               (const char *[]){ "qda-cb-cdsp-3", "BIDIRECTIONAL", "2", "300", "2", "300", " [TRUNCATED]", "{0x1000,0x3000}", "{0x1000,0x2000}",
                                 "{0xa000,0xb000}", "WEAK_ORDERING|NO_WARN" });
    CHECK_INT(parse_as("a", text), PROBE_LINE_EVENT);
    CHECK_INT(out.event.total_entries, 300);
    CHECK_HEX(out.event.entries[1].length, 0x2000);
    CHECK_HEX(out.event.entries[1].phys, 0xb000);
    CHECK(out.event.truncated);
    event_text(text, sizeof(text), "dma/dma_unmap_sg", (const char *[]){ "qda-cb-cdsp-3", "BIDIRECTIONAL", "{0xa000}", "" });
    CHECK_INT(parse_as("a", text), PROBE_LINE_EVENT);
    CHECK_HEX(out.event.entries[0].phys, 0xa000);
    event_text(text, sizeof(text), "iommu/io_page_fault", (const char *[]){ "qda_cb", "qda-cb-cdsp-3", "dead000", "1" });
    CHECK_INT(parse_as("a", text), PROBE_LINE_EVENT);
    CHECK_HEX(out.event.entries[0].dma_addr, 0xdead000);
    event_text(text, sizeof(text), "iommu/map", (const char *[]){ "1000", "3000", "a000", "8192" });
    CHECK_INT(parse_as("a", text), PROBE_LINE_EVENT);
    CHECK_HEX(out.event.entries[0].phys, 0xa000);
    CHECK_INT(out.event.entries[0].length, 8192);
    event_text(text, sizeof(text), "iommu/unmap", (const char *[]){ "1000", "3000", "8192", "8192" });
    CHECK_INT(parse_as("a", text), PROBE_LINE_EVENT);
    CHECK_HEX(out.event.entries[0].dma_addr, 0x1000);
}

/* Lines as this kernel printed them, names with blanks, dashes and line breaks among them. */
static void test_captured(void)
{
    char *text = rig_text("board/trace/captured-6.18.txt"), *save = NULL;
    unsigned foreign = 0, lost = 0, bad = 0;
    if (!CHECK(text != NULL))
        return;
    for (char *l = strtok_r(text, "\n", &save); l != NULL; l = strtok_r(NULL, "\n", &save)) {
        bool comment = l[0] == '#';
        enum probe_line_kind kind = comment ? PROBE_LINE_FOREIGN : parse(l);
        foreign += kind == PROBE_LINE_FOREIGN && !comment;
        lost += kind == PROBE_LINE_LOST;
        bad += kind == PROBE_LINE_BAD;
        if (kind == PROBE_LINE_FOREIGN && !comment && strstr(l, "dash-name-99-") != NULL)
            CHECK_STR(out.event.comm, "dash-name-99");
    }
    CHECK(foreign > 30);
    CHECK_INT(lost, 2);
    CHECK_INT(bad, 2); /* the name with a line break cuts one line in two */
    free(text);
}

int main(void)
{
    check_run("names of threads with blanks, dashes, brackets", test_names);
    check_run("the head of a line with and without what options add", test_head);
    check_run("allocations, frees, and those that failed", test_alloc);
    check_run("mapped tables: which physical address belongs to which segment", test_map);
    check_run("tables longer than the event", test_truncated);
    check_run("unmapping, faults, the IOMMU's own maps", test_unmap_and_faults);
    check_run("events of other devices", test_others);
    check_run("events that the kernel lost", test_lost);
    check_run("lines that are cut anywhere", test_cut);
    check_run("texts made of the kernel's own format files", test_formats);
    check_run("lines captured on 6.18", test_captured);
    return check_done();
}
