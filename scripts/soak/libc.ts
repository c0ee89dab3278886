import { loadFfi } from "../../src/runtime/native-ffi.ts";

/** What glibc tells about its heap. */
export interface Libc {
  /** Bytes that malloc has given out in all arenas, and that nobody has freed. */
  allocated(): number;
  /** Gives whole free pages of all arenas back to the system. */
  trim(): void;
  /** Bytes that nobody frees. */
  leak(bytes: number): void;
}

/** The fields of `struct mallinfo2`, each a size_t. */
const heapFields = [
  "arena",
  "ordblks",
  "smblks",
  "hblks",
  "hblkhd",
  "usmblks",
  "fsmblks",
  "uordblks",
  "fordblks",
  "keepcost",
];

/** The C library of this process; undefined where it is not glibc 2.33 or later. */
export const libc: Libc | undefined = bindLibc();

function bindLibc(): Libc | undefined {
  const ffi = process.platform === "linux" ? loadFfi() : undefined;
  if (ffi === undefined || "missing" in ffi) return undefined;
  try {
    const library = ffi.load("libc.so.6");
    const heap = ffi.struct(Object.fromEntries(heapFields.map((name) => [name, "size_t"])));
    const facts = library.func("mallinfo2", heap, []) as () => Record<string, number | bigint>;
    const trim = library.func("int malloc_trim(size_t)");
    const allocate = library.func("void *calloc(size_t, size_t)");
    return {
      allocated: () => {
        const { uordblks = 0, hblkhd = 0 } = facts();
        return Number(uordblks) + Number(hblkhd);
      },
      trim: () => void trim(0),
      leak: (bytes) => void allocate(1, bytes),
    };
  } catch {
    // Another C library, or an older one.
    return undefined;
  }
}
