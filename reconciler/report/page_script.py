"""The script that is the same in every HTML page: search, filters, keys, and what paper shows.

Without it the page still tells everything. It writes no value of a report anywhere but as text.
"""

from __future__ import annotations

SCRIPT = """
"use strict";
const form = document.getElementById("controls");
const table = document.querySelector("table");
if (form && table) {
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const search = document.getElementById("search");
  const status = document.getElementById("shown");
  const groups = [...table.tBodies].map((group) => ({ group, rows: [...group.rows].map((row) => ({
    row, text: row.textContent.toLowerCase(), states: row.dataset.states.split(" "), fits: true,
  })) }));
  const rows = groups.flatMap((each) => each.rows);
  const filter = () => {
    const wanted = boxes.filter((box) => box.checked).map((box) => box.value);
    const words = search.value.toLowerCase().split(" ").filter(Boolean);
    for (const each of rows) {
      each.fits = words.every((word) => each.text.includes(word))
        && (wanted.length === 0 || wanted.some((state) => each.states.includes(state)));
    }
    for (const { group, rows: own } of groups) {
      const size = own.filter(({ fits }) => fits).length;
      group.hidden = size === 0;
      if (size === 0) continue;
      group.style.containIntrinsicHeight = size === 50 ? "" : `${size * 3.6}rem`;
      for (const { row, fits } of own) if (fits === row.hidden) row.hidden = !fits;
    }
    status.textContent = `${rows.filter(({ fits }) => fits).length} of ${rows.length} projects`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  if (search.value || boxes.some((box) => box.checked)) filter();
  else status.textContent = `${rows.length} of ${rows.length} projects`;

  const reveal = () => {
    const cell = table.querySelector("summary:focus-visible")?.closest("td");
    if (cell) cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  table.addEventListener("focusin", reveal);

  const widen = () => {
    const open = new Set([...table.querySelectorAll("details[open]")]
      .map((cell) => cell.parentElement.cellIndex));
    const last = Math.max(...open);
    const widths = ["16rem"];
    for (let column = 1; column <= last; column += 1) {
      widths.push(open.has(column) ? "minmax(22rem, 2fr)" : "minmax(9.5rem, 1fr)");
    }
    table.style.setProperty("--columns", widths.join(" "));
    reveal();
  };
  table.addEventListener("toggle", widen, true);

  const beside = (cell, key) => {
    const along = key === "ArrowLeft" || key === "ArrowRight";
    const step = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
    const line = along ? [...cell.parentElement.cells]
      : rows.filter(({ fits }) => fits).map(({ row }) => row.cells[cell.cellIndex]);
    for (let at = line.indexOf(cell) + step; line[at]; at += step) {
      const found = line[at].querySelector("summary");
      if (found) return found;
    }
    return null;
  };
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    if (!cell || !event.key.startsWith("Arrow") || event.target.tagName !== "SUMMARY") return;
    const next = beside(cell, event.key);
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target !== search) {
      event.preventDefault();
      search.select();
    } else if (event.key === "Escape" && form.contains(event.target)) form.reset();
  });
}
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details[data-tell]:not([open], [hidden] *)")];
  for (const each of closed) each.open = true;
});
addEventListener("afterprint", () => {
  for (const each of closed) each.open = false;
});
"""
