import { expect, test } from "vitest";
import type { Diagnostic } from "../../src/diagnostics/index.ts";
import { renderAnnotation, renderJobSummary, renderJunit } from "../../src/report/index.ts";
import { demandingReport, sampleReport } from "./sample-report.ts";

const error: Diagnostic = {
  ...{ code: "IO0908", severity: "error", exitCode: 3, where: { file: "a,b:c.onnx" } },
  ...{ message: 'constraint "x" not met: 1 < 2 & so on', hint: "100 % of\nit" },
};

/** A small check that text is well-formed XML: tags nest, entities are known. */
function elementsOf(xml: string): readonly string[] {
  const open: string[] = [];
  const seen: string[] = [];
  const body = xml.replace(/^<\?xml[^>]*\?>/, "");
  for (const [, slash, name = "", rest = ""] of body.matchAll(/<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*\s*\/?)>/g)) {
    if (slash === "/") expect(open.pop()).toBe(name);
    else {
      seen.push(name);
      if (!rest.endsWith("/")) open.push(name);
    }
  }
  expect(open).toEqual([]);
  const text = body.replaceAll(/<[^>]*>/g, "");
  expect(text).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot|#10);)/);
  return seen;
}

test("a compile is a JUnit suite: stages, metrics and speeds are cases", () => {
  const xml = renderJunit({ report: sampleReport, exitCode: 0 });
  const cases = elementsOf(xml).filter((name) => name === "testcase");
  // Written, one stage, top-1, one thread count.
  expect(cases).toHaveLength(4);
  expect(xml).toContain('tests="4" failures="0"');
  expect(xml).toContain("2.000x (1.980 to 2.020)");
  expect(xml).toContain("net&lt;1&gt;.onnx");
});

test("constraints are cases, and a missed one fails once; memory, energy and cost are told", () => {
  const report = { ...demandingReport, problems: [error] };
  const xml = renderJunit({ report, exitCode: 3 });
  elementsOf(xml);
  expect(xml).toContain('failures="1"');
  expect(xml).toContain('name="constraint --max-size 1MB"');
  expect(xml).toContain('message="--max-latency 1ms: median latency 1.100 ms, off by 10 %"');
  expect(xml).toMatch(/name="session memory" [^]*>3\.00 MB</);
  expect(xml).toContain("119.5 uJ (estimate)");
  expect(xml).toContain("0.052 at 1 thread");
  const summary = renderJobSummary({ report, exitCode: 3 });
  expect(summary).toContain(
    "| --max-latency 1ms | median latency | 2.200 ms \u2717 off by 10 % | 1.100 ms \u2717 off by 10 % |",
  );
  expect(summary).toContain("energy (estimate) | cost/1M |");
});

test("a suite takes as long as the run: what stages take is counted once", () => {
  const [stage] = sampleReport.stages;
  const passes = [{ ...stage!.passes[0]!, ms: 300 }];
  const report = { ...sampleReport, phases: [{ name: "all", ms: 1000 }], stages: [{ ...stage!, passes }] };
  const xml = renderJunit({ report, exitCode: 0 });
  expect(xml).toMatch(/<testsuite [^>]*time="1\.000"/);
  expect(xml).toMatch(/name="written: int8" time="0\.700"/);
});

test("missed constraints and errors that end a run are failures, whatever stands in their text", () => {
  const missed = renderJunit({ report: { ...sampleReport, problems: [error] }, exitCode: 3 });
  expect(elementsOf(missed)).toContain("failure");
  expect(missed).toContain('failures="1"');
  const ended = renderJunit({ model: "m\u0007.onnx", error });
  expect(elementsOf(ended)).toContain("failure");
  expect(ended).toContain('type="IO0908" message="constraint &quot;x&quot; not met: 1 &lt; 2 &amp; so on"');
  expect(ended).not.toContain("\u0007");
});

test("a job summary says first whether it passed", () => {
  const passed = renderJobSummary({ report: sampleReport, exitCode: 0 });
  expect(passed.split("\n")[2]).toBe("**Passed**: int8 written; 2.00x at 1 thread");
  const rows = passed.split("\n").filter((line) => line.startsWith("|"));
  expect(new Set(rows.map((row) => row.replaceAll("\\|", "").split("|").length)).size).toBe(1);
  expect(passed).toContain("| **int8** |");
  const failed = renderJobSummary({ report: { ...sampleReport, problems: [error] }, exitCode: 3 });
  expect(failed).toContain("**Failed with exit code 3**");
  expect(failed).toContain("- IO0908: constraint");
  expect(renderJobSummary({ model: "m.onnx", error })).toContain("**Failed** with IO0908");
});

test("annotations keep to one line and name the file", () => {
  expect(renderAnnotation(error)).toBe(
    '::error file=a%2Cb%3Ac.onnx,title=infer-opt IO0908::constraint "x" not met: 1 < 2 & so on%0A100 %25 of%0Ait',
  );
  expect(renderAnnotation({ ...error, severity: "note", where: {} })).toMatch(/^::notice title=/);
});
