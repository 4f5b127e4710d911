"""The policies, by where their rule stands: treaties, the Convention, national law, providers."""
