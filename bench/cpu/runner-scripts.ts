import { fileURLToPath } from "node:url";

/** This file is bench/cpu/runner-scripts.ts, or dist/bench/cpu/runner-scripts.js once compiled. */
function locate(fromSource: string, fromBuild: string): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(here.endsWith(".ts") ? fromSource : fromBuild, here));
}

/** Runs models in ONNX Runtime with the host library; for Node. */
export const sessionRunner = locate("../../dist/bench/cpu/session-runner.js", "session-runner.js");

/** Runs models in OpenVINO; for Python. */
export const openVinoRunner = locate("../peers/openvino-runner.py", "../../../bench/peers/openvino-runner.py");
