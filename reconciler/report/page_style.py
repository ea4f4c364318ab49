"""The style that is the same in every HTML page: light and dark, wide, narrow, and on paper.

A row of the matrix is a grid of its own, so that the browser lays out no row that nobody sees. A
row that is filtered out keeps an empty box: to show it again then takes no new styles.
"""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --back: #f6f7f9; --card: #ffffff; --text: #14181f;
  --dim: #525c6b; --line: #d8dde5; --link: #0b57d0;
  --good: #11622d; --good-back: #e3f5e8; --bad: #a2131c; --bad-back: #fdeaea;
  --warn: #7a4100; --warn-back: #fdf0d9; --idle-back: #eceff3; }
@media (prefers-color-scheme: dark) { :root { --back: #0f1217; --card: #181c23; --text: #e9edf3;
  --dim: #aab3c0; --line: #333b47; --link: #8ab4f8;
  --good: #86dfa2; --good-back: #14301f; --bad: #ffa29b; --bad-back: #3d1a1c;
  --warn: #f6c873; --warn-back: #38290f; --idle-back: #262d37; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 100rem; margin: auto; padding: 1.5rem; display: grid; gap: 1.25rem;
  grid-template-columns: minmax(0, 1fr); }
h1, h2, p, ul, dl, dd { margin: 0; padding: 0; }
h1 { font-size: .95rem; font-weight: 600; color: var(--dim); }
h2 { font-size: 1.1rem; }
code { font: .9em ui-monospace, "Cascadia Mono", Menlo, monospace; overflow-wrap: anywhere; }
:focus-visible { outline: .18rem solid var(--link); outline-offset: -.18rem; border-radius: .3rem; }

.result, .card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: 1rem 1.25rem; }
.result { border-left: .45rem solid var(--tone); display: grid; gap: .35rem;
  grid-template-columns: minmax(0, 1fr); overflow-wrap: anywhere; }
.well { --tone: var(--good); } .pending { --tone: var(--warn); } .unwell { --tone: var(--bad); }
.lead { font-size: 1.45rem; line-height: 1.3; font-weight: 650; }
.lead span { color: var(--tone); margin-right: .3rem; }
.next { font-weight: 600; } .more { color: var(--dim); font-size: .9rem; }

.card h2 { display: inline; } .card > summary::before { content: "▸ "; color: var(--dim); }
.card[open] > summary::before { content: "▾ "; }
.problems { list-style: none; margin-top: .75rem; display: grid; gap: .8rem 1.5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); }
.problems li { border-left: .25rem solid var(--tone); padding-left: .75rem;
  overflow-wrap: anywhere; }
.problems li.error { --tone: var(--bad); } .problems li.warning { --tone: var(--warn); }
.problems b { color: var(--tone); } .problems .hint { font-weight: 600; }
.problems code { color: var(--dim); }

form { display: grid; gap: .8rem; }
fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .6rem; }
legend { padding: 0; margin-bottom: .4rem; color: var(--dim); font-size: .9rem; }
fieldset label { display: grid; grid-template-columns: auto 1fr; align-items: center;
  column-gap: .5rem; min-width: 8.5rem; padding: .45rem .75rem; cursor: pointer;
  background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
fieldset label:has(:checked) { border-color: var(--link); box-shadow: 0 0 0 1px var(--link); }
fieldset b { font-size: 1.35rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
fieldset .chip { grid-column: 1 / -1; justify-self: start; }
input { accent-color: var(--link); }
.find { display: flex; flex-wrap: wrap; gap: .4rem .9rem; align-items: baseline; }
.find label { display: flex; gap: .5rem; align-items: baseline; flex: 0 1 26rem; }
input[type=search] { font: inherit; color: inherit; background: var(--card); flex: 1; min-width: 0;
  border: 1px solid var(--dim); border-radius: .4rem; padding: .3rem .6rem; }
kbd { font: inherit; border: 1px solid var(--line); border-radius: .25rem; padding: 0 .3rem; }

.chip { display: inline-block; border-radius: 1rem; padding: .05rem .6rem; font-size: .85rem;
  white-space: nowrap; color: var(--dim); background: var(--idle-back); }
.in-sync, .done { color: var(--good); background: var(--good-back); }
.changed, .missing, .unwanted, .unverifiable { color: var(--warn); background: var(--warn-back); }
figure { margin: .6rem 0 0; } figcaption { color: var(--dim); font-size: .9rem; }
.undeclared { color: var(--dim); } .key b { background: none; }
.key span { white-space: nowrap; }
.runs { display: block; } .many { min-width: 60rem; } .at { fill: var(--dim); font-size: .8rem; }
figure .wide { padding: .5rem; overflow: auto; }
  figure summary { text-decoration: underline; }
.refused, .not-done, .not-read { color: var(--bad); background: var(--bad-back); }
.changed, .missing, .unwanted, .refused, .not-done, .not-read { font-weight: 700; }

.wide { margin-top: .8rem; overflow: auto; max-height: 88vh;
  scroll-padding: 3rem 1rem 1rem 16.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .6rem; }
table { display: block; width: max-content; min-width: 100%; }
caption, .type { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
thead, tbody { display: block; }
tr { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(9.5rem, 1fr);
  grid-template-columns: var(--columns, 16rem); }
tbody, tbody tr { contain: inline-size; content-visibility: auto; }
tbody { contain-intrinsic-block-size: auto 180rem; }
tbody tr { contain-intrinsic-block-size: auto 3.6rem; border-top: 1px solid var(--line); }
@media screen { tbody[hidden], tr[hidden] { display: block !important; visibility: hidden;
  content-visibility: hidden; contain: strict; height: 0; border: 0; margin: 0; padding: 0; } }
thead { position: sticky; top: 0; z-index: 2; background: var(--card);
  box-shadow: 0 1px 0 var(--line); }
th, td { display: block; padding: .5rem .75rem; text-align: left; min-width: 0; }
thead th { font-size: .75rem; color: var(--dim); contain: inline-size; overflow-wrap: anywhere;
  padding-right: .25rem; }
th:first-child { position: sticky; left: 0; z-index: 1; background: var(--card); }
th[scope=row] { overflow-wrap: anywhere; line-height: 1.3; border-right: 1px solid var(--line); }
small { color: var(--dim); font-weight: normal; font-size: .78rem; }
summary { cursor: pointer; list-style: none; border-radius: .3rem; }
summary::-webkit-details-marker { display: none; }
summary:hover .chip { text-decoration: underline; }
summary small { display: block; line-height: 1.35; margin-top: .15rem; overflow-wrap: anywhere; }
td [open] { background: var(--back); border-radius: .4rem; padding: .4rem; margin: -.4rem; }
.body { font-size: .88rem; display: grid; gap: .45rem; margin-top: .45rem; }
dt { font-weight: 650; margin-top: .4rem; overflow-wrap: anywhere; }
dd { color: var(--dim); overflow-wrap: anywhere; }
.before, .after { display: grid; grid-template-columns: 3.2rem 1fr; color: var(--text);
  font-family: ui-monospace, "Cascadia Mono", Menlo, monospace; }
.before::before { content: "before"; } .after::before { content: "after"; }
.before::before, .after::before { color: var(--dim); font-family: system-ui, sans-serif; }

@media (max-width: 45rem), print {
  main { padding: .75rem; gap: 1rem; } .lead { font-size: 1.2rem; } .keys { display: none; }
  fieldset { gap: .4rem; } fieldset label { min-width: 0; padding: .2rem .6rem; column-gap: .35rem;
    grid-template-columns: auto auto 1fr; } fieldset b { font-size: 1rem; }
  fieldset .chip { grid-column: 3; }
  .wide { max-height: none; overflow: visible; background: none; border: 0; }
  table { width: auto; }
  thead { position: absolute; width: 1px; height: 1px;
    overflow: hidden; clip-path: inset(50%); }
  tbody { contain-intrinsic-block-size: auto 700rem; }
  tbody tr { grid-auto-flow: row; grid-template-columns: repeat(2, minmax(0, 1fr));
    background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
    padding: .25rem; margin-bottom: .75rem; contain-intrinsic-block-size: auto 14rem; }
  th[scope=row] { grid-column: 1 / -1; position: static; border: 0; padding-bottom: .1rem; }
  td:empty { display: none; } td:has([open]) { grid-column: 1 / -1; }
  td .type { position: static; width: auto; height: auto; clip-path: none; display: block;
    font-size: .72rem; color: var(--dim); }
}
@media print {
  :root { --back: #fff; --card: #fff; --text: #000; --dim: #444; --line: #999;
    --good: #0b4a20; --bad: #8a0f17; --warn: #5f3300; color-scheme: light; }
  body { font-size: 10pt; } main { padding: 0; display: block; } main > * { margin-bottom: 4mm; }
  .find, legend, input, thead { display: none; } .many { min-width: 0; }
  .card > summary::before { content: none; }
  tbody, tbody tr { contain: none; content-visibility: visible; }
  tbody tr { grid-template-columns: repeat(4, minmax(0, 1fr)); margin-bottom: 2mm;
    break-inside: avoid; }
  th, td { padding: 1mm 2mm; } .body { gap: 0; margin: 0; }
  dl { display: grid; grid-template-columns: repeat(4, auto); column-gap: 4mm; }
  dt { margin: 0; }
}
"""
