/*
 * Decodes a block from buffers of its very size, so that the address sanitizer sees whatever leaves them: whole, cut at
 * every byte, for every wrong size near the right one, and with bytes changed.
 *
 *   lz4-hostile BLOCK CONTENT CHANGES
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lz4.h"

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

typedef struct file {
  uint8_t *bytes;
  size_t size;
} file;

static file read_file(const char *path) {
  FILE *stream = fopen(path, "rb");
  if (stream == NULL) abort();
  file read = {malloc(1 << 24), 0};
  read.size = fread(read.bytes, 1, 1 << 24, stream);
  fclose(stream);
  return read;
}

/* Decodes a copy of `size` bytes into `room`; compares with `content` unless that is NULL. */
static int decodes(const uint8_t *bytes, size_t size, size_t room, const uint8_t *content) {
  uint8_t *block = malloc(size), *made = malloc(room);
  memcpy(block, bytes, size);
  int good = iopt_lz4_decode(block, size, made, room);
  if (good && content != NULL) good = memcmp(made, content, room) == 0;
  free(block);
  free(made);
  return good;
}

static int fail(const char *what, size_t at) {
  printf("%s %zu\n", what, at);
  return 1;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  const file block = read_file(arguments[1]), content = read_file(arguments[2]);
  if (!decodes(block.bytes, block.size, content.size, content.bytes)) return fail("differs", 0);
  for (size_t size = 0; size < block.size; size++)
    if (decodes(block.bytes, size, content.size, NULL)) return fail("decodes when cut to", size);
  for (size_t room = content.size < 300 ? 0 : content.size - 300; room < content.size + 300; room++)
    if (room != content.size && decodes(block.bytes, block.size, room, NULL)) return fail("decodes to", room);
  uint8_t *changed = malloc(block.size);
  for (uint64_t left = strtoull(arguments[3], NULL, 10); left > 0; left--) {
    memcpy(changed, block.bytes, block.size);
    for (uint64_t changes = 1 + next() % 4; changes > 0; changes--)
      changed[next() % block.size] = next() % 3 == 0 ? 255 : next() % 2 == 0 ? 0 : (uint8_t)next();
    decodes(changed, block.size, content.size, NULL);
  }
  free(changed);
  free(block.bytes);
  free(content.bytes);
  return 0;
}
