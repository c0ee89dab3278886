/*
 * The library in a process that may not execute what it has written.
 *
 *   deny-exec LIBRARY PROGRAM none|seccomp|mdwe      (a program without constants)
 *
 * `seccomp` refuses every mapping that is executable, as sandboxes do; `mdwe` is the kernel's own rule (and what
 * systemd's MemoryDenyWriteExecute asks for), under which nothing may become executable that was writable. Prints what
 * the probe, RegisterCustomOps and infer_opt_load say, and whether any mapping is writable and executable.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "infer-opt.h"
#include "ort-api.h"

static void deny_by_seccomp(void) {
#define DENY_EXEC(number)                                                               \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4),                                    \
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),       \
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),                            \
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      DENY_EXEC(__NR_mmap),
      DENY_EXEC(__NR_mprotect),
      DENY_EXEC(__NR_pkey_mprotect),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) exit(77);
}

/* PR_SET_MDWE (Linux 6.3), PR_MDWE_REFUSE_EXEC_GAIN. */
static void deny_by_mdwe(void) {
  if (prctl(65, 1, 0, 0, 0) != 0) exit(77);
}

static int added;
static OrtStatus *create_domain(const char *name, OrtCustomOpDomain **domain) {
  *domain = (OrtCustomOpDomain *)(uintptr_t)name;
  return NULL;
}
static OrtStatus *add_op(OrtCustomOpDomain *domain, const iopt_ort_op *op) {
  (void)domain, (void)op;
  added++;
  return NULL;
}
static OrtStatus *add_domain(OrtSessionOptions *options, OrtCustomOpDomain *domain) {
  (void)options, (void)domain;
  return NULL;
}
static const iopt_ort_api api = {
    .CreateCustomOpDomain = create_domain, .CustomOpDomain_Add = add_op, .AddCustomOpDomain = add_domain};
static const iopt_ort_api *get_api(uint32_t version) {
  (void)version;
  return &api;
}

static const char *get_version(void) { return "1.30.0"; }

static uint8_t *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) abort();
  uint8_t *bytes = malloc(1 << 24);
  *size = fread(bytes, 1, 1 << 24, file);
  fclose(file);
  return bytes;
}

static int count_writable_code(void) {
  FILE *maps = fopen("/proc/self/maps", "r");
  char line[1024];
  int count = 0;
  while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
    char permissions[8];
    if (sscanf(line, "%*s %7s", permissions) == 1 && permissions[1] == 'w' && permissions[2] == 'x') count++;
  }
  if (maps != NULL) fclose(maps);
  return count;
}

#define FIND(name) __typeof__(&name) name##_ = (__typeof__(&name))dlsym(library, #name)

OrtStatus *RegisterCustomOps(OrtSessionOptions *options, const iopt_ort_api_base *base);

int main(int count, char **arguments) {
  if (count != 4) return 2;
  void *library = dlopen(arguments[1], RTLD_NOW);
  if (library == NULL) return 1;
  FIND(infer_opt_probe);
  FIND(infer_opt_load);
  FIND(RegisterCustomOps);
  size_t size;
  uint8_t *bytes = read_file(arguments[2], &size);
  if (strcmp(arguments[3], "seccomp") == 0) deny_by_seccomp();
  if (strcmp(arguments[3], "mdwe") == 0) deny_by_mdwe();
  char text[256] = "works";
  infer_opt_probe_(text, sizeof text);
  printf("probe: %s\n", text);
  const iopt_ort_api_base base = {get_api, get_version};
  RegisterCustomOps_(NULL, &base);
  printf("registered: %d\n", added);
  strcpy(text, "works");
  infer_opt_load_(bytes, size, NULL, NULL, 0, text, sizeof text);
  printf("load: %s\n", text);
  printf("writable code: %d\n", count_writable_code());
  return 0;
}
