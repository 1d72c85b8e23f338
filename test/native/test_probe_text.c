/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "check.h"
#include "probe/inodes.h"
#include "probe/lines.h"
#include "probe/proc.h"
#include "probe/text.h"
#include "probe_rig.h"

/* ---- lines */

/* Feeds `text` in pieces of `piece` bytes; the lines that come out are joined with '|'. */
static void feed(struct probe_lines *lines, const char *text, size_t piece, char *out)
{
    size_t len = strlen(text), at = 0;
    out[0] = '\0';
    while (at < len) {
        size_t room, n;
        char *to = probe_lines_room(lines, &room);
        n = len - at < piece ? len - at : piece;
        n = n < room ? n : room;
        memcpy(to, text + at, n);
        probe_lines_put(lines, n);
        at += n;
        for (char *line = probe_lines_next(lines); line != NULL; line = probe_lines_next(lines))
            strcat(strcat(out, line), "|");
    }
    const char *tail = probe_lines_tail(lines);
    if (tail != NULL)
        strcat(strcat(out, tail), "$");
}

static void test_lines(void)
{
    char memory[10], out[128];
    struct probe_lines lines;
    for (size_t piece = 1; piece < 12; piece++) {
        probe_lines_init(&lines, memory, sizeof(memory)); /* 8 bytes of a line fit */
        feed(&lines, "one\n\n12345678\ntail", piece, out);
        CHECK_STR(out, "one||12345678|tail$");
        CHECK_INT(lines.overlong, 0);
        probe_lines_init(&lines, memory, sizeof(memory));
        feed(&lines, "a\n1234567890123456789012\nb\n", piece, out);
        CHECK_STR(out, "a|b|");
        CHECK_INT(lines.overlong, 1);
        probe_lines_init(&lines, memory, sizeof(memory));
        feed(&lines, "this one never ends", piece, out);
        CHECK_STR(out, "");
        CHECK_INT(lines.overlong, 1);
    }
}

/* ---- numbers and words */

static bool number(const char *text, unsigned base, uint64_t *out)
{
    return probe_number(&text, base, out) && *text == '\0';
}

static void test_numbers(void)
{
    uint64_t n;
    uint32_t id;
    CHECK(number("18446744073709551615", 10, &n) && n == UINT64_MAX);
    CHECK(!number("18446744073709551616", 10, &n));
    CHECK(number("0xffffffffffffffff", 16, &n) && n == UINT64_MAX);
    CHECK(!number("0x10000000000000000", 16, &n));
    CHECK(number("fF", 16, &n) && n == 255);
    CHECK(!number("0x", 16, &n));
    CHECK(!number("", 10, &n));
    CHECK(!number("-1", 10, &n));
    CHECK(probe_id("4294967295", &id) && id == UINT32_MAX);
    CHECK(!probe_id("4294967296", &id));
    CHECK(!probe_id("12x", &id));
}

static void test_reason(void)
{
    char text[128], small[12] = "0123456";
    probe_reason(text, sizeof(text), "/sys/x", -ENOENT, "this kernel has no x");
    CHECK_STR(text, "ENOENT: /sys/x: there is no such file; this kernel has no x");
    probe_reason(text, sizeof(text), "/sys/x", -EACCES, "");
    CHECK_STR(text, "EACCES: /sys/x: this user may not read it");
    probe_reason(text, sizeof(text), "/sys/x", -12345, "");
    CHECK_STR(text, "an errno without a name: /sys/x: it could not be read");
    probe_append(small, sizeof(small), "%s", "89abcdef");
    CHECK_STR(small, "0123456; 89");
    text[0] = '\0';
    probe_append(text, sizeof(text), "%d", 1);
    probe_append(text, sizeof(text), "%d", 2);
    CHECK_STR(text, "1; 2");
}

static void test_first_line(void)
{
    struct rig rig;
    char text[64], dir[64];
    rig_temp_dir(dir);
    rig_open(&rig, dir);
    rig_write(dir, "/two", "first \nsecond\n");
    rig_write(dir, "/empty", "");
    rig_write(dir, "/long", "0123456789012345678901234567890123456789012345678901234567890123456789");
    CHECK_INT(probe_first_line(&rig.base, "/two", text, sizeof(text)), 0);
    CHECK_STR(text, "first");
    CHECK_INT(probe_first_line(&rig.base, "/empty", text, sizeof(text)), 0);
    CHECK_STR(text, "");
    CHECK_INT(probe_first_line(&rig.base, "/long", text, sizeof(text)), 0);
    CHECK_INT(strlen(text), sizeof(text) - 1);
    CHECK_INT(probe_first_line(&rig.base, "/none", text, sizeof(text)), -ENOENT);
    rig_close(&rig);
    rig_open(&rig, "board/phone");
    CHECK_INT(probe_first_line(&rig.base, "/sys/firmware/devicetree/base/compatible", text, sizeof(text)), 0);
    CHECK_STR(text, "qcom,qcs6490-rb3gen2,qcom,qcm6490");
    rig_close(&rig);
    rig_remove(dir);
}

static void test_listing(void)
{
    struct rig rig;
    struct probe_names names;
    rig_open(&rig, "board/phone");
    CHECK_INT(probe_list(&rig.base, "/sys/devices/system/cpu/cpufreq", "policy", &names), 0);
    if (CHECK_INT(names.count, 3)) {
        CHECK_STR(names.name[0], "policy0");
        CHECK_STR(names.name[1], "policy4");
        CHECK_STR(names.name[2], "policy10");
    }
    CHECK_INT(probe_list(&rig.base, "/sys/none", "", &names), -ENOENT);
    CHECK_INT(names.count, 0);
    rig_close(&rig);
}

/* ---- texts of /proc */

static void test_fdinfo(void)
{
    struct probe_fdinfo info;
    char whole[] = "pos:\t0\nflags:\t02000002\nmnt_id:\t9\nino:\t4711\nsize:\t8294400\ncount:\t3\nexp_name:\tsystem\nname:\tframe 0\n";
    probe_fdinfo_parse(whole, &info);
    CHECK(info.is_dmabuf && info.has_count);
    CHECK_INT(info.ino, 4711);
    CHECK_INT(info.size, 8294400);
    CHECK_INT(info.count, 3);
    CHECK_STR(info.exporter, "system");
    CHECK_STR(info.name, "frame 0");
    char file[] = "pos:\t0\nflags:\t0100000\nmnt_id:\t29\nino:\t77\n";
    probe_fdinfo_parse(file, &info);
    CHECK(!info.is_dmabuf && !info.has_count);
    char cut[] = "size:\t\ncount:\tx\nexp_name:\t";
    probe_fdinfo_parse(cut, &info);
    CHECK(info.is_dmabuf && !info.has_count);
    CHECK_STR(info.exporter, "");
}

static void test_maps(void)
{
    struct probe_mapping map;
    CHECK(probe_maps_line("ffff8c000000-ffff8c7e9000 rw-s 00000000 00:0e 4711                       /dmabuf:a b", &map));
    CHECK_HEX(map.start, 0xffff8c000000);
    CHECK_INT(map.length, 0x7e9000);
    CHECK_INT(map.ino, 4711);
    CHECK(probe_maps_line("8000-9000 rw-s 00000000 00:0e 1 /dmabuf:", &map));
    CHECK(!probe_maps_line("8000-9000 rw-s 00000000 08:02 1 /dmabuf:x", &map));
    CHECK(!probe_maps_line("8000-9000 rw-s 00000000 00:02 1 /tmp/ /dmabuf:x", &map));
    CHECK(!probe_maps_line("8000-8000 rw-s 00000000 00:0e 1 /dmabuf:x", &map));
    CHECK(!probe_maps_line("8000-9000 rw-s 00000000 00:0e 0 /dmabuf:x", &map));
    CHECK(!probe_maps_line("8000 /dmabuf:x", &map));
    CHECK(!probe_maps_line("", &map));
}

static void test_status(void)
{
    char comm[64] = "", text[] = "Name:\ta\\nb\\\\c\nUmask:\t0022\nUid:\t1000\t1001\t1000\t1000\n", none[] = "Umask:\t0\n";
    uint32_t uid = 7;
    CHECK(probe_status_parse(text, comm, &uid));
    CHECK_STR(comm, "a\nb\\c");
    CHECK_INT(uid, 1001);
    CHECK(!probe_status_parse(none, comm, &uid));
}

/* ---- the set of inodes */

static void test_inodes(void)
{
    struct probe_inodes set = { 0 };
    CHECK(!probe_inodes_has(&set, 5));
    for (uint64_t i = 1; i <= 5000; i++)
        CHECK(probe_inodes_add(&set, i << 32));
    for (uint64_t i = 1; i <= 5000; i++)
        CHECK(!probe_inodes_add(&set, i << 32));
    CHECK(!probe_inodes_has(&set, 5));
    CHECK(!set.full);
    for (uint64_t i = 1; set.count < PROBE_MAX_INODES; i++)
        probe_inodes_add(&set, i);
    CHECK(probe_inodes_add(&set, 1ull << 60));
    CHECK(probe_inodes_add(&set, 1ull << 60)); /* there is no room to keep it */
    CHECK(set.full);
    probe_inodes_free(&set);
}

int main(void)
{
    check_run("lines come whole through a small buffer, a long one is dropped and counted", test_lines);
    check_run("numbers end where they should and do not overflow", test_numbers);
    check_run("a reason names file, errno and remedy", test_reason);
    check_run("the first line of a file, many strings of a device tree", test_first_line);
    check_run("names are sorted, numbers as numbers", test_listing);
    check_run("fdinfo of a dma-buf", test_fdinfo);
    check_run("mappings of dma-bufs, and what only looks like one", test_maps);
    check_run("name and user of a process", test_status);
    check_run("the set of inodes grows and ends", test_inodes);
    return check_done();
}
