/* SPDX-License-Identifier: MIT */
#include "wire/put.h"

#include <string.h>

#include <pb_encode.h>

#include "wire/text.h"

enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };

struct qda_put qda_put_into(uint8_t *buf, size_t cap)
{
    return (struct qda_put){.buf = buf, .cap = cap};
}

static bool has_room(struct qda_put *put, size_t len)
{
    if (put->full || put->cap - put->len < len)
        put->full = true;
    return !put->full;
}

static unsigned varint_bytes(uint64_t value)
{
    unsigned bytes = 1;
    while (value >>= 7)
        bytes++;
    return bytes;
}

static void write_varint(uint8_t *at, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at = (uint8_t)value;
}

void qda_put_varint(struct qda_put *put, uint64_t value)
{
    unsigned bytes = varint_bytes(value);
    if (!has_room(put, bytes))
        return;
    write_varint(put->buf + put->len, value);
    put->len += bytes;
}

static void put_tag(struct qda_put *put, uint32_t tag, unsigned wire_type)
{
    qda_put_varint(put, (uint64_t)tag << 3 | wire_type);
}

void qda_put_uint_present(struct qda_put *put, uint32_t tag, uint64_t value)
{
    put_tag(put, tag, WIRE_VARINT);
    qda_put_varint(put, value);
}

void qda_put_uint(struct qda_put *put, uint32_t tag, uint64_t value)
{
    if (value != 0)
        qda_put_uint_present(put, tag, value);
}

void qda_put_bytes(struct qda_put *put, uint32_t tag, const void *bytes, size_t len)
{
    put_tag(put, tag, WIRE_BYTES);
    qda_put_varint(put, len);
    if (!has_room(put, len) || len == 0)
        return;
    memcpy(put->buf + put->len, bytes, len);
    put->len += len;
}

void qda_put_text(struct qda_put *put, uint32_t tag, const char *text)
{
    size_t len = text ? strlen(text) : 0;
    if (len == 0)
        return;
    qda_put_bytes(put, tag, text, len);
    if (!put->full)
        qda_text_clean((char *)put->buf + put->len - len, len);
}

size_t qda_put_begin(struct qda_put *put, uint32_t tag)
{
    put_tag(put, tag, WIRE_BYTES);
    if (has_room(put, 1))
        put->len++; /* the length, if it stays below 128 */
    return put->len;
}

void qda_put_end(struct qda_put *put, size_t mark)
{
    if (put->full)
        return;
    size_t len = put->len - mark;
    unsigned more = varint_bytes(len) - 1;
    if (!has_room(put, more))
        return;
    if (more > 0)
        memmove(put->buf + mark + more, put->buf + mark, len);
    write_varint(put->buf + mark - 1, len);
    put->len += more;
}

void qda_put_fields(struct qda_put *put, const pb_msgdesc_t *fields, const void *message)
{
    if (put->full)
        return;
    pb_ostream_t stream = pb_ostream_from_buffer(put->buf + put->len, put->cap - put->len);
    if (pb_encode(&stream, fields, message))
        put->len += stream.bytes_written;
    else
        put->full = true;
}

void qda_put_message(struct qda_put *put, uint32_t tag, const pb_msgdesc_t *fields, const void *message)
{
    size_t mark = qda_put_begin(put, tag);
    qda_put_fields(put, fields, message);
    qda_put_end(put, mark);
}
