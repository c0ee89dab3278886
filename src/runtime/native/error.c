#include "error.h"

#include <stdarg.h>
#include <stdio.h>

int iopt_fail(iopt_error *error, const char *format, ...) {
  if (error != NULL && error->text != NULL && error->size > 0) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, error->size, format, arguments);
    va_end(arguments);
  }
  return -1;
}
