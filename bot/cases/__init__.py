"""The status of a case (*zaak*) in a register that speaks the ZGW APIs: finding it, reading it, summing it up."""
