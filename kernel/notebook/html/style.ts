// The page's look: one column to read, code and outputs in it, colors for light and dark.

export const style = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1d2129; --quiet: #667080; --rule: #e3e6ea; --wash: #f6f7f9; --accent: #2458c5;
  --warn: #8a5a00; --warn-wash: #fff8e8; --bad: #b3261e; --bad-wash: #fdf1f0;
  --red: #b3261e; --green: #2a7a3f; --yellow: #8a5a00; --blue: #2458c5; --magenta: #8432b8; --cyan: #0d7377;
  --keyword: #8432b8; --string: #2a7a3f; --number: #a1501a; --comment: #667080; --title: #2458c5; --type: #0d7377;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "PingFang SC", "Hiragino Sans GB",
    "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181d; --ink: #dfe2e7; --quiet: #8f98a6; --rule: #2c3038; --wash: #1d2026; --accent: #8ab0ff;
    --warn: #e3b85c; --warn-wash: #262117; --bad: #ff8f85; --bad-wash: #2a1c1d;
    --red: #ff8f85; --green: #8ccf9a; --yellow: #e3b85c; --blue: #8ab0ff; --magenta: #cf9bf0; --cyan: #6fd0cf;
    --keyword: #cf9bf0; --string: #8ccf9a; --number: #eab07c; --comment: #8f98a6; --title: #8ab0ff; --type: #6fd0cf;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--ink); font: 400 1.0625rem/1.65 var(--sans); overflow-wrap: break-word; }
:lang(zh) body, body:lang(zh) { line-height: 1.8; }
main { max-width: 60rem; margin: 0 auto; padding: 4rem 1.5rem 6rem; }
/* Lines of prose are shorter than lines of code. */
section.text { max-width: 46rem; }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; font-weight: 650; letter-spacing: -0.012em; }
h1 { font-size: 2.125rem; margin: 0 0 1.5rem; letter-spacing: -0.022em; }
h2 { font-size: 1.4375rem; margin: 3.25rem 0 0.75rem; }
h3 { font-size: 1.125rem; margin: 2.25rem 0 0.5rem; }
p, ul, ol, table, blockquote { margin: 0 0 1rem; }
ul, ol { padding-left: 1.5rem; }
li + li { margin-top: 0.25rem; }
a { color: var(--accent); text-decoration-thickness: 0.06em; text-underline-offset: 0.18em; }
blockquote { padding-left: 1.125rem; border-left: 3px solid var(--rule); color: var(--quiet); }
hr { border: 0; border-top: 1px solid var(--rule); margin: 2.5rem 0; }
img, svg { max-width: 100%; height: auto; }
code, pre { font-family: var(--mono); font-size: 0.84375rem; font-variant-ligatures: none; }
:not(pre) > code { padding: 0.1em 0.35em; border-radius: 4px; background: var(--wash); font-size: 0.875em; }
pre { margin: 0; overflow-x: auto; line-height: 1.55; tab-size: 2; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.9375rem; line-height: 1.45; display: block; overflow-x: auto; }
th, td { padding: 0.5rem 1.25rem 0.5rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
th { font-weight: 600; border-bottom-color: var(--quiet); }
.text > pre { margin: 0 0 1rem; padding: 0.875rem 1.125rem; border-radius: 8px; background: var(--wash); }
.text > :last-child { margin-bottom: 0; }
.text { margin: 1.25rem 0; }
/* What a notebook writes stays in its own place. */
.text, .html { contain: paint; }
/* Chinese breaks anywhere: a column on a phone would be as wide as a glyph. */
@media (max-width: 620px) { th:not(:empty), td:not(:empty) { min-width: 4em; } }
.html { overflow-x: auto; }
.missing { color: var(--quiet); }
.task-list-item { list-style: none; }
.task-list-item > input, .task-list-item > p > input { margin: 0 0.5em 0 -1.4em; }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", math; font-size: 1.1em; }
math[display="block"] { margin: 1rem 0; overflow-x: auto; }
/* What \\begin{aligned} asks for, in browsers that do not read columnalign. */
mtable[columnalign^="right left"] > mtr > mtd:nth-child(odd) { text-align: right; }
mtable[columnalign^="right left"] > mtr > mtd:nth-child(even) { text-align: left; }
section.code { margin: 1.5rem 0 2rem; }
.input { position: relative; border-radius: 8px; background: var(--wash); }
.input pre { padding: 0.9375rem 1.125rem; }
.folded > summary { padding: 0.5rem 1.125rem; color: var(--quiet); font: 0.8125rem/1.3125rem var(--sans); cursor: pointer; }
.folded > summary:hover { color: var(--ink); }
.folded > summary:focus-visible { outline: 2px solid var(--accent); border-radius: 8px; }
.folded:not([open]) .hide, .folded[open] .show { display: none; }
.folded > pre { padding-top: 0.25rem; }
.input:has(> .folded) > .label { top: 0.5rem; }
.label { position: absolute; right: 100%; top: 0.9375rem; padding-right: 1rem; white-space: nowrap; color: var(--quiet); font: 0.75rem/1.3125rem var(--mono); }
.outputs { margin-top: 0.875rem; padding: 0 1.125rem; display: grid; gap: 0.75rem; }
.outputs > * { min-width: 0; margin: 0; }
.outputs .text > table { margin-top: 0.25rem; }
.stream, .value { max-height: 32rem; overflow: auto; }
.stderr, .error { padding: 0.75rem 1.125rem; margin: 0 -1.125rem !important; border-radius: 8px; }
.stderr { color: var(--warn); background: var(--warn-wash); }
.error { color: var(--bad); background: var(--bad-wash); }
.chart { margin: 0 -1.125rem; min-height: 12rem; }
.picture svg, .picture img { display: block; }
.ansi-red-fg, .ansi-bright-red-fg { color: var(--red); }
.ansi-green-fg, .ansi-bright-green-fg { color: var(--green); }
.ansi-yellow-fg, .ansi-bright-yellow-fg { color: var(--yellow); }
.ansi-blue-fg, .ansi-bright-blue-fg { color: var(--blue); }
.ansi-magenta-fg, .ansi-bright-magenta-fg { color: var(--magenta); }
.ansi-cyan-fg, .ansi-bright-cyan-fg { color: var(--cyan); }
.ansi-red-bg, .ansi-bright-red-bg { background: var(--red); color: var(--paper); }
.ansi-green-bg, .ansi-bright-green-bg { background: var(--green); color: var(--paper); }
.ansi-yellow-bg, .ansi-bright-yellow-bg { background: var(--yellow); color: var(--paper); }
.ansi-blue-bg, .ansi-bright-blue-bg { background: var(--blue); color: var(--paper); }
.ansi-magenta-bg, .ansi-bright-magenta-bg { background: var(--magenta); color: var(--paper); }
.ansi-cyan-bg, .ansi-bright-cyan-bg { background: var(--cyan); color: var(--paper); }
.ansi-black-fg, .ansi-bright-black-fg { color: var(--quiet); }
.ansi-black-bg, .ansi-bright-black-bg { background: var(--rule); }
.ansi-white-bg, .ansi-bright-white-bg { background: var(--ink); color: var(--paper); }
.hljs-comment, .hljs-quote { color: var(--comment); font-style: italic; }
.hljs-keyword, .hljs-literal, .hljs-operator { color: var(--keyword); }
.hljs-string, .hljs-regexp, .hljs-subst .hljs-string { color: var(--string); }
.hljs-subst { color: inherit; }
.hljs-number { color: var(--number); }
.hljs-title, .hljs-section, .hljs-attr.hljs-name { color: var(--title); }
.hljs-title.class_, .hljs-type, .hljs-built_in { color: var(--type); }
@media (max-width: 72rem) {
  .label { position: static; display: block; padding: 0.625rem 1.125rem 0; }
  .input .label + pre { padding-top: 0.25rem; }
  .input .label:empty { display: none; }
}
@media (max-width: 36rem) { main { padding: 2rem 1rem 4rem; } h1 { font-size: 1.75rem; } }
@media print {
  main { max-width: none; padding: 0; }
  section.code, .chart { break-inside: avoid; }
  .input pre, .stream, .value { white-space: pre-wrap; max-height: none; }
}
`;
