#include "xmlenc.h"
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 16

/* The last block of plain text is held back until the end, because only then is it known to hold the filler. */
static unsigned char held[BLOCK];
static int holding;
int xmlenc_opened;

int xmlenc_open(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *type, const unsigned char *key, int keyLength, const unsigned char *iv, EVP_PKEY *own) {
  unsigned char opened[1024];
  size_t length = sizeof opened;
  EVP_PKEY_CTX *rsa = EVP_PKEY_CTX_new(own, NULL);
  int ok = rsa && EVP_PKEY_decrypt_init(rsa) > 0 && EVP_PKEY_CTX_set_rsa_padding(rsa, RSA_PKCS1_OAEP_PADDING) > 0 &&
           EVP_PKEY_decrypt(rsa, opened, &length, key, keyLength) > 0 && (int)length == EVP_CIPHER_key_length(type) &&
           EVP_DecryptInit_ex(ctx, type, NULL, opened, iv) > 0;
  EVP_PKEY_CTX_free(rsa);
  holding = 0;
  xmlenc_opened += ok;
  return ok;
}

int xmlenc_update(EVP_CIPHER_CTX *ctx, unsigned char *out, int *outLength, const unsigned char *in, int inLength) {
  unsigned char *plain = malloc(inLength + 2 * BLOCK);
  int length = 0, ok;
  memcpy(plain, held, holding);
  ok = EVP_DecryptUpdate(ctx, plain + holding, &length, in, inLength);
  length += holding;
  holding = length < BLOCK ? length : BLOCK;
  *outLength = length - holding;
  memcpy(held, plain + *outLength, holding);
  memcpy(out, plain, *outLength);
  free(plain);
  return ok;
}

int xmlenc_final(EVP_CIPHER_CTX *ctx, unsigned char *out, int *outLength) {
  int filler = held[BLOCK - 1];
  (void)ctx;
  if (holding != BLOCK || filler < 1 || filler > BLOCK)
    return 0;
  *outLength = BLOCK - filler;
  memcpy(out, held, *outLength);
  return 1;
}
