// Compiled regions in a program of your own: node examples/run-with-regions.mjs OUT_FOLDER
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InferOptError, compile, completeOptions, formatDiagnostic } from "infer-opt";
import { createSession } from "infer-opt/runtime";

const here = dirname(fileURLToPath(import.meta.url));
const options = completeOptions({
  target: "cpu",
  calibData: join(here, "..", "calibration-data", "characters", "calibration"),
  preprocess: "scale=1/255,mean=0.5,std=0.5",
  // The templates' own kernels, untimed. Leave this out, and they are tuned on this machine.
  tune: "off",
  output: process.argv[2] ?? "out/with-regions",
});

/** Milliseconds of the fastest of 50 runs, and the outputs. */
async function time(session, feeds) {
  let best = Infinity;
  let outputs;
  for (let i = 0; i < 50; i++) {
    const start = performance.now();
    outputs = await session.run(feeds);
    best = Math.min(best, performance.now() - start);
  }
  return { best, outputs };
}

try {
  const { report } = await compile(join(here, "models", "residual-cnn.onnx"), options, {
    reporter: { handle: () => {} },
    signal: new AbortController().signal,
  });
  const pixels = Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => Math.sin(i / 50));
  const feeds = { input: { type: "float32", dims: [1, 3, 32, 32], data: pixels } };
  const found = [];
  for (const regions of [true, false]) {
    const session = await createSession(report.output.file, { intraOpNumThreads: 1, regions });
    const { best, outputs } = await time(session, feeds);
    found.push(outputs.logits.data);
    console.log(`${regions ? "regions" : "plain operators"} (${session.engine}): ${best.toFixed(3)} ms`);
    await session.release();
  }
  const [ours, theirs] = found;
  console.log(ours.every((value, i) => value === theirs[i]) ? "equal outputs" : "different outputs");
} catch (error) {
  if (!(error instanceof InferOptError)) throw error;
  console.error(formatDiagnostic(error.diagnostic));
  process.exitCode = error.diagnostic.exitCode;
}
