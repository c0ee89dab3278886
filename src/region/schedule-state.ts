import type { StepGraph } from "./step-graph.ts";

/** A set of steps that have run, and what is in memory then. How they were ordered is in the links. */
export interface ScheduleState {
  /** Bit per step, 32 to a word. */
  readonly done: Uint32Array;
  readonly count: number;
  /** Steps that may run next, ascending. */
  readonly ready: readonly number[];
  /** Bytes of buffers that a step has touched and another one will. */
  readonly live: number;
  /** Most bytes in any step so far, and never less than the start's. */
  readonly peak: number;
  /** The step that ran last and the state before it; undefined for the start. */
  readonly last: { readonly step: number; readonly state: ScheduleState } | undefined;
}

/** What running a step would do to memory. */
interface StepEffect {
  /** Bytes in memory while it runs. */
  readonly during: number;
  /** Bytes in memory after it. */
  readonly live: number;
}

/** A step that may run next, not yet run. */
export interface Move {
  readonly state: ScheduleState;
  readonly step: number;
  /** Bytes in memory after it, and the most in any step so far. */
  readonly live: number;
  readonly peak: number;
}

/** Nothing has run. Peaks below `peak` are not told apart. */
export function startState({ count, before }: StepGraph, peak: number): ScheduleState {
  const ready = before.flatMap((earlier, step) => (earlier.length === 0 ? [step] : []));
  return { done: new Uint32Array(Math.ceil(count / 32)), count: 0, ready, live: 0, peak, last: undefined };
}

/** Whether a step has run. */
function hasRun(done: Uint32Array, step: number): boolean {
  return ((done[step >>> 5] as number) & (1 << (step & 31))) !== 0;
}

/** What a step that may run now would do. */
function effectOf(graph: StepGraph, { done, live }: ScheduleState, step: number): StepEffect {
  let born = 0;
  let gone = 0;
  const isFirst = (buffer: number): boolean => !(graph.touchedBy[buffer] as number[]).some((by) => hasRun(done, by));
  const isLast = (buffer: number): boolean =>
    (graph.touchedBy[buffer] as number[]).every((by) => by === step || hasRun(done, by));
  for (const buffer of graph.touches[step] as number[]) {
    if (isFirst(buffer)) born += graph.bytes[buffer] as number;
    if (isLast(buffer)) gone += graph.bytes[buffer] as number;
  }
  const shared = sharedBytes(graph, step, (from, to) => isLast(from) && isFirst(to));
  return { during: live + born - shared, live: live + born - gone };
}

/** Bytes that a step saves by working in place: each buffer takes over from one, and gives way to one. */
export function sharedBytes(
  graph: StepGraph,
  step: number,
  isOpen: (from: number, to: number) => boolean = () => true,
): number {
  const pairs = graph.inPlace[step] as readonly (readonly [number, number])[];
  if (pairs.length === 0) return 0;
  const sizeOf = ([from, to]: readonly [number, number]): number =>
    Math.min(graph.bytes[from] as number, graph.bytes[to] as number);
  const used = new Set<string>();
  let saved = 0;
  for (const pair of [...pairs].sort((a, b) => sizeOf(b) - sizeOf(a))) {
    const [source, target] = [`from ${pair[0]}`, `to ${pair[1]}`];
    if (used.has(source) || used.has(target) || !isOpen(...pair)) continue;
    used.add(source).add(target);
    saved += sizeOf(pair);
  }
  return saved;
}

/** The state after a move. */
export function afterMove(graph: StepGraph, { state, step, live, peak }: Move): ScheduleState {
  const done = state.done.slice();
  done[step >>> 5] = (done[step >>> 5] as number) | (1 << (step & 31));
  const freed = (graph.after[step] as number[]).filter((next) =>
    (graph.before[next] as number[]).every((other) => hasRun(done, other)),
  );
  const ready = [...state.ready.filter((other) => other !== step), ...freed];
  if (freed.length > 0) ready.sort((a, b) => a - b);
  return { done, count: state.count + 1, ready, live, peak, last: { step, state } };
}

/** Running one step. */
export function moveOf(graph: StepGraph, state: ScheduleState, step: number): Move {
  const { during, live } = effectOf(graph, state, step);
  return { state, step, live, peak: Math.max(state.peak, during) };
}

/**
 * The moves worth trying. A step that raises neither the peak nor what is live can only make room for all others, so
 * where there is one it runs next and nothing else is tried.
 */
export function movesFrom(graph: StepGraph, state: ScheduleState): readonly Move[] {
  const moves: Move[] = [];
  for (const step of state.ready) {
    const move = moveOf(graph, state, step);
    if (move.peak === state.peak && move.live <= state.live) return [move];
    moves.push(move);
  }
  return moves;
}

/** The steps in the order they ran. */
export function orderOf(state: ScheduleState): number[] {
  const order: number[] = [];
  for (let at = state.last; at !== undefined; at = at.state.last) order.push(at.step);
  return order.reverse();
}

/** Equal for states in which the same steps have run. */
export function keyOf({ done }: ScheduleState): string {
  return String.fromCharCode(...new Uint16Array(done.buffer, done.byteOffset, done.length * 2));
}
