/* A program as it was read, checked and made ready to run. The format is described in docs/program-format.md. */
#ifndef IOPT_PROGRAM_H
#define IOPT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "code.h"
#include "error.h"
#include "infer-opt.h"
#include "platform.h"
#include "sha256.h"

#define IOPT_FORMAT_VERSION 1
#define IOPT_MAX_RANK 8
#define IOPT_MAX_LOOPS 8
#define IOPT_MAX_ARGUMENTS 32
#define IOPT_MAX_COUNT 65536
#define IOPT_NO_INPUT UINT32_MAX

/* Values of ONNX TensorProto.DataType that packs look at. */
enum { IOPT_FLOAT32 = 1, IOPT_UINT8 = 2, IOPT_INT8 = 3, IOPT_INT32 = 6 };

typedef void (INFER_OPT_SYSV *iopt_kernel_function)(void *const *arguments, int64_t begin, int64_t end, void *scratch);

typedef struct iopt_input {
  bool constant;
  uint8_t dtype;
  uint64_t bytes;
  uint32_t activation; /* ordinal among the activation inputs */
} iopt_input;

typedef struct iopt_output {
  uint8_t dtype;
  uint8_t rank;
  int64_t dims[IOPT_MAX_RANK];
  uint64_t bytes;
} iopt_output;

enum { IOPT_READ = 1, IOPT_WRITE = 2, IOPT_READWRITE = 3 };

typedef struct iopt_argument {
  uint64_t bytes;
  uint32_t alignment;
  uint32_t access;
} iopt_argument;

typedef struct iopt_kernel {
  iopt_kernel_function function; /* NULL until the code is mapped */
  uint32_t code_offset;
  uint64_t extent;
  uint64_t grain;
  uint64_t scratch_bytes;
  uint32_t argument_count;
  uint32_t first_argument; /* index in `arguments` of the program */
} iopt_kernel;

enum { IOPT_SPACE_INPUT = 0, IOPT_SPACE_OUTPUT = 1, IOPT_SPACE_ARENA = 2, IOPT_SPACE_WEIGHTS = 3 };

typedef struct iopt_place {
  uint32_t space;
  uint32_t index; /* of the activation input or output; else 0 */
  uint64_t offset;
} iopt_place;

typedef struct iopt_step {
  uint32_t kernel;
  uint32_t first_place; /* index in `places`; as many as the kernel has arguments */
} iopt_step;

enum {
  IOPT_PACK_COPY = 1,
  IOPT_PACK_LITERAL = 2,
  IOPT_PACK_FOLD_BIAS = 3,
  IOPT_PACK_MULTIPLIER = 4,
  IOPT_PACK_WINOGRAD_F32 = 5,
  IOPT_PACK_WINOGRAD_S16 = 6,
  IOPT_PACK_BF16 = 7,
};

typedef struct iopt_loop {
  uint64_t count;
  int64_t source, target;
} iopt_loop;

/* One pack; which fields count depends on its kind. */
typedef struct iopt_pack {
  uint32_t kind;
  uint32_t source, second; /* inputs; IOPT_NO_INPUT: none */
  uint32_t element_bytes, quad64, per_tensor, tile, bits, sum_inputs;
  int32_t zero_point;
  float input_scale, output_scale;
  uint64_t base, target_offset, source_offset, scale_offset;
  uint64_t length, channels, outputs, inputs, block_outputs;
  int64_t channel_stride;
  uint32_t loop_count;
  iopt_loop loops[IOPT_MAX_LOOPS];
} iopt_pack;

/* A part of the bytes of a program. */
typedef struct iopt_section {
  const uint8_t *bytes;
  uint64_t size;
} iopt_section;

typedef struct iopt_run_context iopt_run_context;

/* Contexts kept for the next runs; more than so many concurrent runs allocate theirs. */
#define IOPT_KEPT_CONTEXTS 64

struct infer_opt_program {
  uint32_t features;
  uint64_t weights_bytes, arena_bytes, scratch_bytes, code_bytes;
  uint32_t input_count, output_count, kernel_count, argument_count, step_count, place_count, pack_count;
  uint32_t activation_count, constant_count;
  iopt_input *inputs;
  iopt_output *outputs;
  iopt_kernel *kernels;
  iopt_argument *arguments;
  iopt_step *steps;
  iopt_place *places;
  iopt_pack *packs;
  uint8_t constants_digest[IOPT_DIGEST_BYTES];
  uint8_t code_digest[IOPT_DIGEST_BYTES];
  /* Most pieces that any step is worth splitting into. */
  uint64_t most_pieces;
  /* Largest alignment that a place asks of an input or output pointer. */
  uint32_t io_alignment;
  /* In the bytes it was opened from, or in those expanded, until it is bound. */
  iopt_section data, code_section;
  uint8_t *expanded; /* NULL: those it was opened from are plain */
  iopt_code code;
  iopt_memory weights;
  _Atomic(iopt_run_context *) contexts[IOPT_KEPT_CONTEXTS];
};

/*
 * Reads and verifies a program. Its inputs can then be looked at; `bytes` must stay until it is bound. NULL on failure.
 */
infer_opt_program *iopt_program_open(const uint8_t *bytes, size_t size, iopt_error *error);

/* Checks and packs the constants and maps the code. Both arrays have an entry an input, NULL and 0 for activations. */
int iopt_program_bind(infer_opt_program *program, const void *const *constants, const uint64_t *sizes,
                      iopt_error *error);

void iopt_program_free(infer_opt_program *program);

/* The parts of iopt_program_open: reads everything (the code section by iopt_kernels_read), whatever it says. */
int iopt_program_read(infer_opt_program *program, const uint8_t *bytes, size_t size, iopt_error *error);

/* Reads the headers of the kernels out of the code section, whose digest it checks. */
int iopt_kernels_read(infer_opt_program *program, iopt_error *error);

/* Bytes of one element of an ONNX type, 0 for types whose elements do not fill whole bytes. */
uint64_t iopt_element_bytes(uint8_t dtype);

/* Refuse a program whose steps or packs could touch memory outside their spaces. */
int iopt_program_verify(const infer_opt_program *program, iopt_error *error);
int iopt_packs_verify(const infer_opt_program *program, iopt_error *error);

/* Refuses code that the file named by INFER_OPT_TRUST does not list. */
int iopt_code_trusted(const uint8_t digest[IOPT_DIGEST_BYTES], iopt_error *error);

/* Fills the weights. */
int iopt_pack_all(infer_opt_program *program, const void *const *constants, iopt_error *error);

/* Sets `product` to a * b; false when it does not fit. */
static inline bool iopt_multiply(uint64_t a, uint64_t b, uint64_t *product) {
  return !__builtin_mul_overflow(a, b, product);
}

#endif
