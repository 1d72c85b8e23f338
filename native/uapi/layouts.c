/* SPDX-License-Identifier: MIT */
#include "uapi/layouts.h"

#include "uapi/fastrpc.h"
#include "uapi/qda_rfc.h"
#include "uapi/qda_v1.h"

#define MEMBER(type, field, kind)                                                                                     \
    { #field, offsetof(struct type, field), sizeof(((struct type *)0)->field), QDA_MEMBER_##kind }
#define LAYOUT(kernel_name, type, members)                                                                            \
    { kernel_name, sizeof(struct type), members, sizeof(members) / sizeof((members)[0]) }

static const struct qda_layout_member v1_query[] = {
    MEMBER(qda_v1_query, dsp_name, BYTES),
};
static const struct qda_layout_member v1_gem_create[] = {
    MEMBER(qda_v1_gem_create, size, UNSIGNED),
    MEMBER(qda_v1_gem_create, handle, UNSIGNED),
    MEMBER(qda_v1_gem_create, pad, UNSIGNED),
};
static const struct qda_layout_member v1_gem_mmap_offset[] = {
    MEMBER(qda_v1_gem_mmap_offset, offset, UNSIGNED),
    MEMBER(qda_v1_gem_mmap_offset, handle, UNSIGNED),
    MEMBER(qda_v1_gem_mmap_offset, pad, UNSIGNED),
};
static const struct qda_layout_member v1_fastrpc_invoke_args[] = {
    MEMBER(qda_v1_fastrpc_invoke_args, ptr, UNSIGNED),
    MEMBER(qda_v1_fastrpc_invoke_args, length, UNSIGNED),
    MEMBER(qda_v1_fastrpc_invoke_args, fd, SIGNED),
    MEMBER(qda_v1_fastrpc_invoke_args, attr, UNSIGNED),
};
static const struct qda_layout_member v1_invoke_args[] = {
    MEMBER(qda_v1_invoke_args, handle, UNSIGNED),
    MEMBER(qda_v1_invoke_args, sc, UNSIGNED),
    MEMBER(qda_v1_invoke_args, args, UNSIGNED),
};
static const struct qda_layout_member v1_init_create[] = {
    MEMBER(qda_v1_init_create, filelen, UNSIGNED), MEMBER(qda_v1_init_create, filefd, SIGNED),
    MEMBER(qda_v1_init_create, attrs, UNSIGNED),   MEMBER(qda_v1_init_create, siglen, UNSIGNED),
    MEMBER(qda_v1_init_create, file, UNSIGNED),
};
static const struct qda_layout_member v1_mem_map[] = {
    MEMBER(qda_v1_mem_map, request, UNSIGNED), MEMBER(qda_v1_mem_map, flags, UNSIGNED),
    MEMBER(qda_v1_mem_map, fd, SIGNED),        MEMBER(qda_v1_mem_map, attrs, UNSIGNED),
    MEMBER(qda_v1_mem_map, offset, UNSIGNED),  MEMBER(qda_v1_mem_map, pad, UNSIGNED),
    MEMBER(qda_v1_mem_map, vaddrin, UNSIGNED), MEMBER(qda_v1_mem_map, size, UNSIGNED),
    MEMBER(qda_v1_mem_map, vaddrout, UNSIGNED),
};
static const struct qda_layout_member v1_mem_unmap[] = {
    MEMBER(qda_v1_mem_unmap, request, UNSIGNED), MEMBER(qda_v1_mem_unmap, fd, SIGNED),
    MEMBER(qda_v1_mem_unmap, vaddr, UNSIGNED),   MEMBER(qda_v1_mem_unmap, vaddrout, UNSIGNED),
    MEMBER(qda_v1_mem_unmap, size, UNSIGNED),
};

static const struct qda_layout v1_layouts[] = {
    LAYOUT("drm_qda_query", qda_v1_query, v1_query),
    LAYOUT("drm_qda_gem_create", qda_v1_gem_create, v1_gem_create),
    LAYOUT("drm_qda_gem_mmap_offset", qda_v1_gem_mmap_offset, v1_gem_mmap_offset),
    LAYOUT("drm_qda_fastrpc_invoke_args", qda_v1_fastrpc_invoke_args, v1_fastrpc_invoke_args),
    LAYOUT("drm_qda_invoke_args", qda_v1_invoke_args, v1_invoke_args),
    LAYOUT("drm_qda_init_create", qda_v1_init_create, v1_init_create),
    LAYOUT("drm_qda_mem_map", qda_v1_mem_map, v1_mem_map),
    LAYOUT("drm_qda_mem_unmap", qda_v1_mem_unmap, v1_mem_unmap),
};

static const struct qda_layout_member rfc_query[] = {
    MEMBER(qda_rfc_query, dsp_name, BYTES),
};
static const struct qda_layout_member rfc_gem_create[] = {
    MEMBER(qda_rfc_gem_create, handle, UNSIGNED),
    MEMBER(qda_rfc_gem_create, pad, UNSIGNED),
    MEMBER(qda_rfc_gem_create, size, UNSIGNED),
};
static const struct qda_layout_member rfc_gem_mmap_offset[] = {
    MEMBER(qda_rfc_gem_mmap_offset, handle, UNSIGNED),
    MEMBER(qda_rfc_gem_mmap_offset, pad, UNSIGNED),
    MEMBER(qda_rfc_gem_mmap_offset, offset, UNSIGNED),
};
static const struct qda_layout_member rfc_fastrpc_invoke_args[] = {
    MEMBER(qda_rfc_fastrpc_invoke_args, ptr, UNSIGNED),
    MEMBER(qda_rfc_fastrpc_invoke_args, length, UNSIGNED),
    MEMBER(qda_rfc_fastrpc_invoke_args, fd, SIGNED),
    MEMBER(qda_rfc_fastrpc_invoke_args, attr, UNSIGNED),
};
static const struct qda_layout_member rfc_invoke_args[] = {
    MEMBER(qda_rfc_invoke_args, handle, UNSIGNED),
    MEMBER(qda_rfc_invoke_args, sc, UNSIGNED),
    MEMBER(qda_rfc_invoke_args, args, UNSIGNED),
};
static const struct qda_layout_member rfc_init_create[] = {
    MEMBER(qda_rfc_init_create, filelen, UNSIGNED), MEMBER(qda_rfc_init_create, filefd, SIGNED),
    MEMBER(qda_rfc_init_create, attrs, UNSIGNED),   MEMBER(qda_rfc_init_create, siglen, UNSIGNED),
    MEMBER(qda_rfc_init_create, file, UNSIGNED),
};
static const struct qda_layout_member rfc_mem_map[] = {
    MEMBER(qda_rfc_mem_map, request, UNSIGNED), MEMBER(qda_rfc_mem_map, flags, UNSIGNED),
    MEMBER(qda_rfc_mem_map, fd, SIGNED),        MEMBER(qda_rfc_mem_map, attrs, UNSIGNED),
    MEMBER(qda_rfc_mem_map, offset, UNSIGNED),  MEMBER(qda_rfc_mem_map, reserved, UNSIGNED),
    MEMBER(qda_rfc_mem_map, vaddrin, UNSIGNED), MEMBER(qda_rfc_mem_map, size, UNSIGNED),
    MEMBER(qda_rfc_mem_map, vaddrout, UNSIGNED),
};
static const struct qda_layout_member rfc_mem_unmap[] = {
    MEMBER(qda_rfc_mem_unmap, request, UNSIGNED), MEMBER(qda_rfc_mem_unmap, fd, SIGNED),
    MEMBER(qda_rfc_mem_unmap, vaddr, UNSIGNED),   MEMBER(qda_rfc_mem_unmap, vaddrout, UNSIGNED),
    MEMBER(qda_rfc_mem_unmap, size, UNSIGNED),
};

static const struct qda_layout rfc_layouts[] = {
    LAYOUT("drm_qda_query", qda_rfc_query, rfc_query),
    LAYOUT("drm_qda_gem_create", qda_rfc_gem_create, rfc_gem_create),
    LAYOUT("drm_qda_gem_mmap_offset", qda_rfc_gem_mmap_offset, rfc_gem_mmap_offset),
    LAYOUT("fastrpc_invoke_args", qda_rfc_fastrpc_invoke_args, rfc_fastrpc_invoke_args),
    LAYOUT("qda_invoke_args", qda_rfc_invoke_args, rfc_invoke_args),
    LAYOUT("qda_init_create", qda_rfc_init_create, rfc_init_create),
    LAYOUT("qda_mem_map", qda_rfc_mem_map, rfc_mem_map),
    LAYOUT("qda_mem_unmap", qda_rfc_mem_unmap, rfc_mem_unmap),
};

/* driver/fastrpc_proof.c knows the two members that some kernels call by another name. */
static const struct qda_layout_member fastrpc_alloc_dma_buf[] = {
    MEMBER(qda_fastrpc_alloc_dma_buf, fd, SIGNED),
    MEMBER(qda_fastrpc_alloc_dma_buf, flags, UNSIGNED),
    MEMBER(qda_fastrpc_alloc_dma_buf, size, UNSIGNED),
};
static const struct qda_layout_member fastrpc_invoke_args[] = {
    MEMBER(qda_fastrpc_invoke_args, ptr, UNSIGNED),
    MEMBER(qda_fastrpc_invoke_args, length, UNSIGNED),
    MEMBER(qda_fastrpc_invoke_args, fd, SIGNED),
    MEMBER(qda_fastrpc_invoke_args, attr, UNSIGNED),
};
static const struct qda_layout_member fastrpc_invoke[] = {
    MEMBER(qda_fastrpc_invoke, handle, UNSIGNED),
    MEMBER(qda_fastrpc_invoke, sc, UNSIGNED),
    MEMBER(qda_fastrpc_invoke, args, UNSIGNED),
};
static const struct qda_layout_member fastrpc_init_create[] = {
    MEMBER(qda_fastrpc_init_create, filelen, UNSIGNED), MEMBER(qda_fastrpc_init_create, filefd, SIGNED),
    MEMBER(qda_fastrpc_init_create, attrs, UNSIGNED),   MEMBER(qda_fastrpc_init_create, siglen, UNSIGNED),
    MEMBER(qda_fastrpc_init_create, file, UNSIGNED),
};
static const struct qda_layout_member fastrpc_req_mmap[] = {
    MEMBER(qda_fastrpc_req_mmap, fd, SIGNED),        MEMBER(qda_fastrpc_req_mmap, flags, UNSIGNED),
    MEMBER(qda_fastrpc_req_mmap, vaddrin, UNSIGNED), MEMBER(qda_fastrpc_req_mmap, size, UNSIGNED),
    MEMBER(qda_fastrpc_req_mmap, vaddrout, UNSIGNED),
};
static const struct qda_layout_member fastrpc_req_munmap[] = {
    MEMBER(qda_fastrpc_req_munmap, vaddrout, UNSIGNED),
    MEMBER(qda_fastrpc_req_munmap, size, UNSIGNED),
};
static const struct qda_layout_member fastrpc_init_create_static[] = {
    MEMBER(qda_fastrpc_init_create_static, namelen, UNSIGNED),
    MEMBER(qda_fastrpc_init_create_static, memlen, UNSIGNED),
    MEMBER(qda_fastrpc_init_create_static, name, UNSIGNED),
};
static const struct qda_layout_member fastrpc_mem_map[] = {
    MEMBER(qda_fastrpc_mem_map, version, SIGNED),   MEMBER(qda_fastrpc_mem_map, fd, SIGNED),
    MEMBER(qda_fastrpc_mem_map, offset, SIGNED),    MEMBER(qda_fastrpc_mem_map, flags, UNSIGNED),
    MEMBER(qda_fastrpc_mem_map, vaddrin, UNSIGNED), MEMBER(qda_fastrpc_mem_map, length, UNSIGNED),
    MEMBER(qda_fastrpc_mem_map, vaddrout, UNSIGNED), MEMBER(qda_fastrpc_mem_map, attrs, SIGNED),
    MEMBER(qda_fastrpc_mem_map, reserved, BYTES),
};
static const struct qda_layout_member fastrpc_mem_unmap[] = {
    MEMBER(qda_fastrpc_mem_unmap, vesion, SIGNED),   MEMBER(qda_fastrpc_mem_unmap, fd, SIGNED),
    MEMBER(qda_fastrpc_mem_unmap, vaddr, UNSIGNED),  MEMBER(qda_fastrpc_mem_unmap, length, UNSIGNED),
    MEMBER(qda_fastrpc_mem_unmap, reserved, BYTES),
};
static const struct qda_layout_member fastrpc_capability[] = {
    MEMBER(qda_fastrpc_capability, domain, UNSIGNED),
    MEMBER(qda_fastrpc_capability, attribute_id, UNSIGNED),
    MEMBER(qda_fastrpc_capability, capability, UNSIGNED),
    MEMBER(qda_fastrpc_capability, reserved, BYTES),
};

static const struct qda_layout fastrpc_layouts[] = {
    LAYOUT("fastrpc_alloc_dma_buf", qda_fastrpc_alloc_dma_buf, fastrpc_alloc_dma_buf),
    LAYOUT("fastrpc_invoke_args", qda_fastrpc_invoke_args, fastrpc_invoke_args),
    LAYOUT("fastrpc_invoke", qda_fastrpc_invoke, fastrpc_invoke),
    LAYOUT("fastrpc_init_create", qda_fastrpc_init_create, fastrpc_init_create),
    LAYOUT("fastrpc_req_mmap", qda_fastrpc_req_mmap, fastrpc_req_mmap),
    LAYOUT("fastrpc_req_munmap", qda_fastrpc_req_munmap, fastrpc_req_munmap),
    LAYOUT("fastrpc_init_create_static", qda_fastrpc_init_create_static, fastrpc_init_create_static),
    LAYOUT("fastrpc_mem_map", qda_fastrpc_mem_map, fastrpc_mem_map),
    LAYOUT("fastrpc_mem_unmap", qda_fastrpc_mem_unmap, fastrpc_mem_unmap),
    LAYOUT("fastrpc_ioctl_capability", qda_fastrpc_capability, fastrpc_capability),
};

const struct qda_layout *qda_layouts(unsigned generation, size_t *count)
{
    switch (generation) {
    case QDA_LAYOUTS_V1:
        *count = sizeof(v1_layouts) / sizeof(v1_layouts[0]);
        return v1_layouts;
    case QDA_LAYOUTS_RFC:
        *count = sizeof(rfc_layouts) / sizeof(rfc_layouts[0]);
        return rfc_layouts;
    case QDA_LAYOUTS_FASTRPC:
        *count = sizeof(fastrpc_layouts) / sizeof(fastrpc_layouts[0]);
        return fastrpc_layouts;
    default:
        *count = 0;
        return NULL;
    }
}
