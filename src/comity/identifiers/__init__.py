"""Phone, mail, IP, domain, URL, IBAN, wallet, handle, hash: normalise, validate, say why not. Pure."""
