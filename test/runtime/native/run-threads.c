/*
 * Runs one program from several threads at once, each run itself on several threads, and compares all outputs with
 * the first. Built with the thread sanitizer.
 *
 *   run-threads PROGRAM CONSTANTS CALLERS RUNS THREADS
 *
 * CONSTANTS holds the constant inputs behind each other.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "program.h"
#include "run.h"

#define MAX_BUFFERS 16

static infer_opt_program *program;
static uint32_t runs, threads;
static uint8_t *expected[MAX_BUFFERS];
static const void *inputs[MAX_BUFFERS];
static _Atomic int failures;

static uint8_t *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) abort();
  uint8_t *bytes = malloc(1 << 24);
  *size = fread(bytes, 1, 1 << 24, file);
  fclose(file);
  return bytes;
}

static void run_once(void *const *outputs, uint32_t wanted) {
  const iopt_run run = {inputs, outputs, 1, wanted, NULL};
  char text[256];
  iopt_error error = {text, sizeof text};
  if (iopt_run_program(program, &run, &iopt_pool_threads, &error) != 0) {
    fprintf(stderr, "%s\n", text);
    failures++;
  }
}

static void *caller(void *unused) {
  (void)unused;
  void *outputs[MAX_BUFFERS];
  for (uint32_t o = 0; o < program->output_count; o++) outputs[o] = malloc((size_t)program->outputs[o].bytes + 64);
  for (uint32_t r = 0; r < runs; r++) {
    for (uint32_t o = 0; o < program->output_count; o++) memset(outputs[o], 0, (size_t)program->outputs[o].bytes);
    run_once(outputs, 1 + r % threads);
    for (uint32_t o = 0; o < program->output_count; o++)
      if (memcmp(outputs[o], expected[o], (size_t)program->outputs[o].bytes) != 0) failures++;
  }
  for (uint32_t o = 0; o < program->output_count; o++) free(outputs[o]);
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 6) return 2;
  size_t size, constants_size;
  uint8_t *bytes = read_file(arguments[1], &size), *constants = read_file(arguments[2], &constants_size);
  const int callers = atoi(arguments[3]);
  runs = (uint32_t)atoi(arguments[4]);
  threads = (uint32_t)atoi(arguments[5]);
  char text[256];
  iopt_error error = {text, sizeof text};
  program = iopt_program_open(bytes, size, &error);
  if (program == NULL || program->input_count > MAX_BUFFERS || program->output_count > MAX_BUFFERS) return 1;
  const void *data[MAX_BUFFERS] = {0};
  uint64_t sizes[MAX_BUFFERS] = {0}, at = 0;
  for (uint32_t i = 0; i < program->input_count; i++) {
    const iopt_input *input = &program->inputs[i];
    if (input->constant) {
      data[i] = constants + at;
      sizes[i] = input->bytes;
      at += input->bytes;
    } else {
      uint8_t *filled = malloc((size_t)input->bytes);
      for (uint64_t b = 0; b < input->bytes; b++) filled[b] = (uint8_t)(b * 37 + 11);
      inputs[input->activation] = filled;
    }
  }
  if (at != constants_size || iopt_program_bind(program, data, sizes, &error) != 0) {
    fprintf(stderr, "%s\n", text);
    return 1;
  }
  for (uint32_t o = 0; o < program->output_count; o++) expected[o] = calloc(1, (size_t)program->outputs[o].bytes);
  run_once((void *const *)expected, 1);
  pthread_t all[64];
  for (int i = 0; i < callers; i++) pthread_create(&all[i], NULL, caller, NULL);
  for (int i = 0; i < callers; i++) pthread_join(all[i], NULL);
  iopt_program_free(program);
  printf("%d callers, %d failures\n", callers, failures);
  return failures == 0 ? 0 : 1;
}
