"""Names under which the components leave things on a message, and the entities they set; each spelled once."""

ONTLEDING = "ontleding"
"""What the components hand on to each other; it does not leave the pipeline."""
BESLISSING = "vraagbaak"
"""Key in the parse result with the whole decision, for `vraagbaak ask` and for editors."""

PRODUCT = "product"
ASPECT = "aspect"
UITKOMST = "uitkomst"
KANDIDAAT = "kandidaat"
TWEEDE = "tweede"
KEUZE = "keuze"
NOODSOORT = "noodsoort"
TAAL = "taal"

HEEL_ANTWOORD = "alles"
"""Value of the aspect entity when no single aspect is asked: it empties what an earlier message left in the slot."""
