/* Filling the weights of a program. */
#ifndef IOPT_PACK_H
#define IOPT_PACK_H

#include "program.h"

/* Where channel c stands in a vector of `channels`: ChannelOrder in src/codegen/pack.ts. */
uint64_t iopt_channel_position(uint64_t channel, uint64_t channels, bool quad64);

/* float32 fl(inputScale * weightScale[channel]) of a pack, before the division by the output's scale. */
float iopt_sum_scale(const iopt_pack *pack, const void *weight_scales, uint64_t channel);

/* Points of a Winograd transform with this tile: (tile + 2) squared. */
uint64_t iopt_winograd_points(uint32_t tile);

/* Bytes of the transformed weights; false when that does not fit. */
bool iopt_winograd_bytes(const iopt_pack *pack, uint64_t *bytes);

void iopt_pack_winograd_f32(const iopt_pack *pack, const uint8_t *weights, uint8_t *target);
/* false when there is no memory. */
bool iopt_pack_winograd_s16(const iopt_pack *pack, const int8_t *weights, const void *weight_scales, uint8_t *target,
                            uint8_t *multipliers);

#endif
