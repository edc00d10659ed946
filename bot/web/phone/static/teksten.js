/* All words that the phone page makes, in plain Dutch. `{name}` is filled in. */

const WORDS = {
  leeg: 'Nog geen berichten. Stuur het eerste.',
  tot: 'tot {moment}',
  dicht: 'nee, alleen een sjabloon (sinds {moment})',
  nooit: 'nee, alleen een sjabloon (nog niets gestuurd)',
  typt: 'is aan het typen…',
  gewist: 'Het gesprek is gewist.',
  opnieuw: 'Alle gesprekken zijn gewist en de klok staat weer gelijk.',
  later: 'De klok staat 25 uur later.',
  fout: 'Dat lukte niet. Probeer het opnieuw.',
  net: 'De proefbank antwoordt niet. Zodra zij er weer is, gaat het verder.',

  gemeente: 'Gemeente',
  u: 'U',
  stuurIets: 'Iets sturen',
  spraak: 'Spraakbericht',
  foto: 'Foto',
  sticker: 'Sticker',
  locatie: 'Locatie',
  document: 'Document',
  peiling: 'Peiling (komt niet aan als bericht)',
  sjabloon: 'Sjabloon',
  download: 'Download {naam}',
  bestand: 'bestand',
  kaart: 'Bekijk op de kaart',
  fotoAlt: 'Foto: een kapotte lantaarn',
  stickerAlt: 'Sticker: een lachend gezicht',
  onbekend: 'Bericht van soort “{soort}”',
  reactie: 'Reactie {emoji}',
  antwoordOp: 'Antwoord op: {tekst}',
  open: '(opent in een nieuw tabblad)',

  onderweg: 'onderweg',
  bezorgd: 'bezorgd bij de gemeente',
  gelezen: 'gelezen door de gemeente',
  verloren: 'niet aangekomen bij de gemeente',
  accepted: 'aangenomen',
  sent: 'gemeld als verstuurd',
  delivered: 'gemeld als bezorgd',
  read: 'gemeld als gelezen',
  failed: 'niet bezorgd, gemeld met code {code}',
};

/** A text. */
export const t = (key, values = {}) => (WORDS[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
