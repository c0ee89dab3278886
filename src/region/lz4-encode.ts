import { byteWriter } from "./program-bytes.ts";
import type { ByteWriter } from "./program-bytes.ts";

/** Numbers of the LZ4 block format that its encoder has to keep to. */
const format = { least: 4, window: 65_535, lastLiterals: 5, lastMatchAt: 12 } as const;

/** Candidates looked at for one position, and the length from which on no better one is looked for. */
const effort = { depth: 64, enough: 40 } as const;

const hashBits = 16;

/** Lengths and distances fit 16 bits, so what is remembered of this many positions at a time is enough. */
const remembered = 1 << 16;
const longestMatch = remembered - 1;

/** The longest match found at each position, `longestMatch` at most: 0 and 0 where there is none. */
interface Matches {
  readonly lengths: Uint16Array;
  /** Distances back. */
  readonly offsets: Uint16Array;
}

/**
 * The content as an LZ4 block: <https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md>. Hash chains find matches,
 * and a pass from the end chooses among them by the bytes each choice costs. The same bytes give the same block
 * everywhere. Takes four bytes of memory for each of the content's, and the block.
 */
export function lz4Encode(content: Uint8Array): Uint8Array {
  const matches = findMatches(content);
  cutLengths(matches.lengths);
  return writeSequences(content, matches);
}

function findMatches(content: Uint8Array): Matches {
  const size = content.length;
  const lengths = new Uint16Array(size);
  const offsets = new Uint16Array(size);
  const heads = new Int32Array(1 << hashBits).fill(-1);
  // Of the positions that a match may still begin at.
  const chain = new Int32Array(remembered);
  for (let at = 0; at <= size - format.lastMatchAt; at++) {
    const hash = hashAt(content, at);
    const newest = heads[hash] as number;
    chain[at % remembered] = newest;
    heads[hash] = at;
    const before = at === 0 ? 0 : (lengths[at - 1] as number);
    if (before > effort.enough) {
      // One byte further into a long match is the same match; searching each byte of a run would take forever.
      lengths[at] = before - 1;
      offsets[at] = offsets[at - 1] as number;
      continue;
    }
    const end = Math.min(size - format.lastLiterals, at + longestMatch);
    let best = format.least - 1;
    let from = 0;
    let candidate = newest;
    for (let left = effort.depth; left > 0 && candidate >= 0 && at - candidate <= format.window; left--) {
      if (content[candidate + best] === content[at + best]) {
        const length = commonLength(content, candidate, at, end);
        if (length > best) {
          best = length;
          from = candidate;
          if (length > effort.enough || at + length === end) break;
        }
      }
      candidate = chain[candidate % remembered] as number;
    }
    if (best < format.least) continue;
    lengths[at] = best;
    offsets[at] = at - from;
  }
  return { lengths, offsets };
}

function hashAt(content: Uint8Array, at: number): number {
  const word =
    (content[at] as number) |
    ((content[at + 1] as number) << 8) |
    ((content[at + 2] as number) << 16) |
    ((content[at + 3] as number) << 24);
  // Knuth's multiplicative hash: 2^32 divided by the golden ratio.
  return Math.imul(word, 0x9e37_79b1) >>> (32 - hashBits);
}

function commonLength(content: Uint8Array, a: number, b: number, end: number): number {
  let length = 0;
  while (b + length < end && content[a + length] === content[b + length]) length++;
  return length;
}

/** Bytes that follow a token for a length whose four bits begin to overflow at `full`. */
function lengthBytes(length: number, full: number): number {
  return length < full ? 0 : 1 + Math.floor((length - full) / 255);
}

/** Matches longer than this are taken whole or nearly; shorter ones may be cut to any length. */
const longestCut = 18;

/** Cuts the length at each position to that of the match to take when a sequence ends there; 0 for a literal. */
function cutLengths(lengths: Uint16Array): void {
  // Of the bytes from a position to the end: of the next `longestMatch` positions.
  const costs = new Int32Array(remembered);
  // Literals in a row from a position on, which may overflow their four bits.
  let run = 0;
  for (let at = lengths.length - 1; at >= 0; at--) {
    const length = lengths[at] as number;
    const more = lengthBytes(run + 1, 15) - lengthBytes(run, 15);
    let least = (costs[(at + 1) % remembered] as number) + 1 + more;
    let take = 0;
    for (let cut = length; cut >= format.least; cut--) {
      const cost = (costs[(at + cut) % remembered] as number) + 3 + lengthBytes(cut - format.least, 15);
      if (cost < least || (cost === least && take === 0)) {
        least = cost;
        take = cut;
      }
      if (cut > longestCut && cut === length - 3) cut = longestCut + 1;
    }
    costs[at % remembered] = least;
    lengths[at] = take;
    run = take === 0 ? run + 1 : 0;
  }
}

function writeSequences(content: Uint8Array, { lengths, offsets }: Matches): Uint8Array {
  const out = byteWriter();
  let literals = 0;
  let at = 0;
  while (at < content.length) {
    const length = lengths[at] as number;
    if (length === 0) {
      at++;
      continue;
    }
    const extra = length - format.least;
    writeLiterals(out, content.subarray(literals, at), Math.min(extra, 15));
    out.u16(offsets[at] as number);
    writeLength(out, extra);
    at += length;
    literals = at;
  }
  writeLiterals(out, content.subarray(literals), 0);
  return out.finish();
}

function writeLiterals(out: ByteWriter, literals: Uint8Array, low: number): void {
  out.u8((Math.min(literals.length, 15) << 4) | low);
  writeLength(out, literals.length);
  out.bytes(literals);
}

function writeLength(out: ByteWriter, length: number): void {
  if (length < 15) return;
  let left = length - 15;
  for (; left >= 255; left -= 255) out.u8(255);
  out.u8(left);
}
