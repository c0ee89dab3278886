/** Disjoint sets of values that must share something (union-find with path halving). */
export interface ValueGroups<T> {
  join(a: T, b: T): void;
  /** The representative of the group that holds `value`. */
  of(value: T): T;
}

/** Makes groups of one value each. */
export function valueGroups<T>(): ValueGroups<T> {
  const parents = new Map<T, T>();
  const of = (value: T): T => {
    let at = value;
    for (;;) {
      const parent = parents.get(at);
      if (parent === undefined) return at;
      const grand = parents.get(parent);
      if (grand !== undefined) parents.set(at, grand);
      at = parent;
    }
  };
  return {
    of,
    join: (a, b) => {
      const [x, y] = [of(a), of(b)];
      if (x !== y) parents.set(y, x);
    },
  };
}
