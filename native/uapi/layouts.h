/* SPDX-License-Identifier: MIT */
#ifndef QDA_UAPI_LAYOUTS_H
#define QDA_UAPI_LAYOUTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The ABI structs of each generation as data, under the names that the kernel module gives them (and so its BTF).
 * Detection compares the module's BTF with these; the virtual QDA writes its BTF from them. Offsets and sizes are taken
 * from the structs of qda_v1.h, qda_rfc.h and fastrpc.h.
 */
enum qda_member_kind { QDA_MEMBER_UNSIGNED, QDA_MEMBER_SIGNED, QDA_MEMBER_BYTES };

struct qda_layout_member {
    const char *name;
    uint32_t offset; /* bytes */
    uint32_t size;   /* bytes */
    enum qda_member_kind kind;
};

struct qda_layout {
    const char *name;
    uint32_t size; /* bytes */
    const struct qda_layout_member *members;
    size_t count;
};

/* The values are those of `enum qda_generation` in driver/driver.h. */
#define QDA_LAYOUTS_V1 1u
#define QDA_LAYOUTS_RFC 2u
#define QDA_LAYOUTS_FASTRPC 4u

/* The structs of a generation; NULL and *count = 0 for an unknown one. */
const struct qda_layout *qda_layouts(unsigned generation, size_t *count);

#endif
