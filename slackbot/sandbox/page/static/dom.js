// Elements described as plain objects, and the least changes that make the document equal to a description.
// Nodes are kept by key, so that focus, typed text, selections and scroll positions stay where they are.

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["checked", "disabled", "selected", "indeterminate", "readOnly", "inert", "hidden", "open"]);

/** Describe an element. Texts and numbers become text nodes; null, undefined and booleans become nothing. */
export function h(tag, props, ...children) {
  return { tag, props: props || {}, key: props?.key, kids: flat(children, []) };
}

/** Describe a part that is drawn again only if one of `deps` has changed. */
export function memo(key, deps, draw) {
  return { memo: true, key, deps, draw };
}

function flat(children, into) {
  for (const child of children) {
    if (Array.isArray(child)) flat(child, into);
    else if (child === null || child === undefined || typeof child === "boolean") continue;
    else if (typeof child === "object") into.push(child);
    else into.push({ text: String(child) });
  }
  return into;
}

/** Make `root` contain exactly what is described. */
export function mount(root, ...children) {
  const kids = flat(children, []);
  const before = root.described || [];
  root.described = kids;
  patchKids(root, before, kids);
}

function drawn(vnode) {
  while (vnode.memo) {
    if (!vnode.result) vnode.result = vnode.draw();
    vnode = vnode.result;
  }
  return vnode;
}

function nodeOf(vnode) {
  return drawn(vnode).node;
}

function create(vnode, parent) {
  const own = drawn(vnode);
  if (own.text !== undefined) return (own.node = document.createTextNode(own.text));
  const isSvg = own.tag === "svg" || (parent.namespaceURI === SVG && parent.tagName !== "foreignObject");
  const node = (own.node = isSvg ? document.createElementNS(SVG, own.tag) : document.createElement(own.tag));
  for (const [name, value] of Object.entries(own.props)) setProp(node, name, undefined, value);
  for (const kid of own.kids) node.append(create(kid, node));
  if (own.props.value !== undefined && own.tag === "select") node.value = own.props.value;
  if (own.props.created) queueMicrotask(() => own.props.created(node));
  return node;
}

function same(before, after) {
  const one = drawnType(before);
  const other = drawnType(after);
  return one === other && before.key === after.key;
}

function drawnType(vnode) {
  if (vnode.memo) return "memo";
  return vnode.text !== undefined ? "#text" : vnode.tag;
}

function patch(before, after, parent) {
  if (after.memo) {
    if (before.deps.length === after.deps.length && before.deps.every((dep, i) => Object.is(dep, after.deps[i]))) {
      after.result = before.result;
      return;
    }
    after.result = after.draw();
    if (drawn(before).tag === drawn(after).tag && drawn(before).text === undefined) {
      patch(drawn(before), drawn(after), parent);
    } else {
      const old = nodeOf(before);
      const fresh = create(after, parent);
      old.replaceWith(fresh);
    }
    return;
  }
  const node = (after.node = before.node);
  if (after.text !== undefined) {
    if (before.text !== after.text) node.data = after.text;
    return;
  }
  for (const name of Object.keys(before.props)) {
    if (!(name in after.props)) setProp(node, name, before.props[name], undefined);
  }
  for (const [name, value] of Object.entries(after.props)) setProp(node, name, before.props[name], value);
  patchKids(node, before.kids, after.kids);
  if (after.props.updated) queueMicrotask(() => after.props.updated(node));
}

function patchKids(parent, before, after) {
  const keyed = new Map();
  const loose = [];
  for (const kid of before) {
    if (kid.key !== undefined) keyed.set(kid.key, kid);
    else loose.push(kid);
  }
  const matches = [];
  const kept = new Set();
  let next = 0;
  for (const kid of after) {
    let match;
    if (kid.key !== undefined) {
      match = keyed.get(kid.key);
    } else {
      const place = loose.findIndex((other, index) => index >= next && same(other, kid));
      if (place >= 0) {
        match = loose[place];
        next = place + 1;
      }
    }
    if (match && !kept.has(match) && same(match, kid)) kept.add(match);
    else match = undefined;
    matches.push(match);
  }
  for (const kid of before) if (!kept.has(kid)) removed(nodeOf(kid));
  let at = parent.firstChild;
  after.forEach((kid, index) => {
    const match = matches[index];
    if (match) patch(match, kid, parent);
    const node = match ? nodeOf(kid) : create(kid, parent);
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  });
}

function removed(node) {
  node.remove();
}

function setProp(node, name, before, value) {
  if (name === "key" || name === "created" || name === "updated") return;
  if (name.startsWith("on")) {
    if (before === undefined && value) node.addEventListener(name.slice(2).toLowerCase(), heard);
    (node.heard ||= {})[name.slice(2).toLowerCase()] = value;
  } else if (name === "value") {
    if (value !== before && node.value !== value) node.value = value ?? "";
  } else if (name === "style") {
    for (const key of Object.keys(before || {})) if (!value || !(key in value)) node.style.removeProperty(key);
    for (const [key, part] of Object.entries(value || {})) node.style.setProperty(key, part);
  } else if (PROPERTIES.has(name)) {
    if (node[name] !== Boolean(value)) node[name] = Boolean(value);
  } else if (before !== value) {
    if (value === undefined || value === null || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
}

function heard(event) {
  return event.currentTarget.heard[event.type]?.(event);
}
