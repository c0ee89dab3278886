import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { commands } from "../../src/cli/commands/index.ts";
import { catalogue } from "../../src/diagnostics/catalogue.ts";
import { documentedImports, enforcedImports } from "./import-table.ts";
import { linksOf, mentionsOf, readDocuments } from "./markdown.ts";

const root = join(import.meta.dirname, "..", "..");
const documents = readDocuments(root);
const documentAt = (path: string): { readonly path: string; readonly text: string } => ({
  path,
  text: readFileSync(join(root, path), "utf8"),
});
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly files: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};

/** Packages that the import table speaks of; ink and react belong to a room to come. */
const restricted = [...Object.keys(manifest.dependencies), "ink", "react"];

/** Options that every program has, and those of other programs and of this repository's scripts. */
const foreignOptions: ReadonlySet<string> = new Set([
  "--help",
  "--onnxruntime-node-install",
  "--ignore-scripts",
  "--pack-destination",
  "--save-dev",
  "--python",
  "--web",
  "--update",
  "--evaluate",
  "--verify",
  "--minutes",
  "--leak",
  "--seeds",
  "--trials",
  "--sample",
  "--quick",
]);

/** The command line as commander sees it. */
function commandLine(): Command {
  const program = new Command("infer-opt");
  const io = { stdout: () => undefined, stderr: () => undefined, signal: new AbortController().signal };
  for (const command of commands) command.register(program, io, () => undefined);
  return program;
}

describe.each(documents)("$path", (document) => {
  test("links lead to files", () => {
    expect(linksOf(document).filter((target) => !existsSync(join(root, target)))).toEqual([]);
  });

  test("names files that exist", () => {
    const paths = mentionsOf(document, /`((?:src|passes|targets|test|scripts|bench|docs|examples)\/[\w./-]*\w\/?)`/g);
    const hereOrThere = (path: string): boolean =>
      existsSync(join(root, path)) || existsSync(join(root, document.path, "..", path));
    expect(paths.filter((path) => !hereOrThere(path))).toEqual([]);
  });

  test("names diagnostics that exist", () => {
    expect(mentionsOf(document, /\bIO\d{4}\b/g).filter((code) => !catalogue.has(code))).toEqual([]);
  });

  test("names npm scripts that exist", () => {
    const named = mentionsOf(document, /npm (?:run (?:--silent )?)?((?<=run (?:--silent )?)[\w:-]+|test\b)/g);
    expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });

  test("names options that exist", () => {
    const program = commandLine();
    const all = program.commands.flatMap((command) => [command, ...command.commands]);
    const known = new Set(all.flatMap((command) => command.options.map((option) => option.long)));
    const named = mentionsOf(document, /(?<![\w-])(--[a-z][a-z-]*[a-z])/g);
    const unknown = named.filter((option) => !known.has(option) && !foreignOptions.has(option));
    expect(unknown).toEqual([]);
  });
});

describe("README.md", () => {
  const readme = documentAt("README.md");

  test("its command table is the command line", () => {
    const [, table = ""] = /^\| command .*\n((?:\|.*\n)*)/m.exec(readme.text) ?? [];
    const rows = table.split("\n").slice(1);
    const named = rows.flatMap((row) =>
      [...(row.split("|")[1] ?? "").matchAll(/`([a-z]+)[^`]*`/g)].map(([, name]) => name),
    );
    expect(named.sort()).toEqual(
      commandLine()
        .commands.map((command) => command.name())
        .sort(),
    );
  });

  test("leads to every page of docs/", () => {
    const linked = new Set(linksOf(readme));
    const pages = documents.filter(({ path }) => /^docs\/[^/]+$/.test(path));
    expect(pages.map(({ path }) => path).filter((path) => !linked.has(path))).toEqual([]);
  });
});

test("the import table of ARCHITECTURE.md is the one that lint enforces", () => {
  const enforced = enforcedImports(root, restricted);
  const rooms = [...new Set([...enforced.keys(), ...[...enforced.values()].flatMap((room) => room.rooms)])];
  const documented = documentedImports(documentAt("ARCHITECTURE.md").text, rooms);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(enforced));
});

test("every exit code of the catalogue stands in both tables of exit codes", () => {
  const codes = new Set([...catalogue.values()].map(({ entry }) => entry.exitCode ?? 1));
  for (const path of ["README.md", "docs/exit-codes.md"]) {
    const rows = new Set(mentionsOf(documentAt(path), /^\| (\d+) +\|/gm).map(Number));
    expect([...codes].filter((code) => !rows.has(code))).toEqual([]);
  }
});

test("docs/dependencies.md gives a reason for each dependency, with its major version", () => {
  const { text } = documentAt("docs/dependencies.md");
  const rows = text.split("\n").filter((line) => line.startsWith("| `"));
  const all = { ...manifest.dependencies, ...manifest.devDependencies };
  const missing = Object.entries(all).filter(([name, range]) => {
    const [, major = "", minor = ""] = /^\^(\d+)\.(\d+)/.exec(range) ?? [];
    const version = major === "0" ? `0.${minor}` : major;
    return !rows.some((row) => new RegExp(`\`${name}\` ${version}(?![0-9])`).test(row));
  });
  expect(missing).toEqual([]);
});

test("docs/decisions/README.md lists every decision", () => {
  const linked = new Set(linksOf(documentAt("docs/decisions/README.md")));
  const decisions = documents.filter(({ path }) => /^docs\/decisions\/\d/.test(path));
  expect(decisions.length).toBeGreaterThan(0);
  expect(decisions.map(({ path }) => path).filter((path) => !linked.has(path))).toEqual([]);
});

test("the package holds the documents that its README leads to", () => {
  const packed = (path: string): boolean =>
    manifest.files.some((entry) => path === entry || path.startsWith(`${entry}/`));
  expect(linksOf(documentAt("README.md")).filter((path) => !packed(path))).toEqual([]);
});
