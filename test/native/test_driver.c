/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "driver/driver.h"
#include "fake_sys.h"
#include "uapi/dma_buf.h"
#include "uapi/dma_heap.h"
#include "uapi/drm_core.h"
#include "uapi/qda_rfc.h"
#include "uapi/qda_v1.h"
#include "uapi/udmabuf.h"

/*
 * What each wrapper gives to the kernel, byte by byte, and what it takes back. The bytes are written out here (x86 and
 * arm64 are little-endian), not computed from the headers.
 */
static const struct fake_file node_file[] = { { .path = "/n", .mode = S_IFCHR } };

/* The wrapper's one call: number and bytes. */
static void check_call(const struct fake_sys *fake, unsigned long request, const uint8_t *bytes, size_t len)
{
    if (!CHECK_INT(fake->call_count, 1))
        return;
    CHECK_HEX(fake->calls[0].request, request);
    CHECK_INT(QDA_IOC_SIZE(request), len);
    CHECK_MEM(fake->calls[0].before, bytes, len);
}

static int start(struct fake_sys *fake, const struct fake_answer *answer)
{
    fake_sys_init(fake, node_file, 1);
    fake->answers = answer;
    fake->answer_count = answer != NULL;
    return fake->base.ops->open(&fake->base, "/n", O_RDWR);
}

static void check_query(enum qda_generation generation)
{
    static const uint8_t zeroes[16] = { 0 };
    const struct fake_answer full = { 0x80106440u, 0, "abcdefghijklmnop", 16 };
    const struct fake_answer failing = { 0x80106440u, -ENODEV, "zzzzzzzzzzzzzzzz", 16 };
    struct fake_sys fake;
    char name[16] = "keep";
    int fd = start(&fake, &failing);
    CHECK_INT(qda_driver_for(generation)->query(&fake.base, fd, name), -ENODEV);
    CHECK_STR(name, "keep");
    fd = start(&fake, &full);
    CHECK_INT(qda_driver_for(generation)->query(&fake.base, fd, name), 0);
    CHECK_STR(name, "abcdefghijklmno"); /* terminated, whatever the driver does */
    check_call(&fake, 0x80106440u, zeroes, 16);
}

static void test_query(void)
{
    check_query(QDA_GEN_V1);
    check_query(QDA_GEN_RFC);
}

static void check_gem_create(enum qda_generation generation, const uint8_t before[16], const uint8_t after[16])
{
    const struct fake_answer answer = { 0xc0106441u, 0, after, 16 };
    struct fake_sys fake;
    uint32_t handle = 0;
    int fd = start(&fake, &answer);
    CHECK_INT(qda_driver_for(generation)->gem_create(&fake.base, fd, 0x1122334455667788u, &handle), 0);
    CHECK_HEX(handle, 0x0a0b0c0du);
    check_call(&fake, 0xc0106441u, before, 16);
}

static void test_gem_create(void)
{
    static const uint8_t v1_before[16] = { 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11 }; /* size, handle, pad 0 */
    static const uint8_t v1_after[16] = { 1, 1, 1, 1, 1, 1, 1, 1, 0x0d, 0x0c, 0x0b, 0x0a };
    static const uint8_t rfc_before[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11 };
    static const uint8_t rfc_after[16] = { 0x0d, 0x0c, 0x0b, 0x0a, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1 };
    check_gem_create(QDA_GEN_V1, v1_before, v1_after);
    check_gem_create(QDA_GEN_RFC, rfc_before, rfc_after);
}

static void check_mmap_offset(enum qda_generation generation, const uint8_t before[16], const uint8_t after[16])
{
    const struct fake_answer answer = { 0xc0106442u, 0, after, 16 };
    struct fake_sys fake;
    uint64_t offset = 0;
    int fd = start(&fake, &answer);
    CHECK_INT(qda_driver_for(generation)->gem_mmap_offset(&fake.base, fd, 0x0a0b0c0du, &offset), 0);
    CHECK_HEX(offset, 0x1122334455667788u);
    check_call(&fake, 0xc0106442u, before, 16);
}

static void test_gem_mmap_offset(void)
{
    static const uint8_t v1_before[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0x0d, 0x0c, 0x0b, 0x0a };
    static const uint8_t v1_after[16] = { 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11 };
    static const uint8_t rfc_before[16] = { 0x0d, 0x0c, 0x0b, 0x0a };
    static const uint8_t rfc_after[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11 };
    check_mmap_offset(QDA_GEN_V1, v1_before, v1_after);
    check_mmap_offset(QDA_GEN_RFC, rfc_before, rfc_after);
}

static void check_session_create(enum qda_generation generation)
{
    static const uint8_t bytes[24] = { 0x04, 0x03, 0x02, 0x01, 0x14, 0x13, 0x12, 0x11, 0x24, 0x23, 0x22, 0x21,
                                       0x34, 0x33, 0x32, 0x31, 0x48, 0x47, 0x46, 0x45, 0x44, 0x43, 0x42, 0x41 };
    const struct qda_session_args args = {
        .file = (const void *)(uintptr_t)0x4142434445464748u,
        .file_len = 0x01020304,
        .buffer = 0x11121314,
        .attrs = 0x21222324,
        .sig_len = 0x31323334,
    };
    const struct fake_answer aee = { 0xc0186444u, 0x27, NULL, 0 };
    struct fake_sys fake;
    int fd = start(&fake, &aee);
    CHECK_INT(qda_driver_for(generation)->session_create(&fake.base, fd, &args), 0x27); /* a positive AEE code passes */
    check_call(&fake, 0xc0186444u, bytes, sizeof(bytes));
}

static void test_session_create(void)
{
    check_session_create(QDA_GEN_V1);
    check_session_create(QDA_GEN_RFC);
}

static void check_map(enum qda_generation generation)
{
    static const uint8_t bytes[48] = { 2, 0, 0, 0, 0x14, 0x13, 0x12, 0x11, 0x24, 0x23, 0x22, 0x21, 0x34, 0x33, 0x32, 0x31,
                                       0x44, 0x43, 0x42, 0x41, /* pad or reserved */ 0, 0, 0, 0,
                                       0x58, 0x57, 0x56, 0x55, 0x54, 0x53, 0x52, 0x51,
                                       0x68, 0x67, 0x66, 0x65, 0x64, 0x63, 0x62, 0x61, 0, 0, 0, 0, 0, 0, 0, 0 };
    uint8_t after[48] = { 0 };
    memcpy(after + 40, "\x78\x77\x76\x75\x74\x73\x72\x71", 8);
    const struct fake_answer works = { 0xc0306445u, 0, after, sizeof(after) };
    const struct fake_answer aee = { 0xc0306445u, 9, after, sizeof(after) };
    struct qda_map_args args = { .request = 2, .flags = 0x11121314, .buffer = 0x21222324, .attrs = 0x31323334,
                                 .offset = 0x41424344, .vaddr_in = 0x5152535455565758u, .size = 0x6162636465666768u };
    struct fake_sys fake;
    int fd = start(&fake, &aee);
    CHECK_INT(qda_driver_for(generation)->map(&fake.base, fd, &args), 9);
    CHECK_HEX(args.vaddr_out, 0); /* refused by the DSP: no address */
    fd = start(&fake, &works);
    CHECK_INT(qda_driver_for(generation)->map(&fake.base, fd, &args), 0);
    CHECK_HEX(args.vaddr_out, 0x7172737475767778u);
    check_call(&fake, 0xc0306445u, bytes, sizeof(bytes));
}

static void test_map(void)
{
    check_map(QDA_GEN_V1);
    check_map(QDA_GEN_RFC);
}

static void check_unmap(enum qda_generation generation)
{
    static const uint8_t bytes[32] = { 1, 0, 0, 0, 0x14, 0x13, 0x12, 0x11, 0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21,
                                       0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32, 0x31,
                                       0x48, 0x47, 0x46, 0x45, 0x44, 0x43, 0x42, 0x41 };
    const struct qda_unmap_args args = { .request = 1, .buffer = 0x11121314, .vaddr = 0x2122232425262728u,
                                         .vaddr_out = 0x3132333435363738u, .size = 0x4142434445464748u };
    const struct fake_answer failing = { 0xc0206446u, -ENOTCONN, NULL, 0 };
    struct fake_sys fake;
    int fd = start(&fake, &failing);
    CHECK_INT(qda_driver_for(generation)->unmap(&fake.base, fd, &args), -ENOTCONN);
    check_call(&fake, 0xc0206446u, bytes, sizeof(bytes));
}

static void test_unmap(void)
{
    check_unmap(QDA_GEN_V1);
    check_unmap(QDA_GEN_RFC);
}

static void check_invoke(enum qda_generation generation)
{
    static const uint8_t bytes[16] = { 0x04, 0x03, 0x02, 0x01, 0x00, 0x01, 0x02, 0x0a,
                                       0x48, 0x47, 0x46, 0x45, 0x44, 0x43, 0x42, 0x41 };
    const void *elements = (const void *)(uintptr_t)0x4142434445464748u;
    const struct fake_answer aee = { 0xc0106447u, 0x8000040, NULL, 0 };
    struct fake_sys fake;
    int fd = start(&fake, &aee);
    CHECK_INT(qda_driver_for(generation)->invoke(&fake.base, fd, 0x01020304, 0x0a020100, elements), 0x8000040);
    check_call(&fake, 0xc0106447u, bytes, sizeof(bytes));
}

static void test_invoke(void)
{
    check_invoke(QDA_GEN_V1);
    check_invoke(QDA_GEN_RFC);
}

/* A failed call leaves the outputs alone. */
static void test_failures_leave_outputs(void)
{
    static const struct fake_answer answers[] = {
        { 0xc0106441u, -ENOMEM, "xxxxxxxxxxxxxxxx", 16 }, { 0xc0106442u, -ENOENT, "xxxxxxxxxxxxxxxx", 16 },
        { 0xc00c642du, -ENOENT, "xxxxxxxxxxxx", 12 },     { 0xc00c642eu, -EBADF, "xxxxxxxxxxxx", 12 },
        { 0xc0184800u, -EINVAL, "xxxxxxxxxxxxxxxx", 16 }, { 0x40187542u, -EBADFD, NULL, 0 },
    };
    for (int g = QDA_GEN_V1; g <= QDA_GEN_RFC; g++) {
        const struct qda_driver *driver = qda_driver_for((enum qda_generation)g);
        struct fake_sys fake;
        uint32_t handle = 7;
        uint64_t offset = 7;
        int dmabuf = 7;
        int fd = start(&fake, answers);
        fake.answer_count = sizeof(answers) / sizeof(answers[0]);
        CHECK_INT(driver->gem_create(&fake.base, fd, 4096, &handle), -ENOMEM);
        CHECK_INT(driver->gem_mmap_offset(&fake.base, fd, 1, &offset), -ENOENT);
        CHECK_INT(qda_prime_export(&fake.base, fd, 1, O_CLOEXEC, &dmabuf), -ENOENT);
        CHECK_INT(qda_prime_import(&fake.base, fd, 5, &handle), -EBADF);
        CHECK_INT(qda_heap_alloc(&fake.base, fd, 0, &dmabuf), -EINVAL);
        CHECK_INT(qda_udmabuf_create(&fake.base, fd, 5, 4096, &dmabuf), -EBADFD);
        CHECK_INT(handle, 7);
        CHECK_INT(offset, 7);
        CHECK_INT(dmabuf, 7);
    }
}

static void test_prime(void)
{
    static const uint8_t export_bytes[12] = { 9, 0, 0, 0, 2, 0, 8, 0, 0xff, 0xff, 0xff, 0xff };
    static const uint8_t import_bytes[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 33, 0, 0, 0 };
    static const uint8_t export_after[12] = { 9, 0, 0, 0, 2, 0, 8, 0, 44, 0, 0, 0 };
    static const uint8_t import_after[12] = { 17, 0, 0, 0, 0, 0, 0, 0, 33, 0, 0, 0 };
    const struct fake_answer exported = { 0xc00c642du, 0, export_after, 12 };
    const struct fake_answer imported = { 0xc00c642eu, 0, import_after, 12 };
    struct fake_sys fake;
    int dmabuf = -1;
    uint32_t handle = 0;
    int fd = start(&fake, &exported);
    CHECK_INT(qda_prime_export(&fake.base, fd, 9, O_CLOEXEC | O_RDWR, &dmabuf), 0);
    CHECK_INT(dmabuf, 44);
    check_call(&fake, 0xc00c642du, export_bytes, 12);
    fd = start(&fake, &imported);
    CHECK_INT(qda_prime_import(&fake.base, fd, 33, &handle), 0);
    CHECK_INT(handle, 17);
    check_call(&fake, 0xc00c642eu, import_bytes, 12);
}

static void test_gem_close_and_sync(void)
{
    static const uint8_t close_bytes[8] = { 5, 0, 0, 0, 0, 0, 0, 0 };
    static const uint8_t sync_bytes[8] = { 7, 0, 0, 0, 0, 0, 0, 0 };
    const struct fake_answer closing = { 0x40086409u, -EINVAL, NULL, 0 };
    const struct fake_answer syncing = { 0x40086200u, 0, NULL, 0 };
    struct fake_sys fake;
    int fd = start(&fake, &closing);
    CHECK_INT(qda_gem_close(&fake.base, fd, 5), -EINVAL);
    check_call(&fake, 0x40086409u, close_bytes, 8);
    fd = start(&fake, &syncing);
    CHECK_INT(qda_dmabuf_sync(&fake.base, fd, QDA_DMA_BUF_SYNC_RW | QDA_DMA_BUF_SYNC_END), 0);
    check_call(&fake, 0x40086200u, sync_bytes, 8);
}

static void test_exporters(void)
{
    static const uint8_t heap_bytes[24] = { 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 8, 0 };
    static const uint8_t heap_after[24] = { 0, 0x10, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 2, 0, 8, 0 };
    static const uint8_t udmabuf_bytes[24] = { 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20 };
    const struct fake_answer heap = { 0xc0184800u, 0, heap_after, 24 };
    const struct fake_answer udmabuf = { 0x40187542u, 55, NULL, 0 };
    struct fake_sys fake;
    int dmabuf = -1;
    int fd = start(&fake, &heap);
    CHECK_INT(qda_heap_alloc(&fake.base, fd, 4096, &dmabuf), 0);
    CHECK_INT(dmabuf, 21);
    check_call(&fake, 0xc0184800u, heap_bytes, 24);
    fd = start(&fake, &udmabuf);
    CHECK_INT(qda_udmabuf_create(&fake.base, fd, 6, 8192, &dmabuf), 0);
    CHECK_INT(dmabuf, 55);
    check_call(&fake, 0x40187542u, udmabuf_bytes, 24);
}

static void test_set_name(void)
{
    static const char name[QDA_DMA_BUF_NAME_LEN] = "frame 7";
    const struct fake_answer answer = { 0x40086201u, 0, NULL, 0 };
    struct fake_sys fake;
    int fd = start(&fake, &answer);
    CHECK_INT(qda_dmabuf_set_name(&fake.base, fd, name), 0);
    CHECK_HEX(fake.calls[0].request, 0x40086201u);
    CHECK_MEM(fake.calls[0].before, name, 8); /* the argument is the text itself */
}

/* Writes texts as the DRM core does: cut to the room given, no NUL, the whole length told. */
static int answer_version(struct fake_sys *fake, const char *path, unsigned long request, void *arg)
{
    static const char desc[] = "Qualcomm DSP Accelerator Driver, with a description that is longer than any room for it";
    struct qda_drm_version_arg *v = arg;
    (void)fake, (void)path, (void)request;
    memcpy((void *)(uintptr_t)v->name, "qda", 3);
    memcpy((void *)(uintptr_t)v->date, "0", 1);
    memcpy((void *)(uintptr_t)v->desc, desc, v->desc_len);
    v->version_patchlevel = 2;
    v->name_len = 3;
    v->date_len = 1;
    v->desc_len = sizeof(desc) - 1;
    return 0;
}

static void test_version(void)
{
    struct fake_sys fake;
    struct qda_drm_version version;
    memset(&version, 'x', sizeof(version));
    int fd = start(&fake, NULL);
    CHECK_INT(qda_drm_version(&fake.base, fd, &version), -ENOTTY);
    fake.on_ioctl = answer_version;
    CHECK_INT(qda_drm_version(&fake.base, fd, &version), 0);
    CHECK_HEX(fake.calls[1].request, 0xc0406400u);
    CHECK_STR(version.name, "qda");
    CHECK_STR(version.date, "0");
    CHECK_INT(strlen(version.desc), sizeof(version.desc) - 1);
    CHECK_INT(version.patch, 2);
}

static void test_tables(void)
{
    CHECK(qda_driver_for(QDA_GEN_NONE) == NULL);
    CHECK_STR(qda_driver_for(QDA_GEN_V1)->name, "qda-v1");
    CHECK_STR(qda_driver_for(QDA_GEN_RFC)->name, "qda-rfc");
    CHECK_INT(qda_driver_for(QDA_GEN_RFC)->generation, QDA_GEN_RFC);
    CHECK_INT(qda_generation_from_name("v1"), QDA_GEN_V1);
    CHECK_INT(qda_generation_from_name("rfc"), QDA_GEN_RFC);
    CHECK_INT(qda_generation_from_name("v2"), QDA_GEN_NONE);
    CHECK_INT(qda_generation_from_name(""), QDA_GEN_NONE);
}

int main(void)
{
    check_run("QUERY gives a terminated name", test_query);
    check_run("GEM_CREATE: v1 size first, RFC handle first, pad 0", test_gem_create);
    check_run("GEM_MMAP_OFFSET: v1 offset first, RFC handle first, pad 0", test_gem_mmap_offset);
    check_run("SESSION_CREATE: bytes, and AEE codes pass", test_session_create);
    check_run("MAP: bytes, pad 0, address only on success", test_map);
    check_run("MUNMAP: bytes", test_unmap);
    check_run("INVOKE: bytes, and AEE codes pass", test_invoke);
    check_run("failed calls leave outputs alone", test_failures_leave_outputs);
    check_run("PRIME export and import", test_prime);
    check_run("GEM_CLOSE and SYNC", test_gem_close_and_sync);
    check_run("dma-heap and udmabuf", test_exporters);
    check_run("a dma-buf's name", test_set_name);
    check_run("VERSION: texts cut and terminated", test_version);
    check_run("tables and names of generations", test_tables);
    return check_done();
}
