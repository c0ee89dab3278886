import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** One document of the repository. */
export interface Document {
  /** Path from the root. */
  readonly path: string;
  readonly text: string;
}

const roots = ["docs", "examples", "calibration-data"];

/** Every Markdown document. */
export function readDocuments(root: string): readonly Document[] {
  const below = roots.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  return [...readdirSync(root), ...below]
    .filter((path) => path.endsWith(".md"))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/** Targets of the links to files, as paths from the root; anchors are cut off. */
export function linksOf({ path, text }: Document): readonly string[] {
  const prose = text.replace(/```[\s\S]*?```/g, "").replace(/`[^`\n]*`(?!\])/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target) && !target.startsWith("#"))
    .map((target) => relative(".", join(dirname(path), target.replace(/#.*$/, ""))));
}

/** All matches of an expression's first group, each once. */
export function mentionsOf({ text }: Document, expression: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(expression)].map(([whole, group]) => group ?? whole))];
}

/** Blocks of shell commands, each with the line it begins at: fences that say `sh`. */
export function commandsOf({ text }: Document): readonly { readonly line: number; readonly script: string }[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => ({
    line: text.slice(0, match.index).split("\n").length + 1,
    script: match[1] ?? "",
  }));
}
