/** Offsets of items and the size of the arena are multiples of this. */
export const arenaAlignment = 64;

/** What an item takes of the arena: its bytes, rounded up to {@link arenaAlignment}. */
export function alignedBytes(bytes: number): number {
  return Math.ceil(bytes / arenaAlignment) * arenaAlignment;
}

/** A buffer to place. */
export interface PlanItem {
  /** Unique among the items of a plan. */
  readonly id: number;
  readonly bytes: number;
  /** The first and the last step that touch it, both inclusive. */
  readonly first: number;
  readonly last: number;
}

/** `to`, first touched in the step that touches `from` last, may begin where `from` begins. */
export interface InPlacePair {
  readonly from: number;
  readonly to: number;
}

/** Items as arrays by index, sizes rounded up to {@link arenaAlignment}. */
export interface ItemTable {
  readonly count: number;
  readonly bytes: Float64Array;
  readonly first: Int32Array;
  readonly last: Int32Array;
  /** For each item, those it may share its offset with although both live in one step. */
  readonly partners: readonly ReadonlySet<number>[];
  /** Those of its partners whose place an item takes over. */
  readonly sources: readonly ReadonlySet<number>[];
}

/** Checks items and pairs and lays them out in arrays. Throws plain Errors for what no caller should ask. */
export function itemTable(items: readonly PlanItem[], inPlace: readonly InPlacePair[]): ItemTable {
  const indexes = new Map(items.map(({ id }, index) => [id, index]));
  if (indexes.size !== items.length) throw new Error("two items to place have one id");
  for (const { id, bytes, first, last } of items)
    if (!Number.isSafeInteger(bytes) || bytes < 0 || !(first <= last))
      throw new Error(`item ${id} of ${bytes} bytes cannot live from step ${first} to ${last}`);
  const partners = items.map(() => new Set<number>());
  const sources = items.map(() => new Set<number>());
  for (const { from, to } of inPlace) {
    const [source, target] = [indexes.get(from), indexes.get(to)];
    if (source === undefined || target === undefined) throw new Error(`no items ${from} and ${to} to place in one`);
    if (source === target || items[source]?.last !== items[target]?.first) continue;
    partners[source]?.add(target);
    partners[target]?.add(source);
    sources[target]?.add(source);
  }
  return {
    count: items.length,
    bytes: Float64Array.from(items, ({ bytes }) => alignedBytes(bytes)),
    first: Int32Array.from(items, ({ first }) => first),
    last: Int32Array.from(items, ({ last }) => last),
    partners,
    sources,
  };
}

/** Whether two items are needed in a common step. */
export function liveTogether({ first, last }: ItemTable, a: number, b: number): boolean {
  return (first[a] as number) <= (last[b] as number) && (first[b] as number) <= (last[a] as number);
}

/**
 * Bytes that are live in the worst step: no plan needs fewer. Of a pair that may share its place, the smaller one is
 * not counted in the step they meet in.
 */
export function mostLiveBytes({ count, bytes, first, last, sources }: ItemTable): number {
  const changes = new Map<number, number>();
  const add = (step: number, change: number): void => void changes.set(step, (changes.get(step) ?? 0) + change);
  for (let item = 0; item < count; item++) {
    add(first[item] as number, bytes[item] as number);
    add((last[item] as number) + 1, -(bytes[item] as number));
    let saved = 0;
    for (const other of sources[item] as ReadonlySet<number>)
      saved = Math.max(saved, Math.min(bytes[item] as number, bytes[other] as number));
    add(first[item] as number, -saved);
    add((first[item] as number) + 1, saved);
  }
  let live = 0;
  let most = 0;
  for (const step of [...changes.keys()].sort((a, b) => a - b)) {
    live += changes.get(step) as number;
    most = Math.max(most, live);
  }
  return most;
}
