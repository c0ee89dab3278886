import type { FileHandle } from "node:fs/promises";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { InferOptError } from "../../diagnostics/index.ts";
import { onnxDiagnostics } from "../../diagnostics/codes/onnx.ts";
import { asidePath } from "../../exec/index.ts";

/** A complete file that waits under another name, in the folder where it will stand. */
export interface AsideFile {
  readonly bytes: number;
  /** Gives it its name, in one step. */
  publish(): Promise<void>;
  /** Removes it, unless it has its name already. */
  discard(): Promise<void>;
}

/** Writes blocks to a file aside of `path` and sees them onto the disk. On failure nothing is left. */
export async function writeAside(path: string, blocks: Iterable<Uint8Array>, signal?: AbortSignal): Promise<AsideFile> {
  const aside = asidePath(path);
  const discard = () => rm(aside, { force: true });
  let bytes = 0;
  let handle: FileHandle | undefined;
  try {
    handle = await open(aside, "wx");
    try {
      for (const block of blocks) {
        signal?.throwIfAborted();
        let done = 0;
        while (done < block.byteLength)
          done += (await handle.write(block, done, block.byteLength - done, bytes + done)).bytesWritten;
        bytes += done;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (handle !== undefined) await discard();
    throw asDiagnostic(error, path);
  }
  return { bytes, discard, publish: () => renameTo(aside, path) };
}

async function renameTo(aside: string, path: string): Promise<void> {
  try {
    await rename(aside, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw asDiagnostic(error, path);
  }
}

/** A rename is lasting only once the folder is on the disk; systems that cannot open folders do without. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What the system refuses becomes a diagnostic; everything else stays what it is. */
function asDiagnostic(error: unknown, path: string): unknown {
  if (error instanceof InferOptError || !(error instanceof Error) || !("syscall" in error)) return error;
  return new InferOptError(onnxDiagnostics.unwritable({ path, detail: error.message }, { file: path }), error);
}
