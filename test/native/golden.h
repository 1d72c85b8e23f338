/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_GOLDEN_H
#define QDA_TEST_GOLDEN_H

#include <stddef.h>
#include <stdint.h>

/*
 * The golden frames: what test/fixtures/frames/index.json says in protobuf's JSON form, said once more with nanopb's structs.
 * Both sides are tested against the same committed bytes.
 */
#define GOLDEN_MAX 8192

struct golden {
    uint8_t bytes[GOLDEN_MAX]; /* prefix and message */
    size_t len;
};

struct golden_case {
    const char *name; /* of test/fixtures/frames/<name>.bin */
    void (*make)(struct golden *out);
};

extern const struct golden_case golden_to_agent[];   /* ends with a name of NULL */
extern const struct golden_case golden_from_agent[]; /* ends with a name of NULL */

#endif
