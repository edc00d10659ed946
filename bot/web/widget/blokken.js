/* Elements: of blocks, of contact details; and blocks as text. There is no HTML string, so Trusted Types are content. */

const SVG = 'http://www.w3.org/2000/svg';
const ICONS = {
  menu: 'M5 12h.01M12 12h.01M19 12h.01',
  min: 'M6 9.5l6 6 6-6',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6',
  phone: 'M6.5 3.5l3 .5 1.5 4-2 1.7c1 2.2 2.8 4 5 5l1.7-2 4 1.5.5 3c0 1.7-1.5 3-3.2 2.8C10 19.2 4.8 14 4 7c-.1-1.8.9-3.5 2.5-3.5z',
  bot: 'M5 8.5h14v10H5zM12 8.5V5M9 13v1M15 13v1M2.5 12v3M21.5 12v3M12 5h.01',
  duim: 'M7 11v9H3.5v-9zM7 11l4-7.5c1.7 0 2.7 1.2 2.3 2.9L12.7 9.5H19c1.2 0 2 1 1.7 2.2l-1.6 6.5c-.3 1.1-1.1 1.8-2.2 1.8H7',
  send: 'M4 12h15M13 5.5l6.5 6.5-6.5 6.5',
  warn: 'M12 3.5l9.5 16.5h-19zM12 10v4.5M12 17.3h.01',
};
const RTL = ['ar', 'fa', 'he', 'ur'];
const RTL_LETTER = /[\u0590-\u08ff]/;
const NUMBER = /(\+?\d[\d \-]*\d)/;
const format = (options) => new Intl.DateTimeFormat('nl-NL', { timeZone: 'Europe/Amsterdam', ...options });
const TIME = format({ hour: '2-digit', minute: '2-digit' });
const DAY = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const WEEKDAY = format({ weekday: 'long' });

export const clock = (iso) => TIME.format(new Date(iso));
export const day = (iso) => DAY.format(new Date(iso));
export const moment = (iso) => `${day(iso)}, ${clock(iso)}`;

/** An element. `on<event>` becomes a listener; attributes and children that are null or false are left out. */
export function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(9).filter((child) => child || child === 0));
  return node;
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

export const hidden = (text) => el('span', { class: 'vs' }, text);

export function link(href, t, ...children) {
  const safe = safeLink(href);
  if (!safe) return children;
  // While the resident has text typed, paneel.js lets these open a new tab and says so.
  const web = /^http/i.test(safe);
  const tab = web && el('span', { class: 'tab', hidden: true }, t('nieuwTabblad'));
  return el('a', { href: safe, class: web && 'web', rel: 'noopener' }, children, tab);
}

export const safeLink = (href) => (/^\s*(https?|mailto|tel):/i.test(href ?? '') ? href.trim() : null);

export const language = (code) => code && { lang: code, dir: RTL.includes(code.split('-')[0]) ? 'rtl' : 'ltr' };

/* Between letters that run to the left, the groups of a phone number would change places. */
const upright = (line) =>
  RTL_LETTER.test(line) ? line.split(NUMBER).map((part, index) => (index % 2 ? el('bdi', { dir: 'ltr' }, part) : part)) : [line];

function inline({ tekst, nadruk, sterk, link: href }, t) {
  let content = String(tekst)
    .split('\n')
    .flatMap((line, index) => (index ? [el('br'), ...upright(line)] : upright(line)));
  if (nadruk) content = el('em', null, content);
  if (sterk) content = el('strong', null, content);
  return href ? link(href, t, content) : content;
}

export const render = (blocks, t) =>
  (blocks ?? []).map(({ soort, inhoud, genummerd, punten }) =>
    soort === 'lijst'
      ? el(genummerd ? 'ol' : 'ul', null, punten.map((item) => el('li', null, render(item, t))))
      : el(soort === 'kop' ? 'h3' : 'p', null, inhoud.map((part) => inline(part, t))),
  );

export const asText = (blocks, indent = '') =>
  (blocks ?? [])
    .map(({ soort, inhoud, genummerd, punten }) => {
      if (soort === 'lijst') {
        const mark = (index) => indent + (genummerd ? `${index + 1}. ` : '- ');
        return punten.map((item, index) => mark(index) + asText(item, `${indent}  `).trimStart()).join('\n');
      }
      const parts = inhoud.map(({ tekst, link: href }) => {
        const address = safeLink(href)?.replace(/^(tel|mailto):/, '');
        return address && address !== tekst ? `${tekst} (${address})` : tekst;
      });
      return indent + parts.join('').replaceAll('\n', `\n${indent}`);
    })
    .join('\n\n');

export const rows = (list, name = 'wegen') =>
  el(
    'dl',
    { class: name },
    list.map(([term, content, kind]) => content && el('div', { class: kind }, el('dt', null, term), el('dd', null, content))),
  );

function hours(key, days, t) {
  if (!days?.length) return null;
  const today = WEEKDAY.format(new Date());
  const start = Math.max(0, days.findIndex(([name]) => name === today));
  const list = [...days.slice(start), ...days.slice(0, start)].map(([name, text]) => [
    name === today ? t('vandaagDag', { dag: name }) : name,
    text ? text.replaceAll('-', t('tot')).replaceAll(', ', t('en')) + t('uur') : t('dicht'),
    name === today && 'vandaag',
  ]);
  return [el('h4', null, t(key)), rows(list, 'tijden')];
}

export function contactDetails({ contact, openingstijden } = {}, t) {
  if (!contact) return null;
  const { telefoon, telefoon_link: phone, email, adres, website, contactpagina } = contact;
  return el(
    'div',
    { class: 'contact' },
    rows([
      [t('telefoon'), telefoon && link(phone, t, telefoon)],
      [t('email'), email && link(`mailto:${email}`, t, email)],
      [t('website'), website && link(website, t, website.replace(/^https?:\/\/|\/$/g, ''))],
      [t('adres'), adres],
    ]),
    contactpagina && link(contactpagina, t, t('contactpagina')),
    hours('telefoontijden', openingstijden?.telefoon, t),
    hours('balietijden', openingstijden?.balie, t),
  );
}
