/* SPDX-License-Identifier: MIT */
#ifndef QDA_UAPI_BTF_H
#define QDA_UAPI_BTF_H

#include <stddef.h>
#include <stdint.h>

/*
 * Looks structs up in BTF, the kernel's type information. Every offset of the input is checked: bytes may be cut off or
 * made up. Nothing is copied: what these structs point to lives as long as the buffers given to qda_btf_parse.
 */

/* A block of strings; the part of a split BTF that the base has stands apart. */
struct qda_btf_strings {
    const char *text;
    size_t len;
};

struct qda_btf {
    const uint8_t *types;
    size_t types_len;
    struct qda_btf_strings base; /* empty unless split */
    struct qda_btf_strings own;
};

struct qda_btf_struct {
    const uint8_t *members; /* records of 12 bytes */
    uint32_t count;
    uint32_t size; /* bytes */
    int bit_fields; /* not 0: member offsets carry a width */
};

/* One member, decoded. */
struct qda_btf_field {
    const char *name; /* "" where the member has none */
    uint32_t offset;  /* bytes */
};

/*
 * The string section of a BTF that is there in full. 0 or -EBADMSG.
 */
int qda_btf_strings_of(const void *data, size_t len, struct qda_btf_strings *out);

/* Where the string section lies, from the first 24 bytes: absolute offset and length in bytes. 0 or -EBADMSG. */
int qda_btf_strings_at(const void *header, size_t len, size_t *offset, size_t *length);

/*
 * Takes a BTF apart. `base`: vmlinux's strings, needed where the BTF is split (a module's); ignored for a whole one.
 * 0; -EBADMSG: not BTF, or cut off; -ENODATA: split, and no base was given.
 */
int qda_btf_parse(const void *data, size_t len, const struct qda_btf_strings *base, struct qda_btf *out);

/* The first struct of that name. 0, -ENOENT, or -EBADMSG where the types are damaged or of a kind not known here. */
int qda_btf_find_struct(const struct qda_btf *btf, const char *name, struct qda_btf_struct *out);

/* The id, as the kernel numbers types, of the function of that name. 0, -ENOENT or -EBADMSG. */
int qda_btf_find_func(const struct qda_btf *btf, const char *name, uint32_t *id);

/* Member number `index`. 0; -EBADMSG for a name outside the strings, -ENOTSUP for one that starts inside a byte. */
int qda_btf_field(const struct qda_btf *btf, const struct qda_btf_struct *s, uint32_t index, struct qda_btf_field *out);

/* The member of that name. 0, -ENOENT, or an error of qda_btf_field. */
int qda_btf_find_field(const struct qda_btf *btf, const struct qda_btf_struct *s, const char *name,
                       struct qda_btf_field *out);

#endif
