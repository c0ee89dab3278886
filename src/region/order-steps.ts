import { MoveQueue } from "./move-queue.ts";
import type { Move, ScheduleState } from "./schedule-state.ts";
import { afterMove, keyOf, moveOf, movesFrom, orderOf, sharedBytes, startState } from "./schedule-state.ts";
import type { StepAccess, StepBuffer, StepGraph } from "./step-graph.ts";
import { stepGraph } from "./step-graph.ts";

/** An order to run steps in. */
export interface StepOrder {
  /** Indexes of the steps. */
  readonly order: readonly number[];
  /** Bytes live in its worst step, each buffer rounded up to `arenaAlignment`. */
  readonly peak: number;
  /** Whether no order has a lower peak. */
  readonly optimal: boolean;
}

/** Moves that the beam and the exact search look at, under a microsecond each, and the most states side by side. */
const BEAM_MOVES = 1_000_000;
const WIDEST_BEAM = 64;
const EXACT_MOVES = 300_000;

/**
 * Orders steps for the lowest peak of live bytes. The given order stays where it is as good as any found. A beam search
 * finds a good order; the exact search (over sets of steps that have run, lowest peak first) improves on it or proves
 * it, as far as {@link EXACT_MOVES} reach: chains with some branches have few such sets. Equal input, equal order.
 */
export function orderSteps(steps: readonly StepAccess[], buffers: readonly StepBuffer[]): StepOrder {
  const graph = stepGraph(steps, buffers);
  const bound = largestStep(graph);
  const start = startState(graph, bound);
  const given = runInOrder(graph, start);
  if (given.peak === bound) return { order: orderOf(given), peak: bound, optimal: true };
  const found = searchBeam(graph, start);
  const best = found.peak < given.peak ? found : given;
  if (best.peak === bound) return { order: orderOf(best), peak: bound, optimal: true };
  const { state, complete } = searchExactly(graph, start, best.peak);
  const result = state ?? best;
  return { order: orderOf(result), peak: result.peak, optimal: complete };
}

/** The bytes that the largest step touches: a bound no order goes below. */
function largestStep(graph: StepGraph): number {
  return graph.touches.reduce((most, buffers, step) => {
    const touched = buffers.reduce((sum, buffer) => sum + (graph.bytes[buffer] as number), 0);
    return Math.max(most, touched - sharedBytes(graph, step));
  }, 0);
}

function runInOrder(graph: StepGraph, start: ScheduleState): ScheduleState {
  let state = start;
  for (let step = 0; step < graph.count; step++) state = afterMove(graph, moveOf(graph, state, step));
  return state;
}

/** Keeps the states of lowest peak, then of fewest live bytes, among those in which equally many steps have run. */
function searchBeam(graph: StepGraph, start: ScheduleState): ScheduleState {
  const mostMoves = BEAM_MOVES / graph.count;
  let beam: readonly ScheduleState[] = [start];
  for (let ran = 0; ran < graph.count; ran++) {
    const moves: Move[] = [];
    for (const state of beam)
      if (moves.length === 0 || moves.length < mostMoves) moves.push(...movesFrom(graph, state));
    moves.sort((a, b) => a.peak - b.peak || a.live - b.live);
    const next = new Map<string, ScheduleState>();
    for (const move of moves) {
      if (next.size === WIDEST_BEAM) break;
      const state = afterMove(graph, move);
      const key = keyOf(state);
      if (!next.has(key)) next.set(key, state);
    }
    beam = [...next.values()];
  }
  const [best] = beam;
  if (best === undefined) throw new Error("the steps wait for each other");
  return best;
}

/** The best order with a peak below `limit`, if there is one; `complete` when the search came to its end. */
function searchExactly(
  graph: StepGraph,
  start: ScheduleState,
  limit: number,
): { readonly state: ScheduleState | undefined; readonly complete: boolean } {
  const seen = new Set<string>();
  const queue = new MoveQueue();
  let state: ScheduleState | undefined = start;
  for (let tried = 0; tried < EXACT_MOVES;) {
    for (const move of movesFrom(graph, state)) {
      tried++;
      if (move.peak < limit) queue.push(move);
    }
    state = nextUnseen(graph, queue, seen);
    if (state === undefined || state.count === graph.count) return { state, complete: true };
  }
  return { state: undefined, complete: false };
}

/** The state after the first move in the queue that leads to a new one. */
function nextUnseen(graph: StepGraph, queue: MoveQueue, seen: Set<string>): ScheduleState | undefined {
  for (let move = queue.pop(); move !== undefined; move = queue.pop()) {
    const state = afterMove(graph, move);
    const key = keyOf(state);
    if (seen.has(key)) continue;
    seen.add(key);
    return state;
  }
  return undefined;
}
