/** Why channels must stay: the node that needs them, and the reason in words. */
export interface ChannelLock {
  readonly node: string;
  readonly reason: string;
}

/** Classes with the same labels: the unit of which a share is removed. */
export interface ChannelSet {
  /** Labels that each class of the set carries, ascending. */
  readonly labels: readonly number[];
  /** The classes, each by its smallest channel, ascending. */
  readonly classes: readonly number[];
}

/** What the constraints gathered amount to. */
export interface ResolvedChannels {
  /** Sets of classes that may be removed, in order of their first channel. */
  readonly sets: readonly ChannelSet[];
  /** Classes that must stay, with the first lock that holds each and their labels. */
  readonly locked: readonly {
    readonly class: number;
    readonly labels: readonly number[];
    readonly lock: ChannelLock;
  }[];
  /** The class of a channel. */
  classOf(channel: number): number;
}

/**
 * Channels that live and die together: union-find over single channels (the dependency groups of DepGraph, Fang et al.,
 * CVPR 2023, one grain finer, so that a Concat or a Split needs no case of its own). Labels say where channels come from
 * or pass through; a set is what all carries the same labels, so each place loses its own share and none loses all.
 */
export class ChannelClasses {
  #parents = new Int32Array(1024);
  #count = 0;
  readonly #labels: { readonly channels: Int32Array; readonly label: number }[] = [];
  readonly #locks: { readonly channels: Int32Array; readonly lock: ChannelLock }[] = [];

  /** Makes `count` new channels, each a class of its own. */
  add(count: number): Int32Array {
    const first = this.#count;
    this.#count += count;
    if (this.#count > this.#parents.length) {
      const grown = new Int32Array(Math.max(this.#count, 2 * this.#parents.length));
      grown.set(this.#parents);
      this.#parents = grown;
    }
    const channels = Int32Array.from({ length: count }, (_, i) => first + i);
    this.#parents.set(channels, first);
    return channels;
  }
  /** The class of a channel: its smallest member so far. */
  find(channel: number): number {
    const parents = this.#parents;
    let root = channel;
    while (parents[root] !== root) root = parents[root] as number;
    for (let at = channel; at !== root;) {
      const next = parents[at] as number;
      parents[at] = root;
      at = next;
    }
    return root;
  }
  /** Ties channel `a` to channel `b`. */
  unite(a: number, b: number): void {
    const x = this.find(a);
    const y = this.find(b);
    this.#parents[Math.max(x, y)] = Math.min(x, y);
  }
  /** Ties channels place by place; both lists have the same length. */
  uniteAll(a: Int32Array, b: Int32Array): void {
    for (let i = 0; i < a.length; i++) this.unite(a[i] as number, b[i] as number);
  }
  /** Gives channels a label. */
  label(channels: Int32Array, label: number): void {
    this.#labels.push({ channels, label });
  }
  /** Forbids the removal of channels. */
  lock(channels: Int32Array, lock: ChannelLock): void {
    this.#locks.push({ channels, lock });
  }
  /** Sets and locks as the constraints now stand. */
  resolve(): ResolvedChannels {
    const labels = new Map<number, number[]>();
    for (const { channels, label } of this.#labels)
      for (const channel of channels) {
        const root = this.find(channel);
        const list = labels.get(root);
        if (list === undefined) labels.set(root, [label]);
        else if (list.at(-1) !== label && !list.includes(label)) list.push(label);
      }
    const locks = new Map<number, ChannelLock>();
    for (const { channels, lock } of this.#locks)
      for (const channel of channels) {
        const root = this.find(channel);
        if (!locks.has(root)) locks.set(root, lock);
      }
    const sets = new Map<string, { readonly labels: readonly number[]; readonly classes: number[] }>();
    const locked: { readonly class: number; readonly labels: readonly number[]; readonly lock: ChannelLock }[] = [];
    for (let channel = 0; channel < this.#count; channel++) {
      if (this.find(channel) !== channel) continue;
      const own = (labels.get(channel) ?? []).sort((a, b) => a - b);
      const lock = locks.get(channel);
      if (lock !== undefined) {
        locked.push({ class: channel, labels: own, lock });
        continue;
      }
      const key = own.join(",");
      const set = sets.get(key);
      if (set === undefined) sets.set(key, { labels: own, classes: [channel] });
      else set.classes.push(channel);
    }
    return { sets: [...sets.values()], locked, classOf: (channel) => this.find(channel) };
  }
}
