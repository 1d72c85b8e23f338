/* SPDX-License-Identifier: MIT */
/*
 * What a connection may send the agent: the bytes are cut into frames as the agent does it, and each frame is decoded. The first
 * byte of the input says in how large pieces the bytes arrive.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "agent/request.h"
#include "wire/frame.h"

#define CAP 4096u

static struct agent_request request;

static void check_request(void)
{
    assert(request.point_count <= PLAN_MAX_POINTS);
    for (size_t i = 0; i < request.point_count; i++)
        assert(memchr(request.points[i].benchmark, 0, sizeof(request.points[i].benchmark)) != NULL);
    if (request.message.which_request == qdalab_ToAgent_hello_tag)
        assert(strlen(request.message.request.hello.token) < sizeof(request.message.request.hello.token));
    if (request.message.which_request == qdalab_ToAgent_get_memory_tag)
        assert(request.message.request.get_memory.tiers_count <= 8);
}

/* 0, or the error that ends the connection. */
static int take_frames(struct qda_frame_reader *reader)
{
    const uint8_t *message;
    size_t len;
    int framed;
    while ((framed = qda_frame_next(reader, &message, &len)) == 1) {
        const char *why = NULL;
        if (agent_request_decode(&request, message, len, &why) == 0)
            check_request();
        else
            assert(why != NULL);
    }
    return framed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t buf[CAP];
    struct qda_frame_reader reader;
    if (size == 0)
        return 0;
    size_t piece = 1 + data[0];
    qda_frame_reader_init(&reader, buf, sizeof(buf));
    for (size_t at = 1; at < size;) {
        size_t room;
        uint8_t *to = qda_frame_space(&reader, &room);
        assert(room > 0); /* a frame that does not fit is an error before the buffer is full */
        size_t len = piece < room ? piece : room;
        len = len < size - at ? len : size - at;
        memcpy(to, data + at, len);
        qda_frame_filled(&reader, len);
        at += len;
        if (take_frames(&reader) < 0)
            break;
    }
    return 0;
}
