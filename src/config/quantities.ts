const sizes: Readonly<Record<string, number>> = {
  ...{ B: 1, KB: 1e3, MB: 1e6, GB: 1e9 },
  ...{ KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 },
};
const energies: Readonly<Record<string, number>> = { uJ: 1, mJ: 1e3, J: 1e6 };
const times: Readonly<Record<string, number>> = { us: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 3.6e6 };

function parse(text: string, units: Readonly<Record<string, number>>): number {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text);
  return Number(match?.[1] ?? NaN) * (units[match?.[2] ?? ""] ?? NaN);
}

/** Bytes of a size such as `10MB` (decimal) or `10MiB` (binary). */
export function parseSize(text: string): number {
  return parse(text, sizes);
}

/** Milliseconds of a duration such as `60s` or `5ms`. */
export function parseDuration(text: string): number {
  return parse(text, times);
}

/** Microjoules of an energy such as `5mJ`. */
export function parseEnergy(text: string): number {
  return parse(text, energies);
}

/** A share such as `30%` or `0.3`, as a number between 0 and 1. */
export function parseShare(text: string): number {
  return text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
}

/** The largest accepted loss: `0.5%` or `0.005` absolute, `0.5%rel` relative to the value of the original. */
export function parseDrop(text: string): { readonly amount: number; readonly relative: boolean } {
  const relative = text.endsWith("rel");
  return { amount: parseShare(relative ? text.slice(0, -3) : text), relative };
}

/** A shape such as `input:1x3x224x224`: the name may hold colons; nothing behind the last one is a scalar. */
export function parseShape(text: string): { readonly name: string; readonly dims: readonly number[] } {
  const at = text.lastIndexOf(":");
  return {
    name: text.slice(0, at),
    dims: text
      .slice(at + 1)
      .split("x")
      .filter((dim) => dim !== "")
      .map(Number),
  };
}
