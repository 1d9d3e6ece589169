// Files and payloads with coloured syntax.
import { h } from "./dom.js";

const YAML =
  /(?<comment>(?:^|(?<=\s))#.*$)|(?<key>(?:"[^"]*"|'[^']*'|[^\s:#"'[\]{},-][^:#]*?)(?=\s*:(?:\s|$)))|(?<string>"(?:[^"\\]|\\.)*"|'[^']*')|(?<number>(?<=[:\s[,-]\s*)-?\d+(?:\.\d+)?(?=\s*(?:$|[,\]}#])))|(?<word>(?<=:\s+)(?:true|false|null|yes|no|on|off)(?=\s*$))|(?<mark>^\s*-(?=\s)|[|>](?=\s*$)|[[\]{},])/gm;
const JSON_TOKENS =
  /(?<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\]|\\.)*")|(?<number>-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?<word>\b(?:true|false|null)\b)/gi;

export function yaml(text) {
  return tokens(text, YAML);
}

export function json(value) {
  return tokens(JSON.stringify(value, null, 2) ?? "null", JSON_TOKENS);
}

function tokens(text, pattern) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const [kind] = Object.entries(match.groups).find(([, value]) => value !== undefined);
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(h("span", { class: `hl-${kind}` }, match[0]));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

/** Text in numbered lines, highlighted if its name says how. */
export function codeLines(text, name, most = Infinity) {
  const isYaml = /\.ya?ml$/i.test(name);
  const isJson = /\.json$/i.test(name);
  const lines = text.replace(/\n$/, "").split("\n").slice(0, most);
  return h(
    "div",
    { class: "code-lines" },
    lines.map((line, index) =>
      h(
        "div",
        { class: "code-line" },
        h("span", { class: "line-number", "aria-hidden": "true" }, index + 1),
        h("code", null, isYaml ? yaml(line) : isJson ? tokens(line, JSON_TOKENS) : line, line ? null : "\u200b"),
      ),
    ),
  );
}
