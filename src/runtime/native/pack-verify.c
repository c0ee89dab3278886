/* Proves that every pack reads inside its constants, writes inside the weights, and ends in reasonable time. */
#include "pack.h"

/* Elements that packing may visit, for each byte of constants, weights and literals: far more than any real program. */
#define WORK_PER_BYTE 64
#define WORK_BASE ((uint64_t)1 << 20)
#define MAX_COUNT ((uint64_t)1 << 40)

/* Least and greatest of offset + sum of index * stride; false when that does not fit. */
static bool extremes(const iopt_pack *pack, bool target, int64_t offset, int64_t *low, int64_t *high) {
  *low = *high = offset;
  for (uint32_t i = 0; i < pack->loop_count; i++) {
    const iopt_loop *loop = &pack->loops[i];
    int64_t span;
    if (loop->count < 1 || loop->count > MAX_COUNT ||
        __builtin_mul_overflow((int64_t)(loop->count - 1), target ? loop->target : loop->source, &span))
      return false;
    int64_t *moved = span < 0 ? low : high;
    if (__builtin_add_overflow(*moved, span, moved)) return false;
  }
  return true;
}

static bool loop_work(const iopt_pack *pack, uint64_t *work) {
  for (uint32_t i = 0; i < pack->loop_count; i++)
    if (!iopt_multiply(*work, pack->loops[i].count, work)) return false;
  return true;
}

/* The constant input a pack reads, NULL when it is none of that type (0: any). */
static const iopt_input *constant(const infer_opt_program *program, uint32_t index, uint8_t dtype) {
  if (index >= program->input_count) return NULL;
  const iopt_input *input = &program->inputs[index];
  return input->constant && (dtype == 0 || input->dtype == dtype) ? input : NULL;
}

/* `bytes` from base + offset on lie in the weights. */
static bool in_weights(const infer_opt_program *program, const iopt_pack *pack, uint64_t offset, uint64_t bytes) {
  uint64_t begin, end;
  return !__builtin_add_overflow(pack->base, offset, &begin) && !__builtin_add_overflow(begin, bytes, &end) &&
         end <= program->weights_bytes;
}

static bool holds_elements(const iopt_input *input, uint64_t count, uint64_t element_bytes) {
  return input != NULL && count <= input->bytes / element_bytes;
}

/* Copies, and copies of float32 that are rounded to two bytes. */
static bool verify_copy(const infer_opt_program *program, const iopt_pack *pack, uint64_t *work) {
  const bool rounds = pack->kind == IOPT_PACK_BF16;
  const iopt_input *source = constant(program, pack->source, rounds ? IOPT_FLOAT32 : 0);
  const uint32_t element = pack->element_bytes, written = rounds ? 2 : element;
  if (source == NULL || (element != 1 && element != 2 && element != 4 && element != 8)) return false;
  int64_t low, high;
  if (pack->source_offset > MAX_COUNT || !extremes(pack, false, (int64_t)pack->source_offset, &low, &high)) return false;
  if (low < 0 || (uint64_t)high >= source->bytes / element) return false;
  uint64_t begin;
  if (__builtin_add_overflow(pack->base, pack->target_offset, &begin) || begin > MAX_COUNT) return false;
  if (!extremes(pack, true, (int64_t)begin, &low, &high)) return false;
  if (low < 0 || (uint64_t)high > program->weights_bytes || program->weights_bytes - (uint64_t)high < written)
    return false;
  *work = 1;
  return loop_work(pack, work);
}

static bool verify_literal(const infer_opt_program *program, const iopt_pack *pack, uint64_t *work) {
  *work = pack->length;
  return pack->source_offset <= program->data.size && pack->length <= program->data.size - pack->source_offset &&
         in_weights(program, pack, pack->target_offset, pack->length);
}

static bool verify_fold_bias(const infer_opt_program *program, const iopt_pack *pack, uint64_t *work) {
  const iopt_input *weights = constant(program, pack->source, IOPT_INT8);
  if (weights == NULL || pack->channels < 1 || pack->channels > MAX_COUNT || pack->quad64 > 1) return false;
  if (pack->second != IOPT_NO_INPUT &&
      !holds_elements(constant(program, pack->second, IOPT_INT32), pack->channels, sizeof(int32_t)))
    return false;
  int64_t low, high, span;
  if (!extremes(pack, false, 0, &low, &high) ||
      __builtin_mul_overflow((int64_t)(pack->channels - 1), pack->channel_stride, &span))
    return false;
  int64_t *moved = span < 0 ? &low : &high;
  if (__builtin_add_overflow(*moved, span, moved) || low < 0 || (uint64_t)high >= weights->bytes) return false;
  *work = pack->channels;
  return loop_work(pack, work) && in_weights(program, pack, pack->target_offset, sizeof(int32_t) * pack->channels);
}

static bool verify_multiplier(const infer_opt_program *program, const iopt_pack *pack, uint64_t *work) {
  if (pack->channels < 1 || pack->channels > MAX_COUNT || pack->quad64 > 1 || pack->per_tensor > 1) return false;
  const uint64_t scales = pack->per_tensor ? 1 : pack->channels;
  *work = pack->channels;
  return holds_elements(constant(program, pack->source, IOPT_FLOAT32), scales, sizeof(float)) &&
         in_weights(program, pack, pack->target_offset, sizeof(float) * pack->channels);
}

static bool verify_winograd(const infer_opt_program *program, const iopt_pack *pack, uint64_t *work) {
  const bool integer = pack->kind == IOPT_PACK_WINOGRAD_S16;
  const uint64_t element = integer ? 1 : sizeof(float);
  uint64_t count, bytes;
  if (pack->tile != 4 && (integer || pack->tile != 2)) return false;
  if (pack->outputs < 1 || pack->inputs < 1 || pack->block_outputs < 1 || pack->block_outputs > 4096) return false;
  if (!iopt_multiply(pack->outputs, pack->inputs, &count) || !iopt_multiply(count, 9, &count)) return false;
  if (!holds_elements(constant(program, pack->source, integer ? IOPT_INT8 : IOPT_FLOAT32), count, element)) return false;
  if (!iopt_winograd_bytes(pack, &bytes) || !in_weights(program, pack, pack->target_offset, bytes)) return false;
  *work = count;
  if (!integer) return true;
  if (pack->bits < 2 || pack->bits > 16 || pack->per_tensor > 1) return false;
  if (pack->sum_inputs < 1 || pack->sum_inputs > 1 << 16) return false;
  return holds_elements(constant(program, pack->second, IOPT_FLOAT32), pack->per_tensor ? 1 : pack->outputs,
                        sizeof(float)) &&
         in_weights(program, pack, pack->scale_offset,
                    iopt_winograd_points(pack->tile) * pack->outputs * sizeof(float));
}

static bool verify_pack(const infer_opt_program *program, const iopt_pack *pack, uint64_t *work) {
  switch (pack->kind) {
    case IOPT_PACK_COPY:
    case IOPT_PACK_BF16: return verify_copy(program, pack, work);
    case IOPT_PACK_LITERAL: return verify_literal(program, pack, work);
    case IOPT_PACK_FOLD_BIAS: return verify_fold_bias(program, pack, work);
    case IOPT_PACK_MULTIPLIER: return verify_multiplier(program, pack, work);
    case IOPT_PACK_WINOGRAD_F32:
    case IOPT_PACK_WINOGRAD_S16: return verify_winograd(program, pack, work);
    default: return false;
  }
}

int iopt_packs_verify(const infer_opt_program *program, iopt_error *error) {
  uint64_t bytes = program->weights_bytes + program->data.size, left;
  for (uint32_t i = 0; i < program->input_count; i++)
    if (program->inputs[i].constant) bytes += program->inputs[i].bytes;
  if (!iopt_multiply(bytes, WORK_PER_BYTE, &left)) return iopt_fail(error, "the program asks for too much memory");
  left += WORK_BASE;
  for (uint32_t i = 0; i < program->pack_count; i++) {
    uint64_t work;
    if (!verify_pack(program, &program->packs[i], &work))
      return iopt_fail(error, "pack %u does not fit its constants or the weights", i);
    if (work > left) return iopt_fail(error, "packing the constants would take too long");
    left -= work;
  }
  return 0;
}
