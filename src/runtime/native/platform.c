#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif

#include "platform.h"

#include <stdlib.h>

#if defined(_WIN32)

void iopt_lock(iopt_mutex *mutex) { AcquireSRWLockExclusive(mutex); }
bool iopt_try_lock(iopt_mutex *mutex) { return TryAcquireSRWLockExclusive(mutex) != 0; }
void iopt_unlock(iopt_mutex *mutex) { ReleaseSRWLockExclusive(mutex); }
void iopt_wait(iopt_condition *condition, iopt_mutex *mutex) {
  SleepConditionVariableSRW(condition, mutex, INFINITE, 0);
}
void iopt_wake_all(iopt_condition *condition) { WakeAllConditionVariable(condition); }

#else

#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

void iopt_lock(iopt_mutex *mutex) { pthread_mutex_lock(mutex); }
bool iopt_try_lock(iopt_mutex *mutex) { return pthread_mutex_trylock(mutex) == 0; }
void iopt_unlock(iopt_mutex *mutex) { pthread_mutex_unlock(mutex); }
void iopt_wait(iopt_condition *condition, iopt_mutex *mutex) { pthread_cond_wait(condition, mutex); }
void iopt_wake_all(iopt_condition *condition) { pthread_cond_broadcast(condition); }

#endif

typedef struct thread_start {
  void (*run)(void *);
  void *argument;
} thread_start;

static void start_thread(void *raw) {
  thread_start start = *(thread_start *)raw;
  free(raw);
  start.run(start.argument);
}

#if defined(_WIN32)

static DWORD WINAPI thread_entry(void *raw) {
  start_thread(raw);
  return 0;
}

static bool create_thread(thread_start *start) {
  HANDLE thread = CreateThread(NULL, 0, thread_entry, start, 0, NULL);
  if (thread == NULL) return false;
  CloseHandle(thread);
  return true;
}

uint32_t iopt_cpu_count(void) {
  DWORD_PTR process, system;
  if (!GetProcessAffinityMask(GetCurrentProcess(), &process, &system) || process == 0) return 1;
  return (uint32_t)__builtin_popcountll(process);
}

bool iopt_pin_thread(int32_t core, iopt_affinity *before) {
  before->words[0] = core < 0 || core > 63 ? 0 : SetThreadAffinityMask(GetCurrentThread(), (DWORD_PTR)1 << core);
  return before->words[0] != 0;
}

void iopt_unpin_thread(const iopt_affinity *before) {
  SetThreadAffinityMask(GetCurrentThread(), (DWORD_PTR)before->words[0]);
}

uint64_t iopt_now(void) {
  LARGE_INTEGER ticks, frequency;
  QueryPerformanceCounter(&ticks);
  QueryPerformanceFrequency(&frequency);
  const uint64_t whole = (uint64_t)(ticks.QuadPart / frequency.QuadPart);
  const uint64_t rest = (uint64_t)(ticks.QuadPart % frequency.QuadPart);
  return whole * 1000000000u + rest * 1000000000u / (uint64_t)frequency.QuadPart;
}

static void *map_pages(size_t size) { return VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE); }
static void unmap_pages(void *pages, size_t size) {
  (void)size;
  VirtualFree(pages, 0, MEM_RELEASE);
}

#else

static void *thread_entry(void *raw) {
  start_thread(raw);
  return NULL;
}

static bool create_thread(thread_start *start) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, thread_entry, start) != 0) return false;
  pthread_detach(thread);
  return true;
}

uint32_t iopt_cpu_count(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return (uint32_t)CPU_COUNT(&set);
#endif
  const long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (uint32_t)count : 1;
}

#if defined(__linux__)

_Static_assert(sizeof(cpu_set_t) == sizeof(iopt_affinity), "an affinity holds a cpu_set_t");

bool iopt_pin_thread(int32_t core, iopt_affinity *before) {
  if (core < 0 || core >= CPU_SETSIZE || sched_getaffinity(0, sizeof *before, (cpu_set_t *)before) != 0) return false;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET((size_t)core, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

void iopt_unpin_thread(const iopt_affinity *before) {
  sched_setaffinity(0, sizeof *before, (const cpu_set_t *)before);
}

#else

bool iopt_pin_thread(int32_t core, iopt_affinity *before) {
  (void)core, (void)before;
  return false;
}

void iopt_unpin_thread(const iopt_affinity *before) { (void)before; }

#endif

uint64_t iopt_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void *map_pages(size_t size) {
  void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return NULL;
  return pages;
}
static void unmap_pages(void *pages, size_t size) { munmap(pages, size); }

#endif

bool iopt_start_thread(void (*run)(void *), void *argument) {
  thread_start *start = malloc(sizeof *start);
  if (start == NULL) return false;
  *start = (thread_start){run, argument};
  if (create_thread(start)) return true;
  free(start);
  return false;
}

#define PAGE ((size_t)1 << 12)
#define HUGE_PAGE ((size_t)1 << 21)

static size_t round_up(size_t size, size_t to) { return (size + to - 1) / to * to; }

#if defined(IOPT_GUARD_PAGES)

/* For tests: the block ends, slack included, where an unreadable page begins, and begins behind one. */
bool iopt_memory_get(iopt_memory *memory, uint64_t size) {
  if (size > SIZE_MAX / 4) return false;
  const size_t used = round_up((size_t)size, IOPT_ALIGNMENT) + IOPT_SLACK;
  const size_t inner = round_up(used, PAGE);
  memory->mapped = inner + 2 * PAGE;
  memory->mapping = map_pages(memory->mapped);
  if (memory->mapping == NULL) return false;
  uint8_t *first = (uint8_t *)memory->mapping + PAGE;
  if (mprotect(memory->mapping, PAGE, PROT_NONE) != 0 || mprotect(first + inner, PAGE, PROT_NONE) != 0) {
    iopt_memory_release(memory);
    return false;
  }
  memory->bytes = first + inner - used;
  return true;
}

#else

bool iopt_memory_get(iopt_memory *memory, uint64_t size) {
  if (size > SIZE_MAX / 4) return false;
  const bool large = size >= HUGE_PAGE;
  const size_t align = large ? HUGE_PAGE : PAGE;
  memory->mapped = round_up((size_t)size + IOPT_SLACK, PAGE) + (large ? HUGE_PAGE : 0);
  memory->mapping = map_pages(memory->mapped);
  if (memory->mapping == NULL) return false;
  memory->bytes = (uint8_t *)round_up((uintptr_t)memory->mapping, align);
#if defined(MADV_HUGEPAGE)
  /* Weights are walked from end to end: fewer TLB misses. Not having them is no failure. */
  if (large) (void)madvise(memory->bytes, (size_t)size + IOPT_SLACK, MADV_HUGEPAGE);
#endif
  return true;
}

#endif

void iopt_memory_release(iopt_memory *memory) {
  if (memory->mapping != NULL) unmap_pages(memory->mapping, memory->mapped);
  *memory = (iopt_memory){NULL, NULL, 0};
}
