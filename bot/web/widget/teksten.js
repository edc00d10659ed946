/* All words that residents read, in plain Dutch (B1). `[u-form|je-form]` is chosen by the municipality's form of
 * address, `{name}` is filled in. */

const WORDS = {
  starter: 'Stel een vraag aan de chatbot',
  starterVerder: 'Ga verder met [uw|je] gesprek',
  ongelezen: '{n} nieuw',
  paneelFout: 'De chat kan nu niet openen. Probeer het over een paar minuten opnieuw, of neem contact op met de gemeente.',

  naam: 'Vraagbaak',
  ondertitel: 'chatbot van de gemeente {naam}',
  menu: 'Menu',
  verklein: 'Verklein de chat',
  medewerker: 'Spreek een medewerker',
  bel: 'Bel {telefoon}',
  gesprek: 'Gesprek',

  welkom1:
    'Hallo! Ik ben Vraagbaak, de chatbot van de gemeente {naam}. Ik ben een computerprogramma, geen mens. Ik geef antwoord op vragen over de gemeente.',
  welkom2: '[Wilt u|Wil je] liever een mens spreken? Kies dan boven in dit venster “Spreek een medewerker”{telefoon}.',
  welkomBel: ', of bel {telefoon}',
  welkomBewaren:
    'Wij bewaren dit gesprek {dagen}. [Uw|Je] browser onthoudt het gesprek, zodat [u|je] later verder kunt. Als een medewerker [u|je] helpt, leest die mee.',
  welkomBsn: 'Deel geen BSN, rekeningnummer of informatie over [uw|je] gezondheid.',
  dagen: '{n} dagen',
  dag: '1 dag',
  eenTijd: 'een beperkte tijd',
  privacy: 'Lees hoe wij omgaan met [uw|je] gegevens',

  zei: ' zei:',
  u: '[U|Jij]',
  chatbot: 'chatbot',
  medewerkerVan: 'medewerker',
  medewerkerNaam: 'Medewerker',
  leesVerder: 'Lees verder in het gesprek.',
  aantalKeuzes: 'Er zijn {n} snelle antwoorden.',
  keuzes: 'Snelle antwoorden',
  bron: 'Lees meer op',
  nieuwTabblad: ' (opent in nieuw tabblad)',
  vandaag: 'Vandaag',
  gisteren: 'Gisteren',

  vraag: '[Uw|Je] vraag',
  verstuur: 'Verstuur',
  leeg: 'Typ eerst [uw|je] vraag.',
  tekensOver: 'Aantal tekens over: {n}',
  tekensTeveel: '[Uw|Je] bericht is te lang. Aantal tekens te veel: {n}.',

  zoekt: 'Vraagbaak zoekt het antwoord',
  traag: 'Het duurt langer dan [u|je] gewend bent. [Uw|Je] vraag is niet weg.',
  typt: '{naam} typt',
  rij: '[U bent|Je bent] nummer {plek} in de rij.',
  rijWacht: 'De wachttijd is ongeveer {tijd} minuten.',
  rijZonder: '[U staat|Je staat] in de rij. Een medewerker komt zo bij [u|je].',
  metMedewerker: '[U praat|Je praat] nu met een medewerker van de gemeente.',
  weerBot: '[U praat|Je praat] weer met de chatbot. Dat is een computerprogramma.',

  nietVerstuurd: 'Niet verstuurd',
  geenAntwoord: 'Er kwam geen antwoord',
  opnieuw: 'Opnieuw proberen',
  wachtSeconden: 'Er komen nu te veel berichten. [U kunt|Je kunt] het over {n} seconden opnieuw proberen.',
  wachtMinuten: 'Er komen nu te veel berichten. [U kunt|Je kunt] het over {n} minuten opnieuw proberen.',
  offline: '[U hebt|Je hebt] geen internet. Wat [u|je] typt, blijft staan. Verstuur het als [u|je] weer internet hebt.',
  verbindingWeg: 'De verbinding met de chat is weg. Wij proberen het steeds opnieuw.',
  verlopen: '[Uw|Je] vorige gesprek is verlopen. Wat [u|je] typte, staat hieronder nog. Verstuur het om een nieuw gesprek te beginnen.',
  verlopenLeeg: '[Uw|Je] vorige gesprek is verlopen. Stel een vraag om een nieuw gesprek te beginnen.',
  gewistElders: 'Dit gesprek is gewist.',

  storingTitel: 'De chat werkt nu niet goed',
  storingNet: 'Wij kunnen de chat niet bereiken. Probeer het straks opnieuw, of neem op een andere manier contact op.',
  storingServer: 'Er ging iets mis aan onze kant. Probeer het zo opnieuw, of neem op een andere manier contact op.',
  storingTraag: 'De chat gaf te lang geen antwoord. Probeer het zo opnieuw, of neem op een andere manier contact op.',

  contact: 'Contact en openingstijden',
  contactpagina: 'Contactpagina',
  telefoon: 'Telefoon',
  email: 'E-mail',
  adres: 'Adres',
  website: 'Website',
  telefoontijden: 'Wij zijn telefonisch bereikbaar',
  balietijden: 'Balie open',
  vandaagDag: 'Vandaag ({dag})',
  dicht: 'gesloten',
  tot: ' tot ',
  en: ' en ',
  uur: ' uur',
  terug: 'Terug naar het gesprek',

  bsn: 'een burgerservicenummer (BSN)',
  iban: 'een rekeningnummer (IBAN)',
  kaart: 'het nummer van een betaalpas of creditcard',
  gezien: 'Let op: in [uw|je] bericht staat misschien {wat}',
  gezienUitleg: 'Wij hebben het bericht nog niet verstuurd. Haal het nummer weg. Wij hebben het hier niet nodig.',
  gezienWissen: 'Haal het nummer weg',
  tochVersturen: 'Toch versturen: het is iets anders',

  download: 'Download het gesprek',
  beeindig: 'Beëindig het gesprek',
  wis: 'Wis het gesprek',
  nieuw: 'Begin een nieuw gesprek',
  wisTitel: '[Wilt u|Wil je] het gesprek wissen?',
  wisUitleg: 'Wij wissen dan alle berichten, op dit apparaat en bij de gemeente. [U kunt|Je kunt] het gesprek daarna niet meer lezen of downloaden.',
  wisJa: 'Ja, wis het gesprek',
  wisNee: 'Nee, bewaar het gesprek',
  wisFout: 'Het wissen is niet gelukt. [Uw|Je] gesprek staat er nog. Probeer het zo opnieuw.',
  gewistTitel: '[Uw|Je] gesprek is gewist',
  gewistUitleg: 'Dit is het bewijs. Schrijf het nummer op als [u|je] het later wilt laten zien.',
  bewijsNummer: 'Nummer',
  bewijsTijd: 'Gewist op',
  bewijsAantal: 'Aantal gewiste berichten',
  eindeTitel: 'Het gesprek is beëindigd',
  eindeFout: 'Het beëindigen is niet gelukt. Probeer het zo opnieuw.',
  cijfer: 'Welk cijfer [geeft u|geef je] dit gesprek?',
  cijferUitleg: '1 is heel slecht, 10 is heel goed. Een cijfer geven hoeft niet.',
  toelichting: 'Wat ging goed of kon beter? (hoeft niet)',
  cijferVerstuur: 'Verstuur cijfer',
  cijferKies: 'Kies eerst een cijfer.',
  overslaan: 'Overslaan',
  cijferDank: 'Bedankt voor [uw|je] cijfer.',
  cijferFout: '[Uw|Je] cijfer is niet verstuurd. Probeer het zo opnieuw.',
  deelGeen: 'Vul hier geen persoonlijke gegevens in.',

  nuttig: 'Helpt dit antwoord [u|je]?',
  op: 'Ja',
  neer: 'Nee',
  reden: 'Wat missen wij? (hoeft niet)',
  verstuurReactie: 'Verstuur reactie',
  dank: 'Bedankt voor [uw|je] reactie.',
  reactieFout: '[Uw|Je] reactie is niet verstuurd. Probeer het zo opnieuw.',

  bestandTitel: 'Gesprek met Vraagbaak, de chatbot van de gemeente {naam}',
  bestandGemaakt: 'Gedownload op {tijd}',
  bestandNaam: 'gesprek-met-de-gemeente',
};

export function teksten(form) {
  const pick = form === 'je' ? 2 : 1;
  return (key, values = {}) =>
    WORDS[key]
      .replace(/\[([^|\]]*)\|([^\]]*)\]/g, (...match) => match[pick])
      .replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '')
      .replace(/ (?=\.)/g, '');
}
