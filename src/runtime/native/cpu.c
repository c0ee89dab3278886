#include "cpu.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#define AVX2_LEVEL (IOPT_AVX2 | IOPT_FMA)
#define AVX512VNNI_LEVEL \
  (AVX2_LEVEL | IOPT_AVX512F | IOPT_AVX512BW | IOPT_AVX512DQ | IOPT_AVX512VL | IOPT_AVX512VNNI)

const iopt_level iopt_levels[IOPT_LEVELS] = {
    {"avx2", AVX2_LEVEL},
    {"avxvnni", AVX2_LEVEL | IOPT_AVXVNNI},
    {"avx512vnni", AVX512VNNI_LEVEL},
    {"avx512vbmi", AVX512VNNI_LEVEL | IOPT_AVX512VBMI},
    {"avx512bf16", AVX512VNNI_LEVEL | IOPT_AVX512VBMI | IOPT_AVX512BF16},
};

#if defined(__x86_64__)

typedef struct leaf {
  uint32_t eax, ebx, ecx, edx;
} leaf;

static leaf cpuid(uint32_t number, uint32_t sub) {
  leaf out = {0, 0, 0, 0};
  __get_cpuid_count(number, sub, &out.eax, &out.ebx, &out.ecx, &out.edx);
  return out;
}

/* Register states that the operating system saves (Intel SDM vol. 1, 13.3): SSE and AVX are 6, AVX-512 is 0xe0. */
static uint64_t saved_states(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return ((uint64_t)high << 32) | low;
}

static uint32_t bit(uint32_t word, int at, uint32_t feature) { return (word >> at) & 1 ? feature : 0; }

static uint32_t detect(void) {
  const leaf one = cpuid(1, 0);
  const bool os_saves = (one.ecx >> 27) & 1;
  const uint64_t states = os_saves ? saved_states() : 0;
  if ((states & 6) != 6 || !((one.ecx >> 28) & 1)) return 0;
  const leaf seven = cpuid(7, 0), seven_one = cpuid(7, 1);
  uint32_t features = bit(seven.ebx, 5, IOPT_AVX2) | bit(one.ecx, 12, IOPT_FMA);
  features |= bit(seven_one.eax, 4, IOPT_AVXVNNI);
  if ((states & 0xe0) == 0xe0 && ((seven.ebx >> 16) & 1))
    features |= IOPT_AVX512F | bit(seven.ebx, 30, IOPT_AVX512BW) | bit(seven.ebx, 17, IOPT_AVX512DQ) |
                bit(seven.ebx, 31, IOPT_AVX512VL) | bit(seven.ecx, 11, IOPT_AVX512VNNI) |
                bit(seven.ecx, 1, IOPT_AVX512VBMI) | bit(seven_one.eax, 5, IOPT_AVX512BF16);
  return features;
}

bool iopt_cpu_has_sha(void) {
  /* CPUID leaves a virtual machine, which takes a microsecond: ask once. */
  static _Atomic int known;
  if (known == 0) {
    const leaf one = cpuid(1, 0);
    known = ((cpuid(7, 0).ebx >> 29) & (one.ecx >> 19) & (one.ecx >> 9) & 1) ? 1 : 2;
  }
  return known == 1;
}

#else

/* No kernels are emitted for other architectures yet. */
static uint32_t detect(void) { return 0; }

bool iopt_cpu_has_sha(void) { return false; }

#endif

uint32_t iopt_cpu_features(void) {
  const char *wanted = getenv("INFER_OPT_ISA");
  const uint32_t features = detect();
  if (wanted == NULL || wanted[0] == '\0') return features;
  for (int i = 0; i < IOPT_LEVELS; i++)
    if (strcmp(wanted, iopt_levels[i].name) == 0) return features & iopt_levels[i].features;
  /* An unknown level must not turn into more than was asked for. */
  return 0;
}
