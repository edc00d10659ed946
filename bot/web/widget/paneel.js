/* The panel: what a resident sees of a conversation. */

import { asText, language, link, render, safeLink } from './blokken.js';
import { clock, contactDetails, day, dayName, moment } from './contact.js';
import { button, el, hidden, icon } from './dom.js';
import { Gesprek, store } from './gesprek.js';
import { teksten } from './teksten.js';
import { seen, without } from './waakzaam.js';

const LIMIT = 1000;
const COUNT_FROM = 800;
const BUSY_AFTER = 800;
const SLOW_AFTER = 10_000;
const TYPING_SHOWN = 6_000;
const ANNOUNCED = 120; // characters of a long answer that are read aloud at once
const FOCUSABLE = 'a[href], button:not([disabled]), textarea, input, [tabindex="0"]';
const FULL_SCREEN = '(max-width: 30rem), (max-height: 30rem)';
const TOKENS = ['--vraagbaak-achtergrond', '--vraagbaak-tekst', '--utrecht-document-color', '--utrecht-document-background-color'];

const length = (text) => [...text].length;
const plainLength = (blocks) => asText(blocks).length;

export class Paneel {
  #env;
  #t;
  #gemeente;
  #talk;
  #open = false;
  #unread = 0;
  #rows = new Map(); // id of an own message, or number → its <li>
  #quiet = 0;
  #later = [];
  #busyTimers = [];
  #typist = null;
  #rank = '';
  #checked = null;
  #restored = false;
  #choices = [];

  constructor(env) {
    this.#env = env;
    this.#gemeente = env.config.gemeente;
    this.#t = teksten(this.#gemeente?.aanspreekvorm);
    this.#talk = new Gesprek(env.id, this);
    this.#talk.base = env.server ?? this.#gemeente?.chat ?? null;
    this.ready = this.#start();
  }

  async #start() {
    const answer = await fetch(`${this.#env.base}paneel.css`, { credentials: 'omit' });
    if (!answer.ok) throw new Error('paneel.css');
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(await answer.text());
    const { root, button: starter } = this.#env;
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    this.#build();
    root.append(this.panel);
    starter.setAttribute('aria-controls', this.panel.id);
    this.#full = matchMedia(FULL_SCREEN);
    this.#full.addEventListener('change', () => this.#fit());
    window.visualViewport?.addEventListener('resize', () => this.#fit());
    this.#restore();
  }

  #full;

  // --- building --------------------------------------------------------------------------------------------------

  #build() {
    const t = this.#t;
    const naam = this.#gemeente?.naam;
    this.title = el(
      'h2',
      { id: 'titel', tabindex: -1 },
      el('span', {}, t('naam')),
      hidden(', '),
      el('small', {}, naam ? t('ondertitel', { gemeente: naam }) : t('ondertitelZonder')),
    );
    this.menuButton = this.#iconButton('menu', 'menu', () => this.#toggleMenu());
    this.menuButton.setAttribute('aria-expanded', 'false');
    this.menuButton.setAttribute('aria-controls', 'menu');
    this.menu = el('ul', { id: 'menu', class: 'menu', hidden: true });
    this.phone = el('span', { class: 'bel' });
    this.actions = el(
      'div',
      { class: 'acties' },
      button(t('medewerker'), () => this.#askHuman(), { class: 'actie' }, 'person'),
      this.phone,
    );
    this.list = el('ol', { class: 'berichten' });
    this.log = el('div', { role: 'log', 'aria-labelledby': 'titel', 'aria-live': 'off' }, this.list);
    this.choiceBox = el('div', { class: 'keuzes', role: 'group', 'aria-label': t('keuzes'), hidden: true });
    this.card = el('section', { class: 'kaart', hidden: true });
    this.scroller = el(
      'div',
      { class: 'rol', tabindex: 0, role: 'region', 'aria-label': t('gesprek'), onscroll: () => this.#onScroll() },
      this.log,
      this.choiceBox,
      this.card,
    );
    this.jump = button(t('nieuwBericht'), () => this.#toEnd(), { class: 'spring', hidden: true }, 'arrow');
    this.status = el('p', { class: 'stand', role: 'status' });
    this.network_ = el('div', { class: 'verbinding', role: 'status' });
    this.error = el('p', { class: 'fout', role: 'alert' });
    this.warning = el('div', { class: 'waarschuwing', role: 'alert' });
    this.input = el('textarea', {
      id: 'vraag',
      rows: 1,
      placeholder: t('plaatshouder'),
      'aria-describedby': 'teller',
      autocomplete: 'off',
      enterkeyhint: 'send',
      oninput: () => this.#onInput(),
      onkeydown: (event) => this.#onKey(event),
    });
    this.counter = el('p', { id: 'teller', class: 'teller' });
    this.form = el(
      'form',
      {
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          this.#submit();
        },
      },
      el('label', { for: 'vraag' }, t('vraag')),
      el(
        'div',
        { class: 'invoer' },
        this.input,
        el('button', { type: 'submit', class: 'knop' }, el('span', {}, t('verstuur')), icon('send')),
      ),
      this.counter,
    );
    this.below = el('div', { class: 'onder' }, this.jump, this.status, this.network_, this.error, this.warning, this.form);
    this.sheet = el('div', { class: 'blad', hidden: true });
    this.panel = el(
      'section',
      {
        id: 'paneel',
        class: 'paneel',
        role: 'dialog',
        'aria-modal': 'false',
        'aria-labelledby': 'titel',
        hidden: true,
        onkeydown: (event) => this.#onPanelKey(event),
        onclick: (event) => this.#onClick(event),
      },
      el(
        'header',
        { class: 'kop' },
        icon('bot'),
        this.title,
        this.menuButton,
        this.menu,
        this.#iconButton('min', 'verklein', () => this.close()),
      ),
      this.actions,
      el('div', { class: 'midden' }, this.scroller, this.below, this.sheet),
    );
    const style = getComputedStyle(this.#env.host);
    if (TOKENS.some((name) => style.getPropertyValue(name))) this.panel.classList.add('thema');
    this.#fillContact();
    this.#welcome();
  }

  #iconButton(name, key, onclick) {
    return el('button', { type: 'button', class: 'rond', onclick, title: this.#t(key) }, icon(name), hidden(this.#t(key)));
  }

  #fillContact() {
    const { telefoon, telefoon_link: href } = this.#gemeente?.contact ?? {};
    this.phone.replaceChildren();
    if (!telefoon || !safeLink(href)) return;
    this.phone.append(
      el('a', { class: 'actie', href: safeLink(href) }, icon('phone'), el('span', {}, this.#t('bel', { telefoon }))),
    );
  }

  /* Says what this is and what is kept, before anything is sent. */
  #welcome() {
    const t = this.#t;
    const g = this.#gemeente;
    const dagen = g?.bewaren?.dagen;
    const telefoon = g?.contact?.telefoon;
    this.list.querySelector('.welkom')?.remove();
    this.list.prepend(
      el(
        'li',
        { class: 'bericht vraagbaak welkom' },
        this.#who({ van: 'vraagbaak' }),
        el(
          'div',
          { class: 'tekst', id: 'welkom' },
          el('p', {}, t('welkom1', { gemeente: g?.naam ? ` ${g.naam}` : '' })),
          el('p', {}, t('welkom2', { telefoon: telefoon ? t('welkomBel', { telefoon }) : '' })),
          el('p', { class: 'let-op' }, icon('warn'), el('strong', {}, t('welkomBsn'))),
          el(
            'p',
            { class: 'klein' },
            t('welkomBewaren', { dagen: !dagen ? t('eenTijd') : dagen === 1 ? t('dag') : t('dagen', { n: dagen }) }),
            ' ',
            g?.privacy && link(g.privacy, t, t('privacy')),
          ),
        ),
      ),
    );
    this.#describe();
  }

  #describe() {
    // A screen reader that enters a fresh panel hears the opening text.
    if (this.#talk.session) this.panel.removeAttribute('aria-describedby');
    else this.panel.setAttribute('aria-describedby', 'welkom');
  }

  // --- opening and closing ---------------------------------------------------------------------------------------

  open() {
    if (this.#open) return;
    this.#open = true;
    this.panel.hidden = false;
    this.#env.button.hidden = true;
    this.#env.button.setAttribute('aria-expanded', 'true');
    this.#setUnread(0);
    this.#fit();
    this.network(navigator.onLine);
    const touch = matchMedia('(pointer: coarse)').matches;
    const first = !this.#talk.session || touch || this.form.hidden;
    (this.sheet.hidden ? (first ? this.title : this.input) : this.sheet.querySelector('h3')).focus({ preventScroll: true });
    if (this.#talk.session) this.#toEnd(true);
    // The live region must be on the screen before it speaks.
    this.#silently(() => {});
    if (!this.#env.config.fresh) this.#configure();
    else if (!this.#restored) this.#restore();
  }

  /** Minimises; the conversation goes on. */
  close() {
    if (!this.#open) return;
    this.#open = false;
    this.#toggleMenu(false);
    this.panel.hidden = true;
    this.#env.button.hidden = false;
    this.#env.button.setAttribute('aria-expanded', 'false');
    this.#setUnread(0);
    this.#env.button.focus();
  }

  pause() {
    this.#talk.disconnect();
  }

  resume() {
    this.#talk.connect();
  }

  #setUnread(count) {
    this.#unread = count;
    this.#env.onUnread(count, this.#t);
  }

  /* Full screen on a phone: then modal. The visual viewport is what an on-screen keyboard leaves. */
  #fit() {
    const full = this.#full.matches;
    this.panel.setAttribute('aria-modal', String(full));
    const view = window.visualViewport;
    const shrunk = full && view && view.scale === 1 && innerHeight - view.height > 80;
    this.panel.style.setProperty('--hoogte', shrunk ? `${view.height}px` : '');
    this.panel.style.setProperty('--boven', shrunk ? `${view.offsetTop}px` : '');
  }

  #onPanelKey(event) {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      if (!this.menu.hidden) this.#toggleMenu(false, true);
      else if (!this.sheet.hidden) this.#closeSheet();
      else this.close();
    } else if (event.key === 'Tab' && this.panel.ariaModal === 'true') {
      const stops = [...this.panel.querySelectorAll(FOCUSABLE)].filter(
        (node) => node.checkVisibility() && !node.closest('[inert]'),
      );
      const now = this.#env.root.activeElement;
      const edge = event.shiftKey ? stops[0] : stops.at(-1);
      if (now === edge || (event.shiftKey && now === this.title)) {
        event.preventDefault();
        (event.shiftKey ? stops.at(-1) : stops[0]).focus();
      }
    }
  }

  #onClick(event) {
    if (!this.menu.hidden && !event.composedPath().some((node) => node === this.menu || node === this.menuButton)) {
      this.#toggleMenu(false);
    }
  }

  // --- menu ------------------------------------------------------------------------------------------------------

  #toggleMenu(show = this.menu.hidden, refocus = false) {
    if (show) {
      const t = this.#t;
      const items = [[t('contact'), () => this.#showContact()]];
      if (this.#talk.all.length) items.push([t('download'), () => this.#download()]);
      if (this.#talk.session) {
        if (!this.#talk.ended) items.push([t('beeindig'), () => this.#end()]);
        items.push([t('wis'), () => this.#confirmErase()]);
      }
      const choose = (run) => () => {
        this.#toggleMenu(false, true);
        run();
      };
      this.menu.replaceChildren(...items.map(([text, run]) => el('li', {}, button(text, choose(run)))));
    }
    this.menu.hidden = !show;
    this.menuButton.setAttribute('aria-expanded', String(show));
    if (show) this.menu.querySelector('button').focus();
    else if (refocus) this.menuButton.focus();
  }

  #openSheet(role, title, ...content) {
    const heading = el('h3', { id: 'bladtitel', tabindex: -1 }, title);
    this.sheet.replaceChildren(heading, ...content.flat().filter(Boolean));
    this.sheet.setAttribute('role', role);
    this.sheet.setAttribute('aria-labelledby', 'bladtitel');
    this.sheet.hidden = false;
    for (const part of [this.actions, this.scroller, this.below]) part.inert = true;
    this.sheet.scrollTop = 0;
    heading.focus();
  }

  #closeSheet(focus = this.menuButton) {
    this.sheet.hidden = true;
    for (const part of [this.actions, this.scroller, this.below]) part.inert = false;
    focus.focus();
  }

  #showContact() {
    this.#openSheet(
      'group',
      this.#t('contact'),
      contactDetails(this.#gemeente, this.#t) ?? el('p', {}, this.#t('storingNet')),
      button(this.#t('terug'), () => this.#closeSheet(), { class: 'knop tweede' }),
    );
  }

  #confirmErase() {
    const t = this.#t;
    const problem = el('p', { class: 'fout', role: 'alert' });
    const erase = async (event) => {
      event.currentTarget.disabled = true;
      const knop = event.currentTarget;
      try {
        const bewijs = await this.#talk.erase();
        this.#closeSheet();
        this.reset();
        this.#receipt(bewijs);
      } catch (error) {
        knop.disabled = false;
        if (error.soort === 'verlopen') this.#closeSheet();
        else problem.textContent = t('wisFout');
        knop.focus();
      }
    };
    this.#openSheet(
      'alertdialog',
      t('wisTitel'),
      el('p', { id: 'bladuitleg' }, t('wisUitleg')),
      problem,
      el(
        'div',
        { class: 'knoppen' },
        button(t('wisJa'), erase, { class: 'knop gevaar' }),
        button(t('wisNee'), () => this.#closeSheet(), { class: 'knop tweede' }),
      ),
    );
    this.sheet.setAttribute('aria-describedby', 'bladuitleg');
  }

  #showCard(kind, title, ...content) {
    const heading = el('h3', { id: 'kaarttitel', tabindex: -1 }, title);
    this.card.className = `kaart ${kind}`;
    this.card.setAttribute('aria-labelledby', 'kaarttitel');
    this.card.replaceChildren(heading, ...content.flat().filter(Boolean));
    this.card.hidden = false;
    return heading;
  }

  #receipt(bewijs) {
    const t = this.#t;
    const row = (label, text) => el('div', {}, el('dt', {}, t(label)), el('dd', {}, String(text)));
    this.form.hidden = true;
    this.#showCard(
      'bewijs',
      t('gewistTitel'),
      el('p', {}, t('gewistUitleg')),
      el(
        'dl',
        { class: 'wegen' },
        row('bewijsNummer', bewijs.nummer),
        row('bewijsTijd', moment(bewijs.tijd)),
        row('bewijsAantal', bewijs.verwijderd?.berichten ?? 0),
      ),
      button(t('nieuw'), () => this.#renew(), { class: 'knop' }),
    ).focus();
  }

  /* Starts with an empty panel. */
  #renew() {
    if (this.#talk.session) this.#talk.forget();
    this.#talk.all = [];
    this.reset();
    this.input.focus();
  }

  async #end() {
    try {
      await this.#talk.end();
    } catch (error) {
      if (error.soort !== 'verlopen') this.#say(this.#t('eindeFout'));
    }
  }

  #download() {
    const t = this.#t;
    const lines = [
      t('bestandTitel', { gemeente: this.#gemeente?.naam }).trim(),
      t('bestandGemaakt', { tijd: moment(Date.now()) }),
      '',
    ];
    for (const one of this.#talk.all) {
      lines.push(`${moment(one.tijd)}: ${this.#name(one)}`, asText(one.blokken));
      if (one.keuzes?.length) lines.push(one.keuzes.map(({ titel }) => `[${titel}]`).join(' '));
      if (one.bronnen?.length) lines.push(`${t(one.bronnen.length > 1 ? 'bronnen' : 'bron')} ${one.bronnen.join(' ')}`);
      lines.push('');
    }
    const url = URL.createObjectURL(new Blob([lines.join('\r\n')], { type: 'text/plain;charset=utf-8' }));
    const date = new Date().toLocaleDateString('sv-SE');
    el('a', { href: url, download: `${t('bestandNaam')}-${date}.txt` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  // --- messages --------------------------------------------------------------------------------------------------

  #name({ van, naam }) {
    const t = this.#t;
    if (van === 'bewoner') return t('u');
    if (van === 'medewerker') return naam ? `${naam} (${t('medewerkerVan')})` : t('medewerkerNaam');
    return `${t('naam')} (${t('chatbot')})`;
  }

  #who(one) {
    const t = this.#t;
    if (one.van === 'bewoner') return hidden(t('u') + t('zei'));
    if (one.van === 'systeem') return null;
    const staff = one.van === 'medewerker';
    const name = staff ? (one.naam ?? t('medewerkerNaam')) : t('naam');
    const kind = staff ? (one.naam ? t('medewerkerVan') : null) : t('chatbot');
    return el(
      'p',
      { class: 'wie' },
      icon(staff ? 'person' : 'bot'),
      el('strong', {}, name),
      kind && el('span', {}, hidden(', '), kind),
      hidden(t('zei')),
    );
  }

  /* Does something to the log that is not read aloud. */
  #silently(change) {
    this.#quiet++;
    this.log.setAttribute('aria-live', 'off');
    change();
    setTimeout(() => {
      if (--this.#quiet) return;
      this.log.setAttribute('aria-live', 'polite');
      for (const run of this.#later.splice(0)) run();
    }, 250);
  }

  /* Does something that must be read aloud, when the log speaks again. */
  #aloud(change) {
    if (this.#quiet && this.#open) this.#later.push(change);
    else change();
  }

  #insert(li, one) {
    const number = one?.nummer ?? Infinity;
    li.dataset.nr = number;
    if (one?.tijd) li.dataset.dag = day(one.tijd);
    const after = [...this.list.children].find((other) => Number(other.dataset.nr) > number);
    this.list.insertBefore(li, after ?? null);
    const before = li.previousElementSibling;
    if (one?.tijd && before?.dataset.dag !== li.dataset.dag) {
      const mark = el('li', { class: 'dag' }, el('span', {}, dayName(one.tijd, this.#t)));
      Object.assign(mark.dataset, { dag: li.dataset.dag, nr: number });
      li.before(mark);
    }
  }

  #time(tijd) {
    return el('time', { datetime: tijd, title: moment(tijd) }, clock(tijd));
  }

  /** An event of the server. */
  message(one, silent = false) {
    if (silent) this.#silently(() => this.#show(one, true));
    else this.#aloud(() => this.#show(one, false));
  }

  #show(one, silent) {
    const t = this.#t;
    const own = one.van === 'bewoner';
    const system = one.van === 'systeem';
    const blocks = one.blokken ?? [];
    // Of a long answer only the beginning is read aloud at once; the rest joins the page silently.
    let split = blocks.length;
    if (!own && !silent) {
      for (let index = 1; index < blocks.length; index++) {
        if (plainLength(blocks.slice(0, index)) >= ANNOUNCED && plainLength(blocks.slice(index)) > ANNOUNCED) {
          split = index;
          break;
        }
      }
    }
    const nodes = render(blocks, t);
    const more = el('div', { class: 'verder' }, nodes.slice(split));
    const text = el('div', { class: 'tekst', ...language(one.taal) }, nodes.slice(0, split), split < nodes.length && more);
    const foot = system ? null : this.#foot(one);
    const spoken = [
      split < blocks.length && t('leesVerder'),
      one.keuzes?.length > 1 && t('aantalKeuzes', { n: one.keuzes.length }),
    ].filter(Boolean);
    const note = hidden(spoken.join(' '));
    const li = el('li', { class: `bericht ${one.van}` }, this.#who(one), text, !silent && spoken.length > 0 && note, foot);
    if (!silent) {
      for (const part of [more, foot]) part?.setAttribute('aria-hidden', 'true');
      setTimeout(() => {
        this.#silently(() => {
          note.remove();
          for (const part of [more, foot]) part?.removeAttribute('aria-hidden');
        });
      }, 600);
    }
    const near = this.#nearEnd;
    this.#insert(li, one);
    this.#rows.set(one.nummer, li);
    this.#markLinks();
    if (li === this.list.lastElementChild || !own) this.#offer(one);
    if (!own) {
      this.#typist = null;
      this.#say('');
      this.#refreshStatus();
    }
    if (silent) return;
    if (!this.#open) {
      if (!own) this.#setUnread(this.#unread + 1);
    } else if (near) this.#reveal(li);
    else this.jump.hidden = false;
  }

  #foot(one) {
    const t = this.#t;
    const sources = (one.bronnen ?? []).filter(safeLink);
    return el(
      'div',
      { class: 'voet' },
      sources.length > 0 &&
        el(
          'p',
          { class: 'bron' },
          t(sources.length > 1 ? 'bronnen' : 'bron'),
          sources.flatMap((href) => [' ', link(href, t, new URL(href).hostname.replace(/^www\./, ''))]),
        ),
      one.feedback && this.#feedback(one),
      this.#time(one.tijd),
    );
  }

  #feedback({ nummer }) {
    const t = this.#t;
    const said = el('p', { class: 'dank', role: 'status' });
    const send = async (duim, reden) => {
      try {
        await this.#talk.feedback(nummer, duim, reden);
        said.textContent = duim === 'neer' && reden === null ? '' : t('dank');
      } catch {
        said.textContent = t('reactieFout');
      }
    };
    const reason = el('form', { class: 'reden', hidden: true });
    const thumb = (duim, key, name, iconName) => {
      const knop = button(t(key), () => choose(duim), { class: 'duim', 'aria-pressed': 'false', 'aria-label': t(name) }, iconName);
      knop.dataset.duim = duim;
      return knop;
    };
    const thumbs = [thumb('op', 'ja', 'jaLang', 'up'), thumb('neer', 'nee', 'neeLang', 'down')];
    const choose = (duim) => {
      for (const one of thumbs) one.setAttribute('aria-pressed', String(one.dataset.duim === duim));
      send(duim, null);
      this.#silently(() => {
        reason.hidden = duim !== 'neer';
      });
      if (duim === 'neer') field.focus();
    };
    const close = () => {
      this.#silently(() => {
        reason.hidden = true;
      });
      thumbs[1].focus();
    };
    const field = el('textarea', { id: `reden${nummer}`, rows: 2, maxlength: LIMIT, 'aria-describedby': `geen${nummer}` });
    reason.append(
      el('label', { for: field.id }, t('reden')),
      el('p', { class: 'klein', id: `geen${nummer}` }, t('deelGeen')),
      field,
      el(
        'div',
        { class: 'knoppen' },
        el('button', { type: 'submit', class: 'knop tweede' }, t('redenVerstuur')),
        button(t('overslaan'), () => {
          close();
          said.textContent = t('dank');
        }, { class: 'knop stil' }),
      ),
    );
    reason.addEventListener('submit', (event) => {
      event.preventDefault();
      close();
      send('neer', field.value.trim() || null);
    });
    return el(
      'div',
      { class: 'feedback', role: 'group', 'aria-label': t('nuttig') },
      el('span', { 'aria-hidden': 'true' }, t('nuttig')),
      thumbs,
      said,
      reason,
    );
  }

  /* Choices belong to the newest message only. */
  #offer(one) {
    this.#choices = one?.keuzes ?? [];
    this.choiceBox.replaceChildren(
      el(
        'ul',
        {},
        this.#choices.map(({ titel }) =>
          el('li', {}, button(titel, () => {
            this.input.focus({ preventScroll: true });
            this.#send(titel);
          }, { class: 'keuze' })),
        ),
      ),
    );
    this.choiceBox.hidden = !this.#choices.length || this.#talk.ended;
  }

  /** An own message, before the server has it. */
  own(one) {
    const tijd = one.tijd ?? new Date().toISOString();
    const note = el('div', { class: 'nota' });
    const paragraphs = one.tekst.split(/\n{2,}/).map((inhoud) => ({ soort: 'alinea', inhoud: [{ tekst: inhoud }] }));
    const li = el(
      'li',
      { class: 'bericht bewoner' },
      this.#who({ van: 'bewoner' }),
      el('div', { class: 'tekst' }, render(paragraphs, this.#t)),
      el('div', { class: 'voet' }, this.#time(tijd), note),
    );
    this.#rows.set(one.id, li);
    this.#offer(null);
    this.#aloud(() => {
      this.#insert(li, { tijd });
      this.ownChanged(one);
      this.#toEnd();
    });
  }

  /** The server has an own message: its number says where it stands. */
  confirmed(one, stored) {
    const li = this.#rows.get(one.id);
    if (!li) return;
    this.#rows.set(stored.nummer, li);
    const move = () => {
      li.dataset.nr = stored.nummer;
      const mark = li.previousElementSibling;
      if (mark?.classList.contains('dag') && mark.dataset.nr === 'Infinity') mark.dataset.nr = stored.nummer;
      // The text as the server stored it, for instance with a number masked.
      li.querySelector('.tekst').replaceChildren(...render(stored.blokken, this.#t));
      const wrong = [...this.list.children].some(
        (other) => other.compareDocumentPosition(li) & Node.DOCUMENT_POSITION_FOLLOWING && Number(other.dataset.nr) > stored.nummer,
      );
      if (wrong) this.#insert(li, stored);
    };
    const shown = asText(stored.blokken);
    if (shown !== one.tekst || this.list.lastElementChild !== li) this.#silently(move);
    else li.dataset.nr = stored.nummer;
    this.ownChanged(one);
  }

  /** An own message was sent, failed, or is tried again. */
  ownChanged(one) {
    const t = this.#t;
    const li = this.#rows.get(one.id);
    const note = li?.querySelector('.nota');
    if (!note) return;
    const failed = one.stand === 'mislukt';
    const had = note.contains(this.#env.root.activeElement);
    this.#silently(() => {
      li.classList.toggle('mislukt', failed);
      note.replaceChildren();
      if (!failed) return;
      note.append(icon('warn'), el('span', {}, t(one.nummer ? 'geenAntwoord' : 'nietVerstuurd')));
      const again = button(t('opnieuw'), () => this.#talk.retry(one), { class: 'knop tweede opnieuw' }, 'again');
      note.append(again);
      if (one.fout?.soort === 'druk') {
        again.hidden = true;
        setTimeout(() => {
          again.hidden = false;
        }, one.fout.seconds * 1000);
      }
    });
    if (had) this.input.focus({ preventScroll: true });
    if (failed) this.#explain(one);
    else if (one.stand === 'klaar') this.#trouble(null);
    this.#watchBusy();
    if (failed) this.#toEnd();
  }

  #explain({ nummer, fout }) {
    const t = this.#t;
    const lead = t(nummer ? 'geenAntwoord' : 'nietVerstuurd');
    if (fout.soort === 'druk') {
      const { seconds } = fout;
      const wait = seconds < 100 ? t('wachtSeconden', { n: seconds }) : t('wachtMinuten', { n: Math.ceil(seconds / 60) });
      this.#say(`${lead}. ${wait}`);
    } else if (fout.soort === 'geweigerd') {
      this.#say(`${lead}. ${fout.message}`);
    } else if (!navigator.onLine) {
      this.#say(`${lead}.`);
    } else {
      this.#say(`${lead}.`);
      this.#trouble(fout);
    }
  }

  /* What is wrong, and the other ways to the municipality. */
  #trouble(error, again = null) {
    const t = this.#t;
    if (!error) {
      if (this.card.classList.contains('storing')) this.card.hidden = true;
      return;
    }
    const key = { net: 'storingNet', traag: 'storingTraag' }[error.soort] ?? 'storingServer';
    this.#showCard(
      'storing',
      t('storingTitel'),
      el('p', {}, t(key)),
      again && button(t('opnieuw'), again, { class: 'knop' }, 'again'),
      el('p', {}, t('storingAnders')),
      contactDetails(this.#gemeente, t),
    );
  }

  // --- scrolling -------------------------------------------------------------------------------------------------

  /* On a low screen the whole panel scrolls, else only the conversation. */
  get #scrolls() {
    return this.#full?.matches && getComputedStyle(this.panel).overflowY === 'auto' ? this.panel : this.scroller;
  }

  get #nearEnd() {
    const box = this.#scrolls;
    return box.scrollHeight - box.scrollTop - box.clientHeight < 120;
  }

  #toEnd() {
    this.jump.hidden = true;
    const box = this.#scrolls;
    box.scrollTop = box.scrollHeight;
  }

  /* Shows the beginning of a new message, and as much of it as fits. */
  #reveal(li) {
    const box = this.#scrolls;
    const top = li.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - 12;
    box.scrollTop = Math.min(top, box.scrollHeight - box.clientHeight);
  }

  #onScroll() {
    if (!this.jump.hidden && this.#nearEnd) this.jump.hidden = true;
  }

  // --- writing ---------------------------------------------------------------------------------------------------

  #onInput() {
    const text = this.input.value;
    this.input.style.height = 'auto';
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
    const left = LIMIT - length(text);
    const t = this.#t;
    this.counter.textContent =
      left > LIMIT - COUNT_FROM
        ? ''
        : left >= 0
          ? left === 1
            ? t('tekenOver')
            : t('tekensOver', { n: left })
          : left === -1
            ? t('tekenTeveel')
            : t('tekensTeveel', { n: -left });
    this.counter.classList.toggle('teveel', left < 0);
    // Spoken now and then, not at each key.
    if (left < 0 || [200, 100, 50, 20, 10].includes(left)) this.counter.setAttribute('role', 'status');
    else this.counter.removeAttribute('role');
    this.input.setAttribute('aria-invalid', String(left < 0));
    if (this.error.textContent) this.#say('');
    this.#markLinks();
    if (this.warning.firstChild && text !== this.#checked) this.#dismissWarning();
    this.#saveDraft();
    if (text) this.#talk.typing();
  }

  #saveDraft() {
    if (!this.#talk.session) return;
    const text = this.input.value;
    store.write(`vraagbaak:${this.#env.id}:concept`, text && !seen(text).length ? text : null, 'sessionStorage');
  }

  #onKey(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#submit();
    }
  }

  #submit() {
    const text = this.input.value.trim();
    const t = this.#t;
    if (!text || length(text) > LIMIT) {
      if (!text) this.#say(t('leeg'));
      else this.#say(this.counter.textContent);
      this.input.focus();
      return;
    }
    const found = seen(text);
    if (found.length) {
      this.#warn(text, found);
      return;
    }
    this.#sendTyped(text);
  }

  #sendTyped(text) {
    this.#dismissWarning();
    this.input.value = '';
    this.#onInput();
    this.#send(text);
    this.input.focus({ preventScroll: true });
  }

  #send(text) {
    this.#say('');
    if (this.#talk.ended) this.#renew();
    this.#talk.send(text);
  }

  #askHuman() {
    this.#send(this.#t('medewerker'));
    if (!matchMedia('(pointer: coarse)').matches) this.input.focus({ preventScroll: true });
  }

  #warn(text, found) {
    const t = this.#t;
    this.#checked = this.input.value;
    const kinds = [...new Set(found.map(({ soort }) => t(soort)))];
    this.warning.replaceChildren(
      icon('warn'),
      el('p', {}, el('strong', {}, `${t('gezien', { wat: kinds.join(t('en')) })}.`)),
      el('p', {}, t('gezienUitleg')),
      el(
        'div',
        { class: 'knoppen' },
        button(t('gezienWissen'), () => {
          this.input.value = without(text, found);
          this.#dismissWarning();
          this.#onInput();
          this.input.focus();
        }, { class: 'knop' }),
        button(t('tochVersturen'), () => this.#sendTyped(text), { class: 'knop tweede' }),
      ),
    );
    this.warning.scrollIntoView({ block: 'nearest' });
  }

  #dismissWarning() {
    this.warning.replaceChildren();
    this.#checked = null;
  }

  #say(text) {
    if (this.error.textContent !== text) this.error.textContent = text;
  }

  /* Links stay in this tab, unless the resident would lose sight of typed text. */
  #markLinks() {
    const apart = Boolean(this.input.value.trim());
    const wrong = [...this.panel.querySelectorAll('a.web')].filter((a) => (a.target === '_blank') !== apart);
    if (!wrong.length) return;
    this.#silently(() => {
      for (const a of wrong) {
        a.target = apart ? '_blank' : '';
        a.querySelector('.tab').hidden = !apart;
      }
    });
  }

  // --- state -----------------------------------------------------------------------------------------------------

  #watchBusy() {
    if (this.#talk.busy === this.#busyTimers.length > 0) return;
    for (const timer of this.#busyTimers.splice(0)) clearTimeout(timer);
    this.slow = this.late = false;
    if (this.#talk.busy) {
      this.#busyTimers = [
        setTimeout(() => {
          this.slow = true;
          this.#refreshStatus();
        }, BUSY_AFTER),
        setTimeout(() => {
          this.late = true;
          this.#refreshStatus();
        }, SLOW_AFTER),
      ];
    }
    this.#refreshStatus();
  }

  #refreshStatus() {
    const t = this.#t;
    if (!this.#talk.busy && this.#busyTimers.length) return this.#watchBusy();
    let text = this.#rank;
    let dots = false;
    if (this.#typist) {
      text = t('typt', { naam: this.#typist });
      dots = true;
    } else if (this.slow) {
      text = this.late ? t('traag') : t(this.#talk.eigenaar === 'bot' ? 'zoekt' : 'stuurt');
      dots = true;
    }
    if (this.status.dataset.tekst === text) return;
    this.status.dataset.tekst = text;
    this.status.replaceChildren(text);
    if (dots) this.status.append(el('span', { class: 'stippen', 'aria-hidden': 'true' }, el('i'), el('i'), el('i')));
  }

  /** Transient news of the server: somebody types, the place in the queue. */
  state(stand) {
    const t = this.#t;
    if (stand.soort === 'typt') {
      this.#typist = stand.naam || t('medewerkerNaam');
      clearTimeout(this.typistTimer);
      this.typistTimer = setTimeout(() => {
        this.#typist = null;
        this.#refreshStatus();
      }, TYPING_SHOWN);
    } else if (stand.soort === 'wachtrij') {
      const [van, tot] = stand.wachttijd ?? [];
      const parts = [stand.plek ? t('rij', { plek: stand.plek }) : t('rijZonder')];
      if (tot) parts.push(t(van && van !== tot ? 'rijWacht' : 'rijWachtEen', { van, tot }));
      this.#rank = parts.join(' ');
    }
    this.#refreshStatus();
  }

  /** Who has the conversation: chatbot, queue or an employee. */
  owner(wie, before) {
    const t = this.#t;
    this.#rank = wie === 'wachtrij' ? t('rijZonder') : '';
    const news = wie === 'medewerker' ? t('metMedewerker') : wie === 'bot' && before === 'medewerker' ? t('weerBot') : '';
    if (news) {
      this.#aloud(() => {
        const near = this.#nearEnd;
        const li = el('li', { class: 'bericht systeem' }, el('div', { class: 'tekst' }, el('p', {}, news)));
        this.list.append(li);
        li.dataset.dag = li.previousElementSibling?.dataset.dag ?? '';
        if (near) this.#toEnd();
      });
    }
    this.#refreshStatus();
  }

  network(online) {
    if (online) this.connection(true, 0);
    else this.#notice(this.#t('offline'));
  }

  /** The stream opened or closed. */
  connection(up, failures) {
    const t = this.#t;
    if (!navigator.onLine) this.#notice(t('offline'));
    else if (up) {
      const was = this.network_.firstChild;
      this.#notice('');
      if (was) this.status.dispatchEvent(new Event('hersteld'));
    } else if (failures > 1) this.#notice(t('verbindingWeg'));
  }

  #notice(text) {
    if (this.network_.textContent === text) return;
    this.network_.replaceChildren(...(text ? [icon('warn'), el('span', {}, text)] : []));
  }

  sessionChanged() {
    if (!this.panel) return;
    this.#describe();
    this.#env.onUnread(this.#unread, this.#t);
    // The resident has started: now the municipality's file may be kept, for a day on which all is down.
    if (this.#talk.session && this.#gemeente) store.write(`vraagbaak:${this.#env.id}:gemeente`, this.#gemeente);
  }

  /** The session is over; what was typed and not sent goes back into the input. */
  expired(text) {
    const rest = [text, this.input.value].filter(Boolean).join('\n');
    for (const li of this.list.querySelectorAll('.mislukt')) li.remove();
    this.#archive();
    this.input.value = rest;
    this.#onInput();
    this.#say(this.#t(rest ? 'verlopen' : 'verlopenLeeg'));
    this.#watchBusy();
  }

  goneElsewhere() {
    this.reset();
    this.#say(this.#t('gewistElders'));
  }

  /* What is on the screen stays to read, but a new conversation counts from 1 again. */
  #archive() {
    for (const li of this.list.children) li.dataset.nr = 0;
    this.#rows.clear();
    this.#offer(null);
    this.#rank = '';
    this.#refreshStatus();
  }

  /** Empties the panel. */
  reset() {
    this.#silently(() => {
      this.#rows.clear();
      this.list.replaceChildren();
      this.#welcome();
    });
    this.#offer(null);
    this.card.hidden = true;
    this.form.hidden = false;
    this.actions.hidden = false;
    this.#rank = '';
    this.#typist = null;
    this.#say('');
    this.#dismissWarning();
    this.#watchBusy();
    this.#refreshStatus();
  }

  /** The conversation has ended: a grade, the download, a new one. */
  ended() {
    const t = this.#t;
    this.#offer(null);
    this.#rank = '';
    this.form.hidden = true;
    const problem = el('p', { class: 'fout', role: 'alert' });
    const more = el(
      'div',
      { class: 'knoppen' },
      button(t('nieuw'), () => this.#renew(), { class: 'knop' }),
      button(t('download'), () => this.#download(), { class: 'knop tweede' }),
      button(t('wis'), () => this.#confirmErase(), { class: 'knop tweede' }),
    );
    const done = (text) => {
      const heading = this.#showCard('einde', t('eindeTitel'), text && el('p', {}, text), more);
      if (this.#open) heading.focus();
      this.#toEnd();
    };
    const grades = Array.from({ length: 10 }, (_, index) =>
      el('label', {}, el('input', { type: 'radio', name: 'cijfer', value: index + 1 }), el('span', {}, String(index + 1))),
    );
    const note = el('textarea', { id: 'toelichting', rows: 2, maxlength: LIMIT, 'aria-describedby': 'geen' });
    const form = el(
      'form',
      {
        novalidate: true,
        onsubmit: async (event) => {
          event.preventDefault();
          const cijfer = Number(new FormData(form).get('cijfer'));
          if (!cijfer) {
            problem.textContent = t('cijferKies');
            form.querySelector('input').focus();
            return;
          }
          try {
            await this.#talk.grade(cijfer, note.value.trim() || null);
            if (this.#talk.session) {
              this.#talk.session.cijfer = cijfer;
              store.write(`vraagbaak:${this.#env.id}`, this.#talk.session);
            }
            done(t('cijferDank'));
          } catch {
            problem.textContent = t('cijferFout');
          }
        },
      },
      el('fieldset', { 'aria-describedby': 'cijferuitleg' }, el('legend', {}, t('cijfer')), el('div', { class: 'cijfers' }, grades)),
      el('p', { class: 'klein', id: 'cijferuitleg' }, t('cijferUitleg')),
      el('label', { for: 'toelichting' }, t('toelichting')),
      el('p', { class: 'klein', id: 'geen' }, t('deelGeen')),
      note,
      problem,
      el(
        'div',
        { class: 'knoppen' },
        el('button', { type: 'submit', class: 'knop' }, t('cijferVerstuur')),
        button(t('overslaan'), () => done(''), { class: 'knop tweede' }),
      ),
    );
    if (this.#talk.session?.cijfer) {
      done('');
      return;
    }
    const heading = this.#showCard('einde', t('eindeTitel'), form);
    if (this.#open) {
      heading.focus({ preventScroll: true });
      this.#reveal(this.card);
    }
    this.#refreshStatus();
  }

  // --- starting --------------------------------------------------------------------------------------------------

  /* Shows the stored conversation, if there is one; a failure leaves the panel usable. */
  async #restore() {
    this.#restored = true;
    const draft = store.read(`vraagbaak:${this.#env.id}:concept`, 'sessionStorage');
    if (draft && !this.input.value) {
      this.input.value = draft;
      this.#onInput();
    }
    try {
      await (this.#talk.session ? this.#talk.history() : this.#talk.resume());
      this.#trouble(null);
    } catch (error) {
      this.#restored = false;
      this.#trouble(error, () => this.#retryStart());
    }
    if (this.#open && !this.#talk.ended) this.#toEnd();
  }

  /* The municipality's file could not be had; try again, and say so while there is no engine to talk to. */
  async #configure() {
    const config = await this.#env.reload();
    this.#env.config = config;
    if (config.gemeente) {
      this.#gemeente = config.gemeente;
      this.#talk.base = this.#env.server ?? config.gemeente.chat;
      this.#fillContact();
      this.#silently(() => this.#welcome());
    }
    if (!config.gemeente && !this.#env.server) this.#trouble({ soort: 'net' }, () => this.#retryStart());
    else if (!this.#restored) await this.#restore();
    else this.#trouble(null);
  }

  async #retryStart() {
    this.card.hidden = true;
    this.input.focus({ preventScroll: true });
    if (this.#env.config.fresh) await this.#restore();
    else await this.#configure();
  }
}
