"""What may be answered: products, municipalities, versions, publication and rendering."""
