import { open } from "node:fs/promises";
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createInflateRaw } from "node:zlib";
import { readFully } from "../../onnx/index.ts";

/** Bytes that are read from front to back, in pieces as large as asked for. */
export interface ByteReader {
  /** The next bytes; fewer only at the end. */
  take(length: number): Promise<Uint8Array>;
  /** Passes over bytes. */
  skip(length: number): Promise<void>;
  close(): Promise<void>;
}

/** A part of a file, stored as it is or deflated. */
export interface FilePart {
  readonly file: string;
  readonly start: number;
  /** Bytes in the file. */
  readonly length: number;
  readonly deflated: boolean;
  /** Bytes of the content, at most; an archive may claim more than there are. */
  readonly size: number;
}

/** Opens a part for reading from its start; stored parts skip without reading. */
export async function openPart(part: FilePart): Promise<ByteReader> {
  return part.deflated ? inflatingReader(part) : storedReader(part);
}

async function storedReader(part: FilePart): Promise<ByteReader> {
  const handle = await open(part.file, "r");
  let at = part.start;
  return {
    take: async (length) => {
      const wanted = Math.max(0, Math.min(length, part.start + part.length - at));
      const bytes = await readFully(handle, new Uint8Array(wanted), at);
      at += bytes.length;
      return bytes;
    },
    skip: async (length) => {
      at += length;
    },
    close: () => handle.close(),
  };
}

function inflatingReader(part: FilePart): ByteReader {
  const raw = createReadStream(part.file, {
    start: part.start,
    end: Math.max(part.start, part.start + part.length - 1),
  });
  const stream: Readable = raw.pipe(createInflateRaw());
  raw.on("error", (error) => stream.destroy(error));
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest: Uint8Array = new Uint8Array(0);
  let left = part.size;
  const advance = async (length: number, keep: (bytes: Uint8Array) => void): Promise<void> => {
    let missing = length;
    while (missing > 0) {
      if (rest.length === 0) {
        const next = await chunks.next();
        if (next.done === true) return;
        rest = next.value;
      }
      const piece = rest.subarray(0, missing);
      left -= piece.length;
      keep(piece);
      rest = rest.subarray(piece.length);
      missing -= piece.length;
    }
  };
  return {
    take: async (length) => {
      const buffer = new Uint8Array(Math.max(0, Math.min(length, left)));
      let at = 0;
      await advance(buffer.length, (piece) => {
        buffer.set(piece, at);
        at += piece.length;
      });
      return buffer.subarray(0, at);
    },
    skip: (length) => advance(length, () => {}),
    close: async () => {
      stream.destroy();
      raw.destroy();
    },
  };
}
