/** A flow network whose minimum cut is wanted. Nodes are numbered from 0; 0 is the source, 1 the sink. */
export class FlowNetwork {
  readonly #heads: number[][] = [[], []];
  readonly #targets: number[] = [];
  readonly #capacities: number[] = [];

  /** Adds a node and returns its number. */
  addNode(): number {
    this.#heads.push([]);
    return this.#heads.length - 1;
  }
  /** Adds an edge; a capacity of Infinity is never cut. */
  addEdge(from: number, to: number, capacity: number): void {
    this.#heads[from]?.push(this.#targets.length);
    this.#targets.push(to);
    this.#capacities.push(capacity);
    this.#heads[to]?.push(this.#targets.length);
    this.#targets.push(from);
    this.#capacities.push(0);
  }
  /** The nodes on the source's side of the minimum cut that has the fewest of them (Dinic's algorithm). */
  sourceSide(): ReadonlySet<number> {
    for (let levels = this.#levels(); levels[1] !== -1; levels = this.#levels()) this.#saturate(levels);
    const levels = this.#levels();
    return new Set(levels.flatMap((level, node) => (level >= 0 ? [node] : [])));
  }
  /** Distance of each node from the source over edges with capacity left; -1 where there is no way. */
  #levels(): number[] {
    const levels = new Array<number>(this.#heads.length).fill(-1);
    levels[0] = 0;
    const queue = [0];
    for (const node of queue)
      for (const edge of this.#heads[node] ?? []) {
        const target = this.#targets[edge] as number;
        if (levels[target] !== -1 || this.#capacities[edge] === 0) continue;
        levels[target] = (levels[node] as number) + 1;
        queue.push(target);
      }
    return levels;
  }
  /** Pushes flow along shortest ways until none is left, without recursion: networks may be thousands of nodes deep. */
  #saturate(levels: readonly number[]): void {
    const tried = new Array<number>(this.#heads.length).fill(0);
    const way: number[] = [];
    let node = 0;
    for (;;) {
      if (node === 1) {
        this.#push(way);
        way.length = 0;
        node = 0;
        continue;
      }
      const edges = this.#heads[node] as readonly number[];
      const edge = edges[tried[node] as number];
      if (edge === undefined) {
        const back = way.pop();
        if (back === undefined) return;
        node = this.#targets[back ^ 1] as number;
        tried[node] = (tried[node] as number) + 1;
        continue;
      }
      const target = this.#targets[edge] as number;
      if (this.#capacities[edge] !== 0 && levels[target] === (levels[node] as number) + 1) {
        way.push(edge);
        node = target;
      } else tried[node] = (tried[node] as number) + 1;
    }
  }
  #push(way: readonly number[]): void {
    const amount = Math.min(...way.map((edge) => this.#capacities[edge] as number));
    if (amount === Infinity) throw new Error("the source and the sink are joined by edges that cannot be cut");
    for (const edge of way) {
      this.#capacities[edge] = (this.#capacities[edge] as number) - amount;
      this.#capacities[edge ^ 1] = (this.#capacities[edge ^ 1] as number) + amount;
    }
  }
}
