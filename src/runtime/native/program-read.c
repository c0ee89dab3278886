/* From bytes to tables. Nothing here is trusted: counts are capped, sections lie inside, whatever is left is checked
   by verify.c. */
#include <stdlib.h>
#include <string.h>

#include "lz4.h"
#include "program.h"
#include "reader.h"

#define HEADER_BYTES 256
#define STORAGE_OFFSET 168
#define CONSTANTS_DIGEST_OFFSET 192
#define DIGEST_OFFSET 224
/* Most bytes of a program that is compressed: what memory one may ask for before it is checked. */
#define MOST_COMPRESSIBLE ((uint64_t)1 << 28)

enum { STORED_PLAIN, STORED_LZ4 };
enum { INPUTS, OUTPUTS, PACKS, STEPS, DATA, NAMES, CODE, SECTIONS };

typedef struct header {
  uint32_t version;
  uint64_t size;
  iopt_section sections[SECTIONS];
} header;

static iopt_reader reader_of(iopt_section section) {
  return (iopt_reader){section.bytes, section.bytes + section.size, false};
}

/* The plain program: `bytes` themselves, or `program->expanded`, whose header is not set. NULL on failure. */
static const uint8_t *expand(infer_opt_program *program, const uint8_t *bytes, size_t size, uint64_t *plain_size,
                             iopt_error *error) {
  iopt_reader reader = {bytes + STORAGE_OFFSET, bytes + HEADER_BYTES, false};
  const uint32_t storage = iopt_read_u32(&reader);
  iopt_read_u32(&reader);
  *plain_size = iopt_read_u64(&reader);
  const size_t stored = size - HEADER_BYTES;
  const char *reason = NULL;
  if (storage == STORED_PLAIN && *plain_size == size) return bytes;
  if (storage == STORED_PLAIN)
    reason = "its sizes differ";
  else if (storage != STORED_LZ4)
    reason = "it is stored in a way this library does not know";
  else if (*plain_size < HEADER_BYTES || *plain_size > MOST_COMPRESSIBLE ||
           (*plain_size - HEADER_BYTES) / IOPT_LZ4_RATIO > stored)
    reason = "its bytes cannot hold what they should";
  else if ((program->expanded = malloc((size_t)*plain_size)) == NULL)
    reason = "no memory";
  else if (!iopt_lz4_decode(bytes + HEADER_BYTES, stored, program->expanded + HEADER_BYTES,
                            (size_t)*plain_size - HEADER_BYTES))
    reason = "its compressed bytes are malformed";
  if (reason == NULL) return program->expanded;
  iopt_fail(error, "the program cannot be expanded: %s", reason);
  return NULL;
}

static int read_header(infer_opt_program *program, header *out, const uint8_t *bytes, size_t size, iopt_error *error) {
  if (size < HEADER_BYTES || memcmp(bytes, "INFEROPT", 8) != 0) return iopt_fail(error, "this is no infer-opt program");
  iopt_reader reader = {bytes + 8, bytes + HEADER_BYTES, false};
  out->version = iopt_read_u32(&reader);
  program->features = iopt_read_u32(&reader);
  out->size = iopt_read_u64(&reader);
  if (out->version != IOPT_FORMAT_VERSION)
    return iopt_fail(error, "the program has format version %u, this library reads %d", out->version,
                     IOPT_FORMAT_VERSION);
  if (out->size != size) return iopt_fail(error, "the program is cut or has bytes behind its end");
  uint8_t digest[IOPT_DIGEST_BYTES];
  iopt_sha256_sealed(bytes, size, DIGEST_OFFSET, digest);
  if (memcmp(digest, bytes + DIGEST_OFFSET, sizeof digest) != 0)
    return iopt_fail(error, "the program was changed after it was made: its digest differs");
  uint64_t plain_size;
  const uint8_t *plain = expand(program, bytes, size, &plain_size, error);
  if (plain == NULL) return -1;
  program->weights_bytes = iopt_read_u64(&reader);
  program->arena_bytes = iopt_read_u64(&reader);
  program->input_count = iopt_read_u32(&reader);
  program->output_count = iopt_read_u32(&reader);
  program->pack_count = iopt_read_u32(&reader);
  program->step_count = iopt_read_u32(&reader);
  for (int i = 0; i < SECTIONS; i++) {
    const uint64_t offset = iopt_read_u64(&reader), length = iopt_read_u64(&reader);
    if (offset < HEADER_BYTES || offset > plain_size || length > plain_size - offset)
      return iopt_fail(error, "section %d lies outside the program", i);
    out->sections[i] = (iopt_section){plain + offset, length};
  }
  memcpy(program->constants_digest, bytes + CONSTANTS_DIGEST_OFFSET, IOPT_DIGEST_BYTES);
  if (program->input_count > IOPT_MAX_COUNT || program->output_count > IOPT_MAX_COUNT ||
      program->pack_count > IOPT_MAX_COUNT || program->step_count > IOPT_MAX_COUNT)
    return iopt_fail(error, "the program has too many parts");
  return 0;
}

static int read_inputs(infer_opt_program *program, iopt_section section, iopt_error *error) {
  iopt_reader reader = reader_of(section);
  for (uint32_t i = 0; i < program->input_count; i++) {
    const uint32_t words = iopt_read_u32(&reader);
    iopt_read_u32(&reader);
    iopt_input *input = &program->inputs[i];
    *input = (iopt_input){(words & 0xff) != 0, (uint8_t)(words >> 8), iopt_read_u64(&reader), program->activation_count};
    if (input->constant)
      program->constant_count++;
    else
      program->activation_count++;
  }
  return reader.failed ? iopt_fail(error, "the section of inputs is cut") : 0;
}

static int read_outputs(infer_opt_program *program, iopt_section section, iopt_error *error) {
  iopt_reader reader = reader_of(section);
  for (uint32_t i = 0; i < program->output_count; i++) {
    const uint32_t words = iopt_read_u32(&reader);
    iopt_read_u32(&reader);
    iopt_output *output = &program->outputs[i];
    output->dtype = (uint8_t)words;
    output->rank = (uint8_t)(words >> 8);
    output->bytes = iopt_read_u64(&reader);
    if (output->rank < 1 || output->rank > IOPT_MAX_RANK)
      return iopt_fail(error, "output %u has rank %u", i, output->rank);
    for (int d = 0; d < output->rank; d++) output->dims[d] = iopt_read_s64(&reader);
  }
  return reader.failed ? iopt_fail(error, "the section of outputs is cut") : 0;
}

static void read_loops(iopt_reader *reader, iopt_pack *pack) {
  pack->loop_count = iopt_read_u32(reader);
  iopt_read_u32(reader);
  if (pack->loop_count > IOPT_MAX_LOOPS) {
    reader->failed = true;
    return;
  }
  for (uint32_t i = 0; i < pack->loop_count; i++) {
    iopt_loop *loop = &pack->loops[i];
    loop->count = iopt_read_u64(reader);
    loop->source = iopt_read_s64(reader);
    loop->target = iopt_read_s64(reader);
  }
}

static void read_pack(iopt_reader *reader, iopt_pack *pack) {
  pack->kind = iopt_read_u32(reader);
  pack->source = iopt_read_u32(reader);
  pack->second = iopt_read_u32(reader);
  iopt_read_u32(reader);
  pack->base = iopt_read_u64(reader);
  pack->target_offset = iopt_read_u64(reader);
  switch (pack->kind) {
    case IOPT_PACK_COPY:
      pack->element_bytes = iopt_read_u32(reader);
      iopt_read_u32(reader);
      pack->source_offset = iopt_read_u64(reader);
      read_loops(reader, pack);
      return;
    case IOPT_PACK_BF16:
      pack->element_bytes = sizeof(float);
      pack->source_offset = iopt_read_u64(reader);
      read_loops(reader, pack);
      return;
    case IOPT_PACK_LITERAL:
      pack->source_offset = iopt_read_u64(reader);
      pack->length = iopt_read_u64(reader);
      return;
    case IOPT_PACK_FOLD_BIAS:
      pack->zero_point = (int32_t)iopt_read_u32(reader);
      pack->quad64 = iopt_read_u32(reader);
      pack->channels = iopt_read_u64(reader);
      pack->channel_stride = iopt_read_s64(reader);
      read_loops(reader, pack);
      return;
    case IOPT_PACK_MULTIPLIER:
      pack->per_tensor = iopt_read_u32(reader);
      pack->quad64 = iopt_read_u32(reader);
      pack->input_scale = iopt_read_f32(reader);
      pack->output_scale = iopt_read_f32(reader);
      pack->channels = iopt_read_u64(reader);
      return;
    case IOPT_PACK_WINOGRAD_F32:
    case IOPT_PACK_WINOGRAD_S16:
      pack->tile = iopt_read_u32(reader);
      pack->bits = iopt_read_u32(reader);
      pack->per_tensor = iopt_read_u32(reader);
      pack->sum_inputs = iopt_read_u32(reader);
      pack->input_scale = iopt_read_f32(reader);
      pack->output_scale = iopt_read_f32(reader);
      pack->outputs = iopt_read_u64(reader);
      pack->inputs = iopt_read_u64(reader);
      pack->block_outputs = iopt_read_u64(reader);
      pack->scale_offset = iopt_read_u64(reader);
      return;
    default:
      reader->failed = true;
  }
}

static int read_packs(infer_opt_program *program, iopt_section section, iopt_error *error) {
  iopt_reader reader = reader_of(section);
  for (uint32_t i = 0; i < program->pack_count && !reader.failed; i++) read_pack(&reader, &program->packs[i]);
  return reader.failed ? iopt_fail(error, "the section of packs is cut, or has a pack this library does not know") : 0;
}

static int read_steps(infer_opt_program *program, iopt_section section, iopt_error *error) {
  iopt_reader reader = reader_of(section);
  /* A place takes 16 bytes, which bounds how many there are. */
  program->places = calloc((size_t)(section.size / 16) + 1, sizeof *program->places);
  if (program->places == NULL) return iopt_fail(error, "no memory");
  for (uint32_t i = 0; i < program->step_count; i++) {
    const uint32_t kernel = iopt_read_u32(&reader), count = iopt_read_u32(&reader);
    program->steps[i] = (iopt_step){kernel, program->place_count};
    if (reader.failed || kernel >= program->kernel_count || count != program->kernels[kernel].argument_count)
      return iopt_fail(error, "step %u does not fit its kernel", i);
    for (uint32_t p = 0; p < count && !reader.failed; p++) {
      /* One read a statement: C leaves the order of initializers open. */
      const uint32_t space = iopt_read_u32(&reader), index = iopt_read_u32(&reader);
      const uint64_t offset = iopt_read_u64(&reader);
      if (!reader.failed) program->places[program->place_count++] = (iopt_place){space, index, offset};
    }
  }
  return reader.failed ? iopt_fail(error, "the section of steps is cut") : 0;
}

int iopt_program_read(infer_opt_program *program, const uint8_t *bytes, size_t size, iopt_error *error) {
  header header;
  if (read_header(program, &header, bytes, size, error) != 0) return -1;
  program->data = header.sections[DATA];
  program->code_section = header.sections[CODE];
  program->inputs = calloc(program->input_count + 1u, sizeof *program->inputs);
  program->outputs = calloc(program->output_count + 1u, sizeof *program->outputs);
  program->packs = calloc(program->pack_count + 1u, sizeof *program->packs);
  program->steps = calloc(program->step_count + 1u, sizeof *program->steps);
  if (!program->inputs || !program->outputs || !program->packs || !program->steps) return iopt_fail(error, "no memory");
  if (read_inputs(program, header.sections[INPUTS], error) != 0) return -1;
  if (read_outputs(program, header.sections[OUTPUTS], error) != 0) return -1;
  if (read_packs(program, header.sections[PACKS], error) != 0) return -1;
  /* Steps are checked against the kernels they call. */
  if (iopt_kernels_read(program, error) != 0) return -1;
  return read_steps(program, header.sections[STEPS], error);
}
