/*
 * A region: inputs are those of its program in their order, and the program itself, a constant, as the last. Whatever
 * can be wrong shows when the session is created; a run fails only for a batch that is not the region's.
 */
#include "ort-region.h"

#include <stdlib.h>

#include "program.h"
#include "run.h"

#define ERROR_BYTES 512

/* Returns the status of a call that failed. */
#define TRY(call)                            \
  do {                                       \
    OrtStatus *status_ = (call);             \
    if (status_ != NULL) return status_;     \
  } while (0)

typedef struct region {
  const iopt_ort_api *api;
  infer_opt_program *program;
  uint32_t threads; /* 1: ONNX Runtime is not asked for others */
} region;

typedef struct tensor {
  void *data;
  size_t count;
  int dtype;
} tensor;

static OrtStatus *refuse(const iopt_ort_api *api, const char *where, const char *detail) {
  char text[ERROR_BYTES + 64];
  iopt_error message = {text, sizeof text};
  iopt_fail(&message, "infer-opt, %s: %s", where, detail);
  return api->CreateStatus(IOPT_ORT_FAIL, text);
}

static OrtStatus *read_tensor(const iopt_ort_api *api, const OrtValue *value, tensor *out) {
  OrtTensorTypeAndShapeInfo *info;
  TRY(api->GetTensorTypeAndShape(value, &info));
  OrtStatus *status = api->GetTensorElementType(info, &out->dtype);
  if (status == NULL) status = api->GetTensorShapeElementCount(info, &out->count);
  api->ReleaseTensorTypeAndShapeInfo(info);
  if (status != NULL) return status;
  /* The API has no function for reading; nothing is written here. */
  return api->GetTensorMutableData((OrtValue *)(uintptr_t)value, &out->data);
}

static OrtStatus *constant_input(const iopt_ort_api *api, const OrtKernelInfo *info, size_t index, const char *where,
                                 tensor *out) {
  int is_constant = 0;
  const OrtValue *value = NULL;
  TRY(api->KernelInfoGetConstantInput_tensor(info, index, &is_constant, &value));
  if (!is_constant || value == NULL)
    return refuse(api, where, "weights and the program must be initializers of the model");
  return read_tensor(api, value, out);
}

/* The pointers and sizes of the constants, an entry an input. */
typedef struct constants {
  const void **data;
  uint64_t *sizes;
} constants;

static OrtStatus *bind_with(const iopt_ort_api *api, const OrtKernelInfo *info, infer_opt_program *program,
                            const char *where, constants list) {
  for (uint32_t i = 0; i < program->input_count; i++) {
    const iopt_input *input = &program->inputs[i];
    if (!input->constant) continue;
    tensor tensor;
    TRY(constant_input(api, info, i, where, &tensor));
    if (tensor.dtype != input->dtype) return refuse(api, where, "a constant has another type than when it was compiled");
    list.data[i] = tensor.data;
    list.sizes[i] = tensor.count * iopt_element_bytes(input->dtype);
  }
  char text[ERROR_BYTES];
  iopt_error error = {text, sizeof text};
  if (iopt_program_bind(program, list.data, list.sizes, &error) != 0) return refuse(api, where, text);
  return NULL;
}

static OrtStatus *bind(const iopt_ort_api *api, const OrtKernelInfo *info, infer_opt_program *program,
                       const char *where) {
  const constants list = {calloc(program->input_count, sizeof *list.data),
                          calloc(program->input_count, sizeof *list.sizes)};
  OrtStatus *status = list.data == NULL || list.sizes == NULL ? refuse(api, where, "no memory")
                                                               : bind_with(api, info, program, where, list);
  free(list.data);
  free(list.sizes);
  return status;
}

/* What of the node differs from what the program was made for; NULL when nothing does. */
static const char *misfit(const infer_opt_program *program, size_t inputs, size_t outputs) {
  if (program->input_count > inputs) return "the program has another number of inputs than the node";
  if (program->output_count != outputs) return "the program has another number of outputs than the node";
  /* Tensors of a run stand wherever the runtime or its user has put them. */
  if (program->io_alignment > 1) return "the program asks for aligned inputs or outputs";
  return NULL;
}

static OrtStatus *create(const iopt_ort_api *api, const OrtKernelInfo *info, const char *where, region *region) {
  size_t inputs = 0, outputs = 0;
  TRY(api->KernelInfo_GetInputCount(info, &inputs));
  TRY(api->KernelInfo_GetOutputCount(info, &outputs));
  if (inputs < 2) return refuse(api, where, "a region has at least one input and its program");
  tensor bytes;
  TRY(constant_input(api, info, inputs - 1, where, &bytes));
  if (bytes.dtype != IOPT_UINT8) return refuse(api, where, "the program must be a uint8 tensor");
  char text[ERROR_BYTES];
  iopt_error error = {text, sizeof text};
  region->program = iopt_program_open(bytes.data, bytes.count, &error);
  if (region->program == NULL) return refuse(api, where, text);
  const char *reason = misfit(region->program, inputs - 1, outputs);
  return reason != NULL ? refuse(api, where, reason) : bind(api, info, region->program, where);
}

static OrtStatus *create_kernel(const iopt_ort_op *op, const iopt_ort_api *api, const OrtKernelInfo *info,
                                uint32_t threads, void **kernel) {
  region *region = calloc(1, sizeof *region);
  if (region == NULL) return refuse(api, op->GetName(op), "no memory");
  region->api = api;
  region->threads = threads;
  OrtStatus *status = create(api, info, op->GetName(op), region);
  if (status == NULL)
    *kernel = region;
  else
    iopt_region_destroy(region);
  return status;
}

OrtStatus *iopt_region_create(const iopt_ort_op *op, const iopt_ort_api *api, const OrtKernelInfo *info,
                              void **kernel) {
  return create_kernel(op, api, info, iopt_cpu_count(), kernel);
}

OrtStatus *iopt_region_create_alone(const iopt_ort_op *op, const iopt_ort_api *api, const OrtKernelInfo *info,
                                    void **kernel) {
  return create_kernel(op, api, info, 1, kernel);
}

void iopt_region_destroy(void *kernel) {
  region *region = kernel;
  iopt_program_free(region->program);
  free(region);
}

/* A call on ONNX Runtime's threads. */
typedef struct team_call {
  const iopt_ort_api *api;
  const OrtKernelContext *context;
  void (*member)(void *);
  void *argument;
} team_call;

static void run_member(void *data, size_t index) {
  (void)index;
  const team_call *call = data;
  call->member(call->argument);
}

static void start_team(void *state, uint32_t count, void (*member)(void *), void *argument) {
  team_call *call = state;
  call->member = member;
  call->argument = argument;
  OrtStatus *status = call->api->KernelContext_ParallelFor(call->context, run_member, count, 0, call);
  if (status == NULL) return;
  call->api->ReleaseStatus(status);
  /* Nobody has run, or whoever comes last finds the work done. */
  member(argument);
}

/* The number of samples in the activations. */
static OrtStatus *read_inputs(const region *region, const OrtKernelContext *context, const void **data,
                              uint64_t *samples) {
  const infer_opt_program *program = region->program;
  for (uint32_t i = 0; i < program->input_count; i++) {
    const iopt_input *input = &program->inputs[i];
    if (input->constant) continue;
    const OrtValue *value;
    tensor tensor;
    TRY(region->api->KernelContext_GetInput(context, i, &value));
    TRY(read_tensor(region->api, value, &tensor));
    const uint64_t bytes = tensor.count * iopt_element_bytes(input->dtype);
    if (tensor.dtype != input->dtype || bytes % input->bytes != 0 ||
        (input->activation > 0 && bytes / input->bytes != *samples))
      return refuse(region->api, "run", "an input has another type or shape than when the model was compiled");
    *samples = bytes / input->bytes;
    data[input->activation] = tensor.data;
  }
  return NULL;
}

static OrtStatus *make_outputs(const region *region, OrtKernelContext *context, uint64_t samples, void **data) {
  const infer_opt_program *program = region->program;
  for (uint32_t i = 0; i < program->output_count; i++) {
    const iopt_output *output = &program->outputs[i];
    int64_t dims[IOPT_MAX_RANK];
    for (int d = 0; d < output->rank; d++) dims[d] = output->dims[d];
    dims[0] *= (int64_t)samples;
    OrtValue *value;
    TRY(region->api->KernelContext_GetOutput(context, i, dims, output->rank, &value));
    TRY(region->api->GetTensorMutableData(value, &data[i]));
  }
  return NULL;
}

static OrtStatus *compute(const region *region, OrtKernelContext *context, const void **inputs, void **outputs) {
  uint64_t samples = 0;
  TRY(read_inputs(region, context, inputs, &samples));
  TRY(make_outputs(region, context, samples, outputs));
  team_call call = {region->api, context, NULL, NULL};
  const iopt_threads threads = {start_team, &call};
  const iopt_run run = {inputs, outputs, samples, region->threads, NULL};
  char text[ERROR_BYTES];
  iopt_error error = {text, sizeof text};
  return iopt_run_program(region->program, &run, &threads, &error) == 0 ? NULL : refuse(region->api, "run", text);
}

/* Pointers of so many inputs and outputs fit the stack. */
#define FEW 16

OrtStatus *iopt_region_compute(void *kernel, OrtKernelContext *context) {
  const region *region = kernel;
  const uint32_t inputs = region->program->activation_count, outputs = region->program->output_count;
  const void *few_inputs[FEW];
  void *few_outputs[FEW];
  if (inputs <= FEW && outputs <= FEW) return compute(region, context, few_inputs, few_outputs);
  const void **many_inputs = calloc(inputs, sizeof *many_inputs);
  void **many_outputs = calloc(outputs, sizeof *many_outputs);
  OrtStatus *status = many_inputs == NULL || many_outputs == NULL
                          ? refuse(region->api, "run", "no memory")
                          : compute(region, context, many_inputs, many_outputs);
  free(many_inputs);
  free(many_outputs);
  return status;
}
