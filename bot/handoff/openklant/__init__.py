"""Call-back requests registered in Open Klant 2.x, over its Klantinteracties API."""
