import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { generateLargeModel } from "./large-model/generate-large-model.ts";

// Usage: large-model FOLDER [GIGABYTES]. Writes large.onnx with its weights beside it (5 GB unless asked otherwise).
const folder = process.argv[2];
const bytes = Number(process.argv[3] ?? 5) * 1e9;
if (folder === undefined || !(bytes > 0)) {
  console.error("usage: large-model FOLDER [GIGABYTES]");
  process.exitCode = 2;
} else {
  mkdirSync(folder, { recursive: true });
  const { path, dataPath, dataBytes } = await generateLargeModel(join(folder, "large.onnx"), bytes);
  console.log(`${path} and ${dataPath ?? "nothing"}: ${dataBytes} bytes of weights`);
}
