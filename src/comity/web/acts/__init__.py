"""What a person does at a node, in one place for the pages of the desk and the operations of the API."""
