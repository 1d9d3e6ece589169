// The rich_text block.
import { h } from "./dom.js";
import { channelMention, emojiNode, link, mention } from "./mrkdwn.js";
import { formatDate } from "./times.js";

const MARKS = ["bold:b", "italic:i", "strike:s", "code:code", "underline:u"];

export function richText(block) {
  return h("div", { class: "rich-text" }, grouped(block.elements ?? []).map(part));
}

function part(element) {
  switch (element.type) {
    case "rich_text_section":
      return h("div", { class: "rt-section" }, inlines(element.elements));
    case "rich_text_preformatted":
      return h("pre", { class: element.border ? "bordered" : null }, inlines(element.elements));
    case "rich_text_quote":
      return h("blockquote", { class: element.border ? "bordered" : null }, inlines(element.elements));
    case "lists":
      return nested(element.lists, 0).node;
    default:
      return h("div", { class: "unsupported" }, "This content can't be displayed.");
  }
}

/** Lists that follow each other are one list with lists in it. */
function grouped(elements) {
  const parts = [];
  for (const element of elements) {
    if (element.type !== "rich_text_list") parts.push(element);
    else if (parts.at(-1)?.type === "lists") parts.at(-1).lists.push(element);
    else parts.push({ type: "lists", lists: [element] });
  }
  return parts;
}

function nested(lists, start) {
  const level = lists[start].indent ?? 0;
  const { style, offset, border } = lists[start];
  const items = [];
  let at = start;
  while (at < lists.length && (lists[at].indent ?? 0) >= level) {
    const list = lists[at];
    if ((list.indent ?? 0) > level) {
      const inner = nested(lists, at);
      if (items.length) items.at(-1).push(inner.node);
      else items.push([inner.node]);
      at = inner.next;
    } else if (list.style !== style && at !== start) {
      break;
    } else {
      for (const item of list.elements) items.push([inlines(item.elements)]);
      at += 1;
    }
  }
  const props = {
    class: `depth-${level % 3}${border ? " bordered" : ""}`,
    start: style === "ordered" && offset ? offset + 1 : null,
  };
  const node = h(
    style === "ordered" ? "ol" : "ul",
    props,
    items.map((item) => h("li", null, item)),
  );
  if (at >= lists.length || (lists[at].indent ?? 0) < level) return { node, next: at };
  const rest = nested(lists, at);
  return { node: h("div", null, node, rest.node), next: rest.next };
}

export function inlines(elements) {
  return (elements ?? []).map((element) => marked(inline(element), element.style));
}

function inline(element) {
  switch (element.type) {
    case "text":
      return broken(element.text);
    case "link":
      return link(element.url, element.text || element.url);
    case "user":
      return mention(element.user_id);
    case "channel":
      return channelMention(element.channel_id);
    case "emoji":
      return emojiNode(element.skin_tone ? `${element.name}::skin-tone-${element.skin_tone}` : element.name);
    case "broadcast":
      return h("span", { class: "mention mention-own" }, `@${element.range}`);
    case "usergroup":
      return h("span", { class: "mention" }, `@${element.usergroup_id}`);
    case "team":
      return h("span", { class: "mention" }, element.team_id);
    case "color":
      return h("span", { class: "color" }, h("span", { class: "swatch", style: colour(element.value) }), element.value);
    case "date": {
      const text = formatDate(Number(element.timestamp), element.format) ?? element.fallback ?? "";
      return element.url ? link(element.url, text) : h("time", { title: element.fallback }, text);
    }
    default:
      return null;
  }
}

function colour(value) {
  return /^#[0-9a-f]{3,8}$/i.test(value) ? { background: value } : {};
}

function broken(text) {
  return text.split("\n").map((line, index) => [index ? h("br") : null, line]);
}

function marked(node, style) {
  let result = node;
  for (const pair of MARKS) {
    const [name, tag] = pair.split(":");
    if (style?.[name]) result = h(tag, null, result);
  }
  return result;
}
