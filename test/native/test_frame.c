/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include <pb_encode.h>

#include "check.h"
#include "golden.h"
#include "wire/frame.h"
#include "wire/gen/qda_lab.pb.h"
#include "wire/put.h"
#include "wire/text.h"

static const char *folder;

static void frame_path(char *out, size_t cap, const char *name)
{
    snprintf(out, cap, "%s/%s.bin", folder, name);
}

static size_t read_golden(const char *name, uint8_t *out, size_t cap)
{
    char path[512];
    frame_path(path, sizeof(path), name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    size_t len = fread(out, 1, cap, file);
    fclose(file);
    return len;
}

static void check_cases(const struct golden_case *cases)
{
    for (; cases->name; cases++) {
        static struct golden made;
        static uint8_t committed[GOLDEN_MAX];
        cases->make(&made);
        size_t len = read_golden(cases->name, committed, sizeof(committed));
        if (!CHECK_INT(len, made.len) || !CHECK_MEM(committed, made.bytes, len))
            printf("# frame: %s\n", cases->name);
    }
}

static void test_golden_to_agent(void) { check_cases(golden_to_agent); }
static void test_golden_from_agent(void) { check_cases(golden_from_agent); }

/* Writes the committed bytes anew; a change of them is a change of the protocol. */
static int write_all(const struct golden_case *cases)
{
    for (; cases->name; cases++) {
        static struct golden made;
        char path[512];
        cases->make(&made);
        frame_path(path, sizeof(path), cases->name);
        FILE *file = fopen(path, "wb");
        if (!file || fwrite(made.bytes, 1, made.len, file) != made.len || fclose(file) != 0) {
            perror(path);
            return 1;
        }
    }
    return 0;
}

/* One byte at a time, a whole frame each time its last byte comes. */
static void test_reader_takes_bytes_one_by_one(void)
{
    uint8_t buf[64];
    struct qda_frame_reader reader;
    qda_frame_reader_init(&reader, buf, sizeof(buf));
    const uint8_t stream[] = {3, 0, 0, 0, 'a', 'b', 'c', 1, 0, 0, 0, 'd'};
    const uint8_t *message;
    size_t len, frames = 0;
    for (size_t i = 0; i < sizeof(stream); i++) {
        size_t room;
        uint8_t *at = qda_frame_space(&reader, &room);
        CHECK(room > 0);
        *at = stream[i];
        qda_frame_filled(&reader, 1);
        if (qda_frame_next(&reader, &message, &len) == 1) {
            CHECK_INT(len, frames == 0 ? 3 : 1);
            CHECK_INT(message[0], frames == 0 ? 'a' : 'd');
            frames++;
        }
    }
    CHECK_INT(frames, 2);
}

static int next_of(const void *bytes, size_t len, size_t cap)
{
    static uint8_t buf[64];
    struct qda_frame_reader reader;
    qda_frame_reader_init(&reader, buf, cap);
    size_t room, got;
    const uint8_t *message;
    memcpy(qda_frame_space(&reader, &room), bytes, len);
    qda_frame_filled(&reader, len);
    return qda_frame_next(&reader, &message, &got);
}

static void test_reader_refuses_bad_lengths(void)
{
    CHECK_INT(next_of("\x00\x00\x00\x00", 4, 64), -EBADMSG);
    CHECK_INT(next_of("\x01\x00\x10\x00", 4, 64), -EMSGSIZE); /* 1 MiB + 1 */
    CHECK_INT(next_of("\xff\xff\xff\xff", 4, 64), -EMSGSIZE);
    CHECK_INT(next_of("\x0d\x00\x00\x00", 4, 16), -EMSGSIZE); /* 13 bytes into 12 */
    CHECK_INT(next_of("\x0c\x00\x00\x00", 4, 16), 0);
    CHECK_INT(next_of("\x0c\x00\x00", 3, 16), 0);
}

static void test_from_agent_is_what_nanopb_writes(void)
{
    static struct golden made;
    for (const struct golden_case *c = golden_from_agent; c->name; c++) {
        if (strcmp(c->name, "from-done") != 0 && strcmp(c->name, "from-heartbeat") != 0)
            continue;
        c->make(&made);
        uint8_t body[64], frame[128];
        struct qda_put put = qda_put_into(body, sizeof(body));
        bool done = strcmp(c->name, "from-done") == 0;
        qdalab_Heartbeat beat = {.now_ns = 5000000000u, .utc_ns = 1763816400000000000u, .rss_bytes = 2097152};
        if (!done)
            qda_put_fields(&put, qdalab_Heartbeat_fields, &beat);
        struct qda_body what = {done ? qdalab_FromAgent_done_tag : qdalab_FromAgent_heartbeat_tag, body, put.len};
        size_t len = qda_frame_from_agent(frame, sizeof(frame), done ? 14 : 12, done ? UINT64_MAX : 0, &what);
        CHECK_INT(len, made.len);
        CHECK_MEM(frame, made.bytes, made.len);
        CHECK_INT(qda_frame_from_agent(frame, made.len - 1, done ? 14 : 12, done ? UINT64_MAX : 0, &what), 0);
    }
}

static void test_put_stops_at_the_end(void)
{
    uint8_t buf[16];
    for (size_t cap = 0; cap < 11; cap++) {
        memset(buf, 0xee, sizeof(buf));
        struct qda_put put = qda_put_into(buf, cap);
        size_t mark = qda_put_begin(&put, 1);
        qda_put_uint(&put, 2, UINT32_MAX);
        qda_put_text(&put, 3, "x");
        qda_put_end(&put, mark);
        CHECK(put.full);
        CHECK(put.len <= cap);
        CHECK_INT(buf[cap], 0xee);
    }
}

static void test_put_long_nested_message(void)
{
    static uint8_t buf[600], text[300];
    memset(text, 'x', sizeof(text) - 1);
    struct qda_put put = qda_put_into(buf, sizeof(buf));
    size_t mark = qda_put_begin(&put, 1);
    qda_put_text(&put, 2, (const char *)text);
    qda_put_end(&put, mark);
    const uint8_t want[] = {0x0a, 0xae, 0x02, 0x12, 0xab, 0x02, 'x'};
    CHECK_MEM(buf, want, sizeof(want));
    CHECK_INT(put.len, 3 + 302);
}

static void check_clean(const char *in, const char *want)
{
    char out[64], copied[64];
    strcpy(out, in);
    qda_text_clean(out, strlen(out));
    CHECK_STR(out, want);
    qda_text_copy(copied, sizeof(copied), in);
    CHECK_STR(copied, want);
    qdalab_LogLine line = {.text = qda_text(in)};
    uint8_t bytes[80] = {0};
    pb_ostream_t stream = pb_ostream_from_buffer(bytes, sizeof(bytes) - 1);
    CHECK(pb_encode(&stream, qdalab_LogLine_fields, &line));
    CHECK_STR((const char *)bytes + (want[0] ? 2 : 0), want);
}

static void test_text_is_valid_utf8(void)
{
    check_clean("", "");
    check_clean("plain", "plain");
    check_clean("m\xc2\xb0" "C \xe2\x80\x94 \xf0\x9f\x98\x80", "m\xc2\xb0" "C \xe2\x80\x94 \xf0\x9f\x98\x80");
    check_clean("\xff" "a\xc3", "?a?");
    check_clean("\xc0\xaf|\xed\xa0\x80|\xf4\x90\x80\x80|\xe2\x82", "??|???|????|??");
}

static void test_text_is_never_cut_in_a_character(void)
{
    char out[5];
    CHECK_INT(qda_text_copy(out, sizeof(out), "abc\xc2\xb0z"), 3);
    CHECK_STR(out, "abc");
    CHECK_INT(qda_text_copy(out, sizeof(out), "ab\xc2\xb0z"), 4);
    CHECK_STR(out, "ab\xc2\xb0");
}

int main(int argc, char **argv)
{
    const char *root = getenv("QDA_SOURCE_ROOT");
    char path[400];
    snprintf(path, sizeof(path), "%s/test/fixtures/frames", root ? root : ".");
    folder = path;
    if (argc > 1 && strcmp(argv[1], "--write") == 0)
        return write_all(golden_to_agent) | write_all(golden_from_agent);
    check_run("golden frames to the agent are what nanopb writes", test_golden_to_agent);
    check_run("golden frames from the agent are what nanopb writes", test_golden_from_agent);
    check_run("the reader takes bytes one by one", test_reader_takes_bytes_one_by_one);
    check_run("the reader refuses bad lengths", test_reader_refuses_bad_lengths);
    check_run("a frame from the agent is what nanopb writes", test_from_agent_is_what_nanopb_writes);
    check_run("a writer stops at the end of its buffer", test_put_stops_at_the_end);
    check_run("a nested message over 127 bytes gets a longer length", test_put_long_nested_message);
    check_run("text becomes valid UTF-8", test_text_is_valid_utf8);
    check_run("text is never cut in a character", test_text_is_never_cut_in_a_character);
    return check_done();
}
