"""What is the same in every HTML page: how states look, the style, and the script."""

from __future__ import annotations

SIGNS = {
    "not done": "✗",
    "refused": "⊘",
    "changed": "~",
    "missing": "+",
    "unwanted": "−",  # noqa: RUF001 - it is the sign
    "undeclared": "○",
    "ignored": "⊝",
    "unverifiable": "?",
    "consistent": "≈",
    "in sync": "=",
    "done": "✓",
}
"""Every state with its sign, the worst first; colour says the same once more."""

STYLE = """
:root { color-scheme: light dark; --good: #14612b; --bad: #a3131b; --warn: #7a4300; --dim: #4b5563;
  --line: #c4c9d1; --back: #ffffff; --text: #16191d; }
@media (prefers-color-scheme: dark) {
  :root { --good: #7fdc9a; --bad: #ff9c94; --warn: #f3c16b; --dim: #b3bac5;
    --line: #454c57; --back: #14171b; --text: #eceff3; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 90rem; margin: auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
li { overflow-wrap: anywhere; margin-bottom: .5rem; }
.well, .unwell { border-left: .3rem solid var(--good); padding-left: .8rem; }
.unwell { border-color: var(--bad); }
form { display: grid; gap: .6rem; }
fieldset { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; border: 1px solid var(--line); }
input[type=search] { font: inherit; width: 20rem; max-width: 100%; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; } caption { text-align: left; color: var(--dim); }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left;
  vertical-align: top; }
th { overflow-wrap: break-word; } th[scope=row] { min-width: 9rem; max-width: 20rem; }
thead th, summary { font-size: .85rem; white-space: nowrap; }
small { color: var(--dim); font-weight: normal; }
details[open] { min-width: 12rem; max-width: 24rem; } summary { cursor: pointer; }
p { margin: .3rem 0; } dt { font-weight: bold; margin-top: .4rem; }
dd { margin: 0 0 0 1rem; overflow-wrap: anywhere; }
.in-sync, .done { color: var(--good); }
.changed, .missing, .unwanted, .unverifiable { color: var(--warn); }
.refused, .not-done { color: var(--bad); } .consistent, .undeclared, .ignored { color: var(--dim); }
:focus-visible { outline: .2rem solid currentColor; outline-offset: .1rem; }
@media print { form { display: none; } .wide { overflow: visible; }
  tr { break-inside: avoid; } body { font-size: 11px; }
  thead th, summary { white-space: normal; } }
"""

SCRIPT = """
"use strict";
const form = document.getElementById("controls");
if (form) {
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const search = document.getElementById("search");
  const rows = [...document.querySelectorAll("tbody tr")].map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    states: new Set([...row.querySelectorAll("summary span")].map((span) => span.className)),
  }));
  const filter = () => {
    const wanted = boxes.filter((box) => box.checked).map((box) => box.value);
    const words = search.value.toLowerCase().split(" ").filter(Boolean);
    let shown = 0;
    for (const { row, text, states } of rows) {
      row.hidden = !(words.every((word) => text.includes(word))
        && (wanted.length === 0 || wanted.some((state) => states.has(state))));
      shown += row.hidden ? 0 : 1;
    }
    document.getElementById("shown").textContent = `${shown} of ${rows.length} projects`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
}
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const cell of closed) cell.open = true;
});
addEventListener("afterprint", () => {
  for (const cell of closed) cell.open = false;
});
"""
