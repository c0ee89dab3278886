import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compile, completeOptions } from "../src/index.ts";
import { createNativeSession, loadHostLibrary } from "../src/runtime/index.ts";
import { makeCheckList } from "./checks/check-list.ts";
import { feedsOf, inputCount, sameOutputs } from "./soak/feeds.ts";
import type { Outputs } from "./soak/feeds.ts";
import { judgeMemory } from "./soak/judge-memory.ts";
import { runRounds } from "./soak/run-rounds.ts";

/** Sessions at work at any time, each in a thread of its own. */
const threads = 4;

// Usage: soak [--minutes N] [--leak BYTES]. Creates, runs and destroys sessions with compiled regions until the time is
// over. --leak loses so many bytes with each session, which must fail.
const { values } = parseArgs({ options: { minutes: { type: "string" }, leak: { type: "string" } } });
const leak = Number(values.leak ?? 0);
const minutes = Number(values.minutes ?? process.env["INFER_OPT_SOAK_MINUTES"] ?? 10);
const host = loadHostLibrary();
if (!(minutes > 0)) {
  console.error(`--minutes is a positive number, not ${values.minutes ?? process.env["INFER_OPT_SOAK_MINUTES"]}`);
  process.exitCode = 2;
} else if ("missing" in host) console.log(`skipped: ${host.missing}`);
else process.exitCode = await soak();

async function soak(): Promise<number> {
  const list = makeCheckList();
  const folder = mkdtempSync(join(tmpdir(), "infer-opt-soak-"));
  try {
    const model = await compiledModel(folder);
    const expected = await outputsOf(model, true);
    const plain = await outputsOf(model, false);
    list.check(
      "regions compute what the plain operators do",
      expected.every((each, i) => sameOutputs(each, plain[i])),
    );
    const { sessions, runs, failures, memory } = await runRounds(threads, { model, expected, leak }, minutes * 60_000);
    console.log(`${minutes} minutes, ${threads} threads: ${sessions} sessions, ${runs} runs`);
    list.check("sessions were made and run in every thread", sessions >= threads && runs > sessions);
    list.check("no run failed and results were constant", failures.length === 0, failures.slice(0, 5).join("; "));
    for (const { what, holds } of judgeMemory(memory)) list.check(what, holds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return list.close();
}

/** The embedded CNN, quantized, its regions compiled with the templates' own points. */
async function compiledModel(folder: string): Promise<Uint8Array> {
  const examples = new URL("../../examples/", import.meta.url);
  const options = completeOptions({
    ...{ target: "cpu", precision: "int8", tune: "off", output: folder, preprocess: "scale=1/255,mean=0.5,std=0.5" },
    calibData: new URL("../calibration-data/characters/calibration", examples).pathname,
  });
  const setup = { reporter: { handle: () => undefined }, signal: new AbortController().signal };
  const { report } = await compile(new URL("models/residual-cnn.onnx", examples).pathname, options, setup);
  if (report.regions.every(({ regions }) => regions.length === 0)) throw new Error("the model has no regions");
  return readFileSync(report.output.file ?? "");
}

async function outputsOf(model: Uint8Array, regions: boolean): Promise<readonly Outputs[]> {
  const session = await createNativeSession(model, { regions });
  const outputs: Outputs[] = [];
  for (let input = 0; input < inputCount; input++) outputs.push(await session.run(feedsOf(input)));
  await session.release();
  return outputs;
}
