import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { CompileReport } from "../../../src/events.ts";
import { renderReport } from "../../../src/report/index.ts";
import { demandingReport, tunedReport } from "../sample-report.ts";

const browser = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);
if (browser === undefined) console.log("skipped: there is no Chromium to look at reports with");

const work = mkdtempSync(join(tmpdir(), "infer-opt-page-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** What a page looks like from inside, at a width: it is loaded in a frame of that width and asked. */
function look(
  page: string,
  width: number,
  dark: boolean,
): { readonly seen: Seen; readonly console: readonly string[] } {
  const file = join(work, `page-${width}-${dark}.html`);
  const frame = page.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><iframe id="page" style="width:${width}px;height:8000px;border:0" srcdoc="${frame}"></iframe>
<pre id="seen"></pre><script>
document.getElementById("page").addEventListener("load", () => {
  const page = document.getElementById("page").contentDocument;
  const drawn = (chart) => [...chart.querySelectorAll(".bar, .bar.before")].some((bar) => bar.getBoundingClientRect().width > 1);
  const boxOf = (path) => path.getBBox();
  document.getElementById("seen").textContent = JSON.stringify({
    scrollWidth: page.documentElement.scrollWidth,
    charts: page.querySelectorAll("figure.chart").length,
    emptyCharts: [...page.querySelectorAll("figure.chart")].filter((chart) => !drawn(chart)).length,
    dots: [...page.querySelectorAll(".field")].map((field) => {
      const edge = field.getBoundingClientRect();
      const within = ({ left, right, top, bottom }) => left >= edge.left && right <= edge.right && top >= edge.top && bottom <= edge.bottom + 1;
      return [...field.querySelectorAll(".dot")].filter((dot) => dot.getBoundingClientRect().width > 3 && within(dot.getBoundingClientRect())).length;
    }),
    drawings: page.querySelectorAll("svg").length,
    emptyDrawings: [...page.querySelectorAll("svg path")].filter((path) => boxOf(path).width < 1).length,
    ink: getComputedStyle(page.body).color,
    paper: getComputedStyle(page.body).backgroundColor,
  });
});
</script>`,
  );
  const { stdout, stderr } = spawnSync(
    browser as string,
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "--virtual-time-budget=2000"],
      ...["--enable-logging=stderr", `--user-data-dir=${join(work, "profile")}`],
      ...(dark ? ["--blink-settings=preferredColorScheme=0"] : []),
      `file://${file}`,
    ],
    { encoding: "utf8", timeout: 60_000, maxBuffer: 64e6 },
  );
  const [, seen = "{}"] = /<pre id="seen">([^<]*)<\/pre>/.exec(stdout) ?? [];
  return { seen: JSON.parse(seen) as Seen, console: stderr.split("\n").filter((line) => line.includes(":CONSOLE")) };
}

interface Seen {
  readonly scrollWidth: number;
  readonly charts: number;
  readonly emptyCharts: number;
  /** Of each field of dots, how many are drawn within it. */
  readonly dots: readonly number[];
  readonly drawings: number;
  readonly emptyDrawings: number;
  readonly ink: string;
  readonly paper: string;
}

describe.skipIf(browser === undefined)("in a browser", () => {
  const { formTuning, baseline, tuning } = tunedReport;
  const page = renderReport({ ...demandingReport, ...{ formTuning, baseline, tuning } } as CompileReport);

  test.each([
    ["on a desk, light", 1200, false],
    ["on a desk, dark", 1200, true],
    ["on a phone", 360, false],
  ])(
    "the report %s: every chart has data, nothing runs over the edge, nothing complains",
    { timeout: 90_000 },
    (_, width, dark) => {
      const { seen, console } = look(page, width, dark);
      expect(console).toEqual([]);
      expect(seen.charts).toBeGreaterThan(5);
      expect(seen.emptyCharts).toBe(0);
      expect(seen.dots).toEqual([4]);
      expect(seen.drawings).toBeGreaterThan(1);
      expect(seen.emptyDrawings).toBe(0);
      expect(seen.scrollWidth).toBeLessThanOrEqual(width);
      expect(brightness(seen.paper) > brightness(seen.ink)).toBe(!dark);
    },
  );

  test("a page is small", () => {
    expect(Buffer.byteLength(page)).toBeLessThan(1e6);
  });
});

function brightness(color: string): number {
  return [...color.matchAll(/\d+/g)].slice(0, 3).reduce((sum, [value]) => sum + Number(value), 0);
}
