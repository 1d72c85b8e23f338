/* SPDX-License-Identifier: MIT */
#ifndef QDA_FASTRPC_SHELL_PATHS_H
#define QDA_FASTRPC_SHELL_PATHS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The value of DSP_LIBRARY_PATH for a machine in the text of one configuration file, as qualcomm/fastrpc reads them:
 *   machines:
 *     "Name of the machine as the device tree has it":
 *       DSP_LIBRARY_PATH: folder;folder
 * A small part of YAML: block mappings, plain and quoted scalars of one line, comments. What is not understood is passed over.
 * False where the machine or the key is not there, or the value does not fit.
 */
bool rpc_yaml_library_path(const char *text, size_t len, const char *machine, char *out, size_t room);

#endif
