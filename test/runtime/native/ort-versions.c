/*
 * A runtime of some version, as far as a region needs one: makes a region from a program that looks up 64 bytes in a
 * table of zeros, and runs it. The table of functions ends where that of version 16 does, before a page that cannot be
 * read, or has the one of version 17 too. Prints whether the result is right and whether threads were borrowed.
 *
 *   ort-versions PROGRAM VERSION
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "ort.h"

#define PAGE 4096
#define BYTES 64

struct OrtValue {
  void *data;
  size_t count;
};

static uint8_t x[BYTES], y[BYTES], program[1 << 16];
static struct OrtValue input = {x, BYTES}, output = {y, BYTES}, code = {program, 0};
static const iopt_ort_op *registered;
static int borrowed;

static OrtStatus *create_status(int number, const char *message) {
  (void)number;
  printf("%s\n", message);
  exit(1);
}
static OrtStatus *create_domain(const char *name, OrtCustomOpDomain **domain) {
  *domain = (OrtCustomOpDomain *)(uintptr_t)name;
  return NULL;
}
static OrtStatus *add_op(OrtCustomOpDomain *domain, const iopt_ort_op *op) {
  (void)domain;
  registered = op;
  return NULL;
}
static OrtStatus *add_domain(OrtSessionOptions *options, OrtCustomOpDomain *domain) {
  (void)options, (void)domain;
  return NULL;
}
static OrtStatus *count_inputs(const OrtKernelInfo *info, size_t *count) {
  (void)info;
  *count = 2;
  return NULL;
}
static OrtStatus *count_outputs(const OrtKernelInfo *info, size_t *count) {
  (void)info;
  *count = 1;
  return NULL;
}
static OrtStatus *constant_input(const OrtKernelInfo *info, size_t index, int *is_constant, const OrtValue **value) {
  (void)info;
  *is_constant = index == 1;
  *value = &code;
  return NULL;
}
static OrtStatus *type_and_shape(const OrtValue *value, OrtTensorTypeAndShapeInfo **info) {
  *info = (OrtTensorTypeAndShapeInfo *)(uintptr_t)value;
  return NULL;
}
static OrtStatus *element_type(const OrtTensorTypeAndShapeInfo *info, int *dtype) {
  (void)info;
  *dtype = 2; /* uint8 */
  return NULL;
}
static OrtStatus *element_count(const OrtTensorTypeAndShapeInfo *info, size_t *count) {
  *count = ((const OrtValue *)info)->count;
  return NULL;
}
static void release_info(OrtTensorTypeAndShapeInfo *info) { (void)info; }
static OrtStatus *data_of(OrtValue *value, void **data) {
  *data = value->data;
  return NULL;
}
static OrtStatus *get_input(const OrtKernelContext *context, size_t index, const OrtValue **value) {
  (void)context, (void)index;
  *value = &input;
  return NULL;
}
static OrtStatus *get_output(OrtKernelContext *context, size_t index, const int64_t *dims, size_t rank, OrtValue **value) {
  (void)context, (void)index, (void)dims, (void)rank;
  *value = &output;
  return NULL;
}
static OrtStatus *parallel_for(const OrtKernelContext *context, void (*run)(void *data, size_t index), size_t total,
                               size_t batches, void *data) {
  (void)context, (void)batches;
  borrowed = 1;
  for (size_t i = 0; i < total; i++) run(data, i);
  return NULL;
}

static const iopt_ort_api functions = {
    .CreateStatus = create_status,
    .CreateCustomOpDomain = create_domain,
    .CustomOpDomain_Add = add_op,
    .AddCustomOpDomain = add_domain,
    .KernelInfo_GetInputCount = count_inputs,
    .KernelInfo_GetOutputCount = count_outputs,
    .KernelInfoGetConstantInput_tensor = constant_input,
    .GetTensorTypeAndShape = type_and_shape,
    .GetTensorElementType = element_type,
    .GetTensorShapeElementCount = element_count,
    .ReleaseTensorTypeAndShapeInfo = release_info,
    .GetTensorMutableData = data_of,
    .KernelContext_GetInput = get_input,
    .KernelContext_GetOutput = get_output,
    .KernelContext_ParallelFor = parallel_for,
};

static const iopt_ort_api *table;
static const char *version;
static const iopt_ort_api *get_api(uint32_t wanted) { return wanted <= IOPT_ORT_API_VERSION ? table : NULL; }
static const char *get_version(void) { return version; }

/* The first `size` bytes of the functions, with nothing readable behind them. */
static const iopt_ort_api *make_table(size_t size) {
  uint8_t *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED || mprotect(pages + PAGE, PAGE, PROT_NONE) != 0) abort();
  memcpy(pages + PAGE - size, &functions, size);
  return (const iopt_ort_api *)(const void *)(pages + PAGE - size);
}

static void read_program(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) abort();
  code.count = fread(program, 1, sizeof program, file);
  fclose(file);
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  read_program(arguments[1]);
  version = arguments[2];
  const int old = strncmp(version, "1.16.", 5) == 0;
  table = make_table(old ? offsetof(iopt_ort_api, to_274) : sizeof functions);
  const iopt_ort_api_base base = {get_api, get_version};
  RegisterCustomOps(NULL, &base);
  if (registered == NULL) return 77;
  memset(y, 1, sizeof y);
  void *kernel = NULL;
  registered->CreateKernelV2(registered, table, NULL, &kernel);
  registered->KernelComputeV2(kernel, NULL);
  registered->KernelDestroy(kernel);
  printf("%s, %s\n", memcmp(x, y, sizeof y) == 0 ? "right" : "wrong", borrowed ? "borrowed threads" : "alone");
  return 0;
}
