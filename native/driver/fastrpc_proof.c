/* SPDX-License-Identifier: MIT */
#include "driver/fastrpc_proof.h"

#include <errno.h>
#include <string.h>

#include "driver/btf_files.h"
#include "driver/generations.h"
#include "uapi/fastrpc.h"
#include "uapi/layouts.h"

#define OVERRIDE "only --generation fastrpc overrides this"

/* Members that some kernels call by another name. */
static const struct {
    const char *of, *ours, *also;
} renamed[] = {
    { "fastrpc_invoke_args", "attr", "reserved" },      /* before 6.2 */
    { "fastrpc_ioctl_capability", "domain", "unused" }, /* since about 6.11 */
};

static bool stands_at(const struct qda_btf *btf, const struct qda_btf_struct *s, const char *name, uint32_t offset)
{
    struct qda_btf_field field;
    return qda_btf_find_field(btf, s, name, &field) == 0 && field.offset == offset;
}

static bool member_fits(const struct qda_btf *btf, const struct qda_btf_struct *s, const struct qda_layout *ours,
                        const struct qda_layout_member *member)
{
    if (stands_at(btf, s, member->name, member->offset))
        return true;
    for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++)
        if (strcmp(renamed[i].of, ours->name) == 0 && strcmp(renamed[i].ours, member->name) == 0)
            return stands_at(btf, s, renamed[i].also, member->offset);
    return false;
}

/* What differs: the member's name or a phrase; NULL where nothing does. A struct that is not there is an older kernel's. */
static const char *difference(const struct qda_btf *btf, const struct qda_layout *ours)
{
    struct qda_btf_struct s;
    if (qda_btf_find_struct(btf, ours->name, &s) < 0)
        return NULL;
    if (s.size != ours->size)
        return "its size";
    for (size_t i = 0; i < ours->count; i++)
        if (!member_fits(btf, &s, ours, &ours->members[i]))
            return ours->members[i].name;
    return s.count == ours->count ? NULL : "the number of its members";
}

/* fastrpc_init_create is the sign: QDA's structs of that kind have other names. */
static int judge(const struct qda_btf *btf, const char *path, struct qda_proof *out)
{
    struct qda_btf_struct sign;
    size_t count = 0;
    const struct qda_layout *ours = qda_layouts(QDA_LAYOUTS_FASTRPC, &count);
    int err = qda_btf_find_struct(btf, "fastrpc_init_create", &sign);
    if (err < 0)
        return err;
    for (size_t i = 0; i < count; i++) {
        const char *what = difference(btf, &ours[i]);
        if (what != NULL) {
            qda_proof_say(out, QDA_PROOF_REFUSED, NULL,
                          "refused: in %s struct %s differs (%s) from FastRPC's stable ABI; " OVERRIDE, path, ours[i].name, what);
            return 0;
        }
    }
    qda_proof_say(out, QDA_PROOF_PROVEN, &qda_driver_fastrpc, "%s: the ABI structs have the members and offsets of %s",
                  path, qda_driver_fastrpc.title);
    return 0;
}

void qda_prove_fastrpc_by_btf(struct qda_sys *sys, struct qda_proof *out)
{
    /* The second serves the same nodes and numbers over later QDA drivers. */
    static const char *const modules[] = { "fastrpc", "qda_fastrpc_shim", NULL };
    static const struct qda_btf_subject fastrpc = {
        .modules = modules,
        .judge = judge,
        .none = "struct fastrpc_init_create: a driver of these nodes that this build does not know",
        .override = OVERRIDE,
    };
    qda_prove_by_btf_files(sys, &fastrpc, out);
}

void qda_prove_fastrpc_by_probe(struct qda_sys *sys, int fd, const char *why, struct qda_proof *out)
{
    struct qda_fastrpc_capability arg = { .attribute_id = UINT32_MAX };
    int err = sys->ops->ioctl(sys, fd, QDA_FASTRPC_IOCTL_GET_DSP_INFO, &arg);
    if (err == -EOVERFLOW)
        qda_proof_say(out, QDA_PROOF_PROVEN, &qda_driver_fastrpc,
                      "GET_DSP_INFO refused an attribute that no DSP has (EOVERFLOW), as %s does; no BTF: %s",
                      qda_driver_fastrpc.title, why);
    else
        qda_proof_say(out, QDA_PROOF_REFUSED, NULL,
                      "refused: no proof by BTF (%s), and GET_DSP_INFO did not answer as FastRPC of 5.17 and later does (%s); "
                      "if this board's kernel has drivers/misc/fastrpc.c, say --generation fastrpc",
                      why, err < 0 ? strerror(-err) : "success");
}
