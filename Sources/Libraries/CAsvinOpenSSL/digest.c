#include "CAsvinOpenSSL.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

asvin_sha256 *asvin_sha256_new(void) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1) return context;
  EVP_MD_CTX_free(context);
  return NULL;
}

int asvin_sha256_update(asvin_sha256 *context, const void *bytes, size_t count) {
  return EVP_DigestUpdate(context, bytes, count) == 1;
}

int asvin_sha256_finish(asvin_sha256 *context, uint8_t digest[32]) {
  return EVP_DigestFinal_ex(context, digest, NULL) == 1 && EVP_DigestInit_ex(context, NULL, NULL) == 1;
}

void asvin_sha256_free(asvin_sha256 *context) { EVP_MD_CTX_free(context); }

int asvin_sha1(const void *bytes, size_t count, uint8_t digest[20]) {
  return EVP_Digest(bytes, count, digest, NULL, EVP_sha1(), NULL) == 1;
}

// The system's openssl.cnf can change what algorithms do, and reading it takes longer than a signature.
__attribute__((constructor)) static void ignore_configuration(void) {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

asvin_md5 *asvin_md5_new(void) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context != NULL && EVP_DigestInit_ex(context, EVP_md5(), NULL) == 1) return context;
  EVP_MD_CTX_free(context);
  return NULL;
}

int asvin_hmac_sha256(
    const void *key, size_t key_count, const void *bytes, size_t count, uint8_t code[32]) {
  size_t length = 0;
  // OpenSSL takes no key of no bytes by a null pointer.
  const void *known = key_count > 0 ? key : "";
  return EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, known, key_count, bytes, count, code, 32, &length) != NULL &&
         length == 32;
}

int asvin_same_bytes(const void *left, const void *right, size_t count) { return CRYPTO_memcmp(left, right, count) == 0; }

int asvin_scrypt(
    const void *password, size_t password_count, const void *salt, size_t salt_count, uint64_t cost, uint64_t blocks,
    uint64_t lanes, uint8_t key[32]) {
  return EVP_PBE_scrypt(
      password, password_count, salt, salt_count, cost, blocks, lanes, (uint64_t)64 << 20, key, 32);
}

int asvin_pbkdf2(
    const void *password, size_t password_count, const void *salt, size_t salt_count, int rounds, uint8_t key[32]) {
  if (password_count > INT32_MAX || salt_count > INT32_MAX) return 0;
  return PKCS5_PBKDF2_HMAC(
      password, (int)password_count, salt, (int)salt_count, rounds, EVP_sha256(), 32, key);
}
