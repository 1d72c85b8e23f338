/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "driver/btf_files.h"
#include "driver/generations.h"
#include "driver/proof.h"
#include "uapi/layouts.h"

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

void qda_prove_by_btf(struct qda_sys *sys, struct qda_proof *out)
{
    static const char *const modules[] = { "qda", NULL };
    static const struct qda_btf_subject qda = {
        .modules = modules,
        .judge = judge,
        .none = "ABI struct of v1 or the RFC: a QDA that this build does not know",
        .override = OVERRIDE,
    };
    qda_prove_by_btf_files(sys, &qda, out);
}
