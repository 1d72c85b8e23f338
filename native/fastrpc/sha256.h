/* SPDX-License-Identifier: MIT */
#ifndef QDA_FASTRPC_SHA256_H
#define QDA_FASTRPC_SHA256_H

#include <stddef.h>
#include <stdint.h>

/* SHA-256 of `len` bytes (FIPS 180-4): names the shell that a result was taken with. */
void rpc_sha256(const void *bytes, size_t len, uint8_t out[32]);

#endif
