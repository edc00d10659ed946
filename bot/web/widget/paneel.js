/* The panel: what a resident sees of a conversation. */

import { asText, clock, contactDetails, day, el, hidden, icon, language, link, moment, render, rows, safeLink } from './blokken.js';
import { Gesprek, store } from './gesprek.js';
import { teksten } from './teksten.js';
import { seen, without } from './waakzaam.js';

const LIMIT = 1000;
const COUNT_FROM = 800;
const BUSY_AFTER = 800;
const SLOW_AFTER = 10_000;
const TYPING_SHOWN = 6_000;
const ANNOUNCED = 120; // about as many characters of a long answer are read aloud at once
const FULL_SCREEN = matchMedia('(max-width: 30rem), (max-height: 30rem)');
const TOUCH = matchMedia('(pointer: coarse)');
const FOCUSABLE = 'a[href], button:not([disabled]), textarea, input, [tabindex="0"]';
/* A page that sets one of these has colours for a light ground: it gets no dark panel. */
const PAGE_COLOURS =
  'vraagbaak-achtergrond vraagbaak-tekst vraagbaak-link utrecht-document-color utrecht-page-body-color utrecht-link-color nl-paragraph-color nl-link-color'.split(' ');

const button = (text, onclick, kind, iconName) =>
  el('button', { type: 'button', class: kind, onclick }, iconName && icon(iconName), el('span', null, text));
const submit = (text, kind, iconName) =>
  el('button', { type: 'submit', class: kind }, el('span', null, text), iconName && icon(iconName));
const buttons = (...list) => el('div', { class: 'knoppen' }, list);
const alarm = () => el('p', { class: 'fout', role: 'alert' });

export class Paneel {
  #env;
  #t;
  #gemeente;
  #talk;
  #open = false;
  #unread = 0;
  #rows = new Map(); // <li> per id of an own message
  #quiet = 0;
  #later = [];
  #timers = [];
  #typist = '';
  #rank = '';
  #restored = false;
  #pinned = false;

  constructor(env) {
    this.#env = env;
    this.#talk = new Gesprek(env.id, this, env.portaal);
    this.#use(env.config);
  }

  #use({ gemeente }) {
    this.#gemeente = gemeente ?? undefined;
    this.#t = teksten(gemeente?.aanspreekvorm);
    this.#talk.base = this.#env.server ?? gemeente?.chat;
  }

  async start() {
    const answer = await fetch(`${this.#env.base}paneel.css`, { credentials: 'omit' });
    if (!answer.ok) throw new Error('paneel.css');
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(await answer.text());
    const { root, button: starter, host } = this.#env;
    root.adoptedStyleSheets.push(sheet);
    this.#build();
    const style = getComputedStyle(host);
    this.panel.classList.toggle('thema', PAGE_COLOURS.some((name) => style.getPropertyValue(`--${name}`)));
    root.append(this.panel);
    starter.setAttribute('aria-controls', 'paneel');
    FULL_SCREEN.addEventListener('change', () => this.#fit());
    this.#restore();
  }

  #build() {
    const t = this.#t;
    const round = (name, key, onclick) =>
      el('button', { type: 'button', class: 'rond', title: t(key), onclick }, icon(name), hidden(t(key)));
    this.title = el('h2', { id: 'titel', tabindex: -1 });
    this.menuButton = round('menu', 'menu', () => this.#toggleMenu());
    this.menuButton.setAttribute('aria-controls', 'menu');
    this.menuButton.ariaExpanded = 'false';
    this.menu = el('ul', { id: 'menu', class: 'menu', hidden: true });
    this.phone = el('span');
    this.actions = el('div', { class: 'acties' }, button(t('medewerker'), () => this.#askHuman(), 'actie', 'person'), this.phone);
    this.list = el('ol', { class: 'berichten' });
    this.log = el('div', { role: 'log', 'aria-labelledby': 'titel', 'aria-live': 'off' }, this.list);
    this.choices = el('ul', { class: 'keuzes', 'aria-label': t('keuzes'), hidden: true });
    this.card = el('section', { class: 'kaart', 'aria-labelledby': 'kaarttitel', hidden: true });
    this.scroller = el(
      'div',
      { class: 'rol', tabindex: 0, role: 'region', 'aria-label': t('gesprek'), onscroll: () => this.#pin() },
      this.log,
      this.choices,
      this.card,
    );
    // What comes below the conversation may not cover its end.
    new ResizeObserver(() => this.#pinned && this.#toEnd()).observe(this.scroller);
    this.status = el('p', { class: 'stand', role: 'status' });
    this.network = el('p', { class: 'verbinding', role: 'status' });
    this.leave = button(t('wachtNiet'), () => this.#leave(), 'knop tweede');
    this.leave.hidden = true;
    this.error = alarm();
    this.warning = el('div', { class: 'waarschuwing', role: 'alert' });
    this.input = el('textarea', {
      id: 'vraag',
      rows: 1,
      'aria-describedby': 'teller',
      autocomplete: 'off',
      enterkeyhint: 'send',
      oninput: () => this.#onInput(),
      onkeydown: (event) => {
        if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.#submit();
      },
    });
    this.counter = el('p', { id: 'teller', class: 'teller' });
    const onsubmit = (event) => {
      event.preventDefault();
      this.#submit();
    };
    this.form = el(
      'form',
      { onsubmit },
      el('label', { for: 'vraag' }, t('vraag')),
      el('div', { class: 'invoer' }, this.input, submit(t('verstuur'), 'knop', 'send')),
      this.counter,
    );
    this.below = el('div', { class: 'onder' }, this.status, this.leave, this.network, this.error, this.warning, this.form);
    this.sheet = el('div', { class: 'blad', 'aria-labelledby': 'bladtitel', 'aria-describedby': 'bladuitleg', hidden: true });
    this.panel = el(
      'section',
      {
        id: 'paneel',
        class: 'paneel',
        role: 'dialog',
        'aria-labelledby': 'titel',
        hidden: true,
        onkeydown: (event) => this.#onKey(event),
        onclick: (event) => {
          const path = event.composedPath();
          if (!this.menu.hidden && !path.includes(this.menu) && !path.includes(this.menuButton)) this.#toggleMenu(false);
        },
      },
      el(
        'div',
        { class: 'kop' },
        icon('bot'),
        this.title,
        this.menuButton,
        this.menu,
        round('min', 'verklein', () => this.close()),
      ),
      this.actions,
      el('div', { class: 'midden' }, this.scroller, this.below, this.sheet),
    );
    this.#welcome();
  }

  /* What this is and what is kept: said before anything is sent. */
  #welcome() {
    const t = this.#t;
    const { naam = '', bewaren, privacy, contact } = this.#gemeente ?? {};
    const { telefoon, telefoon_link: href } = contact ?? {};
    const dagen = bewaren?.dagen;
    this.title.replaceChildren(el('span', null, t('naam'), hidden(', ')), el('small', null, t('ondertitel', { naam })));
    const call = telefoon && el('a', { class: 'actie', href: safeLink(href) }, icon('phone'), el('span', null, t('bel', { telefoon })));
    this.phone.replaceChildren(call || '');
    const item = el(
      'li',
      { class: 'bericht welkom' },
      this.#who({ van: 'vraagbaak' }),
      el(
        'div',
        { class: 'tekst', id: 'welkom' },
        el('p', null, t('welkom1', { naam })),
        el('p', null, t('welkom2', { telefoon: telefoon ? t('welkomBel', { telefoon }) : '' })),
        el('p', { class: 'let-op' }, icon('warn'), el('strong', null, t('welkomBsn'))),
        el(
          'p',
          { class: 'klein' },
          t('welkomBewaren', { dagen: dagen ? t(dagen === 1 ? 'dag' : 'dagen', { n: dagen }) : t('eenTijd') }),
          privacy && [' ', link(privacy, t, t('privacy'))],
        ),
      ),
    );
    this.list.querySelector('.welkom')?.remove();
    this.list.prepend(item);
  }

  open() {
    if (this.#open) return;
    this.#open = true;
    this.panel.hidden = false;
    this.#env.button.hidden = true;
    this.#env.button.ariaExpanded = 'true';
    this.#setUnread(0);
    this.#fit();
    this.connection(true);
    // A screen reader that enters a fresh panel hears the opening text.
    if (this.#talk.session) this.panel.removeAttribute('aria-describedby');
    else this.panel.setAttribute('aria-describedby', 'welkom');
    if (!this.sheet.hidden) this.sheet.firstChild.focus();
    else (this.#talk.session && !TOUCH.matches && !this.form.hidden ? this.input : this.title).focus({ preventScroll: true });
    if (this.#talk.session) this.#toEnd();
    // The live region must be on the screen before it speaks.
    this.#silently(() => {});
    if (!this.#env.config.fresh) this.#configure();
    else if (!this.#restored) this.#restore();
  }

  close() {
    if (!this.#open) return;
    this.#open = false;
    this.#toggleMenu(false);
    this.panel.hidden = true;
    this.#env.button.hidden = false;
    this.#env.button.ariaExpanded = 'false';
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

  /* Full screen on a phone: then modal. */
  #fit() {
    this.panel.ariaModal = String(FULL_SCREEN.matches);
  }

  #onKey(event) {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      if (!this.menu.hidden) this.#toggleMenu(false, true);
      else if (!this.sheet.hidden) this.#closeSheet();
      else this.close();
    } else if (event.key === 'Tab' && FULL_SCREEN.matches) {
      const stops = [...this.panel.querySelectorAll(FOCUSABLE)].filter((one) => one.checkVisibility() && !one.closest('[inert]'));
      const [edge, other] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
      const now = this.#env.root.activeElement;
      if (now !== edge && !(event.shiftKey && now === this.title)) return;
      event.preventDefault();
      other.focus();
    }
  }

  #toggleMenu(show = this.menu.hidden, refocus = false) {
    const { session, all } = this.#talk;
    const item = (key, run) => {
      const choose = () => {
        this.#toggleMenu(false, true);
        run();
      };
      return el('li', null, button(this.#t(key), choose));
    };
    if (show) {
      this.menu.replaceChildren(
        item('contact', () => this.#showContact()),
        all.length ? item('download', () => this.#download()) : '',
        session && !session.einde ? item('beeindig', () => this.#end()) : '',
        session ? item('wis', () => this.#confirmErase()) : '',
      );
    }
    this.menu.hidden = !show;
    this.menuButton.ariaExpanded = String(show);
    if (show) this.menu.querySelector('button').focus();
    else if (refocus) this.menuButton.focus();
  }

  #openSheet(role, title, ...content) {
    this.sheet.role = role;
    this.sheet.replaceChildren(el('h3', { id: 'bladtitel', tabindex: -1 }, title), ...content);
    this.#toggleSheet(true);
    this.sheet.firstChild.focus();
  }

  #toggleSheet(show) {
    this.sheet.hidden = !show;
    for (const part of [this.actions, this.scroller, this.below]) part.inert = show;
  }

  #closeSheet() {
    this.#toggleSheet(false);
    this.menuButton.focus();
  }

  #showContact() {
    const back = button(this.#t('terug'), () => this.#closeSheet(), 'knop tweede');
    this.#openSheet('group', this.#t('contact'), contactDetails(this.#gemeente, this.#t) ?? el('p', null, this.#t('storingNet')), back);
  }

  #confirmErase() {
    const t = this.#t;
    const problem = alarm();
    const erase = async () => {
      problem.textContent = '';
      try {
        const bewijs = await this.#talk.erase();
        this.#toggleSheet(false);
        this.reset();
        this.#receipt(bewijs);
      } catch (error) {
        if (error.soort === 'verlopen') this.#closeSheet();
        else problem.textContent = t('wisFout');
      }
    };
    this.#openSheet(
      'alertdialog',
      t('wisTitel'),
      el('p', { id: 'bladuitleg' }, t('wisUitleg')),
      problem,
      buttons(button(t('wisJa'), erase, 'knop gevaar'), button(t('wisNee'), () => this.#closeSheet(), 'knop tweede')),
    );
  }

  #showCard(kind, title, ...content) {
    const heading = el('h3', { id: 'kaarttitel', tabindex: -1 }, title);
    this.card.className = `kaart ${kind}`;
    this.card.replaceChildren(heading, ...content.filter(Boolean));
    this.card.hidden = false;
    this.#reveal(this.card);
    return heading;
  }

  #receipt({ nummer, tijd, verwijderd }) {
    const t = this.#t;
    const list = [
      [t('bewijsNummer'), nummer],
      [t('bewijsTijd'), moment(tijd)],
      [t('bewijsAantal'), String(verwijderd?.berichten ?? 0)],
    ];
    this.form.hidden = true;
    const renew = button(t('nieuw'), () => this.#renew(), 'knop');
    this.#showCard('bewijs', t('gewistTitel'), el('p', null, t('gewistUitleg')), rows(list), renew).focus();
  }

  #renew() {
    if (this.#talk.session) this.#talk.forget();
    this.#talk.all = [];
    this.reset();
    this.input.focus();
  }

  #end() {
    this.#talk.end().catch(({ soort }) => soort === 'verlopen' || this.#say(this.#t('eindeFout')));
  }

  #download() {
    const t = this.#t;
    const lines = [t('bestandTitel', this.#gemeente), t('bestandGemaakt', { tijd: moment(Date.now()) }), ''];
    for (const { van, naam, tijd, blokken, bronnen } of this.#talk.all) {
      lines.push(`${moment(tijd)}: ${this.#author(van, naam).filter(Boolean).join(', ')}`, asText(blokken));
      if (bronnen?.length) lines.push(`${t('bron')} ${bronnen.join(' ')}`);
      lines.push('');
    }
    const href = URL.createObjectURL(new Blob([lines.join('\r\n')], { type: 'text/plain;charset=utf-8' }));
    el('a', { href, download: `${t('bestandNaam')}.txt` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  }

  #author(van, naam) {
    const t = this.#t;
    if (van === 'bewoner') return [t('u')];
    if (van === 'medewerker') return naam ? [naam, t('medewerkerVan')] : [t('medewerkerNaam')];
    return [t('naam'), t('chatbot')];
  }

  #who({ van, naam }) {
    if (van === 'systeem') return null;
    const [name, kind] = this.#author(van, naam);
    const said = hidden(this.#t('zei'));
    if (van === 'bewoner') return el('p', { class: 'vs' }, name, said);
    const sign = icon(van === 'medewerker' ? 'person' : 'bot');
    return el('p', { class: 'wie' }, sign, el('strong', null, name), kind && el('span', null, hidden(', '), kind), said);
  }

  /* Changes the log without it being read aloud. */
  #silently(change) {
    this.#quiet++;
    this.log.ariaLive = 'off';
    change();
    setTimeout(() => {
      if (--this.#quiet) return;
      this.log.ariaLive = 'polite';
      for (const run of this.#later.splice(0)) run();
    }, 250);
  }

  /* Changes the log when it speaks again, so that this is read aloud, once. */
  #aloud(change) {
    if (this.#quiet && this.#open) this.#later.push(change);
    else change();
  }

  #insert(li, { nummer = Infinity, tijd }) {
    const after = [...this.list.children].find((other) => other.dataset.nr > nummer);
    const before = after ? after.previousElementSibling : this.list.lastElementChild;
    const date = day(tijd);
    if (before?.dataset.dag !== date) {
      const name = { [day(Date.now())]: 'vandaag', [day(Date.now() - 864e5)]: 'gisteren' }[date];
      li.prepend(el('p', { class: 'dag' }, name ? this.#t(name) : date));
    }
    li.dataset.nr = nummer;
    li.dataset.dag = date;
    this.list.insertBefore(li, after ?? null);
  }

  message(one, silent) {
    if (silent) this.#silently(() => this.#show(one, true));
    else this.#aloud(() => this.#show(one));
  }

  #show(one, silent) {
    const t = this.#t;
    const { van, blokken, keuzes, taal } = one;
    const own = van === 'bewoner';
    // Of a long answer only the beginning is read aloud at once; the rest joins silently.
    const size = (...range) => asText(blokken.slice(...range)).length;
    let split = 1;
    while (split < blokken.length && size(0, split) < ANNOUNCED) split++;
    if (own || size(split) < ANNOUNCED) split = blokken.length;
    const nodes = render(blokken, t);
    const rest = split < nodes.length && el('div', { class: 'verder' }, nodes.slice(split));
    const foot = van !== 'systeem' && this.#foot(one);
    const note = hidden(
      [rest && t('leesVerder'), keuzes?.length > 1 && t('aantalKeuzes', { n: keuzes.length })].filter(Boolean).join(' '),
    );
    const text = el('div', { class: 'tekst', ...language(taal) }, nodes.slice(0, split), rest);
    const li = el('li', { class: `bericht ${van}` }, this.#who(one), text, foot);
    if (!silent && !own) {
      const parts = [rest, foot].filter(Boolean);
      text.after(note);
      for (const part of parts) part.ariaHidden = 'true';
      const join = () => {
        note.remove();
        for (const part of parts) part.ariaHidden = null;
      };
      setTimeout(() => this.#silently(join), 600);
    }
    const near = this.#pinned;
    this.#markLinks(li);
    this.#insert(li, one);
    this.#offer(this.#talk.session?.einde || li.nextElementSibling ? [] : keuzes);
    this.#typist = '';
    this.#watch();
    if (silent || own) return;
    if (!this.#open) this.#setUnread(this.#unread + 1);
    else if (near || this.#talk.eigenaar === 'bot') this.#reveal(li);
  }

  #time(tijd) {
    return el('time', { datetime: tijd }, clock(tijd));
  }

  #foot({ tijd, bronnen, feedback, nummer }) {
    const t = this.#t;
    const sources = (bronnen ?? []).filter(safeLink);
    return el(
      'div',
      { class: 'voet' },
      sources.length > 0 &&
        el('p', { class: 'bron' }, t('bron'), sources.map((href) => [' ', link(href, t, new URL(href).hostname)])),
      feedback && this.#feedback(nummer),
      this.#time(tijd),
    );
  }

  #feedback(nummer) {
    const t = this.#t;
    const said = el('p', { role: 'status' });
    const thumbs = ['op', 'neer'].map((duim) => button(t(duim), () => choose(duim), `duim ${duim}`, 'duim'));
    const show = (one, shown) =>
      this.#silently(() => {
        one.hidden = !shown;
      });
    const send = (duim, reden, mens) =>
      this.#talk.feedback(nummer, duim, reden, mens).then(
        () => (said.textContent = duim === 'op' || reden !== null || mens ? t('dank') : ''),
        () => (said.textContent = t('reactieFout')),
      );
    const choose = (duim) => {
      thumbs.forEach((one) => (one.ariaPressed = String(one.classList.contains(duim))));
      show(form, duim === 'neer');
      if (duim === 'neer') form.querySelector('textarea').focus();
      form.scrollIntoView({ block: 'nearest' });
      send(duim, null);
    };
    const human = el('input', { type: 'checkbox' });
    const form = this.#ask(`reden${nummer}`, 'reden', submit(t('verstuurReactie'), 'knop tweede'), (text) => {
      const mens = text !== null && human.checked;
      show(form, false);
      thumbs[1].focus();
      if (text || mens) send('neer', text || null, mens || undefined);
      else said.textContent = t('dank');
    });
    form.lastChild.before(el('label', { class: 'mens' }, human, t('mens')));
    form.hidden = true;
    thumbs.forEach((one) => (one.ariaPressed = 'false'));
    return el('div', { class: 'feedback', role: 'group', 'aria-label': t('nuttig') }, t('nuttig'), thumbs, said, form);
  }

  #ask(id, key, send, done, ...before) {
    const t = this.#t;
    const field = el('textarea', { id, rows: 2, maxlength: LIMIT, 'aria-describedby': `${id}-uitleg` });
    const onsubmit = (event) => {
      event.preventDefault();
      done(field.value.trim());
    };
    return el(
      'form',
      { class: 'vraag', onsubmit },
      before,
      el('label', { for: id }, t(key)),
      el('p', { class: 'klein', id: `${id}-uitleg` }, t('deelGeen')),
      field,
      buttons(send, button(t('overslaan'), () => done(null), 'knop stil')),
    );
  }

  /* Choices belong to the newest message only. */
  #offer(list) {
    const choose = (titel) => {
      this.input.focus({ preventScroll: true });
      this.#send(titel);
    };
    this.choices.replaceChildren(
      ...(list ?? []).map(({ titel }) => el('li', null, button(titel, () => choose(titel), 'knop tweede'))),
    );
    this.choices.hidden = !list?.length;
  }

  own(one) {
    const tijd = new Date().toISOString();
    const blocks = one.tekst.split(/\n{2,}/).map((tekst) => ({ soort: 'alinea', inhoud: [{ tekst }] }));
    const text = el('div', { class: 'tekst' }, render(blocks, this.#t));
    const foot = el('div', { class: 'voet' }, this.#time(tijd), el('div', { class: 'nota' }));
    const li = el('li', { class: 'bericht bewoner' }, this.#who({ van: 'bewoner' }), text, foot);
    this.#rows.set(one.id, li);
    this.#offer([]);
    this.#aloud(() => {
      if (!this.#rows.has(one.id)) return;
      this.#insert(li, { tijd, nummer: one.nummer });
      this.#toEnd();
      this.ownChanged(one);
    });
  }

  /** The server has it; a number in its text may be masked. */
  confirmed(one, stored) {
    const li = this.#rows.get(one.id);
    li.dataset.nr = stored.nummer;
    const late = [...this.list.children].some((other) => other.dataset.nr > stored.nummer);
    if (late && li.parentNode) this.#silently(() => this.#insert(li, stored));
    if (asText(stored.blokken) === one.tekst) return;
    this.#silently(() => li.querySelector('.tekst').replaceChildren(...render(stored.blokken, this.#t)));
  }

  ownChanged(one) {
    const t = this.#t;
    const { stand, nummer, fout } = one;
    const li = this.#rows.get(one.id);
    const note = li?.querySelector('.nota');
    if (!note) return;
    const failed = stand === 'mislukt';
    const lead = t(nummer ? 'geenAntwoord' : 'nietVerstuurd');
    const again = button(t('opnieuw'), () => this.#talk.retry(one), 'knop tweede');
    if (note.contains(this.#env.root.activeElement)) this.input.focus({ preventScroll: true });
    li.classList.toggle('mislukt', failed);
    if (failed || note.firstChild) this.#silently(() => note.replaceChildren(...(failed ? [icon('warn'), lead, again] : [])));
    this.#watch();
    if (!failed) {
      this.#say('');
      if (stand === 'klaar') this.#trouble();
      return;
    }
    let why = '';
    if (fout?.soort === 'druk') {
      const { seconds } = fout;
      why = seconds < 100 ? t('wachtSeconden', { n: seconds }) : t('wachtMinuten', { n: Math.ceil(seconds / 60) });
      again.hidden = true;
      setTimeout(() => (again.hidden = false), seconds * 1000);
    } else if (fout?.soort === 'geweigerd') why = fout.message;
    else if (fout && navigator.onLine) this.#trouble(fout);
    this.#say(`${lead}. ${why}`.trim());
    this.#reveal(li);
  }

  /* What is wrong, and other ways to the municipality; or nothing is wrong any more. */
  #trouble(error, again) {
    const t = this.#t;
    if (error) {
      const key = { net: 'storingNet', traag: 'storingTraag' }[error.soort] ?? 'storingServer';
      const retry = again && button(t('opnieuw'), again, 'knop');
      this.#showCard('storing', t('storingTitel'), el('p', null, t(key)), retry, contactDetails(this.#gemeente, t));
    } else if (this.card.classList.contains('storing')) this.card.hidden = true;
  }

  #pin() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.#pinned = scrollHeight - scrollTop - clientHeight < 40;
  }

  #toEnd() {
    // On a low screen the whole panel scrolls, else only the conversation.
    for (const box of [this.scroller, this.panel]) box.scrollTop = box.scrollHeight;
  }

  #reveal(node) {
    for (const box of [this.scroller, this.panel]) {
      box.scrollTop += node.getBoundingClientRect().top - box.getBoundingClientRect().top - 12;
    }
  }

  #onInput() {
    const { input, counter } = this;
    const text = input.value;
    const left = LIMIT - [...text].length;
    input.style.height = 'auto';
    input.style.height = `${input.scrollHeight + 2}px`;
    if (left > LIMIT - COUNT_FROM) counter.textContent = '';
    else counter.textContent = this.#t(left < 0 ? 'tekensTeveel' : 'tekensOver', { n: Math.abs(left) });
    counter.classList.toggle('teveel', left < 0);
    // Spoken now and then, not at each key.
    counter.role = left === -1 || [200, 100, 50, 20, 10].includes(left) ? 'status' : null;
    input.ariaInvalid = String(left < 0);
    this.#say('');
    this.#markLinks();
    this.warning.replaceChildren();
    if (!this.#talk.session) return;
    if (text) this.#talk.typing();
    store.write(`${this.#talk.key}:concept`, text && !seen(text).length ? text : null, 'sessionStorage');
  }

  #fill(text) {
    this.input.value = text;
    this.#onInput();
  }

  #submit() {
    const text = this.input.value.trim();
    if (!text || [...text].length > LIMIT) {
      this.#say(text ? this.counter.textContent : this.#t('leeg'));
      this.input.focus();
      return;
    }
    const found = seen(text);
    if (found.length) this.#warn(text, found);
    else this.#sendTyped(text);
  }

  #sendTyped(text) {
    this.#fill('');
    this.input.focus({ preventScroll: true });
    this.#send(text);
  }

  #send(text) {
    if (this.#talk.session?.einde || this.form.hidden) this.#renew();
    // Who goes on asking gives no grade.
    else if (this.card.matches('.oordeel:not([hidden])')) {
      this.card.hidden = true;
      this.#talk.judged(this.#talk.session.cijfer);
    }
    this.#say('');
    this.#talk.send(text);
  }

  #askHuman() {
    this.#send(this.#t('medewerker'));
  }

  #warn(text, found) {
    const t = this.#t;
    const wat = [...new Set(found.map(({ soort }) => t(soort)))].join(t('en'));
    const remove = () => {
      this.#fill(without(text, found));
      this.input.focus();
    };
    this.warning.replaceChildren(
      icon('warn'),
      el('p', null, el('strong', null, t('gezien', { wat }))),
      el('p', null, t('gezienUitleg')),
      buttons(
        button(t('gezienWissen'), remove, 'knop'),
        button(t('tochVersturen'), () => this.#sendTyped(text), 'knop tweede'),
      ),
    );
    this.warning.scrollIntoView({ block: 'nearest' });
  }

  #say(text) {
    if (this.error.textContent !== text) this.error.textContent = text;
  }

  /* Links stay in this tab, unless the resident would lose sight of typed text. */
  #markLinks(scope = this.panel) {
    const apart = Boolean(this.input.value.trim());
    const wrong = [...scope.querySelectorAll('a.web')].filter((one) => (one.target === '_blank') !== apart);
    const mark = () => {
      for (const one of wrong) {
        one.target = apart ? '_blank' : '';
        one.querySelector('.tab').hidden = !apart;
      }
    };
    if (scope === this.panel && wrong.length) this.#silently(mark);
    else mark();
  }

  /* Says after a moment that an answer is awaited. */
  #watch() {
    const { busy } = this.#talk;
    if (busy !== this.#timers.length > 0) {
      this.#timers.splice(0).forEach(clearTimeout);
      this.wait = null;
      const later = (key, after) =>
        setTimeout(() => {
          this.wait = key;
          this.#refresh();
        }, after);
      if (busy) this.#timers = [this.#talk.eigenaar === 'bot' && later('zoekt', BUSY_AFTER), later('traag', SLOW_AFTER)];
    }
    this.#refresh();
  }

  #refresh() {
    const t = this.#t;
    const doing = this.#typist ? t('typt', { naam: this.#typist }) : this.wait && t(this.wait);
    const text = doing || this.#rank;
    const waits = this.#talk.eigenaar === 'wachtrij';
    if (!waits && this.leave === this.#env.root.activeElement) this.input.focus({ preventScroll: true });
    this.leave.hidden = !waits;
    if (this.status.textContent === text) return;
    const dots = el('span', { class: 'stippen', 'aria-hidden': 'true' }, el('i'), el('i'), el('i'));
    this.status.replaceChildren(text, doing ? dots : '');
  }

  #leave() {
    this.#say('');
    this.input.focus({ preventScroll: true });
    this.#talk.leave().catch(({ soort }) => soort === 'verlopen' || this.#say(this.#t('wachtNietFout')));
  }

  state({ soort, naam, plek, wachttijd, cijfer, sinds }) {
    const t = this.#t;
    if (soort === 'typt' && sinds !== this.typedSince) {
      this.typedSince = sinds;
      this.#typist = naam || t('medewerkerNaam');
      clearTimeout(this.typing);
      this.typing = setTimeout(() => {
        this.#typist = '';
        this.#refresh();
      }, TYPING_SHOWN);
    } else if (soort === 'wachtrij') {
      const tijd = [...new Set(wachttijd)].join(t('tot'));
      this.#rank = `${plek ? t('rij', { plek }) : t('rijZonder')} ${tijd && t('rijWacht', { tijd })}`.trim();
    }
    if (cijfer) this.#askGrade();
    this.#refresh();
  }

  owner(wie, before) {
    this.#rank = wie === 'wachtrij' ? this.#t('rijZonder') : '';
    const key = wie === 'medewerker' ? 'metMedewerker' : wie === 'bot' && before === 'medewerker' && 'weerBot';
    if (key) {
      const said = { van: 'systeem', blokken: [{ soort: 'alinea', inhoud: [{ tekst: this.#t(key) }] }] };
      this.message({ ...said, tijd: new Date().toISOString(), nummer: this.#talk.cursor + 0.5 });
    }
    this.#refresh();
  }

  connection(up) {
    const text = navigator.onLine ? (up ? '' : this.#t('verbindingWeg')) : this.#t('offline');
    if (this.network.textContent !== text) this.network.textContent = text;
  }

  sessionChanged() {
    this.#env.onUnread(this.#unread, this.#t);
    // The resident has started: now this may be kept, for when all is down.
    if (this.#talk.session && this.#gemeente) store.write(`${this.#talk.key}:gemeente`, this.#gemeente);
  }

  /** The session is over; what was not sent goes back into the input. */
  expired(unsent) {
    for (const { id } of unsent) this.#rows.get(id)?.remove();
    for (const li of this.list.children) li.dataset.nr = 0;
    this.#rows.clear();
    this.#calm();
    this.#fill([...unsent.map(({ tekst }) => tekst), this.input.value].filter(Boolean).join('\n'));
    this.#say(this.#t(this.input.value ? 'verlopen' : 'verlopenLeeg'));
  }

  #calm() {
    this.#offer([]);
    this.#rank = this.#typist = '';
    this.#watch();
    this.card.hidden = true;
    this.form.hidden = false;
  }

  gone() {
    this.reset();
    this.#say(this.#t('gewistElders'));
  }

  reset() {
    this.#silently(() => {
      this.#rows.clear();
      this.list.replaceChildren();
      this.#welcome();
    });
    this.#calm();
    this.#say('');
    this.warning.replaceChildren();
  }

  ended() {
    const t = this.#t;
    const focus = (heading) => this.#open && heading.focus({ preventScroll: true });
    const done = (thanks) =>
      focus(
        this.#showCard(
          'einde',
          t('eindeTitel'),
          thanks && el('p', null, thanks),
          buttons(
            button(t('nieuw'), () => this.#renew(), 'knop'),
            button(t('download'), () => this.#download(), 'knop tweede'),
            button(t('wis'), () => this.#confirmErase(), 'knop tweede'),
          ),
        ),
      );
    this.#calm();
    this.form.hidden = true;
    if (this.#talk.session.cijfer) done();
    else focus(this.#showCard('einde', t('eindeTitel'), this.#gradeForm(done)));
  }

  /* After an employee: the conversation goes on, and a grade may be given. */
  #askGrade() {
    const { session } = this.#talk;
    if (!session || session.cijfer || session.einde || !this.card.hidden) return;
    const done = (thanks) => {
      this.#talk.judged(session.cijfer);
      if (thanks) this.card.replaceChildren(el('p', { role: 'status' }, thanks));
      else this.card.hidden = true;
      this.input.focus({ preventScroll: true });
    };
    this.#showCard('oordeel', this.#t('cijferTitel'), this.#gradeForm(done));
  }

  #gradeForm(done) {
    const t = this.#t;
    const problem = alarm();
    const finish = async (text) => {
      const cijfer = Number(new FormData(form).get('cijfer'));
      if (text === null) done();
      else if (!cijfer) {
        problem.textContent = t('cijferKies');
        form.querySelector('input').focus();
      } else {
        await this.#talk.grade(cijfer, text || null).then(
          () => done(t('cijferDank')),
          () => (problem.textContent = t('cijferFout')),
        );
      }
    };
    const grade = (_, index) =>
      el('label', null, el('input', { type: 'radio', name: 'cijfer', value: index + 1 }), el('span', null, index + 1));
    const form = this.#ask(
      'toelichting',
      'toelichting',
      submit(t('cijferVerstuur'), 'knop'),
      finish,
      el(
        'fieldset',
        { 'aria-describedby': 'cijferuitleg' },
        el('legend', null, t('cijfer')),
        el('p', { class: 'klein', id: 'cijferuitleg' }, t('cijferUitleg')),
        el('div', { class: 'cijfers' }, Array.from({ length: 10 }, grade)),
      ),
      problem,
    );
    return form;
  }

  async #restore() {
    const draft = store.read(`${this.#talk.key}:concept`, 'sessionStorage');
    if (draft && !this.input.value) this.#fill(draft);
    this.#restored = true;
    try {
      const other = await this.#talk.resume();
      if (other && this.input.value === draft) this.#fill('');
      this.#trouble();
      if (!this.#talk.session?.einde && this.#talk.session) this.#toEnd();
    } catch (error) {
      this.#restored = error.soort === 'verlopen';
      if (!this.#restored) this.#trouble(error, () => this.#retry());
    }
  }

  /* The municipality's file could not be had: try once more. */
  async #configure() {
    this.#env.config = await this.#env.reload();
    if (this.#env.config.gemeente) {
      this.#use(this.#env.config);
      this.#silently(() => this.#welcome());
    }
    if (!this.#talk.base) this.#trouble({ soort: 'net' }, () => this.#retry());
    else if (!this.#restored) this.#restore();
    else this.#trouble();
  }

  #retry() {
    this.card.hidden = true;
    this.input.focus({ preventScroll: true });
    if (this.#env.config.fresh) this.#restore();
    else this.#configure();
  }
}
