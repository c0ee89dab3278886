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
  int32_t core;          /* core to which the measuring thread is pinned meanwhile; -1: none */
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

/*
 * Sessions of ONNX Runtime through its C API, with the ops of compiled regions registered. `library` is the path of
 * libonnxruntime; the same file that another module of this process has loaded is the same copy.
 */
typedef struct infer_opt_ort infer_opt_ort;
typedef struct infer_opt_session infer_opt_session;
typedef struct OrtValue infer_opt_value;

INFER_OPT_API infer_opt_ort *infer_opt_ort_open(const char *library, char *error, size_t error_size);

/* How a session is made. */
typedef struct infer_opt_session_options {
  int32_t threads;      /* inside an operator; 0: all cores */
  int32_t optimization; /* GraphOptimizationLevel: 0, 1, 2 or 99 */
  int32_t log_severity; /* OrtLoggingLevel: 0 to 4 */
  int32_t regions;      /* not 0: compiled regions run as such */
} infer_opt_session_options;

/* `size` bytes of a model, or a path that ends in NUL when size is 0. `config`: keys and values in turn, then NULL. */
INFER_OPT_API infer_opt_session *infer_opt_session_create(infer_opt_ort *ort, const void *model, size_t size,
                                                          const infer_opt_session_options *options,
                                                          const char *const *config, char *error, size_t error_size);
INFER_OPT_API void infer_opt_session_free(infer_opt_session *session);

INFER_OPT_API uint32_t infer_opt_session_count(const infer_opt_session *session, int32_t outputs);
/* The name stays as long as the session. */
INFER_OPT_API const char *infer_opt_session_name(const infer_opt_session *session, int32_t outputs, uint32_t index);

/* A tensor on the caller's memory, which must stay as long as the value. */
INFER_OPT_API infer_opt_value *infer_opt_value_create(infer_opt_ort *ort, void *data, size_t size, int32_t dtype,
                                                      const int64_t *dims, uint32_t rank, char *error,
                                                      size_t error_size);
INFER_OPT_API void infer_opt_value_free(infer_opt_ort *ort, infer_opt_value *value);

/* Element type, rank, element count and dimensions (at most 61) of a tensor, and its data. */
#define INFER_OPT_VALUE_FACTS 64
INFER_OPT_API int infer_opt_value_facts(infer_opt_ort *ort, infer_opt_value *value,
                                        int64_t facts[INFER_OPT_VALUE_FACTS], void **data, char *error,
                                        size_t error_size);

/* Runs a session; the values written to `outputs` are the caller's. */
INFER_OPT_API int infer_opt_session_run(infer_opt_session *session, const char *const *input_names,
                                        const infer_opt_value *const *inputs, uint32_t input_count,
                                        const char *const *output_names, uint32_t output_count,
                                        infer_opt_value **outputs, char *error, size_t error_size);

#endif
