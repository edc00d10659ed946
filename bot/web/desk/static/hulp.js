/* Beside a conversation: the product in question, canned answers, and notes that only colleagues see. */

import { button, date, el, icon, link, moment, render, safeLink, tabKeys } from './dom.js';
import { get } from './server.js';
import { t } from './teksten.js';

const answersOf = new Map();
const productsOf = new Map();

function cached(map, path, pick) {
  // For a quarter of an hour: an editor may change a text.
  const known = map.get(path);
  if (known && Date.now() - known.at < 9e5) return known.what;
  const what = get(path).then(pick);
  what.catch(() => map.delete(path));
  map.set(path, { what, at: Date.now() });
  return what;
}

let serial = 0;

export class Hulp {
  #gesprek;
  #insert;
  #shown = null;
  #chosen = false;
  #at = 0;

  /** `insert(text, whole)` puts a text in the message that the employee is typing. */
  constructor(gesprek, insert) {
    this.#gesprek = gesprek;
    this.#insert = insert;
    this.key = `h${++serial}`;
    this.parts = {
      product: this.#product(),
      antwoorden: this.#answers(),
      notities: this.#notes(),
    };
    if (gesprek.lezen) delete this.parts.antwoorden;
    this.tabs = Object.fromEntries(
      Object.keys(this.parts).map((name) => [
        name,
        el('button', { type: 'button', role: 'tab', id: `${this.key}-${name}`, 'aria-controls': `${this.key}-${name}-vak`, onclick: () => this.show(name) }, t(name)),
      ]),
    );
    const list = el('div', { role: 'tablist', class: 'tabs klein-tabs', 'aria-label': t('hulp') }, Object.values(this.tabs));
    tabKeys(list);
    for (const [name, part] of Object.entries(this.parts)) {
      part.id = `${this.key}-${name}-vak`;
      part.role = 'tabpanel';
      part.tabIndex = 0;
      part.setAttribute('aria-labelledby', `${this.key}-${name}`);
    }
    this.node = el('section', { class: 'hulp', 'aria-label': t('hulp') }, list, Object.values(this.parts));
    this.show('product');
  }

  get #path() {
    return `/gemeenten/${this.#gesprek.info.gemeente}`;
  }

  show(name) {
    if (!this.parts[name]) return;
    for (const [other, part] of Object.entries(this.parts)) {
      part.hidden = other !== name;
      this.tabs[other].ariaSelected = String(other === name);
      this.tabs[other].tabIndex = other === name ? 0 : -1;
    }
    if (name === 'antwoorden') this.#fillAnswers();
  }

  focus(name, text) {
    this.show(name);
    const field = this.parts[name]?.querySelector('input, textarea');
    if (text !== undefined && field) {
      field.value = text;
      field.dispatchEvent(new Event('input'));
    }
    field?.focus();
  }

  /** A product of the transcript. */
  open(product) {
    this.#chosen = true;
    this.show('product');
    this.#showProduct(product.id, true);
  }

  /* The product of the question, unless the employee looks at another one. */
  suggest(product) {
    if (product && !this.#chosen) this.#showProduct(product.id);
  }

  #product() {
    const id = `${this.key}-zoek`;
    const found = el('ul', { class: 'treffers' });
    const count = el('p', { class: 'klein', role: 'status' });
    let wait;
    const search = async () => {
      const text = input.value.trim();
      if (text.length < 2) {
        found.replaceChildren();
        count.textContent = '';
        return;
      }
      const { producten } = await get(`${this.#path}/producten?zoek=${encodeURIComponent(text)}`);
      if (input.value.trim() !== text) return;
      const choose = (one) => {
        this.#chosen = true;
        input.value = '';
        found.replaceChildren();
        count.textContent = '';
        this.#showProduct(one.id, true);
      };
      found.replaceChildren(...producten.map((one) => el('li', null, button(one.naam, () => choose(one), 'treffer'))));
      const n = producten.length;
      count.textContent = n === 1 ? t('zoekResultaatEen') : n ? t('zoekResultaten', { n }) : t('zoekNiets');
    };
    const input = el('input', {
      id,
      type: 'search',
      autocomplete: 'off',
      oninput: () => {
        clearTimeout(wait);
        wait = setTimeout(() => search().catch((fout) => (count.textContent = fout.message)), 200);
      },
      onkeydown: (event) => {
        if (event.key === 'ArrowDown') found.querySelector('button')?.focus();
        else if (event.key === 'Enter') found.querySelector('button')?.click();
        else return;
        event.preventDefault();
      },
    });
    found.addEventListener('keydown', (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const all = [...found.querySelectorAll('button')];
      (all[all.indexOf(event.target) + step] ?? input).focus();
    });
    this.card = el('article', { class: 'productkaart' }, el('p', { class: 'leeg' }, t('geenProduct')));
    return el('div', { class: 'vak' }, el('p', { class: 'veld' }, el('label', { for: id }, t('zoekProduct')), input), count, found, this.card);
  }

  async #showProduct(id, focus = false) {
    if (this.#shown === id && !focus) return;
    this.#shown = id;
    let one;
    try {
      one = await cached(productsOf, `${this.#path}/producten/${id}`, (content) => content);
    } catch (fout) {
      if (this.#shown !== id) return;
      this.#shown = null;
      this.card.replaceChildren(el('p', { class: 'leeg' }, fout.status === 404 ? t('productWeg') : fout.message));
      return;
    }
    if (this.#shown !== id) return;
    const put = (part) => button(t('zetInBericht'), () => this.#insert(part.tekst), 'knop tweede klein', t('zetInBerichtVan', { titel: part.titel }));
    const title = el('h3', { tabindex: -1 }, one.naam);
    this.card.replaceChildren(
      title,
      ...(one.gevoelig ? [el('p', { class: 'let-op' }, icon('bijna'), t('gevoelig'))] : []),
      ...one.delen.map((part, index) =>
        el(
          'details',
          { open: index === 0 },
          el('summary', null, part.titel),
          el('div', { class: 'tekst' }, render(part.blokken)),
          !this.#gesprek.lezen && put(part),
        ),
      ),
      el('p', null, link(one.url, t('opWebsite'))),
      el('p', { class: 'klein' }, t('herzien', { datum: date(one.herzien) })),
      ...(one.bronnen.length
        ? [
            el('p', { class: 'klein' }, t('bronnen')),
            el('ul', { class: 'klein bronnen' }, one.bronnen.filter(safeLink).map((href) => el('li', null, link(href, new URL(href).hostname)))),
          ]
        : []),
    );
    if (focus) title.focus();
  }

  #answers() {
    const id = `${this.key}-antwoord`;
    this.options = el('ul', { role: 'listbox', id: `${id}-lijst`, class: 'antwoorden', 'aria-label': t('standaardantwoorden') });
    this.noAnswer = el('p', { class: 'leeg', role: 'status' });
    this.search = el('input', {
      id,
      type: 'text',
      role: 'combobox',
      autocomplete: 'off',
      'aria-expanded': 'true',
      'aria-controls': `${id}-lijst`,
      'aria-autocomplete': 'list',
      oninput: () => this.#fillAnswers(),
      onkeydown: (event) => this.#onAnswerKey(event),
    });
    return el('div', { class: 'vak' }, el('p', { class: 'veld' }, el('label', { for: id }, t('zoekAntwoord')), this.search), this.noAnswer, this.options);
  }

  async #fillAnswers() {
    let all;
    try {
      all = await cached(answersOf, `${this.#path}/standaardantwoorden`, ({ antwoorden }) => antwoorden);
    } catch (fout) {
      this.noAnswer.textContent = fout.message;
      return;
    }
    const asked = this.search.value.trim().replace(/^\//, '').toLowerCase();
    const rank = ({ code, titel, tekst }) =>
      code.startsWith(asked) ? 0 : code.includes(asked) || titel.toLowerCase().includes(asked) ? 1 : tekst.toLowerCase().includes(asked) ? 2 : 9;
    const found = all.filter((one) => rank(one) < 9).sort((a, b) => rank(a) - rank(b));
    this.#at = 0;
    this.options.replaceChildren(
      ...found.map(({ code, titel, tekst }, index) => {
        const text = this.#named(tekst);
        const choose = () => this.#insert(text);
        return el(
          'li',
          { role: 'option', id: `${this.key}-o${index}`, onclick: choose, 'data-tekst': text },
          el('strong', null, titel),
          el('kbd', null, `/${code}`),
          el('span', { class: 'voorbeeld' }, text),
        );
      }),
    );
    this.options.hidden = !found.length;
    this.search.ariaExpanded = String(found.length > 0);
    this.noAnswer.textContent = found.length ? '' : t('geenAntwoord');
    this.#mark();
  }

  /* The space before a name that is not known goes with it. */
  #named(text) {
    const { naam } = this.#gesprek.info;
    return naam ? text.replaceAll('{naam}', naam) : text.replaceAll(/ ?\{naam\}/g, '');
  }

  #mark() {
    [...this.options.children].forEach((one, index) => (one.ariaSelected = String(index === this.#at)));
    const one = this.options.children[this.#at];
    if (one) this.search.setAttribute('aria-activedescendant', one.id);
    else this.search.removeAttribute('aria-activedescendant');
    one?.scrollIntoView({ block: 'nearest' });
  }

  #onAnswerKey(event) {
    const { length } = this.options.children;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && length) {
      this.#at = (this.#at + step + length) % length;
      this.#mark();
    } else if (event.key === 'Enter') {
      const text = this.options.children[this.#at]?.dataset.tekst;
      if (text) {
        this.search.value = '';
        this.#insert(text);
        this.#fillAnswers();
      }
    } else if (event.key === 'Escape') this.#insert('');
    else return;
    event.preventDefault();
  }

  #notes() {
    const id = `${this.key}-notitie`;
    this.noteList = el('ul', { class: 'notities' });
    this.noteEmpty = el('p', { class: 'leeg' }, t('geenNotities'));
    this.noteProblem = el('p', { class: 'fout', role: 'alert' });
    const field = el('textarea', { id, rows: 3, maxlength: 2000, 'aria-describedby': `${id}-uitleg` });
    const save = el('button', { type: 'submit', class: 'knop notitieknop' }, t('bewaarNotitie'));
    const form = el(
      'form',
      {
        onsubmit: async (event) => {
          event.preventDefault();
          const text = field.value.trim();
          if (!text || save.disabled) return;
          save.disabled = true;
          this.noteProblem.textContent = '';
          try {
            await this.#gesprek.addNote(text);
            field.value = '';
          } catch (fout) {
            this.noteProblem.textContent = fout.message;
          }
          save.disabled = false;
          field.focus();
        },
      },
      el('label', { for: id }, t('notitie')),
      field,
      this.noteProblem,
      save,
    );
    return el('div', { class: 'vak notitievak' }, el('p', { class: 'notitie-uitleg', id: `${id}-uitleg` }, icon('notitie'), t('notitieUitleg')), this.noteList, this.noteEmpty, form);
  }

  fillNotes() {
    const { notities } = this.#gesprek;
    this.noteEmpty.hidden = notities.length > 0;
    this.noteList.replaceChildren(
      ...notities.map(({ wie, tekst, tijd }) => el('li', null, el('p', { class: 'klein' }, `${wie ?? t('collega')}, ${moment(tijd)}`), el('p', { class: 'vrij' }, tekst))),
    );
    this.tabs.notities.textContent = notities.length ? t('notitiesAantal', { n: notities.length }) : t('notities');
  }
}
