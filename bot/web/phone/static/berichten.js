/* Messages as elements. `choose(wamid, id)`, `open(message)` and `react(wamid)` say what was tapped. */

import { link, marked } from './tekens.js';
import { t } from './teksten.js';

const { pad } = document.body.dataset;
const format = (options) => new Intl.DateTimeFormat('nl-NL', { timeZone: 'Europe/Amsterdam', ...options });
const TIME = format({ hour: '2-digit', minute: '2-digit' });
const DAY = format({ weekday: 'long', day: 'numeric', month: 'long' });
const TICKS = { onderweg: '…', bezorgd: '✓✓', gelezen: '✓✓', verloren: '!', accepted: '✓', sent: '✓', delivered: '✓✓', read: '✓✓', failed: '!' };

export const clock = (iso) => TIME.format(new Date(iso));
export const day = (iso) => DAY.format(new Date(iso));
export const moment = (iso) => `${day(iso)} ${clock(iso)}`;

/** An element; `on<event>` becomes a listener, what is null or false is left out. */
export function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(9).filter((child) => child || child === 0));
  return node;
}

const hidden = (text) => el('span', { class: 'vs' }, text);
const path = (id) => `${pad}/bestand/${encodeURIComponent(id)}`;

/** A short text of a message, for a quote of it. */
export function summary({ soort, inhoud }) {
  return inhoud.body?.text ?? inhoud.body ?? inhoud.tekst ?? inhoud[inhoud.type]?.title ?? inhoud.text ?? inhoud.filename ?? inhoud.caption ?? t(soort);
}

/** One message. */
export function bubble(message, actions) {
  const { wamid, kant, op } = message;
  const own = kant === 'in';
  const to = message.antwoordOp || (message.soort === 'reaction' && message.inhoud.message_id);
  return el(
    'article',
    { class: `bel ${own ? 'eigen' : 'ander'} ${message.soort}`, 'data-wamid': wamid },
    hidden(`${t(own ? 'u' : 'gemeente')}: `),
    to && el('p', { class: 'aanhaling' }, hidden(t('antwoordOp', { tekst: '' })), actions.quoted(to)),
    el('div', { class: 'inhoud' }, (KINDS[message.soort] ?? other)(message, actions)),
    el('p', { class: 'onder' }, !own && reactButton(wamid, actions), el('time', { datetime: op }, clock(op)), ' ', ticks(message)),
  );
}

function reactButton(wamid, { react }) {
  const label = [el('span', { 'aria-hidden': 'true' }, '☺'), hidden(t('reageer'))];
  return el('button', { type: 'button', class: 'reageer', 'aria-haspopup': 'dialog', onclick: () => react(wamid) }, label);
}

/** The ticks of a message, to replace those it has. */
export function ticks({ stand, foutcode }) {
  const text = t(stand, { code: foutcode ?? '' });
  return el('span', { class: `tikken ${stand}`, title: text }, el('span', { 'aria-hidden': 'true' }, TICKS[stand] ?? stand), hidden(` ${text}`));
}

const paragraphs = (text) => (text ? marked(text) : []);
const small = (text) => text && el('p', { class: 'voettekst' }, text);

function interactive({ wamid, kant, inhoud }, { choose, open }) {
  if (kant === 'in') return el('p', null, inhoud[inhoud.type]?.title ?? '', inhoud.list_reply?.description && el('small', null, ` ${inhoud.list_reply.description}`));
  const { header, body, footer, action } = inhoud;
  const buttons = (action.buttons ?? []).map(({ reply }) => button(reply.title, () => choose(wamid, reply.id)));
  if (action.sections) buttons.push(button(`☰ ${action.button}`, () => open({ wamid, inhoud }), { 'aria-haspopup': 'dialog' }));
  const url = action.parameters && link(action.parameters.url, action.parameters.display_text);
  url?.classList?.add('knop');
  return [header && el('p', { class: 'koptekst' }, header.text), paragraphs(body.text), small(footer?.text), el('div', { class: 'keuzes' }, buttons, url)];
}

function button(text, onclick, more) {
  return el('button', { type: 'button', class: 'knop', onclick, ...more }, text);
}

function file({ inhoud }) {
  const name = inhoud.filename ?? t('bestand');
  const node = link(inhoud.id ? path(inhoud.id) : inhoud.link, t('download', { naam: name }));
  if (inhoud.id && node.setAttribute) node.setAttribute('download', name);
  return [el('p', { class: 'bestand' }, node), paragraphs(inhoud.caption)];
}

function place({ inhoud: { latitude, longitude, name, address } }) {
  const spot = `${Number(latitude)}/${Number(longitude)}`;
  const map = `https://www.openstreetmap.org/?mlat=${Number(latitude)}&mlon=${Number(longitude)}#map=17/${spot}`;
  return [name && el('p', { class: 'koptekst' }, name), address && el('p', null, address), el('p', null, link(map, t('kaart')))];
}

const other = ({ soort }) => el('p', { class: 'zacht' }, t('onbekend', { soort }));

const KINDS = {
  text: ({ inhoud }) => paragraphs(inhoud.body),
  interactive,
  template: ({ wamid, inhoud }, { choose }) => [
    el('p', { class: 'zacht' }, t('sjabloon')),
    paragraphs(inhoud.tekst),
    el('div', { class: 'keuzes' }, inhoud.knoppen.map(({ id, title }) => button(title, () => choose(wamid, id)))),
  ],
  button: ({ inhoud }) => el('p', null, inhoud.text),
  document: file,
  location: place,
  image: ({ inhoud }) => [el('img', { src: path(inhoud.id), alt: t('fotoAlt'), width: 240, height: 180 }), paragraphs(inhoud.caption)],
  sticker: ({ inhoud }) => el('img', { src: path(inhoud.id), alt: t('stickerAlt'), width: 96, height: 96 }),
  audio: ({ inhoud }) => el('audio', { src: path(inhoud.id), controls: true, preload: 'none', 'aria-label': t('spraak') }),
  reaction: ({ inhoud }) => el('p', null, inhoud.emoji ? t('reactie', { emoji: inhoud.emoji }) : t('reactieWeg')),
  unsupported: () => el('p', { class: 'zacht' }, t('peiling')),
};
