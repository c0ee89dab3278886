/* The C ABI without ONNX Runtime. */
#include <stdlib.h>
#include <string.h>

#include "cpu.h"
#include "pool.h"
#include "program.h"

uint32_t infer_opt_abi(void) { return INFER_OPT_ABI; }

uint32_t infer_opt_features(void) { return iopt_cpu_features(); }

int infer_opt_probe(char *text, size_t text_size) {
  iopt_error error = {text, text_size};
  return iopt_code_probe(&error);
}

/* Spreads the constants over the inputs and binds them. */
static int bind(infer_opt_program *program, const void *const *constants, const uint64_t *sizes, uint32_t count,
                iopt_error *error) {
  if (count != program->constant_count)
    return iopt_fail(error, "the program has %u constant inputs, not %u", program->constant_count, count);
  const void **by_input = calloc(program->input_count, sizeof *by_input);
  uint64_t *size_by_input = calloc(program->input_count, sizeof *size_by_input);
  int status = -1;
  if (by_input == NULL || size_by_input == NULL)
    iopt_fail(error, "no memory");
  else {
    for (uint32_t i = 0, used = 0; i < program->input_count; i++)
      if (program->inputs[i].constant) {
        by_input[i] = constants[used];
        size_by_input[i] = sizes[used++];
      }
    status = iopt_program_bind(program, by_input, size_by_input, error);
  }
  free(by_input);
  free(size_by_input);
  return status;
}

infer_opt_program *infer_opt_load(const uint8_t *bytes, size_t size, const void *const *constants,
                                  const uint64_t *constant_sizes, uint32_t constant_count, char *text,
                                  size_t text_size) {
  iopt_error error = {text, text_size};
  infer_opt_program *program = iopt_program_open(bytes, size, &error);
  if (program != NULL && bind(program, constants, constant_sizes, constant_count, &error) == 0) return program;
  iopt_program_free(program);
  return NULL;
}

void infer_opt_free(infer_opt_program *program) { iopt_program_free(program); }

void infer_opt_facts(const infer_opt_program *program, uint64_t facts[INFER_OPT_FACTS]) {
  const uint64_t all[INFER_OPT_FACTS] = {program->activation_count, program->output_count, program->step_count,
                                         program->weights_bytes,    program->arena_bytes,  program->scratch_bytes,
                                         program->code_bytes};
  memcpy(facts, all, sizeof all);
}

uint64_t infer_opt_input_bytes(const infer_opt_program *program, uint32_t index) {
  for (uint32_t i = 0; i < program->input_count; i++)
    if (!program->inputs[i].constant && program->inputs[i].activation == index) return program->inputs[i].bytes;
  return 0;
}

uint64_t infer_opt_output_bytes(const infer_opt_program *program, uint32_t index) {
  return index < program->output_count ? program->outputs[index].bytes : 0;
}

int infer_opt_run(infer_opt_program *program, const void *const *inputs, void *const *outputs, uint64_t samples,
                  uint32_t threads, char *text, size_t text_size) {
  iopt_error error = {text, text_size};
  const iopt_run run = {inputs, outputs, samples, threads, NULL};
  return iopt_run_program(program, &run, &iopt_pool_threads, &error);
}

int infer_opt_profile(infer_opt_program *program, const void *const *inputs, void *const *outputs, uint32_t threads,
                      uint32_t runs, uint64_t *nanoseconds, char *text, size_t text_size) {
  iopt_error error = {text, text_size};
  for (uint32_t s = 0; s < program->step_count; s++) nanoseconds[s] = UINT64_MAX;
  const iopt_run run = {inputs, outputs, 1, threads, nanoseconds};
  for (uint32_t i = 0; i < runs; i++)
    if (iopt_run_program(program, &run, &iopt_pool_threads, &error) != 0) return -1;
  return 0;
}
