// The deterministic nonces of RFC 6979 section 3.2, for P-256 with SHA-256.

#ifndef CASVINOPENSSL_NONCE_H
#define CASVINOPENSSL_NONCE_H

#include <openssl/bn.h>
#include <stdint.h>

typedef struct {
  uint8_t key[32];
  uint8_t value[32];
} asvin_nonce_state;

int asvin_nonce_start(
    asvin_nonce_state *state, const BIGNUM *order, const BIGNUM *scalar, const uint8_t digest[32]);
// The next candidate below the order; the caller asks again where it gives r = 0 or s = 0.
int asvin_nonce_next(asvin_nonce_state *state, const BIGNUM *order, BIGNUM *nonce);
void asvin_nonce_end(asvin_nonce_state *state);

#endif
