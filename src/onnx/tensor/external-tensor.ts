import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { DType, StaticShape, Tensor } from "../../ir/index.ts";
import { fail } from "../../diagnostics/index.ts";
import { onnxDiagnostics } from "../../diagnostics/codes/onnx.ts";
import type { TensorProto } from "../proto/tensor.ts";

/** A data file beside a model, as it was when the model was loaded. */
export interface ExternalFile {
  /** Location as the model spells it. */
  readonly location: string;
  /** Absolute path with links resolved. */
  readonly path: string;
  readonly bytes: number;
  readonly device: number;
  readonly inode: number;
  readonly modifiedMs: number;
}

/** One read call takes at most this much (the system's limit is just under 2 GiB). */
const readLimit = 1 << 30;

/** A tensor that stays in its data file; each call opens the file, reads the range and closes it. */
export class ExternalTensor implements Tensor {
  readonly dtype: DType;
  readonly shape: StaticShape;
  readonly byteLength: number;
  readonly proto: TensorProto;
  readonly file: ExternalFile;
  /** First byte in the file. */
  readonly offset: number;

  constructor(
    proto: TensorProto,
    dtype: DType,
    shape: StaticShape,
    byteLength: number,
    file: ExternalFile,
    offset: number,
  ) {
    this.proto = proto;
    this.dtype = dtype;
    this.shape = shape;
    this.byteLength = byteLength;
    this.file = file;
    this.offset = offset;
  }
  bytes(): Uint8Array {
    return this.read(0, this.byteLength);
  }
  read(offset: number, length: number): Uint8Array {
    const end = Math.min(offset + length, this.byteLength);
    return readRange(this.file, this.offset + offset, Math.max(0, end - offset));
  }
}

function readRange(file: ExternalFile, offset: number, length: number): Uint8Array {
  const out = new Uint8Array(length);
  if (length === 0) return out;
  let descriptor: number;
  try {
    descriptor = openSync(file.path, "r");
  } catch (error) {
    fail(onnxDiagnostics.externalChanged({ path: file.path }, { file: file.path }), error);
  }
  try {
    const now = fstatSync(descriptor);
    const same = now.ino === file.inode && now.dev === file.device && now.mtimeMs === file.modifiedMs;
    if (!same || now.size !== file.bytes)
      fail(onnxDiagnostics.externalChanged({ path: file.path }, { file: file.path }));
    let done = 0;
    while (done < length) {
      const count = readSync(descriptor, out, done, Math.min(readLimit, length - done), offset + done);
      if (count === 0) fail(onnxDiagnostics.externalChanged({ path: file.path }, { file: file.path }));
      done += count;
    }
  } finally {
    closeSync(descriptor);
  }
  return out;
}
