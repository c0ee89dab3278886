import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type * as ink from "ink";

/** What the views are made of, and what turns them into text. */
type InkParts = Pick<typeof ink, "Box" | "Text" | "renderToString">;

/** Where Ink keeps them, beside the file that its name stands for. */
const files: { readonly [Part in keyof InkParts]: string } = {
  Box: "components/Box.js",
  Text: "components/Text.js",
  renderToString: "render-to-string.js",
};

/**
 * The parts of Ink that draw, from their own files: its entry loads five times as many modules, for what takes a terminal
 * over, which is done here in another way. Undefined where a version of Ink keeps them elsewhere.
 */
export async function inkParts(entry: string): Promise<InkParts | undefined> {
  const load = async (part: keyof InkParts): Promise<unknown> => {
    const module = (await import(new URL(files[part], entry).href)) as { readonly default?: unknown };
    return module.default;
  };
  try {
    const [box, text, renderToString] = await Promise.all([load("Box"), load("Text"), load("renderToString")]);
    if (box === undefined || text === undefined || renderToString === undefined) return undefined;
    return { Box: box, Text: text, renderToString } as InkParts;
  } catch {
    return undefined;
  }
}

const entry = pathToFileURL(createRequire(import.meta.url).resolve("ink")).href;

const parts: InkParts = (await inkParts(entry)) ?? (await import("ink"));

export const Box: typeof ink.Box = parts.Box;
export const Text: typeof ink.Text = parts.Text;
export const renderToString: typeof ink.renderToString = parts.renderToString;
