/* SPDX-License-Identifier: MIT */
#ifndef QDA_UAPI_BTF_WRITE_H
#define QDA_UAPI_BTF_WRITE_H

#include "uapi/layouts.h"

/*
 * Writes BTF (the kernel's type information, version 1, little-endian) that describes ABI structs, as the virtual QDA
 * and the tests serve it. Pure: bytes into a buffer.
 *
 * A loaded module's BTF is "split": its type ids and string offsets go on where vmlinux's end, and what vmlinux already
 * has (the integer types, strings like "fd" or "size") is not repeated. Whoever reads /sys/kernel/btf/<module> needs the
 * strings of /sys/kernel/btf/vmlinux beside it.
 */
enum qda_btf_form {
    QDA_BTF_VMLINUX, /* the base alone: integer types and common strings; `layouts` are not written */
    QDA_BTF_MODULE,  /* `layouts` alone, split upon the base */
    QDA_BTF_WHOLE,   /* base and `layouts` in one, as vmlinux has it when the driver is built in */
};

/* Bytes written to buf, or 0 where they do not fit into `cap` (16 KiB is always enough for a generation's structs). */
size_t qda_btf_write(enum qda_btf_form form, const struct qda_layout *layouts, size_t count, uint8_t *buf, size_t cap);

#endif
