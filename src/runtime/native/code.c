#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "code.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "infer-opt.h"

#define PAGE_MASK ((size_t)16383) /* 16 KiB: the largest page of the systems we know */

#if defined(_WIN32)

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

int iopt_code_map(iopt_code *code, const uint8_t *bytes, size_t size, iopt_error *error) {
  code->mapped = (size + PAGE_MASK) & ~PAGE_MASK;
  void *pages = VirtualAlloc(NULL, code->mapped, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  if (pages == NULL) return iopt_fail(error, "no memory for machine code (error %lu)", GetLastError());
  memcpy(pages, bytes, size);
  DWORD before;
  if (!VirtualProtect(pages, code->mapped, PAGE_EXECUTE_READ, &before)) {
    const DWORD reason = GetLastError();
    VirtualFree(pages, 0, MEM_RELEASE);
    return iopt_fail(error, "this process may not execute memory it has written (error %lu)", reason);
  }
  FlushInstructionCache(GetCurrentProcess(), pages, code->mapped);
  code->bytes = pages;
  return 0;
}

void iopt_code_unmap(iopt_code *code) {
  if (code->bytes != NULL) VirtualFree((void *)code->bytes, 0, MEM_RELEASE);
  *code = (iopt_code){NULL, 0};
}

#else

#include <sys/mman.h>
#include <unistd.h>

#if defined(__APPLE__) && defined(__aarch64__)

#include <libkern/OSCacheControl.h>
#include <pthread.h>

/* Here MAP_JIT is the only way; the write protection is per thread, so no thread sees it writable and executable. */
static void *map_code(const uint8_t *bytes, size_t size, size_t mapped) {
  void *pages = mmap(NULL, mapped, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_JIT, -1, 0);
  if (pages == MAP_FAILED) return NULL;
  pthread_jit_write_protect_np(0);
  memcpy(pages, bytes, size);
  pthread_jit_write_protect_np(1);
  sys_icache_invalidate(pages, size);
  return pages;
}

#else

#if defined(__linux__)
/*
 * The page cache of an anonymous file: written through one mapping, which is gone before the executable one exists.
 * This works where a service forbids memory that was writable to become executable (systemd's
 * MemoryDenyWriteExecute, PR_SET_MDWE), as nothing ever changes its protection.
 */
static void *map_by_file(const uint8_t *bytes, size_t size, size_t mapped) {
  void *pages = NULL;
  int file = memfd_create("infer-opt", 0x1u /* MFD_CLOEXEC */ | 0x10u /* MFD_EXEC, Linux 6.3 */);
  if (file < 0 && errno == EINVAL) file = memfd_create("infer-opt", 0x1u);
  if (file < 0) return NULL;
  if (ftruncate(file, (off_t)mapped) == 0) {
    void *writable = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (writable != MAP_FAILED) {
      memcpy(writable, bytes, size);
      munmap(writable, mapped);
      pages = mmap(NULL, mapped, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
      if (pages == MAP_FAILED) pages = NULL;
    }
  }
  const int reason = errno;
  close(file);
  errno = reason;
  return pages;
}
#endif

static void *map_by_protection(const uint8_t *bytes, size_t size, size_t mapped) {
  void *pages = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return NULL;
  memcpy(pages, bytes, size);
  if (mprotect(pages, mapped, PROT_READ | PROT_EXEC) == 0) return pages;
  const int reason = errno;
  munmap(pages, mapped);
  errno = reason;
  return NULL;
}

static void *map_code(const uint8_t *bytes, size_t size, size_t mapped) {
#if defined(__linux__)
  void *pages = map_by_file(bytes, size, mapped);
  if (pages != NULL) return pages;
#endif
  return map_by_protection(bytes, size, mapped);
}

#endif

int iopt_code_map(iopt_code *code, const uint8_t *bytes, size_t size, iopt_error *error) {
  const size_t mapped = (size + PAGE_MASK) & ~PAGE_MASK;
  void *pages = map_code(bytes, size, mapped);
  if (pages == NULL) return iopt_fail(error, "this process may not execute memory it has written (%s)", strerror(errno));
  *code = (iopt_code){pages, mapped};
  return 0;
}

void iopt_code_unmap(iopt_code *code) {
  if (code->bytes != NULL) munmap((void *)code->bytes, code->mapped);
  *code = (iopt_code){NULL, 0};
}

#endif

/* A function that returns 42. */
#if defined(__x86_64__)
static const uint8_t probe_code[] = {0xb8, 0x2a, 0, 0, 0, 0xc3};
#elif defined(__aarch64__)
static const uint8_t probe_code[] = {0x40, 0x05, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6};
#else
static const uint8_t probe_code[] = {0};
#endif

int iopt_code_probe(iopt_error *error) {
  static _Atomic int passed;
  if (atomic_load(&passed)) return 0;
  if (sizeof probe_code == 1) return iopt_fail(error, "no kernels exist for this CPU architecture");
  iopt_code code;
  if (iopt_code_map(&code, probe_code, sizeof probe_code, error) != 0) return -1;
  int (*function)(void);
  memcpy(&function, &code.bytes, sizeof function);
  const int value = function();
  iopt_code_unmap(&code);
  if (value != 42) return iopt_fail(error, "a probe of executable memory went wrong");
  atomic_store(&passed, 1);
  return 0;
}
