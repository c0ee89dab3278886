import { k, type Register, zmm } from "./register.ts";

/** Registers a pool may hand out. */
export interface RegisterPoolOptions {
  /** 64-bit general registers, handed out in this order. */
  readonly general: readonly Register[];
  /** Number of vector registers: 32 with AVX-512, 16 without; handed out from 0 as zmm, see `resize`. */
  readonly vector: number;
  /** Numbers of opmask registers, 1 to 7. */
  readonly mask: readonly number[];
}

/** Hands out registers by name, so that no register has two uses at a time. */
export interface RegisterPool {
  readonly general: (name: string) => Register;
  readonly vector: (name: string) => Register;
  readonly mask: (name: string) => Register;
  /** Gives registers back, whatever width they are seen at. Throws for a register that is not in use. */
  readonly free: (...registers: readonly Register[]) => void;
  /** Registers left of a kind. */
  readonly available: (kind: "general" | "vector" | "mask") => number;
}

interface Shelf {
  readonly kind: string;
  readonly registers: readonly Register[];
  /** Names by register number. */
  readonly holders: Map<number, string>;
}

const createShelf = (kind: string, registers: readonly Register[]): Shelf => ({ kind, registers, holders: new Map() });

function take({ kind, registers, holders }: Shelf, name: string): Register {
  const free = registers.find((register) => !holders.has(register.index));
  if (free === undefined) {
    const list = registers.map((register) => `${register.name} ${holders.get(register.index) ?? ""}`).join(", ");
    throw new Error(`No ${kind} register is left for ${name}; in use: ${list}.`);
  }
  holders.set(free.index, name);
  return free;
}

/** A pool over the given registers. Asking for more than there are throws, naming who holds what. */
export function createRegisterPool({ general, vector, mask }: RegisterPoolOptions): RegisterPool {
  const shelves = {
    general: createShelf("general", general),
    vector: createShelf(
      "vector",
      Array.from({ length: vector }, (_, index) => zmm(index)),
    ),
    mask: createShelf("mask", mask.map(k)),
  };
  const shelfOf = (register: Register): Shelf => {
    if (register.class === "k") return shelves.mask;
    return register.class.endsWith("mm") ? shelves.vector : shelves.general;
  };
  return {
    general: (name) => take(shelves.general, name),
    vector: (name) => take(shelves.vector, name),
    mask: (name) => take(shelves.mask, name),
    free(...registers) {
      for (const register of registers) {
        if (!shelfOf(register).holders.delete(register.index)) throw new Error(`${register.name} is not in use.`);
      }
    },
    available(kind) {
      const { registers, holders } = shelves[kind];
      return registers.length - holders.size;
    },
  };
}
