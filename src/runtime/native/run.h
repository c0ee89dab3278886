/* Running a loaded program. */
#ifndef IOPT_RUN_H
#define IOPT_RUN_H

#include "program.h"

/* Most threads that work on one run. */
#define IOPT_MAX_TEAM 64

/*
 * Starts `count` calls of member(argument), on the calling thread and on others, and returns when all have returned.
 * Calls may be made one after the other: no call waits for another one to begin.
 */
typedef struct iopt_threads {
  void (*start)(void *state, uint32_t count, void (*member)(void *argument), void *argument);
  void *state;
} iopt_threads;

typedef struct iopt_run {
  const void *const *inputs; /* one an activation input */
  void *const *outputs;
  uint64_t samples;
  uint32_t threads;         /* at most so many members */
  uint64_t *step_nanoseconds; /* NULL, or one a step: lowered to the time of the step where that is less */
} iopt_run;

/* Runs a program; fails only for lack of memory, or for pointers that lack the alignment the program asks for. */
int iopt_run_program(infer_opt_program *program, const iopt_run *run, const iopt_threads *threads, iopt_error *error);

/* Makes the first context, so that lack of memory shows when a program is loaded. */
int iopt_run_prepare(infer_opt_program *program, iopt_error *error);
void iopt_run_release(infer_opt_program *program);

#endif
