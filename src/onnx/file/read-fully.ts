import type { FileHandle } from "node:fs/promises";

/** No system call reads more than 2^31 - 1 bytes at once. */
const blockBytes = 1 << 28;

/**
 * Fills `target` from `position` of a file and returns the part that was filled: less than all of it only at the end
 * of the file. One read may yield fewer bytes than asked for (network and pipe-like file systems), so it goes on.
 */
export async function readFully(
  file: Pick<FileHandle, "read">,
  target: Uint8Array,
  position: number,
): Promise<Uint8Array> {
  let done = 0;
  while (done < target.length) {
    const wanted = Math.min(blockBytes, target.length - done);
    const { bytesRead } = await file.read(target, done, wanted, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return target.subarray(0, done);
}
