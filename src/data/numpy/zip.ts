import type { FileHandle } from "node:fs/promises";
import { readFully } from "../../onnx/index.ts";

/** One file inside an archive. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where its local header starts. */
  readonly headerAt: number;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const bytes = await readFully(file, buffer, position);
  if (bytes.length < length) throw new Error("the archive is cut short");
  return buffer;
}

const max32 = 0xffffffff;

/** Sizes and place of an entry from its ZIP64 extra field, where the 32-bit fields are full. */
function wideFields(extra: Buffer, fields: readonly number[]): number[] {
  const out = [...fields];
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let next = at + 4;
    out.forEach((field, i) => {
      if (field !== max32) return;
      out[i] = Number(extra.readBigUInt64LE(next));
      next += 8;
    });
  }
  return out;
}

/**
 * The files of a ZIP archive, ZIP64 included, from its central directory (APPNOTE.TXT 4.3). Throws a plain Error for
 * archives that are damaged, encrypted, or compressed with anything but deflate.
 */
export async function readZipDirectory(file: FileHandle): Promise<readonly ZipEntry[]> {
  const { size } = await file.stat();
  const tailLength = Math.min(size, 65_557);
  const tail = await readAt(file, size - tailLength, tailLength);
  const end = tail.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  if (end < 0) throw new Error("not a ZIP archive");
  let [count, length, start] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  if (count === 0xffff || length === max32 || start === max32) {
    const locator = tail.lastIndexOf(Buffer.from("PK\x06\x07", "latin1"), end);
    if (locator < 0) throw new Error("the ZIP64 directory is missing");
    const wide = await readAt(file, Number(tail.readBigUInt64LE(locator + 8)), 56);
    [count, length, start] = [
      Number(wide.readBigUInt64LE(32)),
      Number(wide.readBigUInt64LE(40)),
      Number(wide.readBigUInt64LE(48)),
    ];
  }
  if (start + length > size) throw new Error("the archive's directory lies outside of it");
  const directory = await readAt(file, start, length);
  const entries: ZipEntry[] = [];
  for (let i = 0, at = 0; i < count; i++) {
    if (at + 46 > length || directory.readUInt32LE(at) !== 0x02014b50) throw new Error("the directory is damaged");
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30);
    const nameAt = at + 46;
    const name = directory.toString("utf8", nameAt, nameAt + nameLength);
    const method = directory.readUInt16LE(at + 10);
    if ((directory.readUInt16LE(at + 8) & 1) !== 0) throw new Error(`${name} is encrypted`);
    if (method !== 0 && method !== 8) throw new Error(`${name} uses compression method ${method}`);
    const [wholeSize, compressedSize, headerAt] = wideFields(
      directory.subarray(nameAt + nameLength, nameAt + nameLength + extraLength),
      [directory.readUInt32LE(at + 24), directory.readUInt32LE(at + 20), directory.readUInt32LE(at + 42)],
    ) as [number, number, number];
    entries.push({ name, method, compressedSize, size: wholeSize, headerAt });
    at = nameAt + nameLength + extraLength + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** Where the content of an entry starts in the file. */
export async function contentStart(file: FileHandle, entry: ZipEntry): Promise<number> {
  const header = await readAt(file, entry.headerAt, 30);
  if (header.readUInt32LE(0) !== 0x04034b50) throw new Error(`${entry.name} has no header`);
  return entry.headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
}
