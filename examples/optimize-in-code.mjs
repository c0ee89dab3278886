// The main job from a program of your own: node examples/optimize-in-code.mjs OUT_FOLDER
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InferOptError, compile, completeOptions, formatDiagnostic } from "infer-opt";

const here = dirname(fileURLToPath(import.meta.url));
const data = join(here, "..", "calibration-data", "characters");
const options = completeOptions({
  calibData: join(data, "calibration"),
  evalData: join(data, "evaluation"),
  evalSamples: 200,
  preprocess: "scale=1/255,mean=0.5,std=0.5",
  tune: "quick",
  output: process.argv[2] ?? "out/in-code",
});

try {
  const reporter = { handle: (event) => event.type === "choice" && console.log(`${event.form}: ${event.reason}`) };
  const { exitCode, report } = await compile(join(here, "models", "residual-cnn.onnx"), options, {
    reporter,
    signal: new AbortController().signal,
  });
  console.log(`${report.output.file}: ${report.model.bytes} -> ${report.output.bytes} bytes`);
  process.exitCode = exitCode;
} catch (error) {
  if (!(error instanceof InferOptError)) throw error;
  console.error(formatDiagnostic(error.diagnostic));
  process.exitCode = error.diagnostic.exitCode;
}
