"""ETSI TS 103 120 messages: model, XML and JSON, signatures, our profile."""
