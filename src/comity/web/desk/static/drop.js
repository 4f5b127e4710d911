// A file that is dropped anywhere on the page goes into the form's field and is sent; without this script the field does it.
"use strict";

for (const form of document.querySelectorAll("form[data-drop]")) {
  const field = form.querySelector("input[type=file]");
  const hint = form.querySelector(".drop-hint");
  const works = form.querySelector(".drop-works");
  if (hint) hint.hidden = false;
  form.addEventListener("submit", () => {
    if (works) works.hidden = false;
  });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) form.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    form.classList.remove("over");
    field.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}
