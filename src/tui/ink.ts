import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type * as ink from "ink";

/** What the views are made of. */
type InkParts = Pick<typeof ink, "Box" | "Text">;

/** Where Ink keeps them, from the file on that its name stands for. */
const files: { readonly [Part in keyof InkParts]: string } = {
  Box: "components/Box.js",
  Text: "components/Text.js",
};

/**
 * The components of Ink, from their own files: its entry loads 500 modules more, among them a layout engine, and takes a third
 * of a second of processor time. Undefined where a version of Ink keeps them elsewhere.
 */
export async function inkParts(entry: string): Promise<InkParts | undefined> {
  const load = async (part: keyof InkParts): Promise<unknown> => {
    const module = (await import(new URL(files[part], entry).href)) as { readonly default?: unknown };
    return module.default;
  };
  try {
    const [box, text] = await Promise.all([load("Box"), load("Text")]);
    return box === undefined || text === undefined ? undefined : ({ Box: box, Text: text } as InkParts);
  } catch {
    return undefined;
  }
}

const entry = pathToFileURL(createRequire(import.meta.url).resolve("ink")).href;

const parts: InkParts = (await inkParts(entry)) ?? (await import("ink"));

export const Box: typeof ink.Box = parts.Box;
export const Text: typeof ink.Text = parts.Text;
