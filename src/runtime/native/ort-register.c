/* Which names are registered: ONNX Runtime chooses between op and body by name alone. */
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "cpu.h"
#include "ort-region.h"
#include "ort.h"
#include "platform.h"

#define DOMAIN "ai.inferopt.v1"
#define REGIONS 32
#define NAME_BYTES 32

/* An op is found again from the pointer that its functions get: `api` must stand first. */
typedef struct region_op {
  iopt_ort_op api;
  char name[NAME_BYTES];
} region_op;

/*
 * A domain lives as long as the process: sessions refer to it, ONNX Runtime does not say when the last one ends, and
 * one for every session would leak. There is one for each copy of ONNX Runtime and set of levels.
 */
typedef struct domain_entry {
  struct domain_entry *next;
  const iopt_ort_api *api;
  uint32_t levels;
  OrtCustomOpDomain *domain;
} domain_entry;

static iopt_mutex domains_lock = IOPT_MUTEX_INIT;
static domain_entry *domains;
/* Those for runtimes that lend their threads, and those for others. */
static region_op ops[2][IOPT_LEVELS][REGIONS];

static const char *get_name(const iopt_ort_op *op) { return ((const region_op *)op)->name; }
static const char *get_provider(const iopt_ort_op *op) {
  (void)op;
  return NULL; /* the CPU */
}
static size_t one(const iopt_ort_op *op) {
  (void)op;
  return 1;
}
static int any_type(const iopt_ort_op *op, size_t index) {
  (void)op, (void)index;
  return 0; /* ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED: any */
}
static int variadic(const iopt_ort_op *op, size_t index) {
  (void)op, (void)index;
  return IOPT_ORT_VARIADIC;
}
static int default_memory(const iopt_ort_op *op, size_t index) {
  (void)op, (void)index;
  return IOPT_ORT_MEMORY_DEFAULT;
}
static int min_arity(const iopt_ort_op *op) {
  (void)op;
  return 1;
}
static int heterogeneous(const iopt_ort_op *op) {
  (void)op;
  return 0;
}

static void fill_op(region_op *op, const char *level, int number, bool alone) {
  op->api = (iopt_ort_op){
      .version = IOPT_ORT_API_VERSION,
      .GetName = get_name,
      .GetExecutionProviderType = get_provider,
      .GetInputType = any_type,
      .GetInputTypeCount = one,
      .GetOutputType = any_type,
      .GetOutputTypeCount = one,
      .KernelDestroy = iopt_region_destroy,
      .GetInputCharacteristic = variadic,
      .GetOutputCharacteristic = variadic,
      .GetInputMemoryType = default_memory,
      .GetVariadicInputMinArity = min_arity,
      .GetVariadicInputHomogeneity = heterogeneous,
      .GetVariadicOutputMinArity = min_arity,
      .GetVariadicOutputHomogeneity = heterogeneous,
      .CreateKernelV2 = alone ? iopt_region_create_alone : iopt_region_create,
      .KernelComputeV2 = iopt_region_compute,
  };
  /* Region_<level>_<number>, without snprintf's locale. */
  char *at = op->name;
  const char *parts[] = {"Region_", level, "_"};
  for (int i = 0; i < 3; i++) {
    const size_t length = strlen(parts[i]);
    memcpy(at, parts[i], length);
    at += length;
  }
  if (number >= 10) *at++ = (char)('0' + number / 10);
  *at++ = (char)('0' + number % 10);
  *at = '\0';
}

/* Bits of the levels whose features are all there. */
static uint32_t usable_levels(void) {
  const uint32_t features = iopt_cpu_features();
  uint32_t levels = 0;
  for (int i = 0; i < IOPT_LEVELS; i++)
    if ((iopt_levels[i].features & ~features) == 0) levels |= 1u << i;
  return levels;
}

static OrtStatus *make_domain(const iopt_ort_api *api, bool alone, uint32_t levels, OrtCustomOpDomain **domain) {
  OrtStatus *status = api->CreateCustomOpDomain(DOMAIN, domain);
  for (int level = 0; level < IOPT_LEVELS && status == NULL; level++)
    for (int number = 0; number < REGIONS && status == NULL && (levels >> level & 1); number++) {
      region_op *op = &ops[alone][level][number];
      if (op->api.version == 0) fill_op(op, iopt_levels[level].name, number, alone);
      status = api->CustomOpDomain_Add(*domain, &op->api);
    }
  return status;
}

/* Called with the lock held. */
static OrtStatus *find_domain(const iopt_ort_api *api, bool alone, uint32_t levels, OrtCustomOpDomain **domain) {
  for (const domain_entry *entry = domains; entry != NULL; entry = entry->next)
    if (entry->api == api && entry->levels == levels) {
      *domain = entry->domain;
      return NULL;
    }
  domain_entry *entry = malloc(sizeof *entry);
  if (entry == NULL) return api->CreateStatus(IOPT_ORT_FAIL, "infer-opt: no memory");
  *domain = NULL;
  OrtStatus *status = make_domain(api, alone, levels, domain);
  if (status != NULL) {
    if (*domain != NULL) api->ReleaseCustomOpDomain(*domain);
    free(entry);
    return status;
  }
  *entry = (domain_entry){domains, api, levels, *domain};
  domains = entry;
  return NULL;
}

/* KernelContext_ParallelFor came with 1.17: the table of an older runtime ends before it. */
static bool lends_threads(const iopt_ort_api_base *base) { return strncmp(base->GetVersionString(), "1.16.", 5) != 0; }

OrtStatus *RegisterCustomOps(OrtSessionOptions *options, const iopt_ort_api_base *base) {
  const iopt_ort_api *api = base->GetApi(IOPT_ORT_API_VERSION);
  /* There is no way to report a runtime that is too old; it then says that the op is unknown, or runs the body. */
  if (api == NULL) return NULL;
  const char *native = getenv("INFER_OPT_NATIVE");
  if (native != NULL && strcmp(native, "0") == 0) return NULL;
  const uint32_t levels = usable_levels();
  iopt_error ignored = {NULL, 0};
  if (levels == 0 || iopt_code_probe(&ignored) != 0) return NULL;
  iopt_lock(&domains_lock);
  OrtCustomOpDomain *domain = NULL;
  OrtStatus *status = find_domain(api, !lends_threads(base), levels, &domain);
  iopt_unlock(&domains_lock);
  return status != NULL ? status : api->AddCustomOpDomain(options, domain);
}
