/* The lists: who waits, whom to call back, what was closed; and what is about to be too late. */

import { alarm, button, clock, el, moment, roving, say, sync, tabKeys } from './dom.js';
import { clockOf, repaint, urgency } from './klok.js';
import { get, post } from './server.js';
import { t } from './teksten.js';

const LISTS = ['wachtrij', 'terugbellen', 'geschiedenis'];
const MOST = 6;

export const who = (info) => info.naam || t('zonderNaam');

export class Lijsten {
  #state = null;
  #doen;
  #open = new Map();
  #late = new Set();

  /** `doen`: claim(info), look(info), open(id), gemeente(id). */
  constructor(node, doen) {
    this.#doen = doen;
    this.node = node;
    this.tabs = {};
    this.panels = {};
    this.lists = {};
    const bar = el('div', { role: 'tablist', class: 'tabs', 'aria-label': t('lijsten') });
    for (const name of LISTS) {
      this.tabs[name] = el('button', { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `lijst-${name}`, onclick: () => this.show(name) }, t(name));
      this.lists[name] = el('ul', { class: 'lijst', 'aria-label': t(name) });
      const empty = el('p', { class: 'leeg' });
      this.panels[name] = el('div', { role: 'tabpanel', id: `lijst-${name}`, 'aria-labelledby': `tab-${name}`, tabindex: -1, hidden: true }, this.lists[name], empty);
      this.panels[name].empty = empty;
      this.lists[name].settle = roving(this.lists[name]);
    }
    bar.append(...Object.values(this.tabs));
    tabKeys(bar);
    this.elsewhere = el('ul', { class: 'lijst elders', 'aria-label': t('elders') });
    this.elsewhere.settle = roving(this.elsewhere);
    this.elsewhereTitle = el('h3', null, t('elders'));
    this.panels.wachtrij.append(this.elsewhereTitle, this.elsewhere);
    node.append(bar, ...Object.values(this.panels));
    this.show('wachtrij');
  }

  show(name) {
    for (const other of LISTS) {
      this.panels[other].hidden = other !== name;
      this.tabs[other].ariaSelected = String(other === name);
      this.tabs[other].tabIndex = other === name ? 0 : -1;
    }
    this.now = name;
    this.lists[name].settle();
    if (name === 'geschiedenis') this.#history();
  }

  focus() {
    (this.lists[this.now].querySelector('button[tabindex="0"], button') ?? this.tabs[this.now]).focus();
  }

  update(state) {
    this.#state = state;
    const { wachtrij, terugbelverzoeken, elders } = state;
    this.#count('wachtrij', wachtrij.length);
    this.#count('terugbellen', terugbelverzoeken.length);
    this.#fill('wachtrij', wachtrij, (one) => one.id, (one) => this.#waiting(one));
    this.panels.wachtrij.empty.textContent = wachtrij.length ? '' : t(state.ik.aanwezig ? 'wachtrijLeeg' : 'wachtrijLeegAfwezig');
    sync(this.elsewhere, elders.map((one) => ({ ...one, sleutel: one.id })), (one) => this.#elsewhere(one), (node, one) => node.describe(one));
    this.elsewhere.settle();
    this.elsewhere.hidden = this.elsewhereTitle.hidden = !elders.length;
    this.#fill('terugbellen', terugbelverzoeken, (one) => one.nummer, (one) => this.#callback(one));
    this.panels.terugbellen.empty.textContent = terugbelverzoeken.length ? '' : t('terugbellenLeeg');
  }

  #count(name, n) {
    const text = n ? `${t(name)} (${n})` : t(name);
    if (this.tabs[name].textContent !== text) this.tabs[name].textContent = text;
  }

  #fill(name, items, key, make) {
    sync(this.lists[name], items.map((one) => ({ ...one, sleutel: key(one) })), make, (node, one) => node.describe(one));
    this.lists[name].hidden = !items.length;
    this.lists[name].settle();
  }

  /* A row whose words follow what it is about. `lines(one)` gives them. */
  #row(first, lines, ...rest) {
    let now = first;
    let shown = '';
    const text = el('div', { class: 'regels' });
    const li = el('li', { class: 'rij' }, text, ...rest);
    li.describe = (one) => {
      now = one;
      const [title, ...more] = lines(one).filter(Boolean);
      if (shown === [title, ...more].join('\n')) return;
      shown = [title, ...more].join('\n');
      text.replaceChildren(el('p', { class: 'rijtitel' }, title), ...more.map((line) => el('p', { class: 'klein' }, line)));
    };
    li.get = () => now;
    li.describe(first);
    return li;
  }

  #waiting(first) {
    const { gemeente } = this.#doen;
    const li = this.#row(first, (one) => [
      who(one),
      [gemeente(one.gemeente).naam, one.kanaal !== 'webchat' && t(`kanaal_${one.kanaal}`)].filter(Boolean).join(', '),
      one.product?.naam ?? t(`reden_${one.reden}`),
      one.terug && t('terugInRij'),
      one.afdeling && t('voorAfdeling', { afdeling: gemeente(one.gemeente).afdelingen.find(({ id }) => id === one.afdeling)?.naam ?? one.afdeling }),
    ]);
    const wie = `${who(first)}, ${gemeente(first.gemeente).naam}`;
    li.append(
      clockOf(() => li.get()),
      el(
        'div',
        { class: 'knoppen' },
        button(t('pakOp'), () => this.#doen.claim(li.get()), 'knop', t('pakOpVan', { wie })),
        button(t('bekijk'), () => this.#doen.look(li.get()), 'knop stil', t('bekijkVan', { wie })),
      ),
    );
    return li;
  }

  #elsewhere(first) {
    const li = this.#row(first, (one) => [who(one), this.#doen.gemeente(one.gemeente).naam, t('metWie', { wie: one.wie ?? t('collega') })]);
    li.append(el('div', { class: 'knoppen' }, button(t('bekijk'), () => this.#doen.look(li.get()), 'knop stil', t('bekijkVan', { wie: who(first) }))));
    return li;
  }

  #callback(first) {
    const subject = (one) => one.onderwerp || t('zonderOnderwerp');
    const li = this.#row(first, (one) => [
      subject(one),
      this.#doen.gemeente(one.gemeente).naam,
      one.product?.naam,
      one.van_mij ? t('vanU') : !one.vrij && t('vanCollega'),
    ]);
    const onderwerp = subject(first);
    const details = el('div', { class: 'gegevens', hidden: true });
    const toggle = button(t('toonGegevens'), () => open(details.hidden), 'knop stil', t('openVerzoek', { onderwerp }));
    toggle.ariaExpanded = 'false';
    const open = async (show) => {
      if (show) {
        try {
          details.replaceChildren(this.#details(await get(`/terugbelverzoeken/${first.nummer}`)));
        } catch (fout) {
          alarm(fout.message);
          return;
        }
      }
      details.hidden = !show;
      toggle.ariaExpanded = String(show);
      toggle.textContent = t(show ? 'verbergGegevens' : 'toonGegevens');
      toggle.removeAttribute('aria-label');
    };
    const run = (path, done, after) => async () => {
      try {
        await post(`/terugbelverzoeken/${first.nummer}/${path}`);
        say(t(done));
        after?.();
      } catch (fout) {
        alarm(fout.message);
      }
    };
    const take = button(t('ikBel'), run('oppakken', 'verzoekVanU', () => open(true).then(() => toggle.focus())), 'knop', t('ikBelVan', { onderwerp }));
    const back = button(t('zetTerug'), run('terugzetten', 'verzoekTerug', () => toggle.focus()), 'knop stil', t('zetTerugVan', { onderwerp }));
    const done = button(t('klaar'), run('klaar', 'verzoekKlaar'), 'knop', t('klaarVan', { onderwerp }));
    li.append(clockOf(() => ({ ...li.get(), wacht: null })), details, el('div', { class: 'knoppen' }, take, done, toggle, back));
    const describe = li.describe;
    li.describe = (one) => {
      describe(one);
      const held = li.contains(document.activeElement) && document.activeElement;
      take.hidden = !one.vrij;
      done.hidden = back.hidden = !one.van_mij;
      if (held && !held.checkVisibility()) toggle.focus();
    };
    li.describe(first);
    return li;
  }

  #details({ nummer, naam, telefoon, telefoon_tekst: shown, email, vraag, wanneer, gevraagd, uiterlijk, wie }) {
    const row = (term, content) => el('div', null, el('dt', null, term), el('dd', null, content || t('nietGegeven')));
    return el(
      'dl',
      null,
      row(t('naam'), naam),
      telefoon && row(t('telefoon'), el('a', { href: `tel:${telefoon}` }, shown)),
      email && row(t('email'), el('a', { href: `mailto:${email}` }, email)),
      row(t('vraag'), vraag),
      row(t('wanneer'), wanneer),
      row(t('gevraagdOp'), moment(gevraagd)),
      row(t('uiterlijkOp'), moment(uiterlijk)),
      row(t('referentie'), nummer),
      wie && row(t('beltTerug'), wie),
    );
  }

  async #history() {
    const { lists, panels } = this;
    try {
      const { gesprekken } = await get('/geschiedenis');
      this.#fill('geschiedenis', gesprekken, (one) => one.id, (one) => this.#closed(one));
      panels.geschiedenis.empty.textContent = gesprekken.length ? '' : t('geschiedenisLeeg');
      lists.geschiedenis.settle();
    } catch (fout) {
      alarm(fout.message);
    }
  }

  /** A conversation was closed: the history, when it is on the screen, shows it. */
  refreshHistory() {
    if (this.now === 'geschiedenis') this.#history();
  }

  #closed(first) {
    const li = this.#row(first, (one) => [
      who(one),
      [this.#doen.gemeente(one.gemeente).naam, one.product?.naam].filter(Boolean).join(', '),
      [t(`uitkomst_${one.uitkomst}`), one.label].filter(Boolean).join(', '),
      [moment(one.gesloten), one.wie && t('metWie', { wie: one.wie })].filter(Boolean).join(', '),
    ]);
    li.append(el('div', { class: 'knoppen' }, button(t('bekijk'), () => this.#doen.look(li.get()), 'knop stil', t('bekijkVan', { wie: `${who(first)}, ${clock(first.gesloten)}` }))));
    return li;
  }

  /* What is about to be too late, most urgent first. Looked at each second; touched only when it differs. */
  tick() {
    const state = this.#state;
    if (!state) return;
    const all = [
      ...state.wachtrij.map((one) => ({ ...one, soort: 'letopWachtrij', sleutel: `w${one.id}`, wie: who(one), go: () => this.#toRow('wachtrij', one.id) })),
      ...state.gesprekken.map((one) => ({ ...one, wacht: null, soort: 'letopGesprek', sleutel: `g${one.id}`, wie: who(one), go: () => this.#doen.open(one.id) })),
      ...state.terugbelverzoeken.map((one) => ({ ...one, wacht: null, soort: 'letopTerugbel', sleutel: `t${one.nummer}`, wie: one.onderwerp || t('zonderOnderwerp'), go: () => this.#toRow('terugbellen', one.nummer) })),
    ]
      .filter((one) => ['bijna', 'telaat'].includes(urgency(one)))
      .sort((a, b) => Date.parse(a.uiterlijk) - Date.parse(b.uiterlijk));
    const box = document.getElementById('letop');
    sync(box.querySelector('ul'), all.slice(0, MOST), (one) => this.#attention(one), (node, one) => node.describe(one));
    if (box.hidden !== !all.length) box.hidden = !all.length;
    for (const one of all) {
      if (urgency(one) !== 'telaat' || this.#late.has(one.sleutel)) continue;
      this.#late.add(one.sleutel);
      say(t('nuTeLaat', { wie: one.wie }));
    }
  }

  #attention(first) {
    let now = first;
    const klok = clockOf(() => now);
    const li = el('li', null, el('button', { type: 'button', class: 'letopknop', onclick: () => now.go() }, el('span', { class: 'klein' }, t(first.soort)), el('strong', null, first.wie), klok));
    li.describe = (one) => {
      now = one;
      repaint(klok);
    };
    return li;
  }

  #toRow(name, key) {
    this.show(name);
    this.lists[name].querySelector(`[data-sleutel="${CSS.escape(key)}"] button`)?.focus();
  }
}
