import { define } from "../diagnostic.ts";

/** Problems of quantization (IO05xx). */
export const quantDiagnostics = {
  alreadyQuantized: define<{ node: string; opType: string }>({
    code: "IO0501",
    message: ({ node, opType }) => `the model is quantized already (${opType} "${node}")`,
    hint: () => "quantize the float model, or use --precision fp32 to optimize this one as it is",
    explanation:
      "Quantizing twice loses accuracy and gains nothing: the second set of ranges is fitted to values that were rounded before. Models with QuantizeLinear, DequantizeLinear or QLinear operators are refused.",
  }),
  opsetTooLow: define<{ opset: number }>({
    code: "IO0502",
    message: ({ opset }) => `quantizing needs operator set 13 or later, the model has ${opset}`,
    hint: () => "raise the operator set first (`optimize --precision int8` does so by itself)",
    explanation:
      "QuantizeLinear and DequantizeLinear take one scale per channel from operator set 13 on. A file with per-channel scales and an older operator set does not load.",
  }),
  calibrationOfOtherModel: define<{ file: string; expected: string; found: string }>({
    code: "IO0503",
    message: ({ file, expected, found }) =>
      `${file} was made for another graph (${found.slice(0, 12)}, this one is ${expected.slice(0, 12)})`,
    hint: () => "calibrate again, or use the calibration file of this very model and these options",
    explanation:
      "Ranges belong to the values of one graph, after its simplification. Used with another graph they would be wrong without any error; so the file is bound to the graph by a hash.",
  }),
  calibrationOfOtherData: define<{ file: string; expected: string; found: string }>({
    code: "IO0504",
    message: ({ file, expected, found }) =>
      `${file} was made from other data or with another method (${found.slice(0, 40)} instead of ${expected.slice(0, 40)})`,
    hint: () => "calibrate again, or give the data and method the file was made with",
    explanation:
      "A calibration file records the hash of the samples it saw and its method. Where both are given again, they must agree.",
  }),
  malformedCalibration: define<{ file: string; detail: string }>({
    code: "IO0505",
    message: ({ file, detail }) => `${file} is no calibration file: ${detail}`,
    hint: () => "delete it and calibrate again",
    explanation: "The file is not JSON or lacks a field that calibration files of this version have.",
  }),
  noSamples: define<Record<never, never>>({
    code: "IO0506",
    message: () => "calibration got no samples",
    hint: () => "give --calib-data with at least one sample, or --random-calib",
    explanation: "The ranges of activations are found by running the model on samples; there was none.",
  }),
  missingRange: define<{ value: string }>({
    code: "IO0507",
    message: ({ value }) => `the calibration has no range for "${value}"`,
    hint: () => "calibrate again with the present options",
    explanation: "Excluding fewer nodes than at the time of the calibration needs ranges that were not recorded then.",
  }),
  badPattern: define<{ pattern: string; detail: string }>({
    code: "IO0508",
    exitCode: 2,
    message: ({ pattern, detail }) => `--nodes-to-exclude "${pattern}" is no regular expression: ${detail}`,
    hint: () => "escape special characters, or write a plain part of the node's name",
    explanation: "The pattern is a JavaScript regular expression, searched for in the names of nodes.",
  }),
  noDialect: define<{ target: string }>({
    code: "IO0509",
    message: ({ target }) => `target ${target} takes no quantized ONNX`,
    hint: () => "emit the float model for it and quantize with the target's own tool",
    explanation:
      "Some engines accept no QuantizeLinear, at times silently with wrong results. For them the float graph is emitted.",
  }),
  notFinite: define<{ value: string }>({
    code: "IO0510",
    message: ({ value }) => `"${value}" was never a finite number during calibration`,
    hint: () => "check the samples and the preprocessing; exclude the node if the model is meant to do so",
    explanation: "A range cannot be found where every observed element is NaN or infinite.",
  }),
} as const;
