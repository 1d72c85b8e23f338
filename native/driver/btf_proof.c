/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "uapi/btf.h"
#include "driver/generations.h"
#include "driver/proof.h"
#include "uapi/layouts.h"

#define MODULE_BTF "/sys/kernel/btf/qda"
#define KERNEL_BTF "/sys/kernel/btf/vmlinux"
#define MODULE_BTF_MAX (4u << 20)
#define KERNEL_BTF_MAX (64u << 20)
#define OVERRIDE "only --generation v1|rfc overrides this"

/* What of a struct differs from ours: the member's name or a phrase; NULL where nothing does. */
static const char *struct_difference(const struct qda_btf *btf, const struct qda_layout *ours)
{
    struct qda_btf_struct s;
    struct qda_btf_field field;
    /* What the kernel itself has too (fastrpc_invoke_args) is left out of a module's BTF: that says nothing. */
    if (qda_btf_find_struct(btf, ours->name, &s) < 0)
        return strstr(ours->name, "qda_") != NULL ? "it is missing" : NULL;
    if (s.size != ours->size)
        return "its size";
    for (size_t i = 0; i < ours->count; i++) {
        const struct qda_layout_member *member = &ours->members[i];
        if (qda_btf_find_field(btf, &s, member->name, &field) < 0 || field.offset != member->offset)
            return member->name;
    }
    return s.count == ours->count ? NULL : "the number of its members";
}

/* Every ABI struct must be ours, member by member. */
static void compare_layouts(const struct qda_btf *btf, const struct qda_driver *driver, const char *path,
                            struct qda_proof *out)
{
    size_t count = 0;
    const struct qda_layout *ours = qda_layouts((unsigned)driver->generation, &count);
    for (size_t i = 0; i < count; i++) {
        const char *what = struct_difference(btf, &ours[i]);
        if (what != NULL) {
            qda_proof_say(out, QDA_PROOF_REFUSED, NULL,
                          "refused: %s is like %s, but struct %s differs (%s): an ABI that this build does not know; " OVERRIDE,
                          path, driver->title, ours[i].name, what);
            return;
        }
    }
    qda_proof_say(out, QDA_PROOF_PROVEN, driver, "%s: the ABI structs have the members and offsets of %s", path,
                  driver->title);
}

static void say_newer(const char *path, struct qda_proof *out)
{
    qda_proof_say(out, QDA_PROOF_REFUSED, NULL,
                  "refused: %s shows a QDA newer than v1 (drm_qda_mem_map has no member fd), whose layout this build does "
                  "not know; " OVERRIDE,
                  path);
}

/* Which generation the BTF speaks of. 0, -ENOENT where it has no ABI struct of QDA, -EBADMSG where it is damaged. */
static int judge(const struct qda_btf *btf, const char *path, struct qda_proof *out)
{
    struct qda_btf_struct v1, rfc;
    struct qda_btf_field fd;
    int has_v1 = qda_btf_find_struct(btf, "drm_qda_mem_map", &v1);
    int has_rfc = qda_btf_find_struct(btf, "qda_mem_map", &rfc);
    if (has_v1 == -EBADMSG || has_rfc == -EBADMSG)
        return -EBADMSG;
    if (has_v1 < 0 && has_rfc < 0)
        return -ENOENT;
    if (has_v1 == 0 && has_rfc == 0)
        qda_proof_say(out, QDA_PROOF_REFUSED, NULL, "refused: %s has structs of v1 and of the RFC; " OVERRIDE, path);
    else if (has_rfc == 0)
        compare_layouts(btf, &qda_driver_rfc, path, out);
    else if (qda_btf_find_field(btf, &v1, "fd", &fd) < 0)
        say_newer(path, out);
    else
        compare_layouts(btf, &qda_driver_v1, path, out);
    return 0;
}

/* As judge; -ENODATA too, where the base is missing. */
static int judge_bytes(const void *data, size_t len, const struct qda_btf_strings *base, const char *path,
                       struct qda_proof *out)
{
    struct qda_btf btf;
    int err = qda_btf_parse(data, len, base, &btf);
    return err < 0 ? err : judge(&btf, path, out);
}

static int read_exactly(struct qda_sys *sys, int fd, char *buf, size_t len)
{
    for (size_t have = 0; have < len;) {
        ssize_t got = sys->ops->read(sys, fd, buf + have, len - have);
        if (got < 0 && got != -EINTR)
            return (int)got;
        if (got == 0)
            return -EBADMSG;
        have += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

static int skip_bytes(struct qda_sys *sys, int fd, size_t len)
{
    char scratch[16384];
    while (len > 0) {
        size_t part = len < sizeof(scratch) ? len : sizeof(scratch);
        int err = read_exactly(sys, fd, scratch, part);
        if (err < 0)
            return err;
        len -= part;
    }
    return 0;
}

/* Only the strings of an open BTF file: its types are megabytes that nobody needs here. malloc'ed, or NULL. */
static char *read_strings(struct qda_sys *sys, int fd, size_t *len)
{
    char header[24];
    size_t at;
    if (read_exactly(sys, fd, header, sizeof(header)) < 0 || qda_btf_strings_at(header, sizeof(header), &at, len) < 0)
        return NULL;
    if (at < sizeof(header) || at > KERNEL_BTF_MAX || *len == 0 || *len > KERNEL_BTF_MAX)
        return NULL;
    if (skip_bytes(sys, fd, at - sizeof(header)) < 0)
        return NULL;
    char *text = malloc(*len);
    if (text != NULL && read_exactly(sys, fd, text, *len) < 0) {
        free(text);
        text = NULL;
    }
    return text;
}

static char *read_kernel_strings(struct qda_sys *sys, size_t *len)
{
    *len = 0;
    int fd = sys->ops->open(sys, KERNEL_BTF, O_RDONLY);
    if (fd < 0)
        return NULL;
    char *text = read_strings(sys, fd, len);
    sys->ops->close(sys, fd);
    return text;
}

static void judge_module(struct qda_sys *sys, const char *data, size_t size, struct qda_proof *out)
{
    struct qda_btf_strings base = { 0 };
    char *text = read_kernel_strings(sys, &base.len);
    base.text = text;
    int err = judge_bytes(data, size, text != NULL ? &base : NULL, MODULE_BTF, out);
    free(text);
    if (err == -ENODATA)
        qda_proof_say(out, QDA_PROOF_ABSENT, NULL, MODULE_BTF " needs " KERNEL_BTF ", which cannot be read");
    else if (err == -ENOENT)
        qda_proof_say(out, QDA_PROOF_REFUSED, NULL,
                      "refused: " MODULE_BTF " has no ABI struct of v1 or the RFC: a QDA that this build does not know; "
                      OVERRIDE);
    else if (err < 0)
        qda_proof_say(out, QDA_PROOF_REFUSED, NULL, "refused: " MODULE_BTF " is damaged, so it proves nothing; " OVERRIDE);
}

/* No module of that name: the driver may be built in. */
static void judge_kernel(struct qda_sys *sys, struct qda_proof *out)
{
    char *data = NULL;
    ssize_t size = qda_read_file_alloc(sys, KERNEL_BTF, KERNEL_BTF_MAX, &data);
    int err = size < 0 ? (int)size : judge_bytes(data, (size_t)size, NULL, KERNEL_BTF, out);
    free(data);
    if (err < 0)
        qda_proof_say(out, QDA_PROOF_ABSENT, NULL, "there is no " MODULE_BTF);
}

void qda_prove_by_btf(struct qda_sys *sys, struct qda_proof *out)
{
    char *data = NULL;
    *out = (struct qda_proof){ .state = QDA_PROOF_ABSENT };
    ssize_t size = qda_read_file_alloc(sys, MODULE_BTF, MODULE_BTF_MAX, &data);
    if (size >= 0)
        judge_module(sys, data, (size_t)size, out);
    else if (size == -ENOENT)
        judge_kernel(sys, out);
    else
        qda_proof_say(out, QDA_PROOF_ABSENT, NULL, MODULE_BTF " cannot be read: %s", strerror((int)-size));
    free(data);
}
