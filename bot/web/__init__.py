"""The website of the installation: chat widget, demonstration pages, health. A door: it shows and calls, it decides nothing."""
