/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "fastrpc/shell_paths.h"

/* A configuration file of the board's, for a machine called "m". What is found is one line of it. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    char out[64];
    char *text = malloc(size ? size : 1);
    if (size > 0)
        memcpy(text, data, size);
    if (rpc_yaml_library_path(text, size, "m", out, sizeof out)) {
        if (memchr(out, '\0', sizeof out) == NULL || out[0] == '\0' || strchr(out, '\n'))
            abort();
    }
    free(text);
    return 0;
}
