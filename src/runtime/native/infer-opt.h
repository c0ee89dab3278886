/*
 * C ABI of the infer-opt host library: loads a program (docs/program-format.md), packs its constants once, and runs it
 * without ONNX Runtime. All functions may be called from several threads at once, also on one handle, except
 * infer_opt_free. Functions that can fail return 0 on success; the text of a failure is written to `error` (NUL
 * terminated, cut to `error_size`).
 */
#ifndef INFER_OPT_H
#define INFER_OPT_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define INFER_OPT_API __declspec(dllexport)
#else
#define INFER_OPT_API __attribute__((visibility("default")))
#endif

/* Kernels follow the System V convention on every platform. */
#if defined(__x86_64__)
#define INFER_OPT_SYSV __attribute__((sysv_abi))
#else
#define INFER_OPT_SYSV
#endif

typedef struct infer_opt_program infer_opt_program;

/* Version of this C ABI. */
#define INFER_OPT_ABI 1
INFER_OPT_API uint32_t infer_opt_abi(void);

/* CPU features that programs may use here, as bits of docs/program-format.md, after INFER_OPT_ISA. */
INFER_OPT_API uint32_t infer_opt_features(void);

/* 0 when memory can be mapped and executed in this process. */
INFER_OPT_API int infer_opt_probe(char *error, size_t error_size);

/*
 * Loads a program. `constants` and `constant_sizes` stand for its constant inputs in their order. Nothing is kept of
 * the arguments. NULL on failure.
 */
INFER_OPT_API infer_opt_program *infer_opt_load(const uint8_t *bytes, size_t size, const void *const *constants,
                                                const uint64_t *constant_sizes, uint32_t constant_count, char *error,
                                                size_t error_size);
INFER_OPT_API void infer_opt_free(infer_opt_program *program);

/*
 * Facts of a loaded program, in this order: activation inputs, outputs, steps, bytes of the weights, of the arena, of
 * the scratch of one thread, of the code.
 */
#define INFER_OPT_FACTS 7
INFER_OPT_API void infer_opt_facts(const infer_opt_program *program, uint64_t facts[INFER_OPT_FACTS]);

/* Bytes of one sample of activation input or output `index`; 0 when there is none. */
INFER_OPT_API uint64_t infer_opt_input_bytes(const infer_opt_program *program, uint32_t index);
INFER_OPT_API uint64_t infer_opt_output_bytes(const infer_opt_program *program, uint32_t index);

/* Runs `samples` samples that lie behind each other in the buffers, on at most `threads` threads. */
INFER_OPT_API int infer_opt_run(infer_opt_program *program, const void *const *inputs, void *const *outputs,
                                uint64_t samples, uint32_t threads, char *error, size_t error_size);

/* Runs one sample `runs` times and writes the least nanoseconds of each step to `nanoseconds`. */
INFER_OPT_API int infer_opt_profile(infer_opt_program *program, const void *const *inputs, void *const *outputs,
                                    uint32_t threads, uint32_t runs, uint64_t *nanoseconds, char *error,
                                    size_t error_size);

/* How infer_opt_time measures. */
typedef struct infer_opt_timing {
  uint32_t rounds;       /* each round takes one time of every program and one of the reference loop */
  uint32_t threads;      /* threads of a call */
  int32_t core;          /* core to which the measuring thread is pinned; -1: none */
  uint32_t reserved;     /* 0 */
  uint64_t sample_ns;    /* a time is the mean of so many calls that they last this long */
  uint64_t cold_bytes;   /* bytes read between any two calls, to drive weights out of the caches; 0: hot */
  uint64_t deadline_ns;  /* no round begins later than this; 0: none */
} infer_opt_timing;

/*
 * Times programs of one sample, interleaved. `inputs` and `outputs` hold the buffers of all programs behind each
 * other. `nanoseconds` has (count + 1) doubles a round: the time of one call of each program, then of one turn of the
 * reference loop. Returns the number of whole rounds, or -1.
 */
INFER_OPT_API int32_t infer_opt_time(infer_opt_program *const *programs, uint32_t count, const void *const *inputs,
                                     void *const *outputs, const infer_opt_timing *timing, double *nanoseconds,
                                     char *error, size_t error_size);

#endif
