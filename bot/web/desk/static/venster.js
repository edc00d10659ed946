/* One conversation on the screen: transcript, message, and the help beside it. */

import { button, clock, day, el, hidden, icon, link, moment, render, safeLink } from './dom.js';
import { Hulp } from './hulp.js';
import { clockOf } from './klok.js';
import { t } from './teksten.js';
import { notice, sign, standing } from './whatsapp.js';

const LIMIT = 4000;
const TYPING_SHOWN = 6_000;
let serial = 0;

export class Venster {
  #quiet = 0;
  #rows = new Map();
  #standing = new Map();
  #pinned = true;
  #typing = null;
  #typed = null;

  /** `doen`: what the buttons do: claim, transfer, close, callBack, dismiss. */
  constructor(gesprek, doen) {
    this.gesprek = gesprek;
    this.key = `g${++serial}`;
    this.wie = gesprek.info.naam || t('zonderNaam');
    this.hulp = new Hulp(gesprek, (text) => this.insert(text));
    this.title = el('h2', { tabindex: -1 }, t('gesprekMet', { wie: this.wie }));
    this.about = el('p', { class: 'over' });
    this.course = el('ul', { class: 'verloop' });
    this.list = el('ol', { class: 'berichten' });
    this.log = el(
      'div',
      { class: 'rol', role: 'log', 'aria-live': 'off', 'aria-label': t('gesprekMet', { wie: this.wie }), tabindex: 0, onscroll: () => this.#pin() },
      this.list,
    );
    this.typing = el('p', { class: 'typt', role: 'status' });
    const term = clockOf(() => !gesprek.lezen && !gesprek.info.beantwoord && { ...gesprek.info, wacht: null });
    const waiting = clockOf(() => {
      const since = !gesprek.lezen && gesprek.info.beantwoord && gesprek.wachtSinds;
      return since && { wacht: since, antwoord: true };
    });
    const actions = gesprek.lezen
      ? [
          gesprek.info.status === 'wachtrij' && button(t('oppakken'), () => doen.claim(gesprek.info)),
          button(t('sluit'), () => doen.dismiss(gesprek.id), 'knop tweede', t('sluitTab', { wie: this.wie })),
        ]
      : [button(t('overdragen'), () => doen.transfer(this), 'knop tweede'), button(t('afsluiten'), () => doen.close(this), 'knop tweede')];
    this.node = el(
      'section',
      { class: 'venster', role: 'tabpanel', id: `${this.key}-vak`, 'aria-labelledby': `${this.key}-tab`, hidden: true },
      el(
        'div',
        { class: 'chat' },
        el('div', { class: 'chatkop' }, el('div', null, this.title, this.about, sign(() => gesprek.info), term, waiting), el('div', { class: 'knoppen' }, actions)),
        this.course,
        this.log,
        this.typing,
        gesprek.lezen ? el('p', { class: 'leeg' }, t('alleenLezen')) : this.#form(() => doen.callBack(this)),
      ),
      this.hulp.node,
    );
    new ResizeObserver(() => this.#pinned && this.#toEnd()).observe(this.log);
    this.#describe();
  }

  #form(callBack) {
    const id = `${this.key}-bericht`;
    const { gesprek } = this;
    const raam = gesprek.info.kanaal === 'whatsapp' && notice(`${id}-raam`, () => gesprek.info, callBack, () => this.input);
    this.counter = el('p', { class: 'teller', role: 'status' });
    this.input = el('textarea', {
      id,
      rows: 2,
      'aria-describedby': raam ? `${id}-raam ${id}-uitleg` : `${id}-uitleg`,
      oninput: () => this.#onInput(),
      onkeydown: (event) => {
        if (event.key === '/' && !this.input.value) {
          event.preventDefault();
          this.hulp.focus('antwoorden', '');
        } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          this.#submit();
        }
      },
    });
    const form = el(
      'form',
      {
        class: 'schrijf',
        onsubmit: (event) => {
          event.preventDefault();
          this.#submit();
        },
      },
      raam,
      el('label', { for: id }, t('uwBericht', { wie: this.wie })),
      el('div', { class: 'invoer' }, this.input, el('button', { type: 'submit', class: 'knop' }, t('verstuur'), icon('stuur'))),
      this.counter,
      el('p', { class: 'klein', id: `${id}-uitleg` }, t('uitlegBericht')),
    );
    this.input.value = this.gesprek.concept;
    return form;
  }

  show(focus) {
    this.node.hidden = false;
    this.#silently(() => {});
    this.#grow();
    this.#toEnd();
    if (focus) (this.input ?? this.title).focus({ preventScroll: true });
  }

  hide() {
    this.node.hidden = true;
    this.log.ariaLive = 'off';
  }

  /** What the conversation says that changed. */
  changed(what, more) {
    if (what === 'geladen') this.#loaded();
    else if (what === 'bericht') this.#message(more.bericht, more.silent);
    else if (what === 'uit') this.#outbox();
    else if (what === 'notities') this.hulp.fillNotes();
  }

  update() {
    const { info } = this.gesprek;
    if (info.typt && info.typt !== this.#typed) {
      const first = this.#typed === null;
      this.#typed = info.typt;
      if (!first || Date.now() - Date.parse(info.typt) < TYPING_SHOWN) this.#showTyping();
    }
    this.#typed ??= '';
    if (info.weg) this.#say(t('bewonerWeg'));
    this.#describe();
    this.#showStanding();
  }

  #showTyping() {
    clearTimeout(this.#typing);
    this.#say(t('typt', { wie: this.wie }));
    this.#typing = setTimeout(() => this.#say(''), TYPING_SHOWN);
  }

  #say(text) {
    if (this.typing.textContent !== text) this.typing.textContent = text;
  }

  #describe() {
    const { info } = this.gesprek;
    const parts = [this.gesprek.gemeenteNaam, info.kanaal !== 'whatsapp' && t(`kanaal_${info.kanaal}`), t(`reden_${info.reden}`), info.product?.naam];
    const text = parts.filter(Boolean).join(' · ');
    if (this.about.textContent !== text) this.about.textContent = text;
    this.hulp.suggest(info.product);
  }

  #loaded() {
    const { verloop, info, gewist } = this.gesprek;
    this.course.replaceChildren(
      ...verloop.slice(-4).map(({ soort, wie, naar, tijd }) =>
        el('li', null, `${moment(tijd)}: ${t(`verloop_${soort}`, { wie: wie ?? t('collega'), naar: naar ?? t('collega') })}`),
      ),
    );
    this.course.hidden = !verloop.length;
    if (gewist) this.list.append(el('li', { class: 'bericht systeem' }, el('p', { class: 'tekst' }, t('gewistDoorBewoner'))));
    else if (info.vanaf > 1) this.list.prepend(el('li', { class: 'bericht systeem', 'data-nr': 0 }, el('p', { class: 'tekst' }, t('nietGedeeld'))));
    this.hulp.fillNotes();
    const products = [...this.gesprek.berichten.values()].map(({ product }) => product).filter(Boolean);
    this.hulp.suggest(info.product ?? products.at(-1));
    this.#describe();
    this.#showStanding();
    this.#toEnd();
  }

  /* Changes the log without it being read aloud. */
  #silently(change) {
    this.#quiet++;
    this.log.ariaLive = 'off';
    change();
    setTimeout(() => {
      if (!--this.#quiet && !this.node.hidden) this.log.ariaLive = 'polite';
    }, 250);
  }

  #author({ van, naam }) {
    if (van === 'bewoner') return this.wie === t('zonderNaam') ? t('bewoner') : this.wie;
    if (van === 'medewerker') return naam ?? t('collega');
    return t('chatbot');
  }

  #message(one, silent) {
    const own = one.van === 'medewerker';
    const build = () => this.#insertRow(this.#row(one), one);
    if (silent || own) this.#silently(build);
    else build();
    if (one.van === 'bewoner') {
      clearTimeout(this.#typing);
      this.#say('');
    }
    this.#outbox();
    if (this.#pinned || own) this.#toEnd();
  }

  #showStanding() {
    for (const [nummer, node] of this.#standing) node.show(this.gesprek.stand(nummer));
  }

  #standOf(nummer) {
    const node = standing();
    node.show(this.gesprek.stand(nummer));
    this.#standing.set(nummer, node);
    return node;
  }

  /* What only employees may know. */
  #internal({ blokken, tijd }) {
    return el(
      'li',
      { class: 'bericht systeem intern' },
      el('p', { class: 'wie' }, icon('bijna'), el('strong', null, t('alleenBalie')), ' ', el('time', { datetime: tijd }, clock(tijd))),
      el('div', { class: 'tekst let-op' }, render(blokken)),
    );
  }

  #row(one) {
    const { nummer, van, intern, blokken, keuzes, product, bronnen, taal, tijd } = one;
    if (intern) return this.#internal(one);
    const bot = van === 'vraagbaak' || van === 'systeem';
    const sources = (bronnen ?? []).filter(safeLink);
    return el(
      'li',
      { class: `bericht ${van}` },
      el('p', { class: 'wie' }, bot && icon('bot'), van === 'medewerker' && icon('mens'), el('strong', null, this.#author(one)), hidden(t('zei')), ' ', el('time', { datetime: tijd }, clock(tijd))),
      el('div', { class: 'tekst', lang: taal }, render(blokken)),
      van === 'medewerker' && this.gesprek.info.kanaal === 'whatsapp' && this.#standOf(nummer),
      product && el('p', { class: 'klein' }, button(product.naam, () => this.#toProduct(product), 'knop link', t('toonProduct', { naam: product.naam }))),
      sources.length > 0 && el('p', { class: 'klein' }, sources.map((href) => [link(href, t('bron', { naam: new URL(href).hostname })), ' '])),
      keuzes?.length > 0 && el('p', { class: 'klein zacht' }, t('keuzes', { lijst: keuzes.join(', ') })),
    );
  }

  #toProduct(product) {
    this.hulp.open(product);
  }

  #insertRow(li, { nummer, tijd }) {
    const after = [...this.list.children].find((other) => Number(other.dataset.nr) > nummer);
    const before = after ? after.previousElementSibling : [...this.list.children].filter((other) => other.dataset.nr !== 'Infinity').at(-1);
    const name = day(tijd);
    if (before?.dataset.dag !== name) li.prepend(el('p', { class: 'dag' }, name[0].toUpperCase() + name.slice(1)));
    li.dataset.nr = nummer;
    li.dataset.dag = name;
    this.list.insertBefore(li, after ?? null);
  }

  /* What is on its way, below all that arrived. */
  #outbox() {
    const out = this.gesprek.uit;
    for (const [id, { li }] of this.#rows) {
      if (out.has(id)) continue;
      const held = li.contains(document.activeElement);
      li.remove();
      this.#rows.delete(id);
      if (held) this.input?.focus();
    }
    for (const one of out.values()) {
      const shown = this.#rows.get(one.id);
      if (shown?.stand === one.stand) continue;
      const failed = one.stand === 'mislukt';
      const li = el(
        'li',
        { class: `bericht medewerker ${failed ? 'mislukt' : 'bezig'}`, 'data-nr': 'Infinity' },
        el('p', { class: 'wie' }, icon('mens'), el('strong', null, t('u')), hidden(t('zei'))),
        el('div', { class: 'tekst' }, el('p', { class: 'vrij' }, one.tekst)),
        failed
          ? el(
              'div',
              { class: 'nota', role: 'alert' },
              icon('bijna'),
              t('nietVerstuurd', { fout: one.fout?.message ?? '' }),
              el('div', { class: 'knoppen' }, button(t('opnieuw'), () => this.#again(one), 'knop tweede'), button(t('haalWeg'), () => this.#drop(one), 'knop stil')),
            )
          : el('p', { class: 'klein zacht' }, t('verzenden')),
      );
      this.#silently(() => (shown ? shown.li.replaceWith(li) : this.list.append(li)));
      this.#rows.set(one.id, { li, stand: one.stand });
      this.#toEnd();
    }
  }

  #again(one) {
    this.input.focus();
    this.gesprek.retry(one);
  }

  /* Back into the field: words are never lost. */
  #drop(one) {
    this.insert(one.tekst);
    this.gesprek.drop(one);
  }

  #pin() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    this.#pinned = scrollHeight - scrollTop - clientHeight < 48;
  }

  #toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  #grow() {
    if (!this.input) return;
    this.input.style.height = 'auto';
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
  }

  #onInput() {
    const { value } = this.input;
    this.#grow();
    const over = value.length - LIMIT;
    const text = over > 0 ? t('tekens', { n: over }) : '';
    if (this.counter.textContent !== text) this.counter.textContent = text;
    this.gesprek.setConcept(value);
  }

  /** Puts a text where the cursor is, and goes there. */
  insert(text) {
    const { input } = this;
    if (!input) return;
    const { selectionStart: from, selectionEnd: to, value } = input;
    const glue = text && from > 0 && !/\s$/.test(value.slice(0, from)) ? ' ' : '';
    input.focus();
    if (text) {
      input.setRangeText(glue + text, from, to, 'end');
      this.#onInput();
    }
  }

  #submit() {
    const text = this.input.value.trim();
    if (!text || text.length > LIMIT) return;
    this.input.value = '';
    this.#onInput();
    this.gesprek.send(text);
    this.input.focus();
  }
}
