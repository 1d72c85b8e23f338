/* SPDX-License-Identifier: MIT */
#ifndef QDA_TEST_CONFORMANCE_H
#define QDA_TEST_CONFORMANCE_H

#include "check.h"
#include "qda_calls.h"
#include "uapi/errnos.h"
#include "vq_rig.h"

/*
 * One function a row of the errno table: it brings about the condition, makes the call and returns the result. Shared state
 * of the test program; `conf_fd` is an open file of cdsp, fresh for each row.
 */
#define CDSP "/dev/accel/accel0"
#define ADSP "/dev/accel/accel1"

extern struct vq_rig conf_rig;
extern struct calls conf_q;
extern unsigned conf_generation;
extern int conf_fd;

bool conf_v1(void);
/* GEM_CREATE and GEM_MMAP_OFFSET with everything given, by the generation's layout. */
long conf_gem_create(int file, uint64_t size, uint32_t pad);
long conf_gem_mmap_offset(int file, uint32_t handle, uint32_t pad, uint64_t *offset);
/* A new object of 8192 bytes in conf_fd. */
uint32_t conf_some_handle(void);
/* 0 if the mapping could be made, else -errno. */
long conf_map_result(int file, uint64_t length, uint64_t offset);
/* A well-formed INVOKE of one inline argument. */
long conf_invoke(void);

long case_unknown_ioctl(void);
long case_reserved_ioctl(void);
long case_create_pad(void);
long case_create_zero(void);
long case_create_wraps(void);
long case_create_fails(void);
long case_offset_pad(void);
long case_offset_unknown(void);
long case_offset_of_import(void);
long case_mmap_not_exact(void);
long case_mmap_longer(void);
long case_mmap_of_another_file(void);
long case_mmap_of_import(void);
long case_close_unknown(void);
long case_import_bad_fd(void);
long case_import_not_a_dmabuf(void);
long case_import_without_sg(void);
long case_export_bad_flags(void);
long case_export_unknown(void);
long case_session_too_long(void);
long case_session_bad_buffer(void);
long case_map_pad(void);
long case_map_bad_request(void);
long case_map_bad_fd(void);
long case_map_not_a_dmabuf(void);
long case_map_no_buffer(void);
long case_map_unknown_handle(void);
long case_munmap_bad_request(void);
long case_invoke_args_unreadable(void);
long case_invoke_inline_unreadable(void);
long case_invoke_fd_below(void);
long case_invoke_unknown_handle(void);
long case_invoke_interrupted(void);
long case_no_bank_open(void);
long case_no_bank_query(void);
long case_no_bank_offset(void);
long case_no_bank_export(void);
long case_no_bank_self_import(void);
long case_no_bank_import(void);
long case_no_bank_create(void);
long case_attach(void);
long case_no_bank_attach(void);
long case_no_bank_session(void);
long case_no_bank_map(void);
long case_no_bank_munmap(void);
long case_no_bank_invoke(void);
long case_heap_zero(void);
long case_heap_fd(void);
long case_heap_bad_flags(void);
long case_heap_flags(void);
long case_sync_bad_flags(void);
long case_sync_no_direction(void);
long case_name_too_long(void);
long case_udmabuf_not_memfd(void);
long case_udmabuf_no_seal(void);
long case_udmabuf_write_seal(void);
long case_udmabuf_unaligned(void);
long case_session_no_dsp(void);
long case_map_no_dsp(void);
long case_munmap_no_dsp(void);
long case_invoke_no_dsp(void);
long case_unplugged(void);

#endif
