/* SPDX-License-Identifier: MIT */
#include "wire/frame.h"

#include <errno.h>
#include <string.h>

#include "wire/gen/qda_lab.pb.h"
#include "wire/put.h"

void qda_frame_reader_init(struct qda_frame_reader *reader, uint8_t *buf, size_t cap)
{
    *reader = (struct qda_frame_reader){.buf = buf, .cap = cap};
}

uint8_t *qda_frame_space(struct qda_frame_reader *reader, size_t *len)
{
    if (reader->start > 0)
        memmove(reader->buf, reader->buf + reader->start, reader->have);
    reader->start = 0;
    *len = reader->cap - reader->have;
    return reader->buf + reader->have;
}

void qda_frame_filled(struct qda_frame_reader *reader, size_t len)
{
    reader->have += len;
}

int qda_frame_next(struct qda_frame_reader *reader, const uint8_t **message, size_t *len)
{
    if (reader->have < QDA_FRAME_PREFIX)
        return 0;
    const uint8_t *at = reader->buf + reader->start;
    uint32_t want = qda_frame_get_length(at);
    if (want == 0)
        return -EBADMSG;
    if (want > QDA_FRAME_MAX || want > reader->cap - QDA_FRAME_PREFIX)
        return -EMSGSIZE;
    if (reader->have - QDA_FRAME_PREFIX < want)
        return 0;
    *message = at + QDA_FRAME_PREFIX;
    *len = want;
    reader->start += QDA_FRAME_PREFIX + want;
    reader->have -= QDA_FRAME_PREFIX + want;
    return 1;
}

void qda_frame_put_length(uint8_t out[QDA_FRAME_PREFIX], uint32_t len)
{
    for (unsigned i = 0; i < QDA_FRAME_PREFIX; i++)
        out[i] = (uint8_t)(len >> (8 * i));
}

uint32_t qda_frame_get_length(const uint8_t in[QDA_FRAME_PREFIX])
{
    uint32_t len = 0;
    for (unsigned i = 0; i < QDA_FRAME_PREFIX; i++)
        len |= (uint32_t)in[i] << (8 * i);
    return len;
}

size_t qda_frame_from_agent(uint8_t *out, size_t cap, uint64_t seq, uint64_t reply_to, const struct qda_body *body)
{
    if (cap < QDA_FRAME_PREFIX)
        return 0;
    struct qda_put put = qda_put_into(out + QDA_FRAME_PREFIX, cap - QDA_FRAME_PREFIX);
    qda_put_uint(&put, qdalab_FromAgent_seq_tag, seq);
    qda_put_uint(&put, qdalab_FromAgent_reply_to_tag, reply_to);
    qda_put_bytes(&put, body->tag, body->bytes, body->len);
    if (put.full || put.len > QDA_FRAME_MAX)
        return 0;
    qda_frame_put_length(out, (uint32_t)put.len);
    return QDA_FRAME_PREFIX + put.len;
}
