/* Timing for the tuner: programs and a reference loop in turn, so that what disturbs the machine disturbs all alike. */
#include <stdlib.h>

#include "platform.h"
#include "pool.h"

/* A chain of dependent multiplications: its time is that of the core's clock and of nothing else. */
#define REFERENCE_TURNS 20000

static uint64_t reference_loop(uint64_t seed) {
  for (int i = 0; i < REFERENCE_TURNS; i++) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    /* Keeps the compiler from finding a closed form. */
    __asm__ volatile("" : "+r"(seed));
  }
  return seed;
}

typedef struct subject {
  infer_opt_program *program; /* NULL: the reference loop */
  const void *const *inputs;
  void *const *outputs;
  uint64_t calls; /* in one time */
} subject;

typedef struct session {
  const infer_opt_timing *timing;
  uint8_t *cold;
  _Atomic uint64_t sink;
} session;

/* Reads a buffer larger than the caches that weights should not be in; one read a line. */
static void chill(void *argument) {
  session *session = argument;
  uint64_t sum = 0;
  for (uint64_t i = 0; i < session->timing->cold_bytes; i += 64) sum += session->cold[i];
  session->sink += sum;
}

static int call(session *session, const subject *subject, iopt_error *error) {
  if (subject->program == NULL) {
    session->sink += reference_loop(session->sink);
    return 0;
  }
  const iopt_run run = {subject->inputs, subject->outputs, 1, session->timing->threads, NULL};
  return iopt_run_program(subject->program, &run, &iopt_pool_threads, error);
}

/* Nanoseconds of one call, as the mean of the subject's number of calls; negative on failure. */
static double time_of(session *session, const subject *subject, iopt_error *error) {
  uint64_t total = 0;
  if (session->cold == NULL || subject->program == NULL) {
    const uint64_t begin = iopt_now();
    for (uint64_t i = 0; i < subject->calls; i++)
      if (call(session, subject, error) != 0) return -1;
    total = iopt_now() - begin;
  } else
    for (uint64_t i = 0; i < subject->calls; i++) {
      /* Every thread sweeps its own caches, and is awake afterwards: workers that slept would come late to the call. */
      iopt_pool_threads.start(iopt_pool_threads.state, session->timing->threads, chill, session);
      const uint64_t begin = iopt_now();
      if (call(session, subject, error) != 0) return -1;
      total += iopt_now() - begin;
    }
  return (double)total / (double)subject->calls;
}

/* One call to warm up, one to learn how many calls a time takes. */
static int calibrate(session *session, subject *subject, iopt_error *error) {
  subject->calls = 1;
  if (time_of(session, subject, error) < 0) return -1;
  const double once = time_of(session, subject, error);
  if (once < 0) return -1;
  const double calls = (double)session->timing->sample_ns / (once < 1 ? 1 : once);
  subject->calls = calls < 1 ? 1 : calls > 1e6 ? 1000000 : (uint64_t)calls + 1;
  return 0;
}

static int32_t time_all(session *session, subject *subjects, uint32_t count, double *nanoseconds, iopt_error *error) {
  const uint64_t start = iopt_now();
  for (uint32_t i = 0; i < count; i++)
    if (calibrate(session, &subjects[i], error) != 0) return -1;
  for (uint32_t round = 0; round < session->timing->rounds; round++) {
    if (session->timing->deadline_ns > 0 && iopt_now() - start > session->timing->deadline_ns) return (int32_t)round;
    for (uint32_t i = 0; i < count; i++) {
      const double time = time_of(session, &subjects[i], error);
      if (time < 0) return -1;
      nanoseconds[(size_t)round * count + i] = time;
    }
  }
  return (int32_t)session->timing->rounds;
}

static void nothing(void *unused) { (void)unused; }

/* Everything but where the thread runs. */
static int32_t time_programs(infer_opt_program *const *programs, uint32_t count, const void *const *inputs,
                             void *const *outputs, const infer_opt_timing *timing, double *nanoseconds,
                             iopt_error *error) {
  session session = {.timing = timing};
  iopt_memory cold = {NULL, NULL, 0};
  subject *subjects = calloc((size_t)count + 1, sizeof *subjects);
  if (subjects == NULL || (timing->cold_bytes > 0 && !iopt_memory_get(&cold, timing->cold_bytes))) {
    free(subjects);
    return iopt_fail(error, "no memory");
  }
  session.cold = cold.bytes;
  /* Pages nobody wrote to are all the same page of zeros, which never leaves the cache. */
  for (uint64_t i = 0; i < timing->cold_bytes; i += 4096) session.cold[i] = 1;
  for (uint32_t i = 0; i < count; i++) {
    subjects[i] = (subject){programs[i], inputs, outputs, 1};
    inputs += programs[i]->activation_count;
    outputs += programs[i]->output_count;
  }
  const int32_t rounds = time_all(&session, subjects, count + 1, nanoseconds, error);
  iopt_memory_release(&cold);
  free(subjects);
  return rounds;
}

int32_t infer_opt_time(infer_opt_program *const *programs, uint32_t count, const void *const *inputs,
                       void *const *outputs, const infer_opt_timing *timing, double *nanoseconds, char *text,
                       size_t text_size) {
  iopt_error error = {text, text_size};
  if (timing->core < 0) return time_programs(programs, count, inputs, outputs, timing, nanoseconds, &error);
  /* Threads start where their maker may run: those of the pool must not all be pinned to this one's core. */
  iopt_pool_threads.start(iopt_pool_threads.state, timing->threads, nothing, NULL);
  iopt_affinity before;
  if (!iopt_pin_thread(timing->core, &before))
    return iopt_fail(&error, "this thread cannot be pinned to core %d", timing->core);
  const int32_t rounds = time_programs(programs, count, inputs, outputs, timing, nanoseconds, &error);
  iopt_unpin_thread(&before);
  return rounds;
}
