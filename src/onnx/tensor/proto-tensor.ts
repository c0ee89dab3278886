import type { DType, StaticShape, Tensor } from "../../ir/index.ts";
import type { ByteSource } from "../codec/message-table.ts";
import type { SparseTensorProto, TensorProto } from "../proto/tensor.ts";

/**
 * A tensor whose content stands in the message it was read from. It keeps that message, so that an untouched tensor is
 * written back in its original form and a file never grows by being read and written.
 */
export class ProtoTensor implements Tensor {
  readonly dtype: DType;
  readonly shape: StaticShape;
  readonly byteLength: number;
  readonly proto: TensorProto;
  readonly #content: ByteSource;

  constructor(proto: TensorProto, dtype: DType, shape: StaticShape, content: ByteSource) {
    this.proto = proto;
    this.dtype = dtype;
    this.shape = shape;
    this.byteLength = content.byteLength;
    this.#content = content;
  }
  bytes(): Uint8Array {
    return this.#content.read(0, this.byteLength);
  }
  read(offset: number, length: number): Uint8Array {
    return this.#content.read(offset, length);
  }
}

/** A string tensor that keeps the message it was read from. */
export class ProtoStringTensor implements Tensor {
  readonly dtype = "string";
  readonly shape: StaticShape;
  readonly byteLength: number;
  readonly proto: TensorProto;
  readonly stringBytes: readonly Uint8Array[];

  constructor(proto: TensorProto, shape: StaticShape, strings: readonly Uint8Array[]) {
    this.proto = proto;
    this.shape = shape;
    this.stringBytes = strings;
    this.byteLength = strings.reduce((sum, bytes) => sum + bytes.byteLength, 0);
  }
  bytes(): Uint8Array {
    throw new TypeError("a string tensor has no flat bytes");
  }
  read(): Uint8Array {
    throw new TypeError("a string tensor has no flat bytes");
  }
}

/** A sparse initializer, seen as the dense tensor it stands for and written back as it was. */
export class SparseProtoTensor implements Tensor {
  readonly dtype: DType;
  readonly shape: StaticShape;
  readonly byteLength: number;
  readonly proto: SparseTensorProto;
  readonly #dense: () => Uint8Array;

  constructor(proto: SparseTensorProto, dtype: DType, shape: StaticShape, byteLength: number, dense: () => Uint8Array) {
    this.proto = proto;
    this.dtype = dtype;
    this.shape = shape;
    this.byteLength = byteLength;
    this.#dense = dense;
  }
  bytes(): Uint8Array {
    return this.#dense();
  }
  read(offset: number, length: number): Uint8Array {
    return this.#dense().subarray(offset, offset + length);
  }
}
