/* Windows over the desk: handing over, closing, settings, shortcuts. The browser keeps the focus inside and gives it back. */

import { button, el } from './dom.js';
import { change, play, settings } from './signalen.js';
import { t } from './teksten.js';

export const TOETSEN = ['w', 'o', 'g', 'j', 'k', 'p', 'a', 'n', 'u', 's', 'h'];
const FIELDS = [
  ['Enter', 'enter'],
  ['Shift + Enter', 'shift'],
  ['/', 'streep'],
  ['↑ ↓ ← →', 'pijl'],
  ['Esc', 'esc'],
];

function show(title, ...content) {
  const box = el(
    'dialog',
    { 'aria-labelledby': 'venstertitel', onclose: () => box.remove() },
    el('h2', { id: 'venstertitel', tabindex: -1, autofocus: true }, title),
    content,
  );
  document.body.append(box);
  box.showModal();
  return box;
}

/* A form in a window. `submit` gives what is wrong, or nothing: then the window closes. */
function ask(title, intro, fields, action, kind, submit) {
  const problem = el('p', { class: 'fout', role: 'alert' });
  const send = el('button', { type: 'submit', class: kind }, action);
  const form = el(
    'form',
    {
      novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        if (send.disabled) return;
        problem.textContent = '';
        send.disabled = true;
        let wrong;
        try {
          wrong = await submit(new FormData(form), form);
        } catch (fout) {
          wrong = fout.message;
        }
        send.disabled = false;
        if (wrong) problem.textContent = wrong;
        else box.close();
      },
    },
    intro && el('p', null, intro),
    fields,
    problem,
    el('div', { class: 'knoppen' }, send, button(t('annuleer'), () => box.close(), 'knop tweede')),
  );
  const box = show(title, form);
}

const radio = (name, value, text) =>
  el('label', { class: 'keuze' }, el('input', { type: 'radio', name, value }), el('span', null, text));
const group = (legend, help, ...list) =>
  el('fieldset', null, el('legend', null, legend), help && el('p', { class: 'klein' }, help), list);

export function transfer(gesprek, state, done) {
  const gemeente = state.gemeenten.find(({ id }) => id === gesprek.info.gemeente);
  const colleagues = state.collegas.filter(({ gemeenten }) => gemeenten.includes(gesprek.info.gemeente));
  const amount = (n) => t(n === 1 ? 'gesprekEen' : 'gesprekMeer', { n });
  ask(
    t('overdragenTitel'),
    t('overdragenUitleg'),
    [
      group(
        t('naarCollega'),
        !colleagues.length && t('geenCollega'),
        colleagues.map(({ id, naam, gesprekken }) => radio('naar', `m${id}`, t('heeftGesprekken', { naam, gesprekken: amount(gesprekken) }))),
      ),
      gemeente.afdelingen.length > 0 &&
        group(t('naarAfdeling'), t('naarAfdelingUitleg'), gemeente.afdelingen.map(({ id, naam }) => radio('naar', `a${id}`, naam))),
      el(
        'p',
        { class: 'veld' },
        el('label', { for: 'waarom' }, t('waarom')),
        el('span', { class: 'klein', id: 'waarom-uitleg' }, t('waaromUitleg')),
        el('textarea', { id: 'waarom', name: 'reden', rows: 2, maxlength: 500, 'aria-describedby': 'waarom-uitleg' }),
      ),
    ],
    t('overdragen'),
    'knop',
    async (data, form) => {
      const naar = data.get('naar');
      if (!naar) {
        form.querySelector('input').focus();
        return t('kiesNaar');
      }
      if (!data.get('reden').trim()) {
        form.querySelector('textarea').focus();
        return t('vulWaarom');
      }
      await done({ [naar[0] === 'm' ? 'medewerker' : 'afdeling']: naar[0] === 'm' ? Number(naar.slice(1)) : naar.slice(1), reden: data.get('reden') });
      return null;
    },
  );
}

export function callBack(gesprek, done) {
  const field = (name, label, input) => el('p', { class: 'veld' }, el('label', { for: name }, label), input);
  ask(
    t('terugbelTitel'),
    t('terugbelUitleg', { cijfers: gesprek.info.whatsapp.nummer.slice(-3) }),
    [
      field('onderwerp', t('terugbelOnderwerp'), el('input', { id: 'onderwerp', name: 'onderwerp', maxlength: 200, value: gesprek.info.product?.naam })),
      field('vraag', t('terugbelVraag'), el('textarea', { id: 'vraag', name: 'vraag', rows: 3, maxlength: 1000 })),
    ],
    t('terugbelMaak'),
    'knop',
    async (data, form) => {
      if (!data.get('onderwerp').trim()) {
        form.querySelector('input').focus();
        return t('vulOnderwerp');
      }
      await done({ onderwerp: data.get('onderwerp'), vraag: data.get('vraag').trim() });
      return null;
    },
  );
}

const OUTCOMES = ['opgelost', 'doorverwezen', 'terugbellen', 'geen_antwoord', 'misbruik'];

export function close(gesprek, state, done) {
  const { labels } = state.gemeenten.find(({ id }) => id === gesprek.info.gemeente);
  ask(
    t('afsluitenTitel'),
    t('afsluitenUitleg'),
    [
      gesprek.concept.trim() && el('p', { class: 'let-op' }, t('conceptWeg')),
      group(t('hoeAfgelopen'), null, OUTCOMES.map((one) => radio('uitkomst', one, t(`uitkomst_${one}`)))),
      labels.length > 0 &&
        el(
          'p',
          { class: 'veld' },
          el('label', { for: 'label' }, t('label')),
          el(
            'select',
            { id: 'label', name: 'label' },
            el('option', { value: '' }, t('geenLabel')),
            labels.map((one) => el('option', { value: one }, one)),
          ),
        ),
    ],
    t('afsluiten'),
    'knop',
    async (data, form) => {
      if (!data.get('uitkomst')) {
        form.querySelector('input').focus();
        return t('kiesUitkomst');
      }
      await done({ uitkomst: data.get('uitkomst'), label: data.get('label') || null });
      return null;
    },
  );
}

export function showSettings() {
  const check = (key) =>
    el(
      'label',
      { class: 'keuze' },
      el('input', { type: 'checkbox', checked: settings[key], onchange: (event) => change(key, event.target.checked) }),
      el('span', null, t(key)),
    );
  const volume = el('input', {
    id: 'volume',
    type: 'range',
    min: 0,
    max: 100,
    step: 10,
    value: settings.volume,
    onchange: (event) => change('volume', Number(event.target.value)),
  });
  const box = show(
    t('instellingenTitel'),
    el('p', { class: 'klein' }, t('ingesteld')),
    ['geluidWachtrij', 'geluidBericht'].map(check),
    el('p', { class: 'veld' }, el('label', { for: 'volume' }, t('volume')), volume, button(t('luister'), () => play('wachtrij'), 'knop tweede')),
    ['inTitel', 'toetsenAan'].map(check),
    el('div', { class: 'knoppen' }, button(t('sluit'), () => box.close())),
  );
}

export function showKeys() {
  const row = (key, text) => el('div', null, el('dt', null, el('kbd', null, key)), el('dd', null, text));
  const box = show(
    t('sneltoetsenTitel'),
    el(
      'dl',
      { class: 'toetsen' },
      TOETSEN.map((key) => row(`Alt + ${key.toUpperCase()}`, t(`toets_${key}`))),
      FIELDS.map(([key, name]) => row(key, t(`toets_${name}`))),
    ),
    el('div', { class: 'knoppen' }, button(t('sluit'), () => box.close())),
  );
}
