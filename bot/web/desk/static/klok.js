/* Clocks: how long somebody waits, against the term. Never by colour alone: there is a word and a shape as well. */

import { el, icon } from './dom.js';
import { t } from './teksten.js';

let offset = 0;

/** The server's clock counts: that of a desk may be wrong. */
export const setNow = (now) => (offset = now - Date.now());
export const now = () => Date.now() + offset;

export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (seconds < 60) return t('seconden', { n: seconds });
  if (minutes < 60) return `${minutes}:${String(seconds % 60).padStart(2, '0')} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return t('uren', { u: hours, m: minutes % 60 });
  return t('dagen', { d: Math.floor(hours / 24), u: hours % 24 });
}

/** `optijd`, `bijna` (the last third of the term, at most two hours) or `telaat`; null when no term runs. */
export function urgency({ gevraagd, uiterlijk, beantwoord }) {
  if (!uiterlijk || beantwoord) return null;
  const left = Date.parse(uiterlijk) - now();
  if (left < 0) return 'telaat';
  return left < Math.min((Date.parse(uiterlijk) - Date.parse(gevraagd)) / 3, 72e5) ? 'bijna' : 'optijd';
}

const painters = new Map();

/** A node that `paint` keeps up to date, each second, as long as it is on the page. */
export function painted(node, paint) {
  painters.set(node, paint);
  paint();
  return node;
}

/** An element that shows how long `of()` waits and what is left of its term. `of` gives null when there is nothing to show. */
export function clockOf(of) {
  const sign = el('span', { class: 'teken' });
  const word = el('strong');
  const text = el('span');
  const node = el('span', { class: 'klok' }, sign, word, text);
  let shown = '';
  return painted(node, () => {
    const one = of();
    node.hidden = !one;
    if (!one) return;
    const stand = urgency(one);
    if (shown !== stand) {
      shown = stand;
      node.dataset.stand = stand ?? '';
      sign.replaceChildren(...(stand ? [icon(stand)] : []));
      word.textContent = stand ? t(stand) : '';
    }
    const words = inWords(one, stand);
    if (text.textContent !== words) text.textContent = words;
  });
}

function inWords(one, stand) {
  const left = stand && Date.parse(one.uiterlijk) - now();
  const parts = [
    stand && left < 0 && t('over', { tijd: duration(-left) }),
    one.wacht && t(one.antwoord ? 'bewonerWacht' : 'wacht', { tijd: duration(now() - Date.parse(one.wacht)) }),
    stand && left >= 0 && t('nog', { tijd: duration(left) }),
  ];
  return parts.filter(Boolean).join(', ');
}

/** Once a second: all that is still on the page. */
export function tick() {
  for (const [node, paint] of painters) {
    if (node.isConnected) paint();
    else painters.delete(node);
  }
}

export const repaint = (node) => painters.get(node)?.();
