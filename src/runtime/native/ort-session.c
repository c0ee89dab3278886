/* Sessions through ONNX Runtime's C API, for callers that have no way to register custom ops of their own. */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "ort.h"
#include "platform.h"

#if !defined(_WIN32)
#include <dlfcn.h>
#endif

struct infer_opt_ort {
  infer_opt_ort *next;
  const iopt_ort_api_base *base;
  const iopt_ort_api *api;
  OrtEnv *env;
  OrtMemoryInfo *memory;
};

struct infer_opt_session {
  infer_opt_ort *ort;
  OrtSession *session;
  uint32_t counts[2];  /* inputs, outputs */
  char **names[2];
};

/* Turns a status into the text of a failure; 0 when there is none. */
static int check(const infer_opt_ort *ort, OrtStatus *status, iopt_error *error) {
  if (status == NULL) return 0;
  iopt_fail(error, "%s", ort->api->GetErrorMessage(status));
  ort->api->ReleaseStatus(status);
  return -1;
}

typedef const iopt_ort_api_base *(*get_api_base)(void);

#if defined(_WIN32)

static wchar_t *wide(const char *path) {
  const int length = MultiByteToWideChar(CP_UTF8, 0, path, -1, NULL, 0);
  wchar_t *text = length > 0 ? malloc((size_t)length * sizeof *text) : NULL;
  if (text != NULL) MultiByteToWideChar(CP_UTF8, 0, path, -1, text, length);
  return text;
}

static get_api_base find_runtime(const char *path, iopt_error *error) {
  wchar_t *name = wide(path);
  HMODULE library = name == NULL ? NULL : LoadLibraryExW(name, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
  free(name);
  get_api_base found = NULL;
  if (library == NULL)
    iopt_fail(error, "%s cannot be loaded (error %lu)", path, GetLastError());
  else {
    FARPROC symbol = GetProcAddress(library, "OrtGetApiBase");
    memcpy(&found, &symbol, sizeof found);
    if (found == NULL) iopt_fail(error, "%s is no ONNX Runtime", path);
  }
  return found;
}

static OrtStatus *create_from_path(const infer_opt_ort *ort, const char *path, const OrtSessionOptions *options,
                                   OrtSession **session) {
  wchar_t *name = wide(path);
  OrtStatus *status = ort->api->CreateSession(ort->env, name, options, session);
  free(name);
  return status;
}

#else

static get_api_base find_runtime(const char *path, iopt_error *error) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    iopt_fail(error, "%s", dlerror());
    return NULL;
  }
  void *symbol = dlsym(library, "OrtGetApiBase");
  if (symbol == NULL) iopt_fail(error, "%s is no ONNX Runtime", path);
  get_api_base found;
  memcpy(&found, &symbol, sizeof found);
  return found;
}

static OrtStatus *create_from_path(const infer_opt_ort *ort, const char *path, const OrtSessionOptions *options,
                                   OrtSession **session) {
  return ort->api->CreateSession(ort->env, path, options, session);
}

#endif

/*
 * What was opened, which stays open: sessions of other modules may be using the same library and the same environment,
 * which for that reason gets the log level that is usual.
 */
static iopt_mutex opened_lock = IOPT_MUTEX_INIT;
static infer_opt_ort *opened;

static int open_runtime(infer_opt_ort *ort, iopt_error *error) {
  ort->api = ort->base->GetApi(IOPT_ORT_API_VERSION);
  if (ort->api == NULL)
    return iopt_fail(error, "ONNX Runtime %s is older than 1.%d", ort->base->GetVersionString(), IOPT_ORT_API_VERSION);
  if (check(ort, ort->api->CreateEnv(IOPT_ORT_LOG_WARNING, "infer-opt", &ort->env), error) != 0) return -1;
  if (check(ort, ort->api->DisableTelemetryEvents(ort->env), error) != 0) return -1;
  OrtStatus *status = ort->api->CreateCpuMemoryInfo(IOPT_ORT_ARENA_ALLOCATOR, IOPT_ORT_MEMORY_DEFAULT, &ort->memory);
  return check(ort, status, error);
}

/* Called with the lock held. */
static infer_opt_ort *find_or_open(const iopt_ort_api_base *base, iopt_error *error) {
  for (infer_opt_ort *ort = opened; ort != NULL; ort = ort->next)
    if (ort->base == base) return ort;
  infer_opt_ort *ort = calloc(1, sizeof *ort);
  if (ort == NULL) {
    iopt_fail(error, "no memory");
    return NULL;
  }
  ort->base = base;
  if (open_runtime(ort, error) != 0) {
    if (ort->env != NULL) ort->api->ReleaseEnv(ort->env);
    free(ort);
    return NULL;
  }
  ort->next = opened;
  opened = ort;
  return ort;
}

infer_opt_ort *infer_opt_ort_open(const char *library, char *text, size_t text_size) {
  iopt_error error = {text, text_size};
  const get_api_base get_base = find_runtime(library, &error);
  if (get_base == NULL) return NULL;
  iopt_lock(&opened_lock);
  infer_opt_ort *ort = find_or_open(get_base(), &error);
  iopt_unlock(&opened_lock);
  return ort;
}

static int set_options(const infer_opt_ort *ort, OrtSessionOptions *target, const infer_opt_session_options *options,
                       const char *const *config, iopt_error *error) {
  const iopt_ort_api *api = ort->api;
  if (check(ort, api->SetIntraOpNumThreads(target, options->threads), error) != 0 ||
      check(ort, api->SetInterOpNumThreads(target, 1), error) != 0 ||
      check(ort, api->SetSessionGraphOptimizationLevel(target, options->optimization), error) != 0 ||
      check(ort, api->SetSessionLogSeverityLevel(target, options->log_severity), error) != 0)
    return -1;
  for (; config != NULL && config[0] != NULL; config += 2)
    if (check(ort, api->AddSessionConfigEntry(target, config[0], config[1]), error) != 0) return -1;
  return options->regions ? check(ort, RegisterCustomOps(target, ort->base), error) : 0;
}

static char *copy_name(const char *name) {
  const size_t size = strlen(name) + 1;
  char *copy = malloc(size);
  if (copy != NULL) memcpy(copy, name, size);
  return copy;
}

static int read_names(infer_opt_session *session, int outputs, iopt_error *error) {
  const iopt_ort_api *api = session->ort->api;
  OrtAllocator *allocator;
  size_t count;
  if (check(session->ort, api->GetAllocatorWithDefaultOptions(&allocator), error) != 0 ||
      check(session->ort, (outputs ? api->SessionGetOutputCount : api->SessionGetInputCount)(session->session, &count),
            error) != 0)
    return -1;
  session->names[outputs] = calloc(count + 1, sizeof(char *));
  if (session->names[outputs] == NULL) return iopt_fail(error, "no memory");
  session->counts[outputs] = (uint32_t)count;
  for (size_t i = 0; i < count; i++) {
    char *name;
    if (check(session->ort,
              (outputs ? api->SessionGetOutputName : api->SessionGetInputName)(session->session, i, allocator, &name),
              error) != 0)
      return -1;
    session->names[outputs][i] = copy_name(name);
    OrtStatus *ignored = api->AllocatorFree(allocator, name);
    if (ignored != NULL) api->ReleaseStatus(ignored);
    if (session->names[outputs][i] == NULL) return iopt_fail(error, "no memory");
  }
  return 0;
}

static int open_session(infer_opt_session *session, const void *model, size_t size, const OrtSessionOptions *options,
                        iopt_error *error) {
  const infer_opt_ort *ort = session->ort;
  OrtStatus *status = size > 0
                          ? ort->api->CreateSessionFromArray(ort->env, model, size, options, &session->session)
                          : create_from_path(ort, model, options, &session->session);
  if (check(ort, status, error) != 0) return -1;
  return read_names(session, 0, error) != 0 || read_names(session, 1, error) != 0 ? -1 : 0;
}

infer_opt_session *infer_opt_session_create(infer_opt_ort *ort, const void *model, size_t size,
                                            const infer_opt_session_options *options, const char *const *config,
                                            char *text, size_t text_size) {
  iopt_error error = {text, text_size};
  OrtSessionOptions *target = NULL;
  infer_opt_session *session = calloc(1, sizeof *session);
  if (session == NULL) {
    iopt_fail(&error, "no memory");
    return NULL;
  }
  session->ort = ort;
  const int failed = check(ort, ort->api->CreateSessionOptions(&target), &error) != 0 ||
                     set_options(ort, target, options, config, &error) != 0 ||
                     open_session(session, model, size, target, &error) != 0;
  if (target != NULL) ort->api->ReleaseSessionOptions(target);
  if (!failed) return session;
  infer_opt_session_free(session);
  return NULL;
}

void infer_opt_session_free(infer_opt_session *session) {
  if (session == NULL) return;
  for (int outputs = 0; outputs < 2; outputs++) {
    for (uint32_t i = 0; i < session->counts[outputs]; i++) free(session->names[outputs][i]);
    free(session->names[outputs]);
  }
  if (session->session != NULL) session->ort->api->ReleaseSession(session->session);
  free(session);
}

uint32_t infer_opt_session_count(const infer_opt_session *session, int32_t outputs) {
  return session->counts[outputs != 0];
}

const char *infer_opt_session_name(const infer_opt_session *session, int32_t outputs, uint32_t index) {
  return index < session->counts[outputs != 0] ? session->names[outputs != 0][index] : NULL;
}

infer_opt_value *infer_opt_value_create(infer_opt_ort *ort, void *data, size_t size, int32_t dtype,
                                        const int64_t *dims, uint32_t rank, char *text, size_t text_size) {
  iopt_error error = {text, text_size};
  OrtValue *value = NULL;
  OrtStatus *status = ort->api->CreateTensorWithDataAsOrtValue(ort->memory, data, size, dims, rank, dtype, &value);
  return check(ort, status, &error) == 0 ? value : NULL;
}

void infer_opt_value_free(infer_opt_ort *ort, infer_opt_value *value) {
  if (value != NULL) ort->api->ReleaseValue(value);
}

static int shape_facts(const infer_opt_ort *ort, const OrtTensorTypeAndShapeInfo *info,
                       int64_t facts[INFER_OPT_VALUE_FACTS], iopt_error *error) {
  int dtype;
  size_t rank, count;
  if (check(ort, ort->api->GetTensorElementType(info, &dtype), error) != 0 ||
      check(ort, ort->api->GetDimensionsCount(info, &rank), error) != 0 ||
      check(ort, ort->api->GetTensorShapeElementCount(info, &count), error) != 0)
    return -1;
  if (rank > INFER_OPT_VALUE_FACTS - 3) return iopt_fail(error, "a tensor has rank %zu", rank);
  facts[0] = dtype;
  facts[1] = (int64_t)rank;
  facts[2] = (int64_t)count;
  return check(ort, ort->api->GetDimensions(info, facts + 3, rank), error);
}

int infer_opt_value_facts(infer_opt_ort *ort, infer_opt_value *value, int64_t facts[INFER_OPT_VALUE_FACTS],
                          void **data, char *text, size_t text_size) {
  iopt_error error = {text, text_size};
  int is_tensor = 0;
  if (check(ort, ort->api->IsTensor(value, &is_tensor), &error) != 0) return -1;
  if (!is_tensor) return iopt_fail(&error, "an output is no tensor");
  OrtTensorTypeAndShapeInfo *info;
  if (check(ort, ort->api->GetTensorTypeAndShape(value, &info), &error) != 0) return -1;
  const int failed = shape_facts(ort, info, facts, &error);
  ort->api->ReleaseTensorTypeAndShapeInfo(info);
  return failed != 0 ? -1 : check(ort, ort->api->GetTensorMutableData(value, data), &error);
}

int infer_opt_session_run(infer_opt_session *session, const char *const *input_names,
                          const infer_opt_value *const *inputs, uint32_t input_count, const char *const *output_names,
                          uint32_t output_count, infer_opt_value **outputs, char *text, size_t text_size) {
  iopt_error error = {text, text_size};
  for (uint32_t i = 0; i < output_count; i++) outputs[i] = NULL;
  return check(session->ort,
               session->ort->api->Run(session->session, NULL, input_names, inputs, input_count, output_names,
                                      output_count, outputs),
               &error);
}
