import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { catalogue } from "../../src/diagnostics/catalogue.ts";
import { define, formatDiagnostic } from "../../src/diagnostics/index.ts";
import { nearestName } from "../../src/diagnostics/nearest-name.ts";
import { version } from "../../src/version.ts";

const root = new URL("../../", import.meta.url);

test("the catalogue holds every code that is defined, each once", () => {
  const folder = new URL("src/diagnostics/codes/", root);
  const defined = readdirSync(folder).flatMap((file) =>
    [...readFileSync(new URL(file, folder), "utf8").matchAll(/code: "(IO\d{4})"/g)].map((match) => match[1]),
  );
  expect([...catalogue.keys()]).toEqual([...new Set(defined)].sort());
  expect(defined).toHaveLength(catalogue.size);
});

test("every entry explains itself and exits with a code of the table", () => {
  for (const [code, { entry }] of catalogue) {
    expect(entry.explanation.length, code).toBeGreaterThan(40);
    expect([undefined, 1, 2, 3, 4, 5, 6, 130], code).toContain(entry.exitCode);
  }
});

test("a diagnostic reads: what, where, what to do", () => {
  const sample = define<{ n: number }>({
    code: "IO0999",
    message: ({ n }) => `${n} things`,
    hint: () => "count again",
    explanation: "",
  });
  expect(formatDiagnostic(sample({ n: 2 }, { file: "m.onnx", node: "add", pointer: "/seed" }))).toBe(
    'error IO0999: 2 things\n  where: m.onnx, node "add", at /seed\n  help: count again',
  );
  expect(formatDiagnostic(sample({ n: 2 }))).toBe("error IO0999: 2 things\n  help: count again");
});

test("the nearest name tolerates slips and swaps, not strangers", () => {
  const names = ["precision", "preprocess", "output", "seed"];
  expect(nearestName("precison", names)).toBe("precision");
  expect(nearestName("SEED", names)).toBe("seed");
  expect(nearestName("otuput", names)).toBe("output");
  expect(nearestName("zebra", names)).toBeUndefined();
});

test("the version is package.json's", () => {
  const manifest = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { version: string };
  expect(version).toBe(manifest.version);
});
