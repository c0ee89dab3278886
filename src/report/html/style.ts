/** The look of the report: one column, light and dark, wide tables that scroll, nothing fetched. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2430; --dim: #5d6878; --page: #fbfbfa; --card: #ffffff; --line: #dfe3e8;
  --bar: #9db4cf; --strong: #2f6fb3; --before: #b9c3ce; --good: #1d7a46; --bad: #b3372f; --warn: #8a6100; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --dim: #98a3b3; --page: #14181e; --card: #1b2129;
  --line: #313a46; --bar: #4d627c; --strong: #6aa7e8; --before: #5a6675; --good: #63c98f; --bad: #ef8078; --warn: #dfb04f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.35rem; margin: 0.5rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0 0 0.6rem; }
p { margin: 0.4rem 0; overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 1rem 0; }
.dim { color: var(--dim); }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.8rem; margin: 0.8rem 0 0.2rem; }
.figures b { display: block; font-size: 1.5rem; line-height: 1.2; }
.chart { margin: 0.6rem 0 1.2rem; }
figcaption { color: var(--dim); margin-bottom: 0.4rem; }
.row { display: grid; grid-template-columns: 9rem 1fr minmax(9rem, max-content); gap: 0.6rem; align-items: center; padding: 1px 0; }
.wide .row { grid-template-columns: 17rem 1fr minmax(9rem, max-content); }
.label { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.value { font-variant-numeric: tabular-nums; color: var(--dim); text-align: right; }
.track { position: relative; display: block; height: 1rem; }
.bar { position: absolute; left: 0; top: 1px; bottom: 1px; background: var(--bar); border-radius: 2px; }
.pair .bar { top: 50%; background: var(--strong); } .pair .bar.before { top: 1px; bottom: 50%; background: var(--before); }
.strong .bar { background: var(--strong); } .strong .label, tr.strong td { font-weight: 600; }
.whisker { position: absolute; top: 50%; border-top: 1px solid var(--ink); }
.tick { position: absolute; top: 2px; bottom: 2px; border-left: 2px solid var(--ink); }
.histograms { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 0.8rem; margin: 0.6rem 0 1.2rem; }
.histogram { margin: 0; font-size: 0.85rem; } .histogram figcaption { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.histogram svg { display: block; width: 100%; } .histogram .counts { fill: var(--bar); } .histogram .curve { fill: none; stroke: var(--strong); stroke-width: 2; } .histogram line { stroke: var(--strong); stroke-width: 2; }
.dots { margin: 0.6rem 0 1.2rem; } .field { position: relative; height: 7rem; border-bottom: 1px solid var(--line); }
.field svg { position: absolute; width: 100%; height: 100%; } .field .curve { fill: none; stroke: var(--strong); stroke-width: 2; vector-effect: non-scaling-stroke; }
.dot { position: absolute; width: 7px; height: 7px; margin: -3.5px; border-radius: 50%; background: var(--dim); }
.key::before { content: ""; display: inline-block; width: 0.7rem; height: 0.7rem; margin: 0 0.3rem 0 0.6rem; background: var(--strong); }
.key.before::before { background: var(--before); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2rem 0.6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--dim); font-weight: 500; } .text { text-align: left; }
td.text { white-space: normal; min-width: 7rem; overflow-wrap: anywhere; } td:nth-child(1).text { min-width: 9rem; } td:nth-child(2).text { min-width: 11rem; }
.scroll { margin-bottom: 1rem; }
details { margin: 0.6rem 0; } summary { cursor: pointer; color: var(--dim); }
code { font: 0.9em ui-monospace, monospace; overflow-wrap: anywhere; }
@media (max-width: 40rem) { .row, .wide .row { grid-template-columns: 1fr max-content; gap: 0 0.6rem; padding: 3px 0; }
  .row .track { grid-row: 2; grid-column: 1 / 3; } .row .value { grid-column: 2; }
  main { padding: 0.5rem; } section { padding: 0.7rem; } }
`;
