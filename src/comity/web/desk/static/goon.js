// Sends on what was brought back from the organisation's provider. Without this script the button does it.
document.querySelector("form[data-go-on]").requestSubmit();
