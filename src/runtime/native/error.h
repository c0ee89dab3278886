/* Failures as text in the caller's buffer. */
#ifndef IOPT_ERROR_H
#define IOPT_ERROR_H

#include <stddef.h>

typedef struct iopt_error {
  char *text; /* may be NULL */
  size_t size;
} iopt_error;

/* Writes the text of a failure and returns -1. */
int iopt_fail(iopt_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
