/* Threads, clocks and memory, by POSIX or by Windows. */
#ifndef IOPT_PLATFORM_H
#define IOPT_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
typedef SRWLOCK iopt_mutex;
typedef CONDITION_VARIABLE iopt_condition;
#define IOPT_MUTEX_INIT SRWLOCK_INIT
#define IOPT_CONDITION_INIT CONDITION_VARIABLE_INIT
#else
#include <pthread.h>
typedef pthread_mutex_t iopt_mutex;
typedef pthread_cond_t iopt_condition;
#define IOPT_MUTEX_INIT PTHREAD_MUTEX_INITIALIZER
#define IOPT_CONDITION_INIT PTHREAD_COND_INITIALIZER
#endif

void iopt_lock(iopt_mutex *mutex);
bool iopt_try_lock(iopt_mutex *mutex);
void iopt_unlock(iopt_mutex *mutex);
void iopt_wait(iopt_condition *condition, iopt_mutex *mutex);
void iopt_wake_all(iopt_condition *condition);

/* Starts a thread that is never joined. */
bool iopt_start_thread(void (*run)(void *), void *argument);

/* CPUs this process may run on, at least 1. */
uint32_t iopt_cpu_count(void);

/* The cores that a thread may run on. */
typedef struct iopt_affinity {
  uint64_t words[16];
} iopt_affinity;

/* Pins the calling thread to a core and keeps where it could run before; false where that is not possible. */
bool iopt_pin_thread(int32_t core, iopt_affinity *before);
void iopt_unpin_thread(const iopt_affinity *before);

/* Monotonic nanoseconds. */
uint64_t iopt_now(void);

/* Tells the CPU that this is a spin loop. */
static inline void iopt_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* Bytes behind every block that may be read, and its alignment: what kernels rely on (docs/program-format.md). */
#define IOPT_SLACK 64
#define IOPT_ALIGNMENT 64

/* A block of zeroed memory. */
typedef struct iopt_memory {
  uint8_t *bytes;
  void *mapping; /* what to give back */
  size_t mapped;
} iopt_memory;

/* Allocates `size` bytes plus slack, zeroed; large blocks on huge pages where the system has them. */
bool iopt_memory_get(iopt_memory *memory, uint64_t size);
void iopt_memory_release(iopt_memory *memory);

#endif
