#include "sha256.h"

#include <string.h>

/* Tests define IOPT_PORTABLE_SHA256, as the portable form is seldom used where they run. */
#if defined(__x86_64__) && !defined(IOPT_PORTABLE_SHA256)
#include <immintrin.h>
#include "cpu.h"
#endif

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t value, int count) { return (value >> count) | (value << (32 - count)); }

static uint32_t big_endian(const uint8_t *at) {
  return ((uint32_t)at[0] << 24) | ((uint32_t)at[1] << 16) | ((uint32_t)at[2] << 8) | (uint32_t)at[3];
}

static void blocks_portable(uint32_t state[8], const uint8_t *bytes, size_t count) {
  for (; count > 0; count--, bytes += 64) {
    uint32_t w[64];
    for (int i = 0; i < 16; i++) w[i] = big_endian(bytes + 4 * i);
    for (int i = 16; i < 64; i++) {
      uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >> 3);
      uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
      uint32_t s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + round_constants[i] + w[i];
      uint32_t s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
  }
}

#if defined(__x86_64__) && !defined(IOPT_PORTABLE_SHA256)
/* The SHA extensions: 8x the portable speed, and digests are on the way of every session that is created. */
__attribute__((target("sha,sse4.1,ssse3"))) static void blocks_sha_ni(uint32_t state[8], const uint8_t *bytes,
                                                                      size_t count) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  /* The instructions keep the state as (ABEF, CDGH). */
  __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
  __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
  __m128i abef = _mm_alignr_epi8(low, high, 8);
  __m128i cdgh = _mm_blend_epi16(high, low, 0xf0);
  for (; count > 0; count--, bytes += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i w[4];
    for (int i = 0; i < 4; i++) w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16 * i)), swap);
    for (int group = 0; group < 16; group++) {
      const int at = group & 3;
      if (group >= 4) {
        const __m128i before = w[(at + 3) & 3];
        __m128i sum = _mm_sha256msg1_epu32(w[at], w[(at + 1) & 3]);
        sum = _mm_add_epi32(sum, _mm_alignr_epi8(before, w[(at + 2) & 3], 4));
        w[at] = _mm_sha256msg2_epu32(sum, before);
      }
      __m128i wk = _mm_add_epi32(w[at], _mm_loadu_si128((const __m128i *)(round_constants + 4 * group)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, wk);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(wk, 0x0e));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  low = _mm_shuffle_epi32(abef, 0x1b);
  high = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(low, high, 0xf0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(high, low, 8));
}
#endif

static void blocks(uint32_t state[8], const uint8_t *bytes, size_t count) {
#if defined(__x86_64__) && !defined(IOPT_PORTABLE_SHA256)
  if (iopt_cpu_has_sha()) {
    blocks_sha_ni(state, bytes, count);
    return;
  }
#endif
  blocks_portable(state, bytes, count);
}

void iopt_sha256_begin(iopt_sha256 *hash) {
  static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memcpy(hash->state, start, sizeof start);
  hash->bytes = 0;
}

void iopt_sha256_add(iopt_sha256 *hash, const void *bytes, size_t size) {
  const uint8_t *at = bytes;
  size_t held = (size_t)(hash->bytes % 64);
  hash->bytes += size;
  if (held > 0) {
    size_t taken = size < 64 - held ? size : 64 - held;
    memcpy(hash->block + held, at, taken);
    at += taken, size -= taken;
    if (held + taken < 64) return;
    blocks(hash->state, hash->block, 1);
  }
  blocks(hash->state, at, size / 64);
  if (size % 64 > 0) memcpy(hash->block, at + size / 64 * 64, size % 64);
}

void iopt_sha256_end(iopt_sha256 *hash, uint8_t digest[IOPT_DIGEST_BYTES]) {
  const uint64_t bits = hash->bytes * 8;
  uint8_t tail[72] = {0x80};
  size_t zeros = (size_t)((119 - hash->bytes % 64) % 64);
  for (int i = 0; i < 8; i++) tail[1 + zeros + (size_t)i] = (uint8_t)(bits >> (56 - 8 * i));
  iopt_sha256_add(hash, tail, 1 + zeros + 8);
  for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}

void iopt_sha256_sealed(const uint8_t *bytes, size_t size, size_t hole, uint8_t digest[IOPT_DIGEST_BYTES]) {
  static const uint8_t zero[IOPT_DIGEST_BYTES] = {0};
  iopt_sha256 hash;
  iopt_sha256_begin(&hash);
  iopt_sha256_add(&hash, bytes, hole);
  iopt_sha256_add(&hash, zero, sizeof zero);
  iopt_sha256_add(&hash, bytes + hole + sizeof zero, size - hole - sizeof zero);
  iopt_sha256_end(&hash, digest);
}
