/* Nothing of a block is trusted: every length is compared with what is left before anything is read or written. */
#include "lz4.h"

#include <string.h>

#define LEAST_MATCH 4
/* Four bits of a token that say that bytes follow. */
#define MORE 15

typedef struct cursor {
  const uint8_t *at, *end;
} cursor;

static size_t left(const cursor *block) { return (size_t)(block->end - block->at); }

/* Bytes that add up, the last of them below 255. A sum is at most 255 times the block, which no size overflows. */
static bool read_length(cursor *block, size_t *length) {
  if (*length < MORE) return true;
  uint8_t byte;
  do {
    if (left(block) < 1) return false;
    byte = *block->at++;
    *length += byte;
  } while (byte == 255);
  return true;
}

/* Repeats what stands `offset` bytes before `to`, in pieces that do not overlap and double. */
static void repeat(uint8_t *to, size_t offset, size_t length) {
  while (length > offset) {
    memcpy(to, to - offset, offset);
    to += offset;
    length -= offset;
    offset *= 2;
  }
  memcpy(to, to - offset, length);
}

bool iopt_lz4_decode(const uint8_t *bytes, size_t size, uint8_t *content, size_t room) {
  cursor block = {bytes, bytes + size};
  size_t done = 0;
  while (left(&block) > 0) {
    const uint8_t token = *block.at++;
    size_t literals = token >> 4;
    if (!read_length(&block, &literals) || literals > left(&block) || literals > room - done) return false;
    memcpy(content + done, block.at, literals);
    block.at += literals;
    done += literals;
    /* The last sequence has no match. */
    if (left(&block) == 0) return done == room;
    if (left(&block) < 2) return false;
    const size_t offset = (size_t)block.at[0] | (size_t)block.at[1] << 8;
    block.at += 2;
    size_t length = token & MORE;
    if (!read_length(&block, &length)) return false;
    length += LEAST_MATCH;
    if (offset == 0 || offset > done || length > room - done) return false;
    repeat(content + done, offset, length);
    done += length;
  }
  return false;
}
