/* Proves that no step leaves its spaces. Kernels keep to the bytes their headers in the code section declare. */
#include "program.h"

/* 1 TiB, as in kernels-read.c: no sum below overflows. */
#define MAX_BYTES ((uint64_t)1 << 40)

uint64_t iopt_element_bytes(uint8_t dtype) {
  switch (dtype) {
    case 2: case 3: case 9: case 17: case 18: case 19: case 20: return 1;
    case 4: case 5: case 10: case 16: return 2;
    case 1: case 6: case 12: return 4;
    case 7: case 11: case 13: return 8;
    default: return 0;
  }
}

static int verify_output(const iopt_output *output, uint32_t index, iopt_error *error) {
  uint64_t bytes = iopt_element_bytes(output->dtype);
  if (bytes == 0) return iopt_fail(error, "output %u has an element type that programs cannot have", index);
  for (int d = 0; d < output->rank; d++)
    if (output->dims[d] < 0 || !iopt_multiply(bytes, (uint64_t)output->dims[d], &bytes) || bytes > MAX_BYTES)
      return iopt_fail(error, "output %u has a wrong shape", index);
  if (bytes != output->bytes) return iopt_fail(error, "output %u has a size that is not that of its shape", index);
  return 0;
}

/* Size of the space a place is in; false when there is no such space, or the access is not allowed there. */
static bool space_of(const infer_opt_program *program, const iopt_place *place, uint32_t access, uint64_t *bytes) {
  const uint64_t slack = access == IOPT_READ ? IOPT_SLACK : 0;
  switch (place->space) {
    case IOPT_SPACE_INPUT:
      if (place->index >= program->input_count || program->inputs[place->index].constant) return false;
      *bytes = program->inputs[place->index].bytes;
      return access == IOPT_READ;
    case IOPT_SPACE_OUTPUT:
      if (place->index >= program->output_count) return false;
      *bytes = program->outputs[place->index].bytes;
      return true;
    case IOPT_SPACE_ARENA:
      *bytes = program->arena_bytes + slack;
      return place->index == 0;
    case IOPT_SPACE_WEIGHTS:
      *bytes = program->weights_bytes + slack;
      return place->index == 0 && access == IOPT_READ;
    default:
      return false;
  }
}

static int verify_step(const infer_opt_program *program, uint32_t index, iopt_error *error) {
  const iopt_step *step = &program->steps[index];
  const iopt_kernel *kernel = &program->kernels[step->kernel];
  for (uint32_t i = 0; i < kernel->argument_count; i++) {
    const iopt_argument *argument = &program->arguments[kernel->first_argument + i];
    const iopt_place *place = &program->places[step->first_place + i];
    uint64_t bytes;
    if (!space_of(program, place, argument->access, &bytes))
      return iopt_fail(error, "step %u, argument %u: no such buffer, or one it may not use so", index, i);
    if (place->offset > bytes || argument->bytes > bytes - place->offset)
      return iopt_fail(error, "step %u, argument %u: %llu bytes from %llu on leave a buffer of %llu", index, i,
                       (unsigned long long)argument->bytes, (unsigned long long)place->offset,
                       (unsigned long long)bytes);
    if (place->offset % argument->alignment != 0)
      return iopt_fail(error, "step %u, argument %u: offset %llu is not aligned to %u", index, i,
                       (unsigned long long)place->offset, argument->alignment);
  }
  return 0;
}

int iopt_program_verify(const infer_opt_program *program, iopt_error *error) {
  if (program->weights_bytes > MAX_BYTES || program->arena_bytes > MAX_BYTES)
    return iopt_fail(error, "the program asks for too much memory");
  for (uint32_t i = 0; i < program->input_count; i++)
    if (program->inputs[i].bytes > MAX_BYTES || (!program->inputs[i].constant && program->inputs[i].bytes == 0))
      return iopt_fail(error, "input %u has a wrong size", i);
  if (program->activation_count == 0 || program->output_count == 0)
    return iopt_fail(error, "the program has no activation input or no output");
  for (uint32_t i = 0; i < program->output_count; i++)
    if (verify_output(&program->outputs[i], i, error) != 0) return -1;
  for (uint32_t i = 0; i < program->step_count; i++)
    if (verify_step(program, i, error) != 0) return -1;
  return 0;
}
