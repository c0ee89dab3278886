/* Reads little-endian fields behind each other; reading past the end yields zeros and is remembered. */
#ifndef IOPT_READER_H
#define IOPT_READER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct iopt_reader {
  const uint8_t *at, *end;
  bool failed;
} iopt_reader;

static inline uint64_t iopt_read_bytes(iopt_reader *reader, int count) {
  uint64_t value = 0;
  if (reader->end - reader->at < count) {
    reader->failed = true;
    reader->at = reader->end;
    return 0;
  }
  for (int i = 0; i < count; i++) value |= (uint64_t)reader->at[i] << (8 * i);
  reader->at += count;
  return value;
}

static inline uint8_t iopt_read_u8(iopt_reader *reader) { return (uint8_t)iopt_read_bytes(reader, 1); }
static inline uint32_t iopt_read_u32(iopt_reader *reader) { return (uint32_t)iopt_read_bytes(reader, 4); }
static inline uint64_t iopt_read_u64(iopt_reader *reader) { return iopt_read_bytes(reader, 8); }
static inline int64_t iopt_read_s64(iopt_reader *reader) { return (int64_t)iopt_read_bytes(reader, 8); }

static inline float iopt_read_f32(iopt_reader *reader) {
  const uint32_t bits = iopt_read_u32(reader);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

#endif
