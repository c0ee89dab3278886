/** A timed piece of work, and the nodes of a model it stands for. */
export interface TimedPiece {
  readonly ns: number;
  readonly nodes: readonly string[];
}

/** Pieces of two runners that stand for the same nodes, by their positions; fewer of either would leave some uncounted. */
export interface LayerGroup {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

/**
 * Puts pieces of two runners that share nodes into groups, as small as can be, in the order of `ours`. Each runner fuses
 * differently: only the sums over such a group can be set against each other. A node that several of our pieces name, such as
 * a dequantizer with many readers, ties its pieces together only where nothing else says which of them a piece of theirs
 * belongs to. A piece of ours that shares nothing with theirs is computed within something of theirs: it joins
 * `nextTo(piece)`, the group of a neighbour, where that is known; and so does one without nodes, such as the filling of a
 * border.
 */
export function groupLayers(
  ours: readonly TimedPiece[],
  theirs: readonly TimedPiece[],
  nextTo: (piece: number) => number | undefined = () => undefined,
): readonly LayerGroup[] {
  const owners = new Map<string, number[]>();
  ours.forEach(({ nodes }, piece) => {
    for (const node of new Set(nodes)) owners.set(node, [...(owners.get(node) ?? []), piece]);
  });
  const sets = disjointSets(ours.length + theirs.length);
  const isMatched = ours.map(() => false);
  theirs.forEach(({ nodes }, piece) => {
    const found = nodes.map((node) => owners.get(node) ?? []).filter(({ length }) => length > 0);
    const certain = found.filter(({ length }) => length === 1);
    for (const owner of (certain.length > 0 ? certain : found).flat()) {
      sets.join(owner, ours.length + piece);
      isMatched[owner] = true;
    }
  });
  ours.forEach((_, piece) => {
    const neighbour = isMatched[piece] === true ? undefined : nextTo(piece);
    if (neighbour !== undefined) sets.join(piece, neighbour);
  });
  const groups = new Map<number, { readonly ours: number[]; readonly theirs: number[] }>();
  ours.forEach((_, piece) => {
    const root = sets.find(piece);
    const group = groups.get(root) ?? { ours: [], theirs: [] };
    group.ours.push(piece);
    groups.set(root, group);
  });
  theirs.forEach((_, piece) => groups.get(sets.find(ours.length + piece))?.theirs.push(piece));
  return [...groups.values()];
}

/** Union and find with path halving. */
function disjointSets(count: number): { find(item: number): number; join(a: number, b: number): void } {
  const parents = Array.from({ length: count }, (_, item) => item);
  const find = (item: number): number => {
    let at = item;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at] as number] as number;
      at = parents[at] as number;
    }
    return at;
  };
  return {
    find,
    join: (a, b) => {
      parents[find(a)] = find(b);
    },
  };
}
