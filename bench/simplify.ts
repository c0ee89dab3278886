import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { InferOptError, compile, completeOptions, inspectModel } from "../src/index.ts";
import { describeMachine } from "../scripts/machine.ts";

/** What one tool made of a model. */
interface Outcome {
  readonly nodes?: number;
  readonly bytes?: number;
  readonly seconds?: number;
  /** Whether its result gives the outputs of the original on random inputs; absent where it was not compared. */
  readonly agrees?: boolean;
  readonly error?: string;
}

interface Size {
  readonly nodes: number;
  readonly bytes: number;
}

interface Row extends Size {
  readonly model: string;
  readonly ours: Outcome;
  readonly peers: Readonly<Record<string, Outcome>>;
}

const usage = "npm run bench:simplify -- FOLDER [--python VENV] [--filter RE] [--json FILE]";

/** Most growth of a file, as a share, that counts as none. */
const TOLERATED_GROWTH = 0.01;
/** Bytes of the metadata that every result carries: version, target, hash of the configuration. */
const METADATA_BYTES = 256;

/** Simplifies every model of a folder and prints node counts and sizes, beside those of onnxslim and onnxsim on request. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { python: { type: "string" }, filter: { type: "string", default: "" }, json: { type: "string" } },
  });
  const [folder] = positionals;
  if (folder === undefined || !existsSync(folder)) {
    console.error(`usage: ${usage}`);
    process.exitCode = 2;
    return;
  }
  const only = new RegExp(values.filter);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".onnx") && only.test(name))
    .sort();
  const scratch = mkdtempSync(join(tmpdir(), "bench-simplify-"));
  const rows: Row[] = [];
  console.log(["model", "nodes", "ours", "onnxslim", "onnxsim", "bytes", "ours", "onnxslim", "onnxsim"].join(" | "));
  try {
    for (const name of files) {
      const row = await measure(join(folder, name), name, values.python, scratch);
      if (row === undefined) continue;
      rows.push(row);
      console.log(printRow(row));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine: await describeMachine(), rows }, null, 2)}\n`);
  summarize(rows);
}

async function measure(
  file: string,
  name: string,
  python: string | undefined,
  scratch: string,
): Promise<Row | undefined> {
  let source: Size;
  try {
    source = await sizeOf(file);
  } catch (error) {
    if (!(error instanceof InferOptError)) throw error;
    console.log(`${name} | ${error.message}`);
    return undefined;
  }
  const peers = python === undefined ? {} : runPeers(python, file, scratch);
  return { model: name, ...source, ours: await simplify(file, scratch), peers };
}

async function simplify(file: string, scratch: string): Promise<Outcome> {
  const output = mkdtempSync(join(scratch, "ours-"));
  const options = completeOptions({ output, precision: "fp32", tune: "off", check: "none" });
  const started = performance.now();
  try {
    await compile(file, options, { reporter: { handle: () => undefined }, signal: new AbortController().signal });
  } catch (error) {
    if (error instanceof InferOptError) return { error: error.message };
    throw error;
  }
  const seconds = (performance.now() - started) / 1000;
  const written = join(output, `${basename(file, ".onnx")}.opt.onnx`);
  return { ...(await sizeOf(written)), seconds };
}

/** Nodes, those of subgraphs included, and bytes with data files. */
async function sizeOf(file: string): Promise<Size> {
  const { summary } = await inspectModel(file);
  return { nodes: summary.allNodes, bytes: summary.bytes + summary.externalBytes };
}

/** Runs the Python tools in a process of their own: a crash of one is a result, not the end. */
function runPeers(python: string, file: string, scratch: string): Readonly<Record<string, Outcome>> {
  const driver = join(import.meta.dirname, "peers", "simplify.py");
  const script = existsSync(driver) ? driver : join(import.meta.dirname, "..", "..", "bench", "peers", "simplify.py");
  const outcomes: Record<string, Outcome> = {};
  for (const tool of ["onnxslim", "onnxsim"]) {
    const result = join(scratch, `${tool}.json`);
    rmSync(result, { force: true });
    const run = spawnSync(join(python, "bin", "python"), [script, tool, file, scratch, result], {
      encoding: "utf8",
      timeout: 300_000,
    });
    outcomes[tool] = existsSync(result)
      ? (JSON.parse(readFileSync(result, "utf8")) as Outcome)
      : { error: run.error?.message ?? run.stderr.trim().split("\n").at(-1) ?? `exit ${run.status}` };
  }
  return outcomes;
}

function printRow({ model, nodes, bytes, ours, peers }: Row): string {
  const peerNodes = (tool: string): string => {
    const peer = peers[tool];
    if (peer === undefined) return "";
    return peer.nodes === undefined ? "failed" : `${peer.nodes}${peer.agrees === false ? " wrong" : ""}`;
  };
  const ratio = (outcome: Outcome | undefined): string =>
    outcome?.bytes === undefined ? "" : `${(outcome.bytes / bytes).toFixed(3)}x`;
  return [
    model,
    nodes,
    ours.nodes ?? ours.error,
    peerNodes("onnxslim"),
    peerNodes("onnxsim"),
    bytes,
    ratio(ours),
    ratio(peers["onnxslim"]),
    ratio(peers["onnxsim"]),
  ].join(" | ");
}

function summarize(rows: readonly Row[]): void {
  const comparable = rows.filter(
    ({ ours, peers }) =>
      ours.nodes !== undefined && peers["onnxslim"]?.nodes !== undefined && peers["onnxslim"].agrees !== false,
  );
  const difference = ({ ours, peers }: Row): number => (ours.nodes ?? Infinity) - (peers["onnxslim"]?.nodes ?? 0);
  const grown = rows.filter(({ ours, bytes }) => (ours.bytes ?? 0) > bytes * (1 + TOLERATED_GROWTH) + METADATA_BYTES);
  if (comparable.length > 0) {
    const [less, more] = [
      comparable.filter((row) => difference(row) < 0),
      comparable.filter((row) => difference(row) > 0),
    ];
    console.log(
      `${comparable.length} models that onnxslim gets right: fewer nodes on ${less.length}, ` +
        `as many on ${comparable.length - less.length - more.length}, more on ${more.length}`,
    );
    for (const { model } of more) console.log(`MORE NODES ${model}`);
  }
  for (const { model, ours, bytes } of grown) console.log(`GROWN ${model}: ${bytes} to ${ours.bytes ?? 0} bytes`);
  console.log(`${rows.length} models, ${grown.length} grown by more than ${TOLERATED_GROWTH * 100} %`);
}

await main();
