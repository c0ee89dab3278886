import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import type { CompileReport } from "../../src/events.ts";
import { plainReporter } from "../../src/report/index.ts";
import { drawingShares } from "./drawing-share.ts";
import { childrenOf, hasPty } from "./pty.ts";
import type { WatchedRun } from "./watched-run.ts";
import { expectRestored, shows, squeezed, watch } from "./watched-run.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const model = join(root, "examples", "models", "residual-cnn.onnx");
const work = mkdtempSync(join(tmpdir(), "tui-test-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Short and whole: float kernels are searched, the forms raced, the result written. */
const quick = ["--target", "cpu", "--precision", "fp32", "--tune", "quick", "--threads", "1"];

/** The main job as the README shows it, with `INFER_OPT_TUI_WHOLE`: some minutes; what the figures in docs/tui.md are of. */
const isWhole = process.env["INFER_OPT_TUI_WHOLE"] !== undefined;
const data = join(root, "calibration-data", "characters");
const job = isWhole
  ? [
      ...["--target", "cpu", "--tune", "quick", "--preprocess", "scale=1/255,mean=0.5,std=0.5"],
      ...["--calib-data", join(data, "calibration"), "--eval-data", join(data, "evaluation")],
    ]
  : [...quick, "--budget", "20s"];

/** Share of the processor time of a run that drawing may take. A short run with many keys is mostly code that is not warm yet. */
const mostDrawing = isWhole ? 0.02 : 0.03;

const describePty = test.skipIf(!hasPty);
vi.setConfig({ testTimeout: isWhole ? 600_000 : 180_000 });
if (!hasPty) console.info("the terminal interface is not run here: no pseudo-terminal (Linux with glibc has them)");

describePty("a whole run at 80x24, resized, scrolled, with help: the summary stays, drawing takes little", async () => {
  const output = join(work, "whole");
  const profiles = join(work, "profiles");
  const run = watch(output, [80, 24], ["optimize", model, ...job], {
    node: ["--cpu-prof", `--cpu-prof-dir=${profiles}`],
  });
  await run.until(shows("workload"), "tuning");
  // The run waits meanwhile: on a busy machine it would be over before all keys have been typed.
  run.type("p");
  await run.until(shows("paused: p goes on"), "the pause");
  run.type("?");
  await run.until(shows("pause between two rounds"), "help");
  run.type("?");
  await run.until(shows("workload"), "the table");
  await run.resizeTo(60, 20);
  run.type("\u001b[H");
  await run.until(shows("✓ load"), "the first line");
  run.type("\u001b[F");
  await run.resizeTo(200, 50);
  run.type("p");
  await run.until(shows("choose"), "the choice");
  const running = setInterval(() => run.cpuMs(), 50);
  expect(await run.exit).toBe(0);
  clearInterval(running);
  expectRestored(run);
  const report = JSON.parse(readFileSync(join(output, "residual-cnn.report.json"), "utf8")) as CompileReport;
  let plain = "";
  plainReporter((text) => (plain += text), { refusals: false }).handle({ type: "finished", report });
  const shell = squeezed(run.terminal.shell.join("\n"));
  expect(shell).toContain(squeezed(plain));
  expect(shell).toMatch(/waschosen|waskept/);
  expect(run.frames).toBeGreaterThan(5);
  expectLittleDrawing(run, profiles);
});

/** Drawing takes a small share of the processor time of a run and its children, by the profile of the run. */
function expectLittleDrawing(run: WatchedRun, profiles: string): void {
  const [profile = ""] = readdirSync(profiles);
  const shares = drawingShares(join(profiles, profile));
  const { own, all } = run.cpuMs();
  const [drawing, loading] = [shares.drawing * own, shares.loading * own];
  const times = run.writtenAt();
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
  const ofAll = (ms: number): string => `${ms.toFixed(0)} ms, ${((100 * ms) / all).toFixed(2)} %`;
  console.info(
    [
      `terminal interface: ${times.length} frames in ${seconds.toFixed(1)} s`,
      `processor time of the run ${(all / 1000).toFixed(1)} s`,
      `of it drawing ${ofAll(drawing)}; evaluating its modules ${ofAll(loading)}`,
    ].join("; "),
  );
  expect(drawing / all).toBeLessThan(mostDrawing);
  if (isWhole) expect((drawing + loading) / all).toBeLessThan(mostDrawing);
  expect(loading).toBeLessThan(1500);
}

describePty(
  "p pauses between rounds and goes on; q keeps the best, which is proven and written, at 60x20",
  async () => {
    const session = watch(join(work, "kept"), [60, 20], ["optimize", model, ...quick]);
    await session.until(shows(/ {2}▸ .*us/), "a first time");
    session.type("p");
    await session.until(shows("paused: p goes on"), "the pause");
    // What is under way ends first.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const trials = (): string | undefined => /\d+ trials/.exec(session.terminal.lines[1] ?? "")?.[0];
    const before = trials();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(trials()).toBe(before);
    session.type("p");
    await session.until(() => trials() !== before, "another trial");
    session.type("q");
    await session.until(shows(/^stopping/), "stopping");
    expect(await session.exit).toBe(0);
    expectRestored(session);
    expect(squeezed(session.terminal.shell.join("\n"))).toContain(squeezed("stopped on request"));
    expect(readdirSync(join(work, "kept"))).toContain("residual-cnn.opt.onnx");
  },
);

describePty("a child that is killed takes neither the run nor the terminal along, at 200x50", async () => {
  const session = watch(join(work, "killed"), [200, 50], ["optimize", model, ...quick]);
  await session.until(shows(/ {2}▸ .*us/), "a first time");
  const children = childrenOf(session.pid);
  expect(children.length).toBeGreaterThan(0);
  for (const child of children) process.kill(child, "SIGKILL");
  const { frames } = session;
  await session.until(() => session.frames > frames + 2, "more frames");
  session.type("q");
  expect(await session.exit).toBe(0);
  expectRestored(session);
});

const throwing = "setInterval(() => { if (process.stdin.isRaw) throw new Error('boom') }, 700)";
const ends = [
  { name: "Ctrl-C", end: (run: WatchedRun) => run.type("\u0003"), code: 130, says: "interrupted" },
  { name: "SIGTERM", end: (run: WatchedRun) => void process.kill(run.pid, "SIGTERM"), code: 130, says: "interrupted" },
  {
    name: "a q that is too early",
    end: (run: WatchedRun) => run.type("q"),
    code: 130,
    says: "stopped before there was",
  },
  { name: "an error nobody catches", end: () => undefined, code: 1, says: "Error: boom", throwing },
];

describePty.each(ends)("$name gives the terminal back", async ({ name, end, code, says, throwing: preload }) => {
  const node = preload === undefined ? [] : ["--import", `data:text/javascript,${encodeURIComponent(preload)}`];
  const session = watch(join(work, name.replaceAll(" ", "-")), [40, 12], ["optimize", model, ...quick, "-O0"], {
    node,
  });
  // The terminal keeps what is typed before it is asked for: nothing can be too early for a q.
  if (name.startsWith("a q")) end(session);
  await session.until(() => session.frames > 0, "a first frame");
  if (!name.startsWith("a q")) end(session);
  expect(await session.exit).toBe(code);
  expectRestored(session);
  expect(squeezed(session.terminal.shell.join("\n"))).toContain(squeezed(says));
});
