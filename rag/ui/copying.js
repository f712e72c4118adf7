// Puts text and its formatted twin on the clipboard; shows the text, selected, where the browser refuses.
const SAID_FOR = 2500; // milliseconds

async function copy({ text, html }) {
  const clipboard = navigator.clipboard; // missing where the page is not served from this machine or by https
  if (typeof ClipboardItem === "function" && clipboard?.write) {
    const item = new ClipboardItem({
      "text/plain": new Blob([text], { type: "text/plain" }),
      "text/html": new Blob([html], { type: "text/html" }),
    });
    try {
      return await clipboard.write([item]);
    } catch {
      // some browsers take plain text only
    }
  }
  return clipboard.writeText(text);
}

function showText(root, text, words) {
  let field = root.querySelector("textarea");
  if (!field) {
    field = document.createElement("textarea");
    field.readOnly = true;
    field.rows = 6;
    root.append(field);
  }
  field.setAttribute("aria-label", words.refused);
  field.value = text;
  field.focus();
  field.select();
  field.scrollTop = 0;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  const button = root.querySelector("button");
  const said = root.querySelector(".said");
  const { words } = data;
  root.copied = data; // what a click copies, whichever drawing of the page it comes after
  button.title = words.title;
  button.setAttribute("aria-label", words.title);
  if (button.onclick) {
    return; // drawn before
  }
  button.textContent = words.copy;
  button.onclick = async () => {
    clearTimeout(root.timer);
    try {
      await copy(root.copied);
      root.querySelector("textarea")?.remove();
      root.classList.add("done");
      said.textContent = words.copied;
      root.timer = setTimeout(() => {
        root.classList.remove("done");
        said.textContent = "";
      }, SAID_FOR);
    } catch {
      said.textContent = words.refused;
      showText(root, root.copied.text, words);
    }
  };
}
