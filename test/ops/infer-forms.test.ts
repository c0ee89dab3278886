import { expect, test } from "vitest";
import { parseModel, printType } from "../../src/ir/index.ts";
import { inferTypes } from "../../src/ops/index.ts";

/** Types of the graph outputs of a model in text form, and the problems found. */
function infer(text: string): string {
  const model = parseModel(text);
  const { problems } = inferTypes(model);
  return [...model.graph.outputs.map(({ type }) => printType(type)), ...problems.map(({ message }) => message)].join(
    "; ",
  );
}

/** One call of `body` on %x and constants, in a graph of the given opset. */
function call(opset: number, inputs: string, body: string): string {
  const outputs = body.split("=")[0] ?? "";
  const names = outputs.match(/%\w+/g) ?? [];
  return infer(`ir 8 opset ${opset} graph g { ${inputs} ${body} ${names.map((name) => `out ${name}`).join(" ")} }`);
}

const x = "in %x: float32[N,6,8]";

test.each<[what: string, opset: number, inputs: string, body: string, expected: string]>([
  [
    "Add of opset 6 broadcasts by attribute",
    6,
    `${x} in %b: float32[6]`,
    "%y = Add(%x, %b) {axis=1, broadcast=1}",
    "float32[N,6,8]",
  ],
  ["Add broadcasts symbols", 13, `${x} in %b: float32[M,1,8]`, "%y = Add(%x, %b)", "float32[?,6,8]"],
  ["Max of opset 8", 8, `${x} in %b: float32[8]`, "%y = Max(%x, %b)", "float32[N,6,8]"],
  ["Reshape of opset 1", 1, x, "%y = Reshape(%x) {shape=[0, -1]}", "float32[N,48]"],
  ["Reshape copies and fills", 14, `${x} const %s: int64[3] = [0, 2, -1]`, "%y = Reshape(%x, %s)", "float32[N,2,24]"],
  [
    "Reshape leaves a symbolic rest",
    14,
    `${x} const %s: int64[2] = [-1, 16]`,
    "%y = Reshape(%x, %s)",
    "float32[3*N,16]",
  ],
  [
    "Reshape with a rest that need not divide",
    14,
    `${x} const %s: int64[2] = [-1, 7]`,
    "%y = Reshape(%x, %s)",
    "float32[6*N+floor(6*N/7),7]",
  ],
  [
    "Reshape allowzero",
    14,
    `in %x: float32[0,3] const %s: int64[2] = [3, 0]`,
    "%y = Reshape(%x, %s) {allowzero=1}",
    "float32[3,0]",
  ],
  ["Reshape of unknown target keeps the rank", 14, `${x} in %s: int64[2]`, "%y = Reshape(%x, %s)", "float32[?,?]"],
  ["Squeeze by attribute", 11, "in %x: float32[N,1,8,1]", "%y = Squeeze(%x) {axes=[1, -1]}", "float32[N,8]"],
  [
    "Squeeze by input",
    13,
    "in %x: float32[N,1,8,1] const %a: int64[1] = [1]",
    "%y = Squeeze(%x, %a)",
    "float32[N,8,1]",
  ],
  ["Squeeze of every 1", 13, "in %x: float32[2,1,8,1]", "%y = Squeeze(%x)", "float32[2,8]"],
  ["Unsqueeze by attribute", 11, x, "%y = Unsqueeze(%x) {axes=[0, 4]}", "float32[1,N,6,8,1]"],
  ["Unsqueeze by input", 13, `${x} const %a: int64[1] = [-1]`, "%y = Unsqueeze(%x, %a)", "float32[N,6,8,1]"],
  ["Split by attribute", 11, x, "%y, %z = Split(%x) {axis=1, split=[2, 4]}", "float32[N,2,8]; float32[N,4,8]"],
  [
    "Split by input",
    13,
    `${x} const %s: int64[2] = [1, 5]`,
    "%y, %z = Split(%x, %s) {axis=1}",
    "float32[N,1,8]; float32[N,5,8]",
  ],
  [
    "Split into unequal parts",
    18,
    x,
    "%y, %z, %w = Split(%x) {axis=2, num_outputs=3}",
    "float32[N,6,3]; float32[N,6,3]; float32[N,6,2]",
  ],
  [
    "Slice by attribute",
    9,
    x,
    "%y = Slice(%x) {axes=[1, 2], ends=[-1, 9223372036854775807], starts=[1, -3]}",
    "float32[N,4,3]",
  ],
  [
    "Slice by input, backwards",
    13,
    `${x} const %b: int64[1] = [-1] const %e: int64[1] = [-9223372036854775808] const %a: int64[1] = [0]`,
    "%y = Slice(%x, %b, %e, %a, %b)",
    "float32[N,6,8]",
  ],
  [
    "Slice of a symbol",
    13,
    `${x} const %b: int64[1] = [1] const %e: int64[1] = [9223372036854775807] const %a: int64[1] = [0] const %s: int64[1] = [2]`,
    "%y = Slice(%x, %b, %e, %a, %s)",
    "float32[floor(N/2),6,8]",
  ],
  ["Pad of opset 2", 10, "in %x: float32[N,3,H]", "%y = Pad(%x) {pads=[0, 0, 1, 0, 0, 2]}", "float32[N,3,H+3]"],
  [
    "Pad by input along axes",
    18,
    `${x} const %p: int64[2] = [1, 2] const %a: int64[1] = [-1]`,
    "%y = Pad(%x, %p, _, %a)",
    "float32[N,6,11]",
  ],
  ["ReduceMean by attribute", 13, x, "%y = ReduceMean(%x) {axes=[1], keepdims=0}", "float32[N,8]"],
  ["ReduceMean by input", 18, `${x} const %a: int64[1] = [-1]`, "%y = ReduceMean(%x, %a)", "float32[N,6,1]"],
  [
    "ReduceSum without axes does nothing on request",
    13,
    x,
    "%y = ReduceSum(%x) {noop_with_empty_axes=1}",
    "float32[N,6,8]",
  ],
  ["TopK by attribute", 9, x, "%y, %i = TopK(%x) {k=3}", "float32[N,6,3]; int64[N,6,3]"],
  [
    "TopK by input",
    11,
    `${x} const %k: int64[1] = [2]`,
    "%y, %i = TopK(%x, %k) {axis=1}",
    "float32[N,2,8]; int64[N,2,8]",
  ],
  ["Dropout's mask in opset 7", 7, x, "%y, %m = Dropout(%x)", "float32[N,6,8]; float32[N,6,8]"],
  ["Dropout's mask in opset 12", 12, x, "%y, %m = Dropout(%x)", "float32[N,6,8]; bool[N,6,8]"],
  [
    "Upsample of opset 7",
    7,
    "in %x: float32[N,3,H,W]",
    "%y = Upsample(%x) {scales=[1.0, 1.0, 2.0, 1.5]}",
    "float32[N,3,2*H,W+floor(W/2)]",
  ],
  [
    "Upsample of opset 9",
    9,
    "in %x: float32[N,3,4,4] const %s: float32[4] = [1, 1, 2, 2]",
    "%y = Upsample(%x, %s)",
    "float32[N,3,8,8]",
  ],
  [
    "Resize of opset 10",
    10,
    "in %x: float32[N,3,4,4] const %s: float32[4] = [1, 1, 0.5, 2]",
    "%y = Resize(%x, %s)",
    "float32[N,3,2,8]",
  ],
  [
    "Resize to sizes",
    13,
    "in %x: float32[N,3,4,4] const %s: int64[4] = [1, 3, 5, 7]",
    "%y = Resize(%x, _, _, %s)",
    "float32[1,3,5,7]",
  ],
  [
    "Resize keeps the aspect ratio",
    18,
    "in %x: float32[N,3,4,8] const %s: int64[2] = [8, 8]",
    '%y = Resize(%x, _, _, %s) {axes=[2, 3], keep_aspect_ratio_policy="not_larger"}',
    "float32[N,3,4,8]",
  ],
  ["Tile", 13, `${x} const %r: int64[3] = [1, 2, 1]`, "%y = Tile(%x, %r)", "float32[N,12,8]"],
  ["Expand", 13, `in %x: float32[N,1] const %s: int64[3] = [4, 1, 5]`, "%y = Expand(%x, %s)", "float32[4,N,5]"],
  ["Flatten from the end", 13, x, "%y = Flatten(%x) {axis=-1}", "float32[6*N,8]"],
  ["Gather with a matrix of indices", 13, `${x} in %i: int64[2,M]`, "%y = Gather(%x, %i) {axis=1}", "float32[N,2,M,8]"],
  [
    "GatherND",
    12,
    `in %x: float32[B,6,8] in %i: int64[B,5,1]`,
    "%y = GatherND(%x, %i) {batch_dims=1}",
    "float32[B,5,8]",
  ],
  [
    "OneHot",
    11,
    "in %i: int64[N] const %d: int64[] = 10 const %v: float32[2] = [0, 1]",
    "%y = OneHot(%i, %d, %v)",
    "float32[N,10]",
  ],
  [
    "Conv with strides",
    11,
    "in %x: float32[N,3,H,224] const %w: float32[8,3,3,3] = zeros",
    "%y = Conv(%x, %w) {pads=[1, 1, 1, 1], strides=[2, 2]}",
    "float32[N,8,floor((H+1)/2),112]",
  ],
  [
    "Conv SAME",
    11,
    "in %x: float32[N,3,H,15] const %w: float32[8,3,3,3] = zeros",
    '%y = Conv(%x, %w) {auto_pad="SAME_UPPER", strides=[2, 2]}',
    "float32[N,8,floor((H+1)/2),8]",
  ],
  [
    "ConvTranspose",
    11,
    "in %x: float32[N,4,H,7] const %w: float32[4,2,3,3] = zeros",
    "%y = ConvTranspose(%x, %w) {group=2, output_padding=[1, 1], pads=[1, 1, 1, 1], strides=[2, 2]}",
    "float32[N,4,2*H,14]",
  ],
  [
    "MaxPool rounds up",
    12,
    "in %x: float32[N,3,H,6]",
    "%y, %i = MaxPool(%x) {ceil_mode=1, kernel_shape=[3, 3], strides=[2, 2]}",
    "float32[N,3,floor(H/2),3]; int64[N,3,floor(H/2),3]",
  ],
  [
    "a last window in the padding is dropped",
    22,
    "in %x: float32[1,1,2,2]",
    "%y = MaxPool(%x) {ceil_mode=1, kernel_shape=[1, 1], strides=[2, 2]}",
    "float32[1,1,1,1]",
  ],
  [
    "Gemm",
    11,
    "in %a: float32[4,N] const %b: float32[5,4] = zeros in %c: float32[5]",
    "%y = Gemm(%a, %b, %c) {transA=1, transB=1}",
    "float32[N,5]",
  ],
  ["MatMul broadcasts", 13, "in %a: float32[N,1,4,K] in %b: float32[3,K,7]", "%y = MatMul(%a, %b)", "float32[N,3,4,7]"],
  ["MatMul of vectors", 13, "in %a: float32[4] in %b: float32[4]", "%y = MatMul(%a, %b)", "float32[]"],
  [
    "Einsum with an ellipsis",
    12,
    "in %a: float32[B,H,Q,D] in %b: float32[B,H,K,D]",
    '%y = Einsum(%a, %b) {equation="...qd,...kd->...qk"}',
    "float32[B,H,Q,K]",
  ],
  [
    "BatchNormalization of opset 9 gives statistics",
    9,
    "in %x: float32[N,3,H] const %s: float32[3] = ones",
    "%y, %m, %v, %a, %b = BatchNormalization(%x, %s, %s, %s, %s)",
    "float32[N,3,H]; float32[3]; float32[3]; float32[3]; float32[3]",
  ],
  [
    "LSTM with batch first",
    14,
    "in %x: float32[B,S,4] const %w: float32[2,32,4] = zeros const %r: float32[2,32,8] = zeros",
    '%y, %h, %c = LSTM(%x, %w, %r) {direction="bidirectional", hidden_size=8, layout=1}',
    "float32[B,S,2,8]; float32[B,2,8]; float32[B,2,8]",
  ],
  [
    "GRU",
    7,
    "in %x: float32[S,B,4] const %w: float32[1,24,4] = zeros const %r: float32[1,24,8] = zeros",
    "%y, %h = GRU(%x, %w, %r) {hidden_size=8}",
    "float32[S,1,B,8]; float32[1,B,8]",
  ],
  [
    "QuantizeLinear without zero point",
    13,
    `${x} const %s: float32[] = 0.1`,
    "%y = QuantizeLinear(%x, %s)",
    "uint8[N,6,8]",
  ],
  [
    "QuantizeLinear to a type of choice",
    21,
    `${x} const %s: float32[] = 0.1`,
    "%y = QuantizeLinear(%x, %s) {output_dtype=22}",
    "int4[N,6,8]",
  ],
  [
    "DequantizeLinear in the scale's type",
    21,
    "in %x: int8[N] const %s: float16[] = 0.1",
    "%y = DequantizeLinear(%x, %s)",
    "float16[N]",
  ],
  [
    "QLinearMatMul",
    10,
    "in %a: uint8[N,4] const %s: float32[] = 1 const %z: uint8[] = 0 const %b: int8[4,5] = zeros const %t: int8[] = 0",
    "%y = QLinearMatMul(%a, %s, %z, %b, %s, %t, %s, %t)",
    "int8[N,5]",
  ],
  [
    "Attention of heads with a cache",
    23,
    "in %q: float32[B,8,S,16] in %k: float32[B,2,S,16] in %v: float32[B,2,S,24] in %p: float32[B,2,P,16] in %r: float32[B,2,P,24]",
    "%y, %a, %b = Attention(%q, %k, %v, _, %p, %r)",
    "float32[B,8,S,24]; float32[B,2,P+S,16]; float32[B,2,P+S,24]",
  ],
  [
    "Attention of flat heads",
    23,
    "in %q: float32[B,S,128] in %k: float32[B,T,32] in %v: float32[B,T,48]",
    "%y, _, _, %w = Attention(%q, %k, %v) {kv_num_heads=2, q_num_heads=8}",
    "float32[B,S,192]; float32[B,8,S,T]",
  ],
  [
    "RMSNormalization in the scale's type",
    23,
    "in %x: float16[N,8] const %s: float32[8] = ones",
    "%y = RMSNormalization(%x, %s)",
    "float32[N,8]",
  ],
  ["Cast by name in opset 1", 5, x, '%y = Cast(%x) {to="INT32"}', "int32[N,6,8]"],
  [
    "DFT along an attribute axis",
    17,
    "in %x: float32[B,S,1]",
    "%y = DFT(%x) {onesided=1}",
    "float32[B,floor(S/2)+1,2]",
  ],
  [
    "STFT",
    17,
    "in %x: float32[B,128,1] const %s: int64[] = 8 const %w: float32[16] = ones",
    "%y = STFT(%x, %s, %w)",
    "float32[B,15,9,2]",
  ],
  ["NonZero", 13, x, "%y = NonZero(%x)", "int64[3,?]"],
  ["StringSplit", 20, "in %x: string[N]", "%y, %z = StringSplit(%x)", "string[N,?]; int64[N]"],
  [
    "SequenceConstruct has what the inputs share",
    11,
    `${x} in %b: float32[M,6,8]`,
    "%y = SequenceConstruct(%x, %b)",
    "seq(float32[?,6,8])",
  ],
  [
    "SplitToSequence without keeping the axis",
    11,
    x,
    "%y = SplitToSequence(%x) {axis=1, keepdims=0}",
    "seq(float32[N,8])",
  ],
])("%s", (_, opset, inputs, body, expected) => {
  expect(call(opset, inputs, body)).toBe(expected);
});

test.each<[what: string, opset: number, inputs: string, body: string, problem: RegExp]>([
  [
    "MatMul",
    13,
    "in %a: float32[1,3] in %b: float32[4,4]",
    "%y = MatMul(%a, %b)",
    /inner dimensions do not agree: \[1, 3\] x \[4, 4\]/,
  ],
  ["Add", 13, "in %a: float32[3] in %b: float32[4]", "%y = Add(%a, %b)", /dimensions 3 and 4 do not broadcast/],
  ["Add of two types", 13, "in %a: float32[3] in %b: int64[3]", "%y = Add(%a, %b)", /different element types/],
  [
    "Conv",
    11,
    "in %x: float32[1,4,8,8] in %w: float32[8,3,3,3]",
    "%y = Conv(%x, %w)",
    /4 input channels, but the weights take 3/,
  ],
  [
    "Reshape",
    14,
    "in %x: float32[5] const %s: int64[1] = [6]",
    "%y = Reshape(%x, %s)",
    /5 elements cannot take the shape \[6\]/,
  ],
  ["Transpose", 13, "in %x: float32[5,2]", "%y = Transpose(%x) {perm=[0, 0]}", /name one axis twice/],
  [
    "Concat",
    13,
    "in %a: float32[2,3] in %b: float32[2,4]",
    "%y = Concat(%a, %b) {axis=0}",
    /dimensions 1 do not agree: 3 and 4/,
  ],
  ["Softmax", 13, "in %x: float32[2,3]", "%y = Softmax(%x) {axis=2}", /axis 2 is outside of rank 2/],
  [
    "AveragePool",
    13,
    "in %x: float32[1,1,2,2]",
    "%y = AveragePool(%x) {kernel_shape=[3, 3]}",
    /the window reaches over 3 elements of a padded size of 2/,
  ],
])("%s with inputs that contradict each other is refused", (_, opset, inputs, body, problem) => {
  expect(call(opset, inputs, body)).toMatch(problem);
});
