// What the files of this target share and Swift does not see.

#ifndef CASVINOPENSSL_KEY_H
#define CASVINOPENSSL_KEY_H

#include "CAsvinOpenSSL.h"

// A public key from its bytes (32 for Ed25519, 64 for P-256), or NULL if they are not a point of the curve.
asvin_key *asvin_public_key(int algorithm, const uint8_t *bytes);

#endif
