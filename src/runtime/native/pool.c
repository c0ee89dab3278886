/*
 * Workers spin for a while after a job and then sleep. A job has tickets; who takes one works. When the caller has
 * done its own part it withdraws the tickets nobody took, so a worker that wakes late delays nobody.
 */
#include "pool.h"

#include <stdatomic.h>

/* About 100 microseconds: longer than the pauses between the runs of a loop, shorter than what a user would notice. */
#define SPINS 2000

/* The tickets left fill the low bits of the word, the number of the job the rest. */
#define TICKET_BITS 8
#define TICKET_MASK ((1u << TICKET_BITS) - 1)

typedef struct job {
  void (*member)(void *);
  void *argument;
} job;

static struct {
  iopt_mutex busy;      /* held by the caller of the job at hand */
  iopt_mutex sleepers;  /* guards sleeping */
  iopt_condition wake;
  _Atomic uint32_t sleeping;
  uint32_t workers;     /* guarded by busy */
  uint64_t number;      /* of the last job; guarded by busy */
  job job;              /* guarded by the tickets */
  _Alignas(64) _Atomic uint64_t tickets;
  _Alignas(64) _Atomic uint64_t finished; /* tickets worked off, ever */
} pool = {.busy = IOPT_MUTEX_INIT, .sleepers = IOPT_MUTEX_INIT, .wake = IOPT_CONDITION_INIT};

static bool take_ticket(uint64_t word) {
  while ((word & TICKET_MASK) > 0)
    if (atomic_compare_exchange_weak_explicit(&pool.tickets, &word, word - 1, memory_order_acquire,
                                              memory_order_relaxed))
      return true;
  return false;
}

/* Any later job ends the sleep, even one that is over by then: the next one is likely to follow soon. */
static void sleep_until_job(uint64_t last) {
  iopt_lock(&pool.sleepers);
  atomic_fetch_add(&pool.sleeping, 1);
  while (atomic_load(&pool.tickets) >> TICKET_BITS == last) iopt_wait(&pool.wake, &pool.sleepers);
  atomic_fetch_sub(&pool.sleeping, 1);
  iopt_unlock(&pool.sleepers);
}

static void work(void *unused) {
  (void)unused;
  for (int idle = 0;;) {
    const uint64_t word = atomic_load_explicit(&pool.tickets, memory_order_relaxed);
    if (take_ticket(word)) {
      const job mine = pool.job;
      mine.member(mine.argument);
      atomic_fetch_add_explicit(&pool.finished, 1, memory_order_release);
      idle = 0;
    } else if (++idle > SPINS) {
      sleep_until_job(word >> TICKET_BITS);
      idle = 0;
    } else
      iopt_pause();
  }
}

static void start(void *state, uint32_t count, void (*member)(void *), void *argument) {
  (void)state;
  if (count > IOPT_MAX_TEAM) count = IOPT_MAX_TEAM; /* which fits the bits of the tickets */
  if (count < 2 || !iopt_try_lock(&pool.busy)) {
    member(argument);
    return;
  }
  while (pool.workers < count - 1 && iopt_start_thread(work, NULL)) pool.workers++;
  const uint32_t wanted = count - 1 < pool.workers ? count - 1 : pool.workers;
  const uint64_t finished = atomic_load_explicit(&pool.finished, memory_order_relaxed);
  pool.job = (job){member, argument};
  pool.number++;
  atomic_store(&pool.tickets, pool.number << TICKET_BITS | wanted);
  if (atomic_load(&pool.sleeping) > 0) {
    iopt_lock(&pool.sleepers);
    iopt_wake_all(&pool.wake);
    iopt_unlock(&pool.sleepers);
  }
  member(argument);
  const uint64_t left = atomic_exchange(&pool.tickets, pool.number << TICKET_BITS) & TICKET_MASK;
  while (atomic_load_explicit(&pool.finished, memory_order_acquire) != finished + wanted - left) iopt_pause();
  iopt_unlock(&pool.busy);
}

const iopt_threads iopt_pool_threads = {start, NULL};
