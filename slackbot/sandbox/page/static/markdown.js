// The markdown block: standard Markdown, as far as Slack translates it.
import { h } from "./dom.js";
import { link, withEmojis } from "./mrkdwn.js";
import { table } from "./table.js";

const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;

export function markdown(text) {
  const lines = text.replaceAll("\r", "").split("\n");
  const parts = [];
  let at = 0;
  while (at < lines.length) {
    const [node, next] = blockAt(lines, at);
    if (node) parts.push(node);
    at = next;
  }
  return h("div", { class: "markdown" }, parts);
}

function blockAt(lines, at) {
  const line = lines[at];
  if (!line.trim()) return [null, at + 1];
  const fence = /^\s*(```|~~~)/.exec(line);
  if (fence) {
    let end = at + 1;
    while (end < lines.length && !lines[end].trim().startsWith(fence[1])) end += 1;
    return [h("pre", null, lines.slice(at + 1, end).join("\n")), end + 1];
  }
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading)
    return [
      h(
        "div",
        { class: `md-h md-h${heading[1].length}`, role: "heading", "aria-level": Math.min(heading[1].length + 2, 6) },
        spans(heading[2]),
      ),
      at + 1,
    ];
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return [h("hr"), at + 1];
  if (line.startsWith(">"))
    return run(
      lines,
      at,
      (one) => one.startsWith(">"),
      (some) => h("blockquote", null, broken(some.map((one) => one.replace(/^>\s?/, "")))),
    );
  if (ITEM.test(line)) return list(lines, at);
  if (line.includes("|") && /^\s*\|?\s*:?-{2,}/.test(lines[at + 1] ?? ""))
    return run(lines, at, (one) => one.includes("|"), tableOf);
  return run(
    lines,
    at,
    (one) => one.trim() && !/^(#{1,6}\s|>|\s*(```|~~~))/.test(one) && !ITEM.test(one),
    (some) => h("p", null, broken(some)),
  );
}

function run(lines, at, belongs, make) {
  let end = at + 1;
  while (end < lines.length && belongs(lines[end])) end += 1;
  return [make(lines.slice(at, end)), end];
}

function broken(lines) {
  return lines.map((line, index) => [index ? h("br") : null, spans(line)]);
}

function list(lines, start) {
  const indent = ITEM.exec(lines[start])[1].length;
  const ordered = /\d/.test(ITEM.exec(lines[start])[2]);
  const items = [];
  let at = start;
  while (at < lines.length) {
    const match = ITEM.exec(lines[at]);
    if (match && match[1].length > indent + 1) {
      const [inner, next] = list(lines, at);
      items.at(-1).push(inner);
      at = next;
    } else if (match && match[1].length >= indent) {
      const box = match[3] === undefined ? null : h("span", { class: "task" }, match[3] === " " ? "☐ " : "☑ ");
      items.push([box, spans(match[4])]);
      at += 1;
    } else if (!match && lines[at].trim() && /^\s+/.test(lines[at])) {
      items.at(-1).push(" ", spans(lines[at].trim()));
      at += 1;
    } else {
      break;
    }
  }
  return [
    h(
      ordered ? "ol" : "ul",
      { start: ordered ? Number.parseInt(ITEM.exec(lines[start])[2], 10) : null },
      items.map((item) => h("li", null, item)),
    ),
    at,
  ];
}

function tableOf(rows) {
  const cells = rows
    .filter((_, index) => index !== 1)
    .map((row) =>
      row
        .trim()
        .replace(/^\||\|$/g, "")
        .split("|")
        .map((cell) => spans(cell.trim())),
    );
  return table(cells);
}

const SPANS = [
  [/`([^`]+)`/, (m) => h("code", null, m[1])],
  [/!?\[([^\]]*)\]\((\S+?)(?:\s+"[^"]*")?\)/, (m) => link(m[2], m[1] ? spans(m[1]) : m[2])],
  [/<(https?:[^\s>]+)>/, (m) => link(m[1], m[1])],
  [/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/, (m) => h("b", null, spans(m[2]))],
  [/~~(?=\S)(.+?)(?<=\S)~~/, (m) => h("s", null, spans(m[1]))],
  [/(?<![\w*])\*(?=\S)(.+?)(?<=\S)\*(?![\w*])/, (m) => h("i", null, spans(m[1]))],
  [/(?<![\w_])_(?=\S)(.+?)(?<=\S)_(?![\w_])/, (m) => h("i", null, spans(m[1]))],
  [/https?:\/\/[^\s<>)]+[^\s<>).,;:!?]/, (m) => link(m[0], m[0])],
  [/\\([\\`*_{}[\]()#+.!~|>-])/, (m) => m[1]],
];

function spans(text) {
  let best = null;
  for (const [pattern, make] of SPANS) {
    const match = pattern.exec(text);
    if (match && (!best || match.index < best.match.index)) best = { match, make };
  }
  if (!best) return withEmojis(text);
  const { match, make } = best;
  return [withEmojis(text.slice(0, match.index)), make(match), spans(text.slice(match.index + match[0].length))];
}
