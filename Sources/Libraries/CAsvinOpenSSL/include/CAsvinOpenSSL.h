// The functions of OpenSSL 3.0 that asvin-pack uses.
//
// Functions that return int return 1 for success and 0 for failure, unless the comment states otherwise.

#ifndef CASVINOPENSSL_H
#define CASVINOPENSSL_H

#include <stddef.h>
#include <stdint.h>

// SHA-256, streaming. `asvin_sha256_finish` also resets.
typedef struct evp_md_ctx_st asvin_sha256;
asvin_sha256 *asvin_sha256_new(void);
int asvin_sha256_update(asvin_sha256 *context, const void *bytes, size_t count);
int asvin_sha256_finish(asvin_sha256 *context, uint8_t digest[32]);
void asvin_sha256_free(asvin_sha256 *context);

// MD5, which asvin's clients check a download with, and for no other purpose: no security depends on it. It is finished and freed as
// SHA-256 is, with 16 bytes.
typedef struct evp_md_ctx_st asvin_md5;
asvin_md5 *asvin_md5_new(void);

// HMAC-SHA-256 (RFC 2104), and a comparison in constant time.
int asvin_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count, uint8_t code[32]);
int asvin_same_bytes(const void *left, const void *right, size_t count);

// PBKDF2 with HMAC-SHA-256 (RFC 8018).
int asvin_pbkdf2(
    const void *password, size_t password_count, const void *salt, size_t salt_count, int rounds, uint8_t key[32]);

// scrypt (RFC 7914) with a limit of 64 MiB of memory.
int asvin_scrypt(
    const void *password, size_t password_count, const void *salt, size_t salt_count, uint64_t cost, uint64_t blocks,
    uint64_t lanes, uint8_t key[32]);

// SHA-1, only for version 5 UUIDs (RFC 9562): no security depends on it.
int asvin_sha1(const void *bytes, size_t count, uint8_t digest[20]);

// A key pair or a public key. The algorithm is the COSE number, or 0 for a kind of key that we do not use.
typedef struct evp_pkey_st asvin_key;
#define ASVIN_ED25519 (-19)
#define ASVIN_ECDSA_P256 (-9)
asvin_key *asvin_key_generate(int algorithm);
// RSA of 2048 bits: for tokens that old clients verify, never for releases.
asvin_key *asvin_rsa_generate(void);
// Whether a signature is RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017) of a message by a public key of at least 2048 bits.
int asvin_rsa_verify(
    const asvin_key *key, const void *message, size_t count, const uint8_t *signature, size_t signature_count);
void asvin_key_free(asvin_key *key);
int asvin_key_algorithm(const asvin_key *key);
// 32 bytes of an Ed25519 point, or 64 of X || Y.
int asvin_key_public_bytes(const asvin_key *key, uint8_t bytes[64]);

// PEM (RFC 7468). A private key is PKCS #8, encrypted or not; SEC 1 is read too.
typedef enum { ASVIN_PEM_READ, ASVIN_PEM_UNREADABLE, ASVIN_PEM_NEEDS_PASSPHRASE, ASVIN_PEM_WRONG_PASSPHRASE } asvin_pem_status;
asvin_key *asvin_private_key_read(
    const void *pem, size_t count, const void *passphrase, size_t passphrase_count, asvin_pem_status *status);
asvin_key *asvin_public_key_read(const void *pem, size_t count);

// Writers give a buffer that `asvin_buffer_free` overwrites before it frees it.
typedef struct {
  uint8_t *bytes;
  size_t count;
} asvin_buffer;
// Encrypted with AES-256-CBC under PBKDF2 of `passphrase`, or plain where it is NULL.
int asvin_private_key_write(
    const asvin_key *key, const void *passphrase, size_t passphrase_count, asvin_buffer *buffer);
int asvin_public_key_write(int algorithm, const uint8_t *bytes, asvin_buffer *buffer);
void asvin_buffer_free(asvin_buffer *buffer);

// Ed25519 (RFC 8032), cofactorless verification.
int asvin_ed25519_sign(const asvin_key *key, const void *message, size_t count, uint8_t signature[64]);
int asvin_ed25519_verify(
    const uint8_t public_bytes[32], const void *message, size_t count, const uint8_t signature[64]);

// ECDSA on P-256 over a SHA-256 digest. Signing takes its nonce from RFC 6979.
int asvin_p256_sign(const asvin_key *key, const uint8_t digest[32], uint8_t signature[64]);
int asvin_p256_verify(const uint8_t public_bytes[64], const uint8_t digest[32], const uint8_t signature[64]);
int asvin_p256_verify_der(
    const uint8_t public_bytes[64], const uint8_t digest[32], const uint8_t *signature, size_t count);

// The private scalar as a key, for published test vectors.
asvin_key *asvin_p256_from_scalar(const uint8_t scalar[32]);

#endif
