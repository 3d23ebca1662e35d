#include "CAsvinOpenSSL.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rsa.h>
#include <string.h>

#include "key.h"

asvin_key *asvin_key_generate(int algorithm) {
  switch (algorithm) {
    case ASVIN_ED25519: return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    case ASVIN_ECDSA_P256: return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    default: return NULL;
  }
}

asvin_key *asvin_rsa_generate(void) { return EVP_RSA_gen(2048); }

int asvin_rsa_verify(
    const asvin_key *key, const void *message, size_t count, const uint8_t *signature, size_t signature_count) {
  if (!EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_get_bits(key) < 2048) return 0;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  // OpenSSL's parameter is not const, and the key is not changed.
  int done = context != NULL &&
             EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, (EVP_PKEY *)key) == 1 &&
             EVP_DigestVerify(context, signature, signature_count, message, count) == 1;
  EVP_MD_CTX_free(context);
  ERR_clear_error();
  return done;
}

void asvin_key_free(asvin_key *key) { EVP_PKEY_free(key); }

int asvin_key_algorithm(const asvin_key *key) {
  if (EVP_PKEY_is_a(key, "ED25519")) return ASVIN_ED25519;
  if (!EVP_PKEY_is_a(key, "EC")) return 0;
  char group[32];
  size_t count;
  if (EVP_PKEY_get_group_name(key, group, sizeof group, &count) != 1) return 0;
  return strcmp(group, SN_X9_62_prime256v1) == 0 ? ASVIN_ECDSA_P256 : 0;
}

// Reads the coordinates, not the encoded point: a file may hold that compressed.
static int p256_public_bytes(const asvin_key *key, uint8_t bytes[64]) {
  BIGNUM *x = NULL, *y = NULL;
  int done = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
             EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 && BN_bn2binpad(x, bytes, 32) == 32 &&
             BN_bn2binpad(y, bytes + 32, 32) == 32;
  BN_free(x);
  BN_free(y);
  return done;
}

int asvin_key_public_bytes(const asvin_key *key, uint8_t bytes[64]) {
  if (asvin_key_algorithm(key) == ASVIN_ECDSA_P256) return p256_public_bytes(key, bytes);
  size_t count = 32;
  return EVP_PKEY_get_raw_public_key(key, bytes, &count) == 1 && count == 32;
}

// OpenSSL refuses a point that is not on the curve.
asvin_key *asvin_public_key(int algorithm, const uint8_t *bytes) {
  if (algorithm == ASVIN_ED25519) return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, 32);
  uint8_t point[65] = {4};
  memcpy(point + 1, bytes, 64);
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)SN_X9_62_prime256v1, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
      OSSL_PARAM_construct_end(),
  };
  EVP_PKEY *key = NULL;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
  if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
      EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
    key = NULL;
  }
  EVP_PKEY_CTX_free(context);
  return key;
}
