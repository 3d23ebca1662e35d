// SHA-256 of the core's BearSSL: here that of the device library, over all bytes at the end.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint32_t count;
} br_sha256_context;
void br_sha256_init(br_sha256_context *hash);
void br_sha256_update(br_sha256_context *hash, const void *bytes, size_t count);
void br_sha256_out(const br_sha256_context *hash, void *digest);
