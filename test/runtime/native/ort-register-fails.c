/*
 * A runtime that refuses the third op of a domain, as often as it is asked, and then takes all. Prints how many domains
 * were made and how many of them released.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ort.h"

static int made, released, refused, added;
static OrtStatus *const failure = (OrtStatus *)&refused;

static OrtStatus *create_domain(const char *name, OrtCustomOpDomain **domain) {
  (void)name;
  added = 0;
  made++;
  *domain = malloc(1);
  return NULL;
}
static OrtStatus *add_op(OrtCustomOpDomain *domain, const iopt_ort_op *op) {
  (void)domain, (void)op;
  return ++added == 3 && refused-- > 0 ? failure : NULL;
}
static OrtStatus *add_domain(OrtSessionOptions *options, OrtCustomOpDomain *domain) {
  (void)options, (void)domain;
  return NULL;
}
static void release_domain(OrtCustomOpDomain *domain) {
  released++;
  free(domain);
}

static const iopt_ort_api functions = {
    .CreateCustomOpDomain = create_domain,
    .CustomOpDomain_Add = add_op,
    .AddCustomOpDomain = add_domain,
    .ReleaseCustomOpDomain = release_domain,
};
static const iopt_ort_api *get_api(uint32_t wanted) { return wanted <= IOPT_ORT_API_VERSION ? &functions : NULL; }
static const char *get_version(void) { return "1.20.0"; }

int main(void) {
  const iopt_ort_api_base base = {get_api, get_version};
  refused = 5;
  for (int i = 0; i < 5; i++)
    if (RegisterCustomOps(NULL, &base) != failure) return 77; /* no level of instruction sets here */
  refused = 0;
  if (RegisterCustomOps(NULL, &base) != NULL || RegisterCustomOps(NULL, &base) != NULL) return 1;
  printf("%d made, %d released\n", made, released);
  return 0;
}
