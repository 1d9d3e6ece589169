// A table, whose first row is its head.
import { h } from "./dom.js";

// `look` gives what a cell's element has, by its column.
export function table([head, ...rows], look = () => ({})) {
  const line = (cells, tag, extra) =>
    h(
      "tr",
      null,
      cells.map((cell, index) => h(tag, { ...extra, ...look(index) }, cell)),
    );
  return h(
    "div",
    { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Table" },
    h(
      "table",
      null,
      h("thead", null, line(head, "th", { scope: "col" })),
      h(
        "tbody",
        null,
        rows.map((row) => line(row, "td")),
      ),
    ),
  );
}
