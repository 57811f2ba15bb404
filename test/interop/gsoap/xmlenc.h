/*
 * gSOAP 2.8.124 names rsa-oaep-mgf1p but opens the key with EVP_OpenInit, which knows PKCS#1 v1.5 only, and leaves the random
 * filler of XML Encryption at the end of the text. The Makefile puts these three in the place of OpenSSL's when it compiles
 * gSOAP's mecevp.c; everything else (reading, canonicalisation, signature, typed answer) is gSOAP's own.
 */
#include <openssl/evp.h>

/* How many keys were opened: the plugin takes EncryptedData out of the tree, so this is the proof that there was one. */
extern int xmlenc_opened;
int xmlenc_open(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *type, const unsigned char *key, int keyLength, const unsigned char *iv, EVP_PKEY *own);
int xmlenc_update(EVP_CIPHER_CTX *ctx, unsigned char *out, int *outLength, const unsigned char *in, int inLength);
int xmlenc_final(EVP_CIPHER_CTX *ctx, unsigned char *out, int *outLength);

#undef EVP_OpenUpdate
#define EVP_OpenInit xmlenc_open
#define EVP_OpenUpdate xmlenc_update
#define EVP_OpenFinal xmlenc_final
