/*
 * Sessions one after the other, each run a few times and destroyed, in one thread with one arena. Prints what malloc has
 * given out more, and how many mappings there are more, after the last `COUNT` sessions than before them.
 *
 *   session-memory LIBONNXRUNTIME MODEL INPUT_BYTES COUNT LEAK
 */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "infer-opt.h"

static char error[512];

static void *check(void *value) {
  if (value != NULL) return value;
  printf("%s\n", error);
  exit(1);
}

static size_t mappings(void) {
  FILE *file = check(fopen("/proc/self/maps", "r"));
  size_t lines = 0;
  for (int c; (c = fgetc(file)) != EOF;) lines += c == '\n';
  fclose(file);
  return lines;
}

static size_t allocated(void) {
  const struct mallinfo2 facts = mallinfo2();
  return facts.uordblks + facts.hblkhd;
}

static void use_session(infer_opt_ort *ort, const void *model, size_t size, uint8_t *input, size_t input_bytes) {
  const infer_opt_session_options options = {1, 99, 4, 1};
  infer_opt_session *session = check(infer_opt_session_create(ort, model, size, &options, NULL, error, sizeof error));
  const char *x = infer_opt_session_name(session, 0, 0), *y = infer_opt_session_name(session, 1, 0);
  for (int64_t samples = 1; samples <= 2; samples++) {
    const int64_t dims[] = {samples, (int64_t)input_bytes};
    const size_t bytes = input_bytes * (size_t)samples;
    infer_opt_value *given = check(infer_opt_value_create(ort, input, bytes, 2, dims, 2, error, sizeof error));
    const infer_opt_value *inputs[] = {given};
    infer_opt_value *result;
    if (infer_opt_session_run(session, &x, inputs, 1, &y, 1, &result, error, sizeof error) != 0) check(NULL);
    infer_opt_value_free(ort, result);
    infer_opt_value_free(ort, given);
  }
  infer_opt_session_free(session);
}

int main(int count, char **arguments) {
  if (count != 6) return 2;
  mallopt(M_ARENA_MAX, 1);
  const size_t input_bytes = strtoul(arguments[3], NULL, 10), sessions = strtoul(arguments[4], NULL, 10),
               leak = strtoul(arguments[5], NULL, 10);
  FILE *file = check(fopen(arguments[2], "rb"));
  uint8_t *model = check(malloc(1 << 20)), *input = check(calloc(2, input_bytes));
  const size_t size = fread(model, 1, 1 << 20, file);
  fclose(file);
  infer_opt_ort *ort = check(infer_opt_ort_open(arguments[1], error, sizeof error));
  for (int i = 0; i < 10; i++) use_session(ort, model, size, input, input_bytes);
  const size_t bytes_before = allocated(), mappings_before = mappings();
  for (size_t i = 0; i < sessions; i++) {
    use_session(ort, model, size, input, input_bytes);
    if (leak > 0) check(malloc(leak));
  }
  printf("%lld bytes, %lld mappings\n", (long long)(allocated() - bytes_before), (long long)(mappings() - mappings_before));
  return 0;
}
