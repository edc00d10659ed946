/* The phone: choosing one, following its thread, and all that can be tapped. */

import { bubble, clock, day, el, moment, summary, ticks } from './berichten.js';
import { t } from './teksten.js';

const POLL = 700;
const TROUBLE = 2_000;
const REACTIONS = { duimOp: '👍', duimNeer: '👎', hart: '❤️', geenReactie: '' };
const { pad } = document.body.dataset;
const $ = (id) => document.getElementById(id);
const [nummer, toestel, rol, bericht, blad] = ['nummer', 'toestel', 'rol', 'bericht', 'blad'].map($);

let messages = new Map();
let version = 0;
let cleared = 0;
/** Goes up when another thread is chosen: what was asked for the old one is dropped. */
let turn = 0;
let timer;
let saying;
/** What was typed and not sent, per thread. */
const drafts = new Map();
let shown;

const who = () => ({ nummer: nummer.value, toestel: toestel.value });

async function ask(path, body) {
  const answer = await fetch(`${pad}/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: body && { 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
    cache: 'no-store',
    signal: AbortSignal.timeout(10_000),
  });
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error('refused'), { text: content.fout });
  return content;
}

function say(text) {
  clearTimeout(saying);
  $('melder').textContent = '';
  // Empty for a moment, so that the same words are said again.
  saying = setTimeout(() => ($('melder').textContent = text), 80);
}

function complain(text) {
  if ($('melding').textContent !== text) $('melding').textContent = text;
}

/** Does what was tapped, and looks at once. */
async function act(path, fields = {}) {
  try {
    await ask(path, { ...who(), ...fields });
    complain('');
  } catch (error) {
    complain(error.text ?? t('fout'));
    return false;
  }
  follow();
  return true;
}

const choose = (wamid, keuze) => act('sturen', { soort: 'keuze', wamid, keuze });
const quoted = (wamid) => (messages.has(wamid) ? summary(messages.get(wamid)) : '…');

function sheet(title, content) {
  $('blad-titel').textContent = title;
  $('blad-inhoud').replaceChildren(...content);
  blad.showModal();
}

/** The rows of a list. */
function open({ wamid, inhoud: { action } }) {
  const sections = action.sections.map(({ title, rows }) => [
    title && el('h3', null, title),
    el('ul', null, rows.map((row) => el('li', null, item(row.title, row.description, () => choose(wamid, row.id))))),
  ]);
  sheet(action.button, sections.flat().filter(Boolean));
}

function item(title, more, chosen) {
  const onclick = () => {
    blad.close();
    chosen();
  };
  return el('button', { type: 'button', class: 'rij', onclick }, el('span', null, title), more && el('small', null, more));
}

/** What can be put under a message. */
function react(wamid) {
  const rows = Object.entries(REACTIONS).map(([name, emoji]) => item(t(name), '', () => act('sturen', { soort: 'reactie', wamid, emoji })));
  sheet(t('reageer'), [el('ul', null, rows.map((row) => el('li', null, row)))]);
}

const actions = { choose, open, quoted, react };

function show(one) {
  const known = messages.get(one.wamid);
  messages.set(one.wamid, one);
  if (known) {
    const node = [...rol.children].find(({ dataset }) => dataset.wamid === one.wamid);
    if (known.stand !== one.stand) node.querySelector('.tikken').replaceWith(ticks(one));
    return;
  }
  const bottom = rol.scrollHeight - rol.scrollTop - rol.clientHeight < 80;
  rol.querySelector('.leeg')?.remove();
  const date = day(one.op);
  if (rol.dataset.dag !== date) {
    rol.append(el('p', { class: 'dag' }, date));
    rol.dataset.dag = date;
  }
  rol.append(bubble(one, actions));
  if (bottom || one.kant === 'in') rol.scrollTop = rol.scrollHeight;
}

function empty() {
  messages = new Map();
  version = 0;
  delete rol.dataset.dag;
  rol.replaceChildren(el('p', { class: 'leeg' }, t('leeg')));
}

function take(state) {
  if (state.gewist > cleared) {
    if (version) empty();
    cleared = state.gewist;
  }
  version = state.versie;
  for (const one of state.berichten) show(one);
  set('typt', state.typt ? t('typt') : '');
  set('klok', moment(state.nu));
  const until = state.venster && moment(state.venster);
  set('venster', state.open ? t('tot', { moment: until }) : t(until ? 'dicht' : 'nooit', { moment: until }));
  $('geweigerd').hidden = !state.geweigerd.length;
  const rows = state.geweigerd.map(({ op, code, uitleg }) => `${clock(op)} ${code}: ${uitleg}`);
  const list = $('geweigerd').querySelector('ol');
  if (list.textContent !== rows.join('')) list.replaceChildren(...rows.map((row) => el('li', null, row)));
}

function set(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

async function follow() {
  clearTimeout(timer);
  const mine = ++turn;
  const looks = document.visibilityState === 'visible' ? '&kijkt=1' : '';
  let pause = POLL;
  try {
    const { nummer: number, toestel: phone } = who();
    const state = await ask(`berichten?nummer=${encodeURIComponent(number)}&toestel=${encodeURIComponent(phone)}&na=${version}${looks}`);
    if (mine !== turn) return;
    take(state);
    if ($('melding').textContent === t('net')) complain('');
  } catch (error) {
    if (mine !== turn) return;
    complain(error.text ?? t('net'));
    pause = TROUBLE;
  }
  rol.removeAttribute('aria-busy');
  timer = setTimeout(follow, pause);
}

/** Another thread: nothing of it is said aloud until it is complete. */
function start() {
  rol.setAttribute('aria-busy', 'true');
  $('gesprek-titel').textContent = nummer.selectedOptions[0].dataset.naam;
  cleared = 0;
  empty();
  if (shown) drafts.set(shown, bericht.value);
  shown = JSON.stringify(who());
  bericht.value = drafts.get(shown) ?? '';
  sessionStorage.setItem('telefoon', JSON.stringify(who()));
  follow();
}

function restore() {
  try {
    const stored = JSON.parse(sessionStorage.getItem('telefoon')) ?? {};
    for (const select of [nummer, toestel]) {
      if ([...select.options].some(({ value }) => value === stored[select.id])) select.value = stored[select.id];
    }
  } catch {
    // Begins with the first of each.
  }
}

async function write() {
  const tekst = bericht.value;
  if (!tekst.trim()) return;
  // At once, or Enter twice would send it twice; what is typed meanwhile stays.
  bericht.value = '';
  bericht.focus();
  const thread = shown;
  if (await act('sturen', { soort: 'tekst', tekst })) return;
  if (thread !== shown) drafts.set(thread, tekst);
  else bericht.value ||= tekst;
}

$('schrijven').addEventListener('submit', (event) => {
  event.preventDefault();
  write();
});
bericht.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  write();
});
$('bijlage').addEventListener('click', () => {
  const kinds = ['spraak', 'foto', 'sticker', 'locatie', 'document', 'peiling'];
  sheet(t('stuurIets'), [el('ul', null, kinds.map((soort) => el('li', null, item(t(soort), '', () => act('sturen', { soort })))))]);
});
$('blad-sluit').addEventListener('click', () => blad.close());
// Beside the sheet.
blad.addEventListener('click', (event) => event.target === blad && blad.close());
$('later').addEventListener('click', async () => (await act('klok')) && say(t('later')));
for (const [id, text] of [['wissen', 'gewist'], ['begin', 'opnieuw']]) {
  $(id).addEventListener('click', async () => {
    if (!(await act(id))) return;
    say(t(text));
    bericht.focus();
  });
}
for (const select of [nummer, toestel]) select.addEventListener('change', start);
document.addEventListener('visibilitychange', follow);

restore();
start();
