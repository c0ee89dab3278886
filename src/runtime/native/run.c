/*
 * A run: for each sample, for each step, the range [0, extent) in one piece or in one contiguous piece a thread.
 *
 * Threads form a team. The first to arrive leads: it walks through the steps and publishes each that is split. The
 * others help: they take pieces of the step that is published. Every piece has a member who tries it first, so that
 * neighbouring steps work on the same rows in the same core's cache, but whoever is there takes what is left. Hence
 * nobody waits for a thread that has not begun, which ONNX Runtime's pool does not promise it ever will while other
 * sessions keep it busy.
 */
#include "run.h"

#include <stdatomic.h>
#include <stdlib.h>

#define FINISHED UINT64_MAX

/* The pieces of a step fill the low bits of the published word, its number the rest. */
#define PIECE_BITS 8

struct iopt_run_context {
  iopt_memory arena, scratch;
  uint32_t scratch_threads;
  void *arguments[IOPT_MAX_ARGUMENTS];
  const infer_opt_program *program;
  const iopt_run *run;
  const iopt_kernel *kernel;
  uint64_t number; /* of the step published last; never taken back, as late members compare against it */
  _Atomic uint32_t joined;
  /* On lines of their own: the helpers spin on them. */
  _Alignas(64) _Atomic uint64_t published;
  _Alignas(64) _Atomic uint64_t pieces_done;
  _Alignas(64) _Atomic uint64_t taken[IOPT_MAX_TEAM]; /* number of the last step in which this piece was taken */
};

static uint64_t scratch_stride(const infer_opt_program *program) {
  return (program->scratch_bytes + IOPT_ALIGNMENT + IOPT_SLACK - 1) / IOPT_ALIGNMENT * IOPT_ALIGNMENT;
}

static void context_free(iopt_run_context *context) {
  if (context == NULL) return;
  iopt_memory_release(&context->arena);
  iopt_memory_release(&context->scratch);
  free(context);
}

static bool context_grow(iopt_run_context *context, const infer_opt_program *program, uint32_t threads) {
  if (threads <= context->scratch_threads) return true;
  iopt_memory_release(&context->scratch);
  context->scratch_threads = 0;
  uint64_t bytes;
  if (!iopt_multiply(scratch_stride(program), threads, &bytes) || !iopt_memory_get(&context->scratch, bytes)) return false;
  context->scratch_threads = threads;
  return true;
}

static iopt_run_context *context_new(const infer_opt_program *program, uint32_t threads) {
  iopt_run_context *context;
#if defined(_WIN32)
  context = _aligned_malloc(sizeof *context, 64);
#else
  context = aligned_alloc(64, sizeof *context);
#endif
  if (context == NULL) return NULL;
  *context = (iopt_run_context){.program = program};
  if (iopt_memory_get(&context->arena, program->arena_bytes) && context_grow(context, program, threads)) return context;
  context_free(context);
  return NULL;
}

/* The free list is an array of slots: taking and giving back are one exchange each, and no slot can be confused. */
static iopt_run_context *context_take(infer_opt_program *program, uint32_t threads) {
  for (int i = 0; i < IOPT_KEPT_CONTEXTS; i++) {
    if (atomic_load_explicit(&program->contexts[i], memory_order_relaxed) == NULL) continue;
    iopt_run_context *context = atomic_exchange_explicit(&program->contexts[i], NULL, memory_order_acquire);
    if (context == NULL) continue;
    if (context_grow(context, program, threads)) return context;
    context_free(context);
    return NULL;
  }
  return context_new(program, threads);
}

static void context_give_back(infer_opt_program *program, iopt_run_context *context) {
  for (int i = 0; i < IOPT_KEPT_CONTEXTS; i++) {
    iopt_run_context *empty = NULL;
    if (atomic_compare_exchange_strong_explicit(&program->contexts[i], &empty, context, memory_order_release,
                                                memory_order_relaxed))
      return;
  }
  context_free(context);
}

int iopt_run_prepare(infer_opt_program *program, iopt_error *error) {
  iopt_run_context *context = context_new(program, 1);
  if (context == NULL) return iopt_fail(error, "no memory for the arena");
  context_give_back(program, context);
  return 0;
}

void iopt_run_release(infer_opt_program *program) {
  for (int i = 0; i < IOPT_KEPT_CONTEXTS; i++) context_free(atomic_exchange(&program->contexts[i], NULL));
}

/* Contiguous piece `index` of `pieces` of a step. */
static void run_piece(const iopt_run_context *context, uint32_t index, uint32_t pieces, uint32_t member) {
  const iopt_kernel *kernel = context->kernel;
  const uint64_t whole = kernel->extent / pieces, rest = kernel->extent % pieces;
  const uint64_t begin = whole * index + (index < rest ? index : rest);
  const uint64_t end = begin + whole + (index < rest ? 1 : 0);
  kernel->function(context->arguments, (int64_t)begin, (int64_t)end,
                   context->scratch.bytes + scratch_stride(context->program) * member);
}

/* Takes pieces of step `number` until none is left that nobody has taken. */
static void take_pieces(iopt_run_context *context, uint64_t number, uint32_t pieces, uint32_t member) {
  for (uint32_t i = 0; i < pieces; i++) {
    const uint32_t piece = (member + i) % pieces;
    uint64_t last = atomic_load_explicit(&context->taken[piece], memory_order_relaxed);
    /* A member that slept through steps finds larger numbers and leaves them alone. */
    while (last < number)
      if (atomic_compare_exchange_weak_explicit(&context->taken[piece], &last, number, memory_order_acquire,
                                                memory_order_relaxed)) {
        run_piece(context, piece, pieces, member);
        atomic_fetch_add_explicit(&context->pieces_done, 1, memory_order_release);
        break;
      }
  }
}

static void help(iopt_run_context *context, uint32_t member) {
  uint64_t seen = 0;
  for (;;) {
    const uint64_t word = atomic_load_explicit(&context->published, memory_order_acquire);
    if (word == FINISHED) return;
    if (word == seen) {
      iopt_pause();
      continue;
    }
    seen = word;
    take_pieces(context, word >> PIECE_BITS, (uint32_t)(word & ((1 << PIECE_BITS) - 1)), member);
  }
}

/* How many pieces a step is worth: no more than the members who are here now. */
static uint32_t pieces_of(const iopt_run_context *context, const iopt_kernel *kernel) {
  uint32_t pieces = atomic_load_explicit(&context->joined, memory_order_relaxed);
  if (pieces > context->run->threads) pieces = context->run->threads;
  const uint64_t worth = kernel->extent / kernel->grain;
  if (worth < pieces) pieces = (uint32_t)worth;
  return pieces > 1 ? pieces : 1;
}

static void run_step(iopt_run_context *context, uint64_t *pieces_expected) {
  const uint32_t pieces = pieces_of(context, context->kernel);
  if (pieces == 1) {
    run_piece(context, 0, 1, 0);
    return;
  }
  const uint64_t number = ++context->number;
  atomic_store_explicit(&context->published, number << PIECE_BITS | pieces, memory_order_release);
  take_pieces(context, number, pieces, 0);
  *pieces_expected += pieces;
  while (atomic_load_explicit(&context->pieces_done, memory_order_acquire) != *pieces_expected) iopt_pause();
}

static void *address_of(const iopt_run_context *context, const iopt_place *place, uint64_t sample) {
  const infer_opt_program *program = context->program;
  const iopt_run *run = context->run;
  switch (place->space) {
    case IOPT_SPACE_INPUT: {
      const iopt_input *input = &program->inputs[place->index];
      /* Kernels take one kind of pointer; that they only read this one is checked when the program is loaded. */
      return (uint8_t *)(uintptr_t)run->inputs[input->activation] + sample * input->bytes + place->offset;
    }
    case IOPT_SPACE_OUTPUT:
      return (uint8_t *)run->outputs[place->index] + sample * program->outputs[place->index].bytes + place->offset;
    case IOPT_SPACE_ARENA:
      return context->arena.bytes + place->offset;
    default:
      return program->weights.bytes + place->offset;
  }
}

static void lead(iopt_run_context *context) {
  const infer_opt_program *program = context->program;
  uint64_t *times = context->run->step_nanoseconds;
  uint64_t pieces_expected = atomic_load_explicit(&context->pieces_done, memory_order_relaxed);
  for (uint64_t sample = 0; sample < context->run->samples; sample++)
    for (uint32_t s = 0; s < program->step_count; s++) {
      const iopt_step *step = &program->steps[s];
      const uint64_t begin = times == NULL ? 0 : iopt_now();
      context->kernel = &program->kernels[step->kernel];
      for (uint32_t i = 0; i < context->kernel->argument_count; i++)
        context->arguments[i] = address_of(context, &program->places[step->first_place + i], sample);
      run_step(context, &pieces_expected);
      if (times == NULL) continue;
      const uint64_t time = iopt_now() - begin;
      if (time < times[s]) times[s] = time;
    }
  atomic_store_explicit(&context->published, FINISHED, memory_order_release);
}

static void member(void *argument) {
  iopt_run_context *context = argument;
  const uint32_t number = atomic_fetch_add_explicit(&context->joined, 1, memory_order_relaxed);
  if (number == 0)
    lead(context);
  else if (number < context->run->threads)
    help(context, number);
}

static int check_alignment(const infer_opt_program *program, const iopt_run *run, iopt_error *error) {
  const uintptr_t mask = program->io_alignment - 1;
  if (mask == 0) return 0;
  uintptr_t bits = 0;
  for (uint32_t i = 0; i < program->input_count; i++) {
    if (program->inputs[i].constant) continue;
    bits |= (uintptr_t)run->inputs[program->inputs[i].activation];
    if (run->samples > 1) bits |= (uintptr_t)program->inputs[i].bytes;
  }
  for (uint32_t i = 0; i < program->output_count; i++) {
    bits |= (uintptr_t)run->outputs[i];
    if (run->samples > 1) bits |= (uintptr_t)program->outputs[i].bytes;
  }
  if ((bits & mask) == 0) return 0;
  return iopt_fail(error, "inputs and outputs of this program must be aligned to %u bytes", program->io_alignment);
}

int iopt_run_program(infer_opt_program *program, const iopt_run *wanted, const iopt_threads *threads,
                     iopt_error *error) {
  iopt_run run = *wanted;
  if (run.threads < 1) run.threads = 1;
  if (run.threads > IOPT_MAX_TEAM) run.threads = IOPT_MAX_TEAM;
  if (run.threads > program->most_pieces) run.threads = (uint32_t)program->most_pieces;
  if (check_alignment(program, &run, error) != 0) return -1;
  iopt_run_context *context = context_take(program, run.threads);
  if (context == NULL) return iopt_fail(error, "no memory for the arena");
  context->run = &run;
  atomic_store_explicit(&context->joined, 0, memory_order_relaxed);
  atomic_store_explicit(&context->published, 0, memory_order_relaxed);
  if (run.threads == 1 || threads == NULL)
    member(context);
  else
    threads->start(threads->state, run.threads, member, context);
  context_give_back(program, context);
  return 0;
}
