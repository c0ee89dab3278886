import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { UserOptions } from "../../src/config/index.ts";
import { compile, completeOptions } from "../../src/index.ts";

const pictures = join("calibration-data", "characters", "evaluation");
const work = mkdtempSync(join(tmpdir(), "labels-missed-"));
afterAll(() => rmSync(work, { recursive: true }));

/** One picture of each class in one folder, labelled with its class and with the one behind it. */
beforeAll(() => {
  const classes = readdirSync(pictures).sort();
  for (const [folder, shift] of [
    ["right", 0],
    ["wrong", 1],
  ] as const) {
    mkdirSync(join(work, folder));
    const labels = classes.map((name, i) => {
      const [picture = ""] = readdirSync(join(pictures, name)).sort();
      cpSync(join(pictures, name, picture), join(work, folder, `${i}.png`));
      return [`${i}.png`, (i + shift) % classes.length];
    });
    writeFileSync(join(work, folder, "labels.json"), JSON.stringify(Object.fromEntries(labels)));
  }
});

async function problemsWith(
  folder: string,
  options: UserOptions = {},
): Promise<{ codes: string[]; notes: readonly string[] }> {
  const { report } = await compile(
    join("examples", "models", "residual-cnn.onnx"),
    completeOptions({
      ...{ calibData: join(work, folder), evalData: join(work, folder), preprocess: "scale=1/255,mean=0.5,std=0.5" },
      ...{ calibSamples: 4, calibMethod: "minmax", maxDrop: "100%", tune: "off", output: join(work, "out") },
      ...options,
    }),
    { reporter: { handle: () => undefined }, signal: new AbortController().signal },
  );
  return { codes: report.problems.map(({ code }) => code), notes: report.notes };
}

test("labels that the original misses as guessing would are warned about, once", { timeout: 60_000 }, async () => {
  expect((await problemsWith("right")).codes).toEqual([]);
  expect((await problemsWith("wrong")).codes).toEqual(["IO0415"]);
});

test("pictures that nothing prepares are told", { timeout: 60_000 }, async () => {
  const options = { precision: "fp32", check: "none" } as const;
  expect((await problemsWith("right", options)).notes.join()).not.toContain("pixels from 0 to 255");
  expect((await problemsWith("right", { ...options, preprocess: "none" })).notes.join()).toContain(
    "pixels from 0 to 255",
  );
});
