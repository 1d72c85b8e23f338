/* SPDX-License-Identifier: MIT */
#ifndef QDA_FRAME_H
#define QDA_FRAME_H

#include <stddef.h>
#include <stdint.h>

/*
 * Frames of every byte pipe: u32 little-endian length (1 .. QDA_FRAME_MAX), then that many bytes of one message.
 */
#define QDA_FRAME_MAX 1048576u
#define QDA_FRAME_PREFIX 4u
/* Prefix, seq, reply_to, tag and length of the body of a FromAgent frame, at their longest. */
#define QDA_FRAME_OVERHEAD (QDA_FRAME_PREFIX + 11u + 11u + 5u + 5u)

/* Cuts a stream of bytes into frames. The buffer belongs to the caller; frames up to its size less the prefix fit. */
struct qda_frame_reader {
    uint8_t *buf;
    size_t cap;   /* bytes */
    size_t start; /* first byte not yet taken */
    size_t have;  /* bytes from start on */
};

void qda_frame_reader_init(struct qda_frame_reader *reader, uint8_t *buf, size_t cap);

/* Room for the next read; frames given out before are invalid from here on. *len > 0 as long as frames were taken. */
uint8_t *qda_frame_space(struct qda_frame_reader *reader, size_t *len);
/* `len` bytes were put into that room. */
void qda_frame_filled(struct qda_frame_reader *reader, size_t len);

/*
 * Takes the next whole frame: 1 and its message, 0 if more bytes are needed, -EMSGSIZE for a length that is over the cap or
 * over the buffer, -EBADMSG for the length 0. After an error the stream is lost: close it.
 */
int qda_frame_next(struct qda_frame_reader *reader, const uint8_t **message, size_t *len);

void qda_frame_put_length(uint8_t out[QDA_FRAME_PREFIX], uint32_t len);
uint32_t qda_frame_get_length(const uint8_t in[QDA_FRAME_PREFIX]);

/* The body of a FromAgent: which field of the oneof, and its encoded message. */
struct qda_body {
    uint32_t tag; /* qdalab_FromAgent_*_tag */
    const uint8_t *bytes;
    size_t len;
};

/*
 * Writes a whole FromAgent frame, byte for byte what a protobuf encoder writes. Bytes written, or 0 if `cap` is too small
 * (len + QDA_FRAME_OVERHEAD always suffices). seq and reply_to of 0 are left out, as proto3 does.
 */
size_t qda_frame_from_agent(uint8_t *out, size_t cap, uint64_t seq, uint64_t reply_to, const struct qda_body *body);

#endif
