/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "uapi/btf.h"
#include "driver/driver.h"
#include "fake_sys.h"
#include "sys/sys.h"
#include "uapi/btf_format.h"
#include "uapi/btf_write.h"
#include "uapi/drm_core.h"
#include "uapi/qda_v1.h"

#define NODE "/dev/accel/accel"
#define MODULE "/sys/kernel/btf/qda"
#define KERNEL "/sys/kernel/btf/vmlinux"
#define FILES_MAX 12

/* How a played driver behaves; the node's path says which: its digit is an index into `bench.plays`. */
enum play { PLAY_V1, PLAY_RFC, PLAY_TYPED_QUERY, PLAY_ODD_OFFSET, PLAY_NO_NAME, PLAY_OTHER_DRIVER, PLAY_GONE };

static struct {
    struct fake_sys fake;
    struct fake_file files[FILES_MAX];
    size_t file_count;
    enum play plays[10];
    uint8_t module[16384];
    uint8_t kernel[16384];
} bench;

static int play_version(enum play play, struct qda_drm_version_arg *arg)
{
    const char *name = play == PLAY_OTHER_DRIVER ? "ivpu" : "qda";
    if (play == PLAY_GONE)
        return -ENODEV;
    memcpy((void *)(uintptr_t)arg->name, name, strlen(name));
    arg->name_len = strlen(name);
    arg->date_len = 0;
    arg->desc_len = 0;
    return 0;
}

/* QUERY in either form of its number; the name is the DSP's. A later driver takes a type in its first bytes. */
static int play_query(enum play play, uint8_t *arg)
{
    if (play == PLAY_TYPED_QUERY)
        return arg[0] == 0 ? 0 : -EINVAL;
    if (play != PLAY_NO_NAME)
        memcpy(arg, "cdsp\0\0\0\0\0\0\0\0\0\0\0", 16);
    return 0;
}

/* On handle 0, as all callers here ask for it. */
static int play_mmap_offset(enum play play, const uint8_t *arg)
{
    if (play == PLAY_ODD_OFFSET)
        return 0;
    return play != PLAY_RFC && arg[12] != 0 ? -EINVAL : -ENOENT;
}

static int play_ioctl(struct fake_sys *fake, const char *path, unsigned long request, void *arg)
{
    enum play play = bench.plays[path[strlen(path) - 1] - '0'];
    (void)fake;
    switch (QDA_IOC_NR(request)) {
    case 0x00:
        return play_version(play, arg);
    case 0x40:
        return play_query(play, arg);
    case 0x42:
        return play_mmap_offset(play, arg);
    default:
        return -EINVAL;
    }
}

static void add_file(const char *path, uint32_t mode, const void *data, size_t len)
{
    bench.files[bench.file_count++] = (struct fake_file){ .path = path, .mode = mode, .data = data, .len = len, .cut = 1000 };
    bench.fake.file_count = bench.file_count;
}

static void start(void)
{
    bench.file_count = 0;
    fake_sys_init(&bench.fake, bench.files, 0);
    bench.fake.on_ioctl = play_ioctl;
}

static void add_node(const char *path, enum play play)
{
    bench.plays[path[strlen(path) - 1] - '0'] = play;
    add_file(path, S_IFCHR, NULL, 0);
}

static void add_kernel_btf(void)
{
    size_t len = qda_btf_write(QDA_BTF_VMLINUX, NULL, 0, bench.kernel, sizeof(bench.kernel));
    CHECK(len > 0);
    add_file(KERNEL, S_IFREG, bench.kernel, len);
}

static size_t add_module_btf(const struct qda_layout *layouts, size_t count)
{
    size_t len = qda_btf_write(QDA_BTF_MODULE, layouts, count, bench.module, sizeof(bench.module));
    CHECK(len > 0);
    add_file(MODULE, S_IFREG, bench.module, len);
    return len;
}

static void add_generation_btf(enum qda_generation generation)
{
    size_t count = 0;
    const struct qda_layout *layouts = qda_layouts((unsigned)generation, &count);
    add_kernel_btf();
    add_module_btf(layouts, count);
}

/* Finds exactly one node; everything opened must be closed again. */
static struct qda_node find_one(enum qda_generation forced)
{
    struct qda_node nodes[4] = { 0 };
    CHECK_INT(qda_find_nodes(&bench.fake.base, forced, nodes, 4), 1);
    CHECK_INT(bench.fake.open_now, 0);
    return nodes[0];
}

static void test_no_accel_folder(void)
{
    struct qda_node node;
    start();
    add_kernel_btf();
    CHECK_INT(qda_find_nodes(&bench.fake.base, QDA_GEN_NONE, &node, 1), -ENOENT);
}

/* Behaviour plays no part where BTF speaks: the very same play is taken for what its BTF says. */
static void test_btf_proves(void)
{
    for (int g = QDA_GEN_V1; g <= QDA_GEN_RFC; g++) {
        start();
        add_node(NODE "0", PLAY_V1);
        add_generation_btf((enum qda_generation)g);
        struct qda_node node = find_one(QDA_GEN_NONE);
        CHECK(node.driver == qda_driver_for((enum qda_generation)g));
        CHECK_STR(node.dsp, "cdsp");
        CHECK_STR(node.path, "/dev/accel/accel0");
        CHECK_INT(node.error, 0);
        CHECK_CONTAINS(node.proof, MODULE);
        CHECK_CONTAINS(node.proof, g == QDA_GEN_V1 ? "QDA v1 (2026-05-19)" : "QDA RFC (2026-02-24)");
        CHECK_INT(bench.fake.call_count, 2); /* VERSION and QUERY: no probe */
        CHECK_HEX(bench.fake.calls[1].request, 0x80106440u);
    }
}

static void test_built_in(void)
{
    size_t count = 0;
    const struct qda_layout *layouts = qda_layouts(QDA_LAYOUTS_RFC, &count);
    start();
    add_node(NODE "0", PLAY_RFC);
    size_t len = qda_btf_write(QDA_BTF_WHOLE, layouts, count, bench.kernel, sizeof(bench.kernel));
    add_file(KERNEL, S_IFREG, bench.kernel, len);
    struct qda_node node = find_one(QDA_GEN_NONE);
    CHECK(node.driver == qda_driver_for(QDA_GEN_RFC));
    CHECK_CONTAINS(node.proof, KERNEL);
}

static void check_refused(const char *because)
{
    struct qda_node node = find_one(QDA_GEN_NONE);
    CHECK(node.driver == NULL);
    CHECK_CONTAINS(node.proof, "refused");
    CHECK_CONTAINS(node.proof, because);
    CHECK_CONTAINS(node.proof, "--generation");
    CHECK(strlen(node.proof) < sizeof(node.proof) - 1); /* nothing cut off */
}

/* v2 by its description: GEM handles in place of fds. */
static void test_newer_is_refused(void)
{
    static const struct qda_layout_member members[] = {
        { "request", 0, 4, QDA_MEMBER_UNSIGNED }, { "flags", 4, 4, QDA_MEMBER_UNSIGNED },
        { "handle", 8, 4, QDA_MEMBER_UNSIGNED },  { "attrs", 12, 4, QDA_MEMBER_UNSIGNED },
        { "vaddrin", 16, 8, QDA_MEMBER_UNSIGNED }, { "size", 24, 8, QDA_MEMBER_UNSIGNED },
    };
    static const struct qda_layout v2[] = { { "drm_qda_mem_map", 32, members, 6 } };
    start();
    add_node(NODE "0", PLAY_V1);
    add_kernel_btf();
    add_module_btf(v2, 1);
    check_refused("newer than v1");
}

static void test_unknown_structs_are_refused(void)
{
    static const struct qda_layout_member members[] = { { "handle", 0, 4, QDA_MEMBER_UNSIGNED } };
    static const struct qda_layout later[] = { { "drm_qda_remote_mmap", 4, members, 1 } };
    start();
    add_node(NODE "0", PLAY_RFC); /* even where the probe would say RFC */
    add_kernel_btf();
    add_module_btf(later, 1);
    check_refused("no ABI struct");
}

/* v1 in all but one thing, for each struct in turn: moved, renamed, grown, more members, gone. */
static void check_almost_v1(size_t which, const struct qda_layout *changed, const char *because)
{
    struct qda_layout layouts[8];
    size_t count = 0;
    const struct qda_layout *v1 = qda_layouts(QDA_LAYOUTS_V1, &count);
    memcpy(layouts, v1, sizeof(layouts));
    layouts[which] = *changed;
    start();
    add_node(NODE "0", PLAY_V1);
    add_kernel_btf();
    add_module_btf(layouts, count);
    check_refused(because);
}

static void test_any_difference_is_refused(void)
{
    size_t count = 0;
    const struct qda_layout *v1 = qda_layouts(QDA_LAYOUTS_V1, &count);
    for (size_t i = 0; i < count; i++) {
        struct qda_layout_member members[16];
        struct qda_layout changed = v1[i];
        bool is_map = strcmp(v1[i].name, "drm_qda_mem_map") == 0;
        memcpy(members, v1[i].members, v1[i].count * sizeof(members[0]));
        changed.members = members;
        members[v1[i].count - 1].offset += 4;
        check_almost_v1(i, &changed, members[v1[i].count - 1].name);
        members[v1[i].count - 1].offset -= 4;
        members[v1[i].count - 1].name = "newcomer";
        check_almost_v1(i, &changed, v1[i].name);
        memcpy(members, v1[i].members, v1[i].count * sizeof(members[0]));
        changed.size += 8;
        check_almost_v1(i, &changed, "its size");
        changed.size -= 8;
        members[changed.count++] = (struct qda_layout_member){ "more", changed.size, 4, QDA_MEMBER_UNSIGNED };
        check_almost_v1(i, &changed, "the number of its members");
        changed.name = "drm_qda_other";
        check_almost_v1(i, &changed, is_map ? "no ABI struct" : "it is missing");
    }
}

/* fastrpc_invoke_args may be the kernel's own and then not the module's. */
static void test_shared_struct_may_be_absent(void)
{
    struct qda_layout layouts[8];
    size_t count = 0, kept = 0;
    const struct qda_layout *rfc = qda_layouts(QDA_LAYOUTS_RFC, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(rfc[i].name, "fastrpc_invoke_args") != 0)
            layouts[kept++] = rfc[i];
    CHECK_INT(kept, count - 1);
    start();
    add_node(NODE "0", PLAY_RFC);
    add_kernel_btf();
    add_module_btf(layouts, kept);
    CHECK(find_one(QDA_GEN_NONE).driver == qda_driver_for(QDA_GEN_RFC));
}

static void test_both_generations_are_refused(void)
{
    struct qda_layout layouts[16];
    size_t v1_count = 0, rfc_count = 0;
    const struct qda_layout *v1 = qda_layouts(QDA_LAYOUTS_V1, &v1_count);
    const struct qda_layout *rfc = qda_layouts(QDA_LAYOUTS_RFC, &rfc_count);
    memcpy(layouts, v1, v1_count * sizeof(*v1));
    memcpy(layouts + v1_count, rfc, rfc_count * sizeof(*rfc));
    start();
    add_node(NODE "0", PLAY_V1);
    add_kernel_btf();
    add_module_btf(layouts, v1_count + rfc_count);
    check_refused("structs of v1 and of the RFC");
}

/* Cut anywhere, the module's BTF never proves anything and never harms. */
static void test_truncated_btf(void)
{
    size_t count = 0;
    const struct qda_layout *v1 = qda_layouts(QDA_LAYOUTS_V1, &count);
    size_t len = qda_btf_write(QDA_BTF_MODULE, v1, count, bench.module, sizeof(bench.module));
    for (size_t cut = 0; cut < len; cut += 7) {
        start();
        add_node(NODE "0", PLAY_V1);
        add_kernel_btf();
        char *exact = malloc(cut + 1); /* so that ASan sees a read past the cut */
        memcpy(exact, bench.module, cut);
        add_file(MODULE, S_IFREG, exact, cut);
        check_refused("damaged");
        free(exact);
    }
}

static void test_no_btf_v1_is_doubt(void)
{
    start();
    add_node(NODE "0", PLAY_V1);
    check_refused("say --generation v1");
    CHECK_STR(find_one(QDA_GEN_NONE).dsp, "cdsp"); /* the probe learned it */
}

/* The probes' bytes, and that there are no others. */
static void test_no_btf_rfc_is_proven(void)
{
    uint8_t ones[16], offset_probe[16] = { [12] = 1 };
    memset(ones, 0xff, sizeof(ones));
    start();
    add_node(NODE "0", PLAY_RFC);
    add_kernel_btf();
    struct qda_node node = find_one(QDA_GEN_NONE);
    CHECK(node.driver == qda_driver_for(QDA_GEN_RFC));
    CHECK_CONTAINS(node.proof, "ENOENT");
    if (!CHECK_INT(bench.fake.call_count, 4)) /* VERSION, two probes, QUERY */
        return;
    CHECK_HEX(bench.fake.calls[1].request, 0xc0106440u);
    CHECK_MEM(bench.fake.calls[1].before, ones, 16);
    CHECK_HEX(bench.fake.calls[2].request, 0xc0106442u);
    CHECK_MEM(bench.fake.calls[2].before, offset_probe, 16);
}

static void test_no_btf_newer_is_refused(void)
{
    start();
    add_node(NODE "0", PLAY_TYPED_QUERY);
    check_refused("no DSP name");
    CHECK_INT(bench.fake.call_count, 2); /* nothing more is asked of it */
    start();
    add_node(NODE "0", PLAY_NO_NAME);
    check_refused("unprintable");
    start();
    add_node(NODE "0", PLAY_ODD_OFFSET);
    check_refused("as no known QDA does");
}

/* A module's BTF without vmlinux's strings cannot be read: the probes decide. */
static void test_split_without_base(void)
{
    size_t count = 0;
    const struct qda_layout *v1 = qda_layouts(QDA_LAYOUTS_V1, &count);
    start();
    add_node(NODE "0", PLAY_V1);
    add_module_btf(v1, count);
    check_refused(KERNEL ", which cannot be read");
}

static void test_unreadable_btf(void)
{
    start();
    add_node(NODE "0", PLAY_RFC);
    add_file(MODULE, S_IFREG, NULL, 0);
    bench.files[1].open_error = -EACCES;
    struct qda_node node = find_one(QDA_GEN_NONE);
    CHECK(node.driver == qda_driver_for(QDA_GEN_RFC));
    CHECK_CONTAINS(node.proof, "cannot be read: Permission denied");
}

static void check_forced(enum qda_generation forced, const char *part)
{
    struct qda_node node = find_one(forced);
    CHECK(node.driver == qda_driver_for(forced));
    CHECK_CONTAINS(node.proof, "the user named it");
    CHECK_CONTAINS(node.proof, part);
    CHECK_HEX(bench.fake.calls[bench.fake.call_count - 1].request, 0x80106440u);
}

static void test_forced(void)
{
    start();
    add_node(NODE "0", PLAY_V1);
    check_forced(QDA_GEN_V1, "not proven");
    start();
    add_node(NODE "0", PLAY_V1);
    add_generation_btf(QDA_GEN_V1);
    check_forced(QDA_GEN_V1, "BTF agrees");
    check_forced(QDA_GEN_RFC, "AGAINST the module's BTF");
    start();
    add_node(NODE "0", PLAY_V1);
    add_file(MODULE, S_IFREG, "junk", 4);
    check_forced(QDA_GEN_V1, "fits no known generation");
}

/* Sorted by number; other drivers, other files and other names left out; BTF read once for all. */
static void test_several_nodes(void)
{
    struct qda_node nodes[8];
    start();
    add_node(NODE "12", PLAY_V1);
    add_node(NODE "1", PLAY_OTHER_DRIVER);
    add_node(NODE "0", PLAY_V1);
    bench.plays[2] = PLAY_V1;
    add_file(NODE "3", S_IFREG, NULL, 0);
    add_file("/dev/accel/by-path", S_IFDIR, NULL, 0);
    add_file(NODE "4x", S_IFCHR, NULL, 0);
    add_generation_btf(QDA_GEN_V1);
    CHECK_INT(qda_find_nodes(&bench.fake.base, QDA_GEN_NONE, nodes, 8), 2);
    CHECK_STR(nodes[0].path, "/dev/accel/accel0");
    CHECK_STR(nodes[1].path, "/dev/accel/accel12");
    CHECK(nodes[1].driver == qda_driver_for(QDA_GEN_V1));
    CHECK_INT(bench.fake.opens, 5); /* three nodes, two BTF files */
    CHECK_INT(qda_find_nodes(&bench.fake.base, QDA_GEN_NONE, nodes, 1), 1);
    CHECK_STR(nodes[0].path, "/dev/accel/accel0");
}

static void test_nodes_that_fail(void)
{
    start();
    add_node(NODE "0", PLAY_V1);
    bench.files[0].open_error = -EACCES;
    struct qda_node node = find_one(QDA_GEN_NONE);
    CHECK_INT(node.error, -EACCES);
    CHECK(node.driver == NULL);
    CHECK_CONTAINS(node.proof, "run as root");
    start();
    add_node(NODE "0", PLAY_GONE);
    node = find_one(QDA_GEN_V1);
    CHECK_INT(node.error, -ENODEV);
    CHECK(node.driver == NULL);
    CHECK_CONTAINS(node.proof, "restarting");
}

static void test_writer_refuses_small_buffers(void)
{
    size_t count = 0;
    const struct qda_layout *v1 = qda_layouts(QDA_LAYOUTS_V1, &count);
    size_t len = qda_btf_write(QDA_BTF_WHOLE, v1, count, bench.kernel, sizeof(bench.kernel));
    CHECK(len > 1000);
    CHECK_INT(qda_btf_write(QDA_BTF_WHOLE, v1, count, bench.kernel, len), len);
    CHECK_INT(qda_btf_write(QDA_BTF_WHOLE, v1, count, bench.kernel, len - 1), 0);
}

/* Bit fields and anonymous members: what our writer never makes, by hand. */
static void test_bit_fields(void)
{
    struct {
        struct qda_btf_header header;
        struct qda_btf_type type;
        struct qda_btf_member members[3];
        char strings[12];
    } blob = {
        .header = { QDA_BTF_MAGIC, QDA_BTF_VERSION, 0, 24, 0, 48, 48, 12 },
        .type = { 1, QDA_BTF_INFO(QDA_BTF_KIND_STRUCT, 3) | 1u << 31, 8 },
        .members = { { 3, 0, (4u << 24) | 12 }, { 5, 0, 32 }, { 0, 0, 40 } },
        .strings = "\0s\0a\0b\0",
    };
    struct qda_btf btf;
    struct qda_btf_struct s;
    struct qda_btf_field field;
    CHECK_INT(qda_btf_parse(&blob, sizeof(blob), NULL, &btf), 0);
    if (!CHECK_INT(qda_btf_find_struct(&btf, "s", &s), 0))
        return;
    CHECK_INT(qda_btf_find_field(&btf, &s, "a", &field), -ENOTSUP);
    CHECK_INT(qda_btf_find_field(&btf, &s, "b", &field), 0);
    CHECK_INT(field.offset, 4);
    CHECK_INT(qda_btf_field(&btf, &s, 2, &field), 0);
    CHECK_STR(field.name, "");
    CHECK_INT(qda_btf_find_field(&btf, &s, "c", &field), -ENOENT);
    blob.members[1].name_off = 12;
    CHECK_INT(qda_btf_find_field(&btf, &s, "c", &field), -EBADMSG);
    blob.type.info = QDA_BTF_INFO(31, 0);
    CHECK_INT(qda_btf_find_struct(&btf, "s", &s), -EBADMSG);
}

/* A BTF that nobody here made: this machine's kernel. struct list_head is the same everywhere. */
static void test_real_kernel(void)
{
    struct qda_sys *sys = qda_sys_linux("");
    struct qda_btf btf;
    struct qda_btf_struct s;
    struct qda_btf_field field;
    char *data = NULL;
    ssize_t len = qda_read_file_alloc(sys, KERNEL, 64u << 20, &data);
    if (len < 0) {
        check_skip("this machine has no /sys/kernel/btf/vmlinux");
    } else {
        CHECK_INT(qda_btf_parse(data, (size_t)len, NULL, &btf), 0);
        CHECK_INT(qda_btf_find_struct(&btf, "no_such_struct_anywhere", &s), -ENOENT); /* all types walked */
        CHECK_INT(qda_btf_find_struct(&btf, "list_head", &s), 0);
        CHECK_INT(s.size, 16);
        CHECK_INT(qda_btf_find_field(&btf, &s, "prev", &field), 0);
        CHECK_INT(field.offset, 8);
    }
    free(data);
    qda_sys_linux_free(sys);
}

int main(void)
{
    check_run("no /dev/accel is an error", test_no_accel_folder);
    check_run("BTF proves v1 and RFC", test_btf_proves);
    check_run("a built-in driver is proven by vmlinux's BTF", test_built_in);
    check_run("a newer driver is refused", test_newer_is_refused);
    check_run("unknown structs are refused", test_unknown_structs_are_refused);
    check_run("any difference from v1 is refused", test_any_difference_is_refused);
    check_run("a struct shared with the kernel may be absent", test_shared_struct_may_be_absent);
    check_run("structs of both generations are refused", test_both_generations_are_refused);
    check_run("truncated BTF is refused", test_truncated_btf);
    check_run("without BTF v1 is in doubt and refused", test_no_btf_v1_is_doubt);
    check_run("without BTF the RFC is proven by the probe", test_no_btf_rfc_is_proven);
    check_run("without BTF newer drivers are refused", test_no_btf_newer_is_refused);
    check_run("a split BTF without its base is no BTF", test_split_without_base);
    check_run("an unreadable BTF is no BTF", test_unreadable_btf);
    check_run("the user's word is taken, and said to be the user's", test_forced);
    check_run("several nodes", test_several_nodes);
    check_run("nodes that fail are listed with the reason", test_nodes_that_fail);
    check_run("the BTF writer refuses small buffers", test_writer_refuses_small_buffers);
    check_run("BTF with bit fields and unknown kinds", test_bit_fields);
    check_run("this machine's own BTF", test_real_kernel);
    return check_done();
}
