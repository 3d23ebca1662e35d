#include "CAsvinOpenSSL.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "key.h"

int asvin_ed25519_sign(const asvin_key *key, const void *message, size_t count, uint8_t signature[64]) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  size_t written = 64;
  int done = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, (EVP_PKEY *)key) == 1 &&
             EVP_DigestSign(context, signature, &written, message, count) == 1 && written == 64;
  EVP_MD_CTX_free(context);
  return done;
}

int asvin_ed25519_verify(
    const uint8_t public_bytes[32], const void *message, size_t count, const uint8_t signature[64]) {
  EVP_PKEY *key = asvin_public_key(ASVIN_ED25519, public_bytes);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  int good = key != NULL && context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
             EVP_DigestVerify(context, signature, 64, message, count) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  ERR_clear_error();
  return good;
}
