import { join } from "node:path";
import type { Contestant } from "./contest.ts";
import type { PlainForms } from "./forms.ts";
import type { Runner } from "./runner.ts";
import { openVinoRunner } from "./runner-scripts.ts";

/** OpenVINO on the QDQ model, on the float model in its default precision, and on what NNCF makes of that one. */
export async function openVinoContestants(
  python: string,
  { original, qdq, samples }: PlainForms,
  folder: string,
  start: (command: string, args: readonly string[]) => Runner,
): Promise<{ readonly contestants: readonly Contestant[]; readonly failures: Readonly<Record<string, string>> }> {
  const runner = start(python, [openVinoRunner]);
  const contestants: Contestant[] = [
    { name: "openvino-int8", model: qdq, runner },
    { name: "openvino-default", model: original, runner },
  ];
  const quantized = join(folder, "nncf.xml");
  try {
    await runner.request({ op: "quantize", model: original, output: quantized, samples });
    return { contestants: [...contestants, { name: "openvino-nncf", model: quantized, runner }], failures: {} };
  } catch (error) {
    return { contestants, failures: { "openvino-nncf": error instanceof Error ? error.message : String(error) } };
  }
}
