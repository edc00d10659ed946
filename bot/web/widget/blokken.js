/* Blocks of a message: as elements, and as plain text for the download. */

import { el } from './dom.js';

const LINK = /^(https?|mailto|tel):/i;
const RTL = new Set(['ar', 'fa', 'he', 'ur']);

/** `href` when a link may lead there, else null. */
export function safeLink(href) {
  const trimmed = typeof href === 'string' ? href.trim() : '';
  return LINK.test(trimmed) ? trimmed : null;
}

/** Attributes for a text in another language. */
export function language(code) {
  return code ? { lang: code, dir: RTL.has(code.split('-')[0]) ? 'rtl' : 'ltr' } : {};
}

/** A link that can say that it opens a new tab (only while the resident has text typed; see paneel.js). */
export function link(href, words, ...children) {
  const safe = safeLink(href);
  if (!safe) return children;
  const web = /^http/i.test(safe);
  return el('a', { href: safe, class: web ? 'web' : null, rel: 'noopener' }, ...children, web && newTab(words));
}

const newTab = (words) => el('span', { class: 'tab', hidden: true }, words('nieuwTabblad'));

function inline(parts, words) {
  return (parts ?? []).map((part) => {
    const lines = String(part.tekst ?? '').split('\n');
    let content = lines.flatMap((line, index) => (index ? [el('br'), line] : [line])).filter((piece) => piece !== '');
    if (part.nadruk) content = [el('em', {}, content)];
    if (part.sterk) content = [el('strong', {}, content)];
    return part.link ? link(part.link, words, ...content) : content;
  });
}

/** Elements of blocks. */
export function render(blocks, words) {
  return (blocks ?? []).map((block) => {
    if (block.soort === 'lijst') {
      const items = (block.punten ?? []).map((item) => el('li', {}, render(item, words)));
      return el(block.genummerd ? 'ol' : 'ul', {}, items);
    }
    return el(block.soort === 'kop' ? 'h3' : 'p', {}, inline(block.inhoud, words).flat());
  });
}

/** Blocks as plain text. */
export function asText(blocks, indent = '') {
  return (blocks ?? [])
    .map((block) => {
      if (block.soort !== 'lijst') {
        const parts = (block.inhoud ?? []).map(({ tekst = '', link: to }) => {
          const address = safeLink(to)?.replace(/^(tel|mailto):/, '');
          return address && address !== tekst ? `${tekst} (${address})` : tekst;
        });
        return indent + parts.join('').replaceAll('\n', `\n${indent}`);
      }
      return (block.punten ?? [])
        .map((item, index) => {
          const mark = block.genummerd ? `${index + 1}. ` : '- ';
          return indent + mark + asText(item, `${indent}  `).trimStart();
        })
        .join('\n');
    })
    .join('\n\n');
}

