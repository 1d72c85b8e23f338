/* SPDX-License-Identifier: MIT */
#include <stdint.h>

/* A plugin that loads and does nothing: the board must find that the process is not filtered. */
int qemu_plugin_version = 1;
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
    (void)id, (void)info, (void)argc, (void)argv;
    return 0;
}
