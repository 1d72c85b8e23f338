/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <misc/fastrpc.h>
#include <stddef.h>

#include "uapi/dma_buf.h"
#include "uapi/dma_heap.h"
#include "uapi/drm_core.h"
#include "uapi/fastrpc.h"
#include "rpcmsg/scalars.h"
#include "uapi/layouts.h"
#include "uapi/qda_rfc.h"
#include "uapi/qda_v1.h"
#include "uapi/udmabuf.h"

/*
 * Sizes, offsets and numbers are asserted where they are declared. Here: our encoding of numbers against the C library's,
 * our headers against this machine's where it has them, and the layouts as data.
 */

static void test_encoding(void)
{
    CHECK_HEX(QDA_IO('d', 0x43), _IO('d', 0x43));
    CHECK_HEX(QDA_IOR('d', 0x40, struct qda_v1_query), _IOR('d', 0x40, struct qda_v1_query));
    CHECK_HEX(QDA_IOW('d', 0x09, struct qda_drm_gem_close), _IOW('d', 0x09, struct qda_drm_gem_close));
    CHECK_HEX(QDA_IOWR('d', 0x45, struct qda_v1_mem_map), _IOWR('d', 0x45, struct qda_v1_mem_map));
    CHECK_HEX(QDA_IOC_SIZE(0xc0306445u), 48);
    CHECK_HEX(QDA_IOC_NR(0xc0306445u), 0x45);
    CHECK_HEX(QDA_IOC_TYPE(0xc0306445u), 'd');
    CHECK_HEX(QDA_IOC_DIR(0x80106440u), QDA_IOC_READ);
}

static void test_against_dma_buf_headers(void)
{
    CHECK_HEX(QDA_DMA_BUF_IOCTL_SYNC, DMA_BUF_IOCTL_SYNC);
    CHECK_HEX(QDA_DMA_BUF_IOCTL_SET_NAME_A, DMA_BUF_SET_NAME_A);
    CHECK_HEX(QDA_DMA_BUF_IOCTL_SET_NAME_B, DMA_BUF_SET_NAME_B);
    CHECK_HEX(QDA_DMA_BUF_SYNC_END, DMA_BUF_SYNC_END);
    CHECK_HEX(QDA_DMA_BUF_SYNC_VALID, DMA_BUF_SYNC_VALID_FLAGS_MASK);
    CHECK_INT(QDA_DMA_BUF_NAME_LEN, DMA_BUF_NAME_LEN);
#ifdef DMA_BUF_IOCTL_EXPORT_SYNC_FILE
    CHECK_HEX(QDA_DMA_BUF_IOCTL_EXPORT_SYNC_FILE, DMA_BUF_IOCTL_EXPORT_SYNC_FILE);
    CHECK_HEX(QDA_DMA_BUF_IOCTL_IMPORT_SYNC_FILE, DMA_BUF_IOCTL_IMPORT_SYNC_FILE);
#endif
}

static void test_against_exporter_headers(void)
{
    CHECK_HEX(QDA_DMA_HEAP_IOCTL_ALLOC, DMA_HEAP_IOCTL_ALLOC);
    CHECK_INT(offsetof(struct qda_dma_heap_allocation, fd), offsetof(struct dma_heap_allocation_data, fd));
    CHECK_INT(offsetof(struct qda_dma_heap_allocation, heap_flags), offsetof(struct dma_heap_allocation_data, heap_flags));
    CHECK_HEX(QDA_UDMABUF_IOCTL_CREATE, UDMABUF_CREATE);
    CHECK_HEX(QDA_UDMABUF_IOCTL_CREATE_LIST, UDMABUF_CREATE_LIST);
    CHECK_HEX(QDA_UDMABUF_CLOEXEC, UDMABUF_FLAGS_CLOEXEC);
    CHECK_INT(offsetof(struct qda_udmabuf_create, size), offsetof(struct udmabuf_create, size));
    CHECK_INT(offsetof(struct qda_udmabuf_create_list, list), offsetof(struct udmabuf_create_list, list));
}

/* SET_OPTION and INIT_CREATE_STATIC are not in every header. */
static void test_against_fastrpc_header(void)
{
    CHECK_HEX(QDA_FASTRPC_IOCTL_ALLOC_DMA_BUFF, FASTRPC_IOCTL_ALLOC_DMA_BUFF);
    CHECK_HEX(QDA_FASTRPC_IOCTL_FREE_DMA_BUFF, FASTRPC_IOCTL_FREE_DMA_BUFF);
    CHECK_HEX(QDA_FASTRPC_IOCTL_INVOKE, FASTRPC_IOCTL_INVOKE);
    CHECK_HEX(QDA_FASTRPC_IOCTL_INIT_ATTACH, FASTRPC_IOCTL_INIT_ATTACH);
    CHECK_HEX(QDA_FASTRPC_IOCTL_INIT_CREATE, FASTRPC_IOCTL_INIT_CREATE);
    CHECK_HEX(QDA_FASTRPC_IOCTL_MMAP, FASTRPC_IOCTL_MMAP);
    CHECK_HEX(QDA_FASTRPC_IOCTL_MUNMAP, FASTRPC_IOCTL_MUNMAP);
    CHECK_HEX(QDA_FASTRPC_IOCTL_INIT_ATTACH_SNS, FASTRPC_IOCTL_INIT_ATTACH_SNS);
    CHECK_HEX(QDA_FASTRPC_IOCTL_MEM_MAP, FASTRPC_IOCTL_MEM_MAP);
    CHECK_HEX(QDA_FASTRPC_IOCTL_MEM_UNMAP, FASTRPC_IOCTL_MEM_UNMAP);
    CHECK_HEX(QDA_FASTRPC_IOCTL_GET_DSP_INFO, FASTRPC_IOCTL_GET_DSP_INFO);
    CHECK_INT(offsetof(struct qda_fastrpc_invoke_args, fd), offsetof(struct fastrpc_invoke_args, fd));
    CHECK_INT(offsetof(struct qda_fastrpc_init_create, file), offsetof(struct fastrpc_init_create, file));
    CHECK_INT(offsetof(struct qda_fastrpc_mem_map, attrs), offsetof(struct fastrpc_mem_map, attrs));
    CHECK_INT(offsetof(struct qda_fastrpc_mem_unmap, length), offsetof(struct fastrpc_mem_unmap, length));
    CHECK_INT(offsetof(struct qda_fastrpc_capability, capability), offsetof(struct fastrpc_ioctl_capability, capability));
}

static void test_fastrpc_memory(void)
{
    CHECK_INT(qda_fastrpc_memory(0), 2u << 20);
    CHECK_INT(qda_fastrpc_memory(512u << 10), 2u << 20);
    CHECK_INT(qda_fastrpc_memory((512u << 10) + 1), 3u << 20);
    CHECK_INT(qda_fastrpc_memory(QDA_FASTRPC_FILELEN_MAX), 8u << 20);
}

static void test_scalars(void)
{
    uint32_t sc = QDA_SCALARS_BUILD(1, 10, 3, 1, 2, 4);
    CHECK_HEX(sc, 0x2a030124u);
    CHECK_INT(QDA_SCALARS_METHOD(sc), 10);
    CHECK_INT(QDA_SCALARS_IN(sc), 3);
    CHECK_INT(QDA_SCALARS_OUT(sc), 1);
    CHECK_INT(QDA_SCALARS_IN_HANDLES(sc), 2);
    CHECK_INT(QDA_SCALARS_OUT_HANDLES(sc), 4);
    CHECK_INT(QDA_SCALARS_LENGTH(sc), 10);
}

static const struct qda_layout *layout_named(const struct qda_layout *layouts, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(layouts[i].name, name) == 0)
            return &layouts[i];
    return NULL;
}

static int offset_in(const struct qda_layout *layout, const char *member)
{
    for (size_t i = 0; layout != NULL && i < layout->count; i++)
        if (strcmp(layout->members[i].name, member) == 0)
            return (int)layout->members[i].offset;
    return -1;
}

static void test_layouts(void)
{
    size_t v1_count = 0, rfc_count = 0;
    const struct qda_layout *v1 = qda_layouts(QDA_LAYOUTS_V1, &v1_count);
    const struct qda_layout *rfc = qda_layouts(QDA_LAYOUTS_RFC, &rfc_count);
    CHECK_INT(v1_count, 8);
    CHECK_INT(rfc_count, 8);
    CHECK_INT(offset_in(layout_named(v1, v1_count, "drm_qda_gem_create"), "handle"), 8);
    CHECK_INT(offset_in(layout_named(rfc, rfc_count, "drm_qda_gem_create"), "handle"), 0);
    CHECK_INT(offset_in(layout_named(v1, v1_count, "drm_qda_mem_map"), "fd"), 8);
    CHECK_INT(offset_in(layout_named(rfc, rfc_count, "qda_mem_map"), "reserved"), 20);
    CHECK(layout_named(rfc, rfc_count, "drm_qda_mem_map") == NULL);
    CHECK(layout_named(v1, v1_count, "qda_mem_map") == NULL);
    size_t fastrpc_count = 0;
    const struct qda_layout *fastrpc = qda_layouts(QDA_LAYOUTS_FASTRPC, &fastrpc_count);
    CHECK_INT(fastrpc_count, 10);
    CHECK_INT(offset_in(layout_named(fastrpc, fastrpc_count, "fastrpc_invoke_args"), "fd"), 16);
    CHECK_INT(offset_in(layout_named(fastrpc, fastrpc_count, "fastrpc_mem_map"), "reserved"), 44);
    CHECK(qda_layouts(3, &v1_count) == NULL);
    CHECK_INT(v1_count, 0);
}

/*
 * Members lie one after the other and fill their struct: none of these ABIs has a hidden hole. Two of FastRPC's are rounded
 * up to 8 bytes at their end.
 */
static void test_layouts_have_no_holes(void)
{
    for (unsigned generation = QDA_LAYOUTS_V1; generation <= QDA_LAYOUTS_FASTRPC; generation <<= 1) {
        size_t count = 0;
        const struct qda_layout *layouts = qda_layouts(generation, &count);
        for (size_t i = 0; i < count; i++) {
            size_t end = 0;
            for (size_t m = 0; m < layouts[i].count; m++) {
                CHECK_INT(layouts[i].members[m].offset, end);
                end += layouts[i].members[m].size;
            }
            bool has_tail = strcmp(layouts[i].name, "fastrpc_mem_map") == 0 || strcmp(layouts[i].name, "fastrpc_mem_unmap") == 0;
            CHECK_INT(layouts[i].size, has_tail ? end + 4 : end);
        }
    }
}

int main(void)
{
    check_run("ioctl numbers are encoded as the C library does", test_encoding);
    check_run("dma-buf numbers are this machine's", test_against_dma_buf_headers);
    check_run("dma-heap and udmabuf numbers are this machine's", test_against_exporter_headers);
    check_run("FastRPC numbers and offsets are this machine's", test_against_fastrpc_header);
    check_run("FastRPC's process memory grows with the ELF", test_fastrpc_memory);
    check_run("scalars take apart as they are built", test_scalars);
    check_run("layouts name the kernel's structs", test_layouts);
    check_run("layouts have no holes", test_layouts_have_no_holes);
    return check_done();
}
