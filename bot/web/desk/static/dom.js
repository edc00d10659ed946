/* Elements, lists that keep their focus, and saying things aloud. There is no HTML string, so Trusted Types are content. */

import { clock, el, hidden } from '/v1/blokken.js';
import { t } from './teksten.js';

// The same as in the chat.
export { clock, el, hidden };

const SVG = 'http://www.w3.org/2000/svg';
const ICONS = {
  bot: 'M5 8.5h14v10H5zM12 8.5V5M9 13v1M15 13v1M2.5 12v3M21.5 12v3',
  mens: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6',
  stuur: 'M4 12h15M13 5.5l6.5 6.5-6.5 6.5',
  sluit: 'M6 6l12 12M18 6L6 18',
  optijd: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  bijna: 'M12 3.5l9.5 16.5h-19zM12 10v4.5M12 17.3h.01',
  telaat: 'M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 7.5v5.5M12 16.5h.01',
  notitie: 'M5 4h14v11l-5 5H5zM19 15h-5v5M8 8.5h8M8 12h5',
  whatsapp: 'M4 20l1.3-4A8.2 8.2 0 1 1 8.3 18.8zM9 8.5c0 3.5 3 6.5 6.5 6.5v-2l-1.8-.6-1 .8a6 6 0 0 1-2-2l.9-1-.6-1.7z',
  vink: 'M5 12.5l4.5 4.5L19 7.5',
  vinken: 'M2.5 12.5L7 17l9-9.5M11 16l1.5 1.5L21.5 8',
  oog: 'M2.5 12C5 7.5 8.3 5.5 12 5.5S19 7.5 21.5 12C19 16.5 15.7 18.5 12 18.5S5 16.5 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
};
const format = (options) => new Intl.DateTimeFormat('nl-NL', { timeZone: 'Europe/Amsterdam', ...options });
const DAY = format({ weekday: 'long', day: 'numeric', month: 'long' });
const DATE = format({ day: 'numeric', month: 'long', year: 'numeric' });

export const date = (iso) => DATE.format(new Date(iso));
export const moment = (iso) => `${day(iso)}, ${clock(iso)}`;

export function day(iso) {
  const text = DAY.format(new Date(iso));
  if (text === DAY.format(Date.now())) return t('vandaag');
  return text === DAY.format(Date.now() - 864e5) ? t('gisteren') : text;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  const path = document.createElementNS(SVG, 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `icoon i-${name}`);
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button; `label` begins with what is on it, and says the rest to who does not see where it stands. */
export const button = (text, onclick, kind = 'knop', label = null) =>
  el('button', { type: 'button', class: kind, onclick, 'aria-label': label }, text);
export const safeLink = (href) => (/^\s*https?:/i.test(href ?? '') ? href.trim() : null);

export function link(href, ...children) {
  const safe = /^\s*(https?|mailto|tel):/i.test(href ?? '') ? href.trim() : null;
  return safe ? el('a', { href: safe, rel: 'noopener noreferrer', target: /^http/i.test(safe) && '_blank' }, children) : children;
}

const lines = (text) => String(text).split('\n').flatMap((line, index) => (index ? [el('br'), line] : [line]));

function inline({ tekst, nadruk, sterk, link: href }) {
  let content = lines(tekst);
  if (nadruk) content = el('em', null, content);
  if (sterk) content = el('strong', null, content);
  return href ? link(href, content) : content;
}

export const render = (blocks) =>
  (blocks ?? []).map(({ soort, inhoud, genummerd, punten }) =>
    soort === 'lijst'
      ? el(genummerd ? 'ol' : 'ul', null, punten.map((item) => el('li', null, render(item))))
      : el('p', { class: soort === 'kop' && 'tussenkop' }, inhoud.map(inline)),
  );

/** Makes the children of `list` those of `items`, and leaves nodes that stay where they are: focus is never lost. */
export function sync(list, items, make, change) {
  const old = new Map([...list.children].map((node) => [node.dataset.sleutel, node]));
  const held = list.contains(document.activeElement) ? document.activeElement.closest('[data-sleutel]') : null;
  const next = held && nextTo(list, held, new Set(items.map(({ sleutel }) => sleutel)));
  let before = null;
  for (const item of items) {
    let node = old.get(item.sleutel);
    if (node) old.delete(item.sleutel);
    else {
      node = make(item);
      node.dataset.sleutel = item.sleutel;
    }
    change?.(node, item);
    const place = before ? before.nextSibling : list.firstChild;
    if (place !== node) {
      // Moving a node would take the focus away from what is in it.
      const inside = node.contains(document.activeElement) && document.activeElement;
      list.insertBefore(node, place);
      if (inside) inside.focus();
    }
    before = node;
  }
  for (const node of old.values()) node.remove();
  if (held && !list.contains(held)) (next?.matches('button') ? next : (next?.querySelector('button, a, [tabindex]') ?? list.closest('[tabindex]')))?.focus();
}

function nextTo(list, held, stays) {
  const all = [...list.children];
  const at = all.indexOf(held);
  return [...all.slice(at), ...all.slice(0, at).reverse()].find((node) => stays.has(node.dataset.sleutel));
}

/** One stop for Tab in a list; arrows go on from there. */
export function roving(list, selector = 'button') {
  const rows = () => [...list.children].map((row) => [...row.querySelectorAll(selector)].filter((one) => one.checkVisibility())).filter((row) => row.length);
  const settle = () => {
    const all = rows().flat();
    const now = all.includes(document.activeElement) ? document.activeElement : all.find((one) => one.tabIndex === 0) ?? all[0];
    for (const one of all) one.tabIndex = one === now ? 0 : -1;
  };
  list.addEventListener('focusin', settle);
  list.addEventListener('keydown', (event) => {
    const step = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key];
    if ((!step && !['Home', 'End'].includes(event.key)) || event.altKey || event.ctrlKey || event.metaKey) return;
    const grid = rows();
    const y = grid.findIndex((row) => row.includes(event.target));
    if (y < 0) return;
    event.preventDefault();
    const x = grid[y].indexOf(event.target);
    const row = grid[step ? Math.min(Math.max(y + step[0], 0), grid.length - 1) : event.key === 'Home' ? 0 : grid.length - 1];
    row[Math.min(Math.max(x + (step?.[1] ?? 0), 0), row.length - 1)].focus();
  });
  return settle;
}

/** Tabs: arrows choose, only the chosen one is a stop for Tab. */
export function tabKeys(list) {
  list.addEventListener('keydown', (event) => {
    const all = [...list.querySelectorAll('[role=tab]')];
    const at = all.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = all[(to + all.length) % all.length];
    next.click();
    next.focus();
  });
}

let saying;
/** Says something politely to who does not see the screen. */
export function say(text) {
  const melder = document.getElementById('melder');
  clearTimeout(saying);
  melder.textContent = '';
  // Empty for a moment, so that the same words are said again.
  saying = setTimeout(() => (melder.textContent = text), 80);
}

/** Something went wrong: on the screen until it is closed, and said at once. */
export function alarm(text) {
  const box = document.getElementById('alarm');
  if (!text) {
    box.replaceChildren();
    return;
  }
  const close = el('button', { type: 'button', class: 'rond', title: t('sluitMelding'), onclick: () => alarm('') }, icon('sluit'), hidden(t('sluitMelding')));
  box.replaceChildren(el('p', { class: 'fout' }, icon('bijna'), text, close));
}

export const uuid = () => crypto.randomUUID?.() ??
  // Pages without https do not have randomUUID.
  '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16),
  );

export const keep = {
  read(key, area = 'sessionStorage') {
    try {
      return JSON.parse(window[area].getItem(`balie:${key}`));
    } catch {
      return null;
    }
  },
  write(key, value, area = 'sessionStorage') {
    try {
      if (value === null || value === '' || value?.length === 0) window[area].removeItem(`balie:${key}`);
      else window[area].setItem(`balie:${key}`, JSON.stringify(value));
    } catch {
      // The desk works without.
    }
  },
};
