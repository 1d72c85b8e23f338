/* SPDX-License-Identifier: MIT */
#ifndef QDA_UAPI_BTF_FORMAT_H
#define QDA_UAPI_BTF_FORMAT_H

#include "uapi/abi.h"

/*
 * The BTF format, version 1. Source: the kernel's Documentation/bpf/btf.rst. A header, then the type and string sections,
 * whose offsets count from the header's end.
 */
#define QDA_BTF_MAGIC 0xeb9fu
#define QDA_BTF_VERSION 1u

struct qda_btf_header {
    uint16_t magic;
    uint8_t version;
    uint8_t flags;
    uint32_t hdr_len; /* bytes of this header */
    uint32_t type_off;
    uint32_t type_len;
    uint32_t str_off;
    uint32_t str_len;
};
QDA_ABI_SIZE(struct qda_btf_header, 24);

/* A type; kind and count in `info`, further records behind it by kind. */
struct qda_btf_type {
    uint32_t name_off;
    uint32_t info;         /* [15:0] count, [28:24] kind, [31] kind flag */
    uint32_t size_or_type; /* bytes, or the id of the type meant */
};
QDA_ABI_SIZE(struct qda_btf_type, 12);
#define QDA_BTF_INFO(kind, count) (((uint32_t)(kind) << 24) | (uint32_t)(count))
#define QDA_BTF_INFO_KIND(info) (((info) >> 24) & 0x1fu)
#define QDA_BTF_INFO_COUNT(info) ((info)&0xffffu)
#define QDA_BTF_INFO_FLAG(info) ((info) >> 31)

/* Behind a struct or union: one for each member. */
struct qda_btf_member {
    uint32_t name_off;
    uint32_t type;
    uint32_t offset; /* bits; with the kind flag set [23:0] bits and [31:24] width of a bit field */
};
QDA_ABI_SIZE(struct qda_btf_member, 12);

/* Behind an array. */
struct qda_btf_array {
    uint32_t type;
    uint32_t index_type;
    uint32_t count;
};
QDA_ABI_SIZE(struct qda_btf_array, 12);

enum qda_btf_kind {
    QDA_BTF_KIND_INT = 1,
    QDA_BTF_KIND_PTR = 2,
    QDA_BTF_KIND_ARRAY = 3,
    QDA_BTF_KIND_STRUCT = 4,
    QDA_BTF_KIND_UNION = 5,
    QDA_BTF_KIND_ENUM = 6,
    QDA_BTF_KIND_FWD = 7,
    QDA_BTF_KIND_TYPEDEF = 8,
    QDA_BTF_KIND_VOLATILE = 9,
    QDA_BTF_KIND_CONST = 10,
    QDA_BTF_KIND_RESTRICT = 11,
    QDA_BTF_KIND_FUNC = 12,
    QDA_BTF_KIND_FUNC_PROTO = 13,
    QDA_BTF_KIND_VAR = 14,
    QDA_BTF_KIND_DATASEC = 15,
    QDA_BTF_KIND_FLOAT = 16,
    QDA_BTF_KIND_DECL_TAG = 17,
    QDA_BTF_KIND_TYPE_TAG = 18,
    QDA_BTF_KIND_ENUM64 = 19,
};

/* Behind an INT: encoding << 24 | bit offset << 16 | bits. */
#define QDA_BTF_INT_SIGNED 1u
#define QDA_BTF_INT_DATA(encoding, bits) (((uint32_t)(encoding) << 24) | (uint32_t)(bits))

#endif
