/* SPDX-License-Identifier: MIT */
#include "hexagon/bare.h"

/*
 * qbench_bare BYTES KERNEL PASSES: the skel's own sum, without a caller: one line a pass, ns. The baseline of dsp.read through the
 * whole stack.
 */
int bare_main(int argc, char **argv)
{
    uint32_t bytes, number, passes;
    if (argc != 4 || !bare_number(argv[1], &bytes) || !bare_number(argv[2], &number) || !bare_number(argv[3], &passes)) {
        bare_print("usage: qbench_bare BYTES KERNEL PASSES (kernels: 0 scalar, 1 HVX, 2 HVX with l2fetch)\n");
        return 3;
    }
    const struct qb_kernel *kernel = qb_kernel_of(number);
    void *at = kernel != NULL && bytes % QB_LINE == 0 ? bare_map(bytes) : NULL;
    if (at == NULL) {
        bare_print("qbench_bare: no such kernel, no multiple of 128, or no memory\n");
        return 1;
    }

    kernel->fill(at, bytes, 1);
    const uint32_t want = qb_scalar_sum(at, bytes);
    for (uint32_t i = 0; i < passes; i++) {
        const uint64_t begin = bare_now();
        const uint32_t sum = kernel->sum(at, bytes);
        const uint64_t end = bare_now();
        if (sum != want)
            return 2;
        bare_print_number(end - begin);
        bare_print("\n");
    }
    return 0;
}
