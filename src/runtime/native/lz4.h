/* The LZ4 block format, as https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md describes it. */
#ifndef IOPT_LZ4_H
#define IOPT_LZ4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A block holds at most this many times its own bytes. */
#define IOPT_LZ4_RATIO 255

/* Reads a block of `size` bytes whose content has exactly `room` bytes; false when it does not. */
bool iopt_lz4_decode(const uint8_t *block, size_t size, uint8_t *content, size_t room);

#endif
