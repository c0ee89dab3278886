/* SHA-256 (FIPS 180-4). */
#ifndef IOPT_SHA256_H
#define IOPT_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define IOPT_DIGEST_BYTES 32

typedef struct iopt_sha256 {
  uint32_t state[8];
  uint64_t bytes;
  uint8_t block[64];
} iopt_sha256;

void iopt_sha256_begin(iopt_sha256 *hash);
void iopt_sha256_add(iopt_sha256 *hash, const void *bytes, size_t size);
void iopt_sha256_end(iopt_sha256 *hash, uint8_t digest[IOPT_DIGEST_BYTES]);

/* The digest of `size` bytes in which the 32 bytes at `hole` count as zero: how programs are sealed. */
void iopt_sha256_sealed(const uint8_t *bytes, size_t size, size_t hole, uint8_t digest[IOPT_DIGEST_BYTES]);

#endif
