import type { FloatConvWorkload, Bf16ConvWorkload } from "../../targets/cpu/float-workload.ts";
import type { ConvWorkload, DepthwiseWorkload, Window } from "../../targets/cpu/workload.ts";

/** A layer that searches are compared on. */
export interface SearchWorkload {
  readonly name: string;
  readonly workload: ConvWorkload | DepthwiseWorkload | FloatConvWorkload | Bf16ConvWorkload;
}

const square = (size: number, stride = 1): Window => ({
  kernel: [size, size],
  stride: [stride, stride],
  dilation: [1, 1],
});

/** Sizes of a layer whose input has a halo of as many pixels as its window needs. */
interface Layer {
  readonly pixels: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly window: Window;
}

const sizesOf = ({ pixels, inputs, outputs, window }: Layer) => {
  const [kernel, stride] = [window.kernel[0], window.stride[0]];
  const width = (pixels - 1) * stride + kernel;
  return {
    ...{ rows: pixels, columns: pixels, inputs, outputs, window, bias: true },
    x: { row: width * inputs, pixel: inputs },
    y: { row: pixels * outputs, pixel: outputs },
  };
};

const int8Conv = (layer: Layer): ConvWorkload => ({
  ...{ op: "conv-u8s8", weights: "oihw", ...sizesOf(layer) },
  epilogue: { out: "u8", table: false, residual: undefined, saturates: true },
});

const floatConv = (layer: Layer): FloatConvWorkload => ({
  ...{ op: "conv-f32", weights: "oihw", ...sizesOf(layer) },
  epilogue: { activation: "none", residual: undefined, clamp: true },
});

const depthwise = (pixels: number, channels: number, stride: number): DepthwiseWorkload => {
  const { rows, columns, window, bias, x, y } = sizesOf({
    ...{ pixels, inputs: channels, outputs: channels, window: square(3, stride) },
  });
  const epilogue = { out: "u8", table: false, residual: undefined, saturates: true } as const;
  return { op: "depthwise-u8s8", rows, columns, channels, window, bias, x, y, epilogue };
};

/** A matrix product: one row of `tokens` pixels. */
const product = (tokens: number, inputs: number, outputs: number) => ({
  ...{ rows: 1, columns: tokens, inputs, outputs, window: square(1), weights: "io" as const, bias: true },
  x: { row: tokens * inputs, pixel: inputs },
  y: { row: tokens * outputs, pixel: outputs },
});

/** Layers of ResNet-50, MobileNet and BERT, in the types that they run in. */
export const searchWorkloads: readonly SearchWorkload[] = [
  { name: "resnet50 3x3 56x56 int8", workload: int8Conv({ pixels: 56, inputs: 64, outputs: 64, window: square(3) }) },
  { name: "resnet50 3x3 7x7 int8", workload: int8Conv({ pixels: 7, inputs: 512, outputs: 512, window: square(3) }) },
  { name: "resnet50 1x1 28x28 int8", workload: int8Conv({ pixels: 28, inputs: 128, outputs: 512, window: square(1) }) },
  { name: "resnet50 1x1 7x7 int8", workload: int8Conv({ pixels: 7, inputs: 2048, outputs: 512, window: square(1) }) },
  {
    name: "resnet50 first 7x7 int8",
    workload: int8Conv({ pixels: 112, inputs: 3, outputs: 64, window: square(7, 2) }),
  },
  { name: "mobilenet depthwise 56x56 int8", workload: depthwise(56, 144, 1) },
  { name: "mobilenet depthwise 14x14 stride 2 int8", workload: depthwise(14, 192, 2) },
  {
    name: "resnet50 3x3 28x28 float32",
    workload: floatConv({ pixels: 28, inputs: 128, outputs: 128, window: square(3) }),
  },
  {
    name: "bert product 128x768x768 int8",
    workload: {
      ...{ op: "conv-u8s8", ...product(128, 768, 768) },
      epilogue: { out: "f32", table: false, residual: undefined },
    },
  },
  {
    name: "bert product 128x768x768 bfloat16",
    workload: {
      ...{ op: "conv-bf16", ...product(128, 768, 768) },
      epilogue: { activation: "none", residual: undefined, clamp: false },
    },
  },
];
