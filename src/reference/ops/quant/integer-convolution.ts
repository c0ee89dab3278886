import type { Node, Tensor } from "../../../ir/index.ts";
import { intAttr, intsAttr, sizeOf } from "../../../ir/index.ts";
import { realsOf } from "../../numeric.ts";
import { convolve } from "../nn/convolve.ts";
import { windowAxes } from "../nn/window.ts";

/** One operand of a quantized convolution with its zero point: one for all or, for weights, one for each output channel. */
export interface QuantizedOperand {
  readonly tensor: Tensor;
  readonly zeroPoint: Tensor | undefined;
}

/** Shape and exact sums of a convolution of quantized operands less their zero points. */
export function integerConvolution(
  node: Node,
  x: QuantizedOperand,
  w: QuantizedOperand,
): { readonly shape: readonly number[]; readonly sums: Float64Array } {
  const [batch = 0, channels = 0, ...spatial] = x.tensor.shape;
  const [outputs = 0, perGroup = 0, ...kernel] = w.tensor.shape;
  const group = intAttr(node, "group", 1);
  if (perGroup * group !== channels) throw new RangeError(`${perGroup} channels in ${group} groups of ${channels}`);
  const axes = windowAxes(node, spatial, intsAttr(node, "kernel_shape", kernel));
  const shape = [batch, outputs, ...axes.map((axis) => axis.output)];
  const sums = new Float64Array(sizeOf(shape));
  convolve({ batch, channels, outputs, group }, axes, centered(x), centered(w), sums);
  return { shape, sums };
}

function centered({ tensor, zeroPoint }: QuantizedOperand): Float64Array {
  const values = realsOf(tensor);
  if (zeroPoint === undefined) return values;
  const zeros = realsOf(zeroPoint);
  const perChannel = values.length / (tensor.shape[0] ?? 1);
  for (let i = 0; i < values.length; i++) {
    const zero = zeros[zeros.length === 1 ? 0 : Math.floor(i / perChannel)] as number;
    values[i] = (values[i] as number) - zero;
  }
  return values;
}
