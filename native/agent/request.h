/* SPDX-License-Identifier: MIT */
#ifndef QDA_AGENT_REQUEST_H
#define QDA_AGENT_REQUEST_H

#include "run/run.h"
#include "wire/gen/qda_lab.pb.h"

#define PLAN_MAX_POINTS 1024u

/* One decoded request. */
struct agent_request {
    qdalab_ToAgent message;
    size_t point_count; /* of start_plan */
    struct qda_point points[PLAN_MAX_POINTS];
};

/*
 * Decodes one message into *out. 0; -EBADMSG: it is no ToAgent; -E2BIG: well-formed, but over a bound of the schema (too many
 * points, a string too long). *why is a word of the decoder, never NULL after a failure.
 */
int agent_request_decode(struct agent_request *out, const uint8_t *bytes, size_t len, const char **why);

#endif
