import type { Model, Value } from "../../src/ir/index.ts";
import { attr } from "../../src/ir/index.ts";
import type { NetworkBuilder } from "./network-builder.ts";
import { newNetwork } from "./network-builder.ts";

/** Residual branches start small, so that sums over many blocks keep their scale. */
const BRANCH_GAIN = 0.3;

function classifier(net: NetworkBuilder, x: Value, channels: number): Model {
  const pooled = net.op("Flatten", [net.op("GlobalAveragePool", [x])]);
  const weights = net.normal([channels, 1000], Math.sqrt(1 / channels));
  return net.finish(net.op("Gemm", [pooled, weights, net.normal([1000], 0.01)]), [1, 1000]);
}

/** ResNet-50 (He et al., 2015, table 1; stride in the 3×3, as in version 1.5), normalization folded. */
export function resNet50(seed: number): Model {
  const net = newNetwork("resnet50", [1, 3, 224, 224], seed);
  const relu = (x: Value): Value => net.op("Relu", [x]);
  let x = relu(net.conv(net.input, [3, 64], { kernel: 7, stride: 2 }));
  x = net.op("MaxPool", [x], {
    kernel_shape: attr.ints([3, 3]),
    strides: attr.ints([2, 2]),
    pads: attr.ints([1, 1, 1, 1]),
  });
  let channels = 64;
  for (const [width, blocks, firstStride] of [
    [64, 3, 1],
    [128, 4, 2],
    [256, 6, 2],
    [512, 3, 2],
  ] as const)
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 ? firstStride : 1;
      const narrow = relu(net.conv(x, [channels, width], { kernel: 1 }));
      const middle = relu(net.conv(narrow, [width, width], { kernel: 3, stride }));
      const wide = net.conv(middle, [width, 4 * width], { kernel: 1, gain: BRANCH_GAIN });
      const shortcut = block === 0 ? net.conv(x, [channels, 4 * width], { kernel: 1, stride, gain: 0.7 }) : x;
      x = relu(net.op("Add", [wide, shortcut]));
      channels = 4 * width;
    }
  return classifier(net, x, channels);
}

/** MobileNetV2 1.0 at 224 (Sandler et al., 2018, table 2), normalization folded. */
export function mobileNetV2(seed: number): Model {
  const net = newNetwork("mobilenet-v2", [1, 3, 224, 224], seed);
  const [zero, six] = [net.scalar(0), net.scalar(6)];
  const relu6 = (x: Value): Value => net.op("Clip", [x, zero, six]);
  let x = relu6(net.conv(net.input, [3, 32], { kernel: 3, stride: 2 }));
  let channels = 32;
  for (const [expansion, width, blocks, firstStride] of [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const)
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 ? firstStride : 1;
      const inner = channels * expansion;
      const wide = expansion === 1 ? x : relu6(net.conv(x, [channels, inner], { kernel: 1 }));
      const middle = relu6(net.conv(wide, [inner, inner], { kernel: 3, stride, groups: inner }));
      const skip = stride === 1 && channels === width;
      const narrow = net.conv(middle, [inner, width], { kernel: 1, gain: skip ? BRANCH_GAIN : 1 });
      x = skip ? net.op("Add", [x, narrow]) : narrow;
      channels = width;
    }
  return classifier(net, relu6(net.conv(x, [channels, 1280], { kernel: 1 })), 1280);
}

/** EfficientNet-B0 (Tan and Le, 2019, table 1) with SiLU and squeeze-excite of a quarter, normalization folded. */
export function efficientNetB0(seed: number): Model {
  const net = newNetwork("efficientnet-b0", [1, 3, 224, 224], seed);
  const silu = (x: Value): Value => net.op("Mul", [x, net.op("Sigmoid", [x])]);
  let x = silu(net.conv(net.input, [3, 32], { kernel: 3, stride: 2 }));
  let channels = 32;
  for (const [expansion, width, blocks, firstStride, kernel] of [
    [1, 16, 1, 1, 3],
    [6, 24, 2, 2, 3],
    [6, 40, 2, 2, 5],
    [6, 80, 3, 2, 3],
    [6, 112, 3, 1, 5],
    [6, 192, 4, 2, 5],
    [6, 320, 1, 1, 3],
  ] as const)
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 ? firstStride : 1;
      const inner = channels * expansion;
      const squeezed = channels / 4;
      const wide = expansion === 1 ? x : silu(net.conv(x, [channels, inner], { kernel: 1 }));
      const middle = silu(net.conv(wide, [inner, inner], { kernel, stride, groups: inner }));
      const pooled = net.op("GlobalAveragePool", [middle]);
      const reduced = silu(net.conv(pooled, [inner, squeezed], { kernel: 1 }));
      const gate = net.op("Sigmoid", [net.conv(reduced, [squeezed, inner], { kernel: 1 })]);
      const gated = net.op("Mul", [middle, gate]);
      const skip = stride === 1 && channels === width;
      const narrow = net.conv(gated, [inner, width], { kernel: 1, gain: skip ? 2 * BRANCH_GAIN : 2 });
      x = skip ? net.op("Add", [x, narrow]) : narrow;
      channels = width;
    }
  return classifier(net, silu(net.conv(x, [channels, 1280], { kernel: 1 })), 1280);
}
