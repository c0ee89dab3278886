import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";

/** One backend test case on disk. */
export interface ConformanceCase {
  /** `<kind>/<name>`, the key in the list of known failures. */
  readonly id: string;
  readonly folder: string;
  readonly rtol: number;
  readonly atol: number;
}

/** The cases of a folder, and how to remove what was unpacked for them. */
export interface CaseFolder {
  readonly cases: readonly ConformanceCase[];
  cleanUp(): void;
}

interface IndexEntry {
  readonly name: string;
  readonly dir: string;
  readonly rtol: number;
  readonly atol: number;
}

/** Defaults of ONNX's own backend test runner. */
const tolerance = { rtol: 1e-3, atol: 1e-7 };

/**
 * Finds every folder with a model.onnx, however deep. A folder that only has cases.tar.xz is unpacked to a temporary
 * one. Tolerances come from index.json where there is one.
 */
export function findCases(folder: string): CaseFolder {
  const archive = join(folder, "cases.tar.xz");
  let root = folder;
  const found = foldersWithModel(folder);
  if (found.length === 0 && existsSync(archive)) {
    root = mkdtempSync(join(tmpdir(), "conformance-"));
    execFileSync("tar", ["-xJf", archive, "-C", root]);
    found.push(...foldersWithModel(root));
  }
  const index = readIndex(folder);
  const cases = found.map((at): ConformanceCase => {
    const id = relative(root, at).split(sep).slice(-2).join("/");
    const { rtol, atol } = index.get(id) ?? tolerance;
    return { id, folder: at, rtol, atol };
  });
  cases.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { cases, cleanUp: () => (root === folder ? undefined : rmSync(root, { recursive: true, force: true })) };
}

function foldersWithModel(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  if (entries.some((entry) => entry.name === "model.onnx")) return [folder];
  return entries.filter((entry) => entry.isDirectory()).flatMap((entry) => foldersWithModel(join(folder, entry.name)));
}

function readIndex(folder: string): ReadonlyMap<string, IndexEntry> {
  const file = join(folder, "index.json");
  if (!existsSync(file)) return new Map();
  const entries = JSON.parse(readFileSync(file, "utf8")) as readonly IndexEntry[];
  return new Map(entries.map((entry) => [entry.dir, entry]));
}
