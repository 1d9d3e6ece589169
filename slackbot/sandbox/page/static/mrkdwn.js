// Slack's own markup, as text objects and messages carry it, to elements. Data only ever becomes text nodes.
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { channel, channelName, nameOf, person, store } from "./store.js";
import { formatDate } from "./times.js";

const SCHEMES = /^(https?:|mailto:|tel:|slack:)/i;

/** The three escapes of Slack's markup, undone. */
export function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Where in this page a message is whose address Slack gave; null for any other address. */
export function placeOf(url) {
  const found = /^https:\/\/[\w-]+\.slack\.com\/archives\/(\w+)\/p(\d{10})(\d{6})(?:\?thread_ts=([\d.]+))?/.exec(url);
  if (!found || !channel(found[1])) return null;
  return `#/${found[1]}/${found[4] ?? `${found[2]}.${found[3]}`}`;
}

/** A link that leaves the page, unless it leads to a message here; one that a browser might run is shown as text. */
export function link(url, children, props = {}) {
  const place = placeOf(url);
  if (place) return h("a", { href: place, ...props }, children);
  if (!SCHEMES.test(url)) return h("span", null, children);
  return h("a", { href: url, target: "_blank", rel: "noreferrer noopener", ...props }, children);
}

export function mention(id, label) {
  const known = person(id);
  const own = id === store.me ? " mention-own" : "";
  return h("span", { class: `mention${own}` }, `@${known ? nameOf(id) : label || id}`);
}

export function channelMention(id, label) {
  return channel(id)
    ? h("a", { class: "mention", href: `#/${id}` }, `#${channelName(id)}`)
    : h("span", { class: "mention" }, `#${label || id}`);
}

/** An emoji by name; an unknown one stays as it was written. */
export function emojiNode(name) {
  const found = emoji(name);
  if (!found) return `:${name}:`;
  return h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, found);
}

/** A text object of Block Kit. */
export function textObject(object) {
  if (!object) return null;
  return object.type === "mrkdwn"
    ? mrkdwn(object.text, { verbatim: object.verbatim })
    : plain(object.text, object.emoji);
}

/** A text object as one string, for labels. */
export function flatText(object) {
  return unescape(object?.text ?? "").replace(
    /:([a-z0-9_+-]+(?:::skin-tone-\d)?):/g,
    (all, name) => emoji(name) ?? all,
  );
}

/** Text without markup; line breaks stay, emoji names become emoji unless they shall not. */
export function plain(text, withEmoji = true) {
  const parts = [];
  unescape(text)
    .split("\n")
    .forEach((line, index) => {
      if (index) parts.push(h("br"));
      parts.push(...(withEmoji === false ? [line] : withEmojis(line)));
    });
  return parts;
}

/** The blocks of a marked-up text: paragraphs, quotes, preformatted text, lists. */
export function mrkdwn(text, options = {}) {
  const parts = [];
  String(text ?? "")
    .split(/```/)
    .forEach((piece, index, all) => {
      const isCode = index % 2 === 1 && index < all.length - 1;
      if (isCode) parts.push(h("pre", null, unescapeCode(piece.replace(/^\n/, "").replace(/\n$/, ""))));
      else parts.push(...lines(index % 2 ? `\`\`\`${piece}` : piece, options, parts.length > 0));
    });
  return parts;
}

function unescapeCode(text) {
  return unescape(text.replace(/<([^<>|]+)(?:\|([^<>]*))?>/g, (_, target, label) => label ?? target));
}

function lines(text, options, afterBlock) {
  const parts = [];
  let quote = [];
  let open = !afterBlock;
  const flush = () => {
    if (quote.length) parts.push(h("blockquote", null, joined(quote, options)));
    if (quote.length) open = true;
    quote = [];
  };
  const all = text.split("\n");
  if (afterBlock && all[0] === "") all.shift();
  if (all.length > 1 && all.at(-1) === "" && !text.endsWith("\n\n")) all.pop();
  for (const line of all) {
    if (line.startsWith("&gt;")) {
      quote.push(line.replace(/^&gt;(&gt;&gt;)? ?/, ""));
      continue;
    }
    flush();
    const item = /^(\s*)([•◦▪‣-]|\d{1,2}[.)])\s+(.*)$/.exec(line);
    if (item) {
      const depth = Math.floor(item[1].replaceAll("\t", "    ").length / 2);
      parts.push(
        h(
          "span",
          { class: `line item depth-${Math.min(depth, 4)}` },
          h("span", { class: "bullet" }, `${item[2]} `),
          inline(item[3], options),
        ),
      );
    } else if (line === "") {
      parts.push(h("span", { class: "line gap" }, "\u200b"));
    } else {
      parts.push(h("span", { class: "line" }, inline(line, options)));
    }
    open = false;
  }
  flush();
  if (parts.length === 1 && parts[0].props.class === "line" && !open) return parts[0].kids;
  return parts;
}

function joined(list, options) {
  return list.map((line, index) => [index ? h("br") : null, inline(line, options)]);
}

const BEFORE = /[\s([{"'“‘—–\-/*_~>,.:;!?]|^$/;
const AFTER = /[\s)\]}"'”’—–\-/*_~<,.:;!?…]|^$/;
const STYLES = { "*": "strong", _: "em", "~": "del" };

/** One line of markup. */
export function inline(text, options = {}) {
  const parts = [];
  let plainStart = 0;
  let at = 0;
  const flush = (end) => {
    if (end > plainStart) parts.push(...withEmojis(unescape(text.slice(plainStart, end))));
  };
  while (at < text.length) {
    const found = markAt(text, at, options);
    if (found) {
      flush(at);
      parts.push(found.node);
      at += found.length;
      plainStart = at;
    } else {
      at += 1;
    }
  }
  flush(text.length);
  return parts;
}

function markAt(text, at, options) {
  const sign = text[at];
  if (sign === "`") {
    const end = text.indexOf("`", at + 1);
    if (end > at + 1) return { node: h("code", null, unescapeCode(text.slice(at + 1, end))), length: end + 1 - at };
  } else if (sign === "<") {
    const match = /^<([^<>|]+)(?:\|([^<>]*))?>/.exec(text.slice(at));
    if (match) return { node: special(match[1], match[2], options), length: match[0].length };
  } else if (STYLES[sign] && BEFORE.test(text[at - 1] ?? "")) {
    return styled(text, at, sign, options);
  }
  return null;
}

function styled(text, at, sign, options) {
  if (/\s/.test(text[at + 1] ?? " ") || text[at + 1] === sign) return null;
  let end = text.indexOf(sign, at + 1);
  while (end > 0) {
    const inside = text.slice(at + 1, end);
    const whole = !/\s$/.test(inside) && AFTER.test(text[end + 1] ?? "");
    if (whole && (inside.split("`").length - 1) % 2 === 0) {
      return {
        node: h(STYLES[sign] === "strong" ? "b" : STYLES[sign] === "em" ? "i" : "s", null, inline(inside, options)),
        length: end + 1 - at,
      };
    }
    end = text.indexOf(sign, end + 1);
  }
  return null;
}

function special(target, label, options) {
  const shown = label === undefined ? undefined : unescape(label);
  if (target.startsWith("@")) return mention(target.slice(1), shown);
  if (target.startsWith("#")) return channelMention(target.slice(1), shown);
  if (target.startsWith("!date^")) return date(target, shown);
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, shown || "@group");
  if (target.startsWith("!")) return h("span", { class: "mention mention-own" }, `@${target.slice(1)}`);
  const url = unescape(target);
  return link(url, shown === undefined ? url.replace(/^mailto:/, "") : options.verbatim ? shown : withEmojis(shown));
}

function date(target, fallback) {
  const [, stamp, format, url] = target.split("^");
  const text = formatDate(Number(stamp), unescape(format ?? "")) ?? fallback ?? "";
  const node = h("time", { datetime: isoOf(Number(stamp)), title: fallback ?? null }, text);
  return url ? link(unescape(url), node) : node;
}

function isoOf(seconds) {
  return Number.isFinite(seconds) ? new Date(seconds * 1000).toISOString() : null;
}

/** Text with the names of emoji in it. */
export function withEmojis(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(/:([a-z0-9_+-]+(?:::skin-tone-\d)?):/g)) {
    if (!emoji(match[1])) continue;
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(emojiNode(match[1]));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}
