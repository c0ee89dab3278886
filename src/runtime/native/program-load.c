/* Loading: read and verify; then check the constants, map the code, pack. */
#include <stdlib.h>
#include <string.h>

#include "cpu.h"
#include "program.h"
#include "run.h"

static int check_features(const infer_opt_program *program, iopt_error *error) {
  const uint32_t missing = program->features & ~iopt_cpu_features();
  if (missing == 0) return 0;
  return iopt_fail(error, "the program needs CPU features that are not here or are masked (bits %#x)", missing);
}

/* Constants that are not those the program was made for would give wrong results without a word. */
static int check_constants(const infer_opt_program *program, const void *const *constants, const uint64_t *sizes,
                           iopt_error *error) {
  iopt_sha256 hash;
  iopt_sha256_begin(&hash);
  for (uint32_t i = 0; i < program->input_count; i++) {
    const iopt_input *input = &program->inputs[i];
    if (!input->constant) continue;
    if (constants[i] == NULL && input->bytes > 0) return iopt_fail(error, "input %u must be constant", i);
    if (sizes[i] != input->bytes)
      return iopt_fail(error, "constant input %u has %llu bytes, the program was made for %llu", i,
                       (unsigned long long)sizes[i], (unsigned long long)input->bytes);
    if (input->bytes > 0) iopt_sha256_add(&hash, constants[i], (size_t)input->bytes);
  }
  uint8_t digest[IOPT_DIGEST_BYTES];
  iopt_sha256_end(&hash, digest);
  if (memcmp(digest, program->constants_digest, sizeof digest) != 0)
    return iopt_fail(error, "the constants (weights, scales) are not those the program was made for: the model was "
                            "edited after it was compiled; compile it again");
  return 0;
}

static int map_kernels(infer_opt_program *program, iopt_error *error) {
  if (iopt_code_probe(error) != 0) return -1;
  if (iopt_code_map(&program->code, program->code_section.bytes, (size_t)program->code_section.size, error) != 0) return -1;
  for (uint32_t i = 0; i < program->kernel_count; i++) {
    const uint8_t *entry = program->code.bytes + program->kernels[i].code_offset;
    memcpy(&program->kernels[i].function, &entry, sizeof entry);
  }
  return 0;
}

static uint32_t io_alignment(const infer_opt_program *program) {
  uint32_t alignment = 1;
  for (uint32_t s = 0; s < program->step_count; s++) {
    const iopt_kernel *kernel = &program->kernels[program->steps[s].kernel];
    for (uint32_t i = 0; i < kernel->argument_count; i++) {
      const uint32_t space = program->places[program->steps[s].first_place + i].space;
      const uint32_t own = program->arguments[kernel->first_argument + i].alignment;
      if ((space == IOPT_SPACE_INPUT || space == IOPT_SPACE_OUTPUT) && own > alignment) alignment = own;
    }
  }
  return alignment;
}

static uint64_t most_pieces(const infer_opt_program *program) {
  uint64_t most = 1;
  for (uint32_t s = 0; s < program->step_count; s++) {
    const iopt_kernel *kernel = &program->kernels[program->steps[s].kernel];
    if (kernel->extent / kernel->grain > most) most = kernel->extent / kernel->grain;
  }
  return most;
}

static int open_program(infer_opt_program *program, const uint8_t *bytes, size_t size, iopt_error *error) {
  if (iopt_program_read(program, bytes, size, error) != 0) return -1;
  if (iopt_program_verify(program, error) != 0 || iopt_packs_verify(program, error) != 0) return -1;
  if (check_features(program, error) != 0) return -1;
  program->io_alignment = io_alignment(program);
  program->most_pieces = most_pieces(program);
  return iopt_code_trusted(program->code_digest, error);
}

infer_opt_program *iopt_program_open(const uint8_t *bytes, size_t size, iopt_error *error) {
  infer_opt_program *program = calloc(1, sizeof *program);
  if (program == NULL) {
    iopt_fail(error, "no memory");
    return NULL;
  }
  if (open_program(program, bytes, size, error) == 0) return program;
  iopt_program_free(program);
  return NULL;
}

int iopt_program_bind(infer_opt_program *program, const void *const *constants, const uint64_t *sizes,
                      iopt_error *error) {
  if (check_constants(program, constants, sizes, error) != 0 || map_kernels(program, error) != 0) return -1;
  if (!iopt_memory_get(&program->weights, program->weights_bytes)) return iopt_fail(error, "no memory for the weights");
  if (iopt_pack_all(program, constants, error) != 0) return -1;
  free(program->packs);
  program->packs = NULL;
  free(program->expanded);
  program->expanded = NULL;
  program->data = program->code_section = (iopt_section){NULL, 0};
  return iopt_run_prepare(program, error);
}

void iopt_program_free(infer_opt_program *program) {
  if (program == NULL) return;
  iopt_run_release(program);
  iopt_code_unmap(&program->code);
  iopt_memory_release(&program->weights);
  free(program->inputs);
  free(program->outputs);
  free(program->kernels);
  free(program->arguments);
  free(program->steps);
  free(program->places);
  free(program->packs);
  free(program->expanded);
  free(program);
}
