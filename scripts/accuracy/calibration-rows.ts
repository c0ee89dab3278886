import type { CompileOptions } from "../../src/index.ts";
import { elementsOf } from "../../src/ir/index.ts";
import { loadModel } from "../../src/onnx/index.ts";
import { openSamples } from "../../src/recipes/samples.ts";

/** The calibration samples of a model as one array, the batch dimension of each sample left out. */
export interface CalibrationRows {
  readonly input: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Reads the very samples that calibration reads, for a peer that quantizes the same model. */
export async function calibrationRows(file: string, options: CompileOptions): Promise<CalibrationRows> {
  const { model } = await loadModel(file);
  const { calibration } = await openSamples(model, options);
  const rows: Float32Array[] = [];
  let shape: readonly number[] = [];
  let input = "";
  if (calibration !== undefined)
    for await (const sample of calibration.samples())
      for (const [name, tensor] of sample.feeds) {
        input = name;
        shape = tensor.shape.slice(1);
        rows.push(Float32Array.from(elementsOf(tensor) as Float32Array));
      }
  const values = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  let at = 0;
  for (const row of rows) {
    values.set(row, at);
    at += row.length;
  }
  return { input, shape: [rows.length, ...shape], values };
}
