/* Phone, hours and address of the municipality, from its file or the stored copy. And dates in Dutch. */

import { el } from './dom.js';
import { link } from './blokken.js';

const ZONE = 'Europe/Amsterdam';
const format = (options) => new Intl.DateTimeFormat('nl-NL', { timeZone: ZONE, ...options });
const TIME = format({ hour: '2-digit', minute: '2-digit' });
const DAY = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const WEEKDAY = format({ weekday: 'long' });

export const clock = (iso) => TIME.format(new Date(iso));
export const day = (iso) => DAY.format(new Date(iso));
export const moment = (iso) => `${day(iso)}, ${clock(iso)}`;

/** "Vandaag", "Gisteren" or the date. */
export function dayName(iso, words) {
  const name = day(iso);
  if (name === day(Date.now())) return words('vandaag');
  return name === day(Date.now() - 864e5) ? words('gisteren') : name;
}

function hours(text, words) {
  if (!text) return words('dicht');
  const parts = text.split(/\s*,\s*/).map((part) => part.replace(/\s*-\s*/, words('tot')));
  return parts.join(words('en')) + words('uur');
}

function table(title, rows, words) {
  if (!rows?.length) return null;
  const today = WEEKDAY.format(new Date());
  const start = Math.max(0, rows.findIndex(([name]) => name === today));
  const ordered = [...rows.slice(start), ...rows.slice(0, start)];
  return [
    el('h4', {}, title),
    el(
      'dl',
      { class: 'tijden' },
      ordered.map(([name, text]) =>
        el(
          'div',
          { class: name === today ? 'vandaag' : null },
          el('dt', {}, name === today ? words('vandaagDag', { dag: name }) : name),
          el('dd', {}, hours(text, words)),
        ),
      ),
    ),
  ];
}

/** Everything to reach the municipality without the chat. */
export function contactDetails(gemeente, words) {
  const contact = gemeente?.contact;
  if (!contact) return null;
  const row = (label, content) => content && el('div', {}, el('dt', {}, words(label)), el('dd', {}, content));
  const { telefoon, telefoon_link: phone, email, adres, website, contactpagina } = contact;
  return el(
    'div',
    { class: 'contact' },
    el(
      'dl',
      { class: 'wegen' },
      row('telefoon', telefoon && link(phone, words, telefoon)),
      row('email', email && link(`mailto:${email}`, words, email)),
      row('website', website && link(website, words, website.replace(/^https?:\/\/|\/$/g, ''))),
      row('adres', adres),
    ),
    contactpagina && el('p', {}, link(contactpagina, words, words('contactpagina'))),
    table(words('telefoontijden'), gemeente.openingstijden?.telefoon, words),
    table(words('balietijden'), gemeente.openingstijden?.balie, words),
  );
}
