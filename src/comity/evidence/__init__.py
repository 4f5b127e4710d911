"""Evidence: taken with every name, time and finding, sealed as a bag that courts can check, verified by anyone."""
