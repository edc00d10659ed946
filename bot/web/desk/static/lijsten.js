/* The lists: who waits, whom to call back, what was closed; and what is about to be too late. */

import { alarm, button, clock, el, moment, render, roving, say, sync, tabKeys } from './dom.js';
import { clockOf, repaint, urgency } from './klok.js';
import { get, post } from './server.js';
import { t } from './teksten.js';
import { DAG, raam, sign } from './whatsapp.js';

const LISTS = ['wachtrij', 'terugbellen', 'geschiedenis'];
const MOST = 6;

export const who = (info) => info.naam || t('zonderNaam');
const subject = (one) => one.onderwerp || t('zonderOnderwerp');

export class Lijsten {
  #state = null;
  #doen;
  #open = new Map();
  #late = new Set();
  #windows = new Map();
  #done = null;

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
    this.panels.terugbellen.append(this.#finished());
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
    this.#choices();
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
      gemeente(one.gemeente).naam,
      one.product?.naam ?? t(`reden_${one.reden}`),
      one.terug && t('terugInRij'),
      one.afdeling && t('voorAfdeling', { afdeling: gemeente(one.gemeente).afdelingen.find(({ id }) => id === one.afdeling)?.naam ?? one.afdeling }),
    ]);
    const wie = `${who(first)}, ${gemeente(first.gemeente).naam}`;
    li.append(
      sign(li.get) ?? '',
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
    li.append(sign(li.get) ?? '', el('div', { class: 'knoppen' }, button(t('bekijk'), () => this.#doen.look(li.get()), 'knop stil', t('bekijkVan', { wie: who(first) }))));
    return li;
  }

  #callback(first) {
    const li = this.#row(first, (one) => [
      subject(one),
      this.#doen.gemeente(one.gemeente).naam,
      one.product?.naam,
      one.van_mij ? t('vanU') : !one.vrij && t('vanCollega'),
    ]);
    const onderwerp = subject(first);
    const { details, toggle, open } = this.#reveal(first);
    const run = (path, done, after) => async () => {
      try {
        await post(`/terugbelverzoeken/${first.nummer}/${path}`);
        say(t(done));
        after?.();
        this.#done.reload();
      } catch (fout) {
        alarm(fout.message);
      }
    };
    const take = button(t('ikBel'), run('oppakken', 'verzoekVanU', () => open(true).then(() => toggle.focus())), 'knop', t('ikBelVan', { onderwerp }));
    const back = button(t('zetTerug'), run('terugzetten', 'verzoekTerug', () => toggle.focus()), 'knop stil', t('zetTerugVan', { onderwerp }));
    const done = button(t('klaar'), run('klaar', 'verzoekKlaar'), 'knop', t('klaarVan', { onderwerp }));
    li.append(sign(li.get) ?? '', clockOf(() => ({ ...li.get(), wacht: null })), details, el('div', { class: 'knoppen' }, take, done, toggle, back));
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

  /* Whom to call, shown when asked for. Each look is kept, so it is asked each time. */
  #reveal(first) {
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
    return { details, toggle, open };
  }

  #details({ nummer, naam, telefoon, telefoon_tekst: shown, email, vraag, wanneer, gevraagd, uiterlijk, afgehandeld, wie }) {
    const row = (term, content) => el('div', null, el('dt', null, term), el('dd', null, content?.length ? content : t('nietGegeven')));
    return el(
      'dl',
      null,
      row(t('naam'), naam),
      telefoon && row(t('telefoon'), [el('a', { href: `tel:${telefoon}` }, shown)]),
      email && row(t('email'), [el('a', { href: `mailto:${email}` }, email)]),
      row(t('vraag'), render(vraag)),
      row(t('wanneer'), wanneer),
      row(t('gevraagdOp'), moment(gevraagd)),
      row(t('uiterlijkOp'), moment(uiterlijk)),
      afgehandeld && row(t('afgehandeldOp'), moment(afgehandeld)),
      row(t('referentie'), nummer),
      wie && row(t(afgehandeld ? 'teruggebeldDoor' : 'beltTerug'), wie),
    );
  }

  /* Call-backs that were done, fetched when the list is opened. There is nothing to do with them. */
  #finished() {
    const select = el('select', { id: 'afgehandeld-gemeente', onchange: () => load() });
    const choice = el('p', { class: 'veld' }, el('label', { for: 'afgehandeld-gemeente' }, t('gemeente')), select);
    const list = el('ul', { class: 'lijst', 'aria-label': t('afgehandeld') });
    const empty = el('p', { class: 'leeg', role: 'status' });
    const settle = roving(list);
    const node = el('details', { class: 'afgehandeld', ontoggle: () => node.open && load() }, el('summary', null, t('afgehandeld')), choice, list, empty);
    const load = async () => {
      const wanted = select.value;
      try {
        const { verzoeken, meer } = await get(`/terugbelverzoeken${wanted ? `?gemeente=${encodeURIComponent(wanted)}` : ''}`);
        if (wanted !== select.value) return;
        sync(list, verzoeken.map((one) => ({ ...one, sleutel: one.nummer })), (one) => this.#finishedOne(one), (row, one) => row.describe(one));
        list.hidden = !verzoeken.length;
        settle();
        const text = meer ? t('afgehandeldMeer', { n: verzoeken.length }) : verzoeken.length ? '' : t('afgehandeldLeeg');
        if (empty.textContent !== text) empty.textContent = text;
      } catch (fout) {
        alarm(fout.message);
      }
    };
    this.#done = { select, choice, reload: () => node.open && load() };
    return node;
  }

  #choices() {
    const { select, choice } = this.#done;
    const { gemeenten } = this.#state;
    choice.hidden = gemeenten.length < 2;
    const wanted = ['', ...gemeenten.map(({ id }) => id)];
    if (wanted.join() === [...select.options].map(({ value }) => value).join()) return;
    const chosen = select.value;
    select.replaceChildren(el('option', { value: '' }, t('alleGemeenten')), ...gemeenten.map(({ id, naam }) => el('option', { value: id }, naam)));
    if (wanted.includes(chosen)) select.value = chosen;
  }

  #finishedOne(first) {
    const li = this.#row(first, (one) => [
      subject(one),
      [this.#doen.gemeente(one.gemeente).naam, one.product?.naam].filter(Boolean).join(', '),
      [moment(one.afgehandeld), one.wie && t('doorWie', { wie: one.wie })].filter(Boolean).join(', '),
    ]);
    const { details, toggle } = this.#reveal(first);
    li.append(sign(li.get) ?? '', details, el('div', { class: 'knoppen' }, toggle));
    return li;
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
    li.append(sign(li.get) ?? '', el('div', { class: 'knoppen' }, button(t('bekijk'), () => this.#doen.look(li.get()), 'knop stil', t('bekijkVan', { wie: `${who(first)}, ${clock(first.gesloten)}` }))));
    return li;
  }

  /* What is about to be too late, most urgent first. Looked at each second; touched only when it differs. */
  tick() {
    const state = this.#state;
    if (!state) return;
    const all = [
      ...state.wachtrij.map((one) => ({ ...one, soort: 'letopWachtrij', sleutel: `w${one.id}`, wie: who(one), go: () => this.#toRow('wachtrij', one.id) })),
      ...state.gesprekken.map((one) => ({ ...one, wacht: null, soort: 'letopGesprek', sleutel: `g${one.id}`, wie: who(one), go: () => this.#doen.open(one.id) })),
      // The last two hours of the 24; after that there is nothing to be in time for.
      ...state.gesprekken
        .filter((one) => raam(one) === 'bijna')
        .map((one) => ({ gevraagd: new Date(Date.parse(one.whatsapp.tot) - DAG).toISOString(), uiterlijk: one.whatsapp.tot, soort: 'letopRaam', sleutel: `r${one.id}`, wie: who(one), go: () => this.#doen.open(one.id) })),
      ...state.terugbelverzoeken.map((one) => ({ ...one, wacht: null, soort: 'letopTerugbel', sleutel: `t${one.nummer}`, wie: one.onderwerp || t('zonderOnderwerp'), go: () => this.#toRow('terugbellen', one.nummer) })),
    ]
      .filter((one) => ['bijna', 'telaat'].includes(urgency(one)))
      .sort((a, b) => Date.parse(a.uiterlijk) - Date.parse(b.uiterlijk));
    const box = document.getElementById('letop');
    sync(box.querySelector('ul'), all.slice(0, MOST), (one) => this.#attention(one), (node, one) => node.describe(one));
    if (box.hidden !== !all.length) box.hidden = !all.length;
    for (const one of state.gesprekken) this.#tellWindow(one);
    for (const one of all) {
      if (urgency(one) !== 'telaat' || this.#late.has(one.sleutel)) continue;
      this.#late.add(one.sleutel);
      say(t('nuTeLaat', { wie: one.wie }));
    }
  }

  /* Said once: that the 24 hours are nearly over, and that they are. */
  #tellWindow(one) {
    const stand = raam(one);
    if (this.#windows.get(one.id) === stand) return;
    const first = !this.#windows.has(one.id);
    this.#windows.set(one.id, stand);
    if (stand === 'bijna' || (stand === 'voorbij' && !first)) say(t(`zegRaam_${stand}`, { wie: who(one) }));
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
