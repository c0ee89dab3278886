import { formatAge, formatBytes } from "../../report/index.ts";
import type { Finding } from "./finding.ts";
import type { MachineSpeed } from "./machine-speed.ts";

const unknown = {
  detail: "not measured yet",
  advice: "`infer-opt doctor --measure` measures it in a second; with --records FILE it is kept there",
};

/** What kernels are ranked by here, and the roofline that `inspect --cost` sets layers against. */
export function speedFindings(speed: MachineSpeed | { readonly missing: string }, now: Date): readonly Finding[] {
  const [calibration, roofline] = ["calibration", "roofline"].map((name) => ({ name, ok: true, optional: true })) as [
    Pick<Finding, "name" | "ok" | "optional">,
    Pick<Finding, "name" | "ok" | "optional">,
  ];
  if ("missing" in speed)
    return [calibration, roofline].map((finding) => ({ ...finding, ok: false, detail: speed.missing }));
  const { figures, rates } = speed;
  return [
    figures === undefined
      ? { ...calibration, ...unknown }
      : { ...calibration, detail: `${figuresText(figures.relative)}; ${originText(figures, now)}`, data: figures },
    rates === undefined
      ? { ...roofline, ...unknown }
      : { ...roofline, detail: `${ratesText(rates)}; ${originText(rates, now)}`, data: rates },
  ];
}

/** The rates of a roofline, for people. */
export function ratesText({ int8, float32, memory, stores }: NonNullable<MachineSpeed["rates"]>): string {
  const products = (each: number): string => `${(each / 1e9).toFixed(0)} GMAC/s`;
  const bytes = (each: number): string => `${formatBytes(each)}/s`;
  return `one thread: ${products(int8)} of int8, ${products(float32)} of float32, ${bytes(memory)} read from memory, ${bytes(stores)} stored to it`;
}

function figuresText(relative: Readonly<Record<string, number>>): string {
  const each = Object.entries(relative).map(([name, figure]) => `${name} ${Number(figure.toPrecision(3))}`);
  return `${each.join(", ")} (times as fast as the machine that kernels' cost models were fitted on)`;
}

/** When and by what something was measured, and where that is kept. */
export function originText(
  { at, tool, file }: { readonly at: string; readonly tool: string; readonly file?: string },
  now: Date,
): string {
  if (file === undefined) return "measured now";
  return `measured ${formatAge(new Date(at), now)} by infer-opt ${tool}, kept in ${file}`;
}
