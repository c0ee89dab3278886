/*
 * Weights of Winograd convolutions, U = G g G^T (Lavin and Gray, 2016, section 4.3). G is scaled to integers, so that
 * transformed int8 weights are exact and float32 weights are rounded once.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"

#define MAX_POINTS 36

/* 24 G of F(4x4, 3x3) and 2 G of F(2x2, 3x3). */
static const int rows4[6][3] = {{6, 0, 0}, {-4, -4, -4}, {-4, 4, -4}, {1, 2, 4}, {1, -2, 4}, {0, 0, 24}};
static const int rows2[4][3] = {{2, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 0, 2}};

/* Sums of the positive and the negative coefficients of a row of B^T: how far a transformed input can be from zero. */
static const int positive[6] = {5, 2, 5, 3, 3, 5}, negative[6] = {5, 8, 5, 3, 3, 5};

uint64_t iopt_winograd_points(uint32_t tile) { return (uint64_t)(tile + 2) * (tile + 2); }

static uint64_t blocks_of(const iopt_pack *pack) { return (pack->outputs - 1) / pack->block_outputs + 1; }

bool iopt_winograd_bytes(const iopt_pack *pack, uint64_t *bytes) {
  const bool integer = pack->kind == IOPT_PACK_WINOGRAD_S16;
  const uint64_t inputs = integer ? pack->inputs / 2 + pack->inputs % 2 : pack->inputs;
  /* Either a float32 or two int16 a place. */
  return iopt_multiply(blocks_of(pack), pack->block_outputs, bytes) && iopt_multiply(*bytes, inputs, bytes) &&
         iopt_multiply(*bytes, 4 * iopt_winograd_points(pack->tile), bytes);
}

/* All points of one 3x3 filter, times the square of the scale of the integer rows. */
static void transform(uint32_t tile, const double filter[9], double points[MAX_POINTS]) {
  const int(*rows)[3] = tile == 4 ? rows4 : rows2;
  const uint32_t size = tile + 2;
  for (uint32_t i = 0; i < size; i++) {
    double half[3];
    for (int c = 0; c < 3; c++)
      half[c] = rows[i][0] * filter[c] + rows[i][1] * filter[3 + c] + rows[i][2] * filter[6 + c];
    for (uint32_t j = 0; j < size; j++)
      points[i * size + j] = rows[j][0] * half[0] + rows[j][1] * half[1] + rows[j][2] * half[2];
  }
}

void iopt_pack_winograd_f32(const iopt_pack *pack, const uint8_t *weights, uint8_t *target) {
  const uint64_t points = iopt_winograd_points(pack->tile), blocks = blocks_of(pack), block = pack->block_outputs;
  const double divisor = pack->tile == 4 ? 576 : 4;
  for (uint64_t o = 0; o < pack->outputs; o++)
    for (uint64_t i = 0; i < pack->inputs; i++) {
      float filter[9];
      double wide[9], transformed[MAX_POINTS];
      memcpy(filter, weights + (o * pack->inputs + i) * sizeof filter, sizeof filter);
      for (int k = 0; k < 9; k++) wide[k] = filter[k];
      transform(pack->tile, wide, transformed);
      for (uint64_t p = 0; p < points; p++) {
        const float value = (float)(transformed[p] / divisor);
        const uint64_t at = ((p * blocks + o / block) * pack->inputs + i) * block + o % block;
        memcpy(target + at * sizeof value, &value, sizeof value);
      }
    }
}

/* The largest size that point p of a tile takes, whose inputs are uint8 less any zero point. */
static double greatest_input(uint64_t p) {
  const int i = (int)(p / 6), j = (int)(p % 6);
  return 255 * fmax(positive[i] * positive[j] + negative[i] * negative[j],
                    positive[i] * negative[j] + negative[i] * positive[j]);
}

/*
 * What point p of all inputs is multiplied by to become int16: as large as the bits allow, and no sum of products of
 * `sum_inputs` inputs passes int32, whatever the inputs are. 0 where all are 0.
 */
static double integer_scale(const iopt_pack *pack, double (*all)[MAX_POINTS], uint64_t p) {
  double greatest = 0, greatest_sum = 0, sum = 0;
  for (uint64_t i = 0; i < pack->inputs; i++) {
    const double size = fabs(all[i][p]);
    sum = i % pack->sum_inputs == 0 ? size : sum + size;
    greatest = fmax(greatest, size);
    greatest_sum = fmax(greatest_sum, sum);
  }
  if (greatest == 0) return 0;
  /* Each weight is rounded by half a unit at most. */
  const double most = INT32_MAX / greatest_input(p) - 0.5 * pack->sum_inputs;
  return fmin(((1 << (pack->bits - 1)) - 1) / greatest, most / greatest_sum);
}

bool iopt_pack_winograd_s16(const iopt_pack *pack, const int8_t *weights, const void *weight_scales, uint8_t *target,
                            uint8_t *multipliers) {
  const uint64_t points = iopt_winograd_points(pack->tile), blocks = blocks_of(pack), block = pack->block_outputs;
  const uint64_t pairs = pack->inputs / 2 + pack->inputs % 2;
  double(*all)[MAX_POINTS] = malloc((size_t)pack->inputs * sizeof *all);
  if (all == NULL) return false;
  for (uint64_t o = 0; o < pack->outputs; o++) {
    for (uint64_t i = 0; i < pack->inputs; i++) {
      double filter[9];
      for (int k = 0; k < 9; k++) filter[k] = weights[(o * pack->inputs + i) * 9 + (uint64_t)k];
      transform(pack->tile, filter, all[i]);
    }
    const double sum_scale = iopt_sum_scale(pack, weight_scales, o);
    for (uint64_t p = 0; p < points; p++) {
      const double scale = integer_scale(pack, all, p);
      for (uint64_t i = 0; i < pack->inputs; i++) {
        const int16_t value = (int16_t)rint(all[i][p] * scale);
        const uint64_t at = (((p * blocks + o / block) * pairs + i / 2) * block + o % block) * 2 + i % 2;
        memcpy(target + at * sizeof value, &value, sizeof value);
      }
      const float multiplier = scale == 0 ? 0 : (float)(sum_scale / (576 * scale) / pack->output_scale);
      memcpy(multipliers + (p * pack->outputs + o) * sizeof multiplier, &multiplier, sizeof multiplier);
    }
  }
  free(all);
  return true;
}
