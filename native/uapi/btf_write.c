/* SPDX-License-Identifier: MIT */
#include "uapi/btf_write.h"

#include <stdbool.h>
#include <string.h>

#include "uapi/btf_format.h"

struct section {
    uint8_t bytes[16384];
    size_t len;
};

struct writer {
    struct section types;
    struct section strings;
    uint32_t strings_start; /* offset that the first own string has: 0, or the length of the base's strings */
    uint32_t next_id;       /* of the next type */
    bool full;
};

/* Strings that any kernel has without the driver; each NUL-terminated, the first is the empty one. */
static const char base_strings[] = "\0unsigned char\0int\0unsigned int\0long long unsigned int\0__u8\0__s32\0__u32\0__u64\0"
                                   "size\0handle\0offset\0fd\0flags\0attrs\0pad\0length\0ptr\0request\0args\0file";

/* Ids of the base's types, in the order of write_base. */
enum base_id { BASE_UCHAR = 1, BASE_INT, BASE_UINT, BASE_ULL, BASE_U8, BASE_S32, BASE_U32, BASE_U64, BASE_END };

static void put(struct writer *w, struct section *s, const void *bytes, size_t len)
{
    if (sizeof(s->bytes) - s->len < len) {
        w->full = true;
        return;
    }
    memcpy(s->bytes + s->len, bytes, len);
    s->len += len;
}

/* Offset of `text` in a block of NUL-terminated strings, or -1. */
static long find_string(const char *block, size_t len, const char *text)
{
    for (size_t at = 0; at < len; at += strlen(block + at) + 1)
        if (strcmp(block + at, text) == 0)
            return (long)at;
    return -1;
}

/* The offset of a string: the base's, an own one that stands already, or a new one. */
static uint32_t string_offset(struct writer *w, const char *text)
{
    if (w->strings_start > 0) {
        long at = find_string(base_strings, sizeof(base_strings), text);
        if (at >= 0)
            return (uint32_t)at;
    }
    long at = find_string((const char *)w->strings.bytes, w->strings.len, text);
    if (at < 0) {
        at = (long)w->strings.len;
        put(w, &w->strings, text, strlen(text) + 1);
    }
    return w->strings_start + (uint32_t)at;
}

/* The type's id; what stands behind it is the caller's. */
static uint32_t put_type(struct writer *w, const char *name, uint32_t info, uint32_t size_or_type)
{
    struct qda_btf_type type = { .name_off = string_offset(w, name), .info = info, .size_or_type = size_or_type };
    put(w, &w->types, &type, sizeof(type));
    return w->next_id++;
}

static void put_int(struct writer *w, const char *name, uint32_t size, uint32_t encoding)
{
    uint32_t data = QDA_BTF_INT_DATA(encoding, size * 8);
    put_type(w, name, QDA_BTF_INFO(QDA_BTF_KIND_INT, 0), size);
    put(w, &w->types, &data, sizeof(data));
}

static void put_typedef(struct writer *w, const char *name, uint32_t of)
{
    put_type(w, name, QDA_BTF_INFO(QDA_BTF_KIND_TYPEDEF, 0), of);
}

static void write_base(struct writer *w)
{
    put(w, &w->strings, base_strings, sizeof(base_strings));
    put_int(w, "unsigned char", 1, 0);
    put_int(w, "int", 4, QDA_BTF_INT_SIGNED);
    put_int(w, "unsigned int", 4, 0);
    put_int(w, "long long unsigned int", 8, 0);
    put_typedef(w, "__u8", BASE_UCHAR);
    put_typedef(w, "__s32", BASE_INT);
    put_typedef(w, "__u32", BASE_UINT);
    put_typedef(w, "__u64", BASE_ULL);
}

/* Bytes are an array; its type stands before the struct that uses it. */
static uint32_t put_byte_array(struct writer *w, uint32_t count)
{
    uint32_t id = put_type(w, "", QDA_BTF_INFO(QDA_BTF_KIND_ARRAY, 0), 0);
    struct qda_btf_array array = { .type = BASE_U8, .index_type = BASE_UINT, .count = count };
    put(w, &w->types, &array, sizeof(array));
    return id;
}

static uint32_t integer_type(const struct qda_layout_member *member)
{
    if (member->size == 8)
        return BASE_U64;
    return member->kind == QDA_MEMBER_SIGNED ? BASE_S32 : BASE_U32;
}

static void write_layout(struct writer *w, const struct qda_layout *layout)
{
    uint32_t bytes_type = 0;
    for (size_t i = 0; i < layout->count; i++)
        if (layout->members[i].kind == QDA_MEMBER_BYTES)
            bytes_type = put_byte_array(w, layout->members[i].size);
    put_type(w, layout->name, QDA_BTF_INFO(QDA_BTF_KIND_STRUCT, layout->count), layout->size);
    for (size_t i = 0; i < layout->count; i++) {
        const struct qda_layout_member *m = &layout->members[i];
        struct qda_btf_member member = {
            .name_off = string_offset(w, m->name),
            .type = m->kind == QDA_MEMBER_BYTES ? bytes_type : integer_type(m),
            .offset = m->offset * 8,
        };
        put(w, &w->types, &member, sizeof(member));
    }
}

static size_t finish(const struct writer *w, uint8_t *buf, size_t cap)
{
    struct qda_btf_header header = {
        .magic = QDA_BTF_MAGIC,
        .version = QDA_BTF_VERSION,
        .hdr_len = sizeof(header),
        .type_len = (uint32_t)w->types.len,
        .str_off = (uint32_t)w->types.len,
        .str_len = (uint32_t)w->strings.len,
    };
    size_t total = sizeof(header) + w->types.len + w->strings.len;
    if (w->full || total > cap)
        return 0;
    memcpy(buf, &header, sizeof(header));
    memcpy(buf + sizeof(header), w->types.bytes, w->types.len);
    memcpy(buf + sizeof(header) + w->types.len, w->strings.bytes, w->strings.len);
    return total;
}

size_t qda_btf_write(enum qda_btf_form form, const struct qda_layout *layouts, size_t count, uint8_t *buf, size_t cap)
{
    struct writer w = { .next_id = 1 };
    if (form == QDA_BTF_MODULE) {
        w.next_id = BASE_END;
        w.strings_start = sizeof(base_strings);
    } else {
        write_base(&w);
    }
    for (size_t i = 0; form != QDA_BTF_VMLINUX && i < count; i++)
        write_layout(&w, &layouts[i]);
    return finish(&w, buf, cap);
}
