/* SPDX-License-Identifier: MIT */
#ifndef QDA_PUT_H
#define QDA_PUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pb.h>

/*
 * Writes protobuf fields straight into a buffer: for the records that come by the thousand (facts, trace events, sample
 * blocks), where nanopb's two passes a nested message would cost more than the reading itself. Field numbers are the
 * generated `..._tag` constants; the tests demand the same bytes from nanopb.
 *
 * A buffer that is too small is never overrun: `full` is set, and stays set until the writer goes back to a mark.
 */
struct qda_put {
    uint8_t *buf;
    size_t cap;
    size_t len;
    bool full;
};

struct qda_put qda_put_into(uint8_t *buf, size_t cap);

void qda_put_varint(struct qda_put *put, uint64_t value);
/* uint32, uint64, bool, and enums that are never negative: left out when 0, as proto3 does. */
void qda_put_uint(struct qda_put *put, uint32_t tag, uint64_t value);
/* The same for an `optional` field that is there: also when 0. */
void qda_put_uint_present(struct qda_put *put, uint32_t tag, uint64_t value);
void qda_put_bytes(struct qda_put *put, uint32_t tag, const void *bytes, size_t len);
/* UTF-8 made valid; NULL and "" are left out. */
void qda_put_text(struct qda_put *put, uint32_t tag, const char *text);

/* A nested message: what is put between begin and end is its content. */
size_t qda_put_begin(struct qda_put *put, uint32_t tag);
void qda_put_end(struct qda_put *put, size_t mark);

/* A nested message that nanopb encodes. */
void qda_put_message(struct qda_put *put, uint32_t tag, const pb_msgdesc_t *fields, const void *message);
/* The fields of a message, without a tag and length around them. */
void qda_put_fields(struct qda_put *put, const pb_msgdesc_t *fields, const void *message);

#endif
