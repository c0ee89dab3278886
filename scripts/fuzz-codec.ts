import { runFuzz } from "../test/onnx/fuzz/run-fuzz.ts";
import { fuzzSeeds } from "../test/onnx/fuzz/seeds.ts";

// Usage: fuzz-codec [COUNT] [SEED]. Reads COUNT damaged model files and reports those that end badly.
const count = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? 1);
const { passed, failures, accepted, slowestMs, peakBytes } = runFuzz(fuzzSeeds(400_000), count, seed);
for (const failure of failures.slice(0, 20)) console.log(failure);
console.log(
  `${accepted} accepted, ${count - accepted} refused; slowest ${slowestMs.toFixed(0)} ms, process at most ${(peakBytes / 2 ** 20).toFixed(0)} MiB`,
);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
