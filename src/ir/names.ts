/**
 * The names taken in one model (main graph with all subgraphs) or one function. Names may repeat in sibling subgraphs
 * of the input; names made here are always new.
 */
export class NameScope {
  readonly #taken = new Set<string>();
  readonly #next = new Map<string, number>();

  /** Marks a name as taken. */
  reserve(name: string): void {
    this.#taken.add(name);
  }
  has(name: string): boolean {
    return this.#taken.has(name);
  }
  /** A name not yet taken, made from `hint` with characters outside `[A-Za-z0-9_./-]` replaced, and reserves it. */
  fresh(hint: string): string {
    const base = hint.replace(/[^A-Za-z0-9_./-]/g, "_") || "v";
    if (!this.#taken.has(base)) {
      this.#taken.add(base);
      return base;
    }
    let i = this.#next.get(base) ?? 1;
    while (this.#taken.has(`${base}_${i}`)) i++;
    this.#next.set(base, i + 1);
    const name = `${base}_${i}`;
    this.#taken.add(name);
    return name;
  }
}
