/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "driver/driver.h"
#include "driver/fastrpc_nodes.h"
#include "fake_sys.h"
#include "uapi/btf_write.h"
#include "uapi/fastrpc.h"

/* FastRPC's table: what it gives to the kernel, byte by byte; and how its nodes are found and proven. */
#define MISC 10u
#define FASTRPC_BTF "/sys/kernel/btf/fastrpc"
#define SHIM_BTF "/sys/kernel/btf/qda_fastrpc_shim"
#define KERNEL_BTF "/sys/kernel/btf/vmlinux"
#define FILES_MAX 16

static struct {
    struct fake_sys fake;
    struct fake_file files[FILES_MAX];
    size_t file_count;
    uint8_t module[16384];
    uint8_t kernel[16384];
    int capability; /* what GET_DSP_INFO answers */
} bench;

static void add_file(const char *path, uint32_t mode, const void *data, size_t len)
{
    bench.files[bench.file_count++] =
        (struct fake_file){ .path = path, .mode = mode, .data = data, .len = len, .rdev_major = MISC };
    bench.fake.file_count = bench.file_count;
}

static int answer(struct fake_sys *fake, const char *path, unsigned long request, void *arg)
{
    (void)fake, (void)path, (void)arg;
    return request == QDA_FASTRPC_IOCTL_GET_DSP_INFO ? bench.capability : -ENOTTY;
}

static void start(void)
{
    bench.file_count = 0;
    bench.capability = -EOVERFLOW;
    fake_sys_init(&bench.fake, bench.files, 0);
    bench.fake.on_ioctl = answer;
}

static void add_node(const char *path)
{
    add_file(path, S_IFCHR, NULL, 0);
}

/* ---- The table */

static const struct qda_driver *table(void)
{
    return qda_driver_for(QDA_GEN_FASTRPC);
}

static int open_node(const struct fake_answer *answers, size_t count)
{
    start();
    add_node("/dev/fastrpc-cdsp");
    bench.fake.on_ioctl = NULL;
    bench.fake.answers = answers;
    bench.fake.answer_count = count;
    return bench.fake.base.ops->open(&bench.fake.base, "/dev/fastrpc-cdsp", O_RDWR);
}

static void check_call(unsigned long request, const uint8_t *bytes, size_t len)
{
    if (!CHECK_INT(bench.fake.call_count, 1))
        return;
    CHECK_HEX(bench.fake.calls[0].request, request);
    CHECK_INT(QDA_IOC_SIZE(request), len);
    CHECK_MEM(bench.fake.calls[0].before, bytes, len);
}

static void test_table(void)
{
    const struct qda_driver *driver = table();
    CHECK(driver != NULL && driver->generation == QDA_GEN_FASTRPC);
    CHECK_STR(driver->name, "fastrpc");
    CHECK(!driver->gem && !driver->handles_are_refs && !driver->leaks_mappings);
    CHECK(driver->gem_create == NULL && driver->gem_mmap_offset == NULL);
    CHECK_INT(qda_generation_from_name("fastrpc"), QDA_GEN_FASTRPC);
}

static void test_query(void)
{
    char name[16] = "keep";
    int fd = open_node(NULL, 0);
    CHECK_INT(table()->query(&bench.fake.base, fd, name), 0);
    CHECK_STR(name, "cdsp");
    CHECK_INT(bench.fake.call_count, 0); /* by its path alone */
    CHECK_INT(table()->query(&bench.fake.base, fd + 1, name), -ENOENT);
}

static void test_names_of_nodes(void)
{
    char dsp[16];
    bool secure = false;
    CHECK(qda_fastrpc_dsp_of("/dev/fastrpc-gdsp0-secure", dsp, &secure) && secure);
    CHECK_STR(dsp, "gdsp0");
    CHECK(qda_fastrpc_dsp_of("/dev/fastrpc-adsp", dsp, &secure) && !secure);
    CHECK_STR(dsp, "adsp");
    CHECK(qda_fastrpc_dsp_of("/dev/fastrpc-123456789012345", dsp, NULL));
    CHECK(!qda_fastrpc_dsp_of("/dev/fastrpc-1234567890123456", dsp, NULL));
    CHECK(!qda_fastrpc_dsp_of("/dev/fastrpc-", dsp, NULL));
    CHECK(!qda_fastrpc_dsp_of("/dev/fastrpc-a/b", dsp, NULL));
    CHECK(!qda_fastrpc_dsp_of("/dev/adsprpc-smd", dsp, NULL));
}

static void test_dmabuf_alloc(void)
{
    static const uint8_t bytes[16] = { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11 };
    static const uint8_t after[16] = { 33, 0, 0, 0, 0, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11 };
    const struct fake_answer works = { 0xc0105201u, 0, after, 16 };
    const struct fake_answer fails = { 0xc0105201u, -ENOMEM, after, 16 };
    int dmabuf = 7;
    int fd = open_node(&fails, 1);
    CHECK_INT(table()->dmabuf_alloc(&bench.fake.base, fd, 0x1122334455667788u, &dmabuf), -ENOMEM);
    CHECK_INT(dmabuf, 7);
    fd = open_node(&works, 1);
    CHECK_INT(table()->dmabuf_alloc(&bench.fake.base, fd, 0x1122334455667788u, &dmabuf), 0);
    CHECK_INT(dmabuf, 33);
    check_call(0xc0105201u, bytes, sizeof(bytes));
}

static void test_session_create(void)
{
    static const uint8_t bytes[24] = { 0x04, 0x03, 0x02, 0x01, 0x14, 0x13, 0x12, 0x11, 0x24, 0x23, 0x22, 0x21,
                                       0x34, 0x33, 0x32, 0x31, 0x48, 0x47, 0x46, 0x45, 0x44, 0x43, 0x42, 0x41 };
    struct qda_session_args args = {
        .file = (const void *)(uintptr_t)0x4142434445464748u,
        .file_len = 0x01020304,
        .buffer = 0x11121314,
        .attrs = 0x21222324,
        .sig_len = 0x31323334,
    };
    const struct fake_answer aee = { 0xc0185205u, 0x27, NULL, 0 };
    int fd = open_node(&aee, 1);
    CHECK_INT(table()->session_create(&bench.fake.base, fd, &args), 0x27); /* a positive AEE code passes */
    check_call(0xc0185205u, bytes, sizeof(bytes));
    args.buffer = 0; /* the kernel would take `file` for an address of its own */
    CHECK_INT(table()->session_create(&bench.fake.base, fd, &args), -EOPNOTSUPP);
    CHECK_INT(bench.fake.call_count, 1);
}

static void test_map_buffer(void)
{
    static const uint8_t bytes[64] = { 0,    0,    0,    0,    0x24, 0x23, 0x22, 0x21, 0x44, 0x43, 0x42, 0x41, 0x14, 0x13, 0x12, 0x11,
                                       0x58, 0x57, 0x56, 0x55, 0x54, 0x53, 0x52, 0x51, 0x68, 0x67, 0x66, 0x65, 0x64, 0x63, 0x62, 0x61,
                                       0,    0,    0,    0,    0,    0,    0,    0,    0x34, 0x33, 0x32, 0x31 };
    uint8_t after[64] = { 0 };
    memcpy(after + 32, "\x78\x77\x76\x75\x74\x73\x72\x71", 8);
    const struct fake_answer works = { 0xc040520au, 0, after, sizeof(after) };
    const struct fake_answer aee = { 0xc040520au, 9, after, sizeof(after) };
    struct qda_map_args args = { .request = 2, .flags = 0x11121314, .buffer = 0x21222324, .attrs = 0x31323334,
                                 .offset = 0x41424344, .vaddr_in = 0x5152535455565758u, .size = 0x6162636465666768u };
    int fd = open_node(&aee, 1);
    CHECK_INT(table()->map(&bench.fake.base, fd, &args), 9);
    CHECK_HEX(args.vaddr_out, 0);
    fd = open_node(&works, 1);
    CHECK_INT(table()->map(&bench.fake.base, fd, &args), 0);
    CHECK_HEX(args.vaddr_out, 0x7172737475767778u);
    check_call(0xc040520au, bytes, sizeof(bytes));
}

static void test_map_allocated(void)
{
    static const uint8_t bytes[32] = { 0xff, 0xff, 0xff, 0xff, 0x00, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                       0x68, 0x67, 0x66, 0x65, 0x64, 0x63, 0x62, 0x61 };
    uint8_t after[32] = { 0 };
    memcpy(after + 24, "\x78\x77\x76\x75\x74\x73\x72\x71", 8);
    const struct fake_answer works = { 0xc0205206u, 0, after, sizeof(after) };
    struct qda_map_args args = { .request = 1, .flags = QDA_FASTRPC_MMAP_ADD_PAGES, .size = 0x6162636465666768u };
    struct qda_map_args none = { .request = 1, .flags = 0, .buffer = 33, .size = 4096 };
    int fd = open_node(&works, 1);
    CHECK_INT(table()->map(&bench.fake.base, fd, &args), 0);
    CHECK_HEX(args.vaddr_out, 0x7172737475767778u);
    check_call(0xc0205206u, bytes, sizeof(bytes));
    CHECK_INT(table()->map(&bench.fake.base, fd, &none), -EOPNOTSUPP); /* a buffer cannot be mapped by it */
    none.request = 3;
    CHECK_INT(table()->map(&bench.fake.base, fd, &none), -EINVAL);
    CHECK_INT(bench.fake.call_count, 1);
}

static void test_unmap(void)
{
    static const uint8_t allocated[16] = { 0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32, 0x31,
                                           0x48, 0x47, 0x46, 0x45, 0x44, 0x43, 0x42, 0x41 };
    static const uint8_t buffer[48] = { 0,    0,    0,    0,    0x14, 0x13, 0x12, 0x11, 0x28, 0x27, 0x26, 0x25,
                                        0x24, 0x23, 0x22, 0x21, 0x48, 0x47, 0x46, 0x45, 0x44, 0x43, 0x42, 0x41 };
    const struct fake_answer answers[] = { { 0xc0105207u, 0, NULL, 0 }, { 0xc030520bu, -EPIPE, NULL, 0 } };
    struct qda_unmap_args args = { .request = 1, .buffer = 0x11121314, .vaddr = 0x2122232425262728u,
                                   .vaddr_out = 0x3132333435363738u, .size = 0x4142434445464748u };
    int fd = open_node(answers, 2);
    CHECK_INT(table()->unmap(&bench.fake.base, fd, &args), 0);
    check_call(0xc0105207u, allocated, sizeof(allocated));
    args.request = 2;
    fd = open_node(answers, 2);
    CHECK_INT(table()->unmap(&bench.fake.base, fd, &args), -EPIPE);
    check_call(0xc030520bu, buffer, sizeof(buffer));
}

static void test_invoke(void)
{
    static const uint8_t bytes[16] = { 0x04, 0x03, 0x02, 0x01, 0x00, 0x01, 0x02, 0x0a,
                                       0x48, 0x47, 0x46, 0x45, 0x44, 0x43, 0x42, 0x41 };
    const void *elements = (const void *)(uintptr_t)0x4142434445464748u;
    const struct fake_answer aee = { 0xc0105203u, 0x8000040, NULL, 0 };
    int fd = open_node(&aee, 1);
    CHECK_INT(table()->invoke(&bench.fake.base, fd, 0x01020304, 0x0a020100, elements), 0x8000040);
    check_call(0xc0105203u, bytes, sizeof(bytes));
}

static void test_capability(void)
{
    static const uint8_t bytes[28] = { 0, 0, 0, 0, 6, 0, 0, 0 };
    static const uint8_t after[28] = { 0, 0, 0, 0, 6, 0, 0, 0, 0x73 };
    const struct fake_answer works = { 0xc01c520du, 0, after, 28 };
    const struct fake_answer none = { 0xc01c520du, -EOPNOTSUPP, after, 28 };
    uint32_t value = 5;
    int fd = open_node(&none, 1);
    CHECK_INT(table()->capability(&bench.fake.base, fd, 6, &value), -EOPNOTSUPP);
    CHECK_INT(value, 5);
    fd = open_node(&works, 1);
    CHECK_INT(table()->capability(&bench.fake.base, fd, 6, &value), 0);
    CHECK_INT(value, 0x73);
    check_call(0xc01c520du, bytes, sizeof(bytes));
}

/* ---- Finding */

static void add_kernel_btf(void)
{
    size_t len = qda_btf_write(QDA_BTF_VMLINUX, NULL, 0, bench.kernel, sizeof(bench.kernel));
    CHECK(len > 0);
    add_file(KERNEL_BTF, S_IFREG, bench.kernel, len);
}

static void add_module_btf(const char *path, const struct qda_layout *layouts, size_t count)
{
    size_t len = qda_btf_write(QDA_BTF_MODULE, layouts, count, bench.module, sizeof(bench.module));
    CHECK(len > 0);
    add_kernel_btf();
    add_file(path, S_IFREG, bench.module, len);
}

static void add_fastrpc_btf(const char *path)
{
    size_t count = 0;
    const struct qda_layout *layouts = qda_layouts(QDA_LAYOUTS_FASTRPC, &count);
    add_module_btf(path, layouts, count);
}

static struct qda_node find_one(enum qda_generation forced)
{
    struct qda_node nodes[4] = { 0 };
    CHECK_INT(qda_find_nodes(&bench.fake.base, forced, nodes, 4), 1);
    CHECK_INT(bench.fake.open_now, 0);
    return nodes[0];
}

static void check_proven(const char *by)
{
    struct qda_node node = find_one(QDA_GEN_NONE);
    CHECK(node.driver == table());
    CHECK_STR(node.path, "/dev/fastrpc-cdsp");
    CHECK_STR(node.dsp, "cdsp");
    CHECK_INT(node.error, 0);
    CHECK_CONTAINS(node.proof, by);
}

static void test_btf_proves(void)
{
    static const char *const modules[] = { FASTRPC_BTF, SHIM_BTF };
    for (size_t i = 0; i < 2; i++) {
        start();
        add_node("/dev/fastrpc-cdsp");
        add_fastrpc_btf(modules[i]);
        check_proven(modules[i]);
        CHECK_INT(bench.fake.call_count, 0); /* no probe */
    }
}

static void test_built_in(void)
{
    size_t count = 0;
    const struct qda_layout *layouts = qda_layouts(QDA_LAYOUTS_FASTRPC, &count);
    start();
    add_node("/dev/fastrpc-cdsp");
    add_file(KERNEL_BTF, S_IFREG, bench.kernel,
             qda_btf_write(QDA_BTF_WHOLE, layouts, count, bench.kernel, sizeof(bench.kernel)));
    check_proven(KERNEL_BTF);
}

/* A kernel before 5.17: four structs less, and the two members under their other names. */
static void test_other_kernels(void)
{
    struct qda_layout layouts[10];
    struct qda_layout_member members[2][8];
    size_t count = 0;
    memcpy(layouts, qda_layouts(QDA_LAYOUTS_FASTRPC, &count), sizeof(layouts));
    for (size_t i = 0, at = 0; i < count; i++) {
        const char *also = strcmp(layouts[i].name, "fastrpc_invoke_args") == 0 ? "reserved"
                           : strcmp(layouts[i].name, "fastrpc_ioctl_capability") == 0 ? "unused" : NULL;
        if (also == NULL)
            continue;
        memcpy(members[at], layouts[i].members, layouts[i].count * sizeof(members[0][0]));
        members[at][at == 0 ? 3 : 0].name = also;
        layouts[i].members = members[at++];
    }
    start();
    add_node("/dev/fastrpc-cdsp");
    add_module_btf(FASTRPC_BTF, layouts, count);
    check_proven(FASTRPC_BTF);
    start();
    add_node("/dev/fastrpc-cdsp");
    add_module_btf(FASTRPC_BTF, layouts, 6);
    check_proven(FASTRPC_BTF);
}

static void check_refused(const char *because)
{
    struct qda_node node = find_one(QDA_GEN_NONE);
    CHECK(node.driver == NULL);
    CHECK_STR(node.dsp, "cdsp");
    CHECK_CONTAINS(node.proof, "refused");
    CHECK_CONTAINS(node.proof, because);
    CHECK_CONTAINS(node.proof, "--generation fastrpc");
    CHECK(strlen(node.proof) < sizeof(node.proof) - 1); /* nothing cut off */
}

/* Each struct in turn: a member moved, the struct grown, one member more. */
static void test_any_difference_is_refused(void)
{
    size_t count = 0;
    const struct qda_layout *ours = qda_layouts(QDA_LAYOUTS_FASTRPC, &count);
    for (size_t i = 0; i < count; i++) {
        struct qda_layout layouts[10];
        struct qda_layout_member members[16];
        memcpy(layouts, ours, sizeof(layouts));
        memcpy(members, ours[i].members, ours[i].count * sizeof(members[0]));
        layouts[i].members = members;
        for (int change = 0; change < 3; change++) {
            members[0].offset = change == 0 ? 4 : 0;
            layouts[i].size = ours[i].size + (change == 1 ? 8 : 0);
            members[ours[i].count] = (struct qda_layout_member){ "more", 0, 4, QDA_MEMBER_UNSIGNED };
            layouts[i].count = ours[i].count + (change == 2 ? 1 : 0);
            start();
            add_node("/dev/fastrpc-cdsp");
            add_module_btf(FASTRPC_BTF, layouts, count);
            check_refused(ours[i].name);
        }
    }
}

static void test_unknown_module_is_refused(void)
{
    static const struct qda_layout_member members[] = { { "handle", 0, 4, QDA_MEMBER_UNSIGNED } };
    static const struct qda_layout other[] = { { "fastrpc_create_v2", 4, members, 1 } };
    start();
    add_node("/dev/fastrpc-cdsp");
    add_module_btf(FASTRPC_BTF, other, 1);
    check_refused("no struct fastrpc_init_create");
    start();
    add_node("/dev/fastrpc-cdsp");
    add_file(FASTRPC_BTF, S_IFREG, "junk", 4);
    check_refused("damaged");
}

static void test_probe(void)
{
    uint8_t bytes[28] = { 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff };
    start();
    add_node("/dev/fastrpc-cdsp");
    check_proven("EOVERFLOW");
    check_call(0xc01c520du, bytes, sizeof(bytes));
    bench.capability = -ENOTTY;
    check_refused("Inappropriate ioctl");
    bench.capability = 0;
    check_refused("success");
}

static void test_forced(void)
{
    start();
    add_node("/dev/fastrpc-cdsp");
    bench.capability = -ENOTTY;
    struct qda_node node = find_one(QDA_GEN_FASTRPC);
    CHECK(node.driver == table());
    CHECK_CONTAINS(node.proof, "the user named it");
    CHECK_CONTAINS(node.proof, "not proven");
    CHECK_INT(bench.fake.call_count, 0);
    add_fastrpc_btf(FASTRPC_BTF);
    CHECK_CONTAINS(find_one(QDA_GEN_FASTRPC).proof, "the BTF agrees");
    CHECK_INT(qda_find_nodes(&bench.fake.base, QDA_GEN_V1, &node, 1), -ENOENT); /* no accel node, and no other is v1 */
}

/* The open node of a DSP comes before its secure one; accel nodes come before both. */
static void test_order(void)
{
    struct qda_node nodes[8];
    start();
    add_node("/dev/fastrpc-cdsp-secure");
    add_node("/dev/fastrpc-cdsp");
    add_node("/dev/fastrpc-adsp-secure");
    add_node("/dev/accel/accel0");
    add_file("/dev/fastrpc-gdsp0", S_IFREG, NULL, 0);
    add_node("/dev/fastrpc-mdsp");
    bench.files[bench.file_count - 1].rdev_major = 511; /* no misc device */
    CHECK_INT(qda_find_nodes(&bench.fake.base, QDA_GEN_NONE, nodes, 8), 4);
    CHECK_STR(nodes[0].path, "/dev/accel/accel0");
    CHECK_STR(nodes[1].path, "/dev/fastrpc-adsp-secure");
    CHECK_STR(nodes[2].path, "/dev/fastrpc-cdsp");
    CHECK_STR(nodes[3].path, "/dev/fastrpc-cdsp-secure");
    CHECK_STR(nodes[3].dsp, "cdsp");
    CHECK_STR(nodes[2].signed_path, "/dev/fastrpc-cdsp-secure");
    CHECK_STR(nodes[1].signed_path, ""); /* adsp: its only node is the secure one */
    CHECK_STR(nodes[3].signed_path, "");
    CHECK_INT(qda_find_nodes(&bench.fake.base, QDA_GEN_NONE, nodes, 2), 2);
    CHECK_STR(nodes[1].path, "/dev/fastrpc-adsp-secure");
    CHECK_INT(qda_find_nodes(&bench.fake.base, QDA_GEN_FASTRPC, nodes, 8), 3);
}

static void test_open_fails(void)
{
    start();
    add_node("/dev/fastrpc-cdsp");
    bench.files[0].open_error = -EBUSY;
    struct qda_node node = find_one(QDA_GEN_NONE);
    CHECK(node.driver == NULL);
    CHECK_INT(node.error, -EBUSY);
    CHECK_STR(node.dsp, "cdsp");
    CHECK_CONTAINS(node.proof, "every session of this DSP is taken");
    bench.files[0].open_error = -EACCES;
    CHECK_CONTAINS(find_one(QDA_GEN_FASTRPC).proof, "run as root");
}

int main(void)
{
    check_run("the table says what it has not", test_table);
    check_run("the DSP's name comes from the node's path", test_query);
    check_run("names of nodes", test_names_of_nodes);
    check_run("ALLOC_DMA_BUFF: bytes", test_dmabuf_alloc);
    check_run("INIT_CREATE: bytes, never without a buffer", test_session_create);
    check_run("MEM_MAP: bytes, address only on success", test_map_buffer);
    check_run("MMAP: bytes, only where the kernel allocates", test_map_allocated);
    check_run("MUNMAP and MEM_UNMAP: bytes", test_unmap);
    check_run("INVOKE: bytes, and AEE codes pass", test_invoke);
    check_run("GET_DSP_INFO: bytes", test_capability);
    check_run("the module's BTF proves", test_btf_proves);
    check_run("vmlinux's BTF proves where the driver is built in", test_built_in);
    check_run("older and newer kernels are known", test_other_kernels);
    check_run("any difference in the ABI is refused", test_any_difference_is_refused);
    check_run("a module without our structs is refused", test_unknown_module_is_refused);
    check_run("without BTF: one probe that the driver answers by itself", test_probe);
    check_run("the user names the generation", test_forced);
    check_run("order of nodes", test_order);
    check_run("nodes that cannot be opened", test_open_fails);
    return check_done();
}
