/* WhatsApp's own marks as elements: *vet*, _cursief_, ~doorgehaald~, `code`, lists and quotes. Never HTML from text. */

import { t } from './teksten.js';

const INLINE =
  /(?<url>(?:https?:\/\/|www\.)[^\s<>"]*[^\s<>".,:;!?)\]*_~'’”])|(?<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?<![\p{L}\p{N}*_~`])(?<mark>[*_~`])(?<inner>[^\s*_~`](?:[^\n]*?[^\s])?|[*_~][^\n]*?[*_~])\k<mark>(?![\p{L}\p{N}])/u;
const TAGS = { '*': 'strong', _: 'em', '~': 's', '`': 'code' };
const LINES = [
  ['ul', /^[-*] (.*)$/],
  ['ol', /^(\d{1,3})\. (.*)$/],
  ['blockquote', /^> ?(.*)$/],
];

/** Text of one line as nodes. */
function inline(text) {
  const nodes = [];
  let rest = text;
  for (let found; (found = INLINE.exec(rest)); rest = rest.slice(found.index + found[0].length)) {
    const { url, mail, mark, inner } = found.groups;
    if (found.index) nodes.push(rest.slice(0, found.index));
    if (mark) {
      const node = document.createElement(TAGS[mark]);
      node.append(...(mark === '`' ? [inner] : inline(inner)));
      nodes.push(node);
    } else {
      nodes.push(link(mail ? `mailto:${mail}` : url.startsWith('www.') ? `https://${url}` : url, url ?? mail));
    }
  }
  if (rest) nodes.push(rest);
  return nodes;
}

/** A link to another place; only http, https, mailto and tel become one. */
export function link(href, text) {
  if (!/^(https?:|mailto:|tel:|\/telefoon\/)/i.test(href)) return document.createTextNode(text);
  const node = document.createElement('a');
  node.href = href;
  node.textContent = text;
  if (/^http/i.test(href)) {
    node.target = '_blank';
    node.rel = 'noopener noreferrer';
    const note = document.createElement('span');
    note.className = 'vs';
    note.textContent = ` ${t('open')}`;
    node.append(note);
  }
  return node;
}

/** A message's text as block elements. */
export function marked(text) {
  const out = [];
  for (const [number, part] of text.split('```').entries()) {
    // An odd part stands between two fences, unless the second is missing.
    if (number % 2 && number < text.split('```').length - 1) {
      const pre = document.createElement('pre');
      pre.textContent = part.replace(/^\n|\n$/g, '');
      out.push(pre);
    } else {
      blocks((number % 2 ? '```' : '') + part, out);
    }
  }
  return out;
}

function blocks(text, out) {
  let block = null;
  for (const line of text.replace(/^\n+|\n+$/g, '').split('\n')) {
    const [kind, match] = LINES.map(([name, pattern]) => [name, pattern.exec(line)]).find(([, found]) => found) ?? ['p', null];
    const isNew = !block || block.localName !== kind;
    if (isNew) {
      block = document.createElement(kind);
      if (kind === 'ol') block.start = Number(match[1]);
      out.push(block);
    }
    if (kind === 'ul' || kind === 'ol') {
      const item = document.createElement('li');
      item.append(...inline(match.at(-1)));
      block.append(item);
    } else {
      if (!isNew) block.append(document.createElement('br'));
      block.append(...inline(match ? match[1] : line));
    }
  }
  // Nothing but a fence before or after it.
  if (out.at(-1)?.localName === 'p' && !out.at(-1).hasChildNodes()) out.pop();
}
