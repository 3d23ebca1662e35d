// SHA-256 of the core's mbedTLS: here that of the device library, over all bytes at the end.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef enum { MBEDTLS_MD_SHA256 } mbedtls_md_type_t;
typedef struct {
  uint32_t count;
} mbedtls_md_context_t;
typedef struct mbedtls_md_info_t mbedtls_md_info_t;

const mbedtls_md_info_t *mbedtls_md_info_from_type(mbedtls_md_type_t type);
void mbedtls_md_init(mbedtls_md_context_t *hash);
int mbedtls_md_setup(mbedtls_md_context_t *hash, const mbedtls_md_info_t *info, int isKeyed);
int mbedtls_md_starts(mbedtls_md_context_t *hash);
int mbedtls_md_update(mbedtls_md_context_t *hash, const unsigned char *bytes, size_t count);
int mbedtls_md_finish(mbedtls_md_context_t *hash, unsigned char *digest);
void mbedtls_md_free(mbedtls_md_context_t *hash);
