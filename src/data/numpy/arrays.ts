import { open } from "node:fs/promises";
import { byteLengthOf, sizeOf } from "../../ir/index.ts";
import type { FilePart } from "./byte-source.ts";
import { openPart } from "./byte-source.ts";
import type { NpyHeader } from "./header.ts";
import { npyHeaderLength, npyPreambleLength, parseNpyHeader } from "./header.ts";
import { contentStart, readZipDirectory } from "./zip.ts";

/** One array on disk: its header, and where its bytes lie. */
export interface StoredArray extends NpyHeader {
  /** Name inside the archive without `.npy`; empty for a lone .npy file. */
  readonly name: string;
  readonly part: FilePart;
}

/** Deflate makes at most this many bytes of one (zlib technical details, maximum compression factor). */
const greatestInflation = 1032;

async function describe(name: string, part: FilePart): Promise<StoredArray> {
  const reader = await openPart(part);
  try {
    const preamble = await reader.take(npyPreambleLength);
    const rest = await reader.take(npyHeaderLength(preamble) - preamble.length);
    const header = new Uint8Array(preamble.length + rest.length);
    header.set(preamble);
    header.set(rest, preamble.length);
    const array = { name, part, ...parseNpyHeader(header) };
    const promised = array.start + byteLengthOf(array.dtype, sizeOf(array.shape));
    if (promised > part.size) throw new Error(`its header promises ${promised} bytes, but it has ${part.size}`);
    return array;
  } finally {
    await reader.close();
  }
}

/** The arrays of a .npy or .npz file; only headers are read. Throws a plain Error that says what is wrong. */
export async function listArrays(file: string): Promise<readonly StoredArray[]> {
  const handle = await open(file, "r");
  try {
    if (file.toLowerCase().endsWith(".npy")) {
      const { size } = await handle.stat();
      return [await describe("", { file, start: 0, length: size, deflated: false, size })];
    }
    const arrays: StoredArray[] = [];
    for (const entry of await readZipDirectory(handle)) {
      if (!entry.name.endsWith(".npy")) continue;
      const start = await contentStart(handle, entry);
      const { compressedSize: length, method } = entry;
      const deflated = method === 8;
      const size = deflated ? Math.min(entry.size, length * greatestInflation) : length;
      const part: FilePart = { file, start, length, deflated, size };
      arrays.push(await describe(entry.name.slice(0, -".npy".length), part));
    }
    return arrays;
  } finally {
    await handle.close();
  }
}
