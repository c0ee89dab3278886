/* Executable memory. No mapping is ever writable and executable at once. */
#ifndef IOPT_CODE_H
#define IOPT_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

typedef struct iopt_code {
  const uint8_t *bytes; /* readable and executable */
  size_t mapped;
} iopt_code;

/* Maps a copy of `bytes` that can be executed. */
int iopt_code_map(iopt_code *code, const uint8_t *bytes, size_t size, iopt_error *error);
void iopt_code_unmap(iopt_code *code);

/* Maps and runs a function of one instruction, once a process; 0 when that worked. */
int iopt_code_probe(iopt_error *error);

#endif
