// OpenSSL 3.0 signs with a given nonce only through the interface of 1.1.
#define OPENSSL_API_COMPAT 0x10100000L

#include "CAsvinOpenSSL.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include "key.h"
#include "nonce.h"

// r = x(kG) mod n and k^-1 = k^(n-2) mod n, both in constant time.
static int setup(const EC_GROUP *group, const BIGNUM *order, BIGNUM *nonce, BIGNUM *inverse, BIGNUM *r) {
  BN_CTX *context = BN_CTX_secure_new();
  BN_MONT_CTX *montgomery = BN_MONT_CTX_new();
  EC_POINT *point = EC_POINT_new(group);
  BIGNUM *x = BN_new();
  BIGNUM *exponent = BN_dup(order);
  BN_set_flags(nonce, BN_FLG_CONSTTIME);
  int done = context != NULL && montgomery != NULL && point != NULL && x != NULL && exponent != NULL &&
             BN_sub_word(exponent, 2) == 1 && BN_MONT_CTX_set(montgomery, order, context) == 1 &&
             EC_POINT_mul(group, point, nonce, NULL, NULL, context) == 1 &&
             EC_POINT_get_affine_coordinates(group, point, x, NULL, context) == 1 &&
             BN_nnmod(r, x, order, context) == 1 &&
             BN_mod_exp_mont_consttime(inverse, nonce, exponent, order, context, montgomery) == 1;
  BN_free(exponent);
  BN_free(x);
  EC_POINT_free(point);
  BN_MONT_CTX_free(montgomery);
  BN_CTX_free(context);
  return done;
}

static int sign(EC_KEY *key, const uint8_t digest[32], uint8_t signature[64]) {
  const EC_GROUP *group = EC_KEY_get0_group(key);
  const BIGNUM *order = EC_GROUP_get0_order(group);
  const BIGNUM *scalar = EC_KEY_get0_private_key(key);
  if (scalar == NULL) return 0;
  asvin_nonce_state state;
  BIGNUM *nonce = BN_secure_new(), *inverse = BN_secure_new(), *r = BN_new();
  ECDSA_SIG *result = NULL;
  int going = nonce != NULL && inverse != NULL && r != NULL && asvin_nonce_start(&state, order, scalar, digest);
  while (going && result == NULL) {
    going = asvin_nonce_next(&state, order, nonce) && setup(group, order, nonce, inverse, r);
    // A nonce that gives r = 0 or s = 0 has never been seen; RFC 6979 section 3.2 h.3 takes the next one.
    if (going && !BN_is_zero(r)) result = ECDSA_do_sign_ex(digest, 32, inverse, r, key);
    if (going && result == NULL && ERR_GET_REASON(ERR_peek_last_error()) != EC_R_NEED_NEW_SETUP_VALUES) break;
  }
  int done = result != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(result), signature, 32) == 32 &&
             BN_bn2binpad(ECDSA_SIG_get0_s(result), signature + 32, 32) == 32;
  ECDSA_SIG_free(result);
  BN_clear_free(nonce);
  BN_clear_free(inverse);
  BN_free(r);
  asvin_nonce_end(&state);
  ERR_clear_error();
  return done;
}

int asvin_p256_sign(const asvin_key *key, const uint8_t digest[32], uint8_t signature[64]) {
  if (asvin_key_algorithm(key) != ASVIN_ECDSA_P256) return 0;
  EC_KEY *legacy = EVP_PKEY_get1_EC_KEY((EVP_PKEY *)key);
  int done = legacy != NULL && sign(legacy, digest, signature);
  EC_KEY_free(legacy);
  return done;
}

int asvin_p256_verify_der(
    const uint8_t public_bytes[64], const uint8_t digest[32], const uint8_t *signature, size_t count) {
  EVP_PKEY *key = asvin_public_key(ASVIN_ECDSA_P256, public_bytes);
  EVP_PKEY_CTX *context = key == NULL ? NULL : EVP_PKEY_CTX_new(key, NULL);
  int good = context != NULL && EVP_PKEY_verify_init(context) == 1 &&
             EVP_PKEY_verify(context, signature, count, digest, 32) == 1;
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(key);
  ERR_clear_error();
  return good;
}

int asvin_p256_verify(const uint8_t public_bytes[64], const uint8_t digest[32], const uint8_t signature[64]) {
  ECDSA_SIG *pair = ECDSA_SIG_new();
  BIGNUM *r = BN_bin2bn(signature, 32, NULL), *s = BN_bin2bn(signature + 32, 32, NULL);
  uint8_t *der = NULL;
  int count = 0;
  if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
    // The pair owns both now.
    r = s = NULL;
    count = i2d_ECDSA_SIG(pair, &der);
  }
  int good = count > 0 && asvin_p256_verify_der(public_bytes, digest, der, (size_t)count);
  OPENSSL_free(der);
  ECDSA_SIG_free(pair);
  BN_free(r);
  BN_free(s);
  return good;
}

// The private scalar and the point that belongs to it, as parameters of a key.
static OSSL_PARAM *scalar_parameters(const BIGNUM *scalar, const uint8_t point[65]) {
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  OSSL_PARAM *parameters = NULL;
  if (builder != NULL &&
      OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1, 0) == 1 &&
      OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, 65) == 1 &&
      OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, scalar) == 1) {
    parameters = OSSL_PARAM_BLD_to_param(builder);
  }
  OSSL_PARAM_BLD_free(builder);
  return parameters;
}

asvin_key *asvin_p256_from_scalar(const uint8_t scalar[32]) {
  EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  EC_POINT *point = group == NULL ? NULL : EC_POINT_new(group);
  BIGNUM *d = BN_bin2bn(scalar, 32, NULL);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
  OSSL_PARAM *parameters = NULL;
  EVP_PKEY *key = NULL;
  uint8_t encoded[65];
  int done = point != NULL && d != NULL && context != NULL && !BN_is_zero(d) &&
             BN_cmp(d, EC_GROUP_get0_order(group)) < 0 && EC_POINT_mul(group, point, d, NULL, NULL, NULL) == 1 &&
             EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, encoded, sizeof encoded, NULL) == 65;
  if (done) parameters = scalar_parameters(d, encoded);
  if (parameters == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
      EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) != 1) {
    key = NULL;
  }
  OSSL_PARAM_free(parameters);
  EVP_PKEY_CTX_free(context);
  BN_clear_free(d);
  EC_POINT_free(point);
  EC_GROUP_free(group);
  return key;
}
