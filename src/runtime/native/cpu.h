/* What the CPU and the operating system let kernels use. */
#ifndef IOPT_CPU_H
#define IOPT_CPU_H

#include <stdbool.h>
#include <stdint.h>

/* Bits of `features` in a program, in the order of cpuFeatures in src/codegen/kernel.ts. */
enum {
  IOPT_AVX2 = 1 << 0,
  IOPT_FMA = 1 << 1,
  IOPT_AVXVNNI = 1 << 2,
  IOPT_AVX512F = 1 << 3,
  IOPT_AVX512BW = 1 << 4,
  IOPT_AVX512DQ = 1 << 5,
  IOPT_AVX512VL = 1 << 6,
  IOPT_AVX512VNNI = 1 << 7,
  IOPT_AVX512VBMI = 1 << 8,
  IOPT_AVX512BF16 = 1 << 9,
};

/* A level names the ops of a pool: `Region_<name>_<n>`. */
typedef struct iopt_level {
  const char *name;
  uint32_t features;
} iopt_level;

#define IOPT_LEVELS 5
extern const iopt_level iopt_levels[IOPT_LEVELS];

/* Features of the CPU whose registers the operating system saves, less those that INFER_OPT_ISA=<level> masks. */
uint32_t iopt_cpu_features(void);

/* SHA extensions are there. */
bool iopt_cpu_has_sha(void);

#endif
