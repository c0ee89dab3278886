/* What packs write: the formulas are those of src/codegen/pack.ts. Bounds were proved by pack-verify.c. */
#include "pack.h"

#include <string.h>

/* Elements may stand at any address, so they are moved by memcpy, which compiles to single moves. */
#define COPY_RUN(type)                                                                     \
  for (int64_t i = 0; i < count; i++)                                                      \
    memcpy(target + i * loop->target, source + i * loop->source * (int64_t)sizeof(type), sizeof(type)); \
  return

static void copy_run(const iopt_loop *loop, uint32_t element_bytes, const uint8_t *source, uint8_t *target) {
  const int64_t count = (int64_t)loop->count;
  if (loop->source == 1 && loop->target == (int64_t)element_bytes) {
    memcpy(target, source, (size_t)loop->count * element_bytes);
    return;
  }
  switch (element_bytes) {
    case 1: COPY_RUN(uint8_t);
    case 2: COPY_RUN(uint16_t);
    case 4: COPY_RUN(uint32_t);
    default: COPY_RUN(uint64_t);
  }
}

static void copy_loops(const iopt_pack *pack, uint32_t depth, const uint8_t *source, uint8_t *target) {
  if (depth == pack->loop_count) {
    memcpy(target, source, pack->element_bytes);
    return;
  }
  const iopt_loop *loop = &pack->loops[depth];
  if (depth + 1 == pack->loop_count) {
    copy_run(loop, pack->element_bytes, source, target);
    return;
  }
  for (int64_t i = 0; i < (int64_t)loop->count; i++)
    copy_loops(pack, depth + 1, source + i * loop->source * (int64_t)pack->element_bytes, target + i * loop->target);
}

static uint16_t bf16_of(uint32_t bits) {
  if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16 | 0x40); /* NaN, made quiet */
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static void round_loops(const iopt_pack *pack, uint32_t depth, const uint8_t *source, uint8_t *target) {
  if (depth == pack->loop_count) {
    uint32_t bits;
    memcpy(&bits, source, sizeof bits);
    const uint16_t rounded = bf16_of(bits);
    memcpy(target, &rounded, sizeof rounded);
    return;
  }
  const iopt_loop *loop = &pack->loops[depth];
  for (int64_t i = 0; i < (int64_t)loop->count; i++)
    round_loops(pack, depth + 1, source + i * loop->source * (int64_t)sizeof(float), target + i * loop->target);
}

static int64_t sum_loops(const iopt_pack *pack, uint32_t depth, const int8_t *weights, int64_t at) {
  if (depth == pack->loop_count) return weights[at];
  const iopt_loop *loop = &pack->loops[depth];
  int64_t sum = 0;
  if (depth + 1 == pack->loop_count)
    for (uint64_t i = 0; i < loop->count; i++) sum += weights[at + (int64_t)i * loop->source];
  else
    for (uint64_t i = 0; i < loop->count; i++)
      sum += sum_loops(pack, depth + 1, weights, at + (int64_t)i * loop->source);
  return sum;
}

uint64_t iopt_channel_position(uint64_t channel, uint64_t channels, bool quad64) {
  if (!quad64 || (channel | 63) >= channels) return channel;
  /* Accumulator j, lane l, element d holds channel 16 l + 4 j + d and stands at 16 j + 4 l + d. */
  return (channel & ~(uint64_t)63) | ((channel >> 2 & 3) << 4) | ((channel >> 4 & 3) << 2) | (channel & 3);
}

static void fold_bias(const iopt_pack *pack, const int8_t *weights, const uint8_t *bias, uint8_t *target) {
  for (uint64_t c = 0; c < pack->channels; c++) {
    int32_t first = 0;
    if (bias != NULL) memcpy(&first, bias + 4 * c, sizeof first);
    /* Wraps as int32 sums do; unsigned, as signed overflow is undefined. */
    const uint64_t sum = (uint64_t)sum_loops(pack, 0, weights, (int64_t)c * pack->channel_stride);
    const uint32_t folded = (uint32_t)first - (uint32_t)((uint64_t)(int64_t)pack->zero_point * sum);
    memcpy(target + 4 * iopt_channel_position(c, pack->channels, pack->quad64), &folded, sizeof folded);
  }
}

float iopt_sum_scale(const iopt_pack *pack, const void *weight_scales, uint64_t channel) {
  float scale;
  memcpy(&scale, (const uint8_t *)weight_scales + (pack->per_tensor ? 0 : 4 * channel), sizeof scale);
  return pack->input_scale * scale;
}

static void multipliers(const iopt_pack *pack, const void *weight_scales, uint8_t *target) {
  for (uint64_t c = 0; c < pack->channels; c++) {
    const float sum_scale = iopt_sum_scale(pack, weight_scales, c);
    const float multiplier = sum_scale / pack->output_scale;
    memcpy(target + 4 * iopt_channel_position(c, pack->channels, pack->quad64), &multiplier, sizeof multiplier);
  }
}

int iopt_pack_all(infer_opt_program *program, const void *const *constants, iopt_error *error) {
  for (uint32_t i = 0; i < program->pack_count; i++) {
    const iopt_pack *pack = &program->packs[i];
    const bool has_source = pack->kind != IOPT_PACK_LITERAL;
    const uint8_t *source = has_source ? constants[pack->source] : program->data.bytes;
    uint8_t *base = program->weights.bytes + pack->base, *target = base + pack->target_offset;
    switch (pack->kind) {
      case IOPT_PACK_COPY:
        copy_loops(pack, 0, source + pack->source_offset * pack->element_bytes, target);
        break;
      case IOPT_PACK_BF16:
        round_loops(pack, 0, source + pack->source_offset * sizeof(float), target);
        break;
      case IOPT_PACK_LITERAL:
        if (pack->length > 0) memcpy(target, source + pack->source_offset, (size_t)pack->length);
        break;
      case IOPT_PACK_FOLD_BIAS:
        fold_bias(pack, (const int8_t *)source, pack->second == IOPT_NO_INPUT ? NULL : constants[pack->second], target);
        break;
      case IOPT_PACK_MULTIPLIER:
        multipliers(pack, source, target);
        break;
      case IOPT_PACK_WINOGRAD_F32:
        iopt_pack_winograd_f32(pack, source, target);
        break;
      default:
        if (!iopt_pack_winograd_s16(pack, (const int8_t *)source, constants[pack->second], target,
                                    base + pack->scale_offset))
          return iopt_fail(error, "no memory");
    }
  }
  return 0;
}
