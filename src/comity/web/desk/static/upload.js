// Shows how far a form with files is. Without script the form is sent as forms are; what the desk answers is the same.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-progress]")) return;
  event.preventDefault();
  const button = form.querySelector("button.main");
  const bar = document.createElement("progress");
  const label = document.createElement("p");
  const request = new XMLHttpRequest();
  bar.max = 1;
  bar.setAttribute("aria-label", button.textContent);
  label.setAttribute("role", "status");
  button.disabled = true;
  form.append(bar, label);
  request.upload.addEventListener("progress", (now) => {
    if (!now.lengthComputable) return;
    bar.value = now.loaded / now.total;
    label.textContent = `${Math.floor(100 * bar.value)} %`;
  });
  request.addEventListener("load", () => {
    const answer = request.responseURL;
    if (request.status === 200 && answer !== form.action) return void location.assign(answer);
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    document.title = page.title;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    document.querySelector("main").focus();
  });
  request.addEventListener("error", () => {
    button.disabled = false;
    bar.remove();
    label.remove();
    form.submit();
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
});
