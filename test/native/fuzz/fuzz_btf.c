/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/stat.h>

#include "driver/proof.h"
#include "fake_sys.h"
#include "uapi/btf_write.h"

/* The proof by BTF from any bytes: once as the module's BTF upon a sound base, once as vmlinux's own. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void prove(const struct fake_file *files, size_t count)
{
    struct fake_sys fake;
    struct qda_proof proof;
    fake_sys_init(&fake, files, count);
    qda_prove_by_btf(&fake.base, &proof);
    if (fake.open_now != 0 || proof.text[0] == '\0')
        abort();
    if ((proof.state == QDA_PROOF_PROVEN) != (proof.driver != NULL))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t base[16384];
    size_t base_len = qda_btf_write(QDA_BTF_VMLINUX, NULL, 0, base, sizeof(base));
    const struct fake_file module[] = {
        { .path = "/sys/kernel/btf/vmlinux", .mode = S_IFREG, .data = base, .len = base_len },
        { .path = "/sys/kernel/btf/qda", .mode = S_IFREG, .data = data, .len = size },
    };
    const struct fake_file kernel[] = {
        { .path = "/sys/kernel/btf/vmlinux", .mode = S_IFREG, .data = data, .len = size },
    };
    const struct fake_file both[] = {
        { .path = "/sys/kernel/btf/vmlinux", .mode = S_IFREG, .data = data, .len = size },
        { .path = "/sys/kernel/btf/qda", .mode = S_IFREG, .data = data, .len = size },
    };
    prove(module, 2);
    prove(kernel, 1);
    prove(both, 2);
    return 0;
}
