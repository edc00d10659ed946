/* The desk: holds the state, and lets its parts know. */

import { alarm, button, el, keep, say, sync, tabKeys } from './dom.js';
import { callBack as callBackDialog, close as closeDialog, showKeys, showSettings, transfer as transferDialog } from './dialogen.js';
import { Gesprek } from './gesprek.js';
import { clockOf, setNow, tick } from './klok.js';
import { Lijsten, who } from './lijsten.js';
import { listen, post } from './server.js';
import { alert, settings, title } from './signalen.js';
import { t } from './teksten.js';
import { Venster } from './venster.js';

const $ = (id) => document.getElementById(id);

class Balie {
  state = null;
  vensters = new Map();
  gekozen = null;
  #known = null;
  #up = true;
  #closing = new Set();
  #claimed = new Map();

  constructor() {
    this.tablist = el('div', { role: 'tablist', class: 'tabs gesprektabs', 'aria-label': t('gesprekken'), hidden: true });
    tabKeys(this.tablist);
    this.first = button(t('pakEerste'), () => this.claimFirst());
    this.empty = el('div', { class: 'geen-gesprek' }, el('h2', { tabindex: -1 }, t('geenGesprek')), el('p', null, t('geenGesprekUitleg')), this.first);
    $('gesprekken').append(this.tablist, this.empty);
    this.lijsten = new Lijsten($('lijsten'), {
      claim: (info) => this.claim(info),
      look: (info) => this.look(info),
      open: (id) => this.choose(id, true),
      gemeente: (id) => this.gemeente(id),
    });
    this.presence = el('button', { type: 'button', role: 'switch', class: 'schakelaar', 'aria-checked': 'false', onclick: () => this.togglePresence() }, el('span', { class: 'schuif' }), el('span', { class: 'woord' }));
    this.presenceHelp = el('span', { class: 'klein' });
    $('aanwezigheid').append(this.presence, this.presenceHelp);
    $('knoppenbalk').append(button(t('instellingen'), showSettings, 'knop stil'), button(t('sneltoetsen'), showKeys, 'knop stil'));
    $('uitloggen').addEventListener('submit', (event) => this.#logOut(event));
    document.addEventListener('keydown', (event) => this.#onKey(event));
    // A window that closes gives the focus back; what had it may be gone.
    document.addEventListener('close', () => setTimeout(() => document.activeElement === document.body && this.#refocus()), true);
    document.addEventListener('visibilitychange', () => this.#seen());
    addEventListener('focus', () => this.#seen());
    setInterval(() => {
      tick();
      this.lijsten.tick();
    }, 1_000);
    listen({ stand: (state, now) => this.update(state, now), verbinding: (up) => this.#connection(up) });
  }

  gemeente(id) {
    return this.state?.gemeenten.find((one) => one.id === id) ?? { id, naam: id, afdelingen: [], labels: [] };
  }

  get current() {
    return this.vensters.get(this.gekozen);
  }

  update(state, now) {
    setNow(now);
    this.state = state;
    this.#showPresence();
    this.lijsten.update(state);
    this.#conversations();
    this.#notice();
    this.first.hidden = !state.wachtrij.length;
    this.lijsten.tick();
    this.#title();
  }

  #showPresence() {
    const { aanwezig } = this.state.ik;
    this.presence.ariaChecked = String(aanwezig);
    const word = this.presence.querySelector('.woord');
    const text = t(aanwezig ? 'aanwezig' : 'aanwezigUit');
    if (word.textContent !== text) word.textContent = text;
    const help = t(aanwezig ? 'aanwezigUitleg' : 'afwezigUitleg');
    if (this.presenceHelp.textContent !== help) this.presenceHelp.textContent = help;
  }

  async togglePresence() {
    const aanwezig = !this.state?.ik.aanwezig;
    try {
      await post('/aanwezig', { aanwezig });
      say(t(aanwezig ? 'aanwezigGezet' : 'afwezigGezet'));
    } catch (fout) {
      alarm(fout.message);
    }
  }

  /* What is new since the last time, said once and heard when wanted. */
  #notice() {
    const { wachtrij, gesprekken, terugbelverzoeken } = this.state;
    const fresh = { wachtrij: wachtrij.map(({ id }) => id), gesprekken: gesprekken.map(({ id }) => id), terugbel: terugbelverzoeken.map(({ nummer }) => nummer) };
    const before = this.#known;
    this.#known = fresh;
    if (!before) return;
    const joined = wachtrij.filter(({ id }) => !before.wachtrij.includes(id));
    if (joined.length) {
      alert('wachtrij');
      say(joined.length === 1 ? t('nieuwInRij', { wie: who(joined[0]), gemeente: this.gemeente(joined[0].gemeente).naam }) : t('nieuwInRijMeer', { n: joined.length }));
    }
    for (const one of gesprekken) {
      if (before.gesprekken.includes(one.id) || this.#claimed.has(one.id)) continue;
      alert('bericht');
      say(t('nieuwGesprek', { wie: who(one) }));
    }
    const call = terugbelverzoeken.find(({ nummer }) => !before.terugbel.includes(nummer));
    if (call) say(t('nieuwTerugbel', { onderwerp: call.onderwerp || t('zonderOnderwerp') }));
  }

  #conversations() {
    const mine = new Map(this.state.gesprekken.map((one) => [one.id, one]));
    for (const [id, info] of mine) {
      const known = this.vensters.get(id);
      if (known?.gesprek.lezen) this.#remove(id);
      if (!this.vensters.has(id)) this.#add(info);
      const venster = this.vensters.get(id);
      venster.gesprek.update(info);
      venster.update();
    }
    for (const [id, { gesprek, wie }] of [...this.vensters]) {
      if (mine.has(id) || gesprek.lezen || this.#early(id)) continue;
      if (!this.#closing.delete(id)) alarm(t('kwijt', { wie }));
      gesprek.forget();
      this.#remove(id);
      this.lijsten.refreshHistory();
    }
    if (!this.current) {
      const kept = keep.read('gekozen');
      this.choose(this.vensters.has(kept) ? kept : [...this.vensters.keys()][0] ?? null, false);
    }
    this.#tabs();
  }

  /* Picked up a moment ago: this state is from before that. */
  #early(id) {
    return Date.now() - (this.#claimed.get(id) ?? 0) < 5_000 && this.state.wachtrij.some((one) => one.id === id);
  }

  #add(info, lezen = false) {
    const gesprek = new Gesprek(info, (what, more) => this.#onConversation(gesprek, what, more), lezen);
    gesprek.gemeenteNaam = this.gemeente(info.gemeente).naam;
    const venster = new Venster(gesprek, {
      claim: (one) => this.claim(one),
      transfer: (one) => this.transfer(one),
      close: (one) => this.close(one),
      callBack: (one) => this.callBack(one),
      dismiss: (id) => this.dismiss(id),
    });
    this.vensters.set(info.id, venster);
    $('gesprekken').append(venster.node);
    this.#load(gesprek);
    return venster;
  }

  #load(gesprek) {
    gesprek.open().catch((fout) => {
      if (!this.vensters.has(gesprek.id)) return;
      if (fout.tijdelijk) setTimeout(() => this.#load(gesprek), 3_000);
      else alarm(fout.message);
    });
  }

  #remove(id) {
    const venster = this.vensters.get(id);
    const held = venster.node.contains(document.activeElement) || document.activeElement?.id === `${venster.key}-tab`;
    this.vensters.delete(id);
    if (this.gekozen === id) {
      this.gekozen = null;
      this.choose([...this.vensters.keys()][0] ?? null, held);
    }
    venster.node.remove();
    this.#tabs();
  }

  #onConversation(gesprek, what, more) {
    const venster = this.vensters.get(gesprek.id);
    venster?.changed(what, more);
    if (what === 'bericht' && !more.silent && more.bericht.van === 'bewoner') {
      const looking = this.gekozen === gesprek.id && document.hasFocus();
      if (!looking) alert('bericht');
      if (this.gekozen !== gesprek.id) say(t('nieuwBericht', { wie: who(gesprek.info) }));
    }
    this.#seen();
    this.#tabs();
    this.#title();
  }

  #seen() {
    if (document.visibilityState === 'visible' && document.hasFocus() && this.current?.gesprek.seen()) {
      this.#tabs();
      this.#title();
    }
  }

  #title() {
    const unread = [...this.vensters.values()].reduce((sum, { gesprek }) => sum + (gesprek.lezen ? 0 : gesprek.ongelezen), 0);
    title(unread + (this.state?.wachtrij.length ?? 0));
  }

  #tabs() {
    const items = [...this.vensters.values()].map((venster) => ({ sleutel: venster.gesprek.id, venster }));
    this.tablist.hidden = !items.length;
    this.empty.hidden = items.length > 0;
    sync(this.tablist, items, ({ venster }) => this.#tab(venster), (node, { venster }) => node.describe(venster));
  }

  #tab(venster) {
    const { gesprek, key, wie } = venster;
    const fresh = el('span', { class: 'nieuw' });
    const klok = clockOf(() => {
      const since = !gesprek.lezen && gesprek.wachtSinds;
      return since && { wacht: since, antwoord: true };
    });
    const tab = el(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `${key}-tab`,
        'aria-controls': `${key}-vak`,
        onclick: () => this.choose(gesprek.id, false),
        onkeydown: (event) => gesprek.lezen && event.key === 'Delete' && this.dismiss(gesprek.id),
      },
      el('span', { class: 'tabnaam' }, wie),
      fresh,
      gesprek.lezen ? el('span', { class: 'klein' }, t('alleenLezen')) : klok,
    );
    tab.describe = () => {
      const chosen = this.gekozen === gesprek.id;
      tab.ariaSelected = String(chosen);
      tab.tabIndex = chosen ? 0 : -1;
      const n = gesprek.ongelezen;
      const text = !gesprek.lezen && n ? t('aantalNieuw', { n }) : '';
      if (fresh.textContent !== text) fresh.textContent = text;
    };
    return tab;
  }

  choose(id, focus) {
    for (const [other, venster] of this.vensters) if (other !== id) venster.hide();
    this.gekozen = id;
    keep.write('gekozen', id);
    const venster = this.vensters.get(id);
    venster?.show(focus);
    this.#tabs();
    if (!venster && focus) this.empty.querySelector('h2').focus();
    this.#seen();
  }

  #refocus() {
    if (this.current) this.current.show(true);
    else this.empty.querySelector('h2').focus();
  }

  #step(by) {
    const ids = [...this.vensters.keys()];
    if (ids.length) this.choose(ids[(ids.indexOf(this.gekozen) + by + ids.length) % ids.length], true);
  }

  async claim(info) {
    alarm('');
    this.#claimed.set(info.id, Date.now());
    try {
      await post(`/gesprekken/${info.id}/oppakken`);
      say(t('opgepakt', { wie: who(info) }));
      if (this.vensters.get(info.id)?.gesprek.lezen) this.#remove(info.id);
      if (!this.vensters.has(info.id)) {
        // Not waiting for the stream: who clicked wants to begin.
        const mine = { ...info, laatste: 0, opgepakt: new Date().toISOString(), status: 'medewerker' };
        this.state.gesprekken = [...this.state.gesprekken, mine];
        this.#add(mine);
      }
      this.choose(info.id, true);
    } catch (fout) {
      this.#claimed.delete(info.id);
      alarm(fout.message);
    }
  }

  claimFirst() {
    const [first] = this.state?.wachtrij ?? [];
    if (first) this.claim(first);
  }

  look(info) {
    if (!this.vensters.has(info.id)) this.#add(info, true);
    this.choose(info.id, true);
  }

  dismiss(id) {
    this.#remove(id);
    (this.current ? document.getElementById(`${this.current.key}-tab`) : this.empty.querySelector('h2')).focus();
  }

  transfer({ gesprek, wie }) {
    transferDialog(gesprek, this.state, async (naar) => {
      this.#closing.add(gesprek.id);
      try {
        const { naar: name } = await post(`${gesprek.path}/overdragen`, naar);
        say(t('overgedragen', { naar: name, wie }));
      } catch (fout) {
        this.#closing.delete(gesprek.id);
        throw fout;
      }
    });
  }

  close({ gesprek }) {
    closeDialog(gesprek, this.state, async (outcome) => {
      this.#closing.add(gesprek.id);
      try {
        await post(`${gesprek.path}/afsluiten`, outcome);
        say(t('afgesloten'));
      } catch (fout) {
        this.#closing.delete(gesprek.id);
        throw fout;
      }
    });
  }

  callBack({ gesprek }) {
    callBackDialog(gesprek, async (what) => {
      const { nummer, balie } = await post(`${gesprek.path}/terugbellen`, what);
      say(t(balie ? 'terugbelGemaakt' : 'terugbelDoor', { nummer }));
    });
  }

  #connection(up) {
    const text = up ? '' : t('verbindingWeg');
    if ($('verbinding').textContent !== text) $('verbinding').textContent = text;
    if (up && !this.#up) for (const { gesprek } of this.vensters.values()) gesprek.reconnected();
    this.#up = up;
  }

  #logOut(event) {
    const n = this.state?.gesprekken.length ?? 0;
    const amount = t(n === 1 ? 'gesprekEen' : 'gesprekMeer', { n });
    if (n && !confirm(t('uitloggenMet', { n: amount }))) {
      event.preventDefault();
      return;
    }
    for (const { gesprek } of this.vensters.values()) gesprek.forget();
    keep.write('gekozen', null);
  }

  #onKey(event) {
    if (!settings.toetsenAan || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector('dialog[open]')) return;
    const { current } = this;
    const mine = current && !current.gesprek.lezen;
    const run = {
      KeyW: () => this.lijsten.focus(),
      KeyO: () => this.claimFirst(),
      KeyG: () => current?.show(true),
      KeyJ: () => this.#step(1),
      KeyK: () => this.#step(-1),
      KeyP: () => current?.hulp.focus('product'),
      KeyA: () => mine && current.hulp.focus('antwoorden'),
      KeyN: () => current?.hulp.focus('notities'),
      KeyU: () => mine && this.transfer(current),
      KeyS: () => mine && this.close(current),
      KeyH: () => showKeys(),
    }[event.code];
    if (!run) return;
    event.preventDefault();
    run();
  }
}

new Balie();
