import { asymmetricParameters, symmetricParameters } from "../../src/quant/index.ts";
import type { QuantizationDialect } from "./dialect.ts";
import { tensorrtOperators } from "./tensorrt-operators.ts";
import { x86Operators } from "./x86-operators.ts";

/** The dialects by name (formats.md): one model, two spellings of quantization. */
export const dialects: Readonly<Record<QuantizationDialect["name"], QuantizationDialect>> = {
  x86: {
    name: "x86",
    operators: x86Operators,
    keptFloat: { Softmax: "its small outputs do not survive eight bits" },
    otherwise: "ONNX Runtime has no INT8 kernel for it on x86",
    outputs: "quantized",
    bias: "int32",
    activation: asymmetricParameters,
  },
  tensorrt: {
    name: "tensorrt",
    operators: tensorrtOperators,
    keptFloat: {},
    otherwise: "TensorRT decides its precision by itself",
    outputs: "float",
    bias: "float",
    activation: symmetricParameters,
  },
};
