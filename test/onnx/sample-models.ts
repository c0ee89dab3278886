import type { Model } from "../../src/ir/index.ts";
import { encodeMessage, joinParts } from "../../src/onnx/codec/encode-message.ts";
import { decodeModel } from "../../src/onnx/index.ts";
import type { GraphProto, NodeProto, ValueInfoProto } from "../../src/onnx/proto/graph.ts";
import type { ModelProto } from "../../src/onnx/proto/model.ts";
import { defined } from "../../src/onnx/proto/defined.ts";
import { modelProto } from "../../src/onnx/proto/model.ts";
import type { TensorProto } from "../../src/onnx/proto/tensor.ts";

const props = [{ key: "source", value: "test" }];
/** A field that no message has, kept as unknown. */
const unknown = Uint8Array.of(0xc0, 0x3e, 0x07);

/** float32 value info. */
export function floats(name: string, ...dims: (number | string)[]): ValueInfoProto {
  const dim = dims.map((size) => (typeof size === "number" ? { dimValue: BigInt(size) } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: 1, shape: dim.length === 0 ? {} : { dim } } } };
}

/** float32 tensor with raw_data. */
export function floatTensor(name: string, values: readonly number[], dims: readonly number[]): TensorProto {
  const rawData = new Uint8Array(Float32Array.from(values).buffer);
  return { dims: dims.map(BigInt), dataType: 1, name, rawData };
}

/** A node; `attribute` as messages. */
export function node(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  rest: Partial<NodeProto> = {},
): NodeProto {
  return defined<NodeProto>({ input, output, opType, ...rest });
}

/** The smallest whole model around a graph. */
export function modelOf(graph: GraphProto, rest: Partial<ModelProto> = {}): ModelProto {
  return { irVersion: 8n, graph, opsetImport: [{ version: 17n }], ...rest };
}

/** The file of a model. */
export function fileOf(proto: ModelProto): Uint8Array {
  return joinParts(encodeMessage(modelProto, proto));
}

/** A model as read from its file. */
export function modelFrom(proto: ModelProto): Model {
  return decodeModel(fileOf(proto));
}

const branch = (name: string, operand: string): GraphProto => ({
  name,
  node: [node("Add", ["hidden", operand], ["result"], { docString: "reads a value from outside" })],
  output: [{ name: "result" }],
});

/** A model that uses nearly everything a file can hold, as a decoder would give it. */
export const richModel: ModelProto = {
  irVersion: 10n,
  producerName: "test",
  producerVersion: "",
  domain: "org.example",
  modelVersion: 3n,
  docString: "everything at once",
  opsetImport: [
    { domain: "ai.onnx", version: 20n },
    { domain: "org.example", version: 1n, unknown },
  ],
  metadataProps: [...props, { key: "source", value: "last one stands" }],
  trainingInfo: [{ algorithm: { name: "step" }, initializationBinding: props, unknown }],
  configuration: [{ name: "two", numDevices: 2, device: ["a", "b"] }],
  unknown,
  functions: [
    {
      name: "Scaled",
      domain: "org.example",
      overload: "float",
      input: ["value"],
      output: ["scaled"],
      attribute: ["factor"],
      attributeProto: [{ name: "shift", f: 0.5, type: 1 }],
      node: [
        node("Constant", [], ["f"], { attribute: [{ name: "value_float", type: 1, refAttrName: "factor" }] }),
        node("Mul", ["value", "f"], ["scaled"]),
      ],
      opsetImport: [{ version: 20n }],
      valueInfo: [floats("f"), floats("value", "N", 2)],
      metadataProps: props,
      unknown,
    },
  ],
  graph: {
    name: "main",
    docString: "graph",
    metadataProps: props,
    unknown,
    input: [{ ...floats("x", "N", 2), docString: "input", metadataProps: props }, floats("w", 2)],
    output: [floats("y", "N", 2), floats("w", 2), floats("bias", 2)],
    initializer: [
      floatTensor("w", [1, 2], [2]),
      { name: "bias", dims: [2n], dataType: 1, floatData: new Uint8Array(8), docString: "bias", metadataProps: props },
      { name: "axes", dims: [2n], dataType: 7, int64Data: Uint8Array.of(0, 0xac, 0x02) },
      { name: "nibbles", dims: [3n], dataType: 22, rawData: Uint8Array.of(0x21, 0x03) },
      { name: "half", dims: [2n], dataType: 10, int32Data: Uint8Array.of(0x80, 0x78, 0) },
      { name: "words", dims: [2n], dataType: 8, stringData: [Uint8Array.of(0x61), Uint8Array.of(0xff)] },
      { name: "unsigned", dataType: 12, uint64Data: Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f), unknown },
    ],
    sparseInitializer: [
      {
        values: floatTensor("sparse", [5, 7], [2]),
        indices: { dims: [2n, 2n], dataType: 7, int64Data: Uint8Array.of(0, 1, 1, 0) },
        dims: [2n, 2n],
      },
    ],
    valueInfo: [
      { ...floats("hidden", "N", 2), docString: "inner", metadataProps: props, unknown },
      floats("gone"),
      {
        name: "scaled",
        type: { denotation: "IMAGE", tensorType: { elemType: 1, shape: { dim: [{ denotation: "B" }] } } },
      },
      { name: "opaque", type: { opaqueType: { domain: "org.example", name: "Handle" } } },
      { name: "newer", type: { tensorType: { elemType: 99 } } },
      { name: "axes", type: { tensorType: { elemType: 7, shape: { dim: [{ dimValue: 2n }] } } } },
    ],
    quantizationAnnotation: [
      { tensorName: "hidden", quantParameterTensorNames: [{ key: "SCALE_TENSOR", value: "w" }] },
    ],
    node: [
      node("Add", ["x", "w"], ["hidden"], {
        name: "first",
        domain: "ai.onnx",
        metadataProps: props,
        deviceConfigurations: [{ configurationId: "two", shardingSpec: [{ tensorName: "x", device: [0n, -1n] }] }],
        unknown,
      }),
      node("Scaled", ["hidden"], ["scaled"], {
        domain: "org.example",
        overload: "float",
        attribute: [
          { name: "factor", f: 2, type: 1, docString: "why", unknown },
          { name: "text", s: Uint8Array.of(0xc3, 0xbc), type: 3 },
          { name: "latin", s: Uint8Array.of(0xfc), type: 3 },
          { name: "list", ints: [1n, -1n, 2n ** 63n - 1n], type: 7 },
          { name: "empty", type: 7 },
          { name: "untyped", i: 4n },
          { name: "weights", t: floatTensor("inside", [1], [1]), type: 4 },
          { name: "kind", tp: { tensorType: { elemType: 1 } }, type: 13 },
          {
            name: "sparse",
            sparseTensor: { values: floatTensor("v", [1], [1]), indices: position("i", 0), dims: [4n] },
            type: 11,
          },
        ],
      }),
      node("Split", ["scaled", ""], ["a", "", "b"]),
      node("Cast", ["x"], ["condition"], { attribute: [{ name: "to", i: 9n, type: 2 }] }),
      node("If", ["condition"], ["y"], {
        attribute: [
          { name: "then_branch", g: branch("then", "a"), type: 5 },
          { name: "else_branch", g: branch("else", "b"), type: 5 },
        ],
      }),
      node("Handle", [], ["opaque"], { domain: "org.example" }),
      node("Newer", ["axes"], ["newer"], { domain: "org.example" }),
    ],
  },
};

function position(name: string, index: number): TensorProto {
  return { name, dims: [1n], dataType: 7, int64Data: Uint8Array.of(index) };
}
