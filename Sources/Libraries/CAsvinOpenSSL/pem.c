#include "CAsvinOpenSSL.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

#include "key.h"

// OWASP's figure for PBKDF2-HMAC-SHA256; OpenSSL's own default is 2048.
enum { PBKDF2_ITERATIONS = 600000 };

typedef struct {
  const void *bytes;
  size_t count;
  int asked;
} passphrase_answer;

static int answer(char *buffer, int capacity, int writing, void *context) {
  (void)writing;
  passphrase_answer *passphrase = context;
  passphrase->asked = 1;
  if (passphrase->bytes == NULL || passphrase->count > (size_t)capacity) return -1;
  memcpy(buffer, passphrase->bytes, passphrase->count);
  return (int)passphrase->count;
}

asvin_key *asvin_private_key_read(
    const void *pem, size_t count, const void *passphrase, size_t passphrase_count, asvin_pem_status *status) {
  passphrase_answer given = {passphrase, passphrase_count, 0};
  EVP_PKEY *key = NULL;
  BIO *bio = count <= INT32_MAX ? BIO_new_mem_buf(pem, (int)count) : NULL;
  if (bio != NULL) key = PEM_read_bio_PrivateKey(bio, NULL, answer, &given);
  BIO_free(bio);
  ERR_clear_error();
  if (key != NULL) {
    *status = ASVIN_PEM_READ;
  } else if (!given.asked) {
    *status = ASVIN_PEM_UNREADABLE;
  } else {
    *status = passphrase == NULL ? ASVIN_PEM_NEEDS_PASSPHRASE : ASVIN_PEM_WRONG_PASSPHRASE;
  }
  return key;
}

asvin_key *asvin_public_key_read(const void *pem, size_t count) {
  BIO *bio = count <= INT32_MAX ? BIO_new_mem_buf(pem, (int)count) : NULL;
  // Without a callback OpenSSL asks the terminal itself, and waits, where the bytes are an encrypted private key.
  passphrase_answer none = {NULL, 0, 0};
  EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PUBKEY(bio, NULL, answer, &none);
  BIO_free(bio);
  ERR_clear_error();
  return key;
}

// Moves what a memory BIO holds into a buffer and overwrites the BIO's own copy.
static int take(BIO *bio, asvin_buffer *buffer) {
  char *bytes;
  long count = BIO_get_mem_data(bio, &bytes);
  buffer->bytes = count > 0 ? OPENSSL_memdup(bytes, (size_t)count) : NULL;
  buffer->count = buffer->bytes == NULL ? 0 : (size_t)count;
  if (count > 0) OPENSSL_cleanse(bytes, (size_t)count);
  return buffer->bytes != NULL;
}

static int write_encrypted(BIO *bio, PKCS8_PRIV_KEY_INFO *info, const void *passphrase, size_t count) {
  if (count > INT32_MAX) return 0;
  X509_SIG *encrypted =
      PKCS8_encrypt(-1, EVP_aes_256_cbc(), passphrase, (int)count, NULL, 0, PBKDF2_ITERATIONS, info);
  int done = encrypted != NULL && PEM_write_bio_PKCS8(bio, encrypted) == 1;
  X509_SIG_free(encrypted);
  return done;
}

int asvin_private_key_write(
    const asvin_key *key, const void *passphrase, size_t passphrase_count, asvin_buffer *buffer) {
  BIO *bio = BIO_new(BIO_s_mem());
  PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
  int done = bio != NULL && info != NULL;
  if (done) {
    done = passphrase == NULL ? PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) == 1
                              : write_encrypted(bio, info, passphrase, passphrase_count);
  }
  done = done && take(bio, buffer);
  PKCS8_PRIV_KEY_INFO_free(info);
  BIO_free(bio);
  return done;
}

int asvin_public_key_write(int algorithm, const uint8_t *bytes, asvin_buffer *buffer) {
  EVP_PKEY *key = asvin_public_key(algorithm, bytes);
  BIO *bio = BIO_new(BIO_s_mem());
  int done = key != NULL && bio != NULL && PEM_write_bio_PUBKEY(bio, key) == 1 && take(bio, buffer);
  BIO_free(bio);
  EVP_PKEY_free(key);
  return done;
}

void asvin_buffer_free(asvin_buffer *buffer) { OPENSSL_clear_free(buffer->bytes, buffer->count); }
