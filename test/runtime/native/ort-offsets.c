/*
 * Compares the places of src/runtime/native/ort-api.h with those of an official onnxruntime_c_api.h, which is not part
 * of this repository; it is of version 16 or newer. Prints what differs. Both headers give the opaque types the same
 * names.
 */
#include <stddef.h>
#include <stdio.h>

#include <onnxruntime_c_api.h>

#include "ort-api.h"

static int different;

static void compare(const char *name, size_t ours, size_t theirs) {
  if (ours == theirs) return;
  printf("%s is at %zu, not at %zu\n", name, theirs, ours);
  different++;
}

#define BASE(name) compare(#name, offsetof(iopt_ort_api_base, name), offsetof(OrtApiBase, name));
#define API(name) compare(#name, offsetof(struct iopt_ort_api, name), offsetof(OrtApi, name));
#define OP(name) compare(#name, offsetof(struct iopt_ort_op, name), offsetof(struct OrtCustomOp, name));
#define VALUE(ours, theirs) compare(#ours, ours, theirs);

int main(void) {
  BASE(GetApi) BASE(GetVersionString)
  API(CreateStatus) API(GetErrorCode) API(GetErrorMessage) API(CreateEnv) API(DisableTelemetryEvents)
  API(CreateSession) API(CreateSessionFromArray) API(Run) API(CreateSessionOptions) API(SetSessionLogSeverityLevel)
  API(SetSessionGraphOptimizationLevel) API(SetIntraOpNumThreads) API(SetInterOpNumThreads) API(CreateCustomOpDomain)
  API(CustomOpDomain_Add) API(AddCustomOpDomain) API(SessionGetInputCount) API(SessionGetOutputCount)
  API(SessionGetInputName) API(SessionGetOutputName) API(CreateTensorWithDataAsOrtValue) API(IsTensor)
  API(GetTensorMutableData) API(GetTensorElementType) API(GetDimensionsCount) API(GetDimensions)
  API(GetTensorShapeElementCount) API(GetTensorTypeAndShape) API(CreateCpuMemoryInfo) API(AllocatorFree)
  API(GetAllocatorWithDefaultOptions) API(KernelContext_GetInput) API(KernelContext_GetOutput) API(ReleaseEnv)
  API(ReleaseStatus) API(ReleaseMemoryInfo) API(ReleaseSession) API(ReleaseValue) API(ReleaseTensorTypeAndShapeInfo)
  API(ReleaseSessionOptions) API(ReleaseCustomOpDomain) API(AddSessionConfigEntry) API(KernelInfo_GetInputCount)
  API(KernelInfo_GetOutputCount) API(KernelInfoGetConstantInput_tensor)
#if ORT_API_VERSION >= 17
  API(KernelContext_ParallelFor)
#endif
  OP(CreateKernel) OP(GetName) OP(GetExecutionProviderType) OP(GetInputType) OP(GetInputTypeCount) OP(GetOutputType)
  OP(GetOutputTypeCount) OP(KernelCompute) OP(KernelDestroy) OP(GetInputCharacteristic) OP(GetOutputCharacteristic)
  OP(GetInputMemoryType) OP(GetVariadicInputMinArity) OP(GetVariadicInputHomogeneity) OP(GetVariadicOutputMinArity)
  OP(GetVariadicOutputHomogeneity) OP(CreateKernelV2) OP(KernelComputeV2)
  VALUE(IOPT_ORT_FAIL, ORT_FAIL)
  VALUE(IOPT_ORT_LOG_WARNING, ORT_LOGGING_LEVEL_WARNING)
  VALUE(IOPT_ORT_ARENA_ALLOCATOR, OrtArenaAllocator)
  VALUE(IOPT_ORT_MEMORY_DEFAULT, OrtMemTypeDefault)
  VALUE(IOPT_ORT_VARIADIC, INPUT_OUTPUT_VARIADIC)
  return different == 0 ? 0 : 1;
}
