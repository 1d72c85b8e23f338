/* SPDX-License-Identifier: MIT */
#ifndef QDA_SHELL_MODULE_H
#define QDA_SHELL_MODULE_H

#include <stddef.h>
#include <stdint.h>

/* Shared objects in the DSP's memory. What goes wrong is a sentence in `why`, as dlerror gives. */
struct why {
    char text[512];
};
int32_t why_say(struct why *why, int32_t code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* AEE codes of the loader, beside rpcmsg/message.h's. Source: AEEStdErr.h of qualcomm/fastrpc. */
#define AEE_ENOSUCHSYMBOL 0x42
#define AEE_EUNABLETOLOAD 0x06

struct image {
    uint8_t *base; /* the memory of the process; address of the lowest segment's page */
    uint32_t bytes;
    uint32_t low; /* its address in the file */
    uint32_t dynamic[32];
};

/* Makes a module of a file's bytes: segments placed, relocations done. 0 or an AEE code. */
int32_t image_load(struct image *image, const char *name, const uint8_t *file, uint32_t len, struct why *why);
/* Its constructors and destructors. */
void image_begin(const struct image *image);
void image_end(const struct image *image);
void image_free(struct image *image);
/* Address of a symbol that it defines, NULL. */
void *image_symbol(const struct image *image, const char *name);

/* What the runtime offers, NULL: not that. */
const void *export_find(const char *name);

/* remotectl (module.c): opens the URI; *handle above 20. 0 or an AEE code. */
int32_t module_open(const char *uri, uint32_t *handle, struct why *why);
int32_t module_close(uint32_t handle, struct why *why);

#endif
