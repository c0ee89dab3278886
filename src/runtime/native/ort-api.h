/*
 * The part of ONNX Runtime's C API that this library calls, at the places it has in the table of API version 16, the
 * oldest that is supported, and one function of version 17, which is called only where the runtime has it. The table only
 * grows at its end, so later runtimes have the same places. Names and order
 * are those of onnxruntime_c_api.h; test/runtime/native/ort-offsets.c compares them with it where it is installed.
 */
#ifndef IOPT_ORT_API_H
#define IOPT_ORT_API_H

#include <stddef.h>
#include <stdint.h>

#define IOPT_ORT_API_VERSION 16

typedef struct OrtStatus OrtStatus;
typedef struct OrtEnv OrtEnv;
typedef struct OrtSession OrtSession;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtRunOptions OrtRunOptions;
typedef struct OrtValue OrtValue;
typedef struct OrtTypeInfo OrtTypeInfo;
typedef struct OrtTensorTypeAndShapeInfo OrtTensorTypeAndShapeInfo;
typedef struct OrtMemoryInfo OrtMemoryInfo;
typedef struct OrtAllocator OrtAllocator;
typedef struct OrtKernelInfo OrtKernelInfo;
typedef struct OrtKernelContext OrtKernelContext;
typedef struct OrtCustomOpDomain OrtCustomOpDomain;
typedef struct iopt_ort_api iopt_ort_api;
typedef struct iopt_ort_op iopt_ort_op;

/* OrtApiBase. */
typedef struct iopt_ort_api_base {
  const iopt_ort_api *(*GetApi)(uint32_t version);
  const char *(*GetVersionString)(void);
} iopt_ort_api_base;

/* Values of OrtErrorCode, OrtLoggingLevel, OrtAllocatorType, OrtMemType and of custom op characteristics. */
enum { IOPT_ORT_FAIL = 1 };
enum { IOPT_ORT_LOG_WARNING = 2 };
enum { IOPT_ORT_ARENA_ALLOCATOR = 1, IOPT_ORT_MEMORY_DEFAULT = 0 };
enum { IOPT_ORT_VARIADIC = 2 };

/* A place of the table that is not used here. */
typedef void (*iopt_ort_unused)(void);

/* OrtApi; the number behind a gap is the place of the function that follows it. */
struct iopt_ort_api {
  OrtStatus *(*CreateStatus)(int code, const char *message);
  int (*GetErrorCode)(const OrtStatus *status);
  const char *(*GetErrorMessage)(const OrtStatus *status);
  OrtStatus *(*CreateEnv)(int log_level, const char *log_id, OrtEnv **env);
  iopt_ort_unused to_6[2];
  OrtStatus *(*DisableTelemetryEvents)(const OrtEnv *env);
  OrtStatus *(*CreateSession)(const OrtEnv *env, const void *path, const OrtSessionOptions *options, OrtSession **session);
  OrtStatus *(*CreateSessionFromArray)(const OrtEnv *env, const void *bytes, size_t size, const OrtSessionOptions *options,
                                       OrtSession **session);
  OrtStatus *(*Run)(OrtSession *session, const OrtRunOptions *options, const char *const *input_names,
                    const OrtValue *const *inputs, size_t input_count, const char *const *output_names,
                    size_t output_count, OrtValue **outputs);
  OrtStatus *(*CreateSessionOptions)(OrtSessionOptions **options);
  iopt_ort_unused to_22[11];
  OrtStatus *(*SetSessionLogSeverityLevel)(OrtSessionOptions *options, int level);
  OrtStatus *(*SetSessionGraphOptimizationLevel)(OrtSessionOptions *options, int level);
  OrtStatus *(*SetIntraOpNumThreads)(OrtSessionOptions *options, int threads);
  OrtStatus *(*SetInterOpNumThreads)(OrtSessionOptions *options, int threads);
  OrtStatus *(*CreateCustomOpDomain)(const char *name, OrtCustomOpDomain **domain);
  OrtStatus *(*CustomOpDomain_Add)(OrtCustomOpDomain *domain, const iopt_ort_op *op);
  OrtStatus *(*AddCustomOpDomain)(OrtSessionOptions *options, OrtCustomOpDomain *domain);
  iopt_ort_unused to_30[1];
  OrtStatus *(*SessionGetInputCount)(const OrtSession *session, size_t *count);
  OrtStatus *(*SessionGetOutputCount)(const OrtSession *session, size_t *count);
  iopt_ort_unused to_36[4];
  OrtStatus *(*SessionGetInputName)(const OrtSession *session, size_t index, OrtAllocator *allocator, char **name);
  OrtStatus *(*SessionGetOutputName)(const OrtSession *session, size_t index, OrtAllocator *allocator, char **name);
  iopt_ort_unused to_49[11];
  OrtStatus *(*CreateTensorWithDataAsOrtValue)(const OrtMemoryInfo *info, void *data, size_t size, const int64_t *dims,
                                               size_t rank, int dtype, OrtValue **value);
  OrtStatus *(*IsTensor)(const OrtValue *value, int *is_tensor);
  OrtStatus *(*GetTensorMutableData)(OrtValue *value, void **data);
  iopt_ort_unused to_60[8];
  OrtStatus *(*GetTensorElementType)(const OrtTensorTypeAndShapeInfo *info, int *dtype);
  OrtStatus *(*GetDimensionsCount)(const OrtTensorTypeAndShapeInfo *info, size_t *rank);
  OrtStatus *(*GetDimensions)(const OrtTensorTypeAndShapeInfo *info, int64_t *dims, size_t rank);
  iopt_ort_unused to_64[1];
  OrtStatus *(*GetTensorShapeElementCount)(const OrtTensorTypeAndShapeInfo *info, size_t *count);
  OrtStatus *(*GetTensorTypeAndShape)(const OrtValue *value, OrtTensorTypeAndShapeInfo **info);
  iopt_ort_unused to_69[3];
  OrtStatus *(*CreateCpuMemoryInfo)(int allocator_type, int memory_type, OrtMemoryInfo **info);
  iopt_ort_unused to_76[6];
  OrtStatus *(*AllocatorFree)(OrtAllocator *allocator, void *memory);
  iopt_ort_unused to_78[1];
  OrtStatus *(*GetAllocatorWithDefaultOptions)(OrtAllocator **allocator);
  iopt_ort_unused to_90[11];
  OrtStatus *(*KernelContext_GetInput)(const OrtKernelContext *context, size_t index, const OrtValue **value);
  OrtStatus *(*KernelContext_GetOutput)(OrtKernelContext *context, size_t index, const int64_t *dims, size_t rank,
                                        OrtValue **value);
  void (*ReleaseEnv)(OrtEnv *env);
  void (*ReleaseStatus)(OrtStatus *status);
  void (*ReleaseMemoryInfo)(OrtMemoryInfo *info);
  void (*ReleaseSession)(OrtSession *session);
  void (*ReleaseValue)(OrtValue *value);
  iopt_ort_unused to_99[2];
  void (*ReleaseTensorTypeAndShapeInfo)(OrtTensorTypeAndShapeInfo *info);
  void (*ReleaseSessionOptions)(OrtSessionOptions *options);
  void (*ReleaseCustomOpDomain)(OrtCustomOpDomain *domain);
  iopt_ort_unused to_130[28];
  OrtStatus *(*AddSessionConfigEntry)(OrtSessionOptions *options, const char *key, const char *value);
  iopt_ort_unused to_230[99];
  OrtStatus *(*KernelInfo_GetInputCount)(const OrtKernelInfo *info, size_t *count);
  OrtStatus *(*KernelInfo_GetOutputCount)(const OrtKernelInfo *info, size_t *count);
  iopt_ort_unused to_249[17];
  OrtStatus *(*KernelInfoGetConstantInput_tensor)(const OrtKernelInfo *info, size_t index, int *is_constant,
                                                  const OrtValue **value);
  iopt_ort_unused to_266[16];
  /* Here the table of version 16 ends. */
  iopt_ort_unused to_274[8];
  OrtStatus *(*KernelContext_ParallelFor)(const OrtKernelContext *context, void (*run)(void *data, size_t index),
                                          size_t total, size_t batches, void *data);
};

/* OrtCustomOp of version 16. */
struct iopt_ort_op {
  uint32_t version;
  void *(*CreateKernel)(const iopt_ort_op *op, const iopt_ort_api *api, const OrtKernelInfo *info);
  const char *(*GetName)(const iopt_ort_op *op);
  const char *(*GetExecutionProviderType)(const iopt_ort_op *op);
  int (*GetInputType)(const iopt_ort_op *op, size_t index);
  size_t (*GetInputTypeCount)(const iopt_ort_op *op);
  int (*GetOutputType)(const iopt_ort_op *op, size_t index);
  size_t (*GetOutputTypeCount)(const iopt_ort_op *op);
  void (*KernelCompute)(void *kernel, OrtKernelContext *context);
  void (*KernelDestroy)(void *kernel);
  int (*GetInputCharacteristic)(const iopt_ort_op *op, size_t index);
  int (*GetOutputCharacteristic)(const iopt_ort_op *op, size_t index);
  int (*GetInputMemoryType)(const iopt_ort_op *op, size_t index);
  int (*GetVariadicInputMinArity)(const iopt_ort_op *op);
  int (*GetVariadicInputHomogeneity)(const iopt_ort_op *op);
  int (*GetVariadicOutputMinArity)(const iopt_ort_op *op);
  int (*GetVariadicOutputHomogeneity)(const iopt_ort_op *op);
  OrtStatus *(*CreateKernelV2)(const iopt_ort_op *op, const iopt_ort_api *api, const OrtKernelInfo *info, void **kernel);
  OrtStatus *(*KernelComputeV2)(void *kernel, OrtKernelContext *context);
};

#endif
