// Stands in for npm when the commands of the documents are run: fails unless the script, its program and the options
// behind `--` exist.
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";

const [verb, ...rest] = process.argv.slice(2);
const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
const fail = (reason) => {
  console.error(`npm ${process.argv.slice(2).join(" ")}: ${reason}`);
  process.exit(1);
};

if (verb === "ci" || verb === "test") process.exit(0);
if (verb === "install") process.exit(rest.some((word) => /^(.*\/)?infer-opt(-[\d.]+\.tgz)?$/.test(word)) ? 0 : 1);
// What is packed has a test of its own.
if (verb === "pack") process.exit(0);
if (verb !== "run") fail("not a command that the documents should need");
const [name, separator, ...options] = rest.filter((word) => word !== "--silent");
const script = scripts[name];
if (script === undefined) fail("there is no such script");
if (separator !== undefined && separator !== "--") fail("options stand behind --");
const [, folder, program] = /dist\/(scripts|bench)\/([\w-]+)\.js/.exec(script) ?? [];
const sources = program === undefined ? [] : [`${folder}/${program}.ts`, `${folder}/${program}`];
const text = sources
  .filter((path) => existsSync(path))
  .map(readAll)
  .join("\n");
for (const option of options.filter((word) => word.startsWith("--")))
  if (!text.includes(option) && !new RegExp(`["'\`]?${option.slice(2)}["'\`]?: \\{`).test(text))
    fail(`no option ${option}`);

function readAll(path) {
  if (!statSync(path).isDirectory()) return readFileSync(path, "utf8");
  return readdirSync(path)
    .map((entry) => readAll(`${path}/${entry}`))
    .join("\n");
}
