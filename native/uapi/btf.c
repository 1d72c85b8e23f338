/* SPDX-License-Identifier: MIT */
#include "uapi/btf.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "uapi/btf_format.h"

/* Sections as the header has them, checked against each other but not yet against the bytes there are. */
struct sections {
    size_t types_at, types_len;
    size_t strings_at, strings_len;
};

static int read_header(const void *data, size_t len, struct sections *out)
{
    struct qda_btf_header h;
    if (len < sizeof(h))
        return -EBADMSG;
    memcpy(&h, data, sizeof(h));
    if (h.magic != QDA_BTF_MAGIC || h.version != QDA_BTF_VERSION || h.hdr_len < sizeof(h))
        return -EBADMSG;
    *out = (struct sections){
        .types_at = (size_t)h.hdr_len + h.type_off,
        .types_len = h.type_len,
        .strings_at = (size_t)h.hdr_len + h.str_off,
        .strings_len = h.str_len,
    };
    return 0;
}

static int inside(size_t at, size_t part, size_t whole)
{
    return at <= whole && part <= whole - at;
}

int qda_btf_strings_at(const void *header, size_t len, size_t *offset, size_t *length)
{
    struct sections s;
    int err = read_header(header, len, &s);
    if (err < 0)
        return err;
    *offset = s.strings_at;
    *length = s.strings_len;
    return 0;
}

int qda_btf_strings_of(const void *data, size_t len, struct qda_btf_strings *out)
{
    size_t at, bytes;
    int err = qda_btf_strings_at(data, len, &at, &bytes);
    if (err < 0)
        return err;
    if (!inside(at, bytes, len))
        return -EBADMSG;
    *out = (struct qda_btf_strings){ .text = (const char *)data + at, .len = bytes };
    return 0;
}

static int ends_with_nul(const struct qda_btf_strings *block)
{
    return block->len == 0 || block->text[block->len - 1] == '\0';
}

/* A whole BTF starts its strings with the empty one; in a split one that is the base's. */
static int is_split(const struct qda_btf_strings *own)
{
    return own->len == 0 || own->text[0] != '\0';
}

int qda_btf_parse(const void *data, size_t len, const struct qda_btf_strings *base, struct qda_btf *out)
{
    struct sections s;
    *out = (struct qda_btf){ 0 };
    int err = read_header(data, len, &s);
    if (err < 0)
        return err;
    if (!inside(s.types_at, s.types_len, len) || !inside(s.strings_at, s.strings_len, len))
        return -EBADMSG;
    out->types = (const uint8_t *)data + s.types_at;
    out->types_len = s.types_len;
    out->own = (struct qda_btf_strings){ .text = (const char *)data + s.strings_at, .len = s.strings_len };
    if (!ends_with_nul(&out->own))
        return -EBADMSG;
    if (!is_split(&out->own))
        return 0;
    if (base == NULL || base->len == 0)
        return -ENODATA;
    out->base = *base;
    return ends_with_nul(base) ? 0 : -EBADMSG;
}

/* The string at an offset, or NULL where it is outside. Both blocks end with a NUL (qda_btf_parse). */
static const char *string_at(const struct qda_btf *btf, size_t at)
{
    const struct qda_btf_strings *block = &btf->base;
    if (at >= btf->base.len) {
        at -= btf->base.len;
        block = &btf->own;
    }
    return at < block->len ? block->text + at : NULL;
}

/* Bytes that stand behind a type record, or -EBADMSG for a kind that is not known here. */
static int64_t trailing_bytes(uint32_t info)
{
    int64_t count = QDA_BTF_INFO_COUNT(info);
    switch (QDA_BTF_INFO_KIND(info)) {
    case QDA_BTF_KIND_INT:
    case QDA_BTF_KIND_VAR:
    case QDA_BTF_KIND_DECL_TAG:
        return 4;
    case QDA_BTF_KIND_ARRAY:
        return sizeof(struct qda_btf_array);
    case QDA_BTF_KIND_STRUCT:
    case QDA_BTF_KIND_UNION:
    case QDA_BTF_KIND_DATASEC:
    case QDA_BTF_KIND_ENUM64:
        return count * 12;
    case QDA_BTF_KIND_ENUM:
    case QDA_BTF_KIND_FUNC_PROTO:
        return count * 8;
    case QDA_BTF_KIND_PTR:
    case QDA_BTF_KIND_FWD:
    case QDA_BTF_KIND_TYPEDEF:
    case QDA_BTF_KIND_VOLATILE:
    case QDA_BTF_KIND_CONST:
    case QDA_BTF_KIND_RESTRICT:
    case QDA_BTF_KIND_FUNC:
    case QDA_BTF_KIND_FLOAT:
    case QDA_BTF_KIND_TYPE_TAG:
        return 0;
    default:
        return -EBADMSG;
    }
}

/* A type that was looked up. */
struct found {
    struct qda_btf_type type;
    uint32_t id;   /* from 1; a split BTF's would go on after its base's */
    size_t behind; /* where its further records are */
};

static bool is_named(const struct qda_btf *btf, const struct qda_btf_type *type, uint32_t kind, const char *name)
{
    if (QDA_BTF_INFO_KIND(type->info) != kind)
        return false;
    const char *own_name = string_at(btf, type->name_off);
    return own_name != NULL && strcmp(own_name, name) == 0;
}

static int find_type(const struct qda_btf *btf, uint32_t kind, const char *name, struct found *out)
{
    *out = (struct found){ .id = 1 };
    for (size_t at = 0; at < btf->types_len; out->id++) {
        if (btf->types_len - at < sizeof(out->type))
            return -EBADMSG;
        memcpy(&out->type, btf->types + at, sizeof(out->type));
        out->behind = at + sizeof(out->type);
        int64_t behind = trailing_bytes(out->type.info);
        if (behind < 0 || !inside(out->behind, (size_t)behind, btf->types_len))
            return -EBADMSG;
        if (is_named(btf, &out->type, kind, name))
            return 0;
        at = out->behind + (size_t)behind;
    }
    return -ENOENT;
}

int qda_btf_find_struct(const struct qda_btf *btf, const char *name, struct qda_btf_struct *out)
{
    struct found found;
    int err = find_type(btf, QDA_BTF_KIND_STRUCT, name, &found);
    if (err < 0)
        return err;
    *out = (struct qda_btf_struct){
        .members = btf->types + found.behind,
        .count = QDA_BTF_INFO_COUNT(found.type.info),
        .size = found.type.size_or_type,
        .bit_fields = QDA_BTF_INFO_FLAG(found.type.info) != 0,
    };
    return 0;
}

int qda_btf_find_func(const struct qda_btf *btf, const char *name, uint32_t *id)
{
    struct found found;
    int err = btf->base.len > 0 ? -ENOENT : find_type(btf, QDA_BTF_KIND_FUNC, name, &found);
    if (err == 0)
        *id = found.id;
    return err;
}

int qda_btf_field(const struct qda_btf *btf, const struct qda_btf_struct *s, uint32_t index, struct qda_btf_field *out)
{
    struct qda_btf_member member;
    memcpy(&member, s->members + (size_t)index * sizeof(member), sizeof(member));
    uint32_t bits = s->bit_fields ? member.offset & 0xffffffu : member.offset;
    out->name = string_at(btf, member.name_off);
    out->offset = bits / 8;
    if (out->name == NULL)
        return -EBADMSG;
    return bits % 8 == 0 ? 0 : -ENOTSUP;
}

int qda_btf_find_field(const struct qda_btf *btf, const struct qda_btf_struct *s, const char *name,
                       struct qda_btf_field *out)
{
    for (uint32_t i = 0; i < s->count; i++) {
        int err = qda_btf_field(btf, s, i, out);
        if (err == -EBADMSG)
            return err;
        if (strcmp(out->name, name) == 0)
            return err;
    }
    return -ENOENT;
}
