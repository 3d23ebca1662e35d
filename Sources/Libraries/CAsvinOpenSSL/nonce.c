#include "nonce.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

static int hmac(asvin_nonce_state *state, const uint8_t *message, size_t count, uint8_t output[32]) {
  uint8_t result[32];
  size_t written = 0;
  int done = EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, state->key, sizeof state->key, message, count, result,
                       sizeof result, &written) != NULL &&
             written == sizeof result;
  if (done) memcpy(output, result, sizeof result);
  OPENSSL_cleanse(result, sizeof result);
  return done;
}

// K = HMAC_K(V || tag || extra), V = HMAC_K(V): steps d to g, and h.3 without extra.
static int mix(asvin_nonce_state *state, uint8_t tag, const uint8_t *extra, size_t count) {
  uint8_t message[32 + 1 + 64];
  memcpy(message, state->value, 32);
  message[32] = tag;
  if (count > 0) memcpy(message + 33, extra, count);
  int done = hmac(state, message, 33 + count, state->key) && hmac(state, state->value, 32, state->value);
  OPENSSL_cleanse(message, sizeof message);
  return done;
}

// int2octets(x) || bits2octets(h1)
static int seed(const BIGNUM *order, const BIGNUM *scalar, const uint8_t digest[32], uint8_t output[64]) {
  BN_CTX *context = BN_CTX_new();
  BIGNUM *hash = BN_bin2bn(digest, 32, NULL);
  BIGNUM *reduced = BN_new();
  int done = context != NULL && hash != NULL && reduced != NULL && BN_nnmod(reduced, hash, order, context) == 1 &&
             BN_bn2binpad(scalar, output, 32) == 32 && BN_bn2binpad(reduced, output + 32, 32) == 32;
  BN_free(reduced);
  BN_free(hash);
  BN_CTX_free(context);
  return done;
}

int asvin_nonce_start(
    asvin_nonce_state *state, const BIGNUM *order, const BIGNUM *scalar, const uint8_t digest[32]) {
  uint8_t input[64];
  memset(state->value, 1, sizeof state->value);
  memset(state->key, 0, sizeof state->key);
  int done = seed(order, scalar, digest, input) && mix(state, 0, input, sizeof input) &&
             mix(state, 1, input, sizeof input);
  OPENSSL_cleanse(input, sizeof input);
  return done;
}

int asvin_nonce_next(asvin_nonce_state *state, const BIGNUM *order, BIGNUM *nonce) {
  for (;;) {
    if (!hmac(state, state->value, 32, state->value)) return 0;
    if (BN_bin2bn(state->value, 32, nonce) == NULL) return 0;
    int usable = !BN_is_zero(nonce) && BN_cmp(nonce, order) < 0;
    // Also after a candidate that is returned, so that the next call returns the next one.
    if (!mix(state, 0, NULL, 0)) return 0;
    if (usable) return 1;
  }
}

void asvin_nonce_end(asvin_nonce_state *state) { OPENSSL_cleanse(state, sizeof *state); }
