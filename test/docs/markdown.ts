import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** One document of the repository. */
export interface Document {
  /** Path from the root. */
  readonly path: string;
  readonly text: string;
}

const folders = ["", "docs", "docs/decisions", "examples", "calibration-data"];

/** Every Markdown document. */
export function readDocuments(root: string): readonly Document[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => join(folder, name))
      .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })),
  );
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
