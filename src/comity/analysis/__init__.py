"""Looking at records: one timeline, links, flows of money, rhythm and meetings over all returns, down to the row."""
