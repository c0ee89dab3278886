import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A picture of a report, or of some of its sections: as wide and at most as high as it says, in pixels. */
interface Picture {
  readonly name: string;
  readonly target: "cpu" | "onnxruntime";
  readonly width: number;
  readonly height: number;
  readonly dark?: boolean;
  /** Titles of the sections that are shown; all when left out. */
  readonly sections?: readonly string[];
}

const pictures: readonly Picture[] = [
  { name: "report-light", target: "cpu", width: 1000, height: 1300 },
  { name: "report-dark", target: "cpu", width: 1000, height: 1300, dark: true },
  { name: "report-phone", target: "cpu", width: 390, height: 1300 },
  {
    ...{ name: "report-tuning", target: "onnxruntime", width: 1000, height: 2700 },
    sections: ["Precision of layers", "Session options of ONNX Runtime"],
  },
];

/** Pixels around sections that were cut out. */
const margins = { top: 16, bottom: 16, left: 16, right: 16 };

/** Colours of a picture: a page has few, and more make it several times as large. */
const colours = 64;

/**
 * Makes the pictures of `docs/pictures` with headless Chromium from reports of an example network, compiled for both
 * targets with default effort: figures are this machine's, so it is run on a quiet one.
 */
async function main(): Promise<void> {
  const browser = ["chromium", "chromium-browser", "google-chrome"].find(
    (name) => spawnSync(name, ["--version"]).status === 0,
  );
  if (browser === undefined) throw new Error("there is no Chromium to look at reports with");
  const work = mkdtempSync(join(tmpdir(), "infer-opt-pictures-"));
  try {
    const folder = join(root, "docs", "pictures");
    mkdirSync(folder, { recursive: true });
    const pages = new Map((["cpu", "onnxruntime"] as const).map((target) => [target, reportFor(target, work)]));
    for (const picture of pictures) {
      const page = pages.get(picture.target) ?? "";
      const taken = take(browser, picture, onlySections(page, picture.sections), work);
      const { width, height } = picture;
      const whole = sharp(await sharp(taken).extract({ left: 0, top: 0, width, height }).toBuffer());
      const cut = picture.sections === undefined ? whole : whole.trim().extend({ ...margins, background: "#ffffff" });
      const file = join(folder, `${picture.name}.png`);
      await cut.png({ palette: true, colours }).toFile(file);
      console.log(`wrote ${file}`);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The page of a run for a target. */
function reportFor(target: Picture["target"], work: string): string {
  const data = join(root, "calibration-data", "characters");
  const out = join(work, target);
  const model = join(root, "examples", "models", "residual-cnn.onnx");
  execFileSync(
    process.execPath,
    [
      ...[join(root, "bin", "infer-opt.js"), "optimize", model, "--no-tui", "--target", target, "-o", out],
      ...["--calib-data", join(data, "calibration"), "--eval-data", join(data, "evaluation")],
      ...["--preprocess", "scale=1/255,mean=0.5,std=0.5"],
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  // Paths of this machine are nobody's business.
  return readFileSync(join(out, "residual-cnn.report.html"), "utf8").replaceAll(root, "").replaceAll(work, "out");
}

/** The page with some of its sections only, without its title. */
function onlySections(page: string, titles: readonly string[] | undefined): string {
  if (titles === undefined) return page;
  const sections = page.match(/<section>[\s\S]*?<\/section>/g) ?? [];
  const shown = sections.filter((section) => titles.some((title) => section.includes(`<h2>${title}</h2>`)));
  if (shown.length !== titles.length) throw new Error(`the report has not all of ${titles.join(", ")}`);
  return page.replace(/<main>[\s\S]*<\/main>/, () => `<main>${shown.join("")}</main>`);
}

/** A screenshot, at least as large as the picture: a browser's window has a least width, a frame in it has none. */
function take(browser: string, { name, width, height, dark }: Picture, page: string, work: string): string {
  const frame = page.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  const outer = join(work, `${name}.html`);
  const style = `width:${width}px;height:${height}px;border:0;display:block`;
  writeFileSync(
    outer,
    `<!doctype html><meta charset="utf-8"><body style="margin:0"><iframe style="${style}" srcdoc="${frame}"></iframe>`,
  );
  const file = join(work, `${name}.png`);
  execFileSync(
    browser,
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", `--screenshot=${file}`],
      ...[`--window-size=${Math.max(width, 800)},${height}`, `--user-data-dir=${join(work, "profile")}`],
      ...(dark === true ? ["--blink-settings=preferredColorScheme=0"] : []),
      `file://${outer}`,
    ],
    { stdio: "ignore", timeout: 60_000 },
  );
  return file;
}

await main();
